/** What a benchmark finds: figures measured beside their limit, and figures for the record. */

/** Values of several runs, one a run, in the order they were measured. */
export type Runs = readonly number[];

export interface Figure {
  /** Stable name, such as `look-up-32`. */
  readonly name: string;
  /** What is compared, in a line. */
  readonly about: string;
  readonly unit: string;
  readonly ours: Runs;
  /** What the limit is made of; none for a figure that is only recorded. */
  readonly peer?: { readonly name: string; readonly runs: Runs };
  /** What ours is held to: `ratio` is ours ÷ peer and must reach the floor; `most` is held against the median itself. */
  readonly floor?: number;
  readonly most?: number;
  /** Whether a smaller value is better (a time): then the ratio is peer ÷ ours. */
  readonly smaller?: boolean;
}

/** What a suite is given, and what it gives back. */
export interface Bench {
  /** Address of the PostgreSQL server's `postgres` database, as the owner. */
  readonly server: string;
  /** Folder of PostgreSQL's programs. */
  readonly bin: string;
  /** True for a trial run: tiny sizes and short times, whose figures say nothing and are not kept. */
  readonly trial: boolean;
  /** How many times each of peer and ours is measured, in turn, after a warm-up. */
  readonly runs: number;
  /** Prints and keeps a figure. */
  report(figure: Figure): void;
  /** Says what is being done. */
  say(line: string): void;
}

export interface Suite {
  /** What it measures, in a sentence. */
  readonly about: string;
  run(bench: Bench): Promise<void>;
}

/** The middle value; of an even count, the mean of the two in the middle. */
export function median(runs: Runs): number {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (place: number): number => sorted[place] ?? NaN;
  return sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
}

/** The value below which a share of them lies (0.99: all but one in a hundred). Puts the values in order. */
export function percentile(values: number[], part: number): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN;
}

/** How far the runs lie apart: (largest − smallest) ÷ median. */
export function spread(runs: Runs): number {
  const distance = Math.max(...runs) - Math.min(...runs);
  return distance === 0 ? 0 : distance / median(runs);
}

/** Ours beside the peer, so that more is better. @returns null without a peer */
export function ratioOf({ ours, peer, smaller }: Figure): number | null {
  if (!peer) return null;
  const ratio = median(ours) / median(peer.runs);
  return smaller ? 1 / ratio : ratio;
}

/** Whether a figure holds what it is held to; true where it is held to nothing. */
export function holds(figure: Figure): boolean {
  const ratio = ratioOf(figure);
  const ours = median(figure.ours);
  return (
    (figure.floor === undefined || (ratio !== null && ratio >= figure.floor)) &&
    (figure.most === undefined || ours <= figure.most)
  );
}

/** The line a run prints: `NAME ratio R floor F`, or the figure itself where there is no peer. */
export function lineOf(figure: Figure): string {
  const ratio = ratioOf(figure);
  const said = ratio === null ? `${round(median(figure.ours))} ${figure.unit}` : `ratio ${ratio.toFixed(2)}`;
  const held = [
    figure.floor === undefined ? '' : ` floor ${figure.floor}`,
    figure.most === undefined ? '' : ` most ${figure.most}`,
  ].join('');
  return `${figure.name} ${said}${held}${holds(figure) ? '' : '  UNDER'}`;
}

/** Four significant figures are more than a run is good for. */
export function round(value: number): number {
  return Number(value.toPrecision(value >= 1_000 ? 4 : 3));
}
