/** A hospital's listener for hints that does what a test says, well or badly, and writes down what it saw. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { buildAck } from '../../src/hl7/ack.ts';
import type { AckCode } from '../../src/hl7/ack.ts';
import { parseHeader } from '../../src/hl7/message.ts';
import type { Message } from '../../src/hl7/message.ts';
import { FrameReader, frame } from '../../src/hl7/mllp-frames.ts';
import { clock } from './mllp.ts';

/** What is done with one message. */
export const behaviours = [
  'AA', 'CA', 'AE', 'CE', 'AR', 'CR', 'silent', 'late', 'other', 'other-first', 'close', 'close-half', 'close-mid',
  'half-open', 'slow', 'junk', 'unreadable',
] as const; // prettier-ignore
export type Behaviour = (typeof behaviours)[number];

export interface Reception {
  readonly id: string;
  readonly bytes: Buffer;
  readonly behaviour: Behaviour;
  readonly connection: number;
}

export interface DestinationOptions {
  /** What is done with the n-th message; said again for the same one. */
  readonly behave: (reception: number, id: string) => Behaviour;
  /** Milliseconds after which a late answer comes: longer than it is waited for. */
  readonly lateAfter?: number;
}

export class Destination {
  readonly receptions: Reception[] = [];
  /** Answers that say yes to the very message, as they were handed to the connection. */
  readonly agreed: string[] = [];
  readonly #options: DestinationOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #connections = 0;
  port = 0;

  constructor(options: DestinationOptions) {
    this.#options = options;
  }

  async open(): Promise<this> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket, ++this.#connections));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** Stops listening and drops every connection; the port stays its own. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Control ids in the order in which each was first seen. */
  get order(): string[] {
    return [...new Set(this.receptions.map(({ id }) => id))].filter((id) => id !== '');
  }

  #serve(socket: Socket, connection: number): void {
    const reader = new FrameReader({ maxBytes: 1e6, maxJunk: 1e6 });
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('end', () => socket.end());
    socket.on('data', (chunk: Buffer) => {
      if (this.#options.behave(this.receptions.length, '') === 'close-mid') {
        this.receptions.push({ id: '', bytes: chunk, behaviour: 'close-mid', connection });
        socket.destroy();
        return;
      }
      reader.push(chunk);
      for (let event = reader.next(); event; event = reader.next()) {
        if (event.kind === 'frame') this.#take(socket, event.content, connection);
      }
    });
  }

  #take(socket: Socket, bytes: Buffer, connection: number): void {
    const header = parseHeader(bytes);
    if (!header) throw new Error('what was sent is no message');
    const id = header.value('MSH', 10);
    const behaviour = this.#options.behave(this.receptions.length, id);
    this.receptions.push({ id, bytes, behaviour, connection });
    this.#answer(socket, header, id, behaviour);
  }

  #answer(socket: Socket, header: Message, id: string, behaviour: Behaviour): void {
    const ack = (code: AckCode, of = id): Buffer => {
      if (of === id && (code === 'AA' || code === 'CA')) this.agreed.push(id);
      const answer = buildAck(header, { code, at: clock.now(), controlId: 'D' }).toString('latin1');
      return frame(Buffer.from(answer.replace(`|${id}`, `|${of}`), 'latin1'));
    };
    const write = (bytes: Buffer | string): void => void (socket.writable && socket.write(bytes));
    if (/^[AC][AER]$/.test(behaviour)) return write(ack(behaviour as AckCode));
    if (behaviour === 'late') setTimeout(() => write(ack('AA')), this.#options.lateAfter ?? 260).unref();
    else if (behaviour === 'other') write(ack('AA', this.#someOther(id)));
    else if (behaviour === 'other-first') write(Buffer.concat([ack('AA', this.#someOther(id)), ack('AA')]));
    else if (behaviour === 'close') socket.destroy();
    else if (behaviour === 'close-half') socket.write(ack('AA').subarray(0, 40), () => socket.destroy());
    else if (behaviour === 'half-open') socket.end();
    else if (behaviour === 'junk') write('HTTP/1.1 400 Bad Request\r\n'.repeat(300));
    else if (behaviour === 'unreadable') write(frame(Buffer.from('no message at all')));
    else if (behaviour === 'slow') slowly(ack('CA'), write);
  }

  /** The id of a message that was sent before, or nearly this one's. */
  #someOther(id: string): string {
    return this.receptions.find((one) => one.id !== id && one.id !== '')?.id ?? `${id.slice(0, -1)}-`;
  }
}

function slowly(bytes: Buffer, write: (bytes: Buffer) => void): void {
  const third = Math.ceil(bytes.length / 3);
  for (const part of [0, 1, 2]) {
    setTimeout(() => write(bytes.subarray(part * third, (part + 1) * third)), part * 4).unref();
  }
}
