/** Stays that may be over: nothing has been heard of them for too long, and nobody has said that they ended. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { Db } from '../database.ts';
import type { Schema } from '../schema.ts';
import { onRecord } from './board.ts';
import type { Listed } from './board.ts';
import { refusedSince } from './care.ts';
import { fromRow } from './stays.ts';
import type { StoredStay } from './stays.ts';

export interface StaleOne {
  readonly stay: StoredStay;
  /** The rows of the trail by which the person may be named, as on the board; none: nobody may be named. */
  readonly questions: readonly string[];
}

/**
 * Stale stays at a hospital, whether or not they are on lists still; those silent longest come first. Nobody who is
 * under 18 on that day is among them.
 * @param listed whose word names a person
 */
export async function peopleOfStale(
  db: Db,
  organisation: string,
  { now, today, limit }: { readonly now: Date; readonly today: IsoDate; readonly limit: number },
  { councils, hospitals, feeds, goodAt }: Listed,
): Promise<StaleOne[]> {
  const { rows } = await sql<Selectable<Schema['stay']> & { questions: string[] | null }>`
    select s.*, k.questions from stay s
    left join lateral (
      select array_agg(c.audit_id::text order by c.council) as questions from stay_care c
      where c.stay_id = s.stay_id and c.council = any(${[...councils]}::text[]) and ${onRecord(goodAt)}
        and s.organisation = any(${[...hospitals]}::text[]) and s.feed = any(${[...feeds]}::text[])
        and not ${refusedSince}) k on true
    where s.organisation = ${organisation} and s.status in ('arrived', 'admitted', 'on-leave') and s.stale_at <= ${now}
      and coalesce(s.birth_date <= ${today}::date - interval '18 years', true)
    order by s.stale_at, s.stay_id limit ${limit}`.execute(db.sql);
  return rows.map((row) => ({ stay: fromRow(row), questions: row.questions ?? [] }));
}
