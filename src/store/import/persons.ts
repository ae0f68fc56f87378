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

/**
 * Makes keys for council ids not seen before and leaves `stage_key` (council_id, person_key).
 * Keys are never taken back, not even when a bundle is: audit rows refer to them.
 */
export async function keyPersons(trx: Trx, parts: readonly PartKind[], { council, bundle }: Landing): Promise<void> {
  const named = parts
    .filter((kind) => namingParts.includes(kind))
    .map((kind) => `select council_id from ${stages[kind].table} where council_id is not null`);
  const all = named.length > 0 ? named.join(' union all ') : 'select null::text as council_id where false';
  await sql
    .raw(
      `create temporary table stage_key on commit drop as
      select distinct council_id, null::bigint as person_key from (${all}) n`,
    )
    .execute(trx.sql);
  await sql.raw('create unique index on stage_key (council_id)').execute(trx.sql);
  await sql.raw('analyze stage_key').execute(trx.sql);
  await sql`
    update stage_key k set person_key = i.person_key from person_identifier i
    where i.council = ${council} and i.kind = 'council-id' and i.until_bundle is null and i.value = k.council_id`.execute(
    trx.sql,
  );
  await sql`
    update stage_key set person_key = nextval(pg_get_serial_sequence('person', 'person_key'))
    where person_key is null and council_id is not null`.execute(trx.sql);
  await sql`
    insert into person (council, person_key, created_bundle) overriding system value
    select ${council}::text, person_key, ${bundle}::bigint from stage_key k
    where not exists (select 1 from person p where p.council = ${council} and p.person_key = k.person_key)`.execute(
    trx.sql,
  );
  await sql`
    insert into person_identifier (council, person_key, kind, value, part, fingerprint, valid_from, from_bundle)
    select ${council}::text, person_key, 'council-id', council_id, 'person', md5(council_id)::uuid, now(), ${bundle}::bigint
    from stage_key k where not exists (select 1 from person_identifier i
      where i.council = ${council} and i.kind = 'council-id' and i.until_bundle is null and i.value = k.council_id)`.execute(
    trx.sql,
  );
  await sql.raw('analyze stage_key').execute(trx.sql);
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
  const holders = sql`(select person_key, value from person_identifier
    where council = ${council} and kind = 'nhs-number' and part = 'care' and until_bundle is null)`;
  await sql.raw(`alter table ${table} add column person_key bigint`).execute(trx.sql);
  await sql`update ${at} s set person_key = k.person_key from stage_key k where k.council_id = s.council_id`.execute(
    trx.sql,
  );
  await sql`
    update ${at} s set code = coalesce(s.code, 'NHS_NUMBER_DISAGREES'),
      column_name = coalesce(s.column_name, 'NHS Number'), value = coalesce(s.value, '')
    where s.person_key is not null and s.nhs_number is not null
      and (exists (select 1 from ${holders} h where h.person_key = s.person_key)
        or exists (select 1 from ${holders} h where h.value = s.nhs_number))
      and not exists (select 1 from ${holders} h where h.person_key = s.person_key
        and (h.value = s.nhs_number or exists (select 1 from number_change c where c.council = ${council}
          and c.old_number = s.nhs_number and c.new_number = h.value and c.until_bundle is null)))`.execute(trx.sql);

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
