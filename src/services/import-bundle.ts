/**
 * Use case: a council's extract bundle becomes the facts that stand. One transaction: it lands
 * whole or not at all. A dry run does exactly the same and takes it back, so that what `check`
 * reports is what `import` would do.
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement, PartKind } from '../domain/agreement.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import type { BundlePart, OpenBundle, PartInspection } from '../domain/extract/bundle.ts';
import type { Council } from '../domain/organisation.ts';
import { writeAudit } from '../store/audit.ts';
import { currentParts, insertBundle, lockCouncil, moveBundle, removeBundle, saveReport } from '../store/bundles.ts';
import type { StoredPart } from '../store/bundles.ts';
import type { Database, Trx } from '../store/database.ts';
import {
  countCouncil,
  countOpen,
  countQuarantine,
  keepQuarantine,
  keptLines,
  restoreLines,
} from '../store/import/report.ts';
import type { KeptLine } from '../store/import/report.ts';
import { landPart, landingOrder } from '../store/import/land.ts';
import { gatherPersons, keyPersons } from '../store/import/persons.ts';
import { dropStaged, meetLeftOut, noteMissed, noteStaging, rememberedPersons } from '../store/import/seen.ts';
import { fillStage, planForWholes, refreshStatistics } from '../store/import/stages.ts';
import type { Change } from '../store/import/reconcile.ts';
import type { CheckReport, HoldReason, PartReport } from './import-report.ts';
import { SeenPersons } from './seen-persons.ts';
import { stageReader } from './stage-lines.ts';
import type { LineCounts } from './stage-lines.ts';

export interface ImportDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly council: Council;
  /** Every agreement of this council: what any of them shows decides what is kept. */
  readonly agreements: readonly Agreement[];
}

export interface ImportOptions {
  readonly dryRun: boolean;
  /** Who hands the bundle in. */
  readonly caller: Caller;
  /** The held bundle that a person has looked at and lets in all the same. */
  readonly release?: string;
  readonly onProgress?: (progress: { part: PartKind; bytes: number; totalBytes: number; rows: number }) => void;
}

export type ImportOutcome = 'landed' | 'held' | 'unchanged' | 'checked';

export interface ImportResult {
  readonly outcome: ImportOutcome;
  /** The bundle's id; null for a dry run and for a bundle that changed nothing. */
  readonly bundle: string | null;
  readonly report: CheckReport;
}

// In fewer lines than this, half of them being odd says nothing.
const fewestLinesJudged = 100;

// The server itself would take them at a tenth (autovacuum), but only after the transaction and in its own time.
const muchGrowth = 0.2;

/** Thrown inside the transaction to take everything back, carrying what was learnt. */
class TakeBack extends Error {
  readonly report: CheckReport;
  readonly lines: readonly KeptLine[];
  constructor(report: CheckReport, lines: readonly KeptLine[]) {
    super('taken back');
    this.report = report;
    this.lines = lines;
  }
}

/**
 * Imports or checks a bundle.
 * @throws HomewardError BUNDLE_COUNCIL, BUNDLE_OLDER, BUNDLE_CONFLICT, PART_HEADER, PART_ENCODING,
 *   PART_CSV; nothing has changed then
 */
export async function importBundle(
  deps: ImportDeps,
  bundle: OpenBundle,
  options: ImportOptions,
): Promise<ImportResult> {
  const { manifest } = bundle;
  if (manifest.council !== deps.council.id) {
    throw new HomewardError('BUNDLE_COUNCIL', `It says ${manifest.council}; this is ${deps.council.id}.`);
  }
  const inspections: PartInspection[] = [];
  for (const part of manifest.parts) inspections.push(await bundle.inspect(part));
  try {
    return await deps.db.transaction((trx) => land(trx, deps, bundle, inspections, options), { slow: true });
  } catch (error) {
    if (!(error instanceof TakeBack)) throw error;
    if (options.dryRun) return { outcome: 'checked', bundle: null, report: error.report };
    return recordHeld(deps, bundle, inspections, options, error);
  }
}

async function land(
  trx: Trx,
  deps: ImportDeps,
  bundle: OpenBundle,
  inspections: readonly PartInspection[],
  options: ImportOptions,
): Promise<ImportResult> {
  const { clock, council } = deps;
  const today = londonDate(clock.now());
  await lockCouncil(trx, council.id);
  await planForWholes(trx);
  const before = await currentParts(trx, council.id);
  const standing = new Map(
    inspections.map((one) => [one.part.kind, compare(one, bundle.manifest.extractedAt, before)]),
  );
  const applied = inspections.filter((one) => standing.get(one.part.kind) === 'newer');
  if (applied.length === 0 && [...standing.values()].includes('older')) throw new HomewardError('BUNDLE_OLDER');

  const openBefore = await countOpen(trx, council.id, today);
  const id = await insertBundle(trx, {
    manifest: bundle.manifest,
    state: 'landed',
    receivedAt: clock.now(),
    receivedBy: options.caller.name,
    parts: inspections.map((one) => ({
      part: one.part,
      sha256: one.sha256,
      rows: one.rows,
      applied: applied.includes(one),
    })),
  });
  const { counts, partial } = await stageAll(trx, deps, bundle, id, applied, options);
  const landing = { council: council.id, bundle: id, partial };
  const kinds = applied.map((one) => one.part.kind);
  await keyPersons(trx, kinds, landing);
  const changes = new Map<PartKind, Change>();
  for (const kind of landingOrder.filter((one) => kinds.includes(one))) {
    const { part } = applied.find((one) => one.part.kind === kind) as PartInspection;
    const change = await landPart[kind](trx, { ...landing, asAt: part.asAt });
    changes.set(kind, change);
    if (kind === 'care' && change.opened > openBefore.packages * muchGrowth) await refreshStatistics(trx);
    await keepQuarantine(trx, kind, landing);
  }
  const openAfter = await countOpen(trx, council.id, today);
  const quarantine = await countQuarantine(trx, id);
  const lines = async (): Promise<KeptLine[]> => (options.dryRun ? [] : keptLines(trx, id));
  const had = new Set(before.map((part) => part.kind));
  const report: CheckReport = {
    council: council.id,
    source: bundle.manifest.source,
    extractedAt: bundle.manifest.extractedAt.toISOString(),
    parts: inspections.map((one) => partReport(one, standing.get(one.part.kind) ?? 'same', counts, changes)),
    quarantine,
    dropped: mergeDropped(counts),
    people: await countCouncil(trx, landing, today),
    openBefore,
    openAfter,
    hold: [
      ...applied.flatMap((one) =>
        one.problems.map((problem): HoldReason => ({ part: one.part.kind, reason: problem })),
      ),
      ...fallen('care', had, openBefore.packages, openAfter.packages, council),
      ...fallen('safeguarding', had, openBefore.referrals, openAfter.referrals, council),
      ...unnamed(quarantine),
      ...mostlyUnusable(applied, quarantine, mergeDropped(counts)),
    ],
  };
  if (options.dryRun || (report.hold.length > 0 && options.release === undefined))
    throw new TakeBack(report, await lines());
  if (options.release !== undefined && !(await moveBundle(trx, options.release, 'held', 'released'))) {
    throw new HomewardError('BUNDLE_NOT_HELD');
  }
  if (applied.length === 0) {
    await removeBundle(trx, id);
    return { outcome: 'unchanged', bundle: null, report };
  }
  await saveReport(trx, id, report);
  await writeAudit(trx, deps.clock.now(), options.caller, {
    action: options.release === undefined ? 'import-bundle' : 'release-bundle',
    council: council.id,
    outcome: 'landed',
    detail: { bundle: id, released: options.release ?? null },
  });
  return { outcome: 'landed', bundle: id, report };
}

// A part that a newer one has overtaken is passed over by itself: the hourly safeguarding part must
// not keep last night's care part out (docs/adr/0004).
function compare(
  { part, sha256 }: PartInspection,
  extractedAt: Date,
  before: readonly StoredPart[],
): 'newer' | 'same' | 'older' {
  const now = before.find((one) => one.kind === part.kind);
  if (!now) return 'newer';
  const order = part.asAt.getTime() - now.asAt.getTime() || extractedAt.getTime() - now.extractedAt.getTime();
  if (order > 0) return part.asAt.getTime() === now.asAt.getTime() && sha256 === now.sha256 ? 'same' : 'newer';
  if (order < 0) return 'older';
  if (sha256 === now.sha256) return 'same';
  throw new HomewardError('BUNDLE_CONFLICT', `Part ${part.kind}: extract it again with its own time.`);
}

async function stageAll(
  trx: Trx,
  deps: ImportDeps,
  bundle: OpenBundle,
  id: string,
  applied: readonly PartInspection[],
  options: ImportOptions,
): Promise<{ counts: Map<PartKind, LineCounts>; partial: boolean }> {
  const totalBytes = applied.reduce((sum, one) => sum + one.bytes, 0);
  const counts = new Map<PartKind, LineCounts>();
  const context = {
    council: deps.council.id,
    today: londonDate(deps.clock.now()),
    keepEndedSince: londonDate(
      new Date(deps.clock.now().getTime() - Math.max(0, ...deps.agreements.map((one) => one.recentlyEnded))),
    ),
    // An agreement that is off, or over, is no reason to keep anything.
    keepFullCost: deps.agreements.some(
      (one) => one.fullCostPackages === 'shown' && isInForce(one, londonDate(deps.clock.now())),
    ),
  };
  let bytes = 0;
  let rows = 0;
  const fill = async (inspection: PartInspection, seen: SeenPersons | null): Promise<void> => {
    const { kind } = inspection.part;
    const reader = stageReader(kind, inspection.header, context, seen);
    const batches = async function* (): AsyncGenerator<string[]> {
      for await (const batch of bundle.lines(inspection, (read) => (bytes += read))) {
        rows += batch.length;
        options.onProgress?.({ part: kind, bytes, totalBytes, rows });
        yield reader.read(batch);
      }
      yield reader.end();
    };
    await fillStage(trx, kind, batches());
    options.onProgress?.({ part: kind, bytes, totalBytes, rows });
    counts.set(kind, reader.counts);
  };
  let partial = false;
  for (const inspection of applied) {
    if (inspection.part.kind !== 'care') {
      await fill(inspection, null);
      continue;
    }
    const before = { bytes, rows };
    partial = await stageCare(trx, { council: deps.council.id, bundle: id, now: deps.clock.now() }, (seen) => {
      ({ bytes, rows } = before);
      return fill(inspection, seen);
    });
  }
  return { counts, partial };
}

/**
 * Stages the care part: only the people of whom it says something else than the one that stands, or
 * everybody where that cannot be done.
 * @returns whether people were left out
 */
async function stageCare(
  trx: Trx,
  landing: { readonly council: string; readonly bundle: string; readonly now: Date },
  fill: (seen: SeenPersons | null) => Promise<void>,
): Promise<boolean> {
  const remembered = await rememberedPersons(trx, landing);
  if (remembered) {
    const seen = new SeenPersons(remembered);
    await fill(seen);
    await noteMissed(trx, seen.notMet());
    await gatherPersons(trx, landing.council);
    if (!(await meetLeftOut(trx, landing.council))) {
      await noteStaging(trx, landing.bundle, 'changed');
      return true;
    }
    await dropStaged(trx);
  }
  await fill(null);
  await gatherPersons(trx, landing.council);
  await noteStaging(trx, landing.bundle, 'whole');
  return false;
}

async function recordHeld(
  deps: ImportDeps,
  bundle: OpenBundle,
  inspections: readonly PartInspection[],
  options: ImportOptions,
  { report, lines }: TakeBack,
): Promise<ImportResult> {
  const id = await deps.db.transaction(async (trx) => {
    const held = await insertBundle(trx, {
      manifest: bundle.manifest,
      state: 'held',
      receivedAt: deps.clock.now(),
      receivedBy: options.caller.name,
      parts: inspections.map((one) => ({ part: one.part, sha256: one.sha256, rows: one.rows, applied: false })),
    });
    await saveReport(trx, held, report);
    // Without them nobody could find out which lines hold it.
    await restoreLines(trx, held, lines);
    await writeAudit(trx, deps.clock.now(), options.caller, {
      action: 'import-bundle',
      council: deps.council.id,
      outcome: 'held',
      detail: { bundle: held },
    });
    return held;
  });
  return { outcome: 'held', bundle: id, report };
}

function partReport(
  one: PartInspection,
  standing: PartReport['standing'],
  counts: Map<PartKind, LineCounts>,
  changes: Map<PartKind, Change>,
): PartReport {
  const { part } = one as { part: BundlePart };
  return {
    kind: part.kind,
    file: part.file,
    asAt: part.asAt.toISOString(),
    rows: one.rows,
    standing,
    encoding: one.encoding,
    unknownColumns: one.header.unknown,
    used: counts.get(part.kind)?.used ?? 0,
    opened: changes.get(part.kind)?.opened ?? 0,
    closed: changes.get(part.kind)?.closed ?? 0,
  };
}

function mergeDropped(counts: Map<PartKind, LineCounts>): Record<string, number> {
  return Object.fromEntries([...(counts.get('care')?.dropped ?? new Map<string, number>())].sort());
}

function fallen(
  part: PartKind,
  had: ReadonlySet<PartKind>,
  before: number,
  after: number,
  council: Council,
): HoldReason[] {
  if (!had.has(part) || before === 0) return [];
  const percent = ((before - after) / before) * 100;
  return percent > council.fallLimitPercent ? [{ part, reason: 'FALL', before, after }] : [];
}

// Columns that were swapped in the making (birth date and start date, say) leave hardly a line usable,
// and a council's first extract has nothing to fall from.
function mostlyUnusable(
  applied: readonly PartInspection[],
  quarantine: readonly { part: string; lines: number }[],
  dropped: Readonly<Record<string, number>>,
): HoldReason[] {
  const rows = applied.find((one) => one.part.kind === 'care')?.rows ?? 0;
  if (rows < fewestLinesJudged) return [];
  const setAside = quarantine.filter(({ part }) => part === 'care').reduce((sum, { lines }) => sum + lines, 0);
  const lines = setAside + (dropped['under-18'] ?? 0);
  return lines > rows / 2 ? [{ part: 'care', reason: 'MOSTLY_UNUSABLE', lines }] : [];
}

// A referral or restriction that names nobody, or that claims to be another council's, could be
// anybody's: then "none recorded" and "not restricted" are not known to be true.
function unnamed(quarantine: readonly { part: string; code: string; lines: number }[]): HoldReason[] {
  return quarantine
    .filter(
      ({ part, code }) =>
        (part === 'safeguarding' || part === 'restrictions') &&
        ['NOBODY_NAMED', 'ROW_SHAPE', 'WRONG_COUNCIL'].includes(code),
    )
    .map(({ part, lines }) => ({ part: part as PartKind, reason: 'NOBODY_NAMED', lines }));
}
