/** Lets those who share a key go one after another, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs work when everybody who came before with any of the keys is done. Keys are taken one after
   * another: callers who name theirs in one order (a person, then a number) never wait in a circle.
   */
  async take<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const [key, ...rest] = keys;
    if (key === undefined) return work();
    const before = this.#last.get(key);
    const mine = Promise.withResolvers<void>();
    this.#last.set(key, mine.promise);
    try {
      if (before) await before;
      return await this.take(rest, work);
    } finally {
      mine.resolve();
      if (this.#last.get(key) === mine.promise) this.#last.delete(key);
    }
  }
}
