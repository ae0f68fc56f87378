/**
 * What arrivals have asked lately, read from the audit trail itself as look-ups' use is (ADR 7): birth dates that
 * differed from a person's record, and how many people were asked about. Whoever may send a hospital's messages
 * must not learn by them what a person at the keyboard could not.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { AlertKind } from '../../domain/policy.ts';
import type { Db, Trx } from '../database.ts';

const day = 86_400_000;
const hour = 3_600_000;

/** Whom a question is about, and by what. */
export interface ArrivalGuess {
  readonly council: string;
  readonly hospital: string;
  readonly personKey: string;
  /** Numbers by which it is asked: the one stated, and the one that it has become. */
  readonly numbers: readonly string[];
  /** The birth date of the record, and the one that is asked with. */
  readonly recorded: IsoDate;
  readonly asked: IsoDate;
}

/**
 * How many other birth dates than the record's and the one asked with a hospital's messages have given for a person:
 * in the last 24 hours by the trail, and in stays that are open now, so that none of them is forgotten while it stands.
 */
export async function otherBirthDates(db: Db, guess: ArrivalGuess, now: Date): Promise<number> {
  const { council, hospital, personKey, numbers, recorded, asked } = guess;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select a.detail->>'otherBirthDate' as tried from audit_event a
      where a.council = ${council} and a.person_key = ${personKey}::bigint and a.at > ${new Date(now.getTime() - day)}
        and a.organisation = ${hospital} and a.action = 'arrival-question' and a.detail->>'otherBirthDate' is not null
      union
      select to_char(s.birth_date, 'YYYY-MM-DD') from stay s
      where s.nhs_number = any(${[...numbers]}::text[]) and s.organisation = ${hospital} and s.birth_date is not null
        and s.status in ('arrived', 'admitted', 'on-leave')) t
    where tried not in (${recorded}, ${asked})`.execute(db.sql);
  return rows[0]?.count ?? 0;
}

/** Whether the privacy officer was told of a person's birth dates already, in the last 24 hours. */
export async function toldOfPerson(
  db: Db,
  { council, hospital, personKey }: Pick<ArrivalGuess, 'council' | 'hospital' | 'personKey'>,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    select from alert a join audit_event e on e.audit_id = a.audit_id
    where a.organisation = ${hospital} and a.kind = ${'arrival-mismatches' satisfies AlertKind}
      and a.at > ${new Date(now.getTime() - day)} and e.council = ${council} and e.person_key = ${personKey}::bigint
    limit 1`.execute(db.sql);
  return rows.length > 0;
}

/**
 * Whether a hospital's arrivals have asked a council about so many people in the last hour that one more is too
 * many, and nobody was told of it in that hour. What is only asked again does not count.
 */
export async function isUnusualRate(
  db: Db,
  { council, hospital, limit }: { readonly council: string; readonly hospital: string; readonly limit: number },
  now: Date,
): Promise<boolean> {
  const since = new Date(now.getTime() - hour);
  // No more is counted than the limit, and nothing for an hour once it was said: a flood costs no more than a day.
  const { rows } = await sql<{ unusual: boolean }>`
    select case
      when exists (select from alert where organisation = ${hospital} and council = ${council}
        and kind = ${'many-arrivals' satisfies AlertKind} and at > ${since}) then false
      else (select count(*) >= ${limit} from (select from audit_event a
        where a.organisation = ${hospital} and a.at > ${since} and a.action = 'arrival-question' and a.council = ${council}
          and a.sources is not null and coalesce((a.detail->>'first')::boolean, false) limit ${limit}) q) end as unusual`.execute(
    db.sql,
  );
  return rows[0]?.unusual ?? false;
}

/** Tells a hospital's privacy officer of a question whose row is in the trail. */
export async function raiseArrivalAlert(
  trx: Trx,
  kind: AlertKind,
  of: { readonly council: string; readonly hospital: string; readonly audit: string },
  at: Date,
): Promise<void> {
  const { council, hospital: organisation, audit: audit_id } = of;
  await trx.sql
    .insertInto('alert')
    .values({
      alert_id: randomUUID(),
      at,
      kind,
      organisation,
      council,
      audit_id,
      reviewed_at: null,
      reviewed_by: null,
      outcome: null,
    }) // prettier-ignore
    .execute();
}
