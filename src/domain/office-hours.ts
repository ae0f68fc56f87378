/**
 * Office hours and the number that answers now. `Mon-Fri 08:00-18:00; Sat 09:00-12:00` is the
 * bundle's form (`homeward-extract/1`, contacts). The nurse must not have to work out, at 3am on
 * a bank holiday, which of two numbers rings.
 */
import { addDays, formatDate, formatTime, londonClock, weekdayName, weekdayOf } from './dates.ts';
import type { IsoDate } from './dates.ts';
import { memo } from './memo.ts';

/**
 * Opening spans by the day on which they begin, in minutes after its midnight; beyond 1440 a span
 * runs into the next day. Index 1 Monday … 7 Sunday, 8 bank holidays.
 */
export type WeekHours = ReadonlyMap<number, readonly (readonly [from: number, to: number])[]>;

/** England's bank holidays, known up to and including a day. */
export interface HolidayCalendar {
  readonly days: ReadonlySet<IsoDate>;
  readonly knownUntil: IsoDate;
}

const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/**
 * Reads office hours.
 * @param text days (`Mon`, `Mon-Fri`, `Sat,Sun`, `BH` for bank holidays) and times, parts
 *   separated by `;`; or `24 hours`. A span may run past midnight (`18:00-08:00`).
 * @returns null when it cannot be read with certainty: then it is shown, not used
 */
export function parseOfficeHours(text: string): WeekHours | null {
  return readHours(text);
}

const readHours = memo((text: string): WeekHours | null => {
  const hours = new Map<number, [number, number][]>();
  if (/^\s*(24\s*hours|24\/7)\s*$/i.test(text)) {
    for (let day = 1; day <= 8; day++) hours.set(day, [[0, 1440]]);
    return hours;
  }
  for (const part of text
    .split(';')
    .map((piece) => piece.trim())
    .filter(Boolean)) {
    const found = /^([a-z, -]+?)\s+(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$/i.exec(part);
    if (!found) return null;
    const [, dayText = '', fromHour, fromPast, toHour, toPast] = found;
    const days = parseDays(dayText);
    const from = minuteOf(fromHour, fromPast);
    const to = minuteOf(toHour, toPast);
    if (!days || from === null || to === null || from === to) return null;
    for (const day of days) add(hours, day, from, to > from ? to : to + 1440);
  }
  return hours.size > 0 ? hours : null;
});

/** Which number to ring at an instant, and how to say why. */
export interface NumberForTheHour {
  readonly use: 'office' | 'out-of-hours' | 'none';
  /** One plain sentence, such as "Office opens again Monday at 8am". */
  readonly reason: string;
  /** True when the bank-holiday calendar does not reach this day. */
  readonly calendarRunOut: boolean;
}

/**
 * Decides which of a provider's numbers answers now.
 * @param given which numbers and hours exist; `hours` null means not known or not readable
 */
export function numberForTheHour(
  given: { office: boolean; outOfHours: boolean; hours: WeekHours | null },
  now: Date,
  holidays: HolidayCalendar,
): NumberForTheHour {
  const { date, minute } = londonClock(now);
  const calendarRunOut = date > holidays.knownUntil;
  // Without hours, or without a number, it makes no difference whether today is a bank holiday.
  const doubt = calendarRunOut && given.hours !== null && (given.office || given.outOfHours);
  const other = given.office && given.outOfHours ? ': if nobody answers, use the other number' : '';
  const say = (use: NumberForTheHour['use'], reason: string): NumberForTheHour => ({
    use,
    reason: doubt ? `${reason} We cannot tell if today is a bank holiday${other}.` : reason,
    calendarRunOut,
  });
  if (!given.office && !given.outOfHours) return say('none', 'No phone number is recorded.');
  if (given.hours === null) {
    if (!given.office) return say('out-of-hours', 'Only an out-of-hours number is recorded.');
    return say(
      'office',
      given.outOfHours
        ? 'Office hours are not known. If nobody answers, use the out-of-hours number.'
        : 'Office hours are not known, and no out-of-hours number is recorded. It may not be answered now.',
    );
  }
  const closes = openUntil(given.hours, date, minute, holidays);
  if (closes !== null) {
    if (given.office)
      return say('office', closes >= 1440 ? 'Office open now.' : `Office open now until ${formatTime(closes)}.`);
    return say('out-of-hours', 'Only an out-of-hours number is recorded.');
  }
  const opens = nextOpening(given.hours, date, minute, holidays);
  const why = holidays.days.has(date) ? 'Office closed: bank holiday.' : 'Office closed now.';
  if (given.outOfHours) return say('out-of-hours', `${why}${opens ? ` Opens ${opens}.` : ''}`);
  return say('none', `${why} No out-of-hours number is recorded.${opens ? ` Opens ${opens}.` : ''}`);
}

function spans(hours: WeekHours, date: IsoDate, holidays: HolidayCalendar): readonly (readonly [number, number])[] {
  return hours.get(holidays.days.has(date) ? 8 : weekdayOf(date)) ?? [];
}

function openUntil(hours: WeekHours, date: IsoDate, minute: number, holidays: HolidayCalendar): number | null {
  const today = spans(hours, date, holidays).find(([from, to]) => from <= minute && minute < to);
  if (today) return today[1];
  // In the small hours it is yesterday's evening that counts, and whether that was a bank holiday.
  const late = minute + 1440;
  const yesterday = spans(hours, addDays(date, -1), holidays).find(([from, to]) => from <= late && late < to);
  return yesterday ? yesterday[1] - 1440 : null;
}

function nextOpening(hours: WeekHours, date: IsoDate, minute: number, holidays: HolidayCalendar): string | null {
  for (let ahead = 0; ahead <= 10; ahead++) {
    const day = addDays(date, ahead);
    const starts = spans(hours, day, holidays)
      .map(([from]) => from)
      .filter((from) => ahead > 0 || from > minute)
      .sort((a, b) => a - b);
    const start = starts[0];
    if (start === undefined) continue;
    const time = `at ${formatTime(start)}`;
    if (ahead === 0) return `today ${time}`;
    if (ahead === 1) return `tomorrow ${time}`;
    return ahead < 7 ? `${weekdayName(weekdayOf(day))} ${time}` : `${formatDate(day)} ${time}`;
  }
  return null;
}

function parseDays(text: string): number[] | null {
  const days: number[] = [];
  for (const piece of text.split(',').map((part) => part.trim().toLowerCase())) {
    const [first = '', last = first, ...more] = piece.split('-').map((part) => part.trim());
    const from = dayOf(first);
    const to = dayOf(last);
    if (from === null || to === null || more.length > 0 || (from === 8) !== (to === 8)) return null;
    for (let day = from; ; day = day === 7 ? 1 : day + 1) {
      days.push(day);
      if (day === to) break;
    }
  }
  return days;
}

// Only whole words: "Mon to Fri" taken for Monday would send four days' calls to the wrong number.
function dayOf(text: string): number | null {
  if (text === 'bh') return 8;
  if (text === 'weds') return 3;
  const index = text.length < 3 ? -1 : dayNames.findIndex((name) => name.startsWith(text));
  return index === -1 ? null : index + 1;
}

function minuteOf(hour: string | undefined, past: string | undefined): number | null {
  const minute = Number(hour) * 60 + Number(past);
  return Number(past) < 60 && minute <= 1440 ? minute : null;
}

function add(hours: Map<number, [number, number][]>, day: number, from: number, to: number): void {
  hours.set(day, [...(hours.get(day) ?? []), [from, to]]);
}
