/** What a human at the other end can answer: three answers, each from fixed lists, so that no text travels. */
import type { Notice } from './notice.ts';

/** Why a provider cannot do what is asked. */
export const cannotReasons = {
  'no-care-worker': 'No care worker is free',
  'not-in-time': 'Not at that time',
  'needs-assessment': 'Needs may have changed: assess first',
  'cannot-get-in': 'We cannot get into the home',
  'not-our-client': 'Not our client, or not any more',
  'phone-us': 'Another reason: phone us',
} as const;
export type CannotReason = keyof typeof cannotReasons;

/** What the provider can do instead. */
export type Alternative =
  | { readonly kind: 'from'; readonly at: Date }
  | { readonly kind: 'fewer-visits'; readonly at: Date }
  | { readonly kind: 'none' };

export type Reply =
  | { readonly kind: 'accepted'; readonly firstVisit: Date | null }
  | { readonly kind: 'cannot'; readonly reason: CannotReason; readonly alternative: Alternative }
  | { readonly kind: 'call-me'; readonly phone: string | null };

export type ReplyFault =
  'first-visit-missing' | 'first-visit-past' | 'first-visit-too-late' | 'reason-unknown' | 'alternative-past';

const furthest = 28 * 86_400_000;

/** What is answered; without a recipient as if by a provider. */
export type Answered = Pick<Notice, 'kind' | 'of'> & { readonly recipient?: Pick<Notice['recipient'], 'kind'> };

/** Whether a "yes" needs the time of the first visit: visits are a provider's to agree, a council says that it knows. */
export function needsVisit({ kind, of, recipient }: Answered): boolean {
  return of === 'restart' && kind !== 'cancellation' && recipient?.kind !== 'council';
}

/**
 * What is wrong with an answer, before it is taken: a provider accepts a restart only with the time of its first visit.
 * @returns null when nothing is
 */
export function replyFault(answered: Answered, reply: Reply, now: Date): ReplyFault | null {
  if (reply.kind === 'accepted') {
    if (!needsVisit(answered)) return null;
    if (reply.firstVisit === null) return 'first-visit-missing';
    const ahead = reply.firstVisit.getTime() - now.getTime();
    if (!(ahead > 0)) return 'first-visit-past';
    return ahead > furthest ? 'first-visit-too-late' : null;
  }
  if (reply.kind === 'call-me') return null;
  if (!Object.hasOwn(cannotReasons, reply.reason)) return 'reason-unknown';
  const { alternative } = reply;
  return alternative.kind !== 'none' && !(alternative.at > now) ? 'alternative-past' : null;
}

/**
 * Whether an answer settles what was asked: a provider's "yes" to a restart without a time does not, somebody must
 * phone. A cancellation asks for nothing but to be known.
 */
export function isFullYes(answered: Answered, reply: Reply): boolean {
  return reply.kind === 'accepted' && (!needsVisit(answered) || reply.firstVisit !== null);
}
