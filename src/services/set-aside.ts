/** Messages that were set aside or refused: listed, shown with everything about the patient masked, and replayed. */
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { writeAudit } from '../store/audit.ts';
import { letWaitAgain, messageById, setAsideMessages } from '../store/hospital/message-lists.ts';
import type { FeedTime, SetAside } from '../store/hospital/message-lists.ts';
import type { HospitalDeps } from './hospital-deps.ts';
import { messageSeal } from './read-message.ts';

/** A message of the list: whose it is stays sealed. */
export type SetAsideMessage = Omit<SetAside, 'sealed'>;

/** Writes a message so that its codes can be read and nothing in it tells who the patient is. */
export type MaskMessage = (content: Uint8Array) => readonly string[];

export interface SetAsideDeps extends Pick<HospitalDeps, 'db' | 'clock' | 'seal'> {
  readonly mask: MaskMessage;
  /** Told that something waits again. */
  readonly wakeAppliers: () => void;
}

/** Messages that somebody should look at, the latest first. @throws HomewardError NOT_ALLOWED */
export async function listSetAside(
  { db }: Pick<SetAsideDeps, 'db'>,
  caller: Caller,
  only: { readonly feed?: string; readonly code?: string } = {},
  limit = 100,
): Promise<SetAsideMessage[]> {
  requirePermission(caller, 'run-interfaces');
  return (await setAsideMessages(db, only, limit)).map(({ sealed: _sealed, ...message }) => unnamed(message));
}

/** Hides every long row of digits in what should be a code: a sender may have put a number in its place. */
export function maskDigits(text: string): string {
  return text.replace(/\d[\d -]{5,}/g, (digits) => '•'.repeat(digits.length));
}

function unnamed(message: SetAsideMessage): SetAsideMessage {
  const { value, event, feed, sender, controlId } = message;
  return {
    ...message,
    value: value && maskDigits(value),
    event: maskDigits(event),
    // A feed's own sender stands in its file; what anybody else writes there may be anything.
    sender: feed === null ? sender.split('|').map(maskName).join('|') : sender,
    controlId: maskId(controlId),
  };
}

function maskName(text: string): string {
  return /^[\w.-]{0,40}$/.test(text) && !/\d{4}/.test(text) ? text : '•'.repeat(text.length);
}

// Enough of it to find the message again at its sender, and no number of a patient or a visit that it is made of.
function maskId(text: string): string {
  const masked = text.replace(/[^\w.:-]/g, '•');
  return masked.replace(/\w{5,}/g, (run) =>
    /\d{3}$/.test(run) ? '•'.repeat(run.length - 3) + run.slice(-3) : '•'.repeat(run.length),
  );
}

/**
 * One message with its segments, masked. Shown only after its audit record is kept.
 * @throws HomewardError NOT_ALLOWED, MESSAGE_GONE, SEAL_BROKEN
 */
export async function showMessage(
  { db, clock, seal, mask }: SetAsideDeps,
  caller: Caller,
  messageId: string,
): Promise<SetAsideMessage & { readonly segments: readonly string[] }> {
  requirePermission(caller, 'run-interfaces');
  if (!/^\d{1,18}$/.test(messageId)) throw new HomewardError('MESSAGE_GONE');
  const found = await messageById(db, messageId);
  if (!found) throw new HomewardError('MESSAGE_GONE');
  const { sealed, ...message } = found;
  const content = seal.open(sealed, messageSeal(message.feed, message.controlId, message.receivedAt));
  await db.transaction((trx) =>
    writeAudit(trx, clock.now(), caller, { action: 'see-message', outcome: 'shown', detail: { message: messageId } }),
  );
  return { ...unnamed(message), segments: mask(content) };
}

/**
 * Lets messages be read again, by the feed's file as it is now and as at the time at which they came.
 * @param which one message; all of a feed that were set aside with a code; or all that a feed sent in some time, where a
 *   wrong mapping had them applied or passed over: what they said before goes with it
 * @returns how many wait now
 * @throws HomewardError NOT_ALLOWED; MESSAGE_GONE when there is none that could be replayed
 */
export async function replayMessages(
  { db, clock, wakeAppliers }: Omit<SetAsideDeps, 'mask' | 'seal'>,
  caller: Caller,
  which: { readonly messageId: string } | { readonly feed: string; readonly code: string } | FeedTime,
): Promise<number> {
  requirePermission(caller, 'run-interfaces');
  if ('messageId' in which && !/^\d{1,18}$/.test(which.messageId)) throw new HomewardError('MESSAGE_GONE');
  const count = await db.transaction(async (trx) => {
    const waiting = await letWaitAgain(trx, 'messageId' in which ? { ids: [which.messageId] } : which);
    if (waiting === 0) throw new HomewardError('MESSAGE_GONE');
    await writeAudit(trx, clock.now(), caller, {
      action: 'replay-messages',
      outcome: 'waiting',
      detail: { ...which, count: waiting },
    });
    return waiting;
  });
  wakeAppliers();
  return count;
}
