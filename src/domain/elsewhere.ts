/**
 * What other councils' records say against telling anybody about a person: a person's bars are the person's, whichever
 * council knows of them (product rules 4, 5 and 10). Nobody learns from it which council said what: what comes of it is
 * "cannot be told automatically" or "not shown", and nothing else.
 */
import { isInForce } from './agreement.ts';
import type { Agreement } from './agreement.ts';
import { arrivalRequest, askAgainAt } from './arrival.ts';
import { londonDate } from './dates.ts';
import type { RecordNow, ReferralNow } from './interlock.ts';
import { referralNow } from './interlock.ts';
import { decideOnRecord, unused } from './policy.ts';
import type { NumberResolution, PartStates, PersonRecord, ReferralState } from './record.ts';

/** Another council's record of the person, and that council's agreements, in force or not. */
export interface ReadElsewhere {
  readonly found: NumberResolution;
  readonly parts: PartStates;
  readonly agreements: readonly Agreement[];
}

export interface BarsElsewhere {
  /** `not-shown` for whatever is certain, a death too; `overdue` where an objection could have been overlooked. */
  readonly record: Exclude<RecordNow, 'died'>;
  readonly referral: ReferralNow;
  /** Until when this holds while no council sends anything new; null without end. */
  readonly until: Date | null;
}

const nothing: BarsElsewhere = { record: 'shown', referral: 'none-recorded', until: null };

/**
 * The strictest word of several councils. One that does not know the person says nothing, however old its word is; of
 * whom it knows, a list that is too old, or was never had, bars as it does at home.
 */
export function barsElsewhere(reads: readonly ReadElsewhere[], now: Date): BarsElsewhere {
  return reads.map((one) => barsOfOne(one, now)).reduce(stricter, nothing);
}

// What a list says for certain counts also where no agreement gives it an age.
const stated: Record<ReferralState, ReferralNow> = {
  open: 'open',
  none: 'none-recorded',
  'not-known': 'not-available',
};

function barsOfOne({ found, parts, agreements }: ReadElsewhere, now: Date): BarsElsewhere {
  const { person, ambiguous } = found;
  const inForce = agreements.filter((one) => isInForce(one, londonDate(now)));
  const referrals = inForce.map((agreement) => referralNow(person, parts, agreement, now));
  // Two people behind the number: who knows which of them is meant?
  if (ambiguous) return { ...nothing, record: 'not-shown', referral: 'not-available' };
  if (person === null) return nothing;
  const record = isBarred({ found, parts, agreements }, person, now)
    ? 'not-shown'
    : inForce.some((agreement) => isListTooOld(agreement, parts, now))
      ? 'overdue'
      : 'shown';
  return {
    record,
    referral: referrals.reduce(stricterReferral, stated[person.referral]),
    until: inForce.map((agreement) => untilBy(agreement, parts, now)).reduce(sooner, null),
  };
}

/** Restricted, under review, dead, no adult: whatever gives the look-up's neutral text, and not for want of readable care. */
function isBarred({ found, parts, agreements }: ReadElsewhere, person: PersonRecord, now: Date): boolean {
  if (person.deathDate !== null) return true;
  // By the record's own birth date: that another council has it otherwise lifts no restriction of its.
  const request = arrivalRequest('', { nhsNumber: found.current, birthDate: person.birthDate });
  return agreements.some((agreement) => {
    const { kind, rule } = decideOnRecord({ agreement, request, counts: unused, found, parts, now });
    return kind === 'died' || (kind === 'cannot-show' && rule !== 'R11');
  });
}

function isListTooOld({ freshness }: Agreement, { restrictions }: PartStates, now: Date): boolean {
  const age = restrictions ? now.getTime() - restrictions.asAt.getTime() : Number.NaN;
  return !(age <= freshness.restrictions.overdueAfter);
}

function untilBy(agreement: Agreement, parts: PartStates, now: Date): Date {
  const limit = agreement.freshness.safeguarding.notAvailableAfter + 1;
  const ends = parts.safeguarding ? parts.safeguarding.asAt.getTime() + limit : 0;
  const again = askAgainAt(agreement, parts, now);
  return ends > now.getTime() && ends < again.getTime() ? new Date(ends) : again;
}

function stricter(a: BarsElsewhere, b: BarsElsewhere): BarsElsewhere {
  const record = [a.record, b.record];
  return {
    record: record.includes('not-shown') ? 'not-shown' : record.includes('overdue') ? 'overdue' : 'shown',
    referral: stricterReferral(a.referral, b.referral),
    until: sooner(a.until, b.until),
  };
}

/** The stricter of two words on a referral. */
export function stricterReferral(a: ReferralNow, b: ReferralNow): ReferralNow {
  if (a === 'none-recorded') return b;
  return b === 'open' ? b : a;
}

/** The record's word when others have been asked too: a death is said plainly only where the council itself says it. */
export function stricterRecord(own: RecordNow, elsewhere: BarsElsewhere['record']): RecordNow {
  if (own === 'died' || own === 'not-shown' || elsewhere === 'shown') return own;
  return elsewhere === 'not-shown' ? 'not-shown' : 'overdue';
}

/** The earlier of two times, either of which may be without end. */
export function sooner(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}
