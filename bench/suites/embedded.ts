/** The same look-up on the embedded store, for the record: it is for the demo and tests. */
import { Database } from '../../src/store/database.ts';
import { embeddedEngine, takeServiceRole } from '../../src/store/engine.ts';
import { migrate } from '../../src/store/migrate.ts';
import { askFor, lookUpDeps } from '../support/callers.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { worldStatements } from '../support/world.ts';

export const suite: Suite = {
  about: 'the same look-up on PGlite, in memory, with a council of 10,000 people',
  run,
};

async function run(bench: Bench): Promise<void> {
  const people = bench.trial ? 500 : 10_000;
  const engine = await embeddedEngine(null);
  const { session, release } = await engine.acquire();
  await migrate(session);
  for (const statement of worldStatements(people)) await session.script(statement);
  await takeServiceRole(session);
  release(false);
  const db = new Database(engine);
  try {
    const deps = lookUpDeps(db);
    for (const callers of [1, 32]) {
      const options = { callers, seconds: bench.trial ? 0.2 : 4, stems: people - 20 };
      await askFor(deps, options);
      const runs = [];
      for (let at = 0; at < bench.runs; at++) runs.push(await askFor(deps, options));
      bench.report({
        name: `embedded-${callers}`,
        about: `audited look-ups a second on PGlite, ${callers} caller${callers === 1 ? '' : 's'} at once`,
        unit: 'a second',
        ours: runs.map((one) => one.perSecond),
      });
    }
  } finally {
    await db.close();
  }
}
