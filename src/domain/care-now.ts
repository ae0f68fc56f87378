/**
 * What this hospital itself has told a provider about somebody's care, for whoever looks them up next: a package that
 * is "active" on the council's record is no care at the door while its visits are on hold (product rules 9 and 10).
 */
import type { NoticeState } from './notice-state.ts';

/** What is known of a provider's visits beyond the council's record. */
export interface CareNow {
  /** The last request to hold that stands; null when there is none. */
  readonly hold: {
    readonly askedAt: Date;
    /** When a human there agreed; null while nobody has. */
    readonly agreedAt: Date | null;
    /** They answered, and it was no yes. */
    readonly answered: boolean;
  } | null;
  /** The last request to begin again after it; null when there is none. */
  readonly restart: {
    readonly askedAt: Date;
    /** The first visit that a human there agreed to, and who. */
    readonly visit: { readonly at: Date; readonly by: string } | null;
    readonly answered: boolean;
  } | null;
}

const over = new Set<NoticeState['status']>(['replaced', 'withdrawn', 'cancelled', 'stopped', 'settled']);

/** So long after an agreed first visit, with nobody saying that it failed, the council's record speaks for itself again. */
const visitCountsFor = 24 * 3_600_000;

/**
 * By provider; nothing of one whose care nothing stands against.
 * @param states of all notices of one hospital about one person
 */
export function careNow(states: readonly NoticeState[], now: Date): Map<string, CareNow> {
  const providers = Map.groupBy(
    states.filter(({ notice, out, status }) => notice.recipient.kind === 'provider' && notice.kind !== 'cancellation' && out && !over.has(status)),
    ({ notice }) => notice.recipient.id,
  );
  return new Map(
    [...providers].flatMap(([provider, own]) => {
      const one = careOf(own, now);
      return one ? [[provider, one] as const] : [];
    }),
  );
} // prettier-ignore

function careOf(states: readonly NoticeState[], now: Date): CareNow | null {
  const at = ({ notice }: NoticeState): number => notice.createdAt.getTime();
  const last = (of: (state: NoticeState) => boolean): NoticeState | undefined => states.filter(of).toSorted((a, b) => at(a) - at(b)).at(-1); // prettier-ignore
  // Who says that it is no client of theirs holds nothing.
  const hold = last((one) => one.notice.of === 'hold' && !isNotTheirs(one));
  const back = last((one) => (one.notice.of === 'restart' || one.notice.of === 'gone') && (!hold || at(one) >= at(hold)));
  if (back && isDone(back, now)) return null;
  if (!hold && back?.notice.of !== 'restart') return null;
  const { reply = null } = hold ?? {};
  return {
    hold: hold
      ? { askedAt: hold.notice.createdAt, agreedAt: hold.status === 'accepted' ? (reply?.at ?? null) : null, answered: reply !== null }
      : null,
    restart: back ? { askedAt: back.notice.createdAt, visit: visitOf(back), answered: back.reply !== null } : null,
  };
} // prettier-ignore

function isNotTheirs({ reply }: NoticeState): boolean {
  return reply?.reply.kind === 'cannot' && reply.reply.reason === 'not-our-client';
}

function visitOf({ notice, status, reply }: NoticeState): { at: Date; by: string } | null {
  if (notice.of !== 'restart' || status !== 'accepted' || reply?.reply.kind !== 'accepted') return null;
  return reply.reply.firstVisit && { at: reply.reply.firstVisit, by: reply.by.name };
}

// They know that the person is home and have said that care is in place, or it began and nobody said that it did not.
function isDone(back: NoticeState, now: Date): boolean {
  if (isNotTheirs(back)) return true;
  if (back.notice.of === 'gone') return back.status === 'accepted';
  if (back.visited) return back.visited.happened;
  const visit = visitOf(back);
  return visit !== null && now.getTime() - visit.at.getTime() > visitCountsFor;
}
