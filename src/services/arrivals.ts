/**
 * Use case of an arrival: the arrival itself asks whether council care is on record, so that nobody has to
 * think of asking. What is wanted of a stay is worked out anew each time from what is so now, in one
 * transaction of its own: a process that dies loses nothing, and doing it twice changes nothing.
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import {
  arrivalReason, arrivalRequest, askAgainAt, askedAbout, careOnRecord, homewardItself, identityOf,
} from '../domain/arrival.ts'; // prettier-ignore
import type { CareOnRecord } from '../domain/arrival.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import { decideBeforeArrival, decideOnRecord } from '../domain/policy.ts';
import type { Decision } from '../domain/policy.ts';
import { isOpen } from '../domain/stay-course.ts';
import { askIn } from '../store/ask-in.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import {
  caresOf, changedStays, dropCare, holdStay, keepCare, standsAtBundle, staysToAsk, takeChanges, wasRefused,
} from '../store/hospital/care.ts'; // prettier-ignore
import type { AskingPair, StayCare } from '../store/hospital/care.ts';
import { stayById } from '../store/hospital/stays.ts';
import type { StoredStay } from '../store/hospital/stays.ts';
import { readRecord } from '../store/records.ts';
import type { OnRecord } from '../store/records.ts';
import { unused } from './look-up.ts';
import type { HintQueue } from './hints.ts';

export interface ArrivalDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly feeds: readonly Feed[];
  readonly agreements: readonly Agreement[];
  readonly hints: Pick<HintQueue, 'enqueueHint' | 'wake'>;
  /** Told what went wrong with one stay; it stays to be done, and the others go on. Must not throw. */
  readonly failed?: (error: unknown) => void;
}

/** Stays taken up with one reading of the list. */
const mostAtOnce = 200;

/** Makes what settles arrivals. */
export function arrivalsOn(deps: ArrivalDeps): Arrivals {
  return new Arrivals(deps);
}

export class Arrivals {
  readonly #deps: ArrivalDeps;
  #running: Promise<number> | null = null;
  #again = false;
  /** Switches may have been turned while nothing ran: at first everybody on a list is looked at. */
  #first = true;

  constructor(deps: ArrivalDeps) {
    this.#deps = deps;
  }

  /**
   * Settles every stay about which something is to be settled. Called while it runs, it looks once more
   * before it ends. @returns how many stays were settled
   * @throws what the database throws when it cannot be asked at all
   */
  run(): Promise<number> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#rounds().finally(() => (this.#running = null));
    return this.#running;
  }

  async #rounds(): Promise<number> {
    let settled = 0;
    do {
      this.#again = false;
      settled += await this.#round();
    } while (this.#again);
    return settled;
  }

  async #round(): Promise<number> {
    const { db, clock } = this.#deps;
    // Another process has these, or they failed: not again in this round.
    const left: string[] = [];
    let settled = 0;
    for (;;) {
      const now = clock.now();
      const pairs = pairsOf(this.#deps, now);
      const changed = await changedStays(db, left, mostAtOnce);
      const stays =
        changed.length > 0
          ? changed
          : await staysToAsk(db, pairs, now, left, { limit: mostAtOnce, listed: this.#first });
      if (stays.length === 0) break;
      for (const stayId of stays) {
        const done = await this.#settle(stayId);
        if (done) settled++;
        // Changes may go on coming; what is only old is looked at once.
        if (!done || changed.length === 0) left.push(stayId);
      }
    }
    this.#first = false;
    if (settled > 0) this.#deps.hints.wake();
    return settled;
  }

  async #settle(stayId: string): Promise<boolean> {
    try {
      return await this.#deps.db.transaction((trx) => settle(this.#deps, trx, stayId));
    } catch (error) {
      this.#deps.failed?.(error);
      return false;
    }
  }
}

function pairsOf({ agreements }: ArrivalDeps, now: Date): AskingPair[] {
  return askingOf(agreements, now).map(({ council, hospital }) => ({ council, hospital }));
}

function askingOf(agreements: readonly Agreement[], now: Date): Agreement[] {
  return agreements.filter((one) => one.arrival.ask && isInForce(one, londonDate(now)));
}

/** @returns false when another process is at it */
async function settle(deps: ArrivalDeps, trx: Trx, stayId: string): Promise<boolean> {
  const held = await holdStay(trx, stayId);
  if (held === 'busy') return false;
  await takeChanges(trx, stayId);
  const now = deps.clock.now();
  const stay = held === 'held' ? await stayById(trx, stayId) : null;
  // Two stays that became one: what was said under the id that went is taken back.
  if (!stay) {
    for (const feed of deps.feeds) await say(deps, trx, feed, { kind: 'retraction', stay: { stayId } }, now);
    return true;
  }
  const before = await caresOf(trx, stayId);
  // Of a feed that was turned off nothing more is heard: nobody knows any more who is there.
  const isFed = deps.feeds.some(({ id }) => id === stay.feed);
  const agreements =
    isFed && isOpen(stay.status)
      ? askingOf(deps.agreements, now).filter(({ hospital }) => hospital === stay.organisation)
      : [];
  const results = new Map<string, CareOnRecord>();
  for (const agreement of agreements) {
    results.set(agreement.council, await learn(trx, agreement, stay, before.get(agreement.council) ?? null, now));
  }
  await dropCare(trx, stayId, [...results.keys()]);
  const wanted = agreements.some(({ council, arrival }) => arrival.hint && results.get(council) === 'yes');
  await tell(deps, trx, stay, [...before.values()], wanted, now);
  return true;
}

async function learn(
  trx: Trx,
  agreement: Agreement,
  stay: StoredStay,
  before: StayCare | null,
  now: Date,
): Promise<CareOnRecord> {
  const { council } = agreement;
  const identity = identityOf(stay);
  // Read first: if an extract lands in between, the answer is taken for older than it is, and asked again.
  const bundle = await standsAtBundle(trx, council);
  const refused = await wasRefused(trx, stay.stayId);
  const stands =
    before !== null &&
    before.askedAbout === askedAbout(identity) &&
    before.bundle === bundle &&
    before.askAgainAt > now &&
    !(refused && before.result === 'yes');
  if (stands) return before.result;

  const { decision, record } = await ask(trx, agreement, stay, refused, now);
  const result = careOnRecord(decision);
  // In one transaction with what was learnt, and before it: nothing is known that the trail does not tell.
  const audit = await writeAudit(trx, now, homewardItself(agreement.hospital, now), {
    action: 'arrival-question',
    outcome: { yes: 'care-on-record', no: 'no-care-on-record', 'cannot-say': 'cannot-say' }[result],
    rule: decision.rule,
    council,
    personKey: record?.found.person?.personKey ?? null,
    numberAsked: identity.nhsNumber,
    numberCurrent: record?.found.superseded ? record.found.current : null,
    reason: arrivalReason,
    agreement: { id: agreement.id, version: agreement.version },
    sharedFields: [],
    sources: record?.parts ?? null,
    // The same stay asked about again, with nothing new for anybody to see.
    detail: { stay: stay.stayId, ...(before?.result === result && { again: true }) },
  });
  await keepCare(
    trx,
    stay,
    { council, result, askedAbout: askedAbout(identity), bundle, askAgainAt: askAgainAt(agreement, record?.parts ?? {}, now) }, // prettier-ignore
    audit,
    now,
  );
  return result;
}

async function ask(
  trx: Trx,
  agreement: Agreement,
  stay: StoredStay,
  refused: boolean,
  now: Date,
): Promise<{ decision: Decision; record: OnRecord | null }> {
  const { council, hospital } = agreement;
  const request = arrivalRequest(council, identityOf(stay));
  const number = parseNhsNumber(request.nhsNumber);
  const refusal = decideBeforeArrival({ agreement, hospital, request, number, refused, now });
  if (refusal || !number.ok) return { decision: refusal ?? { kind: 'number-not-valid', rule: 'R5' }, record: null };
  const record = await readRecord(askIn(trx), council, number.value, hospital, now);
  const counts = { ...unused, mismatchesOnPerson: record.mismatches.lately };
  return { decision: decideOnRecord({ agreement, request, counts, ...record, now }), record };
}

async function tell(
  deps: ArrivalDeps,
  trx: Trx,
  stay: StoredStay,
  before: readonly StayCare[],
  wanted: boolean,
  now: Date,
): Promise<void> {
  const feed = deps.feeds.find(({ id }) => id === stay.feed);
  if (!feed) return;
  const told = before.filter(({ result }) => result === 'yes');
  const about = askedAbout(identityOf(stay));
  // Somebody else's by now: theirs is taken back before this person's is told.
  if (told.length > 0 && (!wanted || told.some((one) => one.askedAbout !== about)))
    await say(deps, trx, feed, { kind: 'retraction', stay }, now);
  if (wanted) await say(deps, trx, feed, { kind: 'hint', stay }, now);
}

type Told =
  | { readonly kind: 'hint'; readonly stay: StoredStay }
  | { readonly kind: 'retraction'; readonly stay: { readonly stayId: string } };

async function say({ hints, failed }: ArrivalDeps, trx: Trx, feed: Feed, told: Told, now: Date): Promise<void> {
  if (!feed.enabled) return;
  for (const hint of feed.hints) {
    try {
      await hints.enqueueHint(trx, { ...told, feed, hint }, now);
    } catch (error) {
      // A hint that cannot be taken back must not keep the person on a list.
      if (!(error instanceof HomewardError && error.code === 'SEAL_BROKEN')) throw error;
      failed?.(error);
    }
  }
}
