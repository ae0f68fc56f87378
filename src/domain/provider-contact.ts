/** How a provider says that it is reached, and how that stands beside the council's word on the answer page. */
import type { ShownNumber } from './answer.ts';
import { numberForTheHour, parseOfficeHours } from './office-hours.ts';
import type { HolidayCalendar, NumberForTheHour } from './office-hours.ts';

/** What a provider confirms of itself. */
export interface OwnContact {
  readonly officePhone: string | null;
  /** As `parseOfficeHours` reads it. */
  readonly officeHours: string | null;
  readonly outOfHoursPhone: string | null;
  readonly email: string | null;
  readonly confirmedAt: Date;
  /** When numbers or hours became other than those confirmed before; null or absent when they never did. */
  readonly changedAt?: Date | null;
}

/** For so long numbers count as just changed: time for somebody of the provider to say that it was not them. */
const justChangedFor = 7 * 86_400_000;

/** Whether what a hospital phones was changed lately: then the council's word comes before it. */
export function isJustChanged({ changedAt }: Pick<OwnContact, 'changedAt'>, now: Date): boolean {
  return changedAt instanceof Date && now.getTime() - changedAt.getTime() < justChangedFor;
}

/** One source's numbers, read. */
export interface NumbersOf {
  readonly office: ShownNumber['phone'] | null;
  readonly outOfHours: ShownNumber['phone'] | null;
  readonly hours: string | null;
}

/** Which numbers to show, in which order, and why. */
export interface ChosenNumbers {
  readonly now: ShownNumber | null;
  readonly others: readonly ShownNumber[];
  readonly reason: string;
  readonly officeHours: string | null;
}

/** Chooses among one source's numbers. */
export function chooseNumbers(given: NumbersOf, now: Date, holidays: HolidayCalendar): ChosenNumbers {
  const choice = choiceOf(given, now, holidays);
  const numbers = shown(given);
  const first = numbers.find(({ kind }) => kind === choice.use) ?? null;
  return {
    now: first,
    others: numbers.filter((number) => number !== first),
    reason: choice.reason,
    officeHours: given.hours,
  };
}

/**
 * Chooses among the provider's own word and the council's. A number that answers now comes first, whoever gave
 * it; where both give one, that which was confirmed later. What differs is shown of both: at 3am the second
 * number is worth more than a tidy page.
 * @param ownIsNewer whether the provider confirmed after the council did
 */
export function chooseOfBoth(
  own: NumbersOf,
  council: NumbersOf,
  ownIsNewer: boolean,
  now: Date,
  holidays: HolidayCalendar,
): ChosenNumbers {
  const [first, second, from, otherFrom] = ownIsNewer
    ? ([own, council, 'provider', 'council'] as const)
    : ([council, own, 'council', 'provider'] as const);
  const [one, other] = [chooseNumbers(first, now, holidays), chooseNumbers(second, now, holidays)];
  const [lead, rest, leadFrom, restFrom] =
    one.now === null && other.now !== null ? [other, one, otherFrom, from] : [one, other, from, otherFrom];
  const all = [
    ...(lead.now ? [{ ...lead.now, from: leadFrom }] : []),
    ...lead.others.map((number) => ({ ...number, from: leadFrom })),
    ...[...(rest.now ? [rest.now] : []), ...rest.others].map((number) => ({ ...number, from: restFrom })),
  ];
  const distinct = all.filter((number, index) => all.findIndex((same) => isSame(same, number)) === index);
  // Whose a number is need be said only of one that the other does not give too.
  const labelled = distinct.map((number) => (all.filter((same) => isSame(same, number)).length > 1 ? plain(number) : number)); // prettier-ignore
  const call = lead.now ? (labelled[0] ?? null) : null;
  return {
    now: call,
    others: call ? labelled.slice(1) : labelled,
    reason: lead.reason,
    officeHours: lead.officeHours ?? rest.officeHours,
  };
}

function choiceOf(given: NumbersOf, now: Date, holidays: HolidayCalendar): NumberForTheHour {
  const hours = given.hours ? parseOfficeHours(given.hours) : null;
  return numberForTheHour(
    { office: given.office !== null, outOfHours: given.outOfHours !== null, hours },
    now,
    holidays,
  );
}

function shown({ office, outOfHours }: NumbersOf): ShownNumber[] {
  return [
    ...(office ? [{ phone: office, kind: 'office' as const }] : []),
    ...(outOfHours ? [{ phone: outOfHours, kind: 'out-of-hours' as const }] : []),
  ];
}

function isSame(a: ShownNumber, b: ShownNumber): boolean {
  return a.kind === b.kind && (a.phone.href ?? a.phone.text) === (b.phone.href ?? b.phone.text);
}

function plain({ phone, kind }: ShownNumber): ShownNumber {
  return { phone, kind };
}
