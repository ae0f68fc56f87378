/**
 * Use case of an arrival: the arrival itself asks whether council care is on record, so that nobody has to
 * think of asking. What is wanted of a stay is worked out anew each time from what is so now, in one
 * transaction of its own: a process that dies loses nothing, and doing it twice changes nothing.
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import { askedAbout, identityOf } from '../domain/arrival.ts';
import type { CareOnRecord } from '../domain/arrival.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import { isOpen } from '../domain/stay-course.ts';
import { isStale } from '../domain/stay.ts';
import type { Database, Trx } from '../store/database.ts';
import { caresOf, changedStays, dropCare, holdStay, staysToAsk, takeChanges } from '../store/hospital/care.ts';
import type { AskingPair } from '../store/hospital/care.ts';
import { stayById } from '../store/hospital/stays.ts';
import { staysToTakeOff } from '../store/hospital/take-off.ts';
import { tell, tellOfNone } from './arrival-hints.ts';
import { learn } from './arrival-question.ts';
import type { HintQueue } from './hints.ts';
import { Rounds } from './rounds.ts';

/** An answer that was given to an arrival. Of nobody in particular: for those who count. */
export interface ArrivalAnswer {
  readonly hospital: string;
  readonly result: CareOnRecord;
  /** About this person of this stay for the first time, or again. */
  readonly asked: 'first' | 'again';
}

export interface ArrivalDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly feeds: readonly Feed[];
  readonly agreements: readonly Agreement[];
  readonly hints: Pick<HintQueue, 'enqueueHint' | 'standsFor' | 'unwanted' | 'wake'>;
  /** Told what went wrong with one stay; it stays to be done, and the others go on. Must not throw. */
  readonly failed?: (error: unknown) => void;
  /** Told of each round that failed as a whole, when it fails: under a busy feed the last may never come. Must not throw. */
  readonly roundFailed?: (error: unknown) => void;
  /** Told each answer once it is kept. Must not throw. */
  readonly answered?: (answer: ArrivalAnswer) => void;
}

/** Stays of each kind taken up in one turn: with some milliseconds for each, a turn is over in seconds. */
const mostAtOnce = 100;

/** How often, in milliseconds, hints that should not stand are looked for: what has changed is seen to at once. */
const takeBackEvery = 10_000;

/** Makes what settles arrivals. */
export function arrivalsOn(deps: ArrivalDeps): Arrivals {
  return new Arrivals(deps);
}

export class Arrivals {
  readonly #deps: ArrivalDeps;
  readonly #rounds: Rounds;
  /** Switches may have been turned while nothing ran: at first everybody on a list is looked at. */
  #first = true;
  /** Stays of which something could not be said, and somebody was told so: not again with each try. */
  readonly #stuck = new Set<string>();
  #lookedAt = -Infinity;

  constructor(deps: ArrivalDeps) {
    this.#deps = deps;
    this.#rounds = new Rounds(async () => {
      const settled = await this.#round();
      await this.#takeBack();
      return settled;
    }, deps.roundFailed);
  }

  /**
   * Settles every stay about which something is to be settled. Called while it runs, it looks once more
   * before it ends. @returns how many stays were settled
   * @throws what the database throws when it cannot be asked at all; `roundFailed` was told of it by then
   */
  run(): Promise<number> {
    return this.#rounds.run();
  }

  async #round(): Promise<number> {
    const { db, clock, hints } = this.#deps;
    // Another process has these, or they failed: not again in this round.
    const left: string[] = [];
    // What is only old is looked at once.
    const asked: string[] = [];
    let settled = 0;
    for (;;) {
      const now = clock.now();
      const pairs = pairsOf(this.#deps, now);
      // However many stays change, who may have to go off a list is looked for anew in each turn (hazard H23).
      const first = await staysToTakeOff(db, pairs, now, left, mostAtOnce);
      const changed = await changedStays(db, left, mostAtOnce);
      const old = await staysToAsk(db, pairs, now, [...left, ...asked], { limit: mostAtOnce, listed: this.#first });
      if (old.length === 0) this.#first = false;
      const stays = new Set([...first, ...changed, ...old]);
      if (stays.size === 0) return settled;
      const before = settled;
      for (const stayId of stays) {
        if (await this.#settle(stayId)) settled++;
        else left.push(stayId);
      }
      asked.push(...old);
      // At once, not after the last of a crowd: a retraction may be among them.
      if (settled > before) hints.wake();
    }
  }

  /** Takes back hints that stand and should not, however that came about: tried until it is done. */
  async #takeBack(): Promise<void> {
    const { db, clock, hints } = this.#deps;
    const now = clock.now().getTime();
    if (Math.abs(now - this.#lookedAt) < takeBackEvery) return;
    this.#lookedAt = now;
    const tried: string[] = [];
    for (;;) {
      const pairs = pairsOf(this.#deps, clock.now(), 'with-hints');
      const stays = await hints.unwanted(db, pairs, tried, mostAtOnce);
      for (const stayId of stays) await this.#settle(stayId);
      tried.push(...stays);
      if (stays.length < mostAtOnce) break;
    }
    for (const stayId of this.#stuck) if (!tried.includes(stayId)) this.#stuck.delete(stayId);
    if (tried.length > 0) hints.wake();
  }

  async #settle(stayId: string): Promise<boolean> {
    const { db, failed, answered } = this.#deps;
    const answers: ArrivalAnswer[] = [];
    const unsaid = (error: unknown): void => {
      if (!this.#stuck.has(stayId)) failed?.(error);
      this.#stuck.add(stayId);
    };
    try {
      const done = await db.transaction((trx) => settle({ ...this.#deps, failed: unsaid }, trx, stayId, answers));
      for (const answer of answers) answered?.(answer);
      return done;
    } catch (error) {
      failed?.(error);
      return false;
    }
  }
}

function pairsOf({ agreements }: ArrivalDeps, now: Date, which: 'all' | 'with-hints' = 'all'): AskingPair[] {
  return askingOf(agreements, now)
    .filter(({ arrival }) => which === 'all' || arrival.hint)
    .map(({ council, hospital }) => ({ council, hospital }));
}

function askingOf(agreements: readonly Agreement[], now: Date): Agreement[] {
  return agreements.filter((one) => one.arrival.ask && isInForce(one, londonDate(now)));
}

/** @param answers is given what was asked @returns false when another process is at it */
async function settle(deps: ArrivalDeps, trx: Trx, stayId: string, answers: ArrivalAnswer[]): Promise<boolean> {
  const held = await holdStay(trx, stayId);
  if (held === 'busy') return false;
  await takeChanges(trx, stayId);
  const now = deps.clock.now();
  const stay = held === 'held' ? await stayById(trx, stayId) : null;
  if (!stay) {
    await tellOfNone(deps, trx, stayId, now);
    return true;
  }
  const before = await caresOf(trx, stayId);
  // Of a feed that was turned off nothing more is heard: nobody knows any more who is there.
  const isFed = deps.feeds.some(({ id }) => id === stay.feed);
  const agreements =
    isFed && isOpen(stay.status) && stay.shelvedAt === null
      ? askingOf(deps.agreements, now).filter(
          // First seen when it was stale already, as when a feed's old messages are sent again: not asked about.
          ({ hospital, council }) => hospital === stay.organisation && (before.has(council) || !isStale(stay, now)),
        )
      : [];
  const results = new Map<string, CareOnRecord>();
  for (const agreement of agreements) {
    const { council, hospital } = agreement;
    const { result, asked } = await learn(trx, agreement, stay, before.get(council) ?? null, now);
    results.set(council, result);
    if (asked !== null) answers.push({ hospital, result, asked });
  }
  await dropCare(trx, stayId, [...results.keys()]);
  const wanted = agreements.some(({ council, arrival }) => arrival.hint && results.get(council) === 'yes');
  const about = askedAbout(identityOf(stay));
  const isAnother = [...before.values()].some((one) => one.result === 'yes' && one.askedAbout !== about);
  await tell(deps, trx, stay, { wanted, isAnother }, now);
  return true;
}
