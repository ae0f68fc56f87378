/**
 * The queue from the sender's side: what is next, that it was begun, how it ended. Everything is written down
 * before and after the bytes go, so that a process may end at any moment: what was not acknowledged is sent
 * again with the same control id and the same bytes, and the receiver can tell.
 */
import type { Clock } from '../domain/clock.ts';
import { beginAttempt, headOf, markAcknowledged, markFailed } from '../store/hospital/outbound.ts';
import type { StoredHead } from '../store/hospital/outbound.ts';
import { inTurnOf } from '../store/hospital/outbound-turn.ts';
import type { Database, Db } from '../store/database.ts';
import { openHint } from './hints.ts';
import type { Sealer } from './sealing.ts';

/** Pauses between attempts, in milliseconds. */
export interface RetryTiming {
  readonly retryFirst: number;
  readonly retryLongest: number;
}

/** The message whose turn it is. */
export type NextMessage = StoredHead;

/** An attempt that was not acknowledged. */
export interface SendFailure {
  /** A code: never a text that the other system wrote. */
  readonly fault: string;
  /** Whether this attempt may have reached the other system. */
  readonly arrived: boolean;
  /** A refusal that no repetition will change. */
  readonly final: boolean;
}

export interface SendDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly seal: Sealer;
}

/** One destination's queue, while nobody else sends to it. */
export class SendTurn {
  readonly #held: Db;
  readonly #deps: SendDeps;
  readonly #destination: string;
  readonly #timing: RetryTiming;

  constructor(held: Db, deps: SendDeps, destination: string, timing: RetryTiming) {
    this.#held = held;
    this.#deps = deps;
    this.#destination = destination;
    this.#timing = timing;
  }

  /** The first that waits, and for how many milliseconds it must wait still; null when none does. */
  async next(): Promise<{ message: NextMessage; pause: number } | null> {
    const message = await headOf(this.#held, this.#destination);
    if (!message) return null;
    return { message, pause: Math.max(0, message.nextAt.getTime() - this.#deps.clock.now().getTime()) };
  }

  /**
   * Records that the message is about to be sent.
   * @returns its bytes, or null when it was withdrawn meanwhile
   * @throws HomewardError SEAL_BROKEN when its key is gone
   */
  async begin(message: NextMessage): Promise<Buffer | null> {
    if (!(await beginAttempt(this.#held, message.id, this.#deps.clock.now()))) return null;
    return Buffer.from(openHint(this.#deps.seal, message.sealed, message.controlId).message, 'latin1');
  }

  /** Records that the other system has it. */
  async acknowledged(message: NextMessage): Promise<void> {
    await markAcknowledged(this.#held, message.id, this.#deps.clock.now());
  }

  /**
   * Records that it was not acknowledged: to be tried again after a pause that doubles each time, the last time
   * at the moment of giving up; or a dead letter, which is sent again only by hand.
   * @returns whether it is dead
   */
  async failed(message: NextMessage, { fault, arrived, final }: SendFailure): Promise<boolean> {
    const now = this.#deps.clock.now();
    const { retryFirst, retryLongest } = this.#timing;
    const pause = Math.min(retryFirst * 2 ** Math.min(message.attempts, 30), retryLongest);
    const giveUp = message.giveUpAt.getTime();
    const dead = final || now.getTime() >= giveUp;
    const nextAt = dead ? null : new Date(Math.min(now.getTime() + pause, giveUp));
    await markFailed(this.#held, message.id, { fault, mayHaveArrived: message.mayHaveArrived || arrived, nextAt }, now);
    return dead;
  }
}

/**
 * Does work while this process is the one that sends to a destination.
 * @returns false, without doing it, when another has the turn
 * @throws whatever the database throws: the turn is then over, and nothing may be sent before the next one
 */
export function takeSendTurn(
  deps: SendDeps,
  destination: string,
  timing: RetryTiming,
  work: (turn: SendTurn) => Promise<void>,
): Promise<boolean> {
  return inTurnOf(deps.db, destination, (held) => work(new SendTurn(held, deps, destination, timing)));
}
