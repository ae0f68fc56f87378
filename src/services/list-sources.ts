/**
 * As of when a list of people in hospital is: when its hospital's system was last heard, and of what hour the
 * councils' information is. The hour at which a page was made says nothing of the age of what stands on it
 * (product rule 3: every fact carries its source and "as it was at").
 */
import type { Agreement } from '../domain/agreement.ts';
import type { Clock } from '../domain/clock.ts';
import { limitAt } from '../domain/feed-silence.ts';
import { hospitalsOf } from '../domain/hospital-feed.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import { freshnessOf } from '../domain/policy.ts';
import { currentParts, partStates } from '../store/bundles.ts';
import type { Db } from '../store/database.ts';
import { lastHeard } from '../store/hospital/message-lists.ts';
import { feedsOf } from './list-gaps.ts';

/** How old one source of a list is. */
export interface ListSource {
  /** The hospital or the council. */
  readonly of: string;
  /** Null: never, or not for as long as is kept. */
  readonly at: Date | null;
  /** Past what is usual at the hour, or past the agreement's first limit. */
  readonly old: boolean;
}

export interface ListSources {
  readonly hospitals: readonly ListSource[];
  readonly councils: readonly ListSource[];
}

/** The age of each source of a list that rests on these agreements: of several feeds or agreements, the oldest. */
export async function sourcesOf(
  db: Db,
  deps: { readonly clock: Clock; readonly feeds: readonly Feed[] },
  agreements: readonly Agreement[],
): Promise<ListSources> {
  const now = deps.clock.now();
  const of = [...new Set(agreements.map(({ hospital }) => hospital))];
  const feeds = feedsOf(deps, of);
  const heard = await lastHeard(db, feeds.map(({ id }) => id)); // prettier-ignore
  const hospitals = feeds.flatMap((feed) => {
    const at = heard.get(feed.id) ?? null;
    const old = at === null || now.getTime() - at.getTime() > limitAt(feed.silence, now);
    return hospitalsOf(feed).filter((one) => of.includes(one)).map((one) => ({ of: one, at, old })); // prettier-ignore
  });
  const councils: ListSource[] = [];
  for (const { council, freshness } of agreements) {
    const at = partStates(await currentParts(db, council)).care?.asAt ?? null;
    councils.push({ of: council, at, old: freshnessOf(at, freshness.care, now) !== 'fresh' });
  }
  return { hospitals: oldest(hospitals), councils: oldest(councils) };
}

function oldest(sources: readonly ListSource[]): ListSource[] {
  return [...Map.groupBy(sources, (one) => one.of)].map(([of, own]) => {
    const at = own.map((one) => one.at?.getTime() ?? null);
    return {
      of,
      at: at.includes(null) ? null : new Date(Math.min(...at.map(Number))),
      old: own.some(({ old }) => old),
    };
  });
}
