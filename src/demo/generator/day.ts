/** Days as whole numbers since 1 January 1970, which is all that chance needs, and as councils write them. */
import type { IsoDate } from '../../domain/dates.ts';

const perDay = 86_400_000;
const written = new Map<number, string>();

/** The number of a calendar day. */
export function dayNumber(date: IsoDate): number {
  return Date.parse(`${date}T00:00:00Z`) / perDay;
}

/** `14/03/1941`. Kept once written: a council of a million has fewer different days than one person has lived. */
export function ukDay(day: number): string {
  let text = written.get(day);
  if (text === undefined) {
    const iso = new Date(day * perDay).toISOString();
    text = `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`;
    written.set(day, text);
  }
  return text;
}
