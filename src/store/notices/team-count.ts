/** Small questions about notices for pages that show something else: how many are open, and which was told last. */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { onListOf } from './lists.ts';
import type { OfPerson, OfTeam } from './lists.ts';

/** Open notices on the list of a hospital's team. */
export async function countOpenOfTeam(db: Db, of: OfTeam): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from notice n where n.open and ${onListOf(of)}`.execute(db.sql);
  return rows[0]?.count ?? 0;
}

/** The last telling about a person from a hospital; null when nothing was told, or is kept no longer. */
export async function latestTelling(db: Db, { hospital, council, personKey }: OfPerson): Promise<string | null> {
  const row = await db.sql
    .selectFrom('telling')
    .select('telling_id')
    .where('hospital', '=', hospital)
    .where('council', '=', council)
    .where('person_key', '=', personKey)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row?.telling_id ?? null;
}
