/** Bundles received, their parts, reports and quarantine; and going back one. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { PartKind } from '../domain/agreement.ts';
import type { BundleManifest, BundlePart } from '../domain/extract/bundle.ts';
import { HomewardError } from '../domain/error.ts';
import type { PartStates } from '../domain/record.ts';
import type { Db, Trx } from './database.ts';
import { factTables } from './import/reconcile.ts';
import { forgetPersons } from './import/seen.ts';

export type BundleState = 'landed' | 'held' | 'released' | 'discarded' | 'rolled-back';

export interface StoredPart {
  readonly kind: PartKind;
  readonly asAt: Date;
  readonly extractedAt: Date;
  readonly sha256: string;
  readonly bundle: string;
}

/** Lets one bundle of a council land at a time; held until the transaction ends. */
export async function lockCouncil(trx: Trx, council: string): Promise<void> {
  await sql`set local lock_timeout = '5min'`.execute(trx.sql);
  await sql`select pg_advisory_xact_lock(7207, hashtext(${council}))`.execute(trx.sql).catch((cause: unknown) => {
    if ((cause as { code?: string }).code !== '55P03') throw cause;
    throw new HomewardError('BUSY', 'Another extract of this council is landing: try again when it is done.', {
      cause,
    });
  });
}

/** The part that stands now, for each kind that a council has ever sent. */
export async function currentParts(db: Db, council: string): Promise<StoredPart[]> {
  const { rows } = await sql<{ kind: PartKind; as_at: Date; extracted_at: Date; sha256: string; bundle_id: string }>`
    select distinct on (kind) kind, as_at, extracted_at, sha256, bundle_id from bundle_part
    where council = ${council} and applied order by kind, bundle_id desc`.execute(db.sql);
  return rows.map((row) => ({
    kind: row.kind,
    asAt: row.as_at,
    extractedAt: row.extracted_at,
    sha256: row.sha256,
    bundle: row.bundle_id,
  }));
}

/** Ages of the parts that stand, as policy needs them. */
export function partStates(parts: readonly StoredPart[]): PartStates {
  return Object.fromEntries(parts.map((part) => [part.kind, { asAt: part.asAt, bundle: part.bundle }]));
}

export interface NewBundle {
  readonly manifest: BundleManifest;
  readonly state: 'landed' | 'held';
  readonly receivedAt: Date;
  readonly receivedBy: string;
  readonly parts: readonly { part: BundlePart; sha256: string; rows: number; applied: boolean }[];
}

/** Records a bundle and its parts; its report is added when it is known. @returns the bundle's id */
export async function insertBundle(trx: Trx, bundle: NewBundle): Promise<string> {
  const { manifest } = bundle;
  const { bundle_id } = await trx.sql
    .insertInto('bundle')
    .values({
      council: manifest.council,
      source: manifest.source,
      extracted_at: manifest.extractedAt,
      received_at: bundle.receivedAt,
      received_by: bundle.receivedBy,
      state: bundle.state,
      report: '{}',
    })
    .returning('bundle_id')
    .executeTakeFirstOrThrow();
  await trx.sql
    .insertInto('bundle_part')
    .values(
      bundle.parts.map(({ part, sha256, rows, applied }) => ({
        bundle_id,
        council: manifest.council,
        kind: part.kind,
        as_at: part.asAt,
        extracted_at: manifest.extractedAt,
        sha256,
        rows,
        applied,
      })),
    )
    .execute();
  return bundle_id;
}

/** Takes back a bundle row under which nothing was landed. */
export async function removeBundle(trx: Trx, bundle: string): Promise<void> {
  await trx.sql.deleteFrom('bundle_part').where('bundle_id', '=', bundle).execute();
  await trx.sql.deleteFrom('bundle').where('bundle_id', '=', bundle).execute();
}

/** Keeps a bundle's report beside it. */
export async function saveReport(trx: Trx, bundle: string, report: object): Promise<void> {
  await trx.sql
    .updateTable('bundle')
    .set({ report: JSON.stringify(report) })
    .where('bundle_id', '=', bundle)
    .execute();
}

/** Moves a bundle from one state to another. @returns false when it was not in the first */
export async function moveBundle(trx: Trx, bundle: string, from: BundleState, to: BundleState): Promise<boolean> {
  const moved = await trx.sql
    .updateTable('bundle')
    .set({ state: to })
    .where('bundle_id', '=', bundle)
    .where('state', '=', from)
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

export interface StoredBundle {
  readonly id: string;
  readonly council: string;
  readonly source: string;
  readonly extractedAt: Date;
  readonly receivedAt: Date;
  readonly receivedBy: string;
  readonly state: BundleState;
  readonly report: unknown;
}

/** A council's held bundles, then its latest others, newest first. */
export async function listBundles(db: Db, council: string, limit: number): Promise<StoredBundle[]> {
  const rows = await db.sql
    .selectFrom('bundle')
    .selectAll()
    .where('council', '=', council)
    // What waits for a person is never pushed out of the list by what came later.
    .orderBy((order) => order('state', '=', 'held'), 'desc')
    .orderBy('bundle_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toStored);
}

/** One bundle of a council, or null. */
export async function findBundle(db: Db, council: string, id: string): Promise<StoredBundle | null> {
  if (!/^\d{1,18}$/.test(id)) return null;
  const row = await db.sql
    .selectFrom('bundle')
    .selectAll()
    .where('council', '=', council)
    .where('bundle_id', '=', id)
    .executeTakeFirst();
  return row ? toStored(row) : null;
}

function toStored(row: {
  bundle_id: string;
  council: string;
  source: string;
  extracted_at: Date;
  received_at: Date;
  received_by: string;
  state: BundleState;
  report: unknown;
}): StoredBundle {
  return {
    id: row.bundle_id,
    council: row.council,
    source: row.source,
    extractedAt: row.extracted_at,
    receivedAt: row.received_at,
    receivedBy: row.received_by,
    state: row.state,
    report: row.report,
  };
}

export interface QuarantinedLine {
  readonly part: string;
  readonly row: number;
  readonly code: string;
  readonly column: string;
  readonly value: string;
  readonly councilId: string | null;
  readonly reference: string | null;
}

/** A bundle's lines that were set aside, in the order of their files. */
export async function listQuarantine(db: Db, bundle: string, limit: number): Promise<QuarantinedLine[]> {
  const rows = await db.sql
    .selectFrom('quarantine')
    .selectAll()
    .where('bundle_id', '=', bundle)
    .orderBy('part')
    .orderBy('row_number')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    part: row.part,
    row: Number(row.row_number),
    code: row.code,
    column: row.column_name,
    value: row.value,
    councilId: row.council_id,
    reference: row.reference,
  }));
}

const everyFactTable = [...Object.values(factTables).map((fact) => fact.table), 'person_identifier'];

/**
 * Undoes a council's newest landed bundle: what it opened is gone, what it closed stands again.
 * Restrictions and objections that it brought stay in force all the same: going back must never
 * show somebody who asked not to be shown (hazard H26).
 */
export async function undoBundle(trx: Trx, council: string, bundle: string): Promise<void> {
  for (const table of everyFactTable) {
    const kept = table === 'person_identifier' ? sql`and part not in ('person', 'restrictions')` : sql``;
    if (table !== factTables.restriction.table) {
      await sql`delete from ${sql.table(table)} where council = ${council} and from_bundle = ${bundle} ${kept}`.execute(
        trx.sql,
      );
    }
    const dates = table === 'person_identifier' ? sql`, valid_until = null` : sql``;
    await sql`
      update ${sql.table(table)} t set until_bundle = null ${dates}
      where t.council = ${council} and t.until_bundle = ${bundle} ${unlessItStands(table, council)}`.execute(trx.sql);
  }
  // The digests are of the bundle just undone: handed in again, it would pass for no change.
  await forgetPersons(trx, council);
  await trx.sql.updateTable('bundle_part').set({ applied: false }).where('bundle_id', '=', bundle).execute();
}

// A restriction, or its number, that stayed from a bundle undone before may stand already. Asked only of
// those: for a whole council's packages the question would take minutes.
function unlessItStands(table: string, council: string): RawBuilder<unknown> {
  const identifiers = table === 'person_identifier';
  if (!identifiers && table !== factTables.restriction.table) return sql``;
  const other = sql`not exists (select 1 from ${sql.table(table)} o where o.council = ${council}
    and o.fingerprint = t.fingerprint and o.until_bundle is null ${identifiers ? sql`and o.part = t.part` : sql``})`;
  return identifiers ? sql`and (t.part <> 'restrictions' or ${other})` : sql`and ${other}`;
}

/** Deletes facts that were closed, and lines set aside, by bundles received before a moment; what still stands stays. @returns how many rows went */
export async function forgetClosed(trx: Trx, council: string, before: Date): Promise<number> {
  let gone = 0n;
  for (const table of everyFactTable) {
    // Numbers once held are kept: they are how the audit trail finds a person's earlier look-ups.
    if (table === 'person_identifier') continue;
    const result = await sql`
      delete from ${sql.table(table)} t using bundle b
      where t.council = ${council} and t.until_bundle = b.bundle_id and b.received_at < ${before}`.execute(trx.sql);
    gone += result.numAffectedRows ?? 0n;
  }
  const lines = await sql`
    delete from quarantine q using bundle b where q.bundle_id = b.bundle_id and b.council = ${council} and b.received_at < ${before}
      and not exists (select 1 from bundle_part p where p.bundle_id = b.bundle_id and p.applied and not exists (
        select 1 from bundle_part n where n.council = p.council and n.kind = p.kind and n.applied and n.bundle_id > p.bundle_id))`.execute(
    trx.sql,
  );
  gone += lines.numAffectedRows ?? 0n;
  return Number(gone);
}

/** Ids of a council's held bundles that were received before a moment. */
export async function heldBefore(db: Db, council: string, before: Date): Promise<string[]> {
  const rows = await db.sql
    .selectFrom('bundle')
    .select('bundle_id')
    .where('council', '=', council)
    .where('state', '=', 'held')
    .where('received_at', '<', before)
    .execute();
  return rows.map((row) => row.bundle_id);
}
