/** Work that is looked for, done, and looked for again: one round at a time, and none is lost that was asked for. */
import { Sleeper } from './sleeper.ts';

/** After two failed rounds in a row: what fails at once, and is asked for all the time, must not spin the processor. */
const pauseAfterFailures = 1000;

/**
 * Rounds of one piece of work. Whoever asks for one while another is under way gets one more after it: that one may
 * have looked already where something has changed since.
 */
export class Rounds {
  readonly #round: () => Promise<number>;
  readonly #failed: (error: unknown) => void;
  readonly #pause = new Sleeper();
  #running: Promise<number> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  /**
   * @param round does what there is to do, and says how much it did
   * @param failed told of each round that failed, as it fails: while somebody keeps asking the last round may never
   *   come, and with it what `run` throws. The next one comes all the same. Must not throw
   */
  constructor(round: () => Promise<number>, failed: (error: unknown) => void = () => undefined) {
    this.#round = round;
    this.#failed = failed;
  }

  /** Whether rounds come by themselves, or did until they were stopped. */
  get started(): boolean {
    return this.#timer !== null;
  }

  /** Whether what is being done is to be the last. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Asks for a round. Once stopped there are none.
   * @returns how much was done when nothing more is asked for: the same promise for all who ask meanwhile
   * @throws the first error of these rounds, when the last of them is over
   */
  run(): Promise<number> {
    if (this.#stopped) return Promise.resolve(0);
    this.#again = true;
    this.#running ??= this.#rounds();
    return this.#running;
  }

  /** Asks for a round, soon. Never throws. */
  wake(): void {
    this.run().catch(() => undefined);
  }

  /** Asks for a round now, and then every so many milliseconds. Once is enough, and after a stop it is too late. */
  start(every: number): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = setInterval(() => this.wake(), every);
    this.wake();
  }

  /** Resolves when nothing is being done. Never throws. */
  async settle(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
  }

  /** Ends after the round that is under way. Never throws. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#pause.end();
    await this.settle();
  }

  async #rounds(): Promise<number> {
    // A round that asks for another before it waits for anything would otherwise begin that inside itself.
    await Promise.resolve();
    let first: { readonly error: unknown } | null = null;
    let failures = 0;
    let done = 0;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        done += await this.#round();
        failures = 0;
      } catch (error) {
        this.#failed(error);
        first ??= { error };
        if (++failures > 1 && this.#again) await this.#pause.sleep(pauseAfterFailures);
      }
    }
    // Before anybody else's turn: who asks after the last look must find nothing running.
    this.#running = null;
    if (first) throw first.error;
    return done;
  }
}
