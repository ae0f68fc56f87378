/** A hospital's feed as its listener needs it: what the services know of it, how its messages read, who may send them. */
import type { Feed } from '../domain/hospital-feed.ts';
import type { AckMode } from './ack.ts';
import type { AdtFeed } from './adt-feed.ts';
import { parseMessage } from './message.ts';
import type { ParseResult } from './message.ts';
import type { MllpPeer } from './mllp-peer.ts';

export interface InboundFeed extends AdtFeed, Omit<Feed, 'ours'> {
  readonly ours: Feed['ours'];
  /** Plain text must be asked for by name; a certificate is bound to this feed by its SHA-256, in small hex. */
  readonly connection:
    { readonly security: 'plain-text' } | { readonly security: 'tls'; readonly clientCertificates: readonly string[] };
  readonly characterSet: 'as-declared' | 'utf-8' | 'latin-1';
  readonly acknowledge: AckMode | 'never';
}

/** Reads a message in the characters that its feed is known to send. */
export function parseFor(feed: Pick<InboundFeed, 'characterSet'> | null, content: Uint8Array): ParseResult {
  const characterSet = feed?.characterSet ?? 'as-declared';
  return parseMessage(content, characterSet === 'as-declared' ? {} : { characterSet });
}

/** Whether whoever is at the other end may send for a feed. */
export function maySend({ connection }: Pick<InboundFeed, 'connection'>, { certificate }: MllpPeer): boolean {
  if (connection.security === 'plain-text') return certificate === null;
  if (certificate === null) return false;
  return connection.clientCertificates.includes(certificate.fingerprint.replaceAll(':', '').toLowerCase());
}
