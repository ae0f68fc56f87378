/** Messages that were set aside or refused: listed, shown with everything about the patient masked, and replayed. */
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { writeAudit } from '../store/audit.ts';
import { letWaitAgain, messageById, setAsideMessages } from '../store/hospital/message-lists.ts';
import type { SetAside } from '../store/hospital/message-lists.ts';
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
  return { ...message, value: message.value && maskDigits(message.value), event: maskDigits(message.event) };
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
 * @param which one message, or all of a feed that were set aside with a code
 * @returns how many wait now
 * @throws HomewardError NOT_ALLOWED; MESSAGE_GONE when there is none that could be replayed
 */
export async function replayMessages(
  { db, clock, wakeAppliers }: Omit<SetAsideDeps, 'mask' | 'seal'>,
  caller: Caller,
  which: { readonly messageId: string } | { readonly feed: string; readonly code: string },
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
