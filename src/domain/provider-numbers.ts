/** Which of a provider's numbers to phone at this hour: one choice for answer page, messages and tasks. */
import type { ShownNumber } from './answer.ts';
import { londonDate } from './dates.ts';
import type { IsoDate } from './dates.ts';
import type { HolidayCalendar } from './office-hours.ts';
import { readPhone } from './phone.ts';
import { chooseNumbers, chooseOfBoth, isJustChanged } from './provider-contact.ts';
import type { ChosenNumbers, NumbersOf, OwnContact } from './provider-contact.ts';

/**
 * Chooses among the council's word and the provider's own. The later word leads; a council that does not say when it
 * confirmed has the earlier.
 * @param own null where the provider has confirmed nothing, or its numbers are not shared
 */
export function numbersToPhone(
  council: NumbersOf,
  own: OwnContact | null,
  councilConfirmed: IsoDate | null,
  { now, holidays }: { readonly now: Date; readonly holidays: HolidayCalendar },
): ChosenNumbers {
  if (!own) return chooseNumbers(council, now, holidays);
  const mine = {
    office: readPhone(own.officePhone),
    outOfHours: readPhone(own.outOfHoursPhone),
    hours: own.officeHours,
  };
  // Whoever has one manager's mailbox must not have a hospital's calls from then on.
  const newer =
    !isJustChanged(own, now) && (councilConfirmed === null || londonDate(own.confirmedAt) >= councilConfirmed);
  return chooseOfBoth(mine, council, newer, now, holidays);
}

/** The numbers of {@link ChosenNumbers}, whichever source they come from. */
export type Numbers = Pick<ChosenNumbers, 'now' | 'others'>;

/**
 * Takes a number that somebody found to be wrong from the first place (hazard H07): the next that answers at this hour
 * leads, where there is one, and the wrong one comes last, to be tried if nothing else answers.
 */
export function wrongNumbersLast({ now, others }: Numbers, isWrong: (number: ShownNumber) => boolean): Numbers {
  const all = [...(now ? [now] : []), ...others];
  const right = all.filter((number) => !isWrong(number));
  const wrong = all.filter(isWrong);
  // At an hour at which the office is shut, its number answers no more for being right.
  const lead = now
    ? (right.find((number) => number === now) ?? right.find(({ kind }) => kind === now.kind) ?? null)
    : null;
  return { now: lead, others: [...right.filter((number) => number !== lead), ...wrong] };
}
