/** A raw MLLP peer for tests, that may behave as badly as it likes, and a server to behave badly to. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { fixedClock } from '../../src/domain/clock.ts';
import { buildAck } from '../../src/hl7/ack.ts';
import { parseHeader } from '../../src/hl7/message.ts';
import { FrameReader } from '../../src/hl7/mllp-frames.ts';
import type { CloseReason, MllpHandler } from '../../src/hl7/mllp-peer.ts';
import { MllpServer } from '../../src/hl7/mllp-server.ts';
import type { MllpServerOptions } from '../../src/hl7/mllp-server.ts';
import { lines } from './hl7-messages.ts';

export const clock = fixedClock('2026-09-28T20:30:00Z');

/** A small message with this control id. */
export const message = (id: string | number, ...more: readonly string[]): Buffer =>
  lines(`MSH|^~\\&|PAS|RK5|TIE|RK5|20260928213000||ADT^A01|${id}|P|2.4`, 'PID|||9990000018^^^NHS^NH', ...more);

/** Says yes to every message. */
export const accept: MllpHandler = (content) => {
  const header = parseHeader(content);
  return Promise.resolve(header && buildAck(header, { code: 'AA', at: clock.now(), controlId: 'T' }));
};

/** MSA-1 and MSA-2 of an answer: `AA 17`. */
export function verdict(answer: Buffer | null): string {
  const [, code = '', id = ''] = /\rMSA\|([A-Z]+)\|([^|\r]*)/.exec(answer?.toString('latin1') ?? '') ?? [];
  return answer === null ? 'closed' : `${code} ${id}`;
}

export interface RunningServer {
  readonly server: MllpServer;
  readonly port: number;
  /** What the observer was told, in words. */
  readonly events: string[];
  /** Reasons for which connections were closed. */
  readonly reasons: CloseReason[];
  readonly received: Buffer[];
}

/** Starts a server on a port of its own. */
export async function startServer(options: Partial<MllpServerOptions> = {}): Promise<RunningServer> {
  const events: string[] = [];
  const reasons: CloseReason[] = [];
  const received: Buffer[] = [];
  const handler = options.handler ?? accept;
  const server = new MllpServer({
    clock,
    observer: {
      connected: () => events.push('connected'),
      refused: (_, reason) => events.push(`refused: ${reason}`),
      received: (_, bytes) => events.push(`received ${bytes}`),
      answered: (_, bytes) => events.push(`answered ${bytes}`),
      cut: () => events.push('cut'),
      failed: (_, error) => events.push(`failed: ${String(error)}`),
      closed: (_, reason) => {
        events.push(`closed: ${reason}`);
        reasons.push(reason);
      },
    },
    ...options,
    handler: (content, peer) => {
      received.push(content);
      return handler(content, peer);
    },
  });
  const port = await server.listen(0, '127.0.0.1');
  return { server, port, events, reasons, received };
}

/** A peer that speaks bytes. */
export class RawPeer {
  readonly socket: Socket;
  readonly #reader = new FrameReader({ maxBytes: 1e8, maxJunk: 1e8 });
  readonly #answers: Buffer[] = [];
  #waiting: ((answer: Buffer | null) => void)[] = [];
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      for (let event = this.#reader.next(); event; event = this.#reader.next()) {
        if (event.kind === 'frame') this.#give(event.content);
      }
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#closed = true;
      for (const waiting of this.#waiting.splice(0)) waiting(null);
    });
  }

  /** @param socket one of its own, such as a TLS socket that is ready */
  static from(socket: Socket): RawPeer {
    return new RawPeer(socket);
  }

  /** Connects; a connection that is dropped at once is not an error. */
  static connect(port: number): Promise<RawPeer> {
    return new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      const peer = new RawPeer(socket);
      socket.once('connect', () => resolve(peer));
      socket.once('close', () => resolve(peer));
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(bytes: Buffer | string): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next answer; null when the connection is closed before one comes. */
  answer(): Promise<Buffer | null> {
    const ready = this.#answers.shift();
    if (ready) return Promise.resolve(ready);
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when the connection is closed. */
  async gone(): Promise<void> {
    while (!this.#closed) await this.answer();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #give(answer: Buffer): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(answer);
    else this.#answers.push(answer);
  }
}

/** A listener that does with its connections what a test says. */
export async function listen(
  serve: (socket: Socket) => void,
): Promise<{ port: number; server: Server; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Waits until something is so; fails after five seconds. */
export async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    if (tries > 1000) throw new Error(`still not so: ${what}`);
    await pause(5);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The patience of somebody who gives up so many milliseconds after something is so, however long that took. */
export function patienceAfter(what: () => boolean, ms: number): AbortSignal {
  const patience = new AbortController();
  const end = (): void => patience.abort();
  void until(what).then(() => pause(ms)).then(end, end); // prettier-ignore
  return patience.signal;
}
