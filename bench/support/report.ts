/** The figures as a file for programs and as a page for people. */
import { posix } from 'node:path';
import { holds, median, ratioOf, round, spread } from './figure.ts';
import type { Figure, Runs } from './figure.ts';
import { lineAbout } from './machine.ts';
import type { Behind } from './machine.ts';

/** One suite's figures, and what stood behind them when they were measured. */
export interface SuiteResult {
  readonly name: string;
  readonly about: string;
  readonly behind: Behind;
  readonly figures: readonly Figure[];
}

/** A page of results. */
export interface Results {
  readonly suites: readonly SuiteResult[];
}

/** Puts what was measured now in the place of what was measured of the same suites before. @param order of the suites */
export function merge(before: Results | null, now: readonly SuiteResult[], order: readonly string[]): Results {
  const kept = (before?.suites ?? []).filter(({ name }) => !now.some((one) => one.name === name));
  const place = ({ name }: SuiteResult): number => order.indexOf(name);
  return { suites: [...kept, ...now].filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b)) };
}

/** As results.json has it: each figure with what follows from its runs. */
export function toJson({ suites }: Results): string {
  const figure = (one: Figure): object => ({
    ...one,
    median: round(median(one.ours)),
    spread: share(one.ours),
    ...(one.peer && { peerMedian: round(median(one.peer.runs)), peerSpread: share(one.peer.runs) }),
    ...(one.peer && { ratio: round(ratioOf(one) ?? NaN) }),
    holds: holds(one),
  });
  return JSON.stringify({ suites: suites.map((one) => ({ ...one, figures: one.figures.map(figure) })) }, null, 1);
}

/** How a run ends: 0 when every suite ran to its end and every figure holds what it is held to, else 1. */
export function exitCodeOf(measured: readonly SuiteResult[], failed: boolean): 0 | 1 {
  return failed || measured.some(({ figures }) => !figures.every(holds)) ? 1 : 0;
}

/** Reads what {@link toJson} wrote. */
export function fromJson(text: string): Results {
  return JSON.parse(text) as Results;
}

const share = (runs: Runs): number => Number(spread(runs).toFixed(3));

/** What stands behind a figure, in the line that a run prints. */
export function runsOf({ unit, ours, peer }: Figure): string {
  const given = (runs: Runs): string =>
    `${runs.map(shown).join(' ')}${runs.length > 1 ? ` (spread ${Math.round(spread(runs) * 100)} %)` : ''}`;
  return `ours ${given(ours)} ${unit}${peer ? `, ${peer.name} ${given(peer.runs)}` : ''}`;
}

/**
 * The page.
 * @param notes what the people who made a suite fast wrote about it, by the suite's name
 */
export function reportOf({ suites }: Results, notes: ReadonlyMap<string, string>): string {
  return [
    '# Benchmarks',
    'Written by `npm run bench`; do not edit. What a figure is held to is its ratio to a peer that was measured in turn with it, in one run and on the same machine; other machines give other figures. A value is the median of its runs, measured when the service and the database are warm; what can be had once only (a size, a first start) has one run and no warm-up. The spread is the distance between the largest and the smallest run, as a share of the median.',
    '![Each ratio beside its floor, and each other limit; the tables below have the same figures](chart.svg)',
    ...suites.map((one) => suiteText(one, notes.get(one.name))),
  ].join('\n\n');
}

function suiteText({ name, about, behind, figures }: SuiteResult, notes: string | undefined): string {
  const rows = figures.map((figure) => {
    const { peer, ours } = figure;
    const ratio = ratioOf(figure);
    return [
      `\`${figure.name}\``,
      `${shown(median(ours))} ${figure.unit}`,
      percent(ours),
      peer ? `${shown(median(peer.runs))} (${peer.name})` : '',
      peer ? percent(peer.runs) : '',
      ratio === null ? '' : `**${ratio.toFixed(2)}**`,
      limitOf(figure),
    ];
  });
  return [
    `## ${name}`,
    `${capital(about)}.`,
    `Measured ${behind.date.replace('T', ' at ').replace('Z', ' UTC')} with \`${behind.command}\` on ${lineAbout(behind)}.`,
    table(['Figure', 'Ours', 'Spread', 'Peer', 'Spread', 'Ratio', 'Held to'], rows),
    figures.map((figure) => `- \`${figure.name}\`: ${figure.about}. ${capital(runsOf(figure))}.`).join('\n'),
    ...(notes === undefined ? [] : [demoted(notes)]),
  ].join('\n\n');
}

function limitOf(figure: Figure): string {
  const { floor, most, unit } = figure;
  const limits = [
    floor === undefined ? [] : [`ratio at least ${floor}`],
    most === undefined ? [] : [`at most ${most} ${unit}`],
  ].flat();
  if (limits.length === 0) return 'for the record';
  return `${limits.join(', ')}: ${holds(figure) ? 'holds' : '**does not hold**'}`;
}

const percent = (runs: Runs): string => (runs.length > 1 ? `${Math.round(spread(runs) * 100)} %` : '');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A value with no more figures than it is good for. */
export function shown(value: number): string {
  return round(value).toLocaleString('en-GB', { maximumFractionDigits: 4 });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

// The notes stand under their suite's heading, so theirs go two levels down, and one folder above their own, so a link
// leads where it led; not inside a listing.
function demoted(notes: string): string {
  let listing = false;
  return notes
    .trim()
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) listing = !listing;
      return listing ? line : line.replace(/^(#{1,4}) /, '##$1 ').replace(link, fromAbove);
    })
    .join('\n');
}

const link = /(?<=\]\()[^)\s]+(?=[)\s])/g;

// Of a file in `notes/` as seen from the folder that the page is in.
function fromAbove(target: string): string {
  const elsewhere = /^([a-z][a-z\d+.-]*:|\/|#)/i.test(target);
  return elsewhere ? target : posix.join('notes', target);
}
