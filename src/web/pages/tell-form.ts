/** The form by which somebody at the hospital says what a care provider and the council are to be told, read and written. */
import { z } from 'zod';
import {
  addDays,
  formatDate,
  londonClock,
  londonDate,
  londonInstant,
  weekdayName,
  weekdayOf,
} from '../../domain/dates.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import { factKinds, visitsOfDay } from '../../domain/notice.ts';
import type { Ask, FactKind, VisitOfDay } from '../../domain/notice.ts';
import { readTime } from '../../domain/provider-rota.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import type { FieldFault } from '../page.ts';

const text = z.string().max(200).default('');
const kinds = Object.keys(factKinds) as [FactKind, ...FactKind[]];

/** Which fact is told. */
export const kindOfTelling = z.enum(kinds);

/** What the form can hold; all of it is read by {@link askOf}. */
export const tellFields = {
  of: kindOfTelling,
  homeDay: text,
  homeTime: text,
  fromDay: text,
  visit: text,
  goneDay: text,
  goneTime: text,
  token: z.string().min(1).max(100),
  /** Of the messages that were on the screen. */
  shown: z.string().max(2000).default(''),
  do: z.enum(['show', 'send']).catch('show'),
};
const asked = z.object(tellFields);
export type TypedTelling = z.output<typeof asked>;

/** What each fact asks the sender for. */
const fieldsOf: Record<FactKind, readonly ('home' | 'from' | 'gone')[]> = {
  'with-us': [],
  hold: ['home'],
  'home-changed': ['home'],
  restart: ['home', 'from'],
  gone: ['gone'],
};

/** The furthest day that the form offers. */
const furthest = 28;

/** What a form begins with: today and now, where that is what it mostly is. */
export function freshForm(of: FactKind, now: Date): Partial<TypedTelling> {
  const today = londonDate(now);
  if (of === 'restart') return { of, homeDay: today, fromDay: today };
  return of === 'gone' ? { of, goneDay: today, goneTime: clockText(now) } : { of };
}

/** A form that says what was told before. */
export function formOfAsk(of: FactKind, { expectedHome, restartFrom, goneAt }: Ask): Partial<TypedTelling> {
  return {
    of,
    homeDay: expectedHome?.date ?? '',
    homeTime: expectedHome?.at ? clockText(expectedHome.at) : '',
    fromDay: restartFrom?.date ?? '',
    visit: restartFrom?.visit ?? '',
    goneDay: goneAt ? londonDate(goneAt) : '',
    goneTime: goneAt ? clockText(goneAt) : '',
  };
}

function clockText(at: Date): string {
  const { minute } = londonClock(at);
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Reads what is asked. @returns what is wrong with it, in words, where something is */
export function askOf(typed: Partial<TypedTelling> & { readonly of: FactKind }, now: Date): Ask | FieldFault[] {
  const wants = (field: 'home' | 'from' | 'gone'): boolean => fieldsOf[typed.of].includes(field);
  const faults: FieldFault[] = [];
  const expectedHome = wants('home') ? homeOf(typed, now, faults) : null;
  const restartFrom = wants('from') ? fromOf(typed, now, faults) : null;
  const goneAt = wants('gone') ? goneOf(typed, now, faults) : null;
  if (expectedHome && restartFrom && restartFrom.date < expectedHome.date)
    faults.push({ field: 'fromDay', message: 'The first visit cannot be on a day before the patient is home' });
  return faults.length > 0 ? faults : { expectedHome, restartFrom, goneAt };
}

function homeOf({ of, homeDay = '', homeTime = '' }: Partial<TypedTelling>, now: Date, faults: FieldFault[]): DayOrTime | null {
  if (homeDay === '') {
    if (homeTime.trim() !== '') faults.push({ field: 'homeDay', message: 'Choose the day on which the patient is expected home' });
    else if (of === 'home-changed') faults.push({ field: 'homeDay', message: 'Choose the new day on which the patient is expected home' });
    return null;
  }
  const date = dayOf(homeDay, now);
  if (!date) {
    faults.push({ field: 'homeDay', message: 'Choose a day from the list' });
    return null;
  }
  if (homeTime.trim() === '') return { date, at: null };
  const minute = readTime(homeTime);
  const at = minute === null ? null : londonInstant(date, minute);
  if (at === null) faults.push({ field: 'homeTime', message: 'Enter the time like 9:40am or 18:00' });
  else if (at < now) faults.push({ field: 'homeTime', message: 'The time at which the patient is expected home must be later than now' });
  return { date, at };
} // prettier-ignore

function fromOf({ fromDay = '', visit = '' }: Partial<TypedTelling>, now: Date, faults: FieldFault[]): Ask['restartFrom'] {
  const date = dayOf(fromDay, now);
  if (!date) {
    faults.push({ field: 'fromDay', message: 'Choose the day from which care should be there again' });
    return null;
  }
  return { date, visit: Object.hasOwn(visitsOfDay, visit) ? (visit as VisitOfDay) : null };
} // prettier-ignore

function goneOf({ goneDay = '', goneTime = '' }: Partial<TypedTelling>, now: Date, faults: FieldFault[]): Date | null {
  const today = londonDate(now);
  const minute = readTime(goneTime);
  if (goneDay !== today && goneDay !== addDays(today, -1)) faults.push({ field: 'goneDay', message: 'Choose the day on which the patient left' });
  else if (minute === null) faults.push({ field: 'goneTime', message: 'Enter the time at which the patient left, like 9:40am or 18:00' });
  else {
    const at = londonInstant(goneDay, minute);
    if (at <= now) return at;
    faults.push({ field: 'goneTime', message: 'The time at which the patient left cannot be later than now' });
  }
  return null;
} // prettier-ignore

function dayOf(given: string, now: Date): IsoDate | null {
  const today = londonDate(now);
  return /^\d{4}-\d{2}-\d{2}$/.test(given) && given >= today && given <= addDays(today, furthest) ? given : null;
}

/** An instant soon: today or tomorrow, for a visit that is due. */
export function soonOf(day: string, time: string, now: Date): Date | null | FieldFault {
  if (time.trim() === '') return null;
  const minute = readTime(time);
  const today = londonDate(now);
  const at = minute !== null && (day === today || day === addDays(today, 1)) ? londonInstant(day, minute) : null;
  return at && at > now ? at : { field: 'nextTime', message: 'Enter a time later than now, like 8am or 18:00, or leave it empty' };
} // prettier-ignore

interface Option {
  readonly value: string;
  readonly text: string;
}

/** What the form's lists offer. */
export interface TellOptions {
  readonly wants: readonly string[];
  readonly days: readonly Option[];
  readonly soon: readonly Option[];
  readonly gone: readonly Option[];
  readonly visits: readonly Option[];
}

/** Days and visits for the lists of a form. */
export function optionsOf(of: FactKind, now: Date): TellOptions {
  const today = londonDate(now);
  const day = (ahead: number): Option => ({ value: addDays(today, ahead), text: dayWords(addDays(today, ahead), ahead) });
  return {
    wants: fieldsOf[of],
    days: Array.from({ length: furthest + 1 }, (_, ahead) => day(ahead)),
    soon: [day(0), day(1)],
    gone: [day(0), { value: addDays(today, -1), text: 'Yesterday' }],
    visits: Object.entries(visitsOfDay).map(([value, name]) => ({ value, text: `From the ${name} visit` })),
  };
} // prettier-ignore

function dayWords(date: IsoDate, ahead: number): string {
  if (ahead === 0) return 'Today';
  if (ahead === 1) return 'Tomorrow';
  return `${weekdayName(weekdayOf(date))} ${formatDate(date).replace(/ \d{4}$/, '')}`;
}

/** Marks of the messages that were on the screen, as the form brings them back. */
export function shownIn(shown: string): string[] {
  return shown.split(' ').filter(Boolean);
}

/** As {@link shownIn} reads them. */
export function shownText(marks: readonly (string | null)[]): string {
  return marks.filter(Boolean).join(' ');
}

/**
 * Sends; where the text is not the one that was on the screen nothing goes, and the form is shown again with the new.
 * @param again shows the form with what is wrong with it
 */
export async function sendShown<T>(send: () => Promise<T>, again: (fault: FieldFault) => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof HomewardError) || error.code !== 'TELLING_CHANGED') throw error;
    return again({ field: 'text', message: 'The text has changed: check it, then send' });
  }
}
