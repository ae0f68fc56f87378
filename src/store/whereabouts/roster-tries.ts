/** What providers have handed in over the last weeks, and what of it is not so by the councils' records. */
import { sql } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import type { Human } from '../../domain/notice.ts';
import type { Pair } from '../../domain/roster.ts';
import type { Db, Trx } from '../database.ts';

/**
 * Writes down with which birth dates numbers were handed in; what is known of a number that is closed by now is enough.
 * @param most birth dates of one number with which it is closed
 */
export async function keepTries(
  trx: Trx,
  provider: string,
  { upload, at }: { readonly upload: string; readonly at: Date },
  pairs: readonly Pair[],
  most: number,
): Promise<void> {
  const json = JSON.stringify(pairs.map(({ nhsNumber, birthDate }) => ({ n: nhsNumber, b: birthDate })));
  await sql`
    insert into roster_try (provider, nhs_number, birth_date, first_at, upload_id)
    select ${provider}, r.n, r.b, ${at}, ${upload} from json_to_recordset(${json}) as r (n text, b date)
    where (select count(*) from roster_try t where t.provider = ${provider} and t.nhs_number = r.n) <= ${most}
    on conflict do nothing`.execute(trx.sql);
}

/** The birth dates with which a provider has handed numbers in since a moment, each with when it came first. */
export async function triesOf(
  db: Db,
  provider: string,
  numbers: readonly string[],
  since: Date,
): Promise<(Pair & { readonly at: Date })[]> {
  const { rows } = await sql<{ n: string; b: string; at: Date }>`
    select nhs_number as n, birth_date::text as b, first_at as at from roster_try t
    where provider = ${provider} and nhs_number = any(${[...new Set(numbers)]}::text[]) and first_at > ${since}`.execute(
    db.sql,
  );
  return rows.map(({ n, b, at }) => ({ nhsNumber: n as NhsNumber, birthDate: b as IsoDate, at }));
}

/** What was handed in and by whom. */
export interface Handed extends Pair {
  readonly by: Human;
  readonly upload: string;
}

/** What a provider handed in that has not been compared with the councils' records yet. */
export async function triesToCompare(trx: Trx, provider: string, limit: number): Promise<Handed[]> {
  const { rows } = await sql<{ n: string; b: string; upload: string; by_id: string; by_name: string }>`
    select t.nhs_number as n, t.birth_date::text as b, t.upload_id as upload, u.by_id, u.by_name
    from roster_try t join roster_upload u using (upload_id)
    where t.provider = ${provider} and not t.compared order by t.nhs_number, t.birth_date limit ${limit}`.execute(
    trx.sql,
  );
  return rows.map(({ n, b, upload, by_id: id, by_name: name }) => ({
    nhsNumber: n as NhsNumber,
    birthDate: b as IsoDate,
    upload,
    by: { id, name, organisation: provider },
  }));
}

/** They have been compared. */
export async function markCompared(trx: Trx, provider: string, pairs: readonly Pair[]): Promise<void> {
  const json = JSON.stringify(pairs.map(({ nhsNumber, birthDate }) => ({ n: nhsNumber, b: birthDate })));
  await sql`
    update roster_try t set compared = true from json_to_recordset(${json}) as r (n text, b date)
    where t.provider = ${provider} and t.nhs_number = r.n and t.birth_date = r.b`.execute(trx.sql);
}

/** Providers that have handed in what was not compared yet. */
export async function providersToCompare(db: Db): Promise<string[]> {
  const { rows } = await sql<{ provider: string }>`
    select distinct provider from roster_try where not compared order by 1`.execute(db.sql);
  return rows.map(({ provider }) => provider);
}

/** Somebody of a council's record who was handed in with another birth date. */
export interface OtherDate extends Pair {
  readonly council: string;
  readonly personKey: string;
}

/** Of these pairs those whose number a council knows with another birth date, the number now or an older one. */
export async function otherDates(db: Db, pairs: readonly Pair[]): Promise<OtherDate[]> {
  const json = JSON.stringify(pairs.map(({ nhsNumber, birthDate }) => ({ n: nhsNumber, b: birthDate })));
  const { rows } = await sql<{ n: string; b: string; council: string; person_key: string }>`
    with asked as (select r.n, r.b from json_to_recordset(${json}) as r (n text, b date)),
    meant as (select n, b, n as number from asked union
      select a.n, a.b, c.new_number from asked a join number_change c on c.old_number = a.n and c.until_bundle is null
        and c.new_number is not null and c.council in (select distinct council from bundle))
    select distinct m.n, m.b::text as b, i.council, i.person_key::text from meant m
      join person_identifier i on i.value = m.number and i.kind = 'nhs-number' and i.until_bundle is null
      join person_detail d on d.council = i.council and d.person_key = i.person_key and d.until_bundle is null
    where d.birth_date <> m.b order by 1, 2, 3`.execute(db.sql);
  return rows.map(({ n, b, council, person_key: personKey }) => ({
    nhsNumber: n as NhsNumber,
    birthDate: b as IsoDate,
    council,
    personKey,
  }));
}

/** How many people a provider handed in with another birth date than a council's, since a moment, by the trail. */
export async function mismatchesSince(db: Db, provider: string, since: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from audit_event
    where organisation = ${provider} and at > ${since} and action = 'list-mismatch'`.execute(db.sql);
  return rows[0]?.n ?? 0;
}

/** How many stand on a provider's list. */
export async function countClients(db: Db, provider: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from roster_client where provider = ${provider}`.execute(db.sql);
  return rows[0]?.n ?? 0;
}

/**
 * How many on a provider's list no council confirms. Stays are not asked, and of whom anything is on record that could
 * bar an answer nothing is confirmed.
 */
export async function countUnconfirmed(db: Db, provider: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from roster_client r where r.provider = ${provider} and not exists (
      select from person_identifier i
        join person_detail d on d.council = i.council and d.person_key = i.person_key and d.until_bundle is null
      where i.kind = 'nhs-number' and i.until_bundle is null and d.birth_date = r.birth_date and d.death_date is null
        and not coalesce(d.under_review, false)
        and i.value = any(array(select r.nhs_number union select c.new_number from number_change c
          where c.old_number = r.nhs_number and c.until_bundle is null and c.new_number is not null))
        and not exists (select from restriction x where x.council = i.council and x.person_key = i.person_key and x.until_bundle is null)
        and not exists (select from referral x where x.council = i.council and x.person_key = i.person_key and x.until_bundle is null))`.execute(db.sql); // prettier-ignore
  return rows[0]?.n ?? 0;
}

/** A count of those who were not confirmed. */
export interface RosterCount {
  readonly at: Date;
  readonly clients: number;
  /** Rounded. */
  readonly unconfirmed: number;
}

/** The last count of a provider's list; null when there is none. */
export async function rosterCountOf(db: Db, provider: string): Promise<RosterCount | null> {
  const { rows } = await sql<RosterCount>`
    select at, clients, unconfirmed from roster_count where provider = ${provider}`.execute(db.sql);
  return rows[0] ?? null;
}

/** Keeps a count in the place of the one before; null takes it away. */
export async function keepRosterCount(trx: Trx, provider: string, count: RosterCount | null): Promise<void> {
  await sql`delete from roster_count where provider = ${provider}`.execute(trx.sql);
  if (count === null) return;
  await sql`insert into roster_count (provider, at, clients, unconfirmed)
    values (${provider}, ${count.at}, ${count.clients}, ${count.unconfirmed})`.execute(trx.sql);
}
