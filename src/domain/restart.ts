/**
 * The handshake of going home: the first visit is agreed before the person leaves, and confirmed after. "Home 09:40,
 * first visit 18:00" is seen before it happens (Ombudsman cases: home in the morning, care in the evening).
 */
import { addDays, londonClock } from './dates.ts';
import type { NoticeState } from './notice-state.ts';
import type { NoticeTerms } from './notice-terms.ts';
import type { DayOrTime } from './stay-event.ts';

/** A restart that a human accepted. */
export interface AgreedVisit {
  readonly notice: string;
  readonly provider: string;
  readonly firstVisit: Date;
  readonly by: string;
  readonly agreedAt: Date;
}

/** The first visit that stands by a restart notice; null while no human has accepted it with its time. */
export function agreedVisit({ notice, status, reply }: NoticeState): AgreedVisit | null {
  if (notice.of !== 'restart' || notice.kind === 'cancellation' || status !== 'accepted') return null;
  if (reply?.reply.kind !== 'accepted' || reply.reply.firstVisit === null) return null;
  const { firstVisit } = reply.reply;
  return { notice: notice.id, provider: notice.recipient.id, firstVisit, by: reply.by.name, agreedAt: reply.at };
}

/** `not-known`: only the day of going home is known, or not even that. */
export type Gap =
  { readonly is: 'short' | 'too-long' | 'visit-before-home'; readonly ms: number } | { readonly is: 'not-known' };

/**
 * The time between coming home and the first visit, held against the agreement's limit.
 * @param home expected or, after leaving, known
 */
export function gapOf(home: DayOrTime | null, firstVisit: Date, { longestGap }: NoticeTerms['restart']): Gap {
  if (home === null) return { is: 'not-known' };
  if (home.at === null) {
    // With only a day known, the gap is at least what lies between the end of that day and the visit.
    const { date, minute } = londonClock(firstVisit);
    if (date < home.date) return { is: 'visit-before-home', ms: 0 };
    const least = Date.parse(date) - Date.parse(addDays(home.date, 1)) + minute * 60_000;
    return least > longestGap ? { is: 'too-long', ms: least } : { is: 'not-known' };
  }
  const ms = firstVisit.getTime() - home.at.getTime();
  if (ms < 0) return { is: 'visit-before-home', ms };
  return { is: ms > longestGap ? 'too-long' : 'short', ms };
}

/** Where the promise of a first visit stands after going home. */
export type FirstVisit = 'not-due' | 'to-confirm' | 'overdue' | 'happened' | 'missed';

/** Whether the first visit followed the discharge, by the provider's own word; silence is never "happened". */
export function firstVisitNow(
  { visited }: Pick<NoticeState, 'visited'>,
  firstVisit: Date,
  { confirmWithin }: NoticeTerms['restart'],
  now: Date,
): FirstVisit {
  if (visited) return visited.happened ? 'happened' : 'missed';
  if (now < firstVisit) return 'not-due';
  return now.getTime() - firstVisit.getTime() > confirmWithin ? 'overdue' : 'to-confirm';
}
