/** Listens for the hospital's feeds, and looks every minute that it still does and that they still speak. */
import type { ListenerState } from '../services/feed-status.ts';
import { pulseOf } from '../services/feed-status.ts';
import type { HospitalDeps } from '../services/hospital-deps.ts';
import { messageTaker } from '../services/take-message.ts';
import { HomewardError } from '../domain/error.ts';
import { CanaryIds, sendCanary } from './canary.ts';
import { inboundHandler } from './inbound.ts';
import type { InboundOutcome } from './inbound.ts';
import type { InboundFeed } from './inbound-feed.ts';
import { addressesOf } from './peer-addresses.ts';
import { Strangers } from './strangers.ts';
import { MllpServer, isLoopback } from './mllp-server.ts';
import type { MllpLimits, MllpServerTls } from './mllp-server.ts';

/** Where warnings go: never with anything of a message but its codes. */
export interface FeedLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0: one that the system chooses. */
  readonly port: number;
  readonly tls: (MllpServerTls & { readonly key: Buffer; readonly cert: Buffer }) | null;
  readonly limits?: Partial<MllpLimits>;
  readonly log: FeedLog;
  /** Counts what becomes of messages. */
  readonly observe?: (outcome: InboundOutcome) => void;
  /** Told that a message of a feed waits. */
  readonly wake: (feed: string) => void;
}

const minute = 60_000;

/** The listener of all enabled feeds. */
export class FeedListener {
  readonly #deps: HospitalDeps;
  readonly #feeds: readonly InboundFeed[];
  readonly #options: ListenerOptions;
  readonly #server: MllpServer;
  readonly #canaries = new CanaryIds();
  readonly #silent = new Set<string>();
  readonly #strangers: Strangers;
  readonly #said = new Map<string, number>();
  #port: number | null = null;
  #canary: ListenerState['canary'] = null;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  /** @param feeds those that are enabled; how they may be sent agrees with the options (config.ts sees to it) */
  constructor(deps: HospitalDeps, feeds: readonly InboundFeed[], options: ListenerOptions) {
    this.#deps = deps;
    this.#feeds = feeds;
    this.#options = options;
    this.#strangers = new Strangers(deps.clock);
    const { log, observe, wake, tls, limits } = options;
    const mayConnect = listed(feeds);
    const handler = inboundHandler({
      clock: deps.clock,
      feeds,
      taker: messageTaker(deps),
      wake,
      strangers: this.#strangers,
      // Ours comes from this computer, by the address that is listened on.
      isCanary: (id, { address }) => (isLoopback(address) || address === options.host) && this.#canaries.has(id),
      observe: (outcome) => {
        const { feed, state, code } = outcome;
        if (state === 'not-listed') this.#say('strangers', 'a stranger sends more than is kept; it is only counted');
        else if (state !== 'waiting' && state !== 'ignored' && state !== 'again')
          log.warn({ feed, state, code }, 'a feed message was not taken as it came');
        observe?.(outcome);
      },
      failed: (error) => log.error({ error }, 'a feed message could not be kept; its sender was told to try again'),
    });
    this.#server = new MllpServer({
      handler,
      clock: deps.clock,
      plainTextOffLoopback: feeds.every(({ connection }) => connection.security === 'plain-text'),
      ...(tls && { tls }),
      ...(mayConnect && { mayConnect }),
      ...(limits && { limits }),
      observer: {
        refused: (_, reason) => this.#say(reason, 'a feed connection was not let in'),
        cut: () => this.#say('cut', 'a feed message was cut off by the next'),
        failed: (_, error) => log.error({ error }, 'a feed message could not be answered'),
      },
    });
  }

  get state(): ListenerState {
    const { connections, bufferedBytes } = this.#server;
    const { notListed } = this.#strangers;
    return { port: this.#port, connections, bufferedBytes, canary: this.#canary, notListed };
  }

  /** Begins to listen. @returns the port; @throws HomewardError FEED_PORT when the port cannot be had */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    try {
      this.#port = await this.#server.listen(port, host);
    } catch (cause) {
      const { code } = cause as { code?: string };
      if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw cause;
      throw new HomewardError('FEED_PORT', `${host}:${port} (${code}): set MLLP_PORT or MLLP_HOST.`, { cause });
    }
    this.#timer = setInterval(() => void this.look(), minute);
    return this.#port;
  }

  /** Lets nobody in any more and answers what is in flight. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    if (this.#port !== null) await this.#server.close();
    this.#port = null;
  }

  /** Looks after itself and its feeds, as it does every minute. Never throws. */
  look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#sendCanary())
      .then(() => this.#listenForSilence())
      .catch((error: unknown) => this.#options.log.error({ error }, 'looking after the feeds failed'));
    return this.#looking;
  }

  // Once a minute of each kind: whoever knocks without end must not fill the log.
  #say(reason: string, text: string): void {
    const now = this.#deps.clock.now().getTime();
    if (now - (this.#said.get(reason) ?? -minute) < minute) return;
    this.#said.set(reason, now);
    this.#options.log.warn({ reason }, text);
  }

  async #sendCanary(): Promise<void> {
    const feed = this.#feeds.find(({ canary }) => canary);
    if (!feed || this.#port === null) return;
    const { tls, log, host } = this.#options;
    const at = this.#deps.clock.now();
    const ok = await sendCanary(this.#canaries, {
      clock: this.#deps.clock,
      ours: feed.ours,
      host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host,
      port: this.#port,
      tls: tls && { key: tls.key, cert: tls.cert },
    });
    if (!ok && this.#canary?.ok !== false) log.error({ feed: feed.id }, 'our own listener does not answer');
    if (ok && this.#canary?.ok === false) log.info({ feed: feed.id }, 'our own listener answers again');
    this.#canary = { at, ok };
  }

  async #listenForSilence(): Promise<void> {
    const { log } = this.#options;
    for (const { feed, silentSince, lastReceivedAt } of await pulseOf(this.#deps)) {
      if (silentSince === null) {
        if (this.#silent.delete(feed)) log.info({ feed }, 'a feed is heard again');
      } else if (!this.#silent.has(feed)) {
        this.#silent.add(feed);
        log.error({ feed, lastReceivedAt }, 'a feed is silent for longer than is usual at this hour');
      }
    }
  }
}

// While one feed says nothing of addresses, its sender may be anywhere.
function listed(feeds: readonly InboundFeed[]): ((address: string) => boolean) | null {
  const all = feeds.map(({ connection }) => connection.addresses);
  return all.includes(undefined) ? null : addressesOf(all.flatMap((addresses) => addresses ?? []));
}
