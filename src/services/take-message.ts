/** Takes a message that has just come: sealed and durable before anybody answers its sender. */
import type { Feed } from '../domain/hospital-feed.ts';
import { MessageWriter } from '../store/hospital/message-writer.ts';
import type { HospitalDeps } from './hospital-deps.ts';
import { messageSeal } from './read-message.ts';

/** A message, with what its reading came to. */
export interface MessageToTake {
  /** Null: of a sender that nobody knows. */
  readonly feed: Pick<Feed, 'id' | 'retention'> | null;
  readonly content: Uint8Array;
  /** MSH-3 and MSH-4 in one text. */
  readonly sender: string;
  /** Empty when it says none. */
  readonly controlId: string;
  readonly event: string;
  readonly receivedAt: Date;
  readonly state: 'waiting' | 'ignored' | 'quarantined' | 'faulty' | 'rejected';
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  readonly value?: string | undefined;
  readonly remarks?: readonly string[];
}

/**
 * `kept`: durable now. `again`: it was before, this very message. `conflict`: another message had its id,
 * and this one was kept only to be shown.
 */
export type Taken = 'kept' | 'again' | 'conflict';

/** How long a message of an unknown sender is kept to be shown. */
const unknownKept = 86_400_000;
/** Refused because of who sends: they are a stranger's bytes, whatever feed they name. */
const ofStrangers = new Set(['SENDER_CERTIFICATE', 'SENDER_ADDRESS']);
/** So much of a refused message is kept: enough to see what it is. */
const refusedBytes = 16 * 1024;

export interface MessageTaker {
  /** @throws what the database throws, and nothing may be taken as kept */
  take(message: MessageToTake): Promise<Taken>;
}

/** Takes messages into a store. */
export function messageTaker({ db, seal }: Pick<HospitalDeps, 'db' | 'seal'>): MessageTaker {
  const writer = new MessageWriter(db);
  const write = (message: MessageToTake, state: MessageToTake['state'] | 'conflict', mac: Buffer) => {
    const { feed, receivedAt, code, field, value, remarks } = message;
    const controlId = plain(message.controlId, 199);
    const refused = state === 'faulty' || state === 'rejected' || state === 'conflict';
    const content = refused ? message.content.subarray(0, refusedBytes) : message.content;
    return writer.write({
      feed: feed?.id ?? null,
      sender: plain(message.sender, 200),
      controlId,
      event: plain(message.event, 20),
      receivedAt,
      state,
      code: state === 'conflict' ? 'CONTROL_ID_REUSED' : (code ?? null),
      field: state === 'conflict' ? 'MSH-10' : (field ?? null),
      value: value === undefined || state === 'conflict' ? null : plain(value, 80),
      remarks: remarks ?? [],
      mac,
      sealed: seal.seal(content, messageSeal(feed?.id ?? null, controlId, receivedAt)),
      expiresAt: new Date(
        receivedAt.getTime() + (feed && !ofStrangers.has(code ?? '') ? feed.retention.raw : unknownKept),
      ),
    });
  };
  return {
    async take(message) {
      const mac = seal.mac(message.content);
      const kept = await write(message, message.state, mac);
      if (kept.kind !== 'seen') return kept.kind === 'kept' ? 'kept' : 'again';
      if (seal.isMac(kept.mac, message.content)) return 'again';
      await write(message, 'conflict', mac);
      return 'conflict';
    },
  };
}

// What the database cannot hold must not make a message impossible to keep.
function plain(text: string, length: number): string {
  return text.slice(0, length).toWellFormed().replaceAll('\0', '\ufffd');
}
