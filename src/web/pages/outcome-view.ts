/** Counts of what came of look-ups, as tables: what nobody answered stands beside what was answered. */
import { changes, outcomes } from '../../domain/outcome.ts';
import type { OutcomeCounts } from '../../domain/outcome.ts';

interface Row {
  readonly text: string;
  readonly count: number;
}

/** The tables. */
export function outcomeTables(counts: OutcomeCounts): { asked: number; outcomes: Row[]; changed: Row[] } {
  const rows = (names: Readonly<Record<string, string>>, of: Readonly<Record<string, number>>, open: number): Row[] => [
    ...Object.entries(names).map(([key, text]) => ({ text, count: of[key] ?? 0 })),
    { text: 'Not answered', count: open },
  ];
  return {
    asked: counts.asked,
    outcomes: rows(outcomes, counts.outcomes, counts.outcomeNotAnswered),
    changed: rows(changes, counts.changed, counts.changedNotAnswered),
  };
}
