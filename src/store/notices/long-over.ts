/** What nobody has ended though its stay is long over: found so that it is not kept for ever (storage limitation). */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { DueNotice } from './due.ts';

/** Each council and hospital that have open notices. */
export async function partiesWithOpen(db: Db): Promise<{ council: string; hospital: string }[]> {
  const { rows } = await sql<{ council: string; hospital: string }>`
    select distinct council, hospital from notice where open`.execute(db.sql);
  return rows;
}

/**
 * Open notices with which nobody has done anything since a moment, their stay over by then or no longer on record. That
 * they were brought to the next one by the service itself is nobody's doing.
 */
export async function openLongOver(
  db: Db,
  { council, hospital }: { readonly council: string; readonly hospital: string },
  before: Date,
  without: readonly string[],
  limit: number,
): Promise<readonly DueNotice[]> {
  const { rows } = await sql<{ id: string; council: string; personKey: string }>`
    select n.notice_id as id, n.council, n.person_key::text as "personKey" from notice n
    left join stay s on s.stay_id = n.stay_id
    where n.open and n.council = ${council} and n.hospital = ${hospital} and n.created_at <= ${before}
      and not exists (select from notice_event e where e.notice_id = n.notice_id and e.at > ${before}
        and e.kind in ('released', 'seen', 'taken', 'answered', 'visited'))
      and n.notice_id <> all(${[...without]}::uuid[])
      and (s.stay_id is null or (s.status not in ('expected', 'arrived', 'admitted', 'on-leave')
        and coalesce(s.ended_at, s.since) <= ${before}))
    order by n.created_at, n.notice_id limit ${limit}`.execute(db.sql);
  return rows;
}

/** Holds with a task that nobody has closed, every notice of which is past its time and whose stay is not under way. */
export async function holdsPastTime(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct n.hold_id as id from notice n join hold_look l on l.stay_id = n.hold_id
    where n.recipient_kind = 'provider' and n.reached and l.open
      and not exists (select from notice o where o.hold_id = n.hold_id and (o.expires_at is null or o.expires_at > ${now}))
      and not exists (select from stay s where s.stay_id = n.hold_id and s.status in ('arrived', 'admitted', 'on-leave'))
    order by 1`.execute(db.sql);
  return rows.map(({ id }) => id);
}
