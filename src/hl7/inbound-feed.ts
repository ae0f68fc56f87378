/** A hospital's feed as its listener needs it: what the services know of it, how its messages read, who may send them. */
import type { Feed } from '../domain/hospital-feed.ts';
import type { AckMode } from './ack.ts';
import type { AdtFeed } from './adt-feed.ts';
import { parseMessage } from './message.ts';
import type { ParseResult } from './message.ts';
import type { MllpPeer } from './mllp-peer.ts';
import { addressesOf } from './peer-addresses.ts';

export interface InboundFeed extends AdtFeed, Omit<Feed, 'ours' | 'sites'> {
  readonly ours: Feed['ours'];
  /** Plain text must be asked for by name; a certificate is bound to this feed by its SHA-256, in small hex. */
  readonly connection:
    | { readonly security: 'plain-text'; readonly addresses?: readonly string[] | undefined }
    | {
        readonly security: 'tls';
        readonly clientCertificates: readonly string[];
        readonly addresses?: readonly string[] | undefined;
      };
  readonly characterSet: 'as-declared' | 'utf-8' | 'latin-1';
  readonly acknowledge: AckMode | 'never';
}

/** Reads a message in the characters that its feed is known to send. */
export function parseFor(feed: Pick<InboundFeed, 'characterSet'> | null, content: Uint8Array): ParseResult {
  const characterSet = feed?.characterSet ?? 'as-declared';
  return parseMessage(content, characterSet === 'as-declared' ? {} : { characterSet });
}

const questions = new WeakMap<readonly string[], (address: string) => boolean>();

/** Why whoever is at the other end may not send for a feed; null when they may. */
export function mayNotSend(
  { connection }: Pick<InboundFeed, 'connection'>,
  { certificate, address }: MllpPeer,
): 'SENDER_ADDRESS' | 'SENDER_CERTIFICATE' | null {
  const { addresses } = connection;
  if (addresses) {
    const isOne = questions.get(addresses) ?? addressesOf(addresses);
    questions.set(addresses, isOne);
    if (!isOne(address)) return 'SENDER_ADDRESS';
  }
  if (connection.security === 'plain-text') return certificate === null ? null : 'SENDER_CERTIFICATE';
  const print = certificate?.fingerprint.replaceAll(':', '').toLowerCase();
  return print !== undefined && connection.clientCertificates.includes(print) ? null : 'SENDER_CERTIFICATE';
}
