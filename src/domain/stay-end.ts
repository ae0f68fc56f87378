/**
 * Every way in which a stay can stop being a reason to hold care (product rule 10, hazard H27): its ending, and what
 * makes it another stay than the one that the provider was told of.
 */
import { isOpen } from './stay-course.ts';
import { patientKey } from './stay-event.ts';
import type { PatientRef } from './stay-event.ts';
import { isStale } from './stay.ts';
import type { Stay } from './stay.ts';

export const stayEnds = [
  'discharged',
  'transferred',
  'died',
  'closed-by-hand',
  'cancelled',
  'discharge-cancelled',
  'merged',
  'contradicted',
  'stale',
  'no-such-stay',
] as const;
export type StayEnd = (typeof stayEnds)[number];

/** What of a stay decides about its holds. */
export interface HeldStay extends Pick<
  Stay,
  'status' | 'since' | 'endedAt' | 'staleAt' | 'reopenedAt' | 'cautions' | 'expectedDischarge'
> {
  readonly id: string;
  readonly patient: PatientRef;
  readonly died: boolean;
}

/** One reason, and what marks it off from the next of its kind. */
export interface Ended {
  readonly end: StayEnd;
  readonly at: Date;
  readonly mark: string;
}

/** What a provider was told of a stay, as far as it can come to an end. */
export interface ToldOfStay {
  readonly since: Date;
  readonly patients: readonly string[];
  readonly toldGoneAt: Date | null;
  readonly agreed: readonly { readonly askedAt: Date }[];
}

/**
 * Why a stay is no reason any more to hold care; empty while it is one. Several may hold at once, and none hides
 * another, but that a death ends what providers are told.
 * @param stay null when there is no such stay any more: deleted, or become part of another
 * @param goneFor how long after "has gone home" a stay may still stand open
 */
export function endsOf(stay: HeldStay | null, told: ToldOfStay, goneFor: number, now: Date): Ended[] {
  if (stay === null) return [{ end: 'no-such-stay', at: told.since, mark: '' }];
  const ends: Ended[] = [];
  const add = (end: StayEnd, at: Date, mark = at.toISOString()): void => void ends.push({ end, at, mark });
  const { status, since, staleAt, endedAt } = stay;
  const over = endedAt ?? since;
  if (status === 'died' || stay.died) add('died', over, '');
  else if (status === 'discharged') add('discharged', over);
  if (status === 'transferred') add('transferred', over);
  if (status === 'closed') add('closed-by-hand', over);
  if (status === 'cancelled' || status === 'deleted') add('cancelled', over);
  const patient = patientKey(stay.patient);
  if (told.patients.some((one) => one !== patient)) add('merged', since, patient);
  if (stay.cautions.some((one) => one !== 'start-not-seen')) add('contradicted', since, stay.cautions.join());
  if (staleAt !== null && isStale(stay, now)) add('stale', staleAt);
  const back = backAgain(stay, told, goneFor, now);
  if (back) add('discharge-cancelled', back);
  return ends;
}

// In hospital still, though the provider was told of a going home, or agreed on one, that came to nothing. Whoever was
// told since then was told by somebody who knew better, or may be going home now: they are left alone for a while.
function backAgain(
  { status, reopenedAt }: HeldStay,
  { toldGoneAt, agreed }: ToldOfStay,
  goneFor: number,
  now: Date,
): Date | null {
  if (!isOpen(status)) return null;
  const believed = [...agreed.map(({ askedAt }) => askedAt), ...(toldGoneAt ? [toldGoneAt] : [])];
  if (reopenedAt && believed.some((one) => one <= reopenedAt)) return reopenedAt;
  const until = toldGoneAt && new Date(toldGoneAt.getTime() + goneFor);
  return until && until <= now ? until : null;
}
