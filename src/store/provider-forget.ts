/** Care providers' own people who have left: kept for as long as somebody may ask who they were, and no longer. */
import { sql } from 'kysely';
import type { Trx } from './database.ts';

/**
 * Deletes places at which somebody has not been active since before a moment, and whoever has no place left. What they
 * did is in the trail under the name that they had.
 * @returns how many places went
 */
export async function forgetMembers(trx: Trx, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from provider_member where not active and changed_at < ${before}`.execute(trx.sql);
  await sql`
    delete from provider_person p where p.created_at < ${before}
      and not exists (select from provider_member m where m.person = p.person)`.execute(trx.sql);
  return Number(numAffectedRows ?? 0n);
}
