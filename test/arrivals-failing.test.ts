/** Arrivals that cannot be settled, since the database answers nothing: said and counted each time, however busy the feed. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { HospitalFeeds } from '../src/hl7/feeds.ts';
import { sealerOf } from '../src/services/sealing.ts';
import { Database } from '../src/store/database.ts';
import type { Engine } from '../src/store/engine.ts';
import { movableClock } from './support/web.ts';

/** A database that is asked, and answers only that it cannot be. */
function silentDatabase(): { db: Database; asked: () => number; fail: (why: string) => Promise<void> } {
  let waiting: ((error: Error) => void)[] = [];
  let asked = 0;
  const ask = (): Promise<never> => {
    asked++;
    return new Promise((_, reject) => waiting.push(reject));
  };
  const engine: Engine = { kind: 'postgres', acquire: ask, ask, close: async () => undefined };
  return {
    db: new Database(engine),
    asked: () => asked,
    async fail(why) {
      const failing = waiting;
      waiting = [];
      for (const reject of failing) reject(new Error(why));
      for (let turns = 0; turns < 5; turns++) await turn();
    },
  };
}

it('each round that fails is in the log and counted as it fails, also while a busy feed asks for the next', async (test) => {
  const { db, asked, fail } = silentDatabase();
  const said: string[] = [];
  const counted: (number | null)[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: ({ error }: object & { error?: unknown }, message: string) => void said.push(`${message}: ${String(error)}`),
  };
  const seal = sealerOf(Buffer.alloc(32), []);
  const feeds = new HospitalFeeds(
    { db, clock: movableClock(), feeds: [], agreements: [], councils: [], hospitals: [], seal },
    {
      feeds: [],
      host: '127.0.0.1',
      port: null,
      tls: null,
      log,
      observeSettling: (stays) => void counted.push(stays),
    },
  );
  test.after(async () => {
    const stopped = feeds.stop();
    await fail('the end');
    await stopped;
  });
  feeds.start();
  await turn();
  assert.equal(asked(), 1);
  feeds.settle();
  await fail('no answer within 10 s');
  const message = 'arrivals could not be settled; it will be tried again: Error:';
  assert.deepEqual(said, [`${message} no answer within 10 s`], 'before the last round has come');
  assert.deepEqual(counted, [null]);
  assert.equal(asked(), 2, 'the next has begun');
  // Nobody asks any more: the last of them ends, and nothing is said twice.
  await fail('no answer again');
  assert.deepEqual(said.slice(1), [`${message} no answer again`]);
  assert.deepEqual(counted, [null, null]);
  await feeds.stop();
  assert.equal(said.length, 2);
});
