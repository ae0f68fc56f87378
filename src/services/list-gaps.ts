/**
 * What keeps a list of people in hospital from being whole. A short or empty list says "nobody" only while
 * nothing of this holds (product rule 1, hazards H02 and H09): each page that lists people says it on top.
 */
import type { Agreement } from '../domain/agreement.ts';
import type { Clock } from '../domain/clock.ts';
import { hospitalsOf } from '../domain/hospital-feed.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import { freshnessOf, isOverdue } from '../domain/policy.ts';
import { currentParts, partStates } from '../store/bundles.ts';
import type { Db } from '../store/database.ts';
import { unsettledSince, untakenOf } from '../store/hospital/list-gaps.ts';
import { pulseOf } from './feed-status.ts';

/** One reason why somebody may be missing from a list, or on it who has left. */
export type ListGap =
  /** The hospital sends no arrivals here. */
  | { readonly is: 'no-feed'; readonly hospital: string }
  /** Nothing has come for longer than is usual at the hour; null: as long as anything is kept. */
  | { readonly is: 'silent'; readonly hospital: string; readonly last: Date | null }
  /** Messages were taken and are in no stay yet. */
  | { readonly is: 'waiting'; readonly hospital: string; readonly since: Date }
  /** Messages were taken and cannot be read. */
  | { readonly is: 'set-aside'; readonly hospital: string; readonly since: Date; readonly messages: number }
  /** Patients who came, or of whom something has changed since, and whose question is not answered yet. */
  | { readonly is: 'unsettled'; readonly since: Date }
  /** The council's information has never come, or is past its limit: nobody of theirs can be listed. */
  | {
      readonly is: 'overdue';
      readonly council: string;
      readonly part: 'care' | 'restrictions';
      readonly asAt: Date | null;
    };

/** Longer than this nothing may take between a message and the list (docs/arrivals.md). */
export const listWithin = 60_000;
/** For how long a message that cannot be read is said on lists; whoever mends it sees it until it is mended. */
const setAsideFor = 86_400_000;

export interface GapDeps {
  readonly clock: Clock;
  /** All that are configured. */
  readonly feeds: readonly Feed[];
}

/** The feeds that are on and tell of any of these hospitals. */
export function feedsOf({ feeds }: Pick<GapDeps, 'feeds'>, hospitals: readonly string[]): Feed[] {
  return feeds.filter((feed) => feed.enabled && hospitalsOf(feed).some((one) => hospitals.includes(one)));
}

/** The gaps of a list that rests on these agreements, the gravest first; none when it is whole. */
export async function gapsOf(db: Db, deps: GapDeps, agreements: readonly Agreement[]): Promise<ListGap[]> {
  const now = deps.clock.now();
  const hospitals = [...new Set(agreements.map(({ hospital }) => hospital))];
  const feeds = feedsOf(deps, hospitals);
  const gaps = [
    ...(await councilGaps(db, agreements, now)),
    ...(await feedGaps(db, deps, hospitals, feeds, now)),
    ...(await settlingGaps(db, agreements, feeds, now)),
  ];
  return gaps.toSorted((one, other) => Number(one.is === 'set-aside') - Number(other.is === 'set-aside'));
}

async function councilGaps(db: Db, agreements: readonly Agreement[], now: Date): Promise<ListGap[]> {
  const gaps: ListGap[] = [];
  for (const agreement of agreements) {
    const { council } = agreement;
    const parts = partStates(await currentParts(db, council));
    if (!isOverdue(agreement, parts, now) || gaps.some((one) => one.is === 'overdue' && one.council === council))
      continue;
    const careIsOld = ['red', 'never'].includes(freshnessOf(parts.care?.asAt ?? null, agreement.freshness.care, now));
    const part = careIsOld ? 'care' : 'restrictions';
    gaps.push({ is: 'overdue', council, part, asAt: parts[part]?.asAt ?? null });
  }
  return gaps;
}

async function feedGaps(
  db: Db,
  { clock }: Pick<GapDeps, 'clock'>,
  hospitals: readonly string[],
  feeds: readonly Feed[],
  now: Date,
): Promise<ListGap[]> {
  const ids = feeds.map(({ id }) => id);
  const untaken = await untakenOf(db, ids, new Date(now.getTime() - setAsideFor));
  const pulses = await pulseOf({ db, clock, feeds });
  const without = hospitals.filter((one) => !feeds.some((feed) => hospitalsOf(feed).includes(one)));
  return [
    ...without.map((hospital): ListGap => ({ is: 'no-feed', hospital })),
    ...feeds.flatMap((feed): ListGap[] => {
      const pulse = pulses.find((one) => one.feed === feed.id);
      const own = untaken.find((one) => one.feed === feed.id);
      const waiting = own?.oldestWaitingAt ?? null;
      const told = hospitalsOf(feed).filter((one) => hospitals.includes(one));
      return told.flatMap((hospital): ListGap[] => [
        ...(pulse?.silentSince ? [{ is: 'silent', hospital, last: pulse.lastReceivedAt } as const] : []),
        ...(waiting === null || now.getTime() - waiting.getTime() <= listWithin
          ? []
          : [{ is: 'waiting', hospital, since: waiting } as const]),
        ...(own?.oldestSetAsideAt
          ? [{ is: 'set-aside', hospital, since: own.oldestSetAsideAt, messages: own.setAside } as const]
          : []),
      ]);
    }),
  ];
}

async function settlingGaps(
  db: Db,
  agreements: readonly Agreement[],
  feeds: readonly Feed[],
  now: Date,
): Promise<ListGap[]> {
  const before = new Date(now.getTime() - listWithin);
  const since = await unsettledSince(db, agreements, feeds.map(({ id }) => id), before); // prettier-ignore
  return since === null ? [] : [{ is: 'unsettled', since }];
}
