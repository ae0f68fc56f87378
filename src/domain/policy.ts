/**
 * The policy decision: pure, deny by default, first failing rule wins, each decision naming its
 * rule (R1–R18 of the trust rules) so that the audit says why. Split in two because the order is
 * itself a rule (product rule 2): what can be refused without asking a council is refused first.
 */
import { cannotAskReasons, isInForce } from './agreement.ts';
import type { Agreement, CannotAskReason, PermissionAnswer, Reason } from './agreement.ts';
import type { AnswerKind, Freshness } from './answer.ts';
import { may } from './caller.ts';
import type { Caller } from './caller.ts';
import { ageOn, londonDate, parseDate } from './dates.ts';
import type { IsoDate } from './dates.ts';
import type { NhsNumberResult } from './nhs-number.ts';
import type { CarePackage, NumberResolution, PartStates, PersonRecord } from './record.ts';

/** What a person asks, as typed and chosen. */
export interface LookUpRequest {
  readonly council: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  /** Last name as the hospital has it, if typed: a difference is a caution, never a refusal. */
  readonly familyName: string | null;
  readonly reason: Reason;
  readonly permission: PermissionAnswer;
  readonly cannotAskReason: CannotAskReason | null;
}

/** How much the person and the organisation have looked up lately, from the audit trail. */
export interface UseCounts {
  /** Different people, the one asked for now left out. */
  readonly people15Minutes: number;
  readonly peopleDay: number;
  readonly organisationPeopleDay: number;
  /** Answers "no record" or "birth date does not match", last 10 minutes, since the last sign-in. */
  readonly missesSinceSignIn: number;
  /** The same, last 30 minutes, whatever the sign-in. */
  readonly misses: number;
  /** Look-ups opened without asking, last 12 hours, since the last sign-in. */
  readonly emergenciesSinceSignIn: number;
  /** Look-ups opened without asking, last 12 hours, whatever the sign-in. */
  readonly emergencies: number;
  /** Birth dates that did not match this person, last 24 hours, by anybody of the hospital; 0 until the record is read. */
  readonly mismatchesOnPerson: number;
}

/** Counts for what costs nothing of the look-up budget. */
export const unused: UseCounts = {
  people15Minutes: 0,
  peopleDay: 0,
  organisationPeopleDay: 0,
  missesSinceSignIn: 0,
  misses: 0,
  emergenciesSinceSignIn: 0,
  emergencies: 0,
  mismatchesOnPerson: 0,
};

/** Something the privacy officer is told at once. */
export type AlertKind =
  | 'emergency-access'
  | 'repeated-emergencies'
  | 'many-emergencies'
  | 'emergency-over-budget'
  | 'over-budget'
  | 'repeated-misses'
  | 'repeated-mismatch'
  | 'arrival-mismatches'
  | 'many-arrivals';

export interface Decision {
  readonly kind: AnswerKind;
  /** The rule that decided, such as `R9`. */
  readonly rule: string;
  readonly alert?: AlertKind;
}

export interface BeforeAsking {
  readonly caller: Caller;
  readonly agreement: Agreement | null;
  readonly request: LookUpRequest;
  readonly number: NhsNumberResult;
  readonly counts: UseCounts;
  readonly now: Date;
}

const hours = 3_600_000;

/**
 * Everything that can be decided without asking a council.
 * @returns a refusal, or null when the council's record may be read
 */
export function decideBeforeAsking(facts: BeforeAsking): Decision | null {
  const { caller, agreement, request, number, counts, now } = facts;
  const today = londonDate(now);
  const signInAge = now.getTime() - caller.authenticatedAt.getTime();
  // Written so that a time that cannot be read is refused too.
  if (caller.userId === '' || !(signInAge >= 0 && signInAge <= 12 * hours)) {
    return { kind: 'sign-in-again', rule: 'R1' };
  }
  if (!agreement || !isBetween(agreement, caller.organisation, request.council, today)) {
    return { kind: 'not-allowed', rule: 'R2' };
  }
  // An agreement can only narrow what a role may do at all.
  if (!may(caller.role, 'look-up') || !agreement.roles[caller.role]) return { kind: 'not-allowed', rule: 'R3' };
  if (!agreement.purposes.includes(request.reason)) return { kind: 'not-allowed', rule: 'R4' };
  // A refusal stands under every permission model, and before anything about the person is read.
  if (request.permission === 'refused') return { kind: 'permission-refused', rule: 'R7' };
  if (!permissionHolds(agreement, request)) return { kind: 'not-allowed', rule: 'R7' };
  return decideWhom(number, request.birthDate, today) ?? withinBudget(agreement, request, counts);
}

function isBetween(agreement: Agreement, hospital: string, council: string, today: IsoDate): boolean {
  return isInForce(agreement, today) && agreement.hospital === hospital && agreement.council === council;
}

// The same for whoever asks, a person or an arrival: no council is asked about a wrong number or a child.
function decideWhom(number: NhsNumberResult, birthDate: IsoDate, today: IsoDate): Decision | null {
  if (!number.ok) return { kind: 'number-not-valid', rule: 'R5' };
  return isAdult(birthDate, today) ? null : { kind: 'child', rule: 'R8' };
}

export interface BeforeArrival {
  readonly agreement: Agreement;
  readonly hospital: string;
  readonly request: LookUpRequest;
  readonly number: NhsNumberResult;
  /** Somebody was told "no" by the person during this stay. */
  readonly refused: boolean;
  readonly now: Date;
}

/**
 * Everything that can be decided about an arrival's own question without asking a council: what stands
 * before a look-up, but for role, permission and budget, which are a person's.
 * @returns a refusal, or null when the council's record may be read
 */
export function decideBeforeArrival(facts: BeforeArrival): Decision | null {
  const { agreement, hospital, request, number, refused, now } = facts;
  const today = londonDate(now);
  if (!agreement.arrival.ask || !isBetween(agreement, hospital, request.council, today)) {
    return { kind: 'not-allowed', rule: 'R2' };
  }
  if (refused) return { kind: 'permission-refused', rule: 'R7' };
  return decideWhom(number, request.birthDate, today);
}

function permissionHolds(agreement: Agreement, request: LookUpRequest): boolean {
  if (agreement.permission === 'not-needed') return request.permission === 'not-needed';
  if (agreement.permission !== 'ask') return false;
  if (request.permission === 'cannot-ask') {
    return request.cannotAskReason !== null && Object.hasOwn(cannotAskReasons, request.cannotAskReason);
  }
  return request.permission === 'given';
}

function withinBudget(agreement: Agreement, request: LookUpRequest, counts: UseCounts): Decision | null {
  const { budget } = agreement;
  const emergency = request.permission === 'cannot-ask';
  if (emergency) return emergencyWithinBudget(agreement, counts);
  if (counts.misses >= budget.missesBeforeLock) {
    return { kind: 'over-budget', rule: 'R14', alert: 'repeated-misses' };
  }
  if (counts.missesSinceSignIn >= budget.missesBeforeSignIn) {
    return { kind: 'sign-in-again', rule: 'R14', alert: 'repeated-misses' };
  }
  if (isOverBudget(agreement, counts)) return { kind: 'over-budget', rule: 'R14', alert: 'over-budget' };
  return null;
}

// Never a dead end: signing in again always goes on. Never a way round: the more, the oftener.
function emergencyWithinBudget({ budget }: Agreement, counts: UseCounts): Decision | null {
  const again = (alert: AlertKind): Decision => ({ kind: 'sign-in-again', rule: 'R14', alert });
  if (counts.emergencies >= budget.emergenciesBeforeEachSignIn && counts.emergenciesSinceSignIn > 0) {
    return again('many-emergencies');
  }
  if (counts.emergenciesSinceSignIn >= budget.emergenciesBeforeSignIn) return again('repeated-emergencies');
  if (counts.missesSinceSignIn >= budget.missesBeforeSignIn) return again('repeated-misses');
  return null;
}

function isOverBudget({ budget }: Agreement, counts: UseCounts): boolean {
  return (
    counts.people15Minutes >= budget.people15Minutes ||
    counts.peopleDay >= budget.peopleDay ||
    counts.organisationPeopleDay >= budget.organisationPeopleDay ||
    counts.misses >= budget.missesBeforeLock
  );
}

export interface OnRecord {
  readonly agreement: Agreement;
  readonly request: LookUpRequest;
  readonly counts: UseCounts;
  readonly found: NumberResolution;
  readonly parts: PartStates;
  readonly now: Date;
}

/** What the council's record allows to be shown. Read only after {@link decideBeforeAsking} gave null. */
export function decideOnRecord(facts: OnRecord): Decision {
  const decision = decideRecord(facts);
  if (decision.alert || facts.request.permission !== 'cannot-ask') return decision;
  const over = isOverBudget(facts.agreement, facts.counts);
  return { ...decision, alert: over ? 'emergency-over-budget' : 'emergency-access' };
}

function decideRecord({ agreement, request, counts, found, parts, now }: OnRecord): Decision {
  const today = londonDate(now);
  if (found.invalidated) return { kind: 'number-not-valid', rule: 'R5' };
  // Two records behind one number: whose birth date should be compared? Nobody is shown.
  if (found.ambiguous) return { kind: 'cannot-show', rule: 'R5' };
  const overdue = isOverdue(agreement, parts, now);
  const { person } = found;
  if (!person) return overdue ? { kind: 'overdue', rule: 'R18' } : { kind: 'no-record', rule: 'R5' };
  if (person.birthDate === null) return { kind: 'cannot-show', rule: 'R8' };
  const mismatch = person.birthDate !== request.birthDate;
  // From then on the right date gives the neutral text too: else that text would tell a wrong guess from a right one.
  if (counts.mismatchesOnPerson + (mismatch ? 1 : 0) >= agreement.budget.mismatchesBeforeNeutral) {
    return { kind: 'cannot-show', rule: 'R5', alert: 'repeated-mismatch' };
  }
  if (mismatch) return { kind: 'birth-date-mismatch', rule: 'R5' };
  if (!isAdult(person.birthDate, today)) return { kind: 'cannot-show', rule: 'R8' };
  if (isRestricted(person, today)) return { kind: 'cannot-show', rule: 'R9' };
  if (person.underReview) return { kind: 'cannot-show', rule: 'R5' };
  // Nobody knows who has objected: that the person has died is not said either.
  if (!parts.restrictions) return { kind: 'overdue', rule: 'R18' };
  if (person.deathDate !== null) return { kind: 'died', rule: 'R13' };
  const { open, unread } = sharePackages(agreement, person, now);
  // A line that could not be read may be the very care the person has: "none" would be a guess.
  if (open.length === 0 && unread > 0) return { kind: 'cannot-show', rule: 'R11' };
  if (overdue) return { kind: 'overdue', rule: 'R18' };
  return { kind: open.length > 0 ? 'care' : 'no-care', rule: 'R11' };
}

// A text that is no date proves nobody to be 18.
function isAdult(birthDate: IsoDate, today: IsoDate): boolean {
  return parseDate(birthDate) === birthDate && ageOn(birthDate, today) >= 18;
}

/** Whether a restriction or objection holds on a day. */
export function isRestricted(person: Pick<PersonRecord, 'restrictions'>, today: IsoDate): boolean {
  return person.restrictions.some(({ from, until }) => from <= today && (until === null || until >= today));
}

/**
 * Whether the council's word is too old, or was never had, to be given as an answer of today.
 * The list of restrictions counts: without it an objection could be overlooked.
 */
export function isOverdue(agreement: Agreement, parts: PartStates, now: Date): boolean {
  const { restrictions } = parts;
  return (
    freshnessOf(parts.care?.asAt ?? null, agreement.freshness.care, now) === 'red' ||
    !parts.care ||
    !restrictions ||
    !(now.getTime() - restrictions.asAt.getTime() <= agreement.freshness.restrictions.overdueAfter)
  );
}

/** Where a fact's age stands against its two limits (milliseconds); red when its time cannot be read. */
export function freshnessOf(asAt: Date | null, limits: { amber: number; red: number }, now: Date): Freshness {
  if (asAt === null) return 'never';
  const age = now.getTime() - asAt.getTime();
  if (!(age <= limits.red)) return 'red';
  return age > limits.amber ? 'amber' : 'fresh';
}

export interface SharedPackages {
  readonly open: readonly CarePackage[];
  readonly ended: readonly CarePackage[];
  /** Lines of the person that exist and that nobody could read or name. */
  readonly unread: number;
}

/** Cuts a person's packages to those the agreement and the council's service map let be shown. */
export function sharePackages(agreement: Agreement, person: PersonRecord, now: Date): SharedPackages {
  const today = londonDate(now);
  const earliest = londonDate(new Date(now.getTime() - agreement.recentlyEnded));
  const open: CarePackage[] = [];
  const ended: CarePackage[] = [];
  let unread = person.unreadLines;
  for (const one of person.packages) {
    if (one.fullCost && agreement.fullCostPackages === 'not-shown') continue;
    const isOpen = one.leftOutSince === null && (one.end === null || one.end >= today);
    if (one.label === null) {
      if (isOpen) unread++;
      continue;
    }
    if (!one.shown) continue;
    const last = one.leftOutSince ? londonDate(one.leftOutSince) : one.end;
    if (isOpen) open.push(one);
    else if (last !== null && last >= earliest) ended.push(one);
  }
  return { open, ended, unread };
}
