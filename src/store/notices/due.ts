/** Which notices something must be done about now: sent, brought to the next one, or asked about again. */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { sameNumbers } from '../hospital/care.ts';
import { newestOf } from './stands.ts';

/** A notice and whose lock it needs. */
export interface DueNotice {
  readonly id: string;
  readonly council: string;
  readonly personKey: string;
}

/** Notices to be handed to delivery or brought to the next one by now, those that have waited longest first. */
export async function dueNotices(
  db: Db,
  now: Date,
  without: readonly string[],
  limit: number,
): Promise<readonly DueNotice[]> {
  const { rows } = await sql<{ id: string; council: string; personKey: string }>`
    select notice_id as id, council, person_key::text as "personKey" from notice
    where open and notice_id <> all(${[...without]}::uuid[])
      and ((deliver_at <= ${now} and not waits) or step_at <= ${now})
    order by least(deliver_at, step_at), notice_id limit ${limit}`.execute(db.sql);
  return rows;
}

/**
 * Notices whose record must be asked again: some council's facts have moved on, or the word about them has run out; and
 * those to providers about somebody who has died since, accepted ones too, however the hospital or the council said it
 * (product rule 10, hazard H05).
 * @param councils whose facts are asked
 */
export async function noticesToCheck(
  db: Db,
  councils: readonly string[],
  now: Date,
  without: readonly string[],
  limit: number,
): Promise<readonly DueNotice[]> {
  const { rows } = await sql<{ id: string; council: string; personKey: string }>`
    with stands as materialized (select ${newestOf(councils)} as bundle),
    dead as materialized (select stay_id, organisation, nhs_number, birth_date from stay where died or status = 'died'),
    due as (
      select n.notice_id from notice n, stands s where n.recipient_kind = 'provider' and n.open and n.status <> 'stopped'
        and (n.checked_bundle is distinct from s.bundle or n.check_at <= ${now})
      union
      select n.notice_id from notice n, stands s where n.recipient_kind = 'provider' and n.status = 'accepted'
        and n.checked_bundle is distinct from s.bundle and exists (select from person_detail d where d.council = n.council
          and d.person_key = n.person_key and d.until_bundle is null and d.death_date is not null)
      union
      select n.notice_id from dead y join notice n on n.stay_id = y.stay_id where ${endsWithDeath}
      union
      select n.notice_id from dead y join telling t on t.nhs_number = y.nhs_number and t.birth_date = y.birth_date
        and t.hospital = y.organisation join notice n using (telling_id) where ${endsWithDeath})
    select n.notice_id as id, n.council, n.person_key::text as "personKey" from due join notice n using (notice_id)
    where n.notice_id <> all(${[...without]}::uuid[]) order by n.notice_id limit ${limit}`.execute(db.sql);
  return rows;
}

const endsWithDeath = sql<boolean>`n.recipient_kind = 'provider'
  and (n.status = 'accepted' or (n.open and n.status <> 'stopped'))`;

/**
 * As {@link noticesToCheck}, of people who have refused, to be looked up or a provider's being told, since their notices
 * were last asked about: by their number, whichever council it was said under.
 */
export async function noticesRefused(
  db: Db,
  hospitals: readonly string[],
  since: Date,
  without: readonly string[],
  limit: number,
): Promise<readonly DueNotice[]> {
  const { rows } = await sql<{ id: string; council: string; personKey: string }>`
    with refused as materialized (
      select a.organisation, a.number_asked as nhs_number, max(a.at) as at from audit_event a
      where a.organisation = any(${[...hospitals]}::text[]) and a.at > ${since} and a.action = 'look-up'
        and a.permission = 'refused' and a.number_asked is not null
      group by 1, 2
      union all
      select p.hospital, p.nhs_number, max(p.at) from permission_to_tell p
      where p.hospital = any(${[...hospitals]}::text[]) and p.at > ${since} and p.answer = 'refused' and p.nhs_number is not null
      group by 1, 2)
    select distinct n.notice_id as id, n.council, n.person_key::text as "personKey" from refused s
    cross join lateral (with ${sameNumbers} select array(select number from same) as numbers) k
    join telling t on t.hospital = s.organisation and t.nhs_number = any(k.numbers)
    join notice n using (telling_id)
    where n.open and n.recipient_kind = 'provider' and n.status <> 'stopped' and n.checked_at <= s.at + ${said}::interval
      and n.notice_id <> all(${[...without]}::uuid[])
    order by id limit ${limit}`.execute(db.sql);
  return rows;
}

// What was being told while they said no had not heard it yet, though it was asked about a moment later.
const said = '1 minute';
