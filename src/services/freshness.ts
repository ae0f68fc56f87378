/** Use case of the operator: how fresh is what each council sent, and is anything waiting for a person. */
import type { Agreement, PartKind } from '../domain/agreement.ts';
import type { Freshness } from '../domain/answer.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Council } from '../domain/organisation.ts';
import { freshnessOf } from '../domain/policy.ts';
import { currentParts, listBundles } from '../store/bundles.ts';
import type { Database } from '../store/database.ts';

export interface PartFreshness {
  readonly kind: PartKind;
  readonly asAt: Date | null;
  readonly freshness: Freshness;
}

export interface CouncilFreshness {
  readonly council: Council;
  readonly parts: readonly PartFreshness[];
  readonly held: number;
  readonly lastReceived: Date | null;
}

export interface FreshnessDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly councils: readonly Council[];
  readonly agreements: readonly Agreement[];
}

/** The age of every council's parts against the strictest limits of its agreements. */
export async function freshnessOfCouncils(deps: FreshnessDeps, caller: Caller): Promise<CouncilFreshness[]> {
  requirePermission(caller, 'operate');
  const list: CouncilFreshness[] = [];
  for (const council of deps.councils) {
    const parts = await currentParts(deps.db, council.id);
    const bundles = await listBundles(deps.db, council.id, 100);
    const agreements = deps.agreements.filter((one) => one.council === council.id);
    list.push({
      council,
      parts: watched.map((kind) => {
        const asAt = parts.find((part) => part.kind === kind)?.asAt ?? null;
        return {
          kind,
          asAt,
          freshness: worst(agreements.map((one) => freshnessOf(asAt, limitsFor(kind, one), deps.clock.now()))),
        };
      }),
      held: bundles.filter((one) => one.state === 'held').length,
      lastReceived: latest(bundles.map((one) => one.receivedAt)),
    });
  }
  return list;
}

function latest(times: readonly Date[]): Date | null {
  return times.reduce<Date | null>((a, b) => (a === null || b > a ? b : a), null);
}

const watched: readonly PartKind[] = ['care', 'safeguarding', 'restrictions', 'contacts'];

function limitsFor(kind: PartKind, { freshness }: Agreement): { amber: number; red: number } {
  const only = (limit: number): { amber: number; red: number } => ({ amber: limit, red: limit });
  if (kind === 'safeguarding') return only(freshness.safeguarding.notAvailableAfter);
  if (kind === 'restrictions') return only(freshness.restrictions.overdueAfter);
  return kind === 'contacts' ? freshness.contacts : freshness.care;
}

function worst(all: readonly Freshness[]): Freshness {
  const order: readonly Freshness[] = ['fresh', 'amber', 'red', 'never'];
  return all.reduce<Freshness>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'fresh');
}
