/** `npm run demo:data -- --people N --seed S --out DIR`: generates a council as an extract bundle. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateCouncil, mostPeople } from '../src/demo/generate.ts';

const help = `Generates a realistic, wholly fictional council as an extract bundle (homeward-extract/1).

  npm run demo:data -- --people N --seed S --out DIR [--council 999] [--at INSTANT]

  --people N     how many people the council knows, from 1 to ${mostPeople.toLocaleString('en-GB')}
  --seed S       a whole number; the same seed and instant give the same files, byte for byte
  --out DIR      a new or empty folder for the bundle
  --council C    the council's LA code (999 if not given)
  --at INSTANT   the instant at which the bundle is fresh, such as 2026-09-30T05:30:00+01:00 (now if not given)
  --help         this text

NHS numbers are of the range 999, which is valid and never issued. From some 900,000 people on it is
used up, and numbers beginning 998 and 997 serve too: those are outside the reserved range. Use such
a bundle for benchmarks on a closed machine only.

From 1,000 people on, faulty lines of each kind are planted; planted.csv lists them.
`;

/** A mistake on the command line: its message is all that the user needs. */
class UsageError extends Error {}

async function main(args: string[]): Promise<void> {
  const given = readArguments(args);
  if (given.help) return void process.stdout.write(help);
  const people = wholeNumber('--people', given.people);
  const seed = wholeNumber('--seed', given.seed);
  const out = resolve(needed('--out', given.out));
  const now = instant(given.at);
  await refuseUsedFolder(out);
  const started = performance.now();
  let shown = -1;
  const result = await generateCouncil({ people, seed, out, now, council: given.council }, (done, total) => {
    const percent = Math.floor((done / total) * 100);
    if (!process.stderr.isTTY || percent === shown) return;
    shown = percent;
    process.stderr.write(`\r${percent} %`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r');
  const seconds = (performance.now() - started) / 1000;
  console.log(`Wrote council ${given.council}, ${people} people, seed ${seed}, in ${seconds.toFixed(1)} s:`);
  for (const { file, rows } of result.parts) console.log(`  ${file.padEnd(24)}${String(rows).padStart(9)} rows`);
  const faults = [...result.planted.values()].reduce((sum, count) => sum + count, 0);
  console.log(`  ${'planted.csv'.padEnd(24)}${String(faults).padStart(9)} faulty lines, ${result.planted.size} kinds`);
  if (result.outsideReserved) {
    console.log(
      'Some NHS numbers are outside the reserved range 999: use this bundle for benchmarks on a closed machine only.',
    );
  }
  console.log(`Bundle: ${join(out, 'manifest.json')}`);
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        people: { type: 'string' },
        seed: { type: 'string' },
        out: { type: 'string' },
        council: { type: 'string', default: '999' },
        at: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function needed(option: string, text: string | undefined): string {
  if (text === undefined || text === '') throw new UsageError(`${option} is missing.`);
  return text;
}

function wholeNumber(option: string, text: string | undefined): number {
  const digits = needed(option, text).replace(/[_,]/g, '');
  if (!/^\d{1,15}$/.test(digits)) throw new UsageError(`${option} must be a whole number, not "${text}".`);
  return Number(digits);
}

function instant(text: string | undefined): Date {
  if (text === undefined) return new Date();
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/T.*(Z|[+-]\d{2}:\d{2})$/.test(text)) {
    throw new UsageError(`--at must be an instant with its offset, such as 2026-09-30T05:30:00+01:00, not "${text}".`);
  }
  return at;
}

/** A folder in use may hold a council's real extract, under the same file names. */
async function refuseUsedFolder(out: string): Promise<void> {
  const found = await stat(out).catch(() => null);
  if (!found) return;
  if (!found.isDirectory()) throw new UsageError(`--out: ${out} is a file.`);
  if ((await readdir(out)).length > 0)
    throw new UsageError(`--out: ${out} is not empty. Name a new folder, or empty it first.`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known =
    error instanceof UsageError || error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined;
  if (!known) throw error;
  console.error(`${(error as Error).message}\nTry --help.`);
  process.exitCode = 2;
}
