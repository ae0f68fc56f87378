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
  past: readonly PastLookUp[],
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
