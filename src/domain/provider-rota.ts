/** Who of a provider is on call at which hour of the week. */
import { addDays, formatTime, londonClock, weekdayName } from './dates.ts';
import { numberForTheHour, parseOfficeHours } from './office-hours.ts';
import type { HolidayCalendar, WeekHours } from './office-hours.ts';

export interface RotaEntry {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
  readonly email: string | null;
  /** As `parseOfficeHours` reads it: `Mon-Fri 18:00-08:00; BH 08:00-20:00`. */
  readonly hours: string;
}

/** Days as a form names them, Monday first, then bank holidays. */
export const rotaDays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'BH'] as const;
export type RotaDay = (typeof rotaDays)[number];

/**
 * Who is on call, the first first. On a bank holiday it is whoever the rota names for bank holidays; where it
 * names nobody for them, whoever has that day of the week: a rota that forgot them must not leave a night empty.
 */
export function onCallAt(rota: readonly RotaEntry[], at: Date, holidays: HolidayCalendar): RotaEntry[] {
  const read = rota.flatMap((entry) => {
    const hours = parseOfficeHours(entry.hours);
    return hours ? [{ entry, hours }] : [];
  });
  const days = read.some(({ hours }) => hours.has(8)) ? holidays.days : new Set<string>();
  const calendar = { days, knownUntil: holidays.knownUntil };
  const now = read.filter(({ hours }) => isOpen(hours, at, calendar)).map(({ entry }) => entry);
  const { date } = londonClock(at);
  // Yesterday's too: the night that begins on a bank holiday is part of it until the morning after.
  const isHoliday = holidays.days.has(date) || holidays.days.has(addDays(date, -1));
  if (now.length > 0 || days.size === 0 || !isHoliday) return now;
  // Bank holidays are named, but not this hour of them.
  const plain = { days: new Set<string>(), knownUntil: holidays.knownUntil };
  return read.filter(({ hours }) => isOpen(hours, at, plain)).map(({ entry }) => entry);
}

function isOpen(hours: WeekHours, at: Date, holidays: HolidayCalendar): boolean {
  return numberForTheHour({ office: true, outOfHours: true, hours }, at, holidays).use === 'office';
}

const dayMinutes = 1440;
const week = 7 * dayMinutes;

/**
 * The hours of a week at which neither the office nor anybody of the rota is there, in words; the same hours of several
 * days once.
 * @param officeHours null when they are not known: then only the rota counts
 */
export function gapsOf(rota: readonly RotaEntry[], officeHours: string | null): string[] {
  const covered = new Uint8Array(week);
  for (const text of [...rota.map(({ hours }) => hours), ...(officeHours ? [officeHours] : [])]) {
    for (const [day, spans] of parseOfficeHours(text) ?? []) {
      if (day > 7) continue;
      for (const [from, to] of spans)
        for (let at = from; at < to; at++) covered[((day - 1) * dayMinutes + at) % week] = 1;
    }
  }
  if (!covered.includes(1)) return ['the whole week'];
  // Begun where somebody is there, so that a gap over Sunday's midnight is one.
  const start = covered.indexOf(1);
  const gaps: { readonly from: number; readonly length: number }[] = [];
  let from: number | null = null;
  for (let step = 0; step <= week; step++) {
    const at = (start + step) % week;
    if (covered[at] === 0) from ??= at;
    else if (from !== null) {
      gaps.push({ from, length: (at - from + week) % week });
      from = null;
    }
  }
  const alike = Map.groupBy(gaps, (gap) => (gap.length < dayMinutes ? `${gap.from % dayMinutes}+${gap.length}` : gap));
  return [...alike.values()].map(gapText);
}

function gapText(gaps: readonly { readonly from: number; readonly length: number }[]): string {
  const [first] = gaps;
  if (!first) return '';
  const { from, length } = first;
  if (gaps.length === 1) return `${moment(from)} to ${moment((from + length) % week)}`;
  const days = gaps.map((gap) => Math.floor(gap.from / dayMinutes));
  return `${daysText(days)}, ${formatTime(from % dayMinutes)} to ${formatTime((from + length) % dayMinutes)}`;
}

// `Monday to Friday`, `Monday, Wednesday and Friday`.
function daysText(days: readonly number[]): string {
  const sorted = days.toSorted((a, b) => a - b);
  const names = sorted.map((day) => weekdayName(day + 1));
  const last = names.at(-1) ?? '';
  const inRow = sorted.length > 2 && sorted.every((day, index) => day === (sorted[0] ?? 0) + index);
  return inRow ? `${names[0]} to ${last}` : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function moment(at: number): string {
  return `${weekdayName(Math.floor(at / dayMinutes) + 1)} ${formatTime(at % dayMinutes)}`;
}

/**
 * Days and times of a form as the rota keeps them: days side by side become one span.
 * @param from minutes after midnight; not after `to` means until the next day
 * @returns null when no day is named or both times are one
 */
export function rotaHours(days: readonly RotaDay[], from: number, to: number): string | null {
  const times = `${clock(from)}-${clock(to)}`;
  const named = rotaDays.map((day) => days.includes(day));
  const parts: string[] = [];
  for (let at = 0; at < 7; at++) {
    if (!named[at]) continue;
    const first = at;
    while (at < 6 && named[at + 1]) at++;
    parts.push(first === at ? `${rotaDays[at]} ${times}` : `${rotaDays[first]}-${rotaDays[at]} ${times}`);
  }
  if (named[7]) parts.push(`BH ${times}`);
  return parts.length > 0 && from !== to ? parts.join('; ') : null;
}

/** Minutes after midnight of `18:00`, `6pm`, `6.30 pm`, `1830`, `midnight`; null when it is no time. */
export function readTime(given: string): number | null {
  const text = given.trim().toLowerCase().replace(/\s+/g, '');
  if (text === 'midnight') return 0;
  if (text === 'midday' || text === 'noon') return 720;
  const found = /^(\d{1,2})(?:[:.]?(\d{2}))?(am|pm)?$/.exec(text);
  if (!found) return null;
  const [, hourText, pastText = '0', half] = found;
  const hour = Number(hourText);
  const past = Number(pastText);
  if (past > 59 || (half && (hour < 1 || hour > 12))) return null;
  const full = half ? (hour % 12) + (half === 'pm' ? 12 : 0) : hour;
  return full > 24 || (full === 24 && past > 0) ? null : (full * 60 + past) % dayMinutes;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
