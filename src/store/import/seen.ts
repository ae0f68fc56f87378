/**
 * What the care part that stands said of each person, as a digest beside their key. Who is said to be
 * the same again is not staged; their facts are left as they stand, all others' are made anew. A
 * person is remembered when one run of good lines names them and no other person has their number.
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Trx } from '../database.ts';
import type { Landing } from './persons.ts';

/** Of more people than this no list is kept in memory: all are staged. */
const mostRemembered = 2_000_000;

/** All are staged this often all the same: what has gone wrong unseen is put right by the facts themselves. */
const wholeEvery = 7 * 86_400_000;

/**
 * Digests of the people remembered, 8 bytes each; null when there are none, or too many, or when they
 * cannot be relied on: a part that an earlier version took in has changed facts and no digests.
 */
export async function rememberedPersons(
  trx: Trx,
  { council, bundle, now }: { council: string; bundle: string; now: Date },
): Promise<Uint8Array | null> {
  const { rows: parts } = await sql<{ staging: string | null; whole: Date | null }>`
    select p.staging, (select max(b.received_at) from bundle b join bundle_part w using (bundle_id)
      where b.council = ${council} and w.kind = 'care' and w.applied and w.staging = 'whole') as whole
    from bundle_part p where p.council = ${council} and p.kind = 'care' and p.applied and p.bundle_id <> ${bundle}
    order by p.bundle_id desc limit 1`.execute(trx.sql);
  const [last] = parts;
  if (!last?.staging || !last.whole || now.getTime() - last.whole.getTime() >= wholeEvery) return null;
  const { rows } = await sql<{ digests: Uint8Array | null }>`
    select string_agg(int8send(seen), '') as digests from person
    where council = ${council} and seen is not null
      and (select count(*) from person where council = ${council} and seen is not null) <= ${mostRemembered}`.execute(
    trx.sql,
  );
  return rows[0]?.digests ?? null;
}

/** Notes how the care part of a bundle was taken in. */
export async function noteStaging(trx: Trx, bundle: string, staging: 'whole' | 'changed'): Promise<void> {
  await trx.sql.updateTable('bundle_part').set({ staging }).where('bundle_id', '=', bundle).where('kind', '=', 'care').execute(); // prettier-ignore
}

/** Leaves `stage_missed`: digests of people who were remembered and are not said to be the same. */
export async function noteMissed(trx: Trx, digests: readonly string[]): Promise<void> {
  await sql`
    create temporary table stage_missed on commit drop as
    select value::bigint as digest from string_to_table(${digests.join(',')}, ',') value where value <> ''`.execute(
    trx.sql,
  );
  await sql.raw('analyze stage_missed').execute(trx.sql);
}

/** People who are remembered and were left out of the stage, since they are said to be the same. */
function leftOut(council: string): RawBuilder<unknown> {
  return sql`(select person_key from person p where p.council = ${council} and p.seen is not null
    and not exists (select from stage_missed m where m.digest = p.seen))`;
}

/**
 * Whether somebody staged has to do with somebody left out: the same person named again elsewhere in
 * the file, or somebody with the same number. Then nobody can be left out. Needs `stage_person`.
 */
export async function meetLeftOut(trx: Trx, council: string): Promise<boolean> {
  const { rows } = await sql<{ met: boolean }>`
    with said as (select distinct p.known, s.nhs_number from stage_care s join stage_person p using (council_id)),
    met as (
      select known as person_key from said where known is not null
      union
      select h.person_key from said s cross join lateral (select n.person_key from person_identifier n
        where n.council = ${council} and n.kind = 'nhs-number' and n.part = 'care' and n.until_bundle is null
          and n.value = s.nhs_number offset 0) h)
    select exists (select from met join ${leftOut(council)} l using (person_key)) as met`.execute(trx.sql);
  return rows[0]?.met ?? false;
}

/** Takes away what was staged of some people only, so that all can be staged. */
export async function dropStaged(trx: Trx): Promise<void> {
  await sql.raw('drop table stage_care, stage_person, stage_missed').execute(trx.sql);
}

/** Leaves `stage_touched`: whose facts the stage decides. All but those left out, also who is named no longer. */
export async function findTouched(trx: Trx, council: string): Promise<void> {
  await sql`
    create temporary table stage_touched on commit drop as
    select person_key from stage_person
    union
    select d.person_key from person p join person_detail d
      on d.council = p.council and d.person_key = p.person_key and d.until_bundle is null
    where p.council = ${council} and (p.seen is null or p.seen in (select digest from stage_missed))`.execute(trx.sql);
  await sql.raw('analyze stage_touched').execute(trx.sql);
}

/** Remembers whom the stage names as it says them, and forgets who is named no longer. */
export async function rememberPersons(trx: Trx, { council, partial }: Landing & { partial: boolean }): Promise<void> {
  await sql`
    update stage_person p set seen = null where exists (select from stage_shared) and person_key in (
      select h.person_key from stage_held h join stage_shared s on s.nhs_number = h.value)`.execute(trx.sql);
  // The keys made just now were written with their digest.
  await sql`
    update person p set seen = s.seen from stage_person s
    where p.council = ${council} and p.person_key = s.person_key
      and (s.known is not null or s.seen is null) and p.seen is distinct from s.seen`.execute(trx.sql);
  await sql`
    update person p set seen = null where p.council = ${council} and p.seen is not null
      and ${sql.raw(partial ? 'p.person_key in (select person_key from stage_touched) and' : '')}
      not exists (select from stage_person s where s.person_key = p.person_key)`.execute(trx.sql);
}

/** Remembers nobody any more: what stands is not what the last extract said. */
export async function forgetPersons(trx: Trx, council: string): Promise<void> {
  await sql`update person set seen = null where council = ${council} and seen is not null`.execute(trx.sql);
}
