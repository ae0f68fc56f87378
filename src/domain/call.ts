/** What came of phoning a care provider, and when a number that was found to be wrong counts as put right. */
import { londonDate } from './dates.ts';
import type { IsoDate } from './dates.ts';
import { readPhone, restoreLeadingZero } from './phone.ts';

export const callResults = {
  reached: 'Reached',
  'no-answer': 'No answer',
  'wrong-number': 'Wrong number',
} as const;
export type CallResult = keyof typeof callResults;

/** What a council's worker says of a number that was reported. */
export const corrections = {
  right: 'I checked it: the number is right',
  corrected: 'It was wrong, and is corrected in our own system',
} as const;
export type Correction = keyof typeof corrections;

/** How a report ended: by somebody's word, or because another number took its place. */
export type Closing = Correction | 'changed' | 'council-confirmed' | 'provider-confirmed';

/** What is dialled, the same for every way of writing a number; spreadsheets have lost the 0 of some. */
export function phoneKey(phone: string): string {
  const read = readPhone(restoreLeadingZero(phone.replaceAll('\u00a0', ' ')));
  return read?.href ?? read?.text.toLowerCase() ?? '';
}

/** Where a number stands now, by everybody who gives it. */
export interface GivenNow {
  /** The provider's entries in the council's contacts; `confirmed`: as the council says. */
  readonly council: readonly { readonly phones: readonly (string | null)[]; readonly confirmed: IsoDate | null }[];
  /** Every number of anybody in the council's contacts and, for the provider, of CQC's directory. */
  readonly others: readonly (string | null)[];
  /** By the provider's own word. */
  readonly own: { readonly phones: readonly (string | null)[]; readonly confirmedAt: Date } | null;
}

/**
 * Whether the caution beside a reported number has ended by itself: the number is gone from everything that is shown,
 * or somebody who must know has confirmed it since. A doubt leaves the caution standing.
 */
export function endedNow(
  { phoneKey: key, lastAt }: { readonly phoneKey: string; readonly lastAt: Date },
  { council, others, own }: GivenNow,
): Exclude<Closing, Correction> | null {
  const has = (phones: readonly (string | null)[]): boolean => phones.some((one) => one !== null && phoneKey(one) === key); // prettier-ignore
  const stillOwn = own !== null && has(own.phones);
  if (stillOwn && own.confirmedAt > lastAt) return 'provider-confirmed';
  const entries = council.filter(({ phones }) => has(phones));
  // A day after the report: of the same day nobody can say which came first.
  if (entries.some(({ confirmed }) => confirmed !== null && confirmed > londonDate(lastAt))) return 'council-confirmed';
  return stillOwn || entries.length > 0 || has(others) ? null : 'changed';
}
