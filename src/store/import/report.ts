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
  const keys = kind === 'care' ? 'stage_person' : 'stage_key';
  await sql`
    insert into quarantine (bundle_id, council, part, row_number, code, column_name, value, council_id, person_key, reference)
    select distinct on (s.row_number) ${bundle}::bigint, ${council}::text, ${kind}::text, s.row_number, s.code, s.column_name, s.value,
      ${sql.raw(has('council_id'))}, ${sql.raw(names.includes('council_id') ? 'k.person_key' : 'null::bigint')}, ${sql.raw(reference)}
    from ${sql.table(stages[kind].table)} s
    ${sql.raw(names.includes('council_id') ? `left join ${keys} k on k.council_id = s.council_id` : '')}
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
  const stands = sql`council = ${council} and until_bundle is null`;
  const stillOpen = sql`(end_date is null or end_date >= ${today}::date)`;
  const open = sql`${stands} and ${stillOpen}`;
  const { rows } = await sql<Record<string, string>>`
    select
      (select count(*) from person_detail where ${stands}) as people,
      (select count(*) from count_unmatched where not matched) as unmatched,
      (select count(distinct person_key) from (
          select person_key from referral where ${stands}
          union all select person_key from restriction where ${stands}
          union all select person_key from package_provider where ${stands}) o
        where not exists (select from person_detail d where ${stands} and d.person_key = o.person_key)
        and not exists (select from count_alias a where a.person_key = o.person_key)) as unknown,
      (select count(*) from package p where council = ${council} and until_bundle = ${bundle}::bigint and ${stillOpen}
        and (select 1 from package o where o.council = p.council and o.person_key = p.person_key and o.reference = p.reference
          and o.until_bundle is null and (o.end_date is null or o.end_date >= ${today}::date) limit 1) is null) as omitted,
      (select count(*) from package where ${open}) as packages,
      (select count(*) from package p where ${open}
        and exists (select from service_label l where ${stands} and shown and l.component = p.component)
        and not exists (select from count_hidden h where h.person_key = p.person_key)
        and not exists (select from count_unmatched u where u.person_key = p.person_key)) as shown`.execute(trx.sql);
  const unmapped = sql`select component as name, count(*) as n from package p
    where ${open} and not exists (select from service_label l where ${stands} and l.component = p.component)
    group by 1 order by 2 desc, 1`;
  const hasPhone = sql`${stands} and (phone is not null or out_of_hours_phone is not null)`;
  const withoutPhone = sql`
    select coalesce(cqc_location_id, local_reference, 'no provider given') as name, count(*) as n
    from (select p.person_key, p.reference, p.cqc_location_id from package p where ${open}
      and not exists (select from provider_contact c where ${hasPhone} and c.cqc_location_id = p.cqc_location_id)
      and not exists (select from directory_entry e where ${stands} and phone is not null and e.cqc_location_id = p.cqc_location_id)) p
    left join (select person_key, reference, min(local_reference) as local_reference from package_provider
      where ${stands} group by 1, 2) l using (person_key, reference)
    where not exists (select from provider_contact c where ${hasPhone} and c.local_reference = l.local_reference)
    group by 1 order by 2 desc, 1 limit 200`;
  const count = rows[0] ?? {};
  const counts = {
    people: Number(count['people']),
    peopleMatched: Number(count['people']) - Number(count['unmatched']),
    peopleUnknownToCare: Number(count['unknown']),
    packages: Number(count['packages']),
    packagesShown: Number(count['shown']),
    endedByOmission: Number(count['omitted']),
    unmappedServices: await tally(trx, unmapped),
    providersWithoutPhone: await tally(trx, withoutPhone),
  };
  await sql`set local enable_nestloop to default`.execute(trx.sql);
  return counts;
}

// The planner may take tables that have just been filled for nearly empty, and would then loop through a
// council once for each of its people. So wholes are joined as wholes, and what is asked of a few people is
// asked for each by index ("offset 0" and sub-selects keep it so).
async function gatherForCounting(trx: Trx, council: string, today: string): Promise<void> {
  const cared = (of: string): RawBuilder<unknown> =>
    sql`${sql.table(of)}.council = ${council} and ${sql.raw(`${of}.kind = 'nhs-number' and ${of}.part = 'care' and ${of}.until_bundle is null`)}`;
  // Whoever holds a number by the care part, and nobody else holds it.
  const holder = (value: string): RawBuilder<unknown> => sql`(select min(n.person_key) from person_identifier n
    where ${cared('n')} and n.value = ${sql.raw(value)} having min(n.person_key) = max(n.person_key))`;
  // Whom the import remembers, a good number of their own identifies: only the others need be looked at.
  await sql`
    create temporary table count_unmatched on commit drop as
    select person_key, matched from (
      select d.person_key, d.birth_date is not null as born, not d.under_review and exists (
        select from person_identifier i where ${cared('i')} and i.person_key = d.person_key
          and ${holder('i.value')} is not null) as matched
      from person p join person_detail d on d.council = p.council and d.person_key = p.person_key and d.until_bundle is null
      where p.council = ${council} and p.seen is null) m
    where not (matched and born)`.execute(trx.sql);
  // People whom another part names by number alone, and who are known to the care part.
  await sql`
    create temporary table count_alias on commit drop as
    select o.person_key from (select distinct i.person_key, i.value from person_identifier i
      where i.council = ${council} and i.part in ('safeguarding', 'restrictions') and i.until_bundle is null) o
    where ${holder('o.value')} is not null
      and (select 1 from person_identifier n
        where n.council = ${council} and n.person_key = o.person_key and n.kind = 'council-id' limit 1) is null`.execute(
    trx.sql,
  );
  await sql`
    create temporary table count_hidden on commit drop as
    with restricted as (select person_key from restriction where council = ${council} and until_bundle is null
      and from_date <= ${today}::date and (until_date is null or until_date >= ${today}::date))
    select person_key from restricted
    union select ${holder('i.value')} from restricted r
      cross join lateral (select i.value from person_identifier i where i.council = ${council}
        and i.person_key = r.person_key and i.kind = 'nhs-number' and i.until_bundle is null offset 0) i`.execute(
    trx.sql,
  );
  await sql`set local enable_nestloop to off`.execute(trx.sql);
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
