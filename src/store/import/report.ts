/** Counts taken inside the import's transaction, for its report and for the checks that hold a bundle. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { PartKind } from '../../domain/agreement.ts';
import type { Trx } from '../database.ts';
import type { Schema } from '../schema.ts';
import type { Landing } from './persons.ts';
import { stages } from './stages.ts';

/** Copies the lines that were set aside out of a part's stage, under the council's own ids. */
export async function keepQuarantine(trx: Trx, kind: PartKind, { council, bundle }: Landing): Promise<void> {
  const names = stages[kind].columns.map(([name]) => name);
  const has = (name: string): string => (names.includes(name) ? `s.${name}` : 'null::text');
  const reference = kind === 'contacts' ? 's.local_reference' : has('reference');
  await sql`
    insert into quarantine (bundle_id, council, part, row_number, code, column_name, value, council_id, person_key, reference)
    select distinct on (s.row_number) ${bundle}::bigint, ${council}::text, ${kind}::text, s.row_number, s.code, s.column_name, s.value,
      ${sql.raw(has('council_id'))}, ${sql.raw(names.includes('council_id') ? 'k.person_key' : 'null::bigint')}, ${sql.raw(reference)}
    from ${sql.table(stages[kind].table)} s
    ${sql.raw(names.includes('council_id') ? 'left join stage_key k on k.council_id = s.council_id' : '')}
    where s.code is not null
    order by s.row_number, ${sql.raw(names.includes('council_id') ? 's.council_id nulls last' : '1')}`.execute(trx.sql);
}

/** Open packages and referrals of a council now: the fall from one bundle to the next is watched. */
export async function countOpen(
  trx: Trx,
  council: string,
  today: string,
): Promise<{ packages: number; referrals: number }> {
  const { rows } = await sql<{ packages: string; referrals: string }>`
    select (select count(*) from package where council = ${council} and until_bundle is null
        and (end_date is null or end_date >= ${today}::date)) as packages,
      (select count(*) from referral where council = ${council} and until_bundle is null and state = 'open') as referrals`.execute(
    trx.sql,
  );
  return { packages: Number(rows[0]?.packages), referrals: Number(rows[0]?.referrals) };
}

export interface CouncilCounts {
  /** People named by the care part; and those of them whom exactly one good NHS number identifies. */
  readonly people: number;
  readonly peopleMatched: number;
  /** People named only by parts other than care. */
  readonly peopleUnknownToCare: number;
  readonly packages: number;
  readonly packagesShown: number;
  readonly endedByOmission: number;
  /** Service components of open packages that the service map does not name, with how many packages. */
  readonly unmappedServices: Record<string, number>;
  /** Providers of open packages for whom no phone is known, by id, with how many packages. */
  readonly providersWithoutPhone: Record<string, number>;
}

/** Counts a council as it stands after a bundle has landed. */
export async function countCouncil(trx: Trx, { council, bundle }: Landing, today: string): Promise<CouncilCounts> {
  await gatherForCounting(trx, council, today);
  const { rows } = await sql<Record<string, string>>`
    select
      (select count(*) from count_person) as people,
      (select count(*) from count_person where matched) as matched,
      (select count(distinct person_key) from (
          select person_key from referral where council = ${council} and until_bundle is null
          union select person_key from restriction where council = ${council} and until_bundle is null
          union select person_key from package_provider where council = ${council} and until_bundle is null) o
        where person_key not in (select person_key from count_person)
        and person_key not in (select person_key from count_alias)) as unknown,
      (select count(*) from count_open) as packages,
      (select count(*) from package p where council = ${council} and until_bundle = ${bundle}::bigint
        and (end_date is null or end_date >= ${today}::date)
        and (person_key, reference) not in (select person_key, reference from count_open)) as omitted,
      (select count(*) from count_open o join count_person p using (person_key)
        where p.matched and p.born
        and o.component in (select component from service_label where council = ${council} and until_bundle is null and shown)
        and o.person_key not in (select person_key from count_hidden)) as shown`.execute(trx.sql);
  const count = rows[0] ?? {};
  return {
    people: Number(count['people']),
    peopleMatched: Number(count['matched']),
    peopleUnknownToCare: Number(count['unknown']),
    packages: Number(count['packages']),
    packagesShown: Number(count['shown']),
    endedByOmission: Number(count['omitted']),
    unmappedServices: await tally(
      trx,
      sql`select component as name, count(*) as n from count_open
        where component not in (select component from service_label where council = ${council} and until_bundle is null)
        group by 1 order by 2 desc, 1`,
    ),
    providersWithoutPhone: await tally(
      trx,
      sql`select coalesce(cqc_location_id, local_reference, 'no provider given') as name, count(*) as n from count_open
        where coalesce(cqc_location_id, '') not in (
            select cqc_location_id from provider_contact where council = ${council} and until_bundle is null
              and cqc_location_id is not null and (phone is not null or out_of_hours_phone is not null)
            union select cqc_location_id from directory_entry where council = ${council} and until_bundle is null and phone is not null)
          and coalesce(local_reference, '') not in (
            select local_reference from provider_contact where council = ${council} and until_bundle is null
              and local_reference is not null and (phone is not null or out_of_hours_phone is not null))
        group by 1 order by 2 desc, 1 limit 200`,
    ),
  };
}

// The big tables have just been filled and the service may not analyse them: counting over temporary
// tables that can be analysed keeps the planner from looping through a council a million times.
async function gatherForCounting(trx: Trx, council: string, today: string): Promise<void> {
  await sql`
    create temporary table count_number on commit drop as
    select value, min(person_key) as person_key from person_identifier
    where council = ${council} and kind = 'nhs-number' and part = 'care' and until_bundle is null
    group by value having count(distinct person_key) = 1`.execute(trx.sql);
  await sql`analyze count_number`.execute(trx.sql);
  await sql`
    create temporary table count_person on commit drop as
    select d.person_key, d.birth_date is not null as born,
      not d.under_review and d.person_key in (select person_key from count_number) as matched
    from person_detail d where d.council = ${council} and d.until_bundle is null`.execute(trx.sql);
  await sql`analyze count_person`.execute(trx.sql);
  await sql`
    create temporary table count_local on commit drop as
    select person_key, reference, min(local_reference) as local_reference from package_provider
    where council = ${council} and until_bundle is null group by 1, 2`.execute(trx.sql);
  await sql`analyze count_local`.execute(trx.sql);
  await sql`
    create temporary table count_package on commit drop as
    select person_key, reference, component, cqc_location_id from package
    where council = ${council} and until_bundle is null and (end_date is null or end_date >= ${today}::date)`.execute(
    trx.sql,
  );
  await sql`analyze count_package`.execute(trx.sql);
  await sql`
    create temporary table count_open on commit drop as
    select p.*, l.local_reference from count_package p left join count_local l using (person_key, reference)`.execute(
    trx.sql,
  );
  await sql`analyze count_open`.execute(trx.sql);
  // People whom another part names by number alone, and who they are to the care part.
  await sql`
    create temporary table count_alias on commit drop as
    select i.person_key, n.person_key as holder from person_identifier i join count_number n using (value)
    where i.council = ${council} and i.kind = 'nhs-number' and i.part <> 'care' and i.until_bundle is null
      and not exists (select 1 from person_identifier o
        where o.council = i.council and o.person_key = i.person_key and o.kind = 'council-id')`.execute(trx.sql);
  await sql`
    create temporary table count_hidden on commit drop as
    with restricted as (select person_key from restriction where council = ${council} and until_bundle is null
      and from_date <= ${today}::date and (until_date is null or until_date >= ${today}::date))
    select person_key from restricted
    union select n.person_key from restricted r join person_identifier i
      on i.council = ${council} and i.person_key = r.person_key and i.kind = 'nhs-number' and i.until_bundle is null
      join count_number n using (value)`.execute(trx.sql);
}

async function tally(trx: Trx, query: RawBuilder<unknown>): Promise<Record<string, number>> {
  const { rows } = await query.execute(trx.sql);
  return Object.fromEntries((rows as { name: string; n: string }[]).map(({ name, n }) => [name, Number(n)]));
}

/** How many lines of a bundle were set aside, by part and code. */
export async function countQuarantine(
  trx: Trx,
  bundle: string,
): Promise<{ part: string; code: string; lines: number }[]> {
  const { rows } = await sql<{ part: string; code: string; lines: string }>`
    select part, code, count(*) as lines from quarantine where bundle_id = ${bundle} group by 1, 2 order by 1, 3 desc, 2`.execute(
    trx.sql,
  );
  return rows.map((row) => ({ ...row, lines: Number(row.lines) }));
}

/** A line that was set aside, on its way past a transaction that is taken back. */
export type KeptLine = Omit<Schema['quarantine'], 'bundle_id' | 'person_key'>;

/** How many lines of a held bundle are kept to look into; more of them is one fault many times over. */
const mostKeptLines = 10_000;

/** The first lines that a bundle set aside. */
export async function keptLines(trx: Trx, bundle: string): Promise<KeptLine[]> {
  const rows = await trx.sql
    .selectFrom('quarantine')
    .select(['council', 'part', 'row_number', 'code', 'column_name', 'value', 'council_id', 'reference'])
    .where('bundle_id', '=', bundle)
    .orderBy('part')
    .orderBy('row_number')
    .limit(mostKeptLines)
    .execute();
  return rows;
}

/** Keeps those lines with the held bundle; they belong to nobody's record, since nothing has landed. */
export async function restoreLines(trx: Trx, bundle: string, lines: readonly KeptLine[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 1000) {
    const values = lines.slice(at, at + 1000).map((line) => ({ ...line, bundle_id: bundle, person_key: null }));
    await trx.sql.insertInto('quarantine').values(values).execute();
  }
}
