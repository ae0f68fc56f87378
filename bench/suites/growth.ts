/** What grows with the council and with the audit trail, and what must not. */
import { whoLooked } from '../../src/services/review-accesses.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { askFor, lookUpDeps } from '../support/callers.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { fillAudit } from '../support/audit-world.ts';
import { asOwner, createDatabase, numberAt, openBench, worldOf } from '../support/world.ts';

export const suite: Suite = {
  about: 'a council a hundred times as large, and an audit trail of ten million rows',
  run,
};

async function run(bench: Bench): Promise<void> {
  await lookUps(bench);
  await trail(bench);
}

async function lookUps(bench: Bench): Promise<void> {
  const sizes = bench.trial ? ([500, 2_000] as const) : ([10_000, 1_000_000] as const);
  const seconds = bench.trial ? 0.3 : 3;
  const worlds = [];
  for (const people of sizes) {
    const db = await openBench(await worldOf(bench, people));
    worlds.push({ db, deps: lookUpDeps(db), stems: people - 100, p50: [] as number[] });
  }
  try {
    for (const { deps, stems } of worlds) await askFor(deps, { callers: 8, seconds: seconds * 2, stems });
    for (let at = 0; at < bench.runs; at++) {
      for (const { deps, stems, p50 } of worlds) p50.push((await askFor(deps, { callers: 8, seconds, stems })).p50);
    }
  } finally {
    for (const { db } of worlds) await db.close();
  }
  const [small, large] = worlds;
  if (!small || !large) throw new Error('There are no two sizes');
  bench.report({
    name: 'growth-look-up-p50',
    about: `time to an answer with ${sizes[1].toLocaleString('en-GB')} people beside ${sizes[0].toLocaleString('en-GB')}; must grow less than 1.3 times`,
    unit: 'ms',
    ours: large.p50,
    peer: { name: `${sizes[0].toLocaleString('en-GB')} people`, runs: small.p50 },
    smaller: true,
    // 1 / 1.3.
    floor: 0.77,
  });
}

async function trail(bench: Bench): Promise<void> {
  const people = bench.trial ? 2_000 : 1_000_000;
  await worldOf(bench, people);
  // A database of its own: the council that the other suites share keeps the short trail it has.
  const name = 'bench_trail';
  const url = await createDatabase(bench.server, name, `bench_${people}`);
  try {
    const wanted = bench.trial ? 50_000 : 10_000_000;
    bench.say(`filling an audit trail of ${wanted.toLocaleString('en-GB')} rows`);
    const rows = await fillAudit(url, wanted);
    if (rows < wanted) throw new Error(`The trail has ${rows} rows and not ${wanted}`);
    bench.report({
      name: 'who-looked',
      about: `"who looked at this person", the slowest of three, in a trail of ${rows.toLocaleString('en-GB')} rows`,
      unit: 's',
      ours: await whoLookedTimes(bench, url),
      most: 2,
    });
  } finally {
    await asOwner(bench.server, `drop database ${name} with (force)`);
  }
}

const officer: Caller = {
  userId: 'bench|officer',
  name: 'An officer',
  role: 'privacy-officer',
  organisation: 'H1',
  team: 'Information governance',
  authenticatedBy: 'bench',
  authenticatedAt: new Date(),
  session: 'bench'.padEnd(64, '0'),
};

/** How many look-ups a list holds. */
const listed = 200;

async function whoLookedTimes(bench: Bench, url: string): Promise<number[]> {
  const db = await openBench(url, 2);
  const clock = { now: () => new Date() };
  const ask = async (stem: number, least: number): Promise<number> => {
    const start = performance.now();
    const { accesses } = await whoLooked({ db, clock }, officer, numberAt(stem), { limit: listed });
    const seconds = (performance.now() - start) / 1_000;
    // A list of nobody would be quick.
    if (accesses.length < least) throw new Error(`Person ${stem}: ${accesses.length} look-ups listed, not ${least}`);
    return seconds;
  };
  // One look-up in a thousand was of the first person, spread over all ten hospitals.
  const ofFirst = bench.trial ? 5 : listed;
  try {
    await ask(0, ofFirst);
    const slowest: number[] = [];
    for (let at = 0; at < bench.runs; at++) {
      const first = await ask(0, ofFirst);
      slowest.push(Math.max(first, await ask(5 + at * 97, 1), await ask(7 + at * 1_009, 1)));
    }
    return slowest;
  } finally {
    await db.close();
  }
}
