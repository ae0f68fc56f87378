/**
 * What all connections of a server together may hold in memory. Messages that have begun and do not end
 * are given up, the largest first; messages that are being handled make everybody wait.
 */

/** A connection, as the budget sees it. */
export interface Holder {
  /** Memory kept for a message that has begun and not ended. */
  readonly held: number;
  /** Gives that message up, and the connection with it. */
  giveUp(): void;
  /** There is room again: goes on reading. */
  goOn(): void;
}

/** The account of one server. */
export class MllpBudget {
  readonly #limit: number;
  readonly #holders = new Map<Holder, number>();
  readonly #waiting = new Set<Holder>();
  #held = 0;
  #handled = 0;
  #full = false;

  /** @param limit bytes for messages that have begun, and as many for messages that are being handled */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held at the moment, of both kinds. */
  get bytes(): number {
    return this.#held + this.#handled;
  }

  /** Takes down what a connection holds now; gives up the largest while it is too much altogether. */
  hold(holder: Holder): void {
    const before = this.#holders.get(holder) ?? 0;
    const now = holder.held;
    if (now === before) return;
    this.#held += now - before;
    if (now === 0) this.#holders.delete(holder);
    else this.#holders.set(holder, now);
    while (this.#held > this.#limit) this.#giveUpLargest();
  }

  /** A message of so many bytes is handed to the handler. */
  begin(bytes: number): void {
    this.#handled += bytes;
    if (this.#handled > this.#limit) this.#full = true;
  }

  /** It has been handled. */
  end(bytes: number): void {
    this.#handled -= bytes;
    if (!this.#full || this.#handled > this.#limit / 2) return;
    this.#full = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const holder of waiting) holder.goOn();
  }

  /** Whether a connection must stop reading; it is told when it may go on. */
  mustWait(holder: Holder): boolean {
    if (this.#full) this.#waiting.add(holder);
    return this.#full;
  }

  /** The connection is gone. */
  leave(holder: Holder): void {
    this.#held -= this.#holders.get(holder) ?? 0;
    this.#holders.delete(holder);
    this.#waiting.delete(holder);
  }

  #giveUpLargest(): void {
    let largest: Holder | undefined;
    let most = 0;
    for (const [holder, held] of this.#holders) {
      if (held > most) [largest, most] = [holder, held];
    }
    if (largest === undefined) return;
    this.leave(largest);
    largest.giveUp();
  }
}
