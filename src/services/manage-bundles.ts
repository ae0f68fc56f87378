/** Use cases of the council's data steward: hand a bundle in, check it, release or discard a held one, go back one. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shortestKept } from '../domain/agreement.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import type { BundleOpener } from '../domain/extract/bundle.ts';
import { quarantineCodes } from '../domain/extract/quarantine.ts';
import type { QuarantineCode } from '../domain/extract/quarantine.ts';
import { writeAudit } from '../store/audit.ts';
import { findBundle, listBundles, listQuarantine, lockCouncil, moveBundle, undoBundle } from '../store/bundles.ts';
import type { StoredBundle } from '../store/bundles.ts';
import { importBundle } from './import-bundle.ts';
import type { ImportDeps, ImportOptions, ImportResult } from './import-bundle.ts';

export interface BundleDeps extends ImportDeps {
  readonly open: BundleOpener;
  /** Where held bundles wait; null where nothing may be held (a check without a store). */
  readonly heldFolder: string | null;
}

/**
 * Takes a bundle in, or checks it. A held one is kept until somebody releases or discards it.
 * @throws HomewardError as {@link importBundle} and the opener do
 */
export async function receiveBundle(
  deps: BundleDeps,
  caller: Caller,
  path: string,
  options: Pick<ImportOptions, 'dryRun' | 'onProgress'>,
): Promise<ImportResult> {
  requireSteward(deps, caller);
  const bundle = await deps.open(path);
  try {
    const result = await importBundle(deps, bundle, { ...options, caller });
    if (result.outcome === 'held' && result.bundle && deps.heldFolder) {
      await bundle.copyTo(join(deps.heldFolder, result.bundle));
    }
    return result;
  } finally {
    await bundle.close();
  }
}

/**
 * Lets a held bundle in: a person has looked at the reasons and takes responsibility.
 * @throws HomewardError BUNDLE_NOT_HELD, and as {@link importBundle} does
 */
export async function releaseBundle(deps: BundleDeps, caller: Caller, id: string): Promise<ImportResult> {
  requireSteward(deps, caller);
  const folder = await heldFolderOf(deps, id);
  const bundle = await deps.open(folder);
  try {
    const result = await importBundle(deps, bundle, { dryRun: false, release: id, caller });
    await rm(folder, { recursive: true, force: true });
    return result;
  } finally {
    await bundle.close();
  }
}

/** Throws a held bundle away. @throws HomewardError BUNDLE_NOT_HELD */
export async function discardBundle(deps: BundleDeps, caller: Caller, id: string): Promise<void> {
  requireSteward(deps, caller);
  // Also when its files are no longer there: it must not wait for ever.
  const found = await findBundle(deps.db, deps.council.id, id);
  if (!found) throw new HomewardError('BUNDLE_NOT_HELD');
  await deps.db.transaction(async (trx) => {
    if (!(await moveBundle(trx, id, 'held', 'discarded'))) throw new HomewardError('BUNDLE_NOT_HELD');
    await writeAudit(trx, deps.clock.now(), caller, {
      action: 'discard-bundle',
      council: deps.council.id,
      outcome: 'discarded',
      detail: { bundle: id },
    });
  });
  if (deps.heldFolder !== null) await rm(join(deps.heldFolder, found.id), { recursive: true, force: true });
}

async function heldFolderOf(deps: BundleDeps, id: string): Promise<string> {
  const found = await findBundle(deps.db, deps.council.id, id);
  if (found?.state !== 'held' || deps.heldFolder === null) throw new HomewardError('BUNDLE_NOT_HELD');
  const folder = join(deps.heldFolder, found.id);
  await stat(folder).catch((cause: unknown) => {
    throw new HomewardError('BUNDLE_NOT_HELD', 'Its files are no longer kept here: hand the bundle in again.', {
      cause,
    });
  });
  return folder;
}

/**
 * Goes back to how the council's facts stood before its newest bundle.
 * @returns the bundle that was undone
 * @throws HomewardError BUNDLE_NOTHING_TO_ROLL_BACK when there is none, or its history is no longer kept
 */
export async function rollBack(
  deps: Pick<BundleDeps, 'db' | 'clock' | 'council' | 'agreements'>,
  caller: Caller,
): Promise<StoredBundle> {
  requireSteward(deps, caller);
  const keptSince = deps.clock.now().getTime() - shortestKept(deps.agreements, 'closedFacts');
  return deps.db.transaction(
    async (trx) => {
      await lockCouncil(trx, deps.council.id);
      const newest = (await listBundles(trx, deps.council.id, 1000)).find((one) => one.state === 'landed');
      if (!newest) throw new HomewardError('BUNDLE_NOTHING_TO_ROLL_BACK');
      if (newest.receivedAt.getTime() < keptSince) {
        throw new HomewardError(
          'BUNDLE_NOTHING_TO_ROLL_BACK',
          'What stood before the newest bundle is no longer kept.',
        );
      }
      await undoBundle(trx, deps.council.id, newest.id);
      await moveBundle(trx, newest.id, 'landed', 'rolled-back');
      await writeAudit(trx, deps.clock.now(), caller, {
        action: 'roll-back-bundle',
        council: deps.council.id,
        outcome: 'rolled-back',
        detail: { bundle: newest.id },
      });
      return newest;
    },
    { slow: true },
  );
}

/** The council's latest bundles, newest first. */
export async function bundlesOf(
  deps: Pick<BundleDeps, 'db' | 'council'>,
  caller: Caller,
  limit = 50,
): Promise<StoredBundle[]> {
  requireSteward(deps, caller);
  return listBundles(deps.db, deps.council.id, limit);
}

/** One bundle of the caller's council. @throws HomewardError PAGE_NOT_FOUND */
export async function bundleOf(
  deps: Pick<BundleDeps, 'db' | 'council'>,
  caller: Caller,
  id: string,
): Promise<StoredBundle> {
  requireSteward(deps, caller);
  const bundle = await findBundle(deps.db, deps.council.id, id);
  if (!bundle) throw new HomewardError('PAGE_NOT_FOUND');
  return bundle;
}

/** A bundle's quarantine as CSV, by the council's own ids; the download is audited first. */
export async function quarantineCsv(
  deps: Pick<BundleDeps, 'db' | 'council' | 'clock'>,
  caller: Caller,
  id: string,
): Promise<string> {
  requireSteward(deps, caller);
  await bundleOf(deps, caller, id);
  const quarantine = await listQuarantine(deps.db, id, 1_000_000);
  await deps.db.transaction((trx) =>
    writeAudit(trx, deps.clock.now(), caller, {
      action: 'download-quarantine',
      council: deps.council.id,
      outcome: 'downloaded',
      detail: { bundle: id, lines: quarantine.length },
    }),
  );
  const head = ['Part', 'Row', 'LA Person Unique Identifier', 'Reference', 'Column', 'Value', 'Code', 'What to do'];
  const rows = quarantine.map((line) => [
    line.part,
    String(line.row),
    line.councilId ?? '',
    line.reference ?? '',
    line.column,
    line.value,
    line.code,
    quarantineCodes[line.code as QuarantineCode] ?? '',
  ]);
  return `\ufeff${[head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

// A cell that begins like a formula would run in the analyst's spreadsheet: it is made text.
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// A steward acts for one council: the one that they belong to.
function requireSteward(deps: Pick<BundleDeps, 'council'>, caller: Caller): void {
  requirePermission(caller, 'steward-bundles');
  if (caller.organisation !== deps.council.id) throw new HomewardError('NOT_ALLOWED');
}
