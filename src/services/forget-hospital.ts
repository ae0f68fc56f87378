/** What a feed's file says must not be kept any longer goes, whether or not anything new comes in. */
import { forgetMessages, forgetStays } from '../store/hospital/forget.ts';
import { takeFeed } from '../store/hospital/messages.ts';
import type { HospitalDeps } from './hospital-deps.ts';

const atOnce = 1000;

/** Deletes expired messages, and stays that ended long enough ago. @returns how many of each went */
export async function forgetHospital({
  db,
  clock,
  feeds,
}: Pick<HospitalDeps, 'db' | 'clock' | 'feeds'>): Promise<{ messages: number; stays: number }> {
  const now = clock.now();
  const messages = await untilNone(() => forgetMessages(db, now, atOnce));
  let stays = 0;
  for (const { id, retention } of feeds) {
    const before = new Date(now.getTime() - retention.stays);
    stays += await untilNone(() =>
      // Somebody else has the feed: it goes next time.
      db.transaction(async (trx) => ((await takeFeed(trx, id)) ? forgetStays(trx, id, before, atOnce) : 0)),
    );
  }
  return { messages, stays };
}

async function untilNone(forget: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let gone = atOnce; gone >= atOnce; all += gone) gone = await forget();
  return all;
}
