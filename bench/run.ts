/**
 * Measures what must be fast beside its limits: `npm run bench`, or `npm run bench -- NAME…`.
 * `--trial` runs everything in tiny sizes to see that it runs: its figures say nothing, are held to
 * nothing and are not written down.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { findPostgres, startPostgres } from '../scripts/postgres-server.ts';
import { chartOf } from './support/chart.ts';
import { holds, lineOf } from './support/figure.ts';
import type { Bench, Figure, Suite } from './support/figure.ts';
import { behind, lineAbout } from './support/machine.ts';
import type { Behind } from './support/machine.ts';
import { exitCodeOf, fromJson, merge, reportOf, runsOf, toJson } from './support/report.ts';
import type { SuiteResult } from './support/report.ts';

const order = ['look-up', 'page', 'growth', 'import', 'start', 'embedded', 'two-processes', 'hl7', 'notices'];
const here = import.meta.dirname;
const say = (line: string): void => console.log(line);

const help = `Measures what must be fast beside its limits, and writes bench/RESULTS.md.

Usage: npm run bench [-- [--trial] [NAME…]]

  NAME       only these: ${order.join(', ')}
  --trial    in tiny sizes, to see that they run: held to nothing, and not written down
  --help     this text

Needs PostgreSQL 15 or newer with pgbench and psql, and a machine that does nothing else: all of them take half an hour
or more.

Exit status: 0 every figure holds; 1 one does not, or a benchmark failed; 2 it was not understood, or there is no PostgreSQL.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const asked = understood();
  if (asked === null) return 2;
  const { values, positionals } = asked;
  if (values.help) {
    say(help);
    return 0;
  }
  const trial = values.trial ?? false;
  if (!havePostgres()) return 2;
  const chosen = positionals.length > 0 ? order.filter((name) => positionals.includes(name)) : order;
  const postgres = await startPostgres(trial ? [] : settings());
  try {
    const command = ['npm run bench', ...(positionals.length > 0 ? ['--', ...positionals] : [])].join(' ');
    const about = await behind(postgres.url, command);
    say(lineAbout(about));
    const { results, failed } = await runAll(chosen, { server: postgres.url, bin: postgres.bin, trial }, about);
    const under = results.flatMap(({ figures }) => figures).filter((figure) => !holds(figure));
    for (const figure of under) say(`Does not hold: ${lineOf(figure)}`);
    return exitCodeOf(results, failed);
  } finally {
    await postgres.stop();
  }
}

function understood(): ReturnType<typeof readArguments> | null {
  try {
    const asked = readArguments();
    const unknown = asked.positionals.filter((name) => !order.includes(name));
    if (unknown.length === 0) return asked;
    console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${order.join(', ')}.\n\n${help}`);
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')) throw error;
    console.error(`${(error as Error).message.split('. ')[0]}.\n\n${help}`);
  }
  return null;
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: { trial: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
}

async function runAll(
  names: readonly string[],
  { server, bin, trial }: Pick<Bench, 'server' | 'bin' | 'trial'>,
  about: Behind,
): Promise<{ results: SuiteResult[]; failed: boolean }> {
  const results: SuiteResult[] = [];
  let failed = false;
  for (const name of names) {
    const figures: Figure[] = [];
    const { suite } = (await import(`./suites/${name}.ts`)) as { suite: Suite };
    say(`\n${name}: ${suite.about}`);
    try {
      await suite.run({
        server,
        bin,
        trial,
        runs: trial ? 1 : 5,
        report(measured) {
          const figure = trial ? heldToNothing(measured) : measured;
          figures.push(figure);
          say(`${lineOf(figure)}  [${runsOf(figure)}]`);
        },
        say: (line) => say(`  ${line}`),
      });
      const result = { name, about: suite.about, behind: about, figures };
      results.push(result);
      // At once: whatever becomes of the suites after it, nothing is lost.
      if (!trial) await write(result);
    } catch (error) {
      // The others are measured all the same; what stood there of this one stays.
      console.error(error);
      failed = true;
    }
  }
  return { results, failed };
}

function heldToNothing({ floor: _floor, most: _most, ...figure }: Figure): Figure {
  return figure;
}

async function write(measured: SuiteResult): Promise<void> {
  const file = (name: string): string => join(here, name);
  const before = existsSync(file('results.json')) ? fromJson(readFileSync(file('results.json'), 'utf8')) : null;
  const results = merge(before, [measured], order);
  const pretty = (text: string, parser: string): Promise<string> =>
    format(text, { parser, printWidth: 120, singleQuote: true, trailingComma: 'all' });
  writeFileSync(file('results.json'), await pretty(toJson(results), 'json'));
  writeFileSync(file('chart.svg'), `${chartOf(results)}\n`);
  writeFileSync(file('RESULTS.md'), await pretty(reportOf(results, notes()), 'markdown'));
}

function notes(): Map<string, string> {
  const folder = join(here, 'notes');
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return new Map(names.map((name) => [name.replace(/\.md$/, ''), readFileSync(join(folder, name), 'utf8')]));
}

// As a server of this size would be set up; everything else as PostgreSQL comes.
function settings(): string[] {
  const buffers = Math.min(2048, Math.floor(totalmem() / 1024 ** 2 / 4));
  return [`shared_buffers = ${buffers}MB`, 'max_wal_size = 8GB'];
}

function havePostgres(): boolean {
  const found = (): boolean => {
    try {
      return findPostgres() !== '';
    } catch {
      return false;
    }
  };
  if (found()) return true;
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (canInstall) {
    say('There is no PostgreSQL here: installing it.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', ['update'], { stdio: 'inherit', env });
    execFileSync('apt-get', ['install', '-y', 'postgresql'], { stdio: 'inherit', env });
    if (found()) return true;
  }
  console.error('There is no PostgreSQL server here, nor pgbench and psql beside it. Install PostgreSQL 15 or newer.');
  return false;
}
