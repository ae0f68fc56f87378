/** Counts taken inside the import's transaction, for its report and for the checks that hold a bundle. */
import { sql } from 'kysely';
import type { PartKind } from '../../domain/agreement.ts';
import type { Trx } from '../database.ts';
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
  const { rows } = await sql<Record<string, string>>`
    with open as (select * from package where council = ${council} and until_bundle is null and (end_date is null or end_date >= ${today}::date)),
    number as (select value, count(distinct person_key) as holders, min(person_key) as person_key from person_identifier
      where council = ${council} and kind = 'nhs-number' and part = 'care' and until_bundle is null group by value)
    select
      (select count(*) from person_detail where council = ${council} and until_bundle is null) as people,
      (select count(*) from person_detail d where council = ${council} and until_bundle is null and not d.under_review
        and exists (select 1 from number n where n.person_key = d.person_key and n.holders = 1)) as matched,
      (select count(distinct person_key) from (
          select person_key from referral where council = ${council} and until_bundle is null
          union select person_key from restriction where council = ${council} and until_bundle is null
          union select person_key from package_provider where council = ${council} and until_bundle is null) o
        where not exists (select 1 from person_detail d where d.council = ${council} and d.until_bundle is null and d.person_key = o.person_key)) as unknown,
      (select count(*) from open) as packages,
      (select count(*) from package p where council = ${council} and until_bundle = ${bundle}::bigint and (end_date is null or end_date >= ${today}::date)
        and not exists (select 1 from package n where n.council = p.council and n.person_key = p.person_key
          and n.reference = p.reference and n.until_bundle is null)) as omitted,
      (select count(*) from open p join person_detail d on d.council = p.council and d.person_key = p.person_key and d.until_bundle is null
        join service_label l on l.council = p.council and l.component = p.component and l.until_bundle is null and l.shown
        where d.birth_date is not null and not d.under_review
        and exists (select 1 from number n where n.person_key = d.person_key and n.holders = 1)
        and not exists (select 1 from restriction r where r.council = p.council and r.person_key = p.person_key and r.until_bundle is null
          and r.from_date <= ${today}::date and (r.until_date is null or r.until_date >= ${today}::date))) as shown`.execute(
    trx.sql,
  );
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
      sql`
      select p.component as name, count(*) as n from package p
      where p.council = ${council} and p.until_bundle is null and (p.end_date is null or p.end_date >= ${today}::date)
        and not exists (select 1 from service_label l where l.council = p.council and l.component = p.component and l.until_bundle is null)
      group by 1 order by 2 desc, 1`,
    ),
    providersWithoutPhone: await tally(
      trx,
      sql`
      select coalesce(p.cqc_location_id, pp.local_reference, 'no provider given') as name, count(*) as n
      from package p
      left join package_provider pp on pp.council = p.council and pp.person_key = p.person_key and pp.reference = p.reference and pp.until_bundle is null
      where p.council = ${council} and p.until_bundle is null and (p.end_date is null or p.end_date >= ${today}::date)
        and not exists (select 1 from provider_contact c where c.council = p.council and c.until_bundle is null
          and (c.cqc_location_id = p.cqc_location_id or c.local_reference = pp.local_reference) and (c.phone is not null or c.out_of_hours_phone is not null))
        and not exists (select 1 from directory_entry e where e.council = p.council and e.until_bundle is null
          and e.cqc_location_id = p.cqc_location_id and e.phone is not null)
      group by 1 order by 2 desc, 1 limit 200`,
    ),
  };
}

async function tally(trx: Trx, query: ReturnType<typeof sql>): Promise<Record<string, number>> {
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
