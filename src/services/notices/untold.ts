/**
 * What stays should have told by themselves and have not, whatever keeps it: a telling that fails each time it is
 * tried, or nothing that tries. Somebody must know while it lasts, or a provider visits an empty house, and a person at
 * home gets no visit (hazards H08 and H27): those who run the service, and those who can tell by hand.
 */
import { isInForce } from '../../domain/agreement.ts';
import type { Agreement } from '../../domain/agreement.ts';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import type { Clock } from '../../domain/clock.ts';
import { londonDate } from '../../domain/dates.ts';
import type { Db } from '../../store/database.ts';
import { untoldStays } from '../../store/notices/stay-told.ts';
import type { UntoldStays } from '../../store/notices/stay-told.ts';
import type { NoticeDeps } from './deps.ts';

/** An arrival is told of within seconds: what takes longer than this is stuck. */
const toldWithin = 5 * 60_000;

/** Some stays of a hospital have not been told of. */
export interface Untold {
  readonly stays: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** Since when the first of them waits. */
  readonly since: Date;
  /** Whose people they may be, and who may not know: those with which the hospital has an agreement today. */
  readonly councils: readonly string[];
}

/** What is stuck of a hospital's stays; null when nothing is, and where no agreement has anything told by itself. */
export async function untoldAt(
  db: Db,
  { agreements, clock }: { readonly agreements: readonly Agreement[]; readonly clock: Clock },
  hospital: string,
): Promise<Untold | null> {
  // Those that are over too: what was told by them is still to be taken back.
  const telling = agreements.filter((one) => one.hospital === hospital && one.notices.automatic.length > 0);
  if (telling.length === 0) return null;
  const now = clock.now();
  const { since, ...many } = await untoldStays(db, lateAt(now), hospital);
  if (since === null) return null;
  const today = londonDate(now);
  const toPhone = telling.filter((one) => isInForce(one, today));
  return { since, ...many, councils: [...new Set(toPhone.map(({ council }) => council))] };
}

/** As {@link untoldAt}, of the caller's own hospital. It names nobody. @throws HomewardError NOT_ALLOWED */
export async function seeUntold(
  deps: Pick<NoticeDeps, 'db' | 'agreements' | 'clock'>,
  caller: Caller,
): Promise<Untold | null> {
  requirePermission(caller, 'tell');
  return untoldAt(deps.db, deps, caller.organisation);
}

/** What is stuck of all stays, for who runs the service. */
export function untoldAnywhere(db: Db, now: Date): Promise<UntoldStays> {
  return untoldStays(db, lateAt(now), null);
}

function lateAt(now: Date): Date {
  return new Date(now.getTime() - toldWithin);
}
