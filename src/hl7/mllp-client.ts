/**
 * An MLLP client for one destination: one connection, one message in flight. After any failure the connection
 * is dropped, so that an answer which comes late can never be taken for the answer to a later message.
 */
import { connect } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { FrameReader, canBeFramed, frame } from './mllp-frames.ts';
import type { FrameEvent } from './mllp-frames.ts';
import { MllpSendError, connectFault, isTlsFault } from './mllp-send-error.ts';
import type { SendFault } from './mllp-send-error.ts';

export interface MllpClientTls {
  /** Who signs the server's certificate; the system's own list when not given. */
  readonly authorities?: string | Buffer | readonly (string | Buffer)[];
  /** The client's own certificate. */
  readonly key?: string | Buffer;
  readonly cert?: string | Buffer;
  /** The name that the server's certificate must bear, when it is not the host. */
  readonly serverName?: string;
  /**
   * SHA-256 of the one certificate that the server may have, in small hexadecimal digits. It then stands for
   * itself: neither its signer nor its name nor its dates are looked at.
   */
  readonly pin?: string;
}

export interface MllpClientOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: MllpClientTls;
  /** Finds the addresses of the host, for a caller who may not connect everywhere; the system's own when not given. */
  readonly lookup?: LookupFunction;
  /** Time to connect, TLS included; 10 seconds when not given. */
  readonly connectMs?: number;
  readonly keepAliveMs?: number;
  /** The longest message to send or answer to take; 1 MiB when not given. */
  readonly maxBytes?: number;
}

export interface SendOptions {
  /** Milliseconds to wait for the answer, counted from when the message is handed to the connection. */
  readonly timeout: number;
  /**
   * Whether what came back is the answer to this message; what is not is passed over, and waiting goes on.
   * The caller reads MSA-2 here. Without it, the first that comes is the answer. Must not throw.
   */
  readonly isAnswer?: (answer: Buffer) => boolean;
}

/** How long a silence makes an end block count that lacks its carriage return. */
const loneEndMs = 200;

interface Flight {
  readonly isAnswer: (answer: Buffer) => boolean;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: MllpSendError) => void;
}

interface Line {
  readonly socket: Socket;
  readonly reader: FrameReader;
}

/** A connection to one destination, made when there is something to send. */
export class MllpClient {
  readonly #options: MllpClientOptions;
  readonly #maxBytes: number;
  #line: Line | null = null;
  #flight: Flight | null = null;
  #busy = false;
  /** The caller looks whose answer it is. */
  #checked = false;
  #stopped = false;
  /** Gives up a connection that is being made. */
  #giveUp: (() => void) | null = null;

  constructor(options: MllpClientOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? 1024 * 1024;
  }

  /** Whether there is a connection at the moment. */
  get connected(): boolean {
    return this.#line !== null;
  }

  /**
   * Sends one message and waits for its answer; connects first when there is no connection.
   * @param content the message without its frame
   * @returns the answer without its frame; whether it says yes is for the caller to read
   * @throws MllpSendError with its code
   */
  async send(content: Uint8Array, options: SendOptions): Promise<Buffer> {
    if (this.#stopped) throw new MllpSendError('STOPPED');
    if (this.#busy) throw new MllpSendError('BUSY');
    if (content.length > this.#maxBytes) throw new MllpSendError('TOO_LARGE');
    if (!canBeFramed(content)) throw new MllpSendError('NOT_SENDABLE');
    this.#busy = true;
    try {
      this.#line ??= await this.#connect();
      return await this.#exchange(this.#line, content, options);
    } finally {
      this.#busy = false;
    }
  }

  /** Drops the connection: for a caller who no longer trusts it. The next message makes another. */
  drop(): void {
    this.#lose('CLOSED');
  }

  /** Ends the connection and refuses every later message. */
  close(): void {
    this.#stopped = true;
    this.#giveUp?.();
    this.#lose('STOPPED');
  }

  #exchange(line: Line, content: Uint8Array, { timeout, isAnswer }: SendOptions): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(() => this.#lose('TIMEOUT'), timeout);
      const done = (): void => {
        clearTimeout(timer);
        this.#flight = null;
      };
      this.#flight = {
        isAnswer: isAnswer ?? (() => true),
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      this.#checked = isAnswer !== undefined;
      line.socket.write(frame(content));
    });
  }

  #connect(): Promise<Line> {
    return new Promise<Line>((resolve, reject) => {
      const socket = this.#open();
      const fail = (error: MllpSendError): void => {
        clearTimeout(timer);
        this.#giveUp = null;
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => fail(new MllpSendError('UNREACHABLE')), this.#options.connectMs ?? 10_000);
      this.#giveUp = () => fail(new MllpSendError('STOPPED'));
      const failed = (cause: NodeJS.ErrnoException): void => fail(new MllpSendError(connectFault(cause), { cause }));
      const gone = (): void => fail(new MllpSendError('UNREACHABLE'));
      socket.once('error', failed);
      socket.once('close', gone);
      socket.once(this.#options.tls ? 'secureConnect' : 'connect', () => {
        if (!this.#isPinned(socket)) return fail(new MllpSendError('TLS'));
        clearTimeout(timer);
        this.#giveUp = null;
        socket.off('error', failed);
        socket.off('close', gone);
        resolve(this.#use(socket));
      });
    });
  }

  #open(): Socket {
    const { host, port, tls, lookup, keepAliveMs: keepAliveInitialDelay = 30_000 } = this.#options;
    const common = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay, ...(lookup && { lookup }) };
    if (!tls) return connect(common);
    const { authorities, key, cert, serverName, pin } = tls;
    return connectTls({
      ...common,
      minVersion: 'TLSv1.2',
      // What was pinned is compared before a byte is sent.
      ...(pin === undefined ? {} : { rejectUnauthorized: false }),
      ...(authorities === undefined ? {} : { ca: [authorities].flat() as (string | Buffer)[] }),
      ...(key === undefined ? {} : { key }),
      ...(cert === undefined ? {} : { cert }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
  }

  #isPinned(socket: Socket): boolean {
    const { pin } = this.#options.tls ?? {};
    if (pin === undefined) return true;
    const { fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
    return fingerprint256?.replaceAll(':', '').toLowerCase() === pin;
  }

  #use(socket: Socket): Line {
    const reader = new FrameReader({ maxBytes: this.#maxBytes, maxJunk: 4096 });
    const line = { socket, reader };
    let loneEnd: NodeJS.Timeout | undefined;
    const current = (): boolean => this.#line === line;
    socket.on('data', (chunk: Buffer) => {
      clearTimeout(loneEnd);
      reader.push(chunk);
      for (let event = reader.next(); event !== null && current(); event = reader.next()) this.#take(event);
      if (reader.endSeen) loneEnd = setTimeout(() => this.#takeLoneEnd(line), loneEndMs);
    });
    socket.on('end', () => {
      this.#takeLoneEnd(line);
      if (current()) this.#lose('CLOSED');
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      if (current()) this.#lose(isTlsFault(cause) ? 'TLS' : 'CLOSED', cause);
    });
    socket.on('close', () => {
      clearTimeout(loneEnd);
      if (current()) this.#lose('CLOSED');
    });
    return line;
  }

  #takeLoneEnd(line: Line): void {
    const event = line.reader.finish();
    if (event && this.#line === line) this.#take(event);
  }

  #take(event: FrameEvent): void {
    if (event.kind === 'oversize') this.#lose('TOO_LARGE');
    else if (event.kind === 'junk') this.#lose('PROTOCOL');
    else if (event.kind === 'frame' && event.content.length > 0) this.#answered(event.content);
  }

  #answered(answer: Buffer): void {
    if (this.#flight?.isAnswer(answer)) this.#flight.resolve(answer);
    // Where nobody looks whose answer it is, one too many would be taken for the next message's.
    else if (!this.#checked) this.#lose('PROTOCOL');
  }

  #lose(code: SendFault, cause?: unknown): void {
    this.#line?.socket.destroy();
    this.#line = null;
    this.#flight?.reject(new MllpSendError(code, { cause }));
  }
}
