/**
 * Makes the facts that stand equal to what was staged, by difference: rows no longer said are
 * closed, rows newly said are opened, all others are left alone. So an unchanged extract writes
 * nothing, and going back a bundle is exact.
 */
import { sql } from 'kysely';
import type { Trx } from '../database.ts';

/** A table of facts: its columns beside council, person key, fingerprint and bundle numbers. */
export interface FactTable {
  readonly table: string;
  readonly personal: boolean;
  readonly columns: readonly string[];
}

export const factTables = {
  detail: fact('person_detail', true, ['family', 'given', 'birth_date', 'death_date', 'gender', 'under_review']),
  package: fact('package', true, [
    'reference',
    'component',
    'full_cost',
    'start_date',
    'end_date',
    'cqc_location_id',
    'cqc_location_name',
  ]),
  packageProvider: fact('package_provider', true, ['reference', 'local_reference']),
  contact: fact('provider_contact', false, [
    'cqc_location_id',
    'local_reference',
    'name',
    'phone',
    'office_hours',
    'out_of_hours_phone',
    'email',
    'notes',
    'last_confirmed',
  ]),
  directory: fact('directory_entry', false, ['cqc_location_id', 'name', 'phone']),
  referral: fact('referral', true, ['reference', 'state']),
  restriction: fact('restriction', true, ['reason', 'from_date', 'until_date']),
  numberChange: fact('number_change', false, ['old_number', 'new_number', 'reason', 'changed_on']),
  service: fact('service_label', false, ['component', 'shown', 'label']),
} as const;

function fact(table: string, personal: boolean, columns: readonly string[]): FactTable {
  return { table, personal, columns };
}

export interface Change {
  readonly opened: number;
  readonly closed: number;
}

/**
 * Reconciles one table with a query.
 * @param select SQL giving the table's columns (with `person_key` first where personal), duplicates allowed
 */
export async function reconcile(
  trx: Trx,
  target: FactTable,
  select: string,
  council: string,
  bundle: string,
): Promise<Change> {
  const columns = target.personal ? ['person_key', ...target.columns] : target.columns;
  const wanted = `wanted_${target.table}`;
  // A row's fingerprint is taken over its values with nulls kept apart from empty text.
  const fingerprint = `md5(row(${columns.map((name) => `w.${name}`).join(', ')})::text)::uuid`;
  await sql
    .raw(
      `create temporary table ${wanted} on commit drop as
      select distinct on (fingerprint) * from (select w.*, ${fingerprint} as fingerprint from (${select}) w) f order by fingerprint`,
    )
    .execute(trx.sql);
  await sql.raw(`create index on ${wanted} (fingerprint)`).execute(trx.sql);
  await sql.raw(`analyze ${wanted}`).execute(trx.sql);
  const closed = await sql`
    update ${sql.table(target.table)} t set until_bundle = ${bundle}
    where t.council = ${council} and t.until_bundle is null
      and not exists (select 1 from ${sql.table(wanted)} w where w.fingerprint = t.fingerprint)`.execute(trx.sql);
  const list = sql.raw(columns.join(', '));
  const opened = await sql`
    insert into ${sql.table(target.table)} (council, ${list}, fingerprint, from_bundle)
    select ${council}::text, ${list}, fingerprint, ${bundle}::bigint from ${sql.table(wanted)} w
    where not exists (select 1 from ${sql.table(target.table)} t
      where t.council = ${council} and t.until_bundle is null and t.fingerprint = w.fingerprint)`.execute(trx.sql);
  await sql.raw(`drop table ${wanted}`).execute(trx.sql);
  return { opened: Number(opened.numAffectedRows ?? 0), closed: Number(closed.numAffectedRows ?? 0) };
}

/**
 * Reconciles which NHS numbers a part says belong to whom. Closed rows stay with their dates:
 * "who looked at this person" must find the look-ups made under an earlier number.
 * @param select SQL giving person_key and value
 */
export async function reconcileNumbers(
  trx: Trx,
  part: string,
  select: string,
  { council, bundle, asAt }: { council: string; bundle: string; asAt: Date },
): Promise<void> {
  await sql
    .raw(
      `create temporary table wanted_identifier on commit drop as
      select distinct person_key, value, md5(row(person_key, value)::text)::uuid as fingerprint from (${select}) w`,
    )
    .execute(trx.sql);
  await sql.raw('create index on wanted_identifier (fingerprint)').execute(trx.sql);
  await sql.raw('analyze wanted_identifier').execute(trx.sql);
  await sql`
    update person_identifier t set until_bundle = ${bundle}, valid_until = ${asAt}
    where t.council = ${council} and t.part = ${part} and t.until_bundle is null
      and not exists (select 1 from wanted_identifier w where w.fingerprint = t.fingerprint)`.execute(trx.sql);
  await sql`
    insert into person_identifier (council, person_key, kind, value, part, fingerprint, valid_from, from_bundle)
    select ${council}::text, person_key, 'nhs-number', value, ${part}::text, fingerprint, ${asAt}::timestamptz, ${bundle}::bigint
    from wanted_identifier w where not exists (select 1 from person_identifier t
      where t.council = ${council} and t.part = ${part} and t.until_bundle is null and t.fingerprint = w.fingerprint)`.execute(
    trx.sql,
  );
  await sql.raw('drop table wanted_identifier').execute(trx.sql);
}
