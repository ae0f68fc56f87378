/**
 * What arrivals' own questions learnt, and which of them must be asked: of stays that have changed, and
 * of stays whose answer has grown old because a council's extract landed, a day ended or somebody refused.
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { CareOnRecord } from '../../domain/arrival.ts';
import type { Db, Trx } from '../database.ts';

/** A council and a hospital whose agreement lets arrivals ask. */
export interface AskingPair {
  readonly council: string;
  readonly hospital: string;
}

/** What was learnt of a stay from one council. */
export interface StayCare {
  readonly council: string;
  readonly result: CareOnRecord;
  readonly askedAbout: string;
  readonly bundle: string | null;
  readonly askAgainAt: Date;
  /** The person had refused. */
  readonly refused: boolean;
}

/** Whether stay `s` is open, as the domain's isOpen says, and has been heard of lately enough to be on a list. */
export const stayIsOpen: RawBuilder<boolean> = sql<boolean>`(s.status in ('arrived', 'admitted', 'on-leave')
  and s.shelved_at is null)`;

/** A CTE of every number that any council says is the same as that of stay `s`. */
export const sameNumbers: RawBuilder<unknown> = sql`recursive same(number) as (
  select s.nhs_number
  union
  select case when c.old_number = n.number then c.new_number else c.old_number end from same n
  join number_change c on (c.old_number = n.number or c.new_number = n.number)
    and c.new_number is not null and c.until_bundle is null)`;

/**
 * CTEs of all numbers that any council says are the same as some numbers (`same`), and of where and when a look-up by one
 * of those was refused (`refusal`). The hospital is asked for of what that gives: a plan made while the server knows
 * nothing of the trail's size would otherwise go through all of a hospital's look-ups for it, and is kept.
 */
export const refusalsOf = (numbers: readonly string[]): RawBuilder<unknown> =>
  sql`same as materialized (select distinct k.number from unnest(${[...new Set(numbers)]}::text[]) s(nhs_number)
      cross join lateral (with ${sameNumbers} select number from same) k),
    refusal as materialized (select r.organisation, r.at from audit_event r
      where r.number_asked = any(array(select number from same)) and r.action = 'look-up' and r.permission = 'refused')`;

/**
 * Whether look-up `a` was of the very person whom it named: a council compared the birth date and it agreed, which
 * only these outcomes are reached with. Any council's match counts; a number that a council has no record of, a date
 * that was another's, or a look-up refused before any council was asked proves nothing, and so speaks for nobody.
 */
export const wasMatched: RawBuilder<boolean> = sql<boolean>`(a.outcome in ('care', 'no-care', 'died')
  or (a.outcome = 'overdue' and a.person_key is not null))`;

/**
 * Whether the person of stay `s` refused and has not agreed since, by any number that any council says is theirs:
 * from a day before anything is known of the stay, as people are asked while they are being registered. The
 * person's last word counts, since a refusal may have been a slip of the hand; only a look-up that matched a record
 * lifts it (`wasMatched`), and one of somebody who could not be asked is no word of theirs. What was said under a
 * number or a start that the stay no longer has is kept on the stay (refusal.ts).
 */
export const refusedSince: RawBuilder<boolean> = sql<boolean>`coalesce((
  with ${sameNumbers}
  select word.refused from (
    select a.at, a.permission = 'refused' as refused from audit_event a
    where a.number_asked = any(array(select number from same)) and a.organisation = s.organisation and a.action = 'look-up'
      and (a.permission = 'refused' or (a.permission = 'given' and ${wasMatched}))
      and a.at >= least(s.started_at, s.since, (s.places->0->>'from')::timestamptz) - interval '24 hours'
    union all
    select s.refused_at, true where s.refused_at is not null) word
  order by word.at desc, word.refused desc limit 1), false)`;

/** Stays about which something waits to be settled, those that have waited longest first; also stays that are no more. */
export async function changedStays(db: Db, without: readonly string[], limit: number): Promise<string[]> {
  const { rows } = await sql<{ stay_id: string }>`
    select stay_id from stay_change where stay_id <> all(${[...without]}::uuid[])
    group by stay_id order by min(change_id) limit ${limit}`.execute(db.sql);
  return rows.map((row) => row.stay_id);
}

/**
 * Stays that nothing happened to and whose answers are no longer good: never asked, asked before the
 * council's facts as they stand, past their time, refused or agreed to since, or of an agreement that asks no more.
 * @param options `listed`: also whoever is on a list, whose hint may be wanted otherwise by now
 */
export async function staysToAsk(
  db: Db,
  pairs: readonly AskingPair[],
  now: Date,
  without: readonly string[],
  { limit, listed }: { readonly limit: number; readonly listed: boolean },
): Promise<string[]> {
  const councils = pairs.map(({ council }) => council);
  const hospitals = pairs.map(({ hospital }) => hospital);
  // Of who is on no list only what can put them there counts: a referral's part comes every hour.
  const { rows } = await sql<{ stay_id: string }>`
    with asking as materialized (
      select p.council, p.hospital,
        (select max(bundle_id) from bundle_part b where b.council = p.council and applied) as stands_at,
        (select max(bundle_id) from bundle_part b where b.council = p.council and applied
          and kind in ('care', 'restrictions', 'numbers', 'services')) as care_at
      from unnest(${councils}::text[], ${hospitals}::text[]) p(council, hospital)),
    due as (
      select s.stay_id from asking p join stay s on s.organisation = p.hospital and ${stayIsOpen}
      left join stay_care c on c.stay_id = s.stay_id and c.council = p.council
      -- A stay that was stale when it was first seen is not asked about until something new is heard of it.
      where (c.stay_id is not null or s.stale_at is null or s.stale_at > ${now})
        and (c.stay_id is null or c.ask_again_at <= ${now} or c.bundle > p.stands_at
        or case when c.result = 'yes' then ${listed} or c.bundle is distinct from p.stands_at
           else coalesce(c.bundle, 0) < coalesce(p.care_at, 0) end
        or case when c.result = 'yes' or c.refused then c.refused <> ${refusedSince} end)
      union
      select c.stay_id from stay_care c join stay s on s.stay_id = c.stay_id
      where not ${stayIsOpen} or not exists (select from asking p where p.council = c.council and p.hospital = s.organisation))
    select stay_id from due where stay_id <> all(${[...without]}::uuid[]) order by stay_id limit ${limit}`.execute(
    db.sql,
  );
  return rows.map((row) => row.stay_id);
}

/** Holds a stay for this transaction. @returns `busy` while somebody else does; `gone` when there is none of this id */
export async function holdStay(trx: Trx, stayId: string): Promise<'held' | 'busy' | 'gone'> {
  const { rows } = await sql`select from stay where stay_id = ${stayId} for update skip locked`.execute(trx.sql);
  if (rows.length > 0) return 'held';
  const { rows: there } = await sql`select from stay where stay_id = ${stayId}`.execute(trx.sql);
  return there.length > 0 ? 'busy' : 'gone';
}

/** Takes the changes of a stay that are known so far; what comes later waits for the next time. */
export async function takeChanges(trx: Trx, stayId: string): Promise<void> {
  await trx.sql.deleteFrom('stay_change').where('stay_id', '=', stayId).execute();
}

/** Whether the person of a stay refused, and has not agreed since. */
export async function wasRefused(trx: Trx, stayId: string): Promise<boolean> {
  const { rows } = await sql`select from stay s where s.stay_id = ${stayId} and ${refusedSince}`.execute(trx.sql);
  return rows.length > 0;
}

/** At which bundle a council's facts stand; null when none has landed. */
export async function standsAtBundle(trx: Trx, council: string): Promise<string | null> {
  const { rows } = await sql<{ bundle: string | null }>`
    select max(bundle_id) as bundle from bundle_part where council = ${council} and applied`.execute(trx.sql);
  return rows[0]?.bundle ?? null;
}

/** What is known of a stay, by council. */
export async function caresOf(trx: Trx, stayId: string): Promise<Map<string, StayCare>> {
  const rows = await trx.sql
    .selectFrom('stay_care')
    .select(['council', 'result', 'asked_about', 'bundle', 'ask_again_at', 'refused'])
    .where('stay_id', '=', stayId)
    .execute();
  return new Map(
    rows.map(({ council, result, asked_about, bundle, ask_again_at, refused }) => [
      council,
      { council, result, askedAbout: asked_about, bundle, askAgainAt: ask_again_at, refused },
    ]),
  );
}

/** Who the person of a stay is at the council that last had care on record for it, by the trail; null: at none, ever. */
export async function knownAs(
  trx: Trx,
  { stayId, number }: { readonly stayId: string; readonly number: string },
): Promise<{ readonly council: string | null; readonly personKey: string | null } | null> {
  // By the number, which has an index: what was learnt of a stay that left the lists is not kept beside it.
  const { rows } = await sql<{ council: string | null; key: string | null }>`
    select a.council, a.person_key::text as key from audit_event a
    where a.number_asked = ${number} and a.action = 'arrival-question' and a.outcome = 'care-on-record'
      and a.detail->>'stay' = ${stayId} order by a.at desc limit 1`.execute(trx.sql);
  return rows[0] ? { council: rows[0].council, personKey: rows[0].key } : null;
}

/** Keeps what a question learnt in place of what the one before it did. @param audit the question's row of the trail */
export async function keepCare(
  trx: Trx,
  stay: { readonly stayId: string; readonly version: number },
  care: StayCare,
  audit: string,
  at: Date,
): Promise<void> {
  const { council, result, askedAbout, bundle, askAgainAt, refused } = care;
  await sql`
    insert into stay_care as c (stay_id, council, result, asked_at, version, audit_id, asked_about, bundle, ask_again_at, refused)
    values (${stay.stayId}, ${council}, ${result}, ${at}, ${stay.version}, ${audit}, ${askedAbout}, ${bundle}, ${askAgainAt}, ${refused})
    on conflict (stay_id, council) do update set result = excluded.result, asked_at = excluded.asked_at,
      version = excluded.version, audit_id = excluded.audit_id, asked_about = excluded.asked_about,
      bundle = excluded.bundle, ask_again_at = excluded.ask_again_at, refused = excluded.refused,
      withdrawn_at = case when excluded.result = 'yes' then null when c.result = 'yes' then excluded.asked_at
        else c.withdrawn_at end`.execute(trx.sql);
}

/** Forgets what was learnt of a stay, but for what these councils said. */
export async function dropCare(trx: Trx, stayId: string, keep: readonly string[]): Promise<void> {
  await sql`delete from stay_care where stay_id = ${stayId} and council <> all(${[...keep]}::text[])`.execute(trx.sql);
}
