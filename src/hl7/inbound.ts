/**
 * What becomes of a message that comes over the wire: whose it is, what it says, and only when it is
 * durable, the answer. Nothing but that is done before the answer.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { MessageRead, ReadMessage } from '../services/read-message.ts';
import type { MessageTaker, MessageToTake } from '../services/take-message.ts';
import { ackCode, buildAck } from './ack.ts';
import type { Outcome } from './ack.ts';
import { feedOf, isEcho, readAdt } from './adt.ts';
import { eventText } from './code-value.ts';
import { mayNotSend, parseFor } from './inbound-feed.ts';
import type { InboundFeed } from './inbound-feed.ts';
import { parseHeader } from './message.ts';
import type { Message } from './message.ts';
import type { MllpHandler, MllpPeer } from './mllp-peer.ts';
import { ackFault } from './refusals.ts';
import type { Strangers } from './strangers.ts';

/** What happened with a message, for counting: nothing of what it held. */
export interface InboundOutcome {
  readonly feed: string | null;
  /** `not-listed`: a stranger's, of whom enough is kept; it was answered all the same. */
  readonly state: MessageToTake['state'] | 'conflict' | 'again' | 'not-kept' | 'not-listed';
  readonly code: string | null;
  /** From the message to its being durable, or not. */
  readonly seconds: number;
}

export interface InboundDeps {
  readonly clock: Clock;
  /** Those that are enabled. */
  readonly feeds: readonly InboundFeed[];
  readonly taker: MessageTaker;
  /** Whether a control id is that of a canary of ours that is on its way. */
  readonly isCanary?: (controlId: string, peer: MllpPeer) => boolean;
  /** Bounds what is kept of senders whom no feed knows; without it all is kept. */
  readonly strangers?: Strangers;
  /** Told that a message waits to be applied. */
  readonly wake: (feed: string) => void;
  readonly observe?: (outcome: InboundOutcome) => void;
  /** Told that the store refused; must not throw. */
  readonly failed?: (error: unknown) => void;
}

/** Reads what has come again, by the feed's file as it is now. */
export function messageReader(feeds: readonly InboundFeed[]): ReadMessage {
  const byId = new Map(feeds.map((feed) => [feed.id, feed]));
  return ({ id }, content, receivedAt): MessageRead => {
    const feed = byId.get(id);
    if (!feed) throw new Error('A message of a feed that is not configured');
    const parsed = parseFor(feed, content);
    if (!parsed.ok) return { kind: 'refused', code: parsed.fault, field: 'MSH' };
    return readAdt(parsed.message, feed, receivedAt);
  };
}

/** The handler of the listener of some feeds. */
export function inboundHandler(deps: InboundDeps): MllpHandler {
  // Our answers' own ids: of this process by chance, and counted.
  const prefix = randomBytes(5).toString('hex');
  let answers = 0;
  const nextId = (): string => `${prefix}${(answers++).toString(36)}`;
  return async (content, peer) => {
    const receivedAt = deps.clock.now();
    const began = process.hrtime.bigint();
    const { header, feed, message } = judge(deps, content, peer, receivedAt);
    let outcome: Omit<InboundOutcome, 'seconds'>;
    if (!isKept(deps, message, peer)) {
      deps.observe?.({ feed: feed?.id ?? null, state: 'not-listed', code: message.code ?? null, seconds: 0 });
      return header && answer(header, feed, message, message.state, { at: deps.clock.now(), controlId: nextId() });
    }
    try {
      const taken = await deps.taker.take(message);
      const state = taken === 'kept' ? message.state : taken;
      outcome = { feed: feed?.id ?? null, state, code: message.code ?? null };
      if (state === 'waiting' && feed) deps.wake(feed.id);
    } catch (error) {
      deps.failed?.(error);
      outcome = { feed: feed?.id ?? null, state: 'not-kept', code: 'HL7_NOT_KEPT' };
    }
    deps.observe?.({ ...outcome, seconds: Number(process.hrtime.bigint() - began) / 1e9 });
    return header && answer(header, feed, message, outcome.state, { at: deps.clock.now(), controlId: nextId() });
  };
}

const ofStrangers = new Set(['SENDER_CERTIFICATE', 'SENDER_ADDRESS']);

function isKept({ strangers }: InboundDeps, { feed, code }: MessageToTake, peer: MllpPeer): boolean {
  if (!strangers) return true;
  if (feed === null || ofStrangers.has(code ?? '')) return strangers.keeps(peer);
  strangers.known(peer);
  return true;
}

interface Judged {
  /** Null: there is nobody to answer. */
  readonly header: Message | null;
  readonly feed: InboundFeed | null;
  readonly message: MessageToTake;
}

function judge({ feeds, isCanary }: InboundDeps, content: Buffer, peer: MllpPeer, receivedAt: Date): Judged {
  let parsed = parseFor(null, content);
  const header = parsed.ok ? parsed.message : parseHeader(content);
  const feed = header && feedOf(header, feeds);
  const common = {
    feed,
    content,
    sender: header ? `${header.value('MSH', 3).trim()}|${header.value('MSH', 4).trim()}` : '',
    controlId: header?.value('MSH', 10).trim() ?? '',
    event: header ? eventText(header.value('MSH', 9).trim(), header.value('MSH', 9, 2).trim()) : '',
    receivedAt,
  };
  const as = (state: MessageToTake['state'], more: Partial<MessageToTake> = {}): Judged => ({
    header,
    feed,
    message: { ...common, state, ...more },
  });
  if (feed && feed.characterSet !== 'as-declared' && header?.characterSet !== 'ascii') parsed = parseFor(feed, content);
  if (!parsed.ok) return as('faulty', { code: parsed.fault });
  if (!feed) return as('rejected', { code: 'SENDER_UNKNOWN', field: 'MSH-3' });
  const { message } = parsed;
  if (isEcho(message, feed) && isCanary?.(common.controlId, peer)) return as('ignored', { code: 'canary' });
  const barred = mayNotSend(feed, peer);
  if (barred !== null) return as('rejected', { code: barred, field: 'MSH-3' });
  return judgeRead(readAdt(message, feed, receivedAt), as);
}

function judgeRead(
  read: ReturnType<typeof readAdt>,
  as: (state: MessageToTake['state'], more?: Partial<MessageToTake>) => Judged,
): Judged {
  switch (read.kind) {
    case 'events':
      return as('waiting', { remarks: read.remarks });
    case 'ignored':
      return as('ignored', { code: read.reason });
    case 'quarantined':
      return as('quarantined', { code: read.code, field: read.field, value: read.value });
    case 'refused':
      return as(read.ack === 'AE' ? 'faulty' : 'rejected', { code: read.code, field: read.field });
  }
}

function answer(
  header: Message,
  feed: InboundFeed | null,
  message: MessageToTake,
  state: InboundOutcome['state'],
  own: { readonly at: Date; readonly controlId: string },
): Buffer | null {
  if (feed?.acknowledge === 'never') return null;
  const refused = state === 'again' ? message.state : state;
  const outcome: Outcome =
    refused === 'rejected'
      ? 'rejected'
      : refused === 'faulty' || refused === 'conflict' || refused === 'not-kept'
        ? 'error'
        : 'accepted';
  const code = ackCode(header, outcome, feed?.acknowledge);
  if (code === null) return null;
  const fault = outcome === 'accepted' ? null : faultOf(message, refused);
  return buildAck(header, { code, ...own, ...(fault && { fault }) });
}

function faultOf(message: MessageToTake, state: InboundOutcome['state']): ReturnType<typeof ackFault> {
  if (state === 'conflict') return ackFault('CONTROL_ID_REUSED', 'MSH-10');
  if (state === 'not-kept') return ackFault('HL7_NOT_KEPT');
  return ackFault(message.code ?? '', message.field);
}
