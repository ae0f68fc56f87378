/** The sending side, the same for every server: bytes over sockets, and each answer held against its message. */
import { once } from 'node:events';
import { connect as open } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Framed } from './hl7-messages.ts';

export interface Sent {
  /** Answered well, a second. */
  readonly perSecond: number;
  readonly answered: number;
  /** Answers to something else than the message whose turn it was, or not saying that it was taken. */
  readonly wrong: number;
  /** Messages whose answer did not come. */
  readonly unanswered: number;
  /** Milliseconds from sending (or from when it was due) to the answer, of those answered well. */
  readonly times: number[];
}

/** No answer for so long, in milliseconds, and none is expected any more of a server that may lose messages. */
const usualPatience = 1_000;

const taken = new Set(['AA', 'CA']);

/** One connection: sends what it is given, and takes the answers in the order of the messages. */
class Line {
  readonly #socket: Socket;
  readonly #onAnswers: (times: readonly number[], wrong: number) => void;
  readonly #open: { id: string; from: number }[] = [];
  #rest = '';

  constructor(socket: Socket, onAnswers: (times: readonly number[], wrong: number) => void) {
    this.#socket = socket;
    this.#onAnswers = onAnswers;
    socket.setEncoding('latin1').on('data', (text: string) => this.#take(text));
    socket.on('error', () => undefined);
  }

  get inFlight(): number {
    return this.#open.length;
  }

  /** @param from since when it has been due, when that is not now */
  send({ id, bytes }: Framed, from = performance.now()): void {
    this.#open.push({ id, from });
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split('\x1c\r');
    this.#rest = parts.pop() ?? '';
    const now = performance.now();
    const times: number[] = [];
    let wrong = 0;
    for (const part of parts) {
      const due = this.#open.shift();
      const at = part.indexOf('\rMSA|');
      const [, code = '', id] = part.slice(at + 1, part.indexOf('\r', at + 1) >>> 0).split('|');
      if (due !== undefined && id === due.id && taken.has(code)) times.push(now - due.from);
      else wrong++;
    }
    this.#onAnswers(times, wrong);
  }
}

/** Sends all messages, each connection keeping so many in flight. @param options `patience`: how long it is waited for an answer */
export async function sendAll(
  port: number,
  messages: readonly Framed[],
  { connections, inFlight, patience = usualPatience }: { connections: number; inFlight: number; patience?: number },
): Promise<Sent> {
  const counts = { wrong: 0, times: [] as number[] };
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let next = 0;
  let last = 0;
  // Each by itself, as an interface engine writes them: joined, they would spare whoever answers many at once.
  const fill = (line: Line): void => {
    for (let free = inFlight - line.inFlight; free > 0 && next < messages.length; free--) {
      const message = messages[next++];
      if (message) line.send(message);
    }
  };
  const lines: Line[] = [];
  for (let at = 0; at < connections; at++) {
    const line: Line = new Line(await connect(port), (times, wrong) => {
      last = performance.now();
      counts.wrong += wrong;
      for (const time of times) counts.times.push(time);
      if (counts.times.length + counts.wrong >= messages.length) resolve();
      else fill(line);
    });
    lines.push(line);
  }
  // From now: a server that does not listen yet has been waited for until here.
  const start = (last = performance.now());
  const watch = setInterval(() => performance.now() - last > patience && resolve(), 100);
  for (const line of lines) fill(line);
  await done;
  clearInterval(watch);
  for (const line of lines) line.end();
  return resultOf(counts, { sent: next, seconds: (last - start) / 1_000 });
}

/**
 * Sends messages at a fixed rate, over so many connections in turn, whatever the answers do: each one's time is
 * counted from when it was due, so that waiting before it was sent counts too.
 * @param options `patience`: how long it is waited for answers after the last was sent
 */
export async function sendSteadily(
  port: number,
  messages: readonly Framed[],
  { connections, perSecond, patience = usualPatience }: { connections: number; perSecond: number; patience?: number },
): Promise<Sent> {
  const counts = { wrong: 0, times: [] as number[] };
  const lines: Line[] = [];
  for (let at = 0; at < connections; at++) {
    const take = (times: readonly number[], wrong: number): void => {
      counts.times.push(...times);
      counts.wrong += wrong;
    };
    lines.push(new Line(await connect(port), take));
  }
  const start = performance.now();
  for (const [at, message] of messages.entries()) {
    const due = start + (at * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    lines[at % connections]?.send(message, due);
  }
  const sent = performance.now();
  while (counts.times.length + counts.wrong < messages.length && performance.now() < sent + patience) await sleep(5);
  for (const line of lines) line.end();
  return resultOf(counts, { sent: messages.length, seconds: (performance.now() - start) / 1_000 });
}

function resultOf(
  { times, wrong }: { times: number[]; wrong: number },
  { sent, seconds }: { sent: number; seconds: number },
): Sent {
  const unanswered = sent - times.length - wrong;
  return { perSecond: times.length / seconds, answered: times.length, wrong, unanswered, times };
}

// A server that has just been started may not listen yet.
async function connect(port: number): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = open({ port, host: '127.0.0.1', noDelay: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(50);
    }
  }
}
