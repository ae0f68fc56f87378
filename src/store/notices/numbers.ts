/** By which number the person of a notice is known: what delivery carries need not say it. */
import type { Db } from '../database.ts';

/** The number by which a notice was told; null when there is none of this id. */
export async function numberOfNotice(db: Db, id: string): Promise<string | null> {
  const row = await db.sql
    .selectFrom('notice as n')
    .innerJoin('telling as t', 't.telling_id', 'n.telling_id')
    .select('t.nhs_number as number')
    .where('n.notice_id', '=', id)
    .executeTakeFirst();
  return row?.number ?? null;
}
