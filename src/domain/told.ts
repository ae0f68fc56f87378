/**
 * Everyone who was told, and what undoing a telling takes (Denmark's HospitalNotification): a correction replaces,
 * only what stands last is corrected, and a cancellation goes to whoever got the wrong notice.
 */
import type { NoticeState, NoticeStatus } from './notice-state.ts';
import { isDone } from './notice-state.ts';
import type { NoticeKind, Recipient } from './notice.ts';
import { compareText } from './stay-event.ts';

/** One line of the list "everyone told". */
export interface Told {
  readonly notice: string;
  readonly kind: NoticeKind;
  readonly recipient: Recipient;
  readonly at: Date;
  readonly status: NoticeStatus;
  /** A human there said yes. */
  readonly done: boolean;
}

/** Everyone who was told or may have been, in order of time, what was taken back since included. */
export function everyoneTold(notices: readonly NoticeState[]): Told[] {
  return notices
    .filter(({ out }) => out)
    .map((state) => ({
      notice: state.notice.id,
      kind: state.notice.kind,
      recipient: state.notice.recipient,
      at: firstOut(state),
      status: state.status,
      done: isDone(state),
    }))
    .sort((a, b) => a.at.getTime() - b.at.getTime() || compareText(a.notice, b.notice));
}

function firstOut({ history, notice }: NoticeState): Date {
  return history.find(({ kind }) => kind === 'attempted' || kind === 'delivered' || kind === 'seen' || kind === 'answered')?.at ?? notice.createdAt; // prettier-ignore
}

/** What to do about one notice that was wrong. */
export type Undo =
  /** It reached nobody: it ends here, and nobody hears of it. */
  | { readonly notice: string; readonly recipient: Recipient; readonly how: 'withdraw' }
  /** It reached somebody, or may have: a new notice of the same thread says so. */
  | { readonly notice: string; readonly recipient: Recipient; readonly how: 'cancel' | 'correct' };

/** Takes a telling back: whoever got it gets the cancellation. */
export function planCancellation(notices: readonly NoticeState[]): Undo[] {
  return standing(notices).map((state) => ({
    notice: state.notice.id,
    recipient: state.notice.recipient,
    how: isBelieved(state) ? 'cancel' : 'withdraw',
  }));
}

/**
 * Corrects a telling. A recipient who would not be told now is sent a cancellation, never the corrected facts.
 * @param isAddressee whether a recipient would be told now
 * @returns for a notice that reached nobody `withdraw`: the corrected facts then go as a first notice
 */
export function planCorrection(notices: readonly NoticeState[], isAddressee: (one: Recipient) => boolean): Undo[] {
  return standing(notices).map((state) => ({
    notice: state.notice.id,
    recipient: state.notice.recipient,
    how: !isBelieved(state) ? 'withdraw' : isAddressee(state.notice.recipient) ? 'correct' : 'cancel',
  }));
}

// A correction stands in the place of something that reached its recipient: should it itself not have left yet, that
// is what they go by.
function isBelieved({ out, notice }: NoticeState): boolean {
  return out || notice.kind === 'correction';
}

// What was replaced or cancelled is corrected no more, and a cancellation is not cancelled. What was withdrawn after
// somebody may have read it is still believed there.
function standing(notices: readonly NoticeState[]): NoticeState[] {
  return notices.filter(
    ({ status, notice, out }) =>
      notice.kind !== 'cancellation' &&
      status !== 'replaced' &&
      status !== 'cancelled' &&
      (status !== 'withdrawn' || out),
  );
}
