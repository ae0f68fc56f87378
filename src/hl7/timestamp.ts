/**
 * Dates and times as HL7 v2 writes them, with just the precision that was sent.
 * Source: HL7 v2.5.1 chapter 2A, DTM; and the forms that UK feeds add (`2025-05-05 23:23:32`, `19760121+`).
 */
import { londonClock, makeDate } from '../domain/dates.ts';
import type { IsoDate } from '../domain/dates.ts';
import { memo } from '../domain/memo.ts';

export type Precision = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction';

/** A local time that London's clocks showed twice (last Sunday of October), or never (last Sunday of March). */
export type ClockChange = 'repeated' | 'skipped';

export interface Timestamp {
  readonly precision: Precision;
  /** The day as written, whatever the offset; null when only a year or a month was sent. */
  readonly date: IsoDate | null;
  /** The instant; null when no hour was sent. Parts that were not sent count as zero. */
  readonly instant: Date | null;
  /** Minutes east of UTC, as sent; null when none was: the time is then London's. */
  readonly offset: number | null;
  /**
   * Set when London's clock leaves the instant in doubt. A repeated time is then read as the first of
   * the two (summer time), a skipped one as if the clocks had not yet changed.
   */
  readonly clockChange: ClockChange | null;
}

/**
 * Why a text gives no time. `zeros` is how some systems write "none"; `not-a-time` has the digits of a
 * time that does not exist, such as 31 February.
 */
export type TimestampFault = 'missing' | 'zeros' | 'format' | 'not-a-time';

export type TimestampResult =
  { readonly ok: true; readonly value: Timestamp } | { readonly ok: false; readonly fault: TimestampFault };

const compact =
  /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?(?:[+-]|([+-])(\d\d):?(\d\d)|(Z))?$/;
const spelled =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?: ?(?:([+-])(\d\d):?(\d\d)|(Z)))?$/;

/**
 * Reads a time of 4 to 14 digits with or without fraction and offset, or written with dashes and colons.
 * @param text of one component, escapes resolved
 * @param assumedOffset minutes east of UTC to use when the text has none, instead of London's own
 */
export function parseTimestamp(text: string, assumedOffset?: number): TimestampResult {
  if (text === '') return missing;
  if (text.length > longestRemembered) return readTimestamp(text, assumedOffset);
  const key = assumedOffset === undefined ? text : `${text}|${assumedOffset}`;
  let read = readings.get(key);
  if (read === undefined) {
    read = readTimestamp(text, assumedOffset);
    if (readings.size >= 1000) readings.clear();
    readings.set(key, read);
  }
  return read;
}

const missing: TimestampResult = { ok: false, fault: 'missing' };

/** A message says the same time in several places, and the messages of a minute share theirs. */
const readings = new Map<string, TimestampResult>();
const longestRemembered = 32;

function readTimestamp(text: string, assumedOffset: number | undefined): TimestampResult {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '""') return missing;
  if (/^0+(?:\.0+)?$/.test(trimmed)) return { ok: false, fault: 'zeros' };
  const found = compact.exec(trimmed) ?? spelled.exec(trimmed);
  if (!found) return { ok: false, fault: 'format' };
  const value = interpret(found, assumedOffset);
  return value === null ? { ok: false, fault: 'not-a-time' } : { ok: true, value };
}

/** London's wall clock at an instant, `YYYYMMDDHHMMSS`, for a message of our own; with its offset when asked. */
export function formatTimestamp(at: Date, withOffset = false): string {
  const local = localSecond(Math.floor(at.getTime() / 1000));
  if (!withOffset) return local;
  const { minute } = londonClock(at);
  const offset = (minute - at.getUTCHours() * 60 - at.getUTCMinutes() + 1440) % 1440;
  return `${local}+${two(Math.floor(offset / 60))}${two(offset % 60)}`;
}

// All that is answered in one second is answered with one text.
const localSecond = memo((second: number) => {
  const at = new Date(second * 1000);
  const { date, minute } = londonClock(at);
  return `${date.replaceAll('-', '')}${two(Math.floor(minute / 60))}${two(minute % 60)}${two(at.getUTCSeconds())}`;
}, 100);

function interpret(found: readonly (string | undefined)[], assumedOffset: number | undefined): Timestamp | null {
  const [, year = '', month, day, hour, minute, second, fraction] = found;
  const precision = precisionOf(found);
  const date = makeDate(Number(year), Number(month ?? 1), Number(day ?? 1));
  if (date === null || Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return null;
  const offset = offsetOf(found);
  if (offset !== null && Math.abs(offset) > 14 * 60) return null;
  if (hour === undefined) {
    return { precision, date: day === undefined ? null : date, instant: null, offset, clockChange: null };
  }
  const clock = Number(hour) * 3_600_000 + Number(minute ?? 0) * 60_000 + Number(second ?? 0) * 1000;
  const thousandths = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const wall = Date.parse(`${date}T00:00:00Z`) + clock + thousandths;
  const known = offset ?? assumedOffset;
  const { minutes, clockChange } =
    known === undefined ? londonOffset(date, Number(hour)) : { minutes: known, clockChange: null };
  return { precision, date, instant: new Date(wall - minutes * 60_000), offset, clockChange };
}

function precisionOf([, , month, day, hour, minute, second, fraction]: readonly (string | undefined)[]): Precision {
  if (fraction !== undefined) return 'fraction';
  if (second !== undefined) return 'second';
  if (minute !== undefined) return 'minute';
  if (hour !== undefined) return 'hour';
  if (day !== undefined) return 'day';
  return month === undefined ? 'year' : 'month';
}

function offsetOf(found: readonly (string | undefined)[]): number | null {
  const [sign, hours, minutes, zulu] = found.slice(8);
  if (zulu !== undefined) return 0;
  if (sign === undefined) return null;
  // 99 minutes are no offset; the caller refuses what is beyond any zone of the world.
  if (Number(minutes) > 59) return Infinity;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1) || 0;
}

interface LondonOffset {
  readonly minutes: number;
  readonly clockChange: ClockChange | null;
}

/** London's clocks change on the hour, so all minutes of an hour share their answer, and a feed asks for few hours. */
const remembered = new Map<string, LondonOffset>();

function londonOffset(date: IsoDate, hour: number): LondonOffset {
  const key = `${date}T${two(hour)}:30:00Z`;
  const before = remembered.get(key);
  if (before !== undefined) return before;
  const wall = Date.parse(key);
  // Summer time, winter time, and the double summer time of the 1940s.
  const fitting = [60, 0, 120].filter((minutes) => {
    const clock = londonClock(new Date(wall - minutes * 60_000));
    return clock.date === date && clock.minute === hour * 60 + 30;
  });
  // In the order above, the first that fits is the earlier instant, but for 1940s double summer time.
  const minutes = fitting.includes(120) ? 120 : (fitting[0] ?? 0);
  const clockChange = fitting.length > 1 ? 'repeated' : fitting.length === 0 ? 'skipped' : null;
  if (remembered.size >= 1000) remembered.clear();
  const answer: LondonOffset = { minutes, clockChange };
  remembered.set(key, answer);
  return answer;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
