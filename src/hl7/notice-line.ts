/**
 * Tells one system one notice: a connection of its own, one message, and the acknowledgement whose MSA-2 is the message's
 * own MSH-10. A connection that is shared could bring a late answer to an earlier message.
 */
import type { LookupFunction } from 'node:net';
import type { SystemMessage } from '../domain/courier.ts';
import { MllpClient } from './mllp-client.ts';
import type { MllpClientTls } from './mllp-client.ts';
import { MllpSendError } from './mllp-send-error.ts';
import type { SendFault } from './mllp-send-error.ts';
import { buildNotice, noticeControlId } from './notice-message.ts';
import type { NoticeReceiver } from './notice-message.ts';
import { codeFor } from './own-answer.ts';

/** A system that listens for HL7. */
export interface NoticePeer extends NoticeReceiver {
  readonly host: string;
  readonly port: number;
  /** Null: plain text, which its file asks for by name. */
  readonly tls: MllpClientTls | null;
}

export interface NoticeSending {
  readonly key: string;
  readonly what: SystemMessage;
  /** Finds the addresses of its host, and refuses those to which nothing may be sent. */
  readonly lookup: LookupFunction;
}

/** MSA-1 of its own acknowledgement, or why there is none. */
export type NoticeAnswer =
  { readonly code: string } | { readonly fault: SendFault | 'OTHER_ANSWER'; readonly cause: unknown };

// How long is waited is the caller's, who ends it; this only has to be longer.
const longest = 3_600_000;

/** Sends it. Never throws for a fault of the other side. */
export async function tellByHl7(
  peer: NoticePeer,
  { key, what, lookup }: NoticeSending,
  signal: AbortSignal,
): Promise<NoticeAnswer> {
  const { host, port, tls } = peer;
  const client = new MllpClient({ host, port, lookup, ...(tls && { tls }) });
  const controlId = noticeControlId(key);
  let foreign = false;
  const isAnswer = (answer: Buffer): boolean => {
    const own = codeFor(answer, controlId) !== null;
    foreign ||= !own;
    return own;
  };
  const end = (): void => client.close();
  signal.addEventListener('abort', end);
  try {
    if (signal.aborted) return { fault: 'TIMEOUT', cause: null };
    const answer = await client.send(buildNotice(peer, what, key), { timeout: longest, isAnswer });
    return { code: codeFor(answer, controlId) ?? '' };
  } catch (error) {
    if (!(error instanceof MllpSendError)) throw error;
    const over = error.code === 'STOPPED' || error.code === 'TIMEOUT';
    return { fault: over ? (foreign ? 'OTHER_ANSWER' : 'TIMEOUT') : error.code, cause: error.cause };
  } finally {
    signal.removeEventListener('abort', end);
    client.close();
  }
}
