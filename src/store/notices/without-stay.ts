/** What was told of somebody before any feed spoke of their stay: it becomes the stay's as soon as one does. */
import { sql } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { Db, Trx } from '../database.ts';

/** A telling without a stay, and whose lock it needs. */
export interface Stayless {
  readonly id: string;
  readonly council: string;
  readonly personKey: string;
}

/** What a hospital told since a moment of a person, by number and birth date, when no stay of theirs was known. */
export async function toldWithoutStay(
  db: Db,
  {
    hospital,
    numbers,
    birthDate,
    since,
  }: {
    readonly hospital: string;
    readonly numbers: readonly string[];
    readonly birthDate: IsoDate;
    readonly since: Date;
  },
): Promise<Stayless[]> {
  const { rows } = await sql<Stayless>`
    select telling_id as id, council, person_key::text as "personKey" from telling
    where stay_id is null and hospital = ${hospital} and nhs_number = any(${[...numbers]}::text[])
      and birth_date = ${birthDate} and created_at >= ${since}
    order by council, person_key, telling_id`.execute(db.sql);
  return rows;
}

/**
 * Makes tellings without a stay a stay's, with their notices. Take their persons' locks first.
 * @param patient the hospital's key of the stay's patient
 */
export async function joinStay(trx: Trx, tellings: readonly string[], stayId: string, patient: string): Promise<void> {
  const own = sql`telling_id = any(${[...tellings]}::uuid[]) and stay_id is null`;
  await sql`update telling set stay_id = ${stayId}, patient = ${patient} where ${own}`.execute(trx.sql);
  await sql`update notice set stay_id = ${stayId}, version = nextval('notice_version') where ${own}`.execute(trx.sql);
}
