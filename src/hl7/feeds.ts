/**
 * The hospital's own events from end to end: listener, appliers, background questions, hints. Started from the
 * inside out and stopped from the outside in, so that nothing is taken that nobody takes up.
 */
import { Applier } from '../services/applier.ts';
import type { ApplierObserver } from '../services/applier.ts';
import { arrivalsOn } from '../services/arrivals.ts';
import type { ArrivalAnswer, Arrivals } from '../services/arrivals.ts';
import type { ListenerState } from '../services/feed-status.ts';
import { forgetHospital } from '../services/forget-hospital.ts';
import { HintQueue } from '../services/hints.ts';
import type { HintDestination } from '../services/hints.ts';
import type { HospitalDeps } from '../services/hospital-deps.ts';
import { forgetOldOutbound } from '../services/outbound.ts';
import { hintDestinations } from './hint-message.ts';
import { messageReader } from './inbound.ts';
import type { InboundOutcome } from './inbound.ts';
import type { InboundFeed } from './inbound-feed.ts';
import { FeedListener } from './listener.ts';
import type { FeedLog } from './listener.ts';
import type { MllpLimits } from './mllp-server.ts';
import { OutboundSender } from './outbound.ts';
import type { SenderObserver, SenderState } from './outbound.ts';

export interface FeedsOptions {
  readonly feeds: readonly InboundFeed[];
  readonly host: string;
  /** Null: nothing is listened for in this process, and all else goes on. */
  readonly port: number | null;
  /** Of the listener; also what the feeds' destinations are shown, and who signs theirs. */
  readonly tls: { readonly key: Buffer; readonly cert: Buffer; readonly clientAuthorities: Buffer } | null;
  readonly limits?: Partial<MllpLimits>;
  readonly log: FeedLog;
  readonly observe?: (outcome: InboundOutcome) => void;
  readonly observeSending?: SenderObserver;
  readonly observeApplying?: ApplierObserver;
  /** Told how many stays were settled, and in how many seconds; null: settling failed. */
  readonly observeSettling?: (stays: number | null, seconds: number) => void;
  /** Told each answer to an arrival's question, once it is kept. */
  readonly observeArrivals?: (answer: ArrivalAnswer) => void;
}

/** How often it is looked for stays whose answers have grown old, in milliseconds. */
const settleEvery = 20_000;
/** How often what is old is deleted, and how soon first: a service that is restarted often must forget all the same. */
const forgetEvery = 15 * 60_000;
const forgetFirst = 2000;

export class HospitalFeeds {
  /** What all use cases of the hospital's events are made of. */
  readonly deps: HospitalDeps;
  readonly hints: HintQueue;
  readonly destinations: readonly HintDestination[];
  readonly #arrivals: Arrivals;
  readonly #appliers: ReadonlyMap<string, Applier>;
  readonly #senders: readonly OutboundSender[];
  readonly #listener: FeedListener | null;
  readonly #log: FeedLog;
  readonly #observeSettling: FeedsOptions['observeSettling'];
  #timers: NodeJS.Timeout[] = [];
  #run: Promise<number> | null = null;
  #settling: Promise<unknown> = Promise.resolve();
  #forgetting: Promise<void> = Promise.resolve();
  #endWake: (() => void)[] = [];
  #started = false;

  constructor(given: Omit<HospitalDeps, 'wake'>, options: FeedsOptions) {
    const { log, tls } = options;
    const enabled = options.feeds.filter((feed) => feed.enabled);
    this.#log = log;
    this.#observeSettling = options.observeSettling;
    this.deps = { ...given, wake: () => this.settle() };
    this.destinations = hintDestinations(enabled);
    this.hints = new HintQueue(given.seal, this.destinations);
    const failed = (message: string) => (error: unknown) => log.error({ error }, message);
    const unsettled = (message: string) => (error: unknown) => {
      failed(message)(error);
      options.observeSettling?.(null, 0);
    };
    this.#arrivals = arrivalsOn({
      ...given,
      feeds: enabled,
      hints: this.hints,
      failed: unsettled('an arrival could not be settled; it will be tried again'),
      roundFailed: unsettled('arrivals could not be settled; it will be tried again'),
      ...(options.observeArrivals && { answered: options.observeArrivals }),
    });
    const read = messageReader(enabled);
    this.#appliers = new Map(
      enabled.map((feed) => [
        feed.id,
        new Applier(
          this.deps,
          feed,
          read,
          failed('a feed could not be applied; it will be tried again'),
          options.observeApplying,
        ),
      ]),
    );
    this.#senders = enabled.flatMap((feed) =>
      feed.hints.map(
        (hint) =>
          new OutboundSender(given, {
            destination: `${feed.id}/${hint.id}`,
            hint,
            ...(tls && { tls: { key: tls.key, cert: tls.cert, authorities: tls.clientAuthorities } }),
            ...(options.observeSending && { observer: options.observeSending }),
          }),
      ),
    );
    const listens = options.port !== null && enabled.length > 0;
    this.#listener = listens
      ? new FeedListener(this.deps, enabled, {
          ...options,
          port: options.port ?? 0,
          tls,
          wake: (feed) => this.#appliers.get(feed)?.wake(),
        })
      : null;
  }

  /** What this process listens to, and sends. */
  get state(): { readonly listener: ListenerState | null; readonly senders: readonly SenderState[] } {
    return { listener: this.#listener?.state ?? null, senders: this.#senders.map(({ state }) => state) };
  }

  /**
   * Starts all but the listener: what waits is taken up, and what is queued is sent. Without an enabled feed
   * too, what earlier ones left is settled and forgotten: turning a feed off must keep nobody on a list.
   */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const sender of this.#senders) {
      sender.start();
      this.#endWake.push(this.hints.onWake(() => sender.wake()));
    }
    for (const applier of this.#appliers.values()) applier.start();
    this.#timers = [
      setInterval(() => this.settle(), settleEvery),
      setInterval(() => void this.forget(), forgetEvery),
      setTimeout(() => void this.forget(), forgetFirst),
    ];
    this.settle();
  }

  /** Listens. @returns the port; null when there is nothing to listen for. @throws HomewardError FEED_PORT */
  async listen(): Promise<number | null> {
    return this.#listener === null ? null : this.#listener.start();
  }

  /** Settles what arrivals ask for, once started: something has changed, or an extract has landed. */
  settle(): void {
    if (!this.#started) return;
    const began = process.hrtime.bigint();
    const run = this.#arrivals.run();
    // It runs already, and will look once more.
    if (run === this.#run) return;
    this.#run = run;
    this.#settling = run.then(
      (stays) => this.#observeSettling?.(stays, Number(process.hrtime.bigint() - began) / 1e9),
      // Each round that failed was told of as it failed.
      () => undefined,
    );
  }

  /** Has what waits looked at now, such as after a replay. */
  wakeAppliers(): void {
    for (const applier of this.#appliers.values()) applier.wake();
  }

  /** Sends a canary and listens for silence, as happens every minute. */
  async look(): Promise<void> {
    await this.#listener?.look();
  }

  /** Deletes what is kept too long. Never throws. */
  forget(): Promise<void> {
    this.#forgetting = this.#forgetting.then(() => this.#forget());
    return this.#forgetting;
  }

  async #forget(): Promise<void> {
    try {
      await forgetHospital(this.deps);
      await forgetOldOutbound(this.deps as Parameters<typeof forgetOldOutbound>[0]);
    } catch (error) {
      this.#log.warn({ error }, 'deleting old feed messages failed; it will be tried again');
    }
  }

  /** Stops: the listener first, so that every answered message is kept; then whoever works on what was kept. */
  async stop(): Promise<void> {
    await this.#listener?.stop();
    for (const timer of this.#timers) clearInterval(timer);
    for (const end of this.#endWake) end();
    await Promise.all([...this.#appliers.values()].map((applier) => applier.stop()));
    this.#started = false;
    await this.#forgetting;
    await this.#settling;
    await Promise.all(this.#senders.map((sender) => sender.stop()));
  }
}
