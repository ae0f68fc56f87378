/** Server-sent events that say "changed" and nothing else: the page then asks for itself, and is audited as any other. */
import { Readable } from 'node:stream';
import { HomewardError } from '../domain/error.ts';

/** What a page waits for. */
export interface Watched {
  /**
   * What the version is of, and of whose: everybody who watches one thing asks one question. It must hold all that
   * {@link version} goes by, the reader's organisation too.
   */
  readonly what: string;
  /** What stands now; it says nothing of anybody. */
  readonly version: () => Promise<string>;
  /** What the page shows. */
  readonly from: string;
  /** Whose session it is: one may not use up what is there for all. */
  readonly session: string;
}

/** How many streams there may be: a browser opens six at most, and each costs memory and looks. */
export interface LiveLimits {
  readonly ofSession: number;
  readonly ofProcess: number;
}

const usualLimits: LiveLimits = { ofSession: 6, ofProcess: 300 };

/** What another process did is usually said (store/bell.ts). Where that is lost it is seen by asking so often. */
const askEvery = 500;
/** So that a burst of changes is one question. */
const restFor = 200;
/** The browser then asks anew, and is let through, or not, as at any request. */
const lastsFor = 60_000;
const changed = 'event: changed\ndata: changed\n\n';

/** The open streams of a process. */
export class LiveStreams {
  readonly #on: (listener: () => void) => () => void;
  readonly #limits: LiveLimits;
  readonly #watches = new Map<string, Watch>();
  readonly #sessions = new Map<string, number>();
  #open = 0;
  #stopped = false;

  /** @param on listens for changes of this process. @returns what ends it */
  constructor(on: (listener: () => void) => () => void, limits: LiveLimits = usualLimits) {
    this.#on = on;
    this.#limits = limits;
  }

  /**
   * A stream that says once that something has changed, and ends.
   * @throws HomewardError BUSY when there are too many: the page then asks for itself now and then
   */
  open({ what, version, from, session }: Watched): Readable {
    const ofSession = this.#sessions.get(session) ?? 0;
    if (this.#open >= this.#limits.ofProcess || ofSession >= this.#limits.ofSession) throw new HomewardError('BUSY');
    const stream = new Readable({ read: () => undefined });
    stream.push('retry: 1000\n\n');
    if (this.#stopped) {
      stream.push(null);
      return stream;
    }
    this.#open++;
    this.#sessions.set(session, ofSession + 1);
    const watch = this.#watches.get(what) ?? this.#watch(what, version);
    let done = false;
    const end = (last = ''): void => {
      if (done) return;
      done = true;
      clearTimeout(life);
      this.#open--;
      const left = (this.#sessions.get(session) ?? 1) - 1;
      if (left > 0) this.#sessions.set(session, left);
      else this.#sessions.delete(session);
      watch.leave(one);
      if (last) stream.push(last);
      stream.push(null);
    };
    const one: Waiting = { from, end };
    const life = setTimeout(end, lastsFor);
    stream.once('close', () => end());
    watch.join(one);
    return stream;
  }

  #watch(what: string, version: () => Promise<string>): Watch {
    const watch = new Watch(version, this.#on, () => this.#watches.delete(what));
    this.#watches.set(what, watch);
    return watch;
  }

  /** Ends them all, so that nobody's waiting keeps the server from stopping. */
  stop(): void {
    this.#stopped = true;
    for (const watch of this.#watches.values()) watch.end();
  }
}

interface Waiting {
  readonly from: string;
  readonly end: (last?: string) => void;
}

/** One thing that any number of pages wait for; it asks for all of them together. */
class Watch {
  readonly #version: () => Promise<string>;
  readonly #over: () => void;
  readonly #waiting = new Set<Waiting>();
  readonly #timer: NodeJS.Timeout;
  readonly #off: () => void;
  #asking = false;
  #again = false;

  constructor(version: () => Promise<string>, on: (listener: () => void) => () => void, over: () => void) {
    this.#version = version;
    this.#over = over;
    const look = (): void => void this.#ask();
    this.#timer = setInterval(look, askEvery);
    this.#off = on(look);
  }

  join(one: Waiting): void {
    this.#waiting.add(one);
    void this.#ask();
  }

  leave(one: Waiting): void {
    if (!this.#waiting.delete(one) || this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#off();
    this.#over();
  }

  end(last?: string): void {
    for (const one of this.#waiting) one.end(last);
  }

  async #ask(): Promise<void> {
    if (this.#waiting.size === 0) return;
    // What was said after a question was asked may not be in its answer.
    this.#again = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    try {
      const now = await this.#version();
      for (const one of this.#waiting) if (one.from !== now) one.end(changed);
    } catch (error) {
      // What is gone for these readers their pages find out by asking; anything else may be better in a moment.
      this.end(error instanceof HomewardError && error.code !== 'STORE_UNAVAILABLE' ? changed : '');
    }
    setTimeout(() => {
      this.#asking = false;
      if (this.#again) void this.#ask();
    }, restFor).unref();
  }
}
