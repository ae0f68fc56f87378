/** Adds statements to a feed's, and works out anew every stay that they touch. */
import type { StayRules } from '../domain/stay.ts';
import { foldStays } from '../domain/stay.ts';
import type { HospitalEvent } from '../domain/stay-event.ts';
import type { Trx } from '../store/database.ts';
import { addEvents, eventsOf } from '../store/hospital/events.ts';
import { replaceStays } from '../store/hospital/stay-rows.ts';

/** Statements could not be made into stays: a fault of theirs or of ours, but none of the database's. */
export class FoldFailed extends Error {
  constructor(cause: unknown) {
    super('Statements could not be folded', { cause });
    this.name = 'FoldFailed';
  }
}

/**
 * Applies statements, in a transaction that has taken the feed.
 * @returns ids of the stays that have changed
 * @throws FoldFailed
 */
export async function applyEvents(
  trx: Trx,
  feed: { readonly id: string; readonly stays: StayRules },
  events: readonly HospitalEvent[],
  at: Date,
): Promise<string[]> {
  if (events.length === 0) return [];
  const clusters = await addEvents(trx, feed.id, events);
  const kept = await eventsOf(trx, clusters);
  const stays = new Map(clusters.map((cluster) => [cluster, fold(kept.get(cluster) ?? [], feed.stays)]));
  return replaceStays(trx, stays, at);
}

function fold(events: readonly HospitalEvent[], rules: StayRules): ReturnType<typeof foldStays> {
  try {
    return foldStays(events, rules);
  } catch (cause) {
    throw new FoldFailed(cause);
  }
}
