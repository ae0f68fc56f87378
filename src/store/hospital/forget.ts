/** What is kept no longer: messages past their expiry, and stays with all that was said of them. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { Db, Trx } from '../database.ts';

/** The reason under which messages are counted that waited to be applied until they were deleted. */
export const waitedTooLong = 'WAITED_TOO_LONG';

/** A feed whose waiting messages are still being taken up, so that they are kept past their expiry. */
export interface TakenUp {
  readonly feed: string;
  /** Those that expired before this go all the same. */
  readonly expiredBefore: Date;
}

/**
 * Deletes messages past their expiry; one that still waits to be applied is kept only while its feed is taken up,
 * and not for ever. Those that were set aside or waited until then are counted: nobody may find out only by chance
 * that a week of somebody's stays was lost.
 * @param day on which this happens
 * @param limit at most so many at once, so that no sender waits for it
 * @returns how many went
 */
export async function forgetMessages(
  db: Db,
  takenUp: readonly TakenUp[],
  now: Date,
  day: IsoDate,
  limit: number,
): Promise<number> {
  const kept = JSON.stringify(takenUp.map(({ feed, expiredBefore }) => ({ feed, before: expiredBefore })));
  const { rows } = await sql<{ gone: number }>`
    with gone as (
      delete from hl7_message where message_id = any(array(
        select message_id from hl7_message m where m.expires_at < ${now} and (m.state <> 'waiting' or not exists (
          select from json_to_recordset(${kept}) as k (feed text, before timestamptz)
          where k.feed = m.feed and m.expires_at >= k.before))
        order by m.expires_at limit ${limit}))
      returning feed, state, code),
    counted as (
      insert into hl7_expired as x (feed, code, day, messages)
      select feed, case state when 'waiting' then ${waitedTooLong} else coalesce(code, '') end, ${day}::date,
        count(*)::integer from gone where state in ('quarantined', 'waiting') and feed is not null group by 1, 2
      on conflict (feed, code, day) do update set messages = x.messages + excluded.messages)
    select count(*)::integer as gone from gone`.execute(db.sql);
  return rows[0]?.gone ?? 0;
}

/** Deletes counts of expired messages of days before one. */
export async function forgetExpired(db: Db, before: IsoDate): Promise<void> {
  await db.sql.deleteFrom('hl7_expired').where('day', '<', before).execute();
}

/** Messages of a feed that expired while they were set aside for a reason, or waited to be applied. */
export interface ExpiredCount {
  readonly feed: string;
  readonly code: string;
  readonly count: number;
  readonly latestDay: IsoDate;
}

/** Messages that expired while they were set aside or waited, by feed and reason, since a day; the most first. */
export async function countExpired(db: Db, since: IsoDate): Promise<ExpiredCount[]> {
  const { rows } = await sql<Omit<ExpiredCount, 'latestDay'> & { latest: IsoDate }>`
    select feed, code, sum(messages)::integer as count, to_char(max(day), 'YYYY-MM-DD') as latest from hl7_expired
    where day >= ${since}::date group by feed, code order by sum(messages) desc, feed, code limit 100`.execute(db.sql);
  return rows.map(({ latest, ...row }) => ({ ...row, latestDay: latest }));
}

/** Feeds of which anything of a stay is kept, also those that no file names any more. */
export async function keptFeeds(db: Db): Promise<string[]> {
  // From one feed to the next by the index: there are few, and very many statements of each.
  const { rows } = await sql<{ feed: string }>`
    with recursive f(feed) as (
      (select feed from stay_event order by feed limit 1)
      union all
      select (select e.feed from stay_event e where e.feed > f.feed order by e.feed limit 1) from f where f.feed is not null)
    select feed from f where feed is not null`.execute(db.sql);
  return rows.map(({ feed }) => feed);
}

/** Until when what was said of a feed's patients is kept. */
export interface ForgetBefore {
  /** Stays that ended before this. */
  readonly ended: Date;
  /** Stays that never ended, and that were stale before this. */
  readonly stale: Date;
  /** Statements about people of whom no stay is known, when nothing newer was said. */
  readonly withoutStay: Date;
}

/**
 * Deletes whole clusters of a feed in which nothing has been said lately, and nobody is in hospital.
 * Whole: statements that are folded together must go together, or what is left would tell another story.
 * @returns how many clusters went
 */
export async function forgetStays(
  trx: Trx,
  feed: string,
  before: ForgetBefore,
  at: Date,
  limit: number,
): Promise<number> {
  const { ended, stale, withoutStay } = before;
  const latest = stale > ended ? stale : ended;
  const { rows } = await sql<{ cluster: string }>`
    select cluster from (
      select distinct s.cluster from stay s
      where s.feed = ${feed} and (${over(sql`s`, ended)} or s.stale_at < ${stale})
        and not exists (select from stay o where o.cluster = s.cluster
          and not coalesce(${over(sql`o`, ended)} or o.stale_at < ${stale}, false))
        and not exists (select from stay_event n where n.cluster = s.cluster and n.recorded_at >=
          case when exists (select from stay o where o.cluster = s.cluster and o.stale_at < ${stale})
            then ${latest}::timestamptz else ${ended}::timestamptz end)
      union
      select distinct e.cluster from stay_event e
      where e.feed = ${feed} and e.recorded_at < ${withoutStay}
        and not exists (select from stay s where s.cluster = e.cluster)
        and not exists (select from stay_event n where n.cluster = e.cluster and n.recorded_at >= ${withoutStay})) old
    limit ${limit}`.execute(trx.sql);
  const clusters = rows.map(({ cluster }) => cluster);
  if (clusters.length === 0) return 0;
  // Whatever stands of a stay that nobody ended, such as a hint, is taken back when its change is taken up.
  await sql`
    insert into stay_change (stay_id, changed_at)
    select stay_id, ${at} from stay where cluster = any(${clusters}::bigint[]) and ended_at is null`.execute(trx.sql);
  for (const table of ['stay', 'stay_event', 'stay_key'] as const) {
    await trx.sql
      .deleteFrom(table)
      .where(sql<boolean>`cluster = any(${clusters}::bigint[])`)
      .execute();
  }
  return clusters.length;
}

// Nobody leaves later than the last that is heard of it: an end in years to come would keep the stay until then.
function over(stay: RawBuilder<unknown>, before: Date): RawBuilder<boolean> {
  return sql<boolean>`(${stay}.ended_at is not null and least(${stay}.ended_at, ${stay}.last_heard_at) < ${before})`;
}

/**
 * Takes stays that were stale before an instant off board, lists and hints, and says that they have changed.
 * @returns how many
 */
export async function shelveStays(trx: Trx, feed: string, before: Date, at: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    with shelved as (
      update stay set shelved_at = ${at}, version = version + 1 where stay_id = any(array(
        select stay_id from stay where feed = ${feed} and stale_at <= ${before} and shelved_at is null limit ${limit}))
      returning stay_id)
    insert into stay_change (stay_id, changed_at) select stay_id, ${at} from shelved`.execute(trx.sql);
  return Number(numAffectedRows ?? 0);
}
