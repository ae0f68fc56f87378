/** A hint that should not stand is taken back however often that fails, and nothing that is needed for it is deleted. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../src/domain/caller.ts';
import { hintDestinations } from '../src/hl7/hint-message.ts';
import { arrivalsOn } from '../src/services/arrivals.ts';
import type { Arrivals } from '../src/services/arrivals.ts';
import { HintQueue } from '../src/services/hints.ts';
import { alarmsOf } from '../src/services/interface-alarms.ts';
import { readInterfaces } from '../src/services/interface-status.ts';
import {
  destinationStatus,
  forgetOldOutbound,
  replayDeadLetters,
  settleDeadLetters,
} from '../src/services/outbound.ts';
import type { OutboundDeps } from '../src/services/outbound.ts';
import { sealerOf } from '../src/services/sealing.ts';
import type { SendFailure } from '../src/services/send-outbound.ts';
import { arrivalSite, pass } from './support/arrival-site.ts';
import type { ArrivalSite } from './support/arrival-site.ts';
import { allOn, putStay } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';
import { Outbound, hintFeed, seal, inSendTurn } from './support/outbound.ts';
import { agreementWith } from './support/site.ts';

let test: TestDatabase;
let site: ArrivalSite;
let out: Outbound;
let failures: unknown[];
let stay: string;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, C] = [nhs(1), nhs(3)];
const refused: SendFailure = { fault: 'AR', arrived: false, final: true };
const lost: SendFailure = { fault: 'TIMEOUT', arrived: true, final: true };

/** A process: arrivals over the same database, with or without the feed and the key of before. */
function process({ key = seal, enabled = true, agreements = [site.agreement] } = {}): Arrivals {
  const feeds = enabled ? [out.feed] : [];
  const queue = new HintQueue(key, hintDestinations(feeds));
  failures = [];
  return arrivalsOn({
    db: test.db, clock: site.clock, feeds, agreements, hints: queue, failed: (error) => void failures.push(error),
  }); // prettier-ignore
}

const states = async (): Promise<string[]> => (await out.rows()).map(({ kind, state }) => `${kind} ${state}`);

async function attempt(ending: SendFailure | 'acknowledged'): Promise<void> {
  const timing = { retryFirst: 0, retryLongest: 0 };
  await inSendTurn({ db: test.db, clock: site.clock, seal }, out.destination, timing, async (turn) => {
    const next = await turn.next();
    assert.ok(next && (await turn.begin(next.message)));
    if (ending === 'acknowledged') await turn.acknowledged(next.message);
    else await turn.failed(next.message, ending);
  });
}

const deps = (destinations = hintDestinations([out.feed])): OutboundDeps => ({
  db: test.db, clock: site.clock, seal, destinations, queue: out.queue,
}); // prettier-ignore
const operator = (): Caller => site.nurse('olwen', 'operator');
const standingAt = async (destinations = hintDestinations([out.feed])) =>
  (await destinationStatus(deps(destinations))).find(({ destination }) => destination === out.destination);
const leave = (status: 'discharged' | 'arrived' = 'discharged'): Promise<string> =>
  putStay(site, A, { status, ...(status === 'discharged' && { endedAt: site.now, staleAt: null }) }, stay);
async function forgetStay(): Promise<void> {
  await sql`delete from stay where stay_id = ${stay}`.execute(test.db.sql);
}

beforeEach(async () => {
  site = await arrivalSite(test.db);
  out = new Outbound(test.db, hintFeed({}, { id: `feed-${site.hospital.toLowerCase()}`, hospital: site.hospital }));
  stay = await putStay(site, A);
  await process().run();
  await attempt('acknowledged');
  assert.deepEqual(await states(), ['hint acknowledged']);
});

describe('a hint that stands and should not', () => {
  it('whose key is missing is taken back as soon as the key is there again', async () => {
    const without = process({ key: sealerOf(Buffer.alloc(32, 9)) });
    await leave();
    await without.run();
    await without.run();
    assert.deepEqual(await states(), ['hint acknowledged']);
    // Told once, not with every try.
    assert.equal(failures.length, 1);
    assert.equal((await standingAt())?.stuck, 1);
    const again = process();
    await again.run();
    assert.deepEqual([await states(), failures], [['hint acknowledged', 'retraction waiting'], []]);
    assert.equal((await standingAt())?.stuck, 0);
    await again.run();
    assert.equal((await states()).length, 2);
  });

  it('of a feed that was turned off is taken back when the feed is on again', async () => {
    await leave();
    await process({ enabled: false }).run();
    assert.deepEqual(await states(), ['hint acknowledged']);
    await process().run();
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction waiting']);
  });

  it('is taken back though its stay has been deleted', async () => {
    await leave();
    await process({ enabled: false }).run();
    await forgetStay();
    await process().run();
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction waiting']);
  });

  it('is taken back where the hint’s switch was turned off while its feed was', async () => {
    await process({ enabled: false }).run();
    const off = agreementWith({ id: site.agreement.id, council: site.council.id, hospital: site.hospital, arrival: { ask: true } }); // prettier-ignore
    await process({ agreements: [off] }).run();
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction waiting']);
  });

  it('is left alone while it should stand', async () => {
    const own = process();
    pass(site, 0.1);
    for (let times = 0; times < 3; times++) await own.run();
    assert.deepEqual(await states(), ['hint acknowledged']);
  });

  it('is taken back with every other that may still stand for the stay', async () => {
    await leave();
    await process().run();
    await attempt(lost);
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction dead']);
    await leave('arrived');
    await process().run();
    await attempt('acknowledged');
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction withdrawn', 'hint acknowledged']);
    await leave();
    await process().run();
    assert.deepEqual((await states()).slice(3), ['retraction waiting', 'retraction waiting']);
    await attempt('acknowledged');
    await attempt('acknowledged');
    assert.equal((await standingAt())?.standing, 0);
  });
});

describe('what is deleted', () => {
  const long = 90 * 24;

  it('is never a retraction that was given up, nor one that waits, nor the hint that it takes back', async () => {
    await leave();
    await process().run();
    await forgetStay();
    pass(site, long);
    await forgetOldOutbound(deps());
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction waiting']);
    await attempt(refused);
    pass(site, long);
    await forgetOldOutbound(deps());
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction dead']);
    assert.equal((await standingAt())?.standing, 1);
  });

  it('is never a hint that may stand, also when its stay is no more', async () => {
    await leave();
    await process({ enabled: false }).run();
    await forgetStay();
    pass(site, long);
    await forgetOldOutbound(deps());
    assert.deepEqual(await states(), ['hint acknowledged']);
  });

  it('is both, once the retraction was sent again and acknowledged', async () => {
    await leave();
    await process().run();
    await attempt(refused);
    await replayDeadLetters(deps(), operator(), out.destination, null);
    await attempt('acknowledged');
    pass(site, long);
    await forgetOldOutbound(deps());
    assert.deepEqual(await states(), []);
  });

  it('is both, once somebody has settled it by hand, which is in the trail and undoes nothing', async () => {
    await leave();
    await process().run();
    await attempt(refused);
    const [, letter] = await out.rows();
    await assert.rejects(settleDeadLetters(deps(), site.nurse('n'), out.destination, ['1']), { code: 'NOT_ALLOWED' });
    assert.equal(await settleDeadLetters(deps(), operator(), out.destination, [letter?.outbound_id as never]), 1);
    await assert.rejects(settleDeadLetters(deps(), operator(), out.destination, ['1']), { code: 'MESSAGE_GONE' });
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction settled']);
    await process().run();
    assert.deepEqual(await states(), ['hint acknowledged', 'retraction settled']);
    assert.deepEqual([(await standingAt())?.standing, (await standingAt())?.dead], [0, 0]);
    const { rows } = await sql<{ outcome: string }>`
      select outcome from audit_event where action = 'settle-dead-letters' and organisation = ${site.hospital}`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows, [{ outcome: 'settled-by-hand' }]);
    pass(site, long);
    await forgetOldOutbound(deps());
    assert.deepEqual(await states(), []);
  });
});

describe('the alarms', () => {
  const alarms = async (destinations: Parameters<typeof standingAt>[0]): Promise<string> => {
    const status = await readInterfaces({ ...deps(destinations), feeds: [] });
    const own = status.destinations.filter(({ destination }) => destination === out.destination);
    return alarmsOf({ ...status, destinations: own }, null).join('\n');
  };

  it('H09: say that hints stand where a feed was turned off', async () => {
    assert.equal(await alarms(hintDestinations([out.feed])), '');
    assert.match(await alarms([]), /1 hint may stand at .*, which no enabled feed file names/);
  });

  it('H09: say that a hint cannot be taken back for want of its key', async () => {
    await leave();
    await process({ key: sealerOf(Buffer.alloc(32, 9)) }).run();
    assert.match(await alarms(hintDestinations([out.feed])), /1 hint at .* cannot be taken back: the key/);
  });
});

it('a hint of an agreement with other switches is judged by its own hospital’s', async () => {
  const other = await arrivalSite(test.db, { arrival: { ...allOn, hint: false } }, [{ id: 'M9', number: C }]);
  await process({ agreements: [site.agreement, other.agreement] }).run();
  assert.deepEqual(await states(), ['hint acknowledged']);
});
