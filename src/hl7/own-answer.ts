/** Whose answer an acknowledgement is: a late one for another message must never count (HL7 v2.5.1, 2.9.2: MSA-2). */
import { parseMessage } from './message.ts';

/** MSA-1 of an answer to this very message; null when it answers another, or cannot be read. */
export function codeFor(answer: Buffer, controlId: string): string | null {
  const parsed = parseMessage(answer);
  if (!parsed.ok || parsed.message.value('MSA', 2).trim() !== controlId) return null;
  return parsed.message.value('MSA', 1).trim().toUpperCase();
}
