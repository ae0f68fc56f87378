/** What is kept no longer: messages past their expiry, and stays with all that was said of them. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';

/**
 * Deletes messages past their expiry; one that still waits to be applied is kept.
 * @param limit at most so many at once, so that no sender waits for it
 * @returns how many went
 */
export async function forgetMessages(db: Db, now: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from hl7_message where message_id = any(array(
      select message_id from hl7_message where expires_at < ${now} and state <> 'waiting'
      order by expires_at limit ${limit}))`.execute(db.sql);
  return Number(numAffectedRows ?? 0);
}

/**
 * Deletes whole clusters of a feed in which nothing has been said since an instant, and nobody is in hospital.
 * Whole: statements that are folded together must go together, or what is left would tell another story.
 * @returns how many clusters went
 */
export async function forgetStays(trx: Trx, feed: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ cluster: string }>`
    select distinct e.cluster from stay_event e
    where e.feed = ${feed} and e.recorded_at < ${before}
      and not exists (select 1 from stay_event newer where newer.cluster = e.cluster and newer.recorded_at >= ${before})
      and not exists (select 1 from stay s where s.cluster = e.cluster and not coalesce(
        s.ended_at < ${before} or (s.status = 'expected' and s.stale_at < ${before}), false))
    limit ${limit}`.execute(trx.sql);
  const clusters = rows.map(({ cluster }) => cluster);
  if (clusters.length === 0) return 0;
  for (const table of ['stay', 'stay_event', 'stay_key'] as const) {
    await trx.sql
      .deleteFrom(table)
      .where(sql<boolean>`cluster = any(${clusters}::bigint[])`)
      .execute();
  }
  return clusters.length;
}
