/** Providers' own lists of clients: files that were handed in, their rows, and the list as it stands. */
import { sql } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import type { Human } from '../../domain/notice.ts';
import { notKept } from '../../domain/roster.ts';
import type { RosterClient, RosterCode, RosterPerson, RosterRow } from '../../domain/roster.ts';
import type { Db, Trx } from '../database.ts';

/** A file that was handed in. */
export interface RosterUpload {
  readonly id: string;
  readonly provider: string;
  readonly at: Date;
  readonly by: string;
  readonly rows: number;
}

/** A row of a file; `code` null: its person is on the list. */
export interface KeptRow {
  readonly row: number;
  readonly cells: RosterRow;
  readonly code: RosterCode | null;
}

/** One list of a provider is changed at a time. */
export async function holdRoster(trx: Trx, provider: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`roster ${provider}`}, 0))`.execute(trx.sql);
}

/** How many files a provider has handed in since a moment, those refused and the one being read among them. */
export async function uploadsSince(db: Db, provider: string, since: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from roster_upload where provider = ${provider} and at > ${since}`.execute(db.sql);
  return rows[0]?.n ?? 0;
}

/** When the file that is being read was begun; null when none is. */
export async function readingSince(trx: Trx, provider: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date }>`
    select at from roster_upload where provider = ${provider} and state = 'reading'`.execute(trx.sql);
  return rows[0]?.at ?? null;
}

/** Writes down that a file is being read. One before it that never ended is given up. */
export async function beginUpload(
  trx: Trx,
  { id, provider, at, by }: Pick<RosterUpload, 'id' | 'provider' | 'at'> & { readonly by: Human },
  audit: string,
): Promise<void> {
  await sql`update roster_upload set state = 'refused' where provider = ${provider} and state = 'reading'`.execute(trx.sql); // prettier-ignore
  await sql`
    insert into roster_upload (upload_id, provider, at, by_id, by_name, state, row_count, audit_id)
    values (${id}, ${provider}, ${at}, ${by.id}, ${by.name}, 'reading', 0, ${audit})`.execute(trx.sql);
}

/** A file that was being read is refused: it counts, and nothing of it is kept. */
export async function refuseUpload(db: Db, id: string): Promise<void> {
  await sql`update roster_upload set state = 'refused' where upload_id = ${id} and state = 'reading'`.execute(db.sql);
}

/**
 * Keeps a file that has been read, and its rows; one that was held before is thrown away.
 * @returns false when it was given up meanwhile: nothing is kept then
 */
export async function keepUpload(
  trx: Trx,
  { id, provider, rows: count }: Pick<RosterUpload, 'id' | 'provider' | 'rows'>,
  rows: readonly KeptRow[],
  audit: string,
): Promise<boolean> {
  await dropHeld(trx, provider);
  const { numAffectedRows } = await sql`
    update roster_upload set state = 'held', row_count = ${count}, audit_id = ${audit}
    where upload_id = ${id} and state = 'reading'`.execute(trx.sql);
  if (numAffectedRows !== 1n) return false;
  const json = JSON.stringify(
    rows.map(({ row, cells, code }) => ({ row_number: row, cells: keptCells(cells, code), code })),
  );
  await sql`
    insert into roster_row (upload_id, row_number, cells, code)
    select ${id}, row_number, cells, code from json_to_recordset(${json}) as r (row_number integer, cells jsonb, code text)`.execute(
    trx.sql,
  );
  return true;
}

const nothing: RosterRow = {
  nhsNumber: '', birthDate: '', family: '', given: '', reference: '', permission: '', permissionOn: '',
}; // prettier-ignore

// A child, and whoever did not agree: of their row there is its number and what was wrong, and no more.
function keptCells(cells: RosterRow, code: RosterCode | null): RosterRow {
  return code !== null && notKept.includes(code) ? nothing : cells;
}

/** Throws a held file away. */
export async function dropHeld(trx: Trx, provider: string): Promise<void> {
  const { rows } = await sql<{ upload_id: string }>`
    update roster_upload set state = 'discarded' where provider = ${provider} and state = 'held' returning upload_id`.execute(
    trx.sql,
  );
  for (const { upload_id: id } of rows) await sql`delete from roster_row where upload_id = ${id}`.execute(trx.sql);
}

/**
 * Puts a held file in the place of the one before: the old list goes as a whole. Of the file's own rows those that are
 * set aside stay; the others are the list.
 */
export async function makeCurrent(trx: Trx, provider: string, upload: string): Promise<void> {
  const { rows } = await sql<{ upload_id: string }>`
    update roster_upload set state = 'replaced' where provider = ${provider} and state = 'current' returning upload_id`.execute(
    trx.sql,
  );
  for (const { upload_id: id } of rows) await sql`delete from roster_row where upload_id = ${id}`.execute(trx.sql);
  await sql`delete from roster_client where provider = ${provider}`.execute(trx.sql);
  await sql`delete from roster_row where upload_id = ${upload} and code is null`.execute(trx.sql);
  await sql`update roster_upload set state = 'current' where upload_id = ${upload}`.execute(trx.sql);
}

/** Puts clients on the list. */
export async function keepClients(trx: Trx, upload: string, clients: readonly RosterClient[]): Promise<void> {
  const json = JSON.stringify(
    clients.map((one) => ({
      provider: one.provider,
      nhs_number: one.nhsNumber,
      birth_date: one.birthDate,
      family: one.family,
      given: one.given,
      reference: one.reference,
      permission_on: one.permissionOn,
    })),
  );
  await sql`
    insert into roster_person (nhs_number) select distinct nhs_number from json_to_recordset(${json}) as r (nhs_number text)
    order by nhs_number on conflict do nothing`.execute(trx.sql);
  await sql`
    insert into roster_client (provider, nhs_number, birth_date, family, given, reference, permission_on, upload_id)
    select provider, nhs_number, birth_date, family, given, reference, permission_on, ${upload}
    from json_to_recordset(${json}) as r (provider text, nhs_number text, birth_date date, family text, given text,
      reference text, permission_on date)
    on conflict (provider, nhs_number) do nothing`.execute(trx.sql);
}

/** A provider's file in one of the two states that it can stand in; null when there is none. */
export async function uploadOf(db: Db, provider: string, state: 'held' | 'current'): Promise<RosterUpload | null> {
  const { rows } = await sql<{ id: string; at: Date; by_name: string; row_count: number }>`
    select upload_id as id, at, by_name, row_count from roster_upload where provider = ${provider} and state = ${state}`.execute(
    db.sql,
  );
  const [row] = rows;
  return row ? { id: row.id, provider, at: row.at, by: row.by_name, rows: row.row_count } : null;
}

/** Rows of a file that are kept, in its order: all that are set aside, and of a held file the others too. */
export async function rowsOf(db: Db, upload: string, only: 'set-aside' | 'good'): Promise<KeptRow[]> {
  const which = only === 'set-aside' ? sql`code is not null` : sql`code is null`;
  const { rows } = await sql<KeptRow>`
    select row_number as row, cells, code from roster_row where upload_id = ${upload} and ${which} order by row_number`.execute(
    db.sql,
  );
  return rows;
}

/** The list as it stands, by name. */
export async function clientsOf(db: Db, provider: string): Promise<RosterClient[]> {
  const { rows } = await sql<ClientRow>`
    select * from roster_client where provider = ${provider} order by lower(family), lower(given), nhs_number`.execute(
    db.sql,
  );
  return rows.map(toClient);
}

/** Somebody's place on a provider's list, and from when it is. */
export interface Listed extends RosterPerson {
  readonly provider: string;
  readonly listedAt: Date;
  readonly agreedOn: IsoDate;
}

/**
 * On whose lists somebody stands, by both identifiers: the provider, and the person as it names them. A list that has
 * an older number counts for whoever has it now.
 */
export async function listedAt(db: Db, numbers: readonly string[], birthDate: IsoDate): Promise<Listed[]> {
  const asked = [...new Set(numbers)];
  const { rows } = await sql<ClientRow & { person_key: string; at: Date }>`
    select c.*, p.person_key::text, u.at from roster_client c join roster_person p using (nhs_number)
      join roster_upload u using (upload_id)
    where c.nhs_number = any(array(select unnest(${asked}::text[]) union select o.old_number from number_change o
        where o.new_number = any(${asked}::text[]) and o.until_bundle is null))
      and c.birth_date = ${birthDate} order by c.provider, c.nhs_number = any(${asked}::text[]) desc, c.nhs_number`.execute(
    db.sql,
  );
  return rows.map((row) => {
    const { provider, nhsNumber, family, given, reference, permissionOn } = toClient(row);
    const person = { personKey: row.person_key, nhsNumber, birthDate, family, given, reference };
    return { provider, ...person, listedAt: row.at, agreedOn: permissionOn };
  });
}

/** A provider's own reference for a number; null when it is not on its list. */
export async function referenceOf(db: Db, provider: string, number: string): Promise<string | null> {
  const { rows } = await sql<{ reference: string }>`
    select reference from roster_client where provider = ${provider} and nhs_number = ${number}`.execute(db.sql);
  return rows[0]?.reference ?? null;
}

/** What is kept of lists, and for how long. */
export interface RosterRetention {
  /** Providers whose agreement is in force: of all others everything goes. */
  readonly inForce: readonly string[];
  /** Files that were replaced, thrown away or refused before. */
  readonly filesBefore: Date;
  /** Rows that were set aside, and files that nobody decided on, handed in before. */
  readonly leftoversBefore: Date;
  readonly triesBefore: Date;
}

/** Deletes what may not be kept any longer, and keys of people who stand on no list. */
export async function forgetRosters(trx: Trx, keep: RosterRetention): Promise<void> {
  const { inForce, filesBefore, leftoversBefore, triesBefore } = keep;
  await sql`delete from roster_upload where provider <> all(${[...inForce]}::text[])`.execute(trx.sql);
  await sql`delete from roster_count where provider <> all(${[...inForce]}::text[])`.execute(trx.sql);
  await sql`update roster_upload set state = 'discarded' where state = 'held' and at < ${leftoversBefore}`.execute(trx.sql);
  await sql`delete from roster_row r using roster_upload u where u.upload_id = r.upload_id
    and (u.state not in ('held', 'current') or u.at < ${leftoversBefore})`.execute(trx.sql);
  await sql`delete from roster_try where first_at < ${triesBefore}`.execute(trx.sql);
  await sql`delete from roster_upload where state not in ('held', 'current') and at < ${filesBefore}`.execute(trx.sql);
  await sql`delete from roster_person p where not exists (select from roster_client c where c.nhs_number = p.nhs_number)
    and not exists (select from telling t where t.person_key = p.person_key)`.execute(trx.sql);
} // prettier-ignore

/** Takes everybody off a list that is too old to count. */
export async function dropList(trx: Trx, provider: string, listedBefore: Date): Promise<void> {
  await sql`delete from roster_client c using roster_upload u where u.upload_id = c.upload_id
    and c.provider = ${provider} and u.at < ${listedBefore}`.execute(trx.sql);
}

interface ClientRow {
  provider: string;
  nhs_number: string;
  birth_date: string;
  family: string;
  given: string;
  reference: string;
  permission_on: string;
}

function toClient(row: ClientRow): RosterClient {
  return {
    source: 'roster',
    provider: row.provider,
    nhsNumber: row.nhs_number as NhsNumber,
    birthDate: row.birth_date as IsoDate,
    family: row.family,
    given: row.given,
    reference: row.reference,
    permissionOn: row.permission_on as IsoDate,
  };
}
