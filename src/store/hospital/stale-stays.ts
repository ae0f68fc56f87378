/** Stays that may be over: nothing has been heard of them for too long, and nobody has said that they ended. */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { fromRow } from './stays.ts';
import type { StoredStay } from './stays.ts';

/** Stale stays at a hospital, whether or not they are on lists still; those silent longest come first. */
export async function peopleOfStale(db: Db, organisation: string, now: Date, limit: number): Promise<StoredStay[]> {
  const rows = await db.sql
    .selectFrom('stay')
    .selectAll()
    .where('organisation', '=', organisation)
    .where(sql<boolean>`status in ('arrived', 'admitted', 'on-leave')`)
    .where('stale_at', '<=', now)
    .orderBy('stale_at')
    .orderBy('stay_id')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}
