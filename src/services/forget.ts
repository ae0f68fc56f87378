/**
 * Use case of the clock: what the agreements say must not be kept any longer goes, whether or not
 * anything new comes in. A held extract is raw personal data and goes soonest.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shortestKept } from '../domain/agreement.ts';
import type { Caller } from '../domain/caller.ts';
import { writeAudit } from '../store/audit.ts';
import { forgetClosed, heldBefore, listBundles, moveBundle } from '../store/bundles.ts';
import type { BundleDeps } from './manage-bundles.ts';

/**
 * Deletes one council's closed facts, old quarantine and held extracts that nobody decided about.
 * @param caller the service itself, for the audit trail
 */
export async function forgetOldData(deps: BundleDeps, caller: Caller): Promise<void> {
  const now = deps.clock.now();
  const ago = (milliseconds: number): Date => new Date(now.getTime() - milliseconds);
  const closed = shortestKept(deps.agreements, 'closedFacts');
  await deps.db.transaction((trx) => forgetClosed(trx, deps.council.id, ago(closed)), { slow: true });
  if (deps.heldFolder === null) return;
  const held = shortestKept(deps.agreements, 'heldExtracts');
  for (const id of await heldBefore(deps.db, deps.council.id, ago(held))) {
    await deps.db.transaction(async (trx) => {
      if (!(await moveBundle(trx, id, 'held', 'discarded'))) return;
      await writeAudit(trx, now, caller, {
        action: 'discard-bundle',
        council: deps.council.id,
        outcome: 'discarded',
        detail: { bundle: id, why: 'kept as long as agreed' },
      });
    });
    await rm(join(deps.heldFolder, id), { recursive: true, force: true });
  }
}

/** Removes folders of held extracts that no held bundle stands behind any more, such as after a crash. */
export async function clearHeldFolder(all: readonly BundleDeps[]): Promise<void> {
  const folder = all[0]?.heldFolder;
  if (!folder) return;
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const held = new Set<string>();
  for (const { db, council } of all) {
    for (const one of await listBundles(db, council.id, 10_000)) if (one.state === 'held') held.add(one.id);
  }
  for (const name of names) if (!held.has(name)) await rm(join(folder, name), { recursive: true, force: true });
}
