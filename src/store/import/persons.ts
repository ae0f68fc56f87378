/** Gives everybody that a bundle names an internal key, and finds whom lines without a council id mean. */
import { sql } from 'kysely';
import type { PartKind } from '../../domain/agreement.ts';
import type { Trx } from '../database.ts';
import { stages } from './stages.ts';

export interface Landing {
  readonly council: string;
  readonly bundle: string;
}

const namingParts: readonly PartKind[] = ['care', 'package-providers', 'safeguarding', 'restrictions'];

// Asked once a statement: asked for each row it would cost more than the number itself.
const nextKey = `nextval((select pg_get_serial_sequence('person', 'person_key')::regclass))`;

/**
 * Makes keys for council ids not seen before, those of `stage_person` among them. Leaves `stage_key`
 * (council_id, person_key) for whom other parts than care name. Keys are never taken back, not even when a bundle is: audit rows refer to them.
 */
export async function keyPersons(trx: Trx, parts: readonly PartKind[], landing: Landing): Promise<void> {
  const { council, bundle } = landing;
  const cared = parts.includes('care');
  const named = parts
    .filter((kind) => kind !== 'care' && namingParts.includes(kind))
    .map((kind) => `select council_id from ${stages[kind].table} where council_id is not null`);
  const others = named.length > 0 ? named.join(' union all ') : 'select null::text where false';
  const inCare = cared
    ? 'left join stage_person p using (council_id)'
    : 'cross join (select null::bigint as person_key) p';
  // Those whom the care part names have their keys; each of the few others is looked for by index.
  await sql`
    create temporary table stage_key on commit drop as
    select n.council_id, coalesce(p.person_key, i.person_key, ${sql.raw(nextKey)}) as person_key,
      p.person_key is null and i.person_key is null as fresh
    from (select distinct council_id from (${sql.raw(others)}) o(council_id)) n ${sql.raw(inCare)}
    left join lateral (select person_key from person_identifier where council = ${council} and kind = 'council-id'
      and until_bundle is null and value = n.council_id and p.person_key is null offset 0) i on true`.execute(trx.sql);
  await sql.raw('analyze stage_key').execute(trx.sql);
  const fresh = sql.raw(`(select council_id, person_key, null::bigint as seen from stage_key where fresh
    ${cared ? 'union all select council_id, person_key, seen from stage_person where known is null' : ''}) n`);
  await sql`
    insert into person (council, person_key, created_bundle, seen) overriding system value
    select ${council}::text, person_key, ${bundle}::bigint, seen from ${fresh}`.execute(trx.sql);
  await sql`
    insert into person_identifier (council, person_key, kind, value, part, fingerprint, valid_from, from_bundle)
    select ${council}::text, person_key, 'council-id', council_id, 'person', md5(council_id)::uuid, now(), ${bundle}::bigint
    from ${fresh}`.execute(trx.sql);
}

/**
 * Leaves `stage_person`: what the care part's lines together say of each person, and their keys.
 * `known` is the key that a person has already; new ones are handed out in the order of the ids, so
 * that the rows and the indexes of a first extract are written from one end to the other. `seen` is
 * their digest, where one run of good lines that agree names them.
 */
export async function gatherPersons(trx: Trx, council: string): Promise<void> {
  await sql`
    create temporary table stage_person on commit drop as
    select o.*, coalesce(known, ${sql.raw(nextKey)}) as person_key,
      case when not numbers_differ and not births_differ then digest end as seen from (
      select p.*, i.person_key as known from (
        select council_id, count(*) as lines, case when count(digest) = 1 then nullif(max(digest), 0) end as digest,
          min(nhs_number) as nhs_number, coalesce(min(nhs_number) <> max(nhs_number), false) as numbers_differ,
          -- Children's birth dates never reach the stage, so "minor beside adult" is looked for by the flag.
          coalesce(min(birth_date) <> max(birth_date), false) or (bool_or(minor) and max(birth_date) is not null) as births_differ,
          max(birth_date) as birth_date, min(death_date) as death_date,
          min(family) as family, min(given) as given, min(gender) as gender
        from stage_care where council_id is not null and not again group by council_id) p
      left join person_identifier i on i.council = ${council} and i.kind = 'council-id' and i.until_bundle is null
        and i.value = p.council_id
      order by case when i.person_key is null then p.council_id end collate "C") o`.execute(trx.sql);
  await sql.raw('analyze stage_person').execute(trx.sql);
  // Where lines differ, both names come from one line: a mixture would be the name of nobody.
  await sql
    .raw(
      `update stage_person p set family = n.family, given = n.given from (
         select distinct on (s.council_id) s.council_id, s.family, s.given from stage_care s
         join stage_person m on m.council_id = s.council_id and m.lines > 1
         where not s.again and (s.family is not null or s.given is not null)
         order by s.council_id, s.family, s.given) n
       where n.council_id = p.council_id and (p.family, p.given) is distinct from (n.family, n.given)`,
    )
    .execute(trx.sql);
}

/**
 * Adds `person_key` to the stage of safeguarding or restrictions: by council id; without one, a
 * person known by the NHS number alone, so that a referral or an objection is never lost for want
 * of a care line. Whose number it is, and whether a line's number is its person's own, is asked of
 * the care part at each look-up and not here: care may land later, or change (hazard H12). Here it
 * is only reported.
 */
export async function resolveNamed(
  trx: Trx,
  kind: 'safeguarding' | 'restrictions',
  { council, bundle }: Landing,
): Promise<void> {
  const { table } = stages[kind];
  const at = sql.table(table);
  await sql.raw(`alter table ${table} add column person_key bigint`).execute(trx.sql);
  await sql`update ${at} s set person_key = k.person_key from stage_key k where k.council_id = s.council_id`.execute(
    trx.sql,
  );
  // Who holds the number of each line, and which numbers its person holds. "offset 0" keeps each of the
  // two a look-up by index for every line, even while the planner takes the big table for empty.
  const held = sql`from person_identifier h
    where h.council = ${council} and h.kind = 'nhs-number' and h.part = 'care' and h.until_bundle is null`;
  await sql`
    create temporary table stage_said on commit drop as
    with line as (select distinct person_key, nhs_number from ${at} where person_key is not null and nhs_number is not null)
    select l.*, h.person_key as holder, h.value from line l
      cross join lateral (select h.person_key, h.value ${held} and h.person_key = l.person_key offset 0) h
    union all
    select l.*, h.person_key, h.value from line l
      cross join lateral (select h.person_key, h.value ${held} and h.value = l.nhs_number offset 0) h`.execute(trx.sql);
  await sql.raw('analyze stage_said').execute(trx.sql);
  await sql`
    update ${at} s set code = coalesce(s.code, 'NHS_NUMBER_DISAGREES'),
      column_name = coalesce(s.column_name, 'NHS Number'), value = coalesce(s.value, '')
    from (select person_key, nhs_number from stage_said group by 1, 2
      having not bool_or(holder = person_key and (value = nhs_number or exists (select from number_change c
        where c.council = ${council} and c.old_number = nhs_number and c.new_number = value and c.until_bundle is null)))) n
    where n.person_key = s.person_key and n.nhs_number = s.nhs_number`.execute(trx.sql);
  await sql.raw('drop table stage_said').execute(trx.sql);

  // The key that the number had before, or a new one.
  await sql`
    create temporary table stage_unknown on commit drop as
    select nhs_number, coalesce(
      (select min(i.person_key) from person_identifier i
        where i.council = ${council} and i.kind = 'nhs-number' and i.part = ${kind} and i.value = n.nhs_number
          and not exists (select 1 from person_identifier o
            where o.council = ${council} and o.person_key = i.person_key and o.kind = 'council-id')),
      nextval(pg_get_serial_sequence('person', 'person_key'))) as person_key
    from (select distinct nhs_number from ${at} where person_key is null and nhs_number is not null) n`.execute(
    trx.sql,
  );
  await sql`
    insert into person (council, person_key, created_bundle) overriding system value
    select ${council}::text, person_key, ${bundle}::bigint from stage_unknown u
    where not exists (select 1 from person p where p.council = ${council} and p.person_key = u.person_key)`.execute(
    trx.sql,
  );
  await sql`update ${at} s set person_key = u.person_key from stage_unknown u
    where s.person_key is null and u.nhs_number = s.nhs_number`.execute(trx.sql);
  await sql.raw('drop table stage_unknown').execute(trx.sql);
}
