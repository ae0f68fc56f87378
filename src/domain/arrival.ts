/**
 * What an arrival's own question may learn of a person: whether council care is on record, and nothing
 * of it. It is decided by the look-up's own rules (policy.ts), so that board, hint and answer page never
 * say different things of one person.
 */
import type { Agreement } from './agreement.ts';
import type { Caller } from './caller.ts';
import { nextLondonMidnight } from './dates.ts';
import type { IsoDate } from './dates.ts';
import type { Decision, LookUpRequest } from './policy.ts';
import type { PartStates } from './record.ts';
import type { StayCaution } from './stay.ts';

/** `cannot-say` is none of the other two: nothing may be shown, and nothing follows from it. */
export type CareOnRecord = 'yes' | 'no' | 'cannot-say';

/** Why an arrival asks, in the audit trail; no person can choose it. */
export const arrivalReason = 'hospital-arrival';

/** The service itself, as the trail names it. @param hospital at which somebody arrived */
export function homewardItself(hospital: string, now: Date): Caller {
  return {
    userId: 'service|arrivals',
    name: 'Homeward itself',
    role: 'operator',
    organisation: hospital,
    team: 'service',
    authenticatedBy: 'service',
    authenticatedAt: now,
    session: 'service',
  };
}

/** Who a stay is about, as its hospital says. */
export interface StayIdentity {
  readonly nhsNumber: string | null;
  readonly birthDate: IsoDate | null;
}

/** Whom to ask about; nobody, where the hospital's own statements do not agree on who it is. */
export function identityOf({ person, cautions }: Pick<StayAsked, 'person' | 'cautions'>): StayIdentity {
  if (person.died || cautions.some((one) => one !== 'start-not-seen')) return { nhsNumber: null, birthDate: null };
  return { nhsNumber: person.nhsNumber?.value ?? null, birthDate: person.birthDate };
}

interface StayAsked {
  readonly cautions: readonly StayCaution[];
  readonly person: {
    readonly nhsNumber: { readonly value: string } | null;
    readonly birthDate: IsoDate | null;
    readonly died: boolean;
  };
}

/**
 * An arrival's question as a look-up: as if the person had agreed, since all that comes of it is whether
 * there is something to ask the person about.
 */
export function arrivalRequest(council: string, { nhsNumber, birthDate }: StayIdentity): LookUpRequest {
  return {
    council,
    nhsNumber: nhsNumber ?? '',
    birthDate: birthDate ?? '',
    familyName: null,
    reason: 'decide-admission',
    permission: 'given',
    cannotAskReason: null,
  };
}

/** What an arrival learns from the decision that a look-up would get. */
export function careOnRecord({ kind }: Decision): CareOnRecord {
  if (kind === 'care') return 'yes';
  return kind === 'no-care' || kind === 'no-record' ? 'no' : 'cannot-say';
}

/** By what an answer is known to be about somebody else by now. */
export function askedAbout({ nhsNumber, birthDate }: StayIdentity): string {
  return `${nhsNumber ?? '-'} ${birthDate ?? '-'}`;
}

/**
 * Until when an answer holds while the council sends nothing new: until the day is over, since care
 * begins and ends by days, and no longer than its facts may be used.
 */
export function askAgainAt({ freshness }: Agreement, { care, restrictions }: PartStates, now: Date): Date {
  const limits = [
    care && care.asAt.getTime() + freshness.care.red + 1,
    restrictions && restrictions.asAt.getTime() + freshness.restrictions.overdueAfter + 1,
  ];
  const ahead = limits.filter((at): at is number => at !== undefined && at > now.getTime());
  return new Date(Math.min(nextLondonMidnight(now).getTime(), ...ahead));
}
