/**
 * Makes the facts that stand equal to what was staged, by difference: rows no longer said are
 * closed, rows newly said are opened, all others are left alone. So an unchanged extract writes
 * nothing, and going back a bundle is exact.
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
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
 * @param whose a table of the people (person_key) whose rows are decided; all when null
 */
export async function reconcile(
  trx: Trx,
  target: FactTable,
  select: string,
  council: string,
  bundle: string,
  whose: string | null = null,
): Promise<Change> {
  const columns = target.personal ? ['person_key', ...target.columns] : target.columns;
  // Rows are compared by a hash that is worked out for both sides here and now and is kept nowhere: 64 bits,
  // among one person's rows only, or among the tens of thousands of a table that is about nobody in particular.
  // The fingerprint costs ten times as much: new rows alone get one.
  const hash = (of: string): string =>
    `hash_record_extended(row(${columns.map((name) => `${of}.${name}`).join(', ')}), 0)`;
  const list = columns.join(', ');
  await findChanges(trx, {
    wanted: sql`select ${sql.raw(`w.*, ${hash('w')}`)} as hash from (${sql.raw(select)}) w`,
    standing: sql`select ${sql.raw(`${target.personal ? 't.person_key, ' : ''}t.fingerprint, ${hash('t')}`)} as hash
      from ${sql.table(target.table)} t where t.council = ${council} and t.until_bundle is null ${only(whose)}`,
    columns,
    same: target.personal ? ['person_key', 'hash'] : ['hash'],
  });
  const closed = await sql`
    update ${sql.table(target.table)} t set until_bundle = ${bundle}
    where t.council = ${council} and t.until_bundle is null and t.fingerprint = ${noLongerSaid}`.execute(trx.sql);
  // A row's fingerprint is taken over its values with nulls kept apart from empty text.
  const fingerprint = `md5(row(${list})::text)::uuid`;
  const opened = await sql`
    insert into ${sql.table(target.table)} (council, ${sql.raw(list)}, fingerprint, from_bundle)
    select distinct on (fingerprint) ${council}::text, ${sql.raw(list)}, fingerprint, ${bundle}::bigint
    from (select ${sql.raw(list)}, ${sql.raw(fingerprint)} as fingerprint from stage_change where standing is null) c
    order by fingerprint`.execute(trx.sql);
  await sql.raw('drop table stage_change').execute(trx.sql);
  return { opened: Number(opened.numAffectedRows ?? 0), closed: Number(closed.numAffectedRows ?? 0) };
}

/**
 * Reconciles which NHS numbers a part says belong to whom. Closed rows stay with their dates:
 * "who looked at this person" must find the look-ups made under an earlier number.
 * @param select SQL giving person_key and value
 * @param whose as for {@link reconcile}
 */
export async function reconcileNumbers(
  trx: Trx,
  part: string,
  select: string,
  { council, bundle, asAt }: { council: string; bundle: string; asAt: Date },
  whose: string | null = null,
): Promise<void> {
  await findChanges(trx, {
    wanted: sql`${sql.raw(select)}`,
    standing: sql`select person_key, value, fingerprint from person_identifier
      where council = ${council} and part = ${part} and until_bundle is null ${only(whose)}`,
    columns: ['person_key', 'value'],
    same: ['person_key', 'value'],
  });
  await sql`
    update person_identifier t set until_bundle = ${bundle}, valid_until = ${asAt}
    where t.council = ${council} and t.part = ${part} and t.until_bundle is null and t.fingerprint = ${noLongerSaid}`.execute(
    trx.sql,
  );
  await sql`
    insert into person_identifier (council, person_key, kind, value, part, fingerprint, valid_from, from_bundle)
    select ${council}::text, person_key, 'nhs-number', value, ${part}::text, md5(row(person_key, value)::text)::uuid,
      ${asAt}::timestamptz, ${bundle}::bigint
    from (select distinct person_key, value from stage_change where standing is null) c`.execute(trx.sql);
  await sql.raw('drop table stage_change').execute(trx.sql);
}

function only(whose: string | null): RawBuilder<unknown> {
  return whose === null ? sql`` : sql`and person_key in (select person_key from ${sql.table(whose)})`;
}

// As a list, so that a few rows are found by index even while the planner takes the table for empty.
const noLongerSaid = sql`any (array(select standing from stage_change where standing is not null))`;

// Leaves `stage_change`: rows wanted that do not stand (`standing` null, maybe more than once), and the
// fingerprints of rows that stand and are not wanted. One pass over both sides.
async function findChanges(
  trx: Trx,
  of: {
    wanted: RawBuilder<unknown>;
    standing: RawBuilder<unknown>;
    columns: readonly string[];
    same: readonly string[];
  },
): Promise<void> {
  const on = of.same.map((name) => `t.${name} = w.${name}`).join(' and ');
  const key = of.same.at(-1);
  await sql`
    create temporary table stage_change on commit drop as
    select ${sql.raw(of.columns.map((name) => `w.${name}`).join(', '))}, t.fingerprint as standing
    from (${of.wanted}) w full join (${of.standing}) t on ${sql.raw(on)}
    where t.fingerprint is null or ${sql.raw(`w.${key}`)} is null`.execute(trx.sql);
  await sql.raw('analyze stage_change').execute(trx.sql);
}
