/** Sleep that ends early when there is something to do. */

/** What a loop that looks at a queue sleeps by between its looks. */
export class Sleeper {
  #woken = false;
  #ended = false;
  #rise: (() => void) | null = null;

  /** Whether nobody is to sleep any more: the loop ends. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whoever wakes counts from now on. Call it before a look: what is said after it may not be found by it. */
  listen(): void {
    this.#woken = false;
  }

  /** Ends the sleep, or the next one before it begins. */
  wake(): void {
    this.#woken = true;
    this.#rise?.();
  }

  /** Ends this sleep and every other. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  /** Sleeps so many milliseconds, or until woken; not at all when woken since `listen`. */
  sleep(ms: number): Promise<void> {
    if (this.#ended || this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      const rise = (): void => {
        clearTimeout(timer);
        this.#rise = null;
        resolve();
      };
      const timer = setTimeout(rise, ms);
      this.#rise = rise;
    });
  }
}
