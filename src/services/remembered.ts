/** Numbers that every page shows and that are worked out of many rows: asked once, and remembered for a moment. */
import type { Clock } from '../domain/clock.ts';

interface Known<T> {
  readonly at: number;
  readonly value: Promise<T | null>;
}

export class Remembered<T> {
  readonly #clock: Clock;
  readonly #longest: number;
  #known = new Map<string, Known<T>>();

  /** @param longest for so many milliseconds; whoever asks meanwhile is given the same */
  constructor(clock: Clock, longest: number) {
    this.#clock = clock;
    this.#longest = longest;
  }

  /** Asks anew from now on. */
  forget(): void {
    this.#known = new Map();
  }

  /** What is asked for; null where it cannot be had: a page must stand without. */
  of(key: readonly string[], ask: () => Promise<T>): Promise<T | null> {
    const now = this.#clock.now().getTime();
    const name = JSON.stringify(key);
    const one = this.#known.get(name);
    if (one && Math.abs(now - one.at) < this.#longest) return one.value;
    const value = ask().catch(() => null);
    this.#known.set(name, { at: now, value });
    return value;
  }
}
