/** Whatever the hospital did, and in whatever order and however often its messages come: the store ends with the same stays. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { HospitalEvent } from '../src/domain/stay-event.ts';
import { readEvent, writeEvent } from '../src/domain/stay-event.ts';
import { foldStays } from '../src/domain/stay.ts';
import type { Feed } from '../src/domain/hospital-feed.ts';
import { applyNext } from '../src/services/apply-messages.ts';
import { messageTaker } from '../src/services/take-message.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { hospitalOn } from './support/hospital.ts';
import { run, steps } from './support/stay-histories.ts';

let database: TestDatabase;
before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());

let feeds = 0;

/** Lets statements through the whole store as messages, in batches, and reads what it has then. */
async function through(arriving: readonly HospitalEvent[], batches: readonly number[]): Promise<object[]> {
  const hospital = hospitalOn(database.db);
  const feed: Feed = { ...(hospital.deps.feeds[0] as Feed), id: `feed-${feeds++}` };
  const taker = messageTaker(hospital.deps);
  // The message is the statement itself: what is tried here is the store, not the language.
  const read = (_: Feed, content: Uint8Array) => ({
    kind: 'events' as const,
    events: [{ ...readEvent(Buffer.from(content).toString()), feed: feed.id }],
    remarks: [],
  });
  let at = 0;
  for (let turn = 0; at < arriving.length; turn++) {
    const size = batches[turn % batches.length] ?? 1;
    await Promise.all(
      arriving.slice(at, at + size).map((event, index) =>
        taker.take({
          feed,
          content: Buffer.from(writeEvent(event)),
          sender: 'A|B',
          controlId: `${at + index}`,
          event: '',
          receivedAt: hospital.clock.now(),
          state: 'waiting',
        }),
      ),
    );
    at += size;
    while ((await applyNext(hospital.deps, feed, read, size)).taken > 0);
  }
  const rows = await database.db.sql.selectFrom('stay').selectAll().where('feed', '=', feed.id).execute();
  return rows
    .map(({ stay_id: _id, cluster: _cluster, version: _version, feed: _feed, ...row }) => row)
    .sort((a, b) => ((a.visits[0] ?? '') < (b.visits[0] ?? '') ? -1 : 1));
}

const histories = steps.map((script) => run(script).events).filter((events) => events.length > 0);
const shuffled = histories.chain((events) =>
  fc
    .tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.subarray(events))
    .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }))
    .map((arriving) => ({ events, arriving })),
);

describe('H16: the store of stays', () => {
  it('ends the same in any order, any batches and any repetition, and as the fold of all says', async () => {
    const numRuns = Number(process.env['HISTORIES'] ?? 25);
    await fc.assert(
      fc.asyncProperty(
        shuffled,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
        async ({ events, arriving }, batches) => {
          const kept = await through(arriving, batches);
          assert.deepEqual(kept, await through(events, [events.length]));
          const rules = (hospitalOn(database.db).deps.feeds[0] as Feed).stays;
          const folded = foldStays(events, rules).map(({ visits, status }) => `${visits.join('+')} ${status}`);
          assert.deepEqual(kept.map((row) => { const { visits, status } = row as { visits: string[]; status: string }; return `${visits.join('+')} ${status}`; }), folded.sort()); // prettier-ignore
        },
      ),
      { numRuns },
    );
  });
});
