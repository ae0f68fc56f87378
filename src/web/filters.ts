/** How templates write dates, numbers and phones: one home, so that every page writes them alike. */
import { ageOn, formatAge, formatDate, formatInstant, formatTime, londonDate } from '../domain/dates.ts';
import { formatNhsNumber } from '../domain/nhs-number.ts';
import { readPhone } from '../domain/phone.ts';
import type { Phone } from '../domain/phone.ts';

/** Escapes text for HTML, quotes included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A phone number as a link where it can be rung; give the number as recorded, or one already read. */
export function phoneLinkHtml(phone: Phone | string | null): string {
  const read = typeof phone === 'string' || phone === null ? readPhone(phone) : phone;
  if (read === null) return 'no number recorded';
  const text = escapeHtml(read.text);
  return read.href === null ? text : `<a class="hw-tel" href="${escapeHtml(read.href)}">${text}</a>`;
}

/** `85 years` on the day it is now. */
export function ageText(birth: string, now: Date): string {
  const years = ageOn(birth, londonDate(now));
  return `${years} year${years === 1 ? '' : 's'}`;
}

/** An NHS number in groups; anything else, such as an example of a wrong one, as it is. */
export function nhsNumberText(number: string): string {
  return /^\d{10}$/.test(number) ? formatNhsNumber(number) : number;
}

const days: Record<string, string> = {
  mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday', bh: 'bank holidays',
}; // prettier-ignore

/** `Mon-Fri 08:30-17:00` as people read it: `Monday to Friday, 8:30am to 5pm`; as given where it cannot be read. */
export function hoursText(hours: string): string {
  const parts = hours.split(';').map((part) => {
    const found = /^([a-z]{2,3})(?:-([a-z]{2,3}))?\s+(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/i.exec(part.trim());
    if (!found) return null;
    const [, first = '', last, fromHour, fromPast, toHour, toPast] = found;
    const named = [first, last].filter((day) => day !== undefined).map((day) => days[day.toLowerCase()]);
    if (named.includes(undefined)) return null;
    return `${named.join(' to ')}, ${formatTime(Number(fromHour) * 60 + Number(fromPast))} to ${formatTime(Number(toHour) * 60 + Number(toPast))}`;
  });
  return parts.includes(null) ? hours : parts.join('; ');
}

/**
 * The filters by their names in templates; `instant`, `ago` and `age` take the page's `now` as
 * argument. Those that give HTML are wrapped by the renderer.
 */
export const textFilters = {
  nhsNumber: nhsNumberText,
  hours: hoursText,
  date: formatDate,
  instant: formatInstant,
  ago: formatAge,
  age: ageText,
};
