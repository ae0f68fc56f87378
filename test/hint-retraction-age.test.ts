/** A hint that is to be taken back, and waits behind a message that the hospital's system will not take. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { interfaceGauges } from '../src/services/interface-gauges.ts';
import { alarmsOf } from '../src/services/interface-alarms.ts';
import type { InterfaceStatus } from '../src/services/interface-status.ts';
import { destinationStatus } from '../src/services/outbound.ts';
import type { SendFailure } from '../src/services/send-outbound.ts';
import { interfaceView } from '../src/web/pages/interface-view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { Outbound, hintFeed, seal, stayOf, inSendTurn } from './support/outbound.ts';

let test: TestDatabase;
let out: Outbound;
const began = new Date('2026-03-02T03:00:00Z');
let now = began;
const clock = { now: (): Date => now };
const later = (seconds: number): void => void (now = new Date(began.getTime() + seconds * 1000));

before(async () => {
  test = await openTestDatabase();
  out = new Outbound(test.db, hintFeed());
});
after(() => test.close());

async function attempt(ending: SendFailure | 'acknowledged'): Promise<string> {
  let kind = '';
  const timing = { retryFirst: 0, retryLongest: 0 };
  await inSendTurn({ db: test.db, clock, seal }, out.destination, timing, async (turn) => {
    const next = await turn.next();
    assert.ok(next && (await turn.begin(next.message)));
    kind = (await out.rows()).find((row) => row.control_id === next.message.controlId)?.kind ?? '';
    if (ending === 'acknowledged') await turn.acknowledged(next.message);
    else await turn.failed(next.message, ending);
  });
  return kind;
}

const error: SendFailure = { fault: 'AE', arrived: true, final: false };
const reject: SendFailure = { fault: 'AR', arrived: false, final: true };

async function status(): Promise<InterfaceStatus> {
  const destinations = await destinationStatus({ db: test.db, destinations: [{ id: out.destination, giveUpAfter: 1, keptFor: 1 }] }); // prettier-ignore
  const arrivals = { changesWaiting: 0, oldestChangeAt: null, openStays: {}, learnt: {} };
  return {
    at: now,
    feeds: [],
    destinations,
    setAside: [],
    expired: [],
    stranded: [],
    nearlyTooMany: [],
    arrivals,
    untold: { stays: 0, since: null },
  } as unknown as InterfaceStatus;
}

const alarms = async (): Promise<string> => alarmsOf(await status(), null).join('\n');
const seconds = async (): Promise<number | undefined> =>
  interfaceGauges(await status(), null, []).find(({ name }) => name === 'homeward_hint_oldest_retraction_seconds')?.value; // prettier-ignore
const page = async (): Promise<string> => {
  const texts = { reason: () => '', fault: () => '' };
  return JSON.stringify(interfaceView(await status(), { listener: null, senders: [] }, texts));
};

describe('a hint that is to be taken back (H23)', () => {
  it('is an alarm with its age a minute later, when a message before it is not taken; the order stays', async () => {
    const [one, two] = [stayOf(1), stayOf(2)];
    await out.want('hint', one, now);
    await attempt('acknowledged');
    await out.want('hint', two, now);
    await attempt(error);
    assert.deepEqual([await seconds(), /to be taken back/.test(await page())], [0, false]);
    await out.want('retraction', one, now);
    later(59);
    assert.doesNotMatch(await alarms(), /still stands/);
    later(12 * 60);
    assert.match(
      await alarms(),
      /A hint still stands at kvh\/alert that should not: it was to be taken back 12 minutes ago\. Messages go strictly in order/,
    );
    assert.equal(await seconds(), 12 * 60);
    assert.match(await page(), /2, oldest 12 minutes ago; a hint to be taken back since today at 3am/);
    assert.equal(await attempt(error), 'hint', 'nothing overtakes the first');
  });

  it('stays one when its retraction was given up, and is none when it was taken', async () => {
    assert.equal(await attempt(reject), 'hint');
    assert.equal(await attempt(reject), 'retraction');
    assert.match(await alarms(), /A hint still stands at kvh\/alert/);
    await test.db.sql.updateTable('hl7_outbound').set({ state: 'waiting' }).where('kind', '=', 'retraction').execute();
    assert.equal(await attempt('acknowledged'), 'retraction');
    assert.doesNotMatch(await alarms(), /still stands/);
    assert.equal(await seconds(), 0);
  });
});
