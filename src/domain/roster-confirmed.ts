/** What confirms that somebody on a provider's list is a person, and how much of it the provider may know. */
import type { IsoDate } from './dates.ts';
import { isOpen } from './stay-course.ts';
import type { Stay } from './stay.ts';

/** What matters of a stay before it confirms anybody. */
interface There extends Pick<Stay, 'status' | 'cautions'> {
  readonly person: { readonly birthDate: IsoDate | null };
}

/**
 * Whether somebody on a list is a person by number and birth date together. Where a council knows the number its word
 * counts, and of several every one's. Else the hospital's, of somebody who is there now: that somebody was there once
 * must not be learnt.
 * @param known birth dates that councils have for the number
 */
export function isConfirmed(birthDate: IsoDate, known: readonly (IsoDate | null)[], stays: readonly There[]): boolean {
  const dates = known.filter((one) => one !== null);
  if (dates.length > 0) return dates.every((one) => one === birthDate);
  return stays.some(
    ({ status, cautions, person }) =>
      isOpen(status) && person.birthDate === birthDate && cautions.every((one) => one === 'start-not-seen'),
  );
}

/** Too few to be counted: how many of them are confirmed would say who. */
const fewest = 50;

/** How many of a list were not confirmed, as its provider may know it: rounded up to ten; null where the list is short. */
export function roundedCount(unconfirmed: number, clients: number): number | null {
  return clients < fewest ? null : Math.min(Math.ceil(unconfirmed / 10) * 10, clients);
}
