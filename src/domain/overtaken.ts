/**
 * What a provider need not answer any more: what was asked for a time in hospital is over with the going home, and a
 * hold that is agreed to after it would stop the visits of somebody who is at home (product rule 10, hazard H27).
 */
import type { NoticeState } from './notice-state.ts';
import type { FactKind } from './notice.ts';
import type { StayStatus } from './stay-course.ts';

const inHospital: ReadonlySet<FactKind> = new Set(['with-us', 'hold', 'home-changed']);
const goingHome: ReadonlySet<FactKind> = new Set(['restart', 'gone']);
const unanswered: ReadonlySet<NoticeState['status']> = new Set(['waiting', 'queued', 'bounced', 'delivered', 'seen']);

/** Whether a notice, now that it may have reached its provider, takes the place of what that provider has not answered. */
export function overtakes({ notice, status, out }: NoticeState): boolean {
  const over = status === 'withdrawn' || status === 'stopped' || status === 'cancelled' || status === 'replaced';
  return out && !over && notice.recipient.kind === 'provider' && notice.kind !== 'cancellation' && goingHome.has(notice.of);
} // prettier-ignore

/** Whether `one` of the same stay gives way to `newer`. @param newer one that {@link overtakes} */
export function givesWayTo({ notice, status }: NoticeState, { notice: newer }: NoticeState): boolean {
  const { recipient } = notice;
  return (
    recipient.kind === 'provider' && recipient.id === newer.recipient.id && notice.createdAt < newer.createdAt &&
    notice.kind !== 'cancellation' && inHospital.has(notice.of) && unanswered.has(status)
  );
} // prettier-ignore

// Whoever was moved to another hospital, or has a bed kept, is still to be held for.
const left: ReadonlySet<StayStatus> = new Set(['discharged', 'closed', 'cancelled', 'deleted']);

/** Whether a provider's answer to a notice of a stay is worth nothing any more, because the stay has ended. */
export function isPastStay({ notice }: NoticeState, stay: { readonly status: StayStatus } | null): boolean {
  const asks = notice.recipient.kind === 'provider' && notice.kind !== 'cancellation' && inHospital.has(notice.of);
  return asks && stay !== null && left.has(stay.status);
}

/**
 * Whether the provider may act on a message that was taken back, and nobody there has said that they know: it was
 * answered, not with a no, or opened.
 */
export function actsUnknowing({ history, reply, seen }: NoticeState): boolean {
  if (reply ? reply.reply.kind === 'cannot' : seen === null) return false;
  const last = (...kinds: string[]): number => history.findLast(({ kind }) => kinds.includes(kind))?.at.getTime() ?? 0;
  return last('seen') < last('answered', 'withdrawn', 'settled');
}
