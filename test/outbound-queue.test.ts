/** The queue of hints: what is put into it, taken out of it, shown of it and deleted from it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../src/domain/caller.ts';
import { HomewardError } from '../src/domain/error.ts';
import { parseMessage } from '../src/hl7/message.ts';
import { hintDestinations } from '../src/hl7/hint-message.ts';
import { openHint } from '../src/services/hints.ts';
import { destinationStatus, forgetOldOutbound, listDeadLetters, replayDeadLetters } from '../src/services/outbound.ts';
import type { OutboundDeps } from '../src/services/outbound.ts';
import type { SendFailure } from '../src/services/send-outbound.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { Outbound, hintFeed, realClock, seal, stayOf, inSendTurn } from './support/outbound.ts';

let test: TestDatabase;
let out: Outbound;
let count = 0;

before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());
beforeEach(() => {
  // A destination of its own for each test: they share the database.
  out = new Outbound(test.db, hintFeed({}, { id: `feed-${++count}` }));
});

const operator: Caller = {
  userId: 'test|operator', name: 'Olwen Pike', role: 'operator', organisation: 'KVH', team: 'IT',
  authenticatedBy: 'test', authenticatedAt: new Date(), session: 'test',
}; // prettier-ignore

const deps = (): OutboundDeps => ({
  db: test.db,
  clock: realClock,
  seal,
  destinations: hintDestinations([out.feed]),
  queue: out.queue,
});

/** Sends the first in the queue to nobody: writes down how it went. */
async function attempt(ending: SendFailure | 'acknowledged'): Promise<string> {
  let id = '';
  const timing = { retryFirst: 0, retryLongest: 0 };
  await inSendTurn({ db: test.db, clock: realClock, seal }, out.destination, timing, async (turn) => {
    const next = await turn.next();
    assert.ok(next && (await turn.begin(next.message)));
    id = next.message.controlId;
    if (ending === 'acknowledged') await turn.acknowledged(next.message);
    else await turn.failed(next.message, ending);
  });
  return id;
}

const refused: SendFailure = { fault: 'AR', arrived: false, final: true };
const lost: SendFailure = { fault: 'TIMEOUT', arrived: true, final: false };
const unreachable: SendFailure = { fault: 'REFUSED', arrived: false, final: false };

const states = async (): Promise<string[]> => (await out.rows()).map(({ kind, state }) => `${kind} ${state}`);

describe('what is wanted for a stay', () => {
  it('is queued once, however often it is wanted', async () => {
    const stay = stayOf();
    assert.deepEqual([await out.want('hint', stay), await out.want('hint', stay)], ['queued', 'stands']);
    await attempt('acknowledged');
    assert.equal(await out.want('hint', stay), 'stands');
    assert.deepEqual(await states(), ['hint acknowledged']);
  });

  it('is queued once when two transactions want it at once', { skip: process.env['TEST_DATABASE_URL'] ? false : 'needs a server' }, async () => {
    const stay = stayOf();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => out.want('hint', stay)));
    assert.deepEqual(outcomes.sort(), ['queued', ...Array<string>(7).fill('stands')]);
  }); // prettier-ignore

  it('is not queued when the transaction that wanted it fails', async () => {
    const { feed, queue } = out;
    const [hint] = feed.hints;
    assert.ok(hint);
    await assert.rejects(
      test.db.transaction(async (trx) => {
        await queue.enqueueHint(trx, { feed, hint, stay: stayOf(), kind: 'hint' }, new Date());
        throw new Error('no');
      }),
      /no/,
    );
    assert.deepEqual(await states(), []);
  });

  it('is taken back only when it was told', async () => {
    const stay = stayOf();
    assert.equal(await out.want('retraction', stay), 'nothing');
    await out.want('hint', stay);
    await attempt('acknowledged');
    assert.deepEqual([await out.want('retraction', stay), await out.want('retraction', stay)], ['queued', 'stands']);
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction waiting']);
  });

  it('leaves the queue unsent when it is taken back before it can have arrived', async () => {
    const stay = stayOf();
    await out.want('hint', stay);
    await attempt(unreachable);
    assert.equal(await out.want('retraction', stay), 'withdrawn');
    assert.equal(await out.want('retraction', stay), 'nothing');
    assert.deepEqual(await states(), ['hint withdrawn']);
    assert.equal(await out.want('hint', stay), 'queued');
  });

  it('is followed by what takes it back once it may have arrived', async () => {
    const stay = stayOf();
    await out.want('hint', stay);
    await attempt(lost);
    assert.equal(await out.want('retraction', stay), 'queued');
    assert.deepEqual(await states(), ['hint waiting', 'retraction waiting']);
    await attempt(unreachable);
    assert.deepEqual((await out.rows()).map(({ sent }) => sent), [true, false]); // prettier-ignore
  });

  it('needs no taking back where the destination refused it', async () => {
    const stay = stayOf();
    await out.want('hint', stay);
    await attempt(refused);
    assert.equal(await out.want('hint', stay), 'stands');
    assert.equal(await out.want('retraction', stay), 'withdrawn');
    assert.deepEqual(await states(), ['hint withdrawn']);
  });

  it('can be told again after it was taken back, and taken back again', async () => {
    const stay = stayOf();
    for (const kind of ['hint', 'retraction', 'hint', 'retraction'] as const) {
      assert.equal(await out.want(kind, stay), 'queued');
      await attempt('acknowledged');
    }
    assert.equal((await out.rows()).length, 4);
  });

  it('is taken back for the patient whom it named, though the stay has another by then', async () => {
    const stay = stayOf(1);
    await out.want('hint', stay);
    const id = await attempt('acknowledged');
    await out.want('retraction', { ...stayOf(2), stayId: stay.stayId });
    const { rows } = await sql<{ control_id: string; sealed: Buffer }>`
      select control_id, sealed from hl7_outbound where stay_id = ${stay.stayId} and kind = 'retraction'`.execute(
      test.db.sql,
    );
    const [row] = rows;
    assert.ok(row);
    const parsed = parseMessage(Buffer.from(openHint(seal, row.sealed, row.control_id).message, 'latin1'));
    assert.ok(parsed.ok);
    assert.equal(parsed.message.value('PID', 3), 'H100001');
    assert.equal(parsed.message.value('PV1', 19), 'V1');
    assert.notEqual(row.control_id, id);
  });

  it('is taken back and told anew when the stay turns out to be another person’s, and not for a mere merge', async () => {
    const stay = stayOf(1);
    await out.want('hint', stay);
    await attempt('acknowledged');
    const merged = { ...stayOf(2), stayId: stay.stayId };
    assert.equal(await out.want('hint', merged), 'stands');
    const another = { ...stayOf(3, { nhsNumber: null }), stayId: stay.stayId };
    assert.equal(await out.want('hint', another), 'queued');
    assert.equal(await out.want('hint', another), 'stands');
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction waiting', 'hint waiting']);
    const third = { ...stayOf(4, { nhsNumber: null }), stayId: stay.stayId };
    assert.equal(await out.want('hint', third), 'queued');
    assert.deepEqual((await states()).slice(2), ['hint withdrawn', 'hint waiting']);
  });

  it('is unreadable in the database', async () => {
    await out.want('hint', stayOf());
    const { rows } = await sql<{ text: string }>`
      select encode(sealed, 'escape') || control_id as text from hl7_outbound where destination = ${out.destination}`.execute(
      test.db.sql,
    );
    assert.equal(rows.length, 1);
    assert.doesNotMatch(rows[0]?.text ?? '', /Probert|9990000018|H100001|HWCARE/);
  });
});

describe('dead letters', () => {
  it('come after a refusal, or after the last attempt at the time of giving up', async () => {
    await out.want('hint', stayOf(1));
    await attempt(refused);
    await out.want('hint', stayOf(2), new Date(Date.now() - 2 * 86_400_000));
    await attempt(lost);
    assert.deepEqual(await states(), ['hint dead', 'hint dead']);
    const rows = await out.rows();
    assert.deepEqual(rows.map(({ last_fault: fault, sent }) => [fault, sent]), [['AR', false], ['TIMEOUT', true]]); // prettier-ignore
  });

  it('are listed with identifiers masked, to those who run the service', async () => {
    await out.want('hint', stayOf());
    await attempt(refused);
    const [letter, ...others] = await listDeadLetters(deps(), operator);
    assert.equal(others.length, 0);
    assert.equal(letter?.hospitalNumber, '••••001');
    assert.equal(letter?.visit, '•1');
    assert.doesNotMatch(JSON.stringify(letter), /Probert|9990000018|H100001/);
    await assert.rejects(listDeadLetters(deps(), { ...operator, role: 'emergency-nurse' }), { code: 'NOT_ALLOWED' });
  });

  it('are sent again in their old places, with the ids they had, and that is in the audit trail', async () => {
    const dead: string[] = [];
    for (const number of [1, 2]) {
      await out.want('hint', stayOf(number));
      dead.push(await attempt(refused));
    }
    await out.want('hint', stayOf(3));
    const replayed = await replayDeadLetters(deps(), operator, out.destination, null);
    assert.deepEqual(replayed, { waiting: 2, withdrawn: 0 });
    const sent = [await attempt('acknowledged'), await attempt('acknowledged')];
    assert.deepEqual(sent, dead);
    const { rows } = await sql<{ detail: { destination: string; waiting: number } }>`
      select detail from audit_event where action = 'replay-dead-letters' and detail->>'destination' = ${out.destination}`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows.map(({ detail }) => detail.waiting), [2]); // prettier-ignore
    await assert.rejects(replayDeadLetters(deps(), operator, out.destination, null), { code: 'MESSAGE_GONE' });
    await assert.rejects(replayDeadLetters(deps(), operator, out.destination, ["1' or"]), { code: 'MESSAGE_GONE' });
  });

  it('are withdrawn instead when something else was meant for the stay since', async () => {
    const stay = stayOf();
    await out.want('hint', stay);
    await attempt(lost);
    await out.want('retraction', stay);
    await attempt(refused);
    assert.deepEqual(await states(), ['hint dead', 'retraction waiting']);
    const [letter] = await listDeadLetters(deps(), operator);
    const replayed = await replayDeadLetters(deps(), operator, out.destination, [letter?.id ?? '']);
    assert.deepEqual(replayed, { waiting: 0, withdrawn: 1 });
    assert.deepEqual(await states(), ['hint withdrawn', 'retraction waiting']);
  });

  it('that would undo what is meant now are withdrawn when it is queued', async () => {
    const stay = stayOf();
    await out.want('hint', stay);
    await attempt('acknowledged');
    await out.want('retraction', stay);
    await attempt(refused);
    assert.equal(await out.want('hint', stay), 'queued');
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction withdrawn', 'hint waiting']);
  });
});

describe('what is shown and kept', () => {
  it('says of each destination what waits, what is dead and what was wrong last', async () => {
    const quiet = await destinationStatus(deps());
    const [before] = quiet.filter(({ destination }) => destination === out.destination);
    assert.deepEqual(before && [before.waiting, before.dead, before.lastAcknowledged], [0, 0, null]);
    await out.want('hint', stayOf(1));
    await attempt('acknowledged');
    await out.want('hint', stayOf(2));
    await attempt(refused);
    const oldest = new Date(Date.now() - 20 * 86_400_000);
    const late = hintFeed({ timing: { giveUpAfter: '365 days' } }, { id: out.feed.id });
    const patient = new Outbound(test.db, late);
    await patient.want('hint', stayOf(3), oldest);
    await attempt(lost);
    await out.want('hint', stayOf(4));
    const status = (await destinationStatus(deps())).find(({ destination }) => destination === out.destination);
    assert.deepEqual(
      status && [status.waiting, status.oldestWaiting, status.dead, status.lastFault, status.configured],
      [2, oldest, 1, 'TIMEOUT', true],
    );
    assert.ok(status?.lastAcknowledged);
    const gone = await destinationStatus({ ...deps(), destinations: [] });
    assert.equal(gone.find(({ destination }) => destination === out.destination)?.configured, false);
  });

  it('goes when its time is over, but for a hint that may stand and what is to take it back', async () => {
    const long = new Date(Date.now() - 40 * 86_400_000);
    const [standing, ended] = [stayOf(1), stayOf(2)];
    for (const kind of ['hint', 'retraction'] as const) {
      await out.want(kind, ended, long);
      await attempt('acknowledged');
    }
    await out.want('hint', standing, long);
    await attempt('acknowledged');
    await out.want('hint', stayOf(3));
    assert.ok((await forgetOldOutbound(deps())) >= 2);
    assert.deepEqual((await out.rows()).map((row) => row.stay_id === standing.stayId), [true, false]); // prettier-ignore
    assert.deepEqual(await states(), ['hint acknowledged', 'hint waiting']);
    await out.want('retraction', standing, long);
    await forgetOldOutbound(deps());
    assert.deepEqual(await states(), ['hint acknowledged', 'hint waiting', 'retraction waiting']);
  });

  it('is not sent, and not lost, while its key is missing', async () => {
    await out.want('hint', stayOf());
    const other = { db: test.db, clock: realClock, seal: { ...seal, open: (): never => { throw new HomewardError('SEAL_BROKEN'); } } }; // prettier-ignore
    await inSendTurn(other, out.destination, { retryFirst: 0, retryLongest: 0 }, async (turn) => {
      const next = await turn.next();
      assert.ok(next);
      await assert.rejects(turn.begin(next.message), { code: 'SEAL_BROKEN' });
    });
    assert.deepEqual(await states(), ['hint waiting']);
  });
});
