/** Keeps applying what comes of a feed, for as long as the process lives; never ends by an error. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Feed } from '../domain/hospital-feed.ts';
import { applyNext } from './apply-messages.ts';
import type { Turn } from './apply-messages.ts';
import type { HospitalDeps } from './hospital-deps.ts';
import type { ReadMessage } from './read-message.ts';

/** Told how many messages a transaction settled, and in how many seconds. Must not throw. */
export type ApplierObserver = (feed: string, taken: number, seconds: number) => void;

/** Messages applied in one transaction. */
const batch = 100;
/** So long others may join a message before its batch is taken up: a commit for each would cost senders theirs. */
const gatherFor = 20;
/** How often it is looked for what another process has taken, or what was set waiting again, in milliseconds. */
const lookEvery = 500;
/** Pauses after an error, growing. */
const pauses = [200, 1000, 5000];

export class Applier {
  readonly #deps: HospitalDeps;
  readonly #feed: Feed;
  readonly #read: ReadMessage;
  readonly #failed: (error: unknown) => void;
  readonly #observe: ApplierObserver | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = true;
  #errors = 0;

  /** @param failed told of an error, after which it is tried again */
  constructor(
    deps: HospitalDeps,
    feed: Feed,
    read: ReadMessage,
    failed: (error: unknown) => void,
    observe?: ApplierObserver,
  ) {
    this.#deps = deps;
    this.#feed = feed;
    this.#read = read;
    this.#failed = failed;
    this.#observe = observe;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** There is something to apply: takes it up at once, unless the database is being left in peace. */
  wake(): void {
    if (this.#stopped || this.#errors > 0) return;
    this.#again = true;
    this.#running ??= this.#run();
  }

  /** Ends after the batch that is being applied. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    let pause = lookEvery;
    try {
      while (this.#again && !this.#stopped) {
        await sleep(gatherFor);
        this.#again = false;
        let turn = await this.#turn();
        // A full batch: there is more, and waiting would only let it grow.
        while (turn.taken >= batch && !turn.elsewhere && !this.#stopped) turn = await this.#turn();
      }
      this.#errors = 0;
    } catch (error) {
      this.#failed(error);
      pause = pauses[Math.min(this.#errors, pauses.length - 1)] ?? lookEvery;
      this.#errors++;
    } finally {
      this.#running = null;
      if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), pause);
    }
  }

  async #turn(): Promise<Turn> {
    const began = process.hrtime.bigint();
    const turn = await applyNext(this.#deps, this.#feed, this.#read, batch);
    if (turn.taken > 0) this.#observe?.(this.#feed.id, turn.taken, Number(process.hrtime.bigint() - began) / 1e9);
    return turn;
  }

  #look(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run();
  }
}
