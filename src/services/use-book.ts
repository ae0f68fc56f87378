/**
 * What each caller has looked up lately, remembered between look-ups so that it is not read anew
 * for each. The audit trail stays the only count (docs/adr/0009): a person's next look-up carries its
 * number in their row, and where another process has used that number the write is refused, what is
 * remembered is thrown away, and the look-up is decided again.
 */
import type { Caller } from '../domain/caller.ts';
import type { UseCounts } from '../domain/policy.ts';
import { countsOf, PastUse, PeopleAsked, useWindow } from '../domain/use-window.ts';
import type { PastLookUp } from '../domain/use-window.ts';
import type { Database } from '../store/database.ts';
import { readPeopleAsked, readUse } from '../store/use.ts';

interface Own {
  turn: number;
  readonly past: PastUse;
}

interface Organisation {
  readonly people: PeopleAsked;
  /** Up to when the trail was read, in milliseconds. */
  readTo: number;
  reading: Promise<void> | null;
}

/** People remembered at most: beyond that, who asked longest ago is read anew when they ask again. */
const remembered = 5_000;

/**
 * How far behind, in milliseconds, the count of an organisation's people may be of what other
 * processes wrote: its budget is in the thousands a day, and a few more or less do no harm.
 */
const behind = 2_000;
/** Up to here what is remembered is counted while the trail is read on; from here the reading is waited for. */
const tooFarBehind = 10_000;
/** Rows are written a moment after the time that they carry; so much further back is read again. */
const overlap = 30_000;

export class UseBook {
  readonly #db: Database;
  readonly #own = new Map<string, Own>();
  readonly #organisations = new Map<string, Organisation>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The counts for a question about to be asked, and the number that its audit row must carry. */
  async of(
    caller: Caller,
    number: string | null,
    now: Date,
  ): Promise<{ turn: number; counts: Omit<UseCounts, 'mismatchesOnPerson'> }> {
    const own = await this.#ownOf(caller.userId, now);
    const people = await this.#peopleOf(caller.organisation, now);
    return {
      turn: own.turn + 1,
      counts: {
        ...countsOf(own.past, { number, now, authenticatedAt: caller.authenticatedAt }),
        organisationPeopleDay: people.count(now, number),
      },
    };
  }

  /** Adds a look-up whose audit row is durable. */
  add(caller: Caller, turn: number, one: PastLookUp): void {
    const own = this.#own.get(caller.userId);
    if (own && own.turn === turn - 1) {
      own.turn = turn;
      own.past.add(one);
    } else {
      this.forget(caller.userId);
    }
    if (one.asked && one.number !== null) this.#organisations.get(caller.organisation)?.people.add(one.number, one.at);
  }

  /** Throws away what is remembered of a person: the trail says otherwise. */
  forget(userId: string): void {
    this.#own.delete(userId);
  }

  async #ownOf(userId: string, now: Date): Promise<Own> {
    let own = this.#own.get(userId);
    if (own) {
      // Told apart by when they last asked: the first of the map is who asked longest ago.
      this.#own.delete(userId);
      own.past.letGo(now);
    } else {
      const { turn, past } = await readUse(this.#db, userId, new Date(now.getTime() - useWindow));
      own = { turn, past: new PastUse(past) };
    }
    this.#own.set(userId, own);
    if (this.#own.size > remembered) {
      const [oldest] = this.#own.keys();
      if (oldest !== undefined) this.#own.delete(oldest);
    }
    return own;
  }

  async #peopleOf(organisation: string, now: Date): Promise<PeopleAsked> {
    let known = this.#organisations.get(organisation);
    if (!known) {
      known = { people: new PeopleAsked(), readTo: now.getTime() - useWindow, reading: null };
      this.#organisations.set(organisation, known);
    }
    const gap = now.getTime() - known.readTo;
    if (gap > behind) known.reading ??= this.#readOn(known, organisation, now.getTime());
    // Nobody waits for a reading that hardly adds to a count in the thousands.
    if (gap > tooFarBehind) await known.reading;
    return known.people;
  }

  #readOn(known: Organisation, organisation: string, now: number): Promise<void> {
    const from = new Date(Math.max(known.readTo - overlap, now - useWindow));
    const reading = readPeopleAsked(this.#db, organisation, from)
      .then((asked) => {
        for (const { number_asked: number, at } of asked) known.people.add(number, at);
        known.readTo = now;
      })
      .finally(() => (known.reading = null));
    // Whoever waits for it hears of a failure; nobody may wait. Then the next to ask has it read again.
    reading.catch(() => undefined);
    return reading;
  }
}
