/** Messages as a care provider's page shows them: words, one-press answers, and what was typed of an answer, read. */
import {
  addDays,
  formatAge,
  formatInstant,
  londonClock,
  londonDate,
  londonInstant,
  weekdayName,
  weekdayOf,
} from '../../domain/dates.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { cannotReasons, needsVisit, replyFault } from '../../domain/notice-reply.ts';
import type { Answered, CannotReason, Reply, ReplyFault } from '../../domain/notice-reply.ts';
import type { FactKind, VisitOfDay } from '../../domain/notice.ts';
import type { Phone } from '../../domain/phone.ts';
import { readTime } from '../../domain/provider-rota.ts';
import type { InboxNotice, InboxStatus } from '../../services/notices/answer.ts';
import { canBeRung } from '../../services/provider-contact.ts';
import type { FieldFault } from '../page.ts';

interface StatusWords {
  readonly text: string;
  readonly tone: 'red' | 'orange' | 'green' | 'yellow' | 'grey';
}

const statusWords: Record<InboxStatus, StatusWords> = {
  'to-answer': { text: 'To answer', tone: 'orange' },
  accepted: { text: 'You said yes', tone: 'green' },
  cannot: { text: 'You said you cannot', tone: 'yellow' },
  'call-me': { text: 'You asked for a call', tone: 'yellow' },
  replaced: { text: 'Replaced by a newer message', tone: 'grey' },
  over: { text: 'No answer needed any more', tone: 'grey' },
  cancelled: { text: 'Cancelled', tone: 'grey' },
  'taken-back': { text: 'Taken back', tone: 'grey' },
  settled: { text: 'Settled by the hospital or council', tone: 'grey' },
};

function statusOf(one: InboxNotice, now: Date): StatusWords {
  if (isLate(one, now)) return { text: 'Late', tone: 'red' };
  // A yes that came after the hospital had arranged something else settles nothing: somebody there has to phone.
  const yes = one.status === 'call-me' && one.reply?.reply.kind === 'accepted';
  return yes ? { text: 'You said yes: the hospital will phone you', tone: 'yellow' } : statusWords[one.status];
}

function isLate({ status, answerBy }: InboxNotice, now: Date): boolean {
  return status === 'to-answer' && answerBy !== null && answerBy <= now;
}

/** By when an answer is wanted, and how long ago that was; null of what waits for none. */
function answerByText(one: InboxNotice, now: Date): string | null {
  if (one.status !== 'to-answer') return null;
  const { answerBy } = one;
  if (answerBy === null || answerBy > now) return one.text?.answer ?? null;
  return `The hospital asked for an answer by ${formatInstant(answerBy, now).replace(/^today at /, '')}, ${formatAge(answerBy, now)}.`; // prettier-ignore
}

/** A message as one line of a list. */
export interface NoticeRow {
  readonly id: string;
  readonly heading: string;
  readonly who: string;
  readonly hospital: string;
  readonly status: string;
  readonly tone: string;
  readonly waits: boolean;
  readonly note: string;
}

/** A list's line. */
export function noticeRow(one: InboxNotice, now: Date): NoticeRow {
  const { text: status, tone } = statusOf(one, now);
  const note = one.visitToConfirm
    ? 'Did the first visit take place? Please say.'
    : one.status === 'to-answer'
      ? (answerByText(one, now) ?? '')
      : `Received ${formatInstant(one.createdAt, now)}.`;
  return {
    id: one.id,
    heading: one.text?.heading ?? 'A message that was taken back',
    who: one.text?.who[0] ?? '',
    hospital: one.content?.where.hospital ?? '',
    status: one.visitToConfirm ? 'Please confirm' : status,
    tone: one.visitToConfirm ? 'red' : tone,
    waits: one.status === 'to-answer' || one.visitToConfirm !== null,
    note,
  };
}

const yesWords: Record<FactKind, string> = {
  'with-us': 'Yes, we know',
  hold: 'Yes, visits are on hold',
  'home-changed': 'Yes, we know',
  restart: 'Yes, we know',
  gone: 'Yes, care is in place',
};

// What has changed is said by another message, or not at all: it may be nothing that they may be told.
const overText = 'Something has changed since this was sent, and an answer is not needed any more. Go by newer messages, and phone the hospital before you go by this one.'; // prettier-ignore

/** A message as its page shows it. */
export interface NoticeDetail {
  readonly id: string;
  readonly heading: string;
  readonly who: readonly string[];
  readonly hospital: string | null;
  readonly hospitalPhone: Phone | null;
  readonly what: readonly string[];
  readonly answerBy: string | null;
  readonly status: string;
  readonly tone: string;
  /** Whether it can be answered, first or anew. */
  readonly open: boolean;
  /** Whether it could be until a while ago. */
  readonly late: boolean;
  readonly answered: string | null;
  readonly isRestart: boolean;
  readonly yes: string;
  /** Hours for the first visit that one press agrees to. */
  readonly visits: readonly { readonly value: string; readonly text: string }[];
  readonly days: readonly { readonly value: IsoDate; readonly text: string }[];
  readonly reasons: readonly { readonly value: string; readonly text: string }[];
  readonly visit: { readonly text: string } | null;
  readonly visited: string | null;
  readonly followedBy: string | null;
  readonly takenBack: boolean;
}

/** The page of one message. */
export function noticeDetail(one: InboxNotice, now: Date): NoticeDetail {
  const { text: status, tone } = statusOf(one, now);
  const isRestart = one.of === 'restart' && one.kind !== 'cancellation';
  return {
    id: one.id,
    heading: one.text?.heading ?? 'A message that was taken back',
    who: one.text?.who ?? [],
    hospital: one.content?.where.hospital ?? null,
    hospitalPhone: one.content?.where.phone ?? null,
    what:
      one.status === 'over'
        ? [overText]
        : (one.text?.what ?? ['What it said no longer counts. Phone the council if you have begun to act on it.']),
    answerBy: answerByText(one, now),
    status,
    tone,
    open: one.mayAnswer,
    late: !one.mayAnswer && (one.status === 'accepted' || one.status === 'settled'),
    answered: one.reply && `${one.reply.by.name} answered ${formatInstant(one.reply.at, now)}: ${replyWords(one.reply.reply, now)}`, // prettier-ignore
    isRestart,
    yes: one.kind === 'cancellation' ? 'Yes, we know' : yesWords[one.of],
    visits: isRestart ? visitsToOffer(one, now) : [],
    days: dayOptions(now),
    reasons: Object.entries(cannotReasons).map(([value, text]) => ({ value, text })),
    visit: one.visitToConfirm && { text: `The first visit was agreed for ${formatInstant(one.visitToConfirm, now)}.` },
    visited: one.visited && `${one.visited.by.name} said ${formatInstant(one.visited.at, now)} that the first visit ${one.visited.happened ? 'took place' : 'did not take place'}.`, // prettier-ignore
    followedBy: one.followedBy,
    takenBack: one.status === 'taken-back',
  };
}

/** An answer in words. */
export function replyWords(reply: Reply, now: Date): string {
  if (reply.kind === 'accepted') return reply.firstVisit ? `yes, first visit ${soon(reply.firstVisit, now)}.` : 'yes.';
  if (reply.kind === 'call-me') return reply.phone ? `please call us on ${reply.phone}.` : 'please call us.';
  const { reason, alternative } = reply;
  const instead =
    alternative.kind === 'none'
      ? ''
      : alternative.kind === 'from'
        ? ` Possible from ${soon(alternative.at, now)}.`
        : ` Fewer visits are possible from ${soon(alternative.at, now)}.`;
  return `no. ${cannotReasons[reason]}.${instead}`;
}

// The usual beginnings of home care's rounds: offered to press, never taken for agreed.
const visitMinutes: Record<VisitOfDay, number> = { morning: 8 * 60, lunch: 12 * 60, tea: 17 * 60, bed: 20 * 60, night: 22 * 60 }; // prettier-ignore

function visitsToOffer({ content }: InboxNotice, now: Date): NoticeDetail['visits'] {
  const home = content?.expectedHome;
  const wanted = content?.restartFrom;
  // Nobody is visited before they are home.
  const earliest = home?.at && home.at > now ? home.at : now;
  const first = wanted?.date ?? home?.date ?? londonDate(now);
  const after = wanted?.visit ? visitMinutes[wanted.visit] : 0;
  const asked = wanted?.visit ? londonInstant(first, after).getTime() : null;
  const instants: Date[] = [];
  for (let ahead = 0; ahead < 3 && instants.length < 3; ahead++) {
    for (const minute of Object.values(visitMinutes)) {
      if (instants.length >= 3 || (ahead === 0 && minute < after)) continue;
      const at = londonInstant(addDays(first, ahead), minute);
      if (at > earliest) instants.push(at);
    }
  }
  return instants.map((at) => ({
    value: at.toISOString(),
    text: at.getTime() === asked ? `${soon(at, now)}, as asked` : soon(at, now),
  }));
}

/** `today at 6pm`, `tomorrow at 8am`, `Friday at 8am`, or the date. */
export function soon(at: Date, now: Date): string {
  const today = londonDate(now);
  const day = londonDate(at);
  const time = formatInstant(at, at).replace(/^today /, '');
  if (day === today) return `today ${time}`;
  if (day === addDays(today, 1)) return `tomorrow ${time}`;
  if (day > today && day < addDays(today, 7)) return `on ${weekdayName(weekdayOf(day))} ${time}`;
  return formatInstant(at, now);
}

/** Today and a week ahead, to choose from. */
export function dayOptions(now: Date): { value: IsoDate; text: string }[] {
  return Array.from({ length: 8 }, (_, ahead) => dayOption(addDays(londonDate(now), ahead), ahead));
}

function dayOption(value: IsoDate, ahead: number): { value: IsoDate; text: string } {
  return { value, text: ahead === 0 ? 'Today' : ahead === 1 ? 'Tomorrow' : weekdayName(weekdayOf(value)) };
}

/** What the answer's form can hold; all of it is checked again by {@link readReply}. */
export interface TypedReply {
  readonly answer: string;
  /** Pressed: an instant that the page offered. */
  readonly visit: string;
  readonly day: string;
  readonly time: string;
  readonly reason: string;
  readonly alternative: string;
  readonly altDay: string;
  readonly altTime: string;
  readonly phone: string;
}

const faultWords: Record<ReplyFault, FieldFault> = {
  'first-visit-missing': { field: 'time', message: 'Choose or enter the time of the first visit' },
  'first-visit-past': { field: 'time', message: 'The first visit must be later than now' },
  'first-visit-too-late': { field: 'time', message: 'The first visit must be within 28 days' },
  'reason-unknown': { field: 'reason', message: 'Choose why you cannot' },
  'alternative-past': { field: 'altTime', message: 'The time from which you can must be later than now' },
};

/** Reads an answer. @returns what is wrong with it, in words, where something is */
export function readReply(one: Answered, typed: TypedReply, now: Date): Reply | FieldFault[] {
  const read = replyOf(one, typed, now);
  if (Array.isArray(read)) return read;
  const fault = replyFault(one, read, now);
  return fault ? [faultWords[fault]] : read;
}

function replyOf(one: Answered, typed: TypedReply, now: Date): Reply | FieldFault[] {
  switch (typed.answer) {
    case 'accepted': {
      if (!needsVisit(one)) return { kind: 'accepted', firstVisit: null };
      const pressed = typed.visit === '' ? null : new Date(typed.visit);
      const firstVisit = pressed ?? instantOf(typed.day, typed.time, now);
      if (!firstVisit || Number.isNaN(firstVisit.getTime()))
        return [{ field: 'time', message: 'Enter the time of the first visit, like 6pm or 18:00' }];
      return { kind: 'accepted', firstVisit };
    }
    case 'cannot': {
      if (!Object.hasOwn(cannotReasons, typed.reason)) return [faultWords['reason-unknown']];
      const reason = typed.reason as CannotReason;
      if (typed.alternative !== 'from' && typed.alternative !== 'fewer-visits')
        return typed.alternative === 'none'
          ? { kind: 'cannot', reason, alternative: { kind: 'none' } }
          : [{ field: 'alternative', message: 'Choose what you can do instead' }];
      const at = instantOf(typed.altDay, typed.altTime, now);
      if (!at) return [{ field: 'altTime', message: 'Enter the time from which you can, like 6pm or 18:00' }];
      return { kind: 'cannot', reason, alternative: { kind: typed.alternative, at } };
    }
    case 'call-me': {
      const phone = typed.phone.trim();
      if (!canBeRung(phone)) return [{ field: 'phone', message: 'Enter the phone number on which to call you' }];
      return { kind: 'call-me', phone };
    }
    default:
      return [{ field: 'answer', message: 'Choose an answer' }];
  }
}

/** A day and a time as they were typed; null when they are none, or lie too far off. */
export function instantOf(day: string, time: string, now: Date): Date | null {
  const minute = readTime(time);
  if (minute === null || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const { date } = londonClock(now);
  return day >= date && day <= addDays(date, 28) ? londonInstant(day, minute) : null;
}
