/** What a question about somebody's whereabouts is answered from: few statements, each of them by index. */
import { sql } from 'kysely';
import { fromRow } from '../hospital/stays.ts';
import type { StoredStay } from '../hospital/stays.ts';
import type { Db } from '../database.ts';

type StayRow = Parameters<typeof fromRow>[0];

/**
 * Stays of somebody under any number that means them by the word of these councils, ended ones too, latest first.
 * @param numbers as asked for, and as the council's record has it now
 */
export async function staysOfPerson(
  db: Db,
  councils: readonly string[],
  numbers: readonly string[],
): Promise<StoredStay[]> {
  const { rows } = await sql<StayRow>`
    with recursive same(number) as (
      select unnest(${[...new Set(numbers)]}::text[])
      union
      select o.number from same s join lateral (
        select c.new_number as number from number_change c where c.council = any(${[...councils]}::text[])
          and c.old_number = s.number and c.until_bundle is null and c.new_number is not null
        union all
        select c.old_number from number_change c where c.council = any(${[...councils]}::text[])
          and c.new_number = s.number and c.until_bundle is null) o on true
    )
    select * from stay where nhs_number = any(array(select number from same)) order by since desc, stay_id`.execute(
    db.sql,
  );
  return rows.map(fromRow);
}

/** How far what a feed says can be relied on. */
export interface FeedState {
  /** From when on messages wait to be applied; null when none does. */
  readonly waitingSince: Date | null;
  /** A message of the last day could not be read or taken: somebody may be missing. */
  readonly unread: boolean;
}

const day = 86_400_000;

/** The state of feeds, each by its id. */
export async function feedStates(db: Db, feeds: readonly string[], now: Date): Promise<Map<string, FeedState>> {
  // First of either kind, as the index has them: while very many wait they would all be read for the first of both.
  const { rows } = await sql<{ feed: string; waiting: Date | null; unread: boolean }>`
    select f.feed,
      (select received_at from (
        (select message_id, received_at from hl7_message m where m.feed = f.feed and m.state = 'waiting'
          and not (m.replays > 0) order by message_id limit 1)
        union all
        (select message_id, received_at from hl7_message m where m.feed = f.feed and m.state = 'waiting'
          and m.replays > 0 order by message_id limit 1)) w order by message_id limit 1) as waiting,
      exists (select from hl7_message m where m.feed = f.feed and m.received_at > ${new Date(now.getTime() - day)}
        and m.state in ('quarantined', 'faulty', 'rejected', 'conflict')) as unread
    from unnest(${[...feeds]}::text[]) as f (feed)`.execute(db.sql);
  return new Map(rows.map(({ feed, waiting, unread }) => [feed, { waitingSince: waiting, unread }]));
}

/** Of these hospitals those in which somebody is whom they have not identified by number and birth date. */
export async function withUnidentified(db: Db, hospitals: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ hospital: string }>`
    select h.hospital from unnest(${[...hospitals]}::text[]) as h (hospital) where exists (
      select from stay s where s.organisation = h.hospital and s.status in ('arrived', 'admitted', 'on-leave')
        and (s.nhs_number is null or s.birth_date is null))`.execute(db.sql);
  return new Set(rows.map(({ hospital }) => hospital));
}
