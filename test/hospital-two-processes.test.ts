/** Two processes on one database: each takes messages, one at a time applies them, none is lost or applied twice. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { HospitalEvent } from '../src/domain/stay-event.ts';
import { messageReader } from '../src/hl7/inbound.ts';
import { Applier } from '../src/services/applier.ts';
import { applyNext } from '../src/services/apply-messages.ts';
import type { ReadMessage } from '../src/services/read-message.ts';
import { Database } from '../src/store/database.ts';
import { postgresEngine } from '../src/store/engine.ts';
import { takeFeed } from '../src/store/hospital/messages.ts';
import { kingsVale } from './support/adt.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { hospitalOn } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';

const skip = serverUrl === null ? 'one process alone may have an embedded database' : false;
let database: TestDatabase;
let others: Database[];
let hospitals: TestHospital[];

before(async () => {
  if (skip) return;
  database = await openTestDatabase();
  others = [0, 1].map(() => new Database(postgresEngine(database.url ?? '', false, 6)));
  hospitals = others.map((db) => hospitalOn(db));
});
after(async () => {
  if (skip) return;
  for (const db of others) await db.close();
  await database.close();
});

it('while one has the feed, another leaves it alone', { skip }, async () => {
  const [one, two] = hospitals as [TestHospital, TestHospital];
  await one.sendAdt('A04', { 'MSH-10': 'FIRST' });
  await one.deps.db.transaction(async (trx) => {
    assert.equal(await takeFeed(trx, kingsVale.id), true);
    const turn = await applyNext(two.deps, kingsVale, messageReader([two.feed]), 10);
    assert.deepEqual(turn, { taken: 0, elsewhere: true });
  });
  const turn = await applyNext(two.deps, kingsVale, messageReader([two.feed]), 10);
  assert.deepEqual(turn, { taken: 1, elsewhere: false });
});

it('the same and other messages sent to both at once are each kept once and applied once', { skip }, async () => {
  const appliers = hospitals.map(
    ({ deps, feed }) => new Applier(deps, kingsVale, messageReader([feed]), (error) => assert.fail(String(error))),
  );
  for (const applier of appliers) applier.start();
  const count = 400;
  const answers = await Promise.all(
    hospitals.flatMap((hospital, process) =>
      Array.from({ length: count }, (_, index) => {
        // Every third one is sent to both, and what belongs to one visit arrives at both.
        const id = index % 3 === 0 ? `BOTH${index}` : `P${process}-${index}`;
        const visit = `V${Math.floor(index / 4)}`;
        const minute = String(index % 3 === 0 ? 1 : process * 20 + (index % 4)).padStart(2, '0');
        appliers[process]?.wake();
        return hospital.sendAdt('A08', {
          'MSH-10': id,
          'PV1-19': visit,
          'PID-3': `K${visit}^^^KVH^MR`,
          'EVN-2': `2026030208${minute}00`,
        });
      }),
    ),
  );
  assert.equal(answers.filter((answer) => answer.startsWith('AA ')).length, 2 * count);
  const state = () => database.db.sql.selectFrom('hl7_message').select(['control_id', 'state']).execute();
  while ((await state()).some((row) => row.state === 'waiting'))
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const applier of appliers) await applier.stop();
  const rows = (await state()).filter(({ control_id: id }) => id !== 'FIRST');
  const both = Math.ceil(count / 3);
  assert.equal(rows.length, both + 2 * (count - both));
  assert.deepEqual([...new Set(rows.map((row) => row.state))], ['applied']);
  const clusters = await database.db.sql.selectFrom('stay_event').select('cluster').distinct().execute();
  assert.equal(clusters.length, count / 4 + 1);
});

/** Reads as the feed does, but what is said of some visits can be neither written down nor folded. */
const poisoned =
  ({ feed }: TestHospital): ReadMessage =>
  (...given) => {
    const outcome = messageReader([feed])(...given);
    const text = Buffer.from(given[1]).toString();
    const spoilt: Partial<HospitalEvent> | null = text.includes('POISON-TEXT')
      ? { name: { family: 'HOL\0MES', given: '' } }
      : text.includes('POISON-TIME')
        ? { at: new Date(Number.NaN) }
        : null;
    if (outcome.kind !== 'events' || spoilt === null) return outcome;
    return { ...outcome, events: outcome.events.map((event) => ({ ...event, ...spoilt })) };
  };

it(
  'H19: messages that cannot be applied are each set aside once, whichever of the two is at it',
  { skip },
  async (t) => {
    await database.db.sql.deleteFrom('hl7_message').execute();
    await database.db.sql.deleteFrom('stay_event').execute();
    const sent = 300;
    const bad = (n: number): string | null => (n % 20 === 7 ? 'POISON-TEXT' : n % 50 === 11 ? 'POISON-TIME' : null);
    const turns = [0, 0];
    const errors: unknown[] = [];
    const appliers = hospitals.map((hospital, process) => {
      const read = poisoned(hospital);
      const counting: ReadMessage = (...given) => {
        turns[process] = (turns[process] ?? 0) + 1;
        return read(...given);
      };
      return new Applier(hospital.deps, kingsVale, counting, (error) => void errors.push(error));
    });
    for (const applier of appliers) applier.start();
    for (let n = 0; n < sent; n++) {
      const visit = bad(n) === null ? `W${n}` : `${bad(n)}-${n}`;
      // The same person before and after a bad message: what is taken back must not take them along.
      const fields = { 'MSH-10': `W${n}`, 'PV1-19': visit, 'PID-3': `W${Math.floor(n / 5)}^^^KVH^MR` };
      assert.match((await hospitals[n % 2]?.sendAdt('A04', fields)) ?? '', /^AA /);
      appliers[n % 2]?.wake();
    }
    const rows = () => database.db.sql.selectFrom('hl7_message').select(['control_id', 'state', 'code']).execute();
    while ((await rows()).some(({ state }) => state === 'waiting')) await new Promise((done) => setTimeout(done, 50));
    for (const applier of appliers) await applier.stop();
    assert.deepEqual(errors, []);
    const spoilt = Array.from({ length: sent }, (_, n) => n).filter((n) => bad(n) !== null);
    const aside = (await rows()).filter(({ state }) => state === 'quarantined');
    assert.deepEqual(aside.map(({ control_id: id }) => id).sort(), spoilt.map((n) => `W${n}`).sort()); // prettier-ignore
    assert.deepEqual([...new Set(aside.map(({ code }) => code))], ['NOT_APPLIED']);
    const kept = await database.db.sql.selectFrom('stay_event').select(['content', 'said_by']).execute();
    assert.equal(kept.length, sent - spoilt.length);
    assert.deepEqual([...new Set(kept.map(({ said_by: times }) => times))], [1]);
    const stays = await database.db.sql.selectFrom('stay').select('visits').where('feed', '=', kingsVale.id).execute();
    const visits = stays.flatMap((row) => row.visits).filter((visit) => /^W\d+$/.test(visit));
    assert.equal(visits.length, sent - spoilt.length);
    assert.equal(new Set(visits).size, visits.length);
    // On a busy computer one may have done everything.
    t.diagnostic(`read by the first ${turns[0]}, by the second ${turns[1]}`);
  },
);
