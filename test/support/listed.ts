/** A council, a hospital whose feed is heard, and people in it: for tests of what is said of who is in hospital. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../src/domain/caller.ts';
import type { Feed } from '../../src/domain/hospital-feed.ts';
import type { BoardDeps } from '../../src/services/board.ts';
import type { Database } from '../../src/store/database.ts';
import { kingsVale } from './adt.ts';
import { allOn, putStay, settling } from './arrivals.ts';
import type { Settling, StayChanges } from './arrivals.ts';
import { nhs } from './import-lines.ts';
import { Site } from './import-site.ts';
import { callerOf } from './site.ts';

export type ListedSite = Site & {
  readonly own: Settling;
  readonly board: BoardDeps;
  readonly feed: Feed;
  readonly dutyWorker: Caller;
};

/**
 * Its council's people are `nhs(1)` and `nhs(2)`, as M1 and M2, both with care.
 * @param hospital when it is not one of the test's own
 */
export function listedSite(
  db: Database,
  id: string,
  agreement: Record<string, unknown> = {},
  hospital = `HOSPITAL-${id}`,
): ListedSite {
  const options = { agreement: { arrival: allOn, hospital, ...agreement }, council: { fallLimitPercent: 100 } };
  const site = Object.assign(new Site(db, id, options), { hospital });
  const feed = { ...kingsVale, id: `feed-${hospital.toLowerCase()}`, hospital };
  const { council, clock } = site;
  return Object.assign(site, {
    own: settling(site),
    feed,
    board: { db, clock, agreements: [site.agreement], feeds: [feed] },
    dutyWorker: { ...callerOf('council-duty-worker'), organisation: council.id },
  });
}

/** Lands an extract with both people. */
export async function landBoth(site: ListedSite): Promise<void> {
  await site.land(site.whole([{ id: 'M1', number: nhs(1) }, { id: 'M2', number: nhs(2) }])); // prettier-ignore
}

/** A message of the feed, so many seconds old. */
export async function message(
  site: ListedSite,
  state: 'waiting' | 'applied' | 'quarantined',
  secondsAgo = 0,
  event = 'ADT^A04',
): Promise<void> {
  const at = new Date(site.now.getTime() - secondsAgo * 1000);
  await site.db.sql
    .insertInto('hl7_message')
    .values({
      feed: site.feed.id,
      sender: 'PAS|KVH',
      control_id: randomUUID().slice(0, 20),
      body_mac: Buffer.alloc(32),
      event,
      received_at: at,
      state,
      sealed: Buffer.alloc(1),
      expires_at: new Date(at.getTime() + 86_400_000),
    })
    .execute();
}

/** Somebody comes, is applied and settled. @returns the stay */
export async function arrive(site: ListedSite, number: string, changes: StayChanges = {}): Promise<string> {
  const stay = await putStay(site, number, changes);
  await message(site, 'applied');
  await site.own.run();
  return stay;
}

/** Lets time pass, with the feed heard all along. */
export async function later(site: ListedSite, seconds: number): Promise<void> {
  site.now = new Date(site.now.getTime() + seconds * 1000);
  await message(site, 'applied');
}
