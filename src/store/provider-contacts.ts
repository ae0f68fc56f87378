/** How providers are reached by their own word, and who of them is on call. */
import { sql } from 'kysely';
import type { IsoDate } from '../domain/dates.ts';
import type { OwnContact } from '../domain/provider-contact.ts';
import { parseProviderId } from '../domain/provider-id.ts';
import type { RotaEntry } from '../domain/provider-rota.ts';
import type { Db, Trx } from './database.ts';

export interface StoredContact extends OwnContact {
  readonly organisation: string;
  readonly confirmedBy: string;
}

/** Every provider's own contact: a few hundred short rows. */
export async function listOwnContacts(db: Db): Promise<StoredContact[]> {
  const rows = await db.sql.selectFrom('provider_own_contact').selectAll().execute();
  return rows.map((row) => ({
    organisation: row.organisation,
    officePhone: row.office_phone,
    officeHours: row.office_hours,
    outOfHoursPhone: row.out_of_hours_phone,
    email: row.email,
    confirmedAt: row.confirmed_at,
    confirmedBy: row.confirmed_by,
    changedAt: row.changed_at,
  }));
}

/** One provider's own contact; null while it has confirmed none. */
export async function findOwnContact(db: Db, organisation: string): Promise<StoredContact | null> {
  const row = await db.sql
    .selectFrom('provider_own_contact')
    .selectAll()
    .where('organisation', '=', organisation)
    .executeTakeFirst();
  if (!row) return null;
  return {
    organisation,
    officePhone: row.office_phone,
    officeHours: row.office_hours,
    outOfHoursPhone: row.out_of_hours_phone,
    email: row.email,
    confirmedAt: row.confirmed_at,
    confirmedBy: row.confirmed_by,
    changedAt: row.changed_at,
  };
}

/** How a council's own record says that a provider is reached. */
export interface CouncilContact extends Pick<
  StoredContact,
  'officePhone' | 'officeHours' | 'outOfHoursPhone' | 'email'
> {
  readonly council: string;
  readonly lastConfirmed: IsoDate | null;
}

/** What councils have on record of how a provider is reached, confirmed last first. */
export async function councilContacts(db: Db, organisation: string): Promise<CouncilContact[]> {
  const place = parseProviderId(organisation);
  if (!place) return [];
  const { rows } = await sql<CouncilContact>`
    select council, phone as "officePhone", office_hours as "officeHours", out_of_hours_phone as "outOfHoursPhone", email,
      last_confirmed::text as "lastConfirmed"
    from provider_contact where until_bundle is null and ${
      place.kind === 'cqc'
        ? sql`cqc_location_id = ${place.location}`
        : sql`council = ${place.council} and local_reference = ${place.reference}`
    } order by last_confirmed desc nulls last, council`.execute(db.sql);
  return rows;
}

/** The number that CQC's public directory, as a council handed it in, has of a provider; null where it has none. */
export async function directoryPhone(db: Db, council: string, organisation: string): Promise<string | null> {
  const place = parseProviderId(organisation);
  if (place?.kind !== 'cqc') return null;
  const { rows } = await sql<{ phone: string | null }>`
    select phone from directory_entry
    where council = ${council} and cqc_location_id = ${place.location} and until_bundle is null`.execute(db.sql);
  return rows[0]?.phone ?? null;
}

/** Keeps what a provider confirmed, in place of what it confirmed before. */
export async function putOwnContact(trx: Trx, one: StoredContact): Promise<void> {
  const values = {
    office_phone: one.officePhone,
    office_hours: one.officeHours,
    out_of_hours_phone: one.outOfHoursPhone,
    email: one.email,
    confirmed_at: one.confirmedAt,
    confirmed_by: one.confirmedBy,
    changed_at: one.changedAt ?? null,
  };
  await trx.sql
    .insertInto('provider_own_contact')
    .values({ organisation: one.organisation, ...values })
    .onConflict((conflict) => conflict.column('organisation').doUpdateSet(values))
    .execute();
}

/** An organisation's rota, whoever answers first first. */
export async function listRota(db: Db, organisation: string): Promise<RotaEntry[]> {
  const rows = await db.sql
    .selectFrom('provider_rota')
    .selectAll()
    .where('organisation', '=', organisation)
    .orderBy('place')
    .orderBy('entry')
    .execute();
  return rows.map(({ entry, name, phone, email, hours }) => ({ id: entry, name, phone, email, hours }));
}

/** Adds to a rota, after everybody else. */
export async function insertRotaEntry(trx: Trx, organisation: string, one: RotaEntry): Promise<void> {
  const { id, name, phone, email, hours } = one;
  await sql`insert into provider_rota (entry, organisation, name, phone, email, hours, place)
    select ${id}, ${organisation}, ${name}, ${phone}, ${email}, ${hours}, coalesce(max(place), 0) + 1
    from provider_rota where organisation = ${organisation}`.execute(trx.sql);
}

/** Takes somebody off a rota. @returns false when the entry was not this organisation's */
export async function deleteRotaEntry(trx: Trx, organisation: string, entry: string): Promise<boolean> {
  const gone = await trx.sql
    .deleteFrom('provider_rota')
    .where('entry', '=', entry)
    .where('organisation', '=', organisation)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}
