/** What came of a look-up, in at most two taps, so that what Homeward saves is measured and never claimed (product.md). */
import type { AnswerKind } from './answer.ts';

export const outcomes = {
  'home-care-confirmed': 'Went home today because care was confirmed',
  'admitted-anyway': 'Admitted anyway',
  'home-anyway': 'Would have gone home anyway',
} as const;
export type Outcome = keyof typeof outcomes;

/** "Did this change what you did?" */
export const changes = { yes: 'Yes', no: 'No' } as const;
export type Change = keyof typeof changes;

/** An answer; each question may be left out, and "not answered" is kept as such. */
export interface OutcomeAnswer {
  readonly outcome: Outcome | null;
  readonly changed: Change | null;
}

/** Reads the taps of a form; null when it holds anything that is in no list, or nothing at all. */
export function readOutcome(outcome: string | undefined, changed: string | undefined): OutcomeAnswer | null {
  if (outcome !== undefined && !Object.hasOwn(outcomes, outcome)) return null;
  if (changed !== undefined && !Object.hasOwn(changes, changed)) return null;
  if (outcome === undefined && changed === undefined) return null;
  return { outcome: (outcome as Outcome | undefined) ?? null, changed: (changed as Change | undefined) ?? null };
}

const day = 86_400_000;

/** When an answer page begins to ask: when the patient has gone or, where nobody said so, after a day; of an answer that told nothing, never. */
export function outcomeAskedFrom(kind: AnswerKind, answeredAt: Date, endedAt: Date | null): Date | null {
  if (kind !== 'care' && kind !== 'no-care' && kind !== 'no-record') return null;
  const after = new Date(answeredAt.getTime() + day);
  return endedAt !== null && endedAt >= answeredAt && endedAt < after ? endedAt : after;
}

/** Counts of answers, the unanswered apart: not known is a value, never a no. */
export interface OutcomeCounts {
  readonly asked: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly outcomeNotAnswered: number;
  readonly changed: Readonly<Record<Change, number>>;
  readonly changedNotAnswered: number;
}

/** Counts what was answered. @param answers of everybody who was asked; null for who answered nothing */
export function countOutcomes(answers: readonly (OutcomeAnswer | null)[]): OutcomeCounts {
  const count = (holds: (one: OutcomeAnswer) => boolean): number => answers.filter((one) => one !== null && holds(one)).length; // prettier-ignore
  const by = <K extends string>(list: Record<K, string>, of: (one: OutcomeAnswer) => K | null): Record<K, number> =>
    Object.fromEntries(Object.keys(list).map((key) => [key, count((one) => of(one) === key)])) as Record<K, number>;
  const known = by(outcomes, (one) => one.outcome);
  const changed = by(changes, (one) => one.changed);
  const sum = (all: Record<string, number>): number => Object.values(all).reduce((a, b) => a + b, 0);
  return {
    asked: answers.length,
    outcomes: known,
    outcomeNotAnswered: answers.length - sum(known),
    changed,
    changedNotAnswered: answers.length - sum(changed),
  };
}
