/**
 * One connection of an MLLP server: frames in, answers out in the order of the frames, and never more at once
 * than its limits allow.
 */
import type { Socket } from 'node:net';
import { FrameReader, frame } from './mllp-frames.ts';
import type { FrameEvent } from './mllp-frames.ts';
import type { Holder, MllpBudget } from './mllp-budget.ts';
import type { CloseReason, ConnectionLimits, MllpHandler, MllpObserver, MllpPeer, Refusal } from './mllp-peer.ts';

export interface ConnectionContext {
  readonly limits: ConnectionLimits;
  readonly handler: MllpHandler;
  readonly refuse: (received: Buffer, reason: Refusal) => Buffer | null;
  readonly observer: MllpObserver;
  readonly budget: MllpBudget;
}

/** A message that has not been answered yet. */
interface Waiting {
  /** undefined while the handler works; null when no answer is wanted. */
  answer: Buffer | null | undefined;
}

/**
 * Messages of one connection that are handed on in one turn of the event loop: the store commits the first of
 * them while the next are read, and no other sender waits for all that one has sent at once.
 */
const eachTurn = 16;

type Timer = 'frame' | 'idle' | 'write' | 'lone-end' | 'linger';

/** Serves one socket until it is closed. */
export class MllpConnection implements Holder {
  readonly peer: MllpPeer;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #reader: FrameReader;
  /** In the order of their messages: answers leave from the front. */
  readonly #waiting: Waiting[] = [];
  readonly #timers = new Map<Timer, NodeJS.Timeout>();
  #flushing = false;
  #pumping = false;
  #blocked = false;
  /** The peer sends no more, but may still read. */
  #lastSent = false;
  /** No more messages are read; what is in flight is answered, and then the connection ends. */
  #ending = false;
  #reason: CloseReason = 'peer';

  /** The socket must allow to be half open. */
  constructor(socket: Socket, peer: MllpPeer, context: ConnectionContext) {
    this.peer = peer;
    this.#socket = socket;
    this.#context = context;
    const { maxMessageBytes: maxBytes, maxJunkBytes: maxJunk } = context.limits;
    this.#reader = new FrameReader({ maxBytes, maxJunk });
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.#peerEnded());
    socket.on('drain', () => this.#drained());
    // The close event follows, and says all there is to do.
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
    this.#schedule();
  }

  get held(): number {
    return this.#reader.held;
  }

  giveUp(): void {
    this.#destroy('memory');
  }

  goOn(): void {
    this.#pump();
  }

  /** Reads no more, answers what is in flight, then ends the connection. */
  stop(): void {
    this.#end('stopping');
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#destroy('stopping');
  }

  #take(chunk: Buffer): void {
    // What comes after the end is read only so that the peer can read our last answers: closing with
    // bytes unread would take them from it.
    if (this.#ending) return;
    this.#reader.push(chunk);
    this.#pump();
  }

  #peerEnded(): void {
    this.#lastSent = true;
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return;
    for (let left = eachTurn; !this.#ending && !this.#mustWait(); left--) {
      if (left === 0) {
        this.#pumpSoon();
        return;
      }
      const event = this.#reader.next() ?? (this.#lastSent ? this.#reader.finish() : null);
      if (event === null) break;
      this.#handle(event);
    }
    if (!this.#ending) this.#context.budget.hold(this);
    if (this.#ending) return;
    const paused = this.#mustWait();
    if (this.#lastSent && !paused) {
      this.#end('peer');
      return;
    }
    if (paused !== this.#socket.isPaused()) {
      if (paused) this.#socket.pause();
      else this.#socket.resume();
    }
    this.#schedule();
  }

  #pumpSoon(): void {
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      if (!this.#ending) this.#pump();
    });
  }

  #mustWait(): boolean {
    const { limits, budget } = this.#context;
    return this.#blocked || this.#waiting.length >= limits.maxInFlight || budget.mustWait(this);
  }

  #handle(event: FrameEvent): void {
    const { observer, refuse } = this.#context;
    switch (event.kind) {
      case 'frame':
        this.#clear('frame');
        this.#clear('idle');
        // Some engines send empty frames to keep the line open.
        if (event.content.length > 0) this.#dispatch(event.content);
        return;
      case 'cut':
        observer.cut?.(this.peer, event.bytes);
        return;
      case 'oversize':
        this.#waiting.push({ answer: refuse(event.head, 'oversize') });
        this.#end('oversize');
        return;
      case 'junk':
        this.#destroy('junk');
    }
  }

  #dispatch(content: Buffer): void {
    const { observer, budget, handler, refuse } = this.#context;
    const waiting: Waiting = { answer: undefined };
    this.#waiting.push(waiting);
    budget.begin(content.length);
    observer.received?.(this.peer, content.length);
    const settle = (answer: Buffer | null): void => {
      waiting.answer = answer;
      budget.end(content.length);
      this.#flushSoon();
    };
    const fail = (error: unknown): void => {
      observer.failed?.(this.peer, error);
      settle(refuse(content, 'failed'));
    };
    try {
      handler(content, this.peer).then(settle, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Answers that become ready together leave together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#socket.destroyed) return;
    const ready = this.#waiting.findIndex(({ answer }) => answer === undefined);
    const answers = this.#waiting.splice(0, ready === -1 ? this.#waiting.length : ready);
    const bytes: Buffer[] = [];
    for (const { answer } of answers) {
      this.#context.observer.answered?.(this.peer, answer?.length ?? null);
      if (answer) bytes.push(frame(answer));
    }
    if (bytes.length > 0) this.#write(bytes.length === 1 ? (bytes[0] as Buffer) : Buffer.concat(bytes));
    if (!this.#ending) this.#pump();
    else if (this.#waiting.length === 0) this.#finish();
  }

  #write(bytes: Buffer): void {
    const taken = this.#socket.write(bytes, () => {
      this.#clear('write');
      if (this.#socket.writableLength > 0) this.#expectTaken();
    });
    if (!taken) this.#blocked = true;
    this.#expectTaken();
  }

  #expectTaken(): void {
    this.#start('write', this.#context.limits.writeMs, () => this.#destroy('not-reading'));
  }

  #drained(): void {
    this.#blocked = false;
    if (!this.#ending) this.#pump();
  }

  #end(reason: CloseReason): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#reason = reason;
    this.#context.budget.leave(this);
    this.#clear('frame');
    this.#clear('idle');
    this.#clear('lone-end');
    this.#flushSoon();
  }

  #finish(): void {
    this.#socket.end();
    this.#socket.resume();
    this.#start('linger', this.#context.limits.lingerMs, () => this.#socket.destroy());
  }

  #destroy(reason: CloseReason): void {
    if (!this.#ending) this.#reason = reason;
    this.#ending = true;
    this.#socket.destroy();
  }

  #closed(): void {
    this.#ending = true;
    this.#context.budget.leave(this);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#context.observer.closed?.(this.peer, this.#reason);
  }

  /** What is due next: the end of the message that has begun, or anything at all. */
  #schedule(): void {
    const { limits } = this.#context;
    // While we keep the peer waiting, it is not the peer that is slow.
    const waits = this.#socket.isPaused();
    if (this.#reader.inFrame && !waits) this.#start('frame', limits.frameMs, () => this.#destroy('frame-time'));
    else this.#clear('frame');
    if (!this.#reader.inFrame && this.#waiting.length === 0) {
      this.#start('idle', limits.idleMs, () => this.#end('idle'));
    } else this.#clear('idle');
    this.#clear('lone-end');
    if (this.#reader.endSeen) this.#start('lone-end', limits.loneEndMs, () => this.#takeLoneEnd());
  }

  #takeLoneEnd(): void {
    const event = this.#reader.finish();
    if (event) this.#handle(event);
    this.#pump();
  }

  /** Starts a timer that is not running yet: what is due at a time stays due then, however often it is said. */
  #start(name: Timer, ms: number, act: () => void): void {
    if (this.#timers.has(name)) return;
    const run = (): void => {
      this.#timers.delete(name);
      act();
    };
    this.#timers.set(name, setTimeout(run, ms));
  }

  #clear(name: Timer): void {
    const timer = this.#timers.get(name);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(name);
  }
}
