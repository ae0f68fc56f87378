/**
 * How the hospital's feeds and destinations stand, all in one: for the interface page, the command line and the
 * metrics. Counts and codes only; no message is opened for it.
 */
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { writeAudit } from '../store/audit.ts';
import {
  countArrivals,
  countNearlyTooMany,
  countSetAside,
  countWaitingElsewhere,
} from '../store/hospital/message-groups.ts';
import type { ArrivalCounts, WaitingCount } from '../store/hospital/message-groups.ts';
import { countExpired } from '../store/hospital/forget.ts';
import type { ExpiredCount } from '../store/hospital/forget.ts';
import type { UntoldStays } from '../store/notices/stay-told.ts';
import { feedStatus } from './feed-status.ts';
import type { FeedStatus } from './feed-status.ts';
import { expiredSince } from './forget-hospital.ts';
import type { HospitalDeps } from './hospital-deps.ts';
import { untoldAnywhere } from './notices/untold.ts';
import { destinationStatus } from './outbound.ts';
import type { DestinationStatus, OutboundDeps } from './outbound.ts';
import { maskDigits } from './set-aside.ts';

const day = 86_400_000;

export type InterfaceDeps = Pick<HospitalDeps, 'db' | 'clock' | 'feeds'> & Pick<OutboundDeps, 'destinations'>;

/** Messages of a feed that were set aside for the same reason. */
export interface SetAsideGroup {
  readonly feed: string | null;
  readonly state: 'quarantined' | 'faulty' | 'rejected' | 'conflict';
  readonly code: string;
  readonly count: number;
  readonly latestAt: Date;
  /** When the first of them is deleted, unless somebody has it read again before. */
  readonly firstExpiresAt: Date;
  /** The commonest first. */
  readonly places: readonly { readonly field: string | null; readonly value: string | null; readonly count: number }[];
}

export interface InterfaceStatus {
  readonly at: Date;
  readonly feeds: readonly FeedStatus[];
  readonly destinations: readonly DestinationStatus[];
  readonly setAside: readonly SetAsideGroup[];
  /** What waits to be applied of feeds that are off, or that no file names any more. */
  readonly stranded: readonly WaitingCount[];
  /** Feeds with messages of the last day after which some patient has nearly as many statements as may be. */
  readonly nearlyTooMany: readonly { readonly feed: string; readonly count: number }[];
  /** Of the last 30 days: set aside until they were deleted, so that what they said was lost. */
  readonly expired: readonly ExpiredCount[];
  readonly arrivals: ArrivalCounts;
  /** Stays of which providers and councils should have been told by now. */
  readonly untold: UntoldStays;
}

/** Reads how everything stands, for whoever counts it. */
export async function readInterfaces(deps: InterfaceDeps): Promise<InterfaceStatus> {
  const at = deps.clock.now();
  // One after the other: a page of numbers must not take the connections of those who look people up.
  const feeds = await feedStatus(deps);
  const destinations = await destinationStatus(deps);
  const setAside = await groups(deps);
  const expired = await countExpired(deps.db, expiredSince(at));
  const on = deps.feeds.filter(({ enabled }) => enabled).map(({ id }) => id);
  const stranded = await countWaitingElsewhere(deps.db, on);
  const nearlyTooMany = await countNearlyTooMany(deps.db, on, new Date(at.getTime() - day));
  const arrivals = await countArrivals(deps.db);
  const untold = await untoldAnywhere(deps.db, at);
  return { at, feeds, destinations, setAside, stranded, nearlyTooMany, expired, arrivals, untold };
}

/** The same for a person to see, once that is recorded. @throws HomewardError NOT_ALLOWED */
export async function seeInterfaces(deps: InterfaceDeps, caller: Caller): Promise<InterfaceStatus> {
  await recordSeen(deps, caller, 'interfaces');
  return readInterfaces(deps);
}

/** Records that somebody looked at what came, or at what could not be sent. @throws HomewardError NOT_ALLOWED */
export async function recordSeen(
  { db, clock }: Pick<InterfaceDeps, 'db' | 'clock'>,
  caller: Caller,
  list: 'interfaces' | 'set-aside' | 'dead-letters',
): Promise<void> {
  requirePermission(caller, 'run-interfaces');
  await db.transaction((trx) =>
    writeAudit(trx, clock.now(), caller, { action: 'see-interfaces', outcome: 'shown', detail: { list } }),
  );
}

async function groups({ db }: Pick<InterfaceDeps, 'db'>): Promise<SetAsideGroup[]> {
  const found = new Map<string, SetAsideGroup & { places: SetAsideGroup['places'][number][] }>();
  for (const { feed, state, code, field, value, count, latestAt, firstExpiresAt } of await countSetAside(db)) {
    const key = JSON.stringify([feed, state, code]);
    const before = found.get(key);
    const place = { field, value: value && maskDigits(value), count };
    found.set(key, {
      feed,
      state,
      code: code ?? '',
      count: (before?.count ?? 0) + count,
      latestAt: before && before.latestAt > latestAt ? before.latestAt : latestAt,
      firstExpiresAt: before && before.firstExpiresAt < firstExpiresAt ? before.firstExpiresAt : firstExpiresAt,
      places: [...(before?.places ?? []), place],
    });
  }
  return [...found.values()].sort((a, b) => order(a) - order(b) || b.latestAt.getTime() - a.latestAt.getTime());
}

// What somebody here can mend stands first.
function order({ state }: SetAsideGroup): number {
  return state === 'quarantined' ? 0 : 1;
}
