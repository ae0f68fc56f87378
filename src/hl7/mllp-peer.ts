/**
 * The words between an MLLP server and those who use it: who is at the other end, who takes its messages,
 * who is told of what happens.
 */

/** Who is at the other end. */
export interface MllpPeer {
  /** IP address; an IPv4 one in its own form. */
  readonly address: string;
  /** The client certificate that was shown and verified; null without one. */
  readonly certificate: PeerCertificate | null;
  /** Counts the connections of a server, from 1. */
  readonly connection: number;
  /** Reads no more of it, and ends it once what came has been answered. */
  hangUp?(): void;
}

export interface PeerCertificate {
  /** The common name of its subject, '' when there is none. */
  readonly commonName: string;
  /** The whole subject, `CN=…, O=…`. */
  readonly subject: string;
  /** SHA-256 of the certificate: upper-case hex in pairs with colons. */
  readonly fingerprint: string;
  /** The names it is for, as OpenSSL writes them (`DNS:…, DNS:…`). */
  readonly alternativeNames: string;
}

/** Takes one message; its answer is sent when the promise is kept, nothing when that is null. */
export type MllpHandler = (content: Buffer, peer: MllpPeer) => Promise<Buffer | null>;

/** Why a message gets no answer of the handler's: the server answers itself, if the header can be read. */
export type Refusal = 'oversize' | 'failed';

/** What a connection was closed for. */
export type CloseReason =
  /** The peer closed it, or the line broke. */
  | 'peer'
  /** The server is stopping. */
  | 'stopping'
  | 'oversize'
  /** What came was not MLLP. */
  | 'junk'
  /** A message began and did not end in time. */
  | 'frame-time'
  /** Nothing came for too long. */
  | 'idle'
  /** The peer did not take its answers. */
  | 'not-reading'
  /** The server held too much, and this connection's unfinished message was the largest. */
  | 'memory';

/** Told of what happens, for metrics and the interface page. Must not throw. */
export interface MllpObserver {
  connected?(peer: MllpPeer): void;
  /** A connection was not let in. */
  refused?(address: string, reason: 'address' | 'connections' | 'connections-of-address' | 'tls' | 'system'): void;
  /** A message was handed to the handler. */
  received?(peer: MllpPeer, bytes: number): void;
  /** An answer was written; null: none was wanted. */
  answered?(peer: MllpPeer, bytes: number | null): void;
  /** A message began before another had ended, which is dropped and not answered. */
  cut?(peer: MllpPeer, bytes: number): void;
  /** The handler threw: the message was answered as an error that may be tried again. */
  failed?(peer: MllpPeer, error: unknown): void;
  closed?(peer: MllpPeer, reason: CloseReason): void;
}

export interface ConnectionLimits {
  readonly maxMessageBytes: number;
  /** Bytes outside any frame before it is clear that this is not MLLP. */
  readonly maxJunkBytes: number;
  /** Messages of one connection that are handled at a time. */
  readonly maxInFlight: number;
  /** A message must end so long after it began. */
  readonly frameMs: number;
  /** A connection without any message is closed after so long. */
  readonly idleMs: number;
  /** Answers must be taken by the peer in this time. */
  readonly writeMs: number;
  /** An end block without its carriage return counts after so long a silence. */
  readonly loneEndMs: number;
  /** At the end of a connection, how long the peer may take to close its side. */
  readonly lingerMs: number;
}
