/** Where a notice stands; worked out by notice-fold.ts, read by everything else. */
import type { Channel, EscalationStep, NoticeEvent, Settled, WaitReason, WithdrawReason } from './notice-event.ts';
import type { Reply } from './notice-reply.ts';
import type { Human, Notice } from './notice.ts';

export type NoticeStatus =
  /** Held: nothing has left, and a person must release it. */
  | 'waiting'
  | 'queued'
  | 'bounced'
  | 'delivered'
  | 'seen'
  | 'accepted'
  | 'cannot'
  | 'call-me'
  | 'settled'
  | 'replaced'
  /** Taken back by a rule and not by a person: whoever sent it must know, and find another way. */
  | 'stopped'
  | 'withdrawn'
  | 'cancelled';

/** What somebody did, and when. */
export interface Done {
  readonly by: Human;
  readonly at: Date;
}

/** Where one channel stands by its last word. */
export interface Way {
  readonly is: 'attempted' | 'delivered' | 'bounced';
  readonly at: Date;
}

export interface NoticeState {
  readonly notice: Notice;
  readonly status: NoticeStatus;
  /** Set while it waits for a person to release it; later than delivery when only the next steps wait. */
  readonly waits: { readonly since: Date; readonly why: WaitReason } | null;
  readonly releasedAt: Date | null;
  /**
   * False: it surely has not reached anybody. True: it may have; also where nobody was there at the first sending, which
   * is written down as a failure of the portal and is no proof, since an inbox can be opened at any time.
   */
  readonly out: boolean;
  readonly channels: ReadonlyMap<Channel, Way>;
  /** When the last channel failed; null unless all of them have. */
  readonly bouncedAt: Date | null;
  readonly seen: Done | null;
  readonly reply: (Done & { readonly reply: Reply; readonly takenBy: Human | null }) | null;
  /** Who deals with it; ends with the next answer or stop, which somebody has to take up anew. */
  readonly taken: Done | null;
  readonly steps: readonly { readonly step: EscalationStep; readonly at: Date; readonly told: boolean }[];
  /** Whether the first visit took place, by the provider's last word on the one that stands; null while nobody said. */
  readonly visited: (Done & { readonly happened: boolean }) | null;
  readonly settled: (Done & { readonly how: Settled }) | null;
  readonly withdrawn: { readonly why: WithdrawReason; readonly at: Date } | null;
  /** The notice that took its place, or that cancels it. */
  readonly followedBy: string | null;
  /** Somebody answered what had been settled or taken back: two may now be acting, and a person should look. */
  readonly answeredAfterClosing: boolean;
  readonly history: readonly NoticeEvent[];
}

const closed = new Set<NoticeStatus>(['accepted', 'settled', 'replaced', 'withdrawn', 'cancelled']);

/** Whether somebody still has to do something about a notice. */
export function isOpenNotice({ status }: Pick<NoticeState, 'status'>): boolean {
  return !closed.has(status);
}

/** Whether a screen may show it as done: only after a human at the other end said yes (product rule 9). */
export function isDone({ status }: Pick<NoticeState, 'status'>): boolean {
  return status === 'accepted';
}
