/**
 * What was on the screen, and what is sent: one and the same, or nothing goes. It is compared where it is sent, in the
 * same transaction, since a council's extract may land between the reading and the pressing (hazard H14).
 */
import { createHash } from 'node:crypto';
import { canonical } from '../../domain/canonical.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Draft } from './write.ts';

/** Marks of the messages that somebody has read before pressing; null where no screen stood before it. */
export type Shown = readonly string[] | null;

/** A message to somebody as a few letters. By when to answer is left out: it changes by the minute. */
export function markOf({ notice: { recipient }, content }: Draft): string {
  return createHash('sha256')
    .update(canonical([recipient.kind, recipient.id, { ...content, answerBy: null }]))
    .digest('base64url')
    .slice(0, 16);
}

/** @throws HomewardError TELLING_CHANGED when one of the messages was not shown as it would go */
export function requireShown(shown: Shown, drafts: readonly Draft[]): void {
  if (shown !== null && !drafts.every((draft) => shown.includes(markOf(draft))))
    throw new HomewardError('TELLING_CHANGED');
}
