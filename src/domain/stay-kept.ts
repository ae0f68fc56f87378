/**
 * Which kept stay is which of those that a new fold gives. A stay keeps its id for as long as it keeps one
 * of its visit numbers, so that what was learnt of it stays with it.
 */

/** What names a stay for all time: any of its visit numbers. */
export interface Named {
  readonly visits: readonly string[];
}

/** A stay of the fold with the kept one that it is; null when it is new. */
export interface Match<K, F> {
  readonly kept: K | null;
  readonly folded: F;
}

/**
 * Matches stays of one cluster.
 * @param folded in the order of the fold
 * @returns each folded stay with its kept one, and the kept stays that are no more: two that became one
 */
export function matchStays<K extends Named, F extends Named>(
  kept: readonly K[],
  folded: readonly F[],
): { matches: Match<K, F>[]; gone: K[] } {
  const left = new Set(kept);
  const byVisit = new Map(kept.flatMap((one) => one.visits.map((visit) => [visit, one] as const)));
  const matches = folded.map((one): Match<K, F> => {
    // By the earliest visit that it shares: where an attendance and an admission were joined, the attendance's.
    const found = one.visits.map((visit) => byVisit.get(visit)).find((other) => other !== undefined && left.has(other));
    if (found) left.delete(found);
    return { kept: found ?? null, folded: one };
  });
  return { matches, gone: [...left] };
}
