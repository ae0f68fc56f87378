/** What somebody has looked up lately, and the counts that budgets are held against (rule R14). */
import type { UseCounts } from './policy.ts';

/** A look-up of the last 24 hours, as the audit trail has it. */
export interface PastLookUp {
  readonly at: Date;
  /** Null when no NHS number could be read. */
  readonly number: string | null;
  /** Whether a council's record was read for it. */
  readonly asked: boolean;
  /** Whether it found nobody, or a birth date that did not match. */
  readonly missed: boolean;
  /** Whether it was opened without asking the person. */
  readonly emergency: boolean;
}

const minute = 60_000;
const hour = 60 * minute;

/** How long, in milliseconds, a look-up counts for anything. */
export const useWindow = 24 * hour;

/**
 * Counts a person's own look-ups for a question that is about to be asked.
 * @param number the number asked for now: asking for the same person again costs nothing
 * @param authenticatedAt when the person last proved who they are
 */
export function countsOf(
  past: Iterable<PastLookUp>,
  { number, now, authenticatedAt }: { number: string | null; now: Date; authenticatedAt: Date },
): Omit<UseCounts, 'organisationPeopleDay' | 'mismatchesOnPerson'> {
  const time = now.getTime();
  const signedIn = authenticatedAt.getTime();
  const day = new Set<string>();
  const quarter = new Set<string>();
  const counts = { missesSinceSignIn: 0, misses: 0, emergenciesSinceSignIn: 0, emergencies: 0 };
  for (const one of past) {
    const at = one.at.getTime();
    const age = time - at;
    if (age >= useWindow) continue;
    if (one.asked && one.number !== null && one.number !== number) {
      day.add(one.number);
      if (age < 15 * minute) quarter.add(one.number);
    }
    if (one.missed && age < 30 * minute) counts.misses++;
    if (one.missed && age < 10 * minute && at > signedIn) counts.missesSinceSignIn++;
    if (!one.emergency || !one.asked || age >= 12 * hour) continue;
    counts.emergencies++;
    if (at > signedIn) counts.emergenciesSinceSignIn++;
  }
  return { ...counts, people15Minutes: quarter.size, peopleDay: day.size };
}

/**
 * A person's look-ups as far as they can count for anything, so that no number of them fills the
 * memory: misses and emergencies, which budgets hold few, and of other questions the last about each
 * number. {@link countsOf} gives the same for it as for all.
 */
export class PastUse {
  // Oldest first, as they were added.
  #each: PastLookUp[] = [];
  readonly #last = new Map<string, PastLookUp>();

  constructor(past: Iterable<PastLookUp>) {
    for (const one of past) this.add(one);
  }

  add(one: PastLookUp): void {
    if (one.missed || (one.emergency && one.asked)) this.#each.push(one);
    else if (one.asked && one.number !== null) {
      const known = this.#last.get(one.number);
      if (known && known.at > one.at) return;
      this.#last.delete(one.number);
      this.#last.set(one.number, one);
    }
  }

  /** Lets go of what is too old to count at a moment, and of nothing that does. */
  letGo(now: Date): void {
    const from = now.getTime() - useWindow;
    const isOver = (one: PastLookUp | undefined): boolean => one !== undefined && one.at.getTime() <= from;
    if (isOver(this.#each[0])) this.#each = this.#each.filter((one) => !isOver(one));
    for (const [number, one] of this.#last) {
      if (!isOver(one)) break;
      this.#last.delete(number);
    }
  }

  *[Symbol.iterator](): Iterator<PastLookUp> {
    yield* this.#each;
    yield* this.#last.values();
  }
}

/** The different people that an organisation has asked for in the last 24 hours. */
export class PeopleAsked {
  // In the order of when each was last asked for, so that what is over stands in front.
  readonly #last = new Map<string, number>();

  add(number: string, at: Date): void {
    const time = at.getTime();
    const known = this.#last.get(number);
    if (known !== undefined && known >= time) return;
    this.#last.delete(number);
    this.#last.set(number, time);
  }

  /** How many, the one asked for now left out. */
  count(now: Date, number: string | null): number {
    const from = now.getTime() - useWindow;
    for (const [one, at] of this.#last) {
      if (at > from) break;
      this.#last.delete(one);
    }
    return this.#last.size - (number !== null && this.#last.has(number) ? 1 : 0);
  }
}
