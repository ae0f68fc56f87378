/** That what is sent automatically of people here is stuck, in the words of the hospital staff who must then tell by hand. */
import type { CouncilPhones } from '../../domain/council-phone.ts';
import type { Untold } from '../../services/notices/untold.ts';
import { sinceText } from './list-gap-texts.ts';

/** Names nobody, so that it may stand above any list. @param words by which a council's name and numbers are found */
export function untoldView(
  { since, councils, stays, more }: Untold,
  { nameOf, phones }: { readonly nameOf: (id: string) => string; readonly phones: readonly CouncilPhones[] },
  now: Date,
): { readonly text: string; readonly toPhone: readonly CouncilPhones[] } {
  const names = councils.map(nameOf);
  const how = stays === 1 ? '1 patient' : `${more ? 'more than ' : ''}${stays.toLocaleString('en-GB')} patients`;
  return {
    text: `Automatic messages about ${how} here have waited since ${sinceText(since, now)}: nobody may know that they came, or went home.`,
    toPhone: phones.filter(({ council }) => names.includes(council)),
  };
}
