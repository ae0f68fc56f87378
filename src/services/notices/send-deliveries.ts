/** Sends what is due, several at a time, few of them to one address; any number of processes may do so at once. */
import type { CarriedChannel, DeliveryFault } from '../../domain/courier.ts';
import { dueDeliveries, untilNext } from '../../store/notices/deliveries.ts';
import type { StoredDelivery } from '../../store/notices/deliveries.ts';
import { Sleeper } from '../sleeper.ts';
import type { DeliverDeps } from './deliver.ts';
import { beginAttempt, carry, endAttempt, usualTiming } from './delivery-attempt.ts';
import type { DeliveryTiming } from './delivery-attempt.ts';

/** Told what goes on, for the log and the counters. Never anything of a notice or an address. */
export interface DeliveryObserver {
  ended?(
    channel: CarriedChannel,
    outcome: 'delivered' | 'accepted' | 'later' | 'refused',
    fault: DeliveryFault | null,
  ): void;
  /** The database failed, or something else that is no fault of the other side; it is tried again. */
  troubled?(error: unknown): void;
}

export interface SenderOptions {
  readonly timing?: DeliveryTiming;
  readonly observer?: DeliveryObserver;
  /** Milliseconds after which the queue is looked at without having been woken; 1 second when not given. */
  readonly lookEvery?: number;
}

const mostAtOnce = 16;
// Letters one at a time, so that what comes meanwhile goes in the next one; systems tell theirs apart. Of an
// HL7 engine one connection is usual: it takes the second away from the first, or leaves it waiting.
const mostAtOneAddress = { email: 1, text: 1, webhook: 2, fhir: 2, hl7: 1 };

export class DeliverySender {
  readonly #deps: DeliverDeps;
  readonly #options: SenderOptions;
  readonly #timing: DeliveryTiming;
  readonly #stop = new AbortController();
  readonly #sleeper = new Sleeper();
  readonly #atWork = new Map<string, StoredDelivery>();
  readonly #working = new Set<Promise<void>>();
  #running: Promise<void> | null = null;

  constructor(deps: DeliverDeps, options: SenderOptions = {}) {
    this.#deps = deps;
    this.#options = options;
    this.#timing = options.timing ?? usualTiming;
  }

  /** Begins to send what is due. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Has the queue looked at now: call it after the commit of what was queued. */
  wake(): void {
    this.#sleeper.wake();
  }

  /** Ends sending. @param grace milliseconds in which what is on its way may still arrive */
  async stop(grace = 2000): Promise<void> {
    this.#sleeper.end();
    const timer = setTimeout(() => this.#stop.abort(), grace);
    await this.#running;
    await Promise.allSettled(this.#working);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { lookEvery = 1000, observer } = this.#options;
    while (!this.#sleeper.ended) {
      this.#sleeper.listen();
      let pause = lookEvery;
      try {
        if ((await this.#takeUp()) === 0)
          pause = Math.min(pause, (await untilNext(this.#deps.db, this.#deps.clock.now())) ?? pause);
        // What is due and not taken up is in somebody else's hands, or waits for a place here.
        if (pause === 0) pause = this.#working.size > 0 ? lookEvery : Math.min(lookEvery, 50);
      } catch (error) {
        observer?.troubled?.(error);
      }
      await this.#sleeper.sleep(pause);
    }
  }

  async #takeUp(): Promise<number> {
    if (this.#working.size >= mostAtOnce) return 0;
    const due = await dueDeliveries(this.#deps.db, this.#deps.clock.now(), 200);
    let taken = 0;
    for (const one of due) {
      if (this.#sleeper.ended || this.#working.size >= mostAtOnce) break;
      if (this.#atWork.has(one.id) || this.#atAddress(one) >= mostAtOneAddress[one.channel]) continue;
      taken += 1;
      this.#atWork.set(one.id, one);
      const work = this.#attempt(one).finally(() => {
        this.#atWork.delete(one.id);
        this.#working.delete(work);
      });
      this.#working.add(work);
    }
    return taken;
  }

  #atAddress({ channel, address }: StoredDelivery): number {
    return [...this.#atWork.values()].filter((one) => one.channel === channel && one.address === address).length;
  }

  async #attempt(one: StoredDelivery): Promise<void> {
    const { observer } = this.#options;
    try {
      const begun = await beginAttempt(this.#deps, this.#timing, one);
      if (!begun) return;
      const signal = AbortSignal.any([AbortSignal.timeout(this.#timing.patience), this.#stop.signal]);
      const handover = await carry(this.#deps, begun, signal);
      const fault = await endAttempt(this.#deps, this.#timing, begun, handover);
      observer?.ended?.(one.channel, handover.is, fault);
      // Another may wait behind this one.
      this.wake();
    } catch (error) {
      observer?.troubled?.(error);
    }
  }
}
