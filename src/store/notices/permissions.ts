/** Permission to tell a provider, as the person gave or refused it: apart from permission to be looked up. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { CannotAskReason } from '../../domain/agreement.ts';
import type { IsoDate } from '../../domain/dates.ts';
import type { Human } from '../../domain/notice.ts';
import type { Db, Trx } from '../database.ts';
import { refusalsOf, sameNumbers } from '../hospital/care.ts';

export interface PermissionAsked {
  readonly answer: 'given' | 'refused' | 'cannot-ask';
  readonly cannotAskReason: CannotAskReason | null;
  readonly at: Date;
}

/** Whom a permission is about, and at which hospital it was asked. */
export interface AskedOf {
  readonly hospital: string;
  readonly council: string;
  /** Null where the council has no record that could be shown: it is found by number then. */
  readonly personKey: string | null;
  readonly nhsNumber: string;
  /** Null where nothing has confirmed it. */
  readonly birthDate: IsoDate | null;
}

/** Keeps an answer beside those before it. */
export async function keepPermission(
  trx: Trx,
  { hospital, council, personKey, nhsNumber, birthDate }: AskedOf,
  asked: PermissionAsked & { readonly by: Human },
  audit: string,
  expiresAt: Date,
): Promise<void> {
  await trx.sql
    .insertInto('permission_to_tell')
    .values({
      permission_id: randomUUID(),
      hospital,
      council,
      person_key: personKey,
      nhs_number: nhsNumber,
      birth_date: birthDate,
      answer: asked.answer,
      cannot_ask_reason: asked.cannotAskReason,
      at: asked.at,
      by_id: asked.by.id,
      by_name: asked.by.name,
      audit_id: audit,
      expires_at: expiresAt,
    })
    .execute();
}

/** What a person has said at a hospital to a provider's being told. */
export interface PersonsWord {
  /** The last answer that this council's own pages were given. */
  readonly last: PermissionAsked['answer'] | null;
  /** When they last said yes there. */
  readonly givenAt: Date | null;
  /** When they last said no to anybody there: whichever council was asked about, and whether to a look-up or to a telling. */
  readonly refusedAt: Date | null;
}

/**
 * The person's word since a moment. A refusal counts by number alone, under whichever council it was written; a yes
 * only of the very person whom this council or this birth date means, so that nobody's yes lifts another's no.
 */
export async function personsWord(
  db: Db,
  { hospital, council, personKey, birthDate }: Omit<AskedOf, 'nhsNumber'>,
  numbers: readonly string[],
  since: Date,
): Promise<PersonsWord> {
  const { rows } = await sql<{ last: PermissionAsked['answer'] | null; given: Date | null; refused: Date | null }>`
    with ${refusalsOf(numbers)},
    said as materialized (select p.answer, p.at, p.council = ${council} and (p.person_key = ${personKey}::bigint
        or (p.birth_date = ${birthDate}::date and p.nhs_number is not null)) as own
      from permission_to_tell p where p.hospital = ${hospital} and p.at >= ${since}
        and p.nhs_number = any(array(select number from same))
      union all
      select p.answer, p.at, true from permission_to_tell p where p.hospital = ${hospital} and p.at >= ${since}
        and p.council = ${council} and p.person_key = ${personKey}::bigint)
    select (select answer from said where own order by at desc, answer desc limit 1) as last,
      (select max(at) from said where own and answer = 'given') as given,
      greatest((select max(at) from said where answer = 'refused'),
        (select max(r.at) from refusal r where r.organisation = ${hospital} and r.at >= ${since})) as refused`.execute(
    db.sql,
  );
  const [row] = rows;
  return { last: row?.last ?? null, givenAt: row?.given ?? null, refusedAt: row?.refused ?? null };
}

/** When the person last refused to be looked up at a hospital, by any of their numbers, since a moment; null when not. */
export async function lastRefusal(
  db: Db,
  hospital: string,
  numbers: readonly string[],
  since: Date,
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    with ${refusalsOf(numbers)}
    select max(r.at) as at from refusal r where r.organisation = ${hospital} and r.at >= ${since}`.execute(db.sql);
  return rows[0]?.at ?? null;
}

/**
 * Which notices' people have refused to be looked up, or any provider's being told, since the notice was last asked
 * about; and those of people who have died at its hospital. @returns ids
 */
export async function changedAmong(
  db: Db,
  notices: readonly {
    readonly id: string;
    readonly hospital: string;
    readonly nhsNumber: string;
    readonly birthDate: IsoDate;
    readonly stayId: string | null;
    readonly checkedAt: Date;
  }[],
): Promise<Set<string>> {
  if (notices.length === 0) return new Set();
  const list = <T>(of: (one: (typeof notices)[number]) => T): T[] => notices.map(of);
  const { rows } = await sql<{ id: string }>`
    select s.id from unnest(${list((one) => one.id)}::text[], ${list((one) => one.hospital)}::text[],
      ${list((one) => one.nhsNumber)}::text[], ${list((one) => one.birthDate)}::date[],
      ${list((one) => one.stayId)}::uuid[], ${list((one) => one.checkedAt)}::timestamptz[])
      s(id, organisation, nhs_number, birth_date, stay_id, checked_at)
    cross join lateral (with ${sameNumbers} select array(select number from same) as numbers) k
    where exists (select from audit_event a
        where a.number_asked = any(k.numbers) and a.organisation = s.organisation
          and a.action = 'look-up' and a.permission = 'refused' and a.at >= s.checked_at)
      or exists (select from permission_to_tell p
        where p.hospital = s.organisation and p.nhs_number = any(k.numbers) and p.answer = 'refused' and p.at >= s.checked_at)
      or exists (select from stay y where (y.died or y.status = 'died') and (y.stay_id = s.stay_id
        or (y.nhs_number = any(k.numbers) and y.birth_date = s.birth_date and y.organisation = s.organisation)))`.execute(
    db.sql,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Deletes answers whose time is over, but for those on which a notice under way rests, and those of somebody who is in
 * the hospital still: there the time runs from the end of the stay (product rule 5).
 */
export async function forgetPermissions(db: Db, now: Date): Promise<void> {
  await sql`delete from permission_to_tell p where p.expires_at <= ${now} and not exists (select from notice n
      where n.open and n.hospital = p.hospital and n.council = p.council and n.person_key = p.person_key)
    and not exists (select from (select p.nhs_number) s
      cross join lateral (with ${sameNumbers} select array(select number from same) as numbers) k
      join stay y on y.nhs_number = any(k.numbers) and y.organisation = p.hospital
      where y.status in ('arrived', 'admitted', 'on-leave') or y.ended_at + (p.expires_at - p.at) > ${now})`.execute(
    db.sql,
  );
}
