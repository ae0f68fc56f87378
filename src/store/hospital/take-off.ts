/** Whom a list may have to lose: looked for apart from all else, so that nobody waits behind a crowd of arrivals. */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { refusedSince, stayIsOpen } from './care.ts';
import type { AskingPair } from './care.ts';
import { standsAt } from './list-gaps.ts';

/**
 * Stays with care on record whose answer is no longer good: those whose person refused first, then those of
 * which the council's facts, the day or the agreement may say otherwise by now. Settled, none of them is found again.
 * @param without stays that cannot be settled now
 */
export async function staysToTakeOff(
  db: Db,
  pairs: readonly AskingPair[],
  now: Date,
  without: readonly string[],
  limit: number,
): Promise<string[]> {
  const councils = pairs.map(({ council }) => council);
  const hospitals = pairs.map(({ hospital }) => hospital);
  const { rows } = await sql<{ stay_id: string }>`
    select stay_id from (
      select c.stay_id, ${refusedSince} as refused, not ${stayIsOpen} or c.ask_again_at <= ${now}
          or c.bundle is distinct from ${standsAt} or not exists (
            select from unnest(${councils}::text[], ${hospitals}::text[]) p(council, hospital)
            where p.council = c.council and p.hospital = s.organisation) as old
      from stay_care c join stay s on s.stay_id = c.stay_id
      where c.result = 'yes' and c.stay_id <> all(${[...without]}::uuid[])) due
    where refused or old group by stay_id order by bool_or(refused) desc, stay_id limit ${limit}`.execute(db.sql);
  return rows.map((row) => row.stay_id);
}
