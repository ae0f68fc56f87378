/**
 * An MLLP server: lets connections in, within its limits, in plain text or TLS, and stops without losing
 * what it is doing. What a message means is its handler's business.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../domain/clock.ts';
import { HomewardError } from '../domain/error.ts';
import { ackCode, buildAck } from './ack.ts';
import type { AckFault, AckMode } from './ack.ts';
import { parseHeader } from './message.ts';
import { MllpBudget } from './mllp-budget.ts';
import { MllpConnection } from './mllp-connection.ts';
import type { ConnectionContext } from './mllp-connection.ts';
import type { ConnectionLimits, MllpHandler, MllpObserver, MllpPeer, PeerCertificate, Refusal } from './mllp-peer.ts';

export interface MllpLimits extends ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Bytes of unfinished messages over all connections, and as many again of messages being handled. */
  readonly maxBufferedBytes: number;
  /** How often the system asks a silent peer whether it is still there. */
  readonly keepAliveMs: number;
  /** TLS must be agreed on in this time. */
  readonly handshakeMs: number;
}

/** What a site gets that sets nothing. */
export const defaultLimits: MllpLimits = {
  maxMessageBytes: 1024 * 1024,
  maxJunkBytes: 64 * 1024,
  maxInFlight: 32,
  frameMs: 30_000,
  // A feed may be quiet at night; engines that are closed on come back by themselves.
  idleMs: 60 * 60_000,
  writeMs: 30_000,
  loneEndMs: 1000,
  lingerMs: 2000,
  maxConnections: 256,
  maxConnectionsPerAddress: 32,
  maxBufferedBytes: 16 * 1024 * 1024,
  keepAliveMs: 30_000,
  handshakeMs: 10_000,
};

/** PEM texts of the server, and of those who sign its clients' certificates. */
export interface MllpServerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** When given, only clients with a certificate that one of these signed are let in. */
  readonly clientAuthorities?: string | Buffer | readonly (string | Buffer)[];
}

export interface MllpServerOptions {
  readonly handler: MllpHandler;
  readonly clock: Clock;
  readonly observer?: MllpObserver;
  readonly limits?: Partial<MllpLimits>;
  readonly tls?: MllpServerTls;
  /** Lets messages cross a network in plain text; without it, plain text is only for this computer itself. */
  readonly plainTextOffLoopback?: boolean;
  /** Whether a computer may connect at all; without it, any. This computer itself always may. */
  readonly mayConnect?: (address: string) => boolean;
  /** How the server's own refusals are answered. */
  readonly ackMode?: AckMode;
}

const refusals: Readonly<Record<Refusal, { readonly outcome: 'error' | 'rejected'; readonly fault: AckFault }>> = {
  oversize: {
    outcome: 'rejected',
    fault: { code: 'HL7_TOO_LARGE', text: 'The message is longer than is taken here.', condition: 207 },
  },
  failed: {
    outcome: 'error',
    fault: { code: 'HL7_NOT_KEPT', text: 'The message could not be kept. Send it again.', condition: 207 },
  },
};

/** Listens for MLLP until it is closed. */
export class MllpServer {
  readonly #options: MllpServerOptions;
  readonly #limits: MllpLimits;
  readonly #context: ConnectionContext;
  readonly #server: Server;
  readonly #connections = new Set<MllpConnection>();
  /** Sockets that are let in, TLS still being agreed on included. */
  readonly #sockets = new Map<Socket, string>();
  #counted = 0;
  #closing = false;
  #emptied: (() => void) | null = null;

  constructor(options: MllpServerOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#context = {
      limits: this.#limits,
      handler: options.handler,
      refuse: (received, reason) => this.#refuse(received, reason),
      observer: options.observer ?? {},
      budget: new MllpBudget(this.#limits.maxBufferedBytes),
    };
    this.#server = this.#create();
    // A connection that the system cannot take in, for want of open files, must not end the process.
    this.#server.on('error', () => {
      if (this.#server.listening) this.#context.observer.refused?.('', 'system');
    });
  }

  /** How many connections are being served. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Bytes of messages held at the moment. */
  get bufferedBytes(): number {
    return this.#context.budget.bytes;
  }

  /**
   * Begins to listen.
   * @returns the port, which the system chose if it was given as 0
   * @throws HomewardError CONFIG_INVALID when plain text would cross a network and was not switched on
   */
  async listen(port: number, host: string): Promise<number> {
    const { tls, plainTextOffLoopback } = this.#options;
    if (!tls && !plainTextOffLoopback && !isLoopback(host)) {
      throw new HomewardError('CONFIG_INVALID', 'HL7 in plain text off this computer must be switched on by name.');
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Lets nobody in any more, answers what is in flight, then ends every connection; those that are not
   * done in time are cut.
   */
  async close(graceMs = 10_000): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.stop();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
      for (const socket of this.#sockets.keys()) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
    // The last connections may tell that they are closed just after the server does.
    if (this.#connections.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve));
  }

  #create(): Server {
    const { tls } = this.#options;
    const common = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: this.#limits.keepAliveMs,
    };
    if (!tls) {
      return createServer(common, (socket) => {
        if (this.#admit(socket)) this.#serve(socket, null);
      });
    }
    const { key, cert, clientAuthorities } = tls;
    const asked =
      clientAuthorities === undefined
        ? {}
        : { ca: [clientAuthorities].flat() as (string | Buffer)[], requestCert: true, rejectUnauthorized: true };
    const server = createTlsServer({
      ...common,
      key,
      cert,
      ...asked,
      minVersion: 'TLSv1.2',
      handshakeTimeout: this.#limits.handshakeMs,
    });
    server.on('connection', (socket) => this.#admit(socket));
    server.on('secureConnection', (socket) => this.#serve(socket, readCertificate(socket)));
    server.on('tlsClientError', (_, socket) => {
      this.#context.observer.refused?.(addressOf(socket), 'tls');
      socket.destroy();
    });
    return server;
  }

  #admit(socket: Socket): boolean {
    const address = addressOf(socket);
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const ofAddress = [...this.#sockets.values()].filter((other) => other === address).length;
    const full = this.#sockets.size >= maxConnections;
    const allowed =
      isLoopback(address) || address === ownAddressOf(socket) || (this.#options.mayConnect?.(address) ?? true);
    // Whoever may not connect uses up nobody's room.
    const tooMany =
      address !== '' && !allowed
        ? 'address'
        : full
          ? 'connections'
          : ofAddress >= maxConnectionsPerAddress
            ? 'connections-of-address'
            : null;
    // A socket without an address was closed before it came to be looked at.
    if (tooMany !== null || this.#closing || address === '') {
      socket.on('error', () => {});
      socket.destroy();
      if (tooMany !== null) this.#context.observer.refused?.(address, tooMany);
      return false;
    }
    this.#sockets.set(socket, address);
    socket.on('close', () => this.#sockets.delete(socket));
    return true;
  }

  #serve(socket: Socket, certificate: PeerCertificate | null): void {
    this.#counted++;
    const peer: MllpPeer = {
      address: addressOf(socket),
      certificate,
      connection: this.#counted,
      hangUp: () => connection.stop(),
    };
    this.#context.observer.connected?.(peer);
    const connection = new MllpConnection(socket, peer, this.#context);
    this.#connections.add(connection);
    socket.on('close', () => {
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.#emptied?.();
    });
    if (this.#closing) connection.stop();
  }

  #refuse(received: Buffer, reason: Refusal): Buffer | null {
    const header = parseHeader(received);
    if (header === null) return null;
    const { outcome, fault } = refusals[reason];
    const code = ackCode(header, outcome, this.#options.ackMode);
    if (code === null) return null;
    const controlId = randomBytes(10).toString('hex');
    return buildAck(header, { code, at: this.#options.clock.now(), controlId, fault });
  }
}

/** Whether a host to listen on can be reached from this computer only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function addressOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress);
}

function ownAddressOf(socket: Socket): string {
  return plainAddress(socket.localAddress);
}

// An IPv4 address in its own form.
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

function readCertificate(socket: TLSSocket): PeerCertificate | null {
  if (!socket.authorized) return null;
  const { subject, fingerprint256, subjectaltname } = socket.getPeerCertificate();
  const parts = Object.entries(subject).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}=${one}`));
  return {
    commonName: [subject.CN ?? ''].flat().join(', '),
    subject: parts.join(', '),
    fingerprint: fingerprint256,
    alternativeNames: subjectaltname ?? '',
  };
}
