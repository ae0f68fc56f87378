/**
 * Dates and times as people in England read them. A date is an ISO text (`1941-03-14`), so that
 * no time zone can ever move a birthday; an instant is a Date.
 */
import { Temporal } from 'temporal-polyfill';
import { memo } from './memo.ts';

/** A calendar date, `YYYY-MM-DD`. */
export type IsoDate = string;

const zone = 'Europe/London';
const months = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July',
  'August', 'September', 'October', 'November', 'December',
]; // prettier-ignore
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const daysIn = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a date as council extracts write it: `14/03/1941` or `1941-03-14`, either followed by a
 * midnight time (database exports add one).
 * @returns the ISO date, or null when it is not a real calendar date between 1850 and 2199
 */
export function parseDate(text: string): IsoDate | null {
  if (text.length === 10 && text.charCodeAt(2) === slash && text.charCodeAt(5) === slash) {
    return makeDate(digitsAt(text, 6, 10), digitsAt(text, 3, 5), digitsAt(text, 0, 2));
  }
  const found = /^(?:(\d{1,2})\/(\d{1,2})\/(\d{4})|(\d{4})-(\d{2})-(\d{2}))(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?$/.exec(
    text.trim(),
  );
  if (!found) return null;
  const [, dayUk, monthUk, yearUk, yearIso, monthIso, dayIso] = found;
  return makeDate(Number(yearUk ?? yearIso), Number(monthUk ?? monthIso), Number(dayUk ?? dayIso));
}

const slash = 0x2f;

// NaN where anything but digits stands.
function digitsAt(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value;
}

/** The ISO date for these parts, or null when there is no such day (31 February, year 41). */
export function makeDate(year: number, month: number, day: number): IsoDate | null {
  if (!Number.isInteger(year) || !Number.isInteger(month) || !Number.isInteger(day)) return null;
  if (year < 1850 || year > 2199 || month < 1 || month > 12 || day < 1) return null;
  if (day > (daysIn[month - 1] ?? 0)) return null;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !leap) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The date in London at an instant: midnight is London's, summer and winter. */
export function londonDate(at: Date): IsoDate {
  return londonMinute(minuteOf(at)).date;
}

/** London's wall clock at an instant: date, weekday (1 Monday … 7 Sunday) and minute of the day. */
export function londonClock(at: Date): { readonly date: IsoDate; readonly weekday: number; readonly minute: number } {
  return londonMinute(minuteOf(at));
}

const minuteOf = (at: Date): number => Math.floor(at.getTime() / 60_000);

// London's clocks change on a whole minute, so that all of a minute has one date and one time.
const londonMinute = memo((minute: number) => {
  const zoned = Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(zone);
  return Object.freeze({
    date: zoned.toPlainDate().toString(),
    weekday: zoned.dayOfWeek,
    minute: zoned.hour * 60 + zoned.minute,
  });
});

/**
 * Reads a time of London's as somebody types it: `2026-03-02`, its midnight, or `2026-03-02T14:30`.
 * @returns null when there is no such day or time; of an hour that comes twice the first
 */
export function parseLondonTime(text: string): Date | null {
  const [, day = '', hour = '00', minute = '00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d))?$/.exec(text) ?? [];
  const date = parseDate(day);
  if (date === null) return null;
  const plain = Temporal.PlainDateTime.from(`${date}T${hour}:${minute}`);
  return new Date(plain.toZonedDateTime(zone, { disambiguation: 'earlier' }).epochMilliseconds);
}

/** The instant at which London's next day begins. */
export function nextLondonMidnight(at: Date): Date {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
  return new Date(zoned.add({ days: 1 }).startOfDay().epochMilliseconds);
}

/** The instant at which London's clocks show a minute of a day; where they leap over it, as much later. */
export function londonInstant(date: IsoDate, minute: number): Date {
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds);
}

/**
 * Whole years lived on a day. Someone born on 29 February is a year older on 1 March in a common
 * year: the later day, so that nobody counts as an adult too early.
 */
export function ageOn(birth: IsoDate, on: IsoDate): number {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5) >= birth.slice(5) ? years : years - 1;
}

/** A date so many days later (or earlier, if negative). */
export function addDays(date: IsoDate, days: number): IsoDate {
  return new Date(midnight(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** `14 March 1941` */
export function formatDate(date: IsoDate): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return `${day} ${months[month - 1]} ${year}`;
}

/** `5:30pm`, with "midnight" and "midday" as the NHS style guide writes them. */
export function formatTime(minute: number): string {
  if (minute === 0 || minute === 24 * 60) return 'midnight';
  if (minute === 12 * 60) return 'midday';
  const hour = Math.floor(minute / 60) % 24;
  const past = minute % 60;
  const shown = `${hour % 12 === 0 ? 12 : hour % 12}${past ? `:${String(past).padStart(2, '0')}` : ''}`;
  return `${shown}${hour < 12 ? 'am' : 'pm'}`;
}

/** `today at 5:10am`, `yesterday at midnight`, `28 August 2026 at 5:10am` */
export function formatInstant(at: Date, now: Date): string {
  const { date, minute } = londonClock(at);
  const today = londonDate(now);
  const time = formatTime(minute);
  if (date === today) return `today at ${time}`;
  if (date === addDays(today, -1)) return `yesterday at ${time}`;
  return `${formatDate(date)} at ${time}`;
}

/** `6 hours ago`, `2 days ago`: how old something is, rounded down, never flattering. */
export function formatAge(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return plural(minutes, 'minute');
  if (minutes < 48 * 60) return plural(Math.floor(minutes / 60), 'hour');
  return plural(Math.floor(minutes / (24 * 60)), 'day');
}

/** `Monday` for 1 … `Sunday` for 7. */
export function weekdayName(weekday: number): string {
  return weekdays[weekday - 1] ?? '';
}

/** 1 Monday … 7 Sunday for a date. */
export function weekdayOf(date: IsoDate): number {
  return ((new Date(midnight(date)).getUTCDay() + 6) % 7) + 1;
}

// Days are counted in UTC, where each has 24 hours.
const midnight = (date: IsoDate): number => Date.parse(`${date}T00:00:00Z`);

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
