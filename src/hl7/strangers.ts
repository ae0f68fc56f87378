/**
 * How much is kept of those whom no feed knows: enough to see who they are, and never so much that a stranger could
 * fill the database or the log, or keep a feed's own messages waiting.
 */
import type { Clock } from '../domain/clock.ts';
import type { MllpPeer } from './mllp-peer.ts';

export interface StrangerLimits {
  /** Messages of one address that are kept in an hour. */
  readonly perAddress: number;
  /** Messages of all strangers that are kept in an hour. */
  readonly inAll: number;
}

/** What a site gets: kept for a day, these are at most 4,800 messages, of which the beginnings are kept. */
const usual: StrangerLimits = { perAddress: 20, inAll: 200 };
const hour = 3_600_000;

export class Strangers {
  readonly #clock: Clock;
  readonly #limits: StrangerLimits;
  /** Of this hour; no address is in it of which nothing was kept, so it has no more entries than messages. */
  readonly #kept = new Map<string, number>();
  /** Connections over which a feed has spoken: what else comes over them never ends them. */
  readonly #known = new WeakSet<MllpPeer>();
  #all = 0;
  #until = 0;
  #notListed = 0;

  constructor(clock: Clock, limits: StrangerLimits = usual) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many messages of strangers were answered and not kept, since this process began. */
  get notListed(): number {
    return this.#notListed;
  }

  /** How many addresses are remembered at the moment. */
  get remembered(): number {
    return this.#kept.size;
  }

  /** A feed's own message came over this connection. */
  known(peer: MllpPeer): void {
    this.#known.add(peer);
  }

  /**
   * A message came that no feed may send. @returns whether it is kept to be shown; otherwise it is only answered
   */
  keeps(peer: MllpPeer): boolean {
    const now = this.#clock.now().getTime();
    if (now >= this.#until || now < this.#until - hour) this.#begin(now);
    const own = this.#kept.get(peer.address) ?? 0;
    if (own < this.#limits.perAddress && this.#all < this.#limits.inAll) {
      this.#kept.set(peer.address, own + 1);
      this.#all++;
      return true;
    }
    this.#notListed++;
    // An engine may have one route too many beside its good ones; whoever has only sent what is not wanted is let go.
    if (!this.#known.has(peer)) peer.hangUp?.();
    return false;
  }

  #begin(now: number): void {
    this.#until = now + hour;
    this.#kept.clear();
    this.#all = 0;
  }
}
