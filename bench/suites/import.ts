/** Takes a council's extract in beside psql doing the same copying and upserting. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Suite } from '../support/figure.ts';
import { writeImportExtracts } from '../support/import-bundle.ts';
import type { ImportExtract, ImportExtracts } from '../support/import-bundle.ts';
import type { ImportDone, ImportOrder } from '../support/import-child.ts';
import { runPsqlImport } from '../support/import-peer.ts';
import { asOwner, createDatabase, isNhsNumber, openBench } from '../support/world.ts';

/**
 * What ours and the peer both write. Left out of the comparison is where they differ by design: the
 * peer, which checks no line, takes ten digits that are no NHS number and the packages of whoever has
 * them; ours takes the numbers that the safeguarding and restrictions parts name, too.
 */
const wrong = `select person_key from person_identifier where kind = 'nhs-number' and part = 'care' and not ${isNhsNumber('value')}`;
const compared = {
  person: 'person',
  'council ids': `person_identifier where kind = 'council-id'`,
  'NHS numbers': `person_identifier where kind = 'nhs-number' and part = 'care' and ${isNhsNumber('value')}`,
  person_detail: 'person_detail',
  package: `package where person_key not in (${wrong})`,
  package_provider: 'package_provider',
} as const;
type Rows = Readonly<Record<string, number>>;

interface Round {
  readonly copy: number;
  readonly psql: number;
  readonly psqlRows: Rows;
  /** After the first import. */
  readonly rows: Rows;
  readonly first: ImportDone;
  readonly unchanged: ImportDone;
  readonly changed: ImportDone;
}

export const suite: Suite = {
  about: 'an extract of 500,000 lines of Client Level Data beside psql copying and upserting it',
  async run(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'homeward-bench-'));
    try {
      const people = bench.trial ? 300 : 250_000;
      bench.say(`writing three extracts of ${people} people`);
      const extracts = await writeImportExtracts(folder, people);
      const rounds: Round[] = [];
      // The first round warms up, but where the figures say nothing.
      for (let run = bench.trial ? 1 : 0; run <= bench.runs; run++) {
        bench.say(run === 0 ? 'warm-up' : `run ${run} of ${bench.runs}`);
        const round = await measure(bench, extracts);
        mustBeTheSameWork(round);
        if (run > 0) rounds.push(round);
      }
      report(bench, extracts, rounds);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(bench: Bench, extracts: ImportExtracts): Promise<Round> {
  const { folder } = extracts.first;
  const copy = await onFreshDatabase(bench, async (url) => runPsqlImport(bench.bin, url, folder, 'copy'));
  const peer = await onFreshDatabase(bench, async (url) => ({
    psql: runPsqlImport(bench.bin, url, folder, 'whole'),
    psqlRows: await rowsOf(url),
  }));
  return onFreshDatabase(bench, async (url) => {
    const first = await importOnce(url, extracts.first);
    const rows = await rowsOf(url);
    const unchanged = await importOnce(url, extracts.unchanged);
    const changed = await importOnce(url, extracts.changed);
    return { copy, ...peer, first, rows, unchanged, changed };
  });
}

async function rowsOf(url: string): Promise<Rows> {
  const results = await asOwner(
    url,
    ...Object.values(compared).map((from) => `select count(*)::int as rows from ${from}`),
  );
  return Object.fromEntries(Object.keys(compared).map((name, at) => [name, Number(results[at]?.rows[0]?.rows)]));
}

/** @throws Error when ours and the peer did not write as much, or an extract did not change what it should */
function mustBeTheSameWork({ psqlRows, rows, first, unchanged, changed }: Round): void {
  const [ours, psql] = [rows, psqlRows].map((one) => JSON.stringify(one));
  if (ours !== psql) throw new Error(`Not the same rows: ours ${ours}, psql ${psql}`);
  if (unchanged.opened + unchanged.closed > 0) throw new Error('The same extract again changed something');
  const share = changed.opened / first.opened;
  if (share < 0.005 || share > 0.015 || changed.closed === 0)
    throw new Error(`One line in a hundred was changed, and ${changed.opened} of ${first.opened} facts`);
}

async function onFreshDatabase<T>(bench: Bench, work: (url: string) => Promise<T>): Promise<T> {
  const name = 'bench_import';
  const url = await createDatabase(bench.server, name);
  await (await openBench(url, 1)).close();
  // What the one before has left to write must not fall into the time of the next.
  await asOwner(url, 'checkpoint');
  try {
    return await work(url);
  } finally {
    await asOwner(bench.server, `drop database ${name} with (force)`);
  }
}

function importOnce(url: string, { folder, now }: ImportExtract): Promise<ImportDone> {
  const order: ImportOrder = { url, folder, now: now.toISOString() };
  const child = fork(join(import.meta.dirname, '../support/import-child.ts'), [JSON.stringify(order)]);
  return new Promise((resolve, reject) => {
    let done: ImportDone | null = null;
    child.on('message', (message) => (done = message as ImportDone));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (done?.outcome === 'landed') resolve(done);
      else reject(new Error(`The import ended with ${done?.outcome ?? `exit code ${code}`}`));
    });
  });
}

function report(bench: Bench, { first }: ImportExtracts, rounds: readonly Round[]): void {
  const of = (pick: (round: Round) => number): number[] => rounds.map(pick);
  const ours = of((round) => round.first.seconds);
  const peak = of((round) => Math.max(round.first.peak, round.unchanged.peak, round.changed.peak));
  bench.report({
    name: 'import',
    about: `first import of ${first.rows} lines beside psql: the same files copied, the same rows upserted`,
    unit: 's',
    smaller: true,
    ours,
    peer: { name: 'psql', runs: of((round) => round.psql) },
    floor: 0.4,
  });
  bench.report({
    name: 'import-memory',
    about: 'peak memory of the importing process',
    unit: 'MB',
    ours: peak,
    most: 300,
  });
  bench.report({
    name: 'import-again',
    about: 'the extract with 1 % of its lines changed, beside the first import, each from handing it in',
    unit: 's',
    smaller: true,
    ours: of((round) => round.changed.taking),
    peer: { name: 'first import', runs: of((round) => round.first.taking) },
    floor: 3,
  });
  const record = (name: string, about: string, unit: string, runs: number[]): void =>
    bench.report({ name, about, unit, ours: runs });
  record(
    'import-unchanged',
    'the same extract an hour later',
    's',
    of((round) => round.unchanged.seconds),
  );
  record(
    'import-rows',
    'lines of care a second, first import',
    'rows/s',
    ours.map((seconds) => first.rows / seconds),
  );
  record(
    'import-psql-copy',
    'psql: the copying alone',
    's',
    of((round) => round.copy),
  );
}
