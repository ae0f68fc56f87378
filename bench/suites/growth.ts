/** What grows with the council and with the audit trail, and what must not. */
import { whoLooked } from '../../src/services/review-accesses.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { askFor, lookUpDeps } from '../support/callers.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { fillAudit } from '../support/audit-world.ts';
import { council, numberAt, openBench, worldOf } from '../support/world.ts';

export const suite: Suite = {
  name: 'growth',
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
    floor: 1 / 1.3,
  });
}

async function trail(bench: Bench): Promise<void> {
  const people = bench.trial ? 2_000 : 1_000_000;
  const rows = bench.trial ? 5_000 : 10_000_000;
  const url = await worldOf(bench, people);
  bench.say(`filling an audit trail of ${rows.toLocaleString('en-GB')} rows`);
  await fillAudit(url, rows, people);
  const db = await openBench(url, 2);
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
  try {
    const clock = { now: () => new Date() };
    const slowest: number[] = [];
    for (let at = 0; at < bench.runs; at++) {
      const times: number[] = [];
      // The person looked up most often of all is among those asked for.
      for (const stem of [0, 1 + at * 97, 1 + at * 1_009]) {
        const start = performance.now();
        const found = await whoLooked({ db, clock }, officer, numberAt(stem % (people - 100)));
        if (!found) throw new Error(`Nobody had looked at ${council} ${stem}`);
        times.push(performance.now() - start);
      }
      slowest.push(Math.max(...times) / 1_000);
    }
    bench.report({
      name: 'who-looked',
      about: `"who looked at this person", the slowest of three, in a trail of ${rows.toLocaleString('en-GB')} rows`,
      unit: 's',
      ours: slowest,
      most: 2,
    });
  } finally {
    await db.close();
  }
}
