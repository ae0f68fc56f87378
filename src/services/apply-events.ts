/** Adds statements to a feed's, and works out anew every stay that they touch. */
import type { Feed } from '../domain/hospital-feed.ts';
import type { StayRules } from '../domain/stay.ts';
import { foldStays } from '../domain/stay.ts';
import type { HospitalEvent } from '../domain/stay-event.ts';
import type { Trx } from '../store/database.ts';
import { tooMany } from '../store/hospital/cluster-sizes.ts';
import { contentsOf } from '../store/hospital/event-content.ts';
import { addEvents, dropEmpty, eventsOf, takeBack } from '../store/hospital/events.ts';
import { replaceStays } from '../store/hospital/stay-rows.ts';

/** Statements could not be made into stays: a fault of theirs or of ours, but none of the database's. */
export class FoldFailed extends Error {
  constructor(cause: unknown) {
    super('Statements could not be folded', { cause });
    this.name = 'FoldFailed';
  }
}

/** What one message says. */
export interface Saying {
  readonly events: readonly HospitalEvent[];
  /** What it said when it was last read, which this replaces. */
  readonly before: readonly string[];
}

export interface Applied {
  /** Ids of the stays that have changed. */
  readonly changed: readonly string[];
  /** What each saying is kept as; null: it would join more statements than may be, and none of it is kept. */
  readonly said: readonly (readonly string[] | null)[];
  /** Places of sayings with which nearly as many statements hang together as may. */
  readonly nearly: ReadonlySet<number>;
}

/**
 * Applies what messages say, in a transaction that has taken the feed.
 * @param most statements of one cluster; the feed's file decides, but for what a person says by hand
 * @throws FoldFailed
 */
export async function applyEvents(
  trx: Trx,
  feed: Pick<Feed, 'id' | 'stays'>,
  sayings: readonly Saying[],
  at: Date,
  most = feed.stays.mostStatements,
): Promise<Applied> {
  const parted = await takeBack(trx, feed.id, sayings.flatMap(({ before }) => before)); // prettier-ignore
  const given = sayings.map(({ events }) => events);
  const { over, nearly } = await tooMany(trx, feed.id, given, most);
  const taken = given.map((events, place) => (over.has(place) ? [] : events));
  const joined = await addEvents(trx, feed.id, taken);
  await dropEmpty(trx, parted);
  const said = given.map((events, place) => (over.has(place) ? null : contentsOf(events)));
  const clusters = [...new Set([...parted, ...joined])];
  if (clusters.length === 0) return { changed: [], said, nearly };
  const kept = await eventsOf(trx, clusters);
  const stays = new Map(clusters.map((cluster) => [cluster, fold(kept.get(cluster) ?? [], feed.stays)]));
  return { changed: await replaceStays(trx, stays, feed.stays.stale.offLists, at), said, nearly };
}

function fold(events: readonly HospitalEvent[], rules: StayRules): ReturnType<typeof foldStays> {
  try {
    return foldStays(events, rules);
  } catch (cause) {
    throw new FoldFailed(cause);
  }
}
