/** What a feed's file says must not be kept any longer goes, whether or not anything new comes in. */
import { londonDate } from '../domain/dates.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import type { Database } from '../store/database.ts';
import { forgetExpired, forgetMessages, forgetStays, keptFeeds, shelveStays } from '../store/hospital/forget.ts';
import { takeFeed } from '../store/hospital/messages.ts';
import type { HospitalDeps } from './hospital-deps.ts';

const atOnce = 1000;
const day = 86_400_000;
/** Of a feed whose file is gone: what a file that says nothing means. */
const usual = { retention: { raw: 7 * day, stays: 90 * day }, stays: { stale: { offLists: 0, forget: 90 * day } } };
/** How long it is told that messages expired while they were set aside, or waited. */
const toldFor = 30 * day;

/** What went: messages past their expiry, stays with all that was said of them; `shelved` only left the lists. */
export interface Forgotten {
  readonly messages: number;
  readonly stays: number;
  readonly shelved: number;
}

/**
 * Deletes expired messages, stays that ended long enough ago or of which nothing has been heard for too long, and
 * what was said of people who are in no hospital; takes stale stays off board, lists and hints.
 */
export async function forgetHospital({
  db,
  clock,
  feeds,
  wake,
}: Pick<HospitalDeps, 'db' | 'clock' | 'feeds' | 'wake'>): Promise<Forgotten> {
  const now = clock.now();
  // Of a feed that is on, what waits will be applied soon; twice its time is enough for any fault to be mended.
  const takenUp = feeds
    .filter(({ enabled }) => enabled)
    .map(({ id, retention: { raw } }) => ({ feed: id, expiredBefore: new Date(now.getTime() - raw) }));
  const messages = await untilNone(() => forgetMessages(db, takenUp, now, londonDate(now), atOnce));
  await forgetExpired(db, expiredSince(now));
  const configured = new Map(feeds.map((feed) => [feed.id, feed]));
  let [stays, shelved] = [0, 0];
  for (const id of new Set([...configured.keys(), ...(await keptFeeds(db))])) {
    const gone = await forgetFeed(db, id, configured.get(id) ?? usual, now);
    stays += gone.stays;
    shelved += gone.shelved;
  }
  if (stays + shelved > 0) wake();
  return { messages, stays, shelved };
}

/** Since which day it is told that messages expired while they were set aside, or waited. */
export function expiredSince(now: Date): ReturnType<typeof londonDate> {
  return londonDate(new Date(now.getTime() - toldFor));
}

type Kept = Pick<Feed, 'retention'> & { readonly stays: Pick<Feed['stays'], 'stale'> };

async function forgetFeed(
  db: Database,
  id: string,
  { retention, stays: { stale } }: Kept,
  now: Date,
): Promise<{ stays: number; shelved: number }> {
  const ago = (time: number): Date => new Date(now.getTime() - time);
  const before = { ended: ago(retention.stays), stale: ago(stale.forget), withoutStay: ago(retention.raw) };
  // Somebody else has the feed: it goes next time.
  const stays = await untilNone(() =>
    db.transaction(async (trx) => ((await takeFeed(trx, id)) ? forgetStays(trx, id, before, now, atOnce) : 0)),
  );
  const shelved = await untilNone(() =>
    db.transaction(async (trx) => ((await takeFeed(trx, id)) ? shelveStays(trx, id, ago(stale.offLists), now, atOnce) : 0)),
  ); // prettier-ignore
  return { stays, shelved };
}

async function untilNone(forget: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let gone = atOnce; gone >= atOnce; all += gone) gone = await forget();
  return all;
}
