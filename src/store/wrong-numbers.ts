/** Providers' numbers that somebody found to be wrong, and who gives them now. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Closing, GivenNow } from '../domain/call.ts';
import { parseProviderId } from '../domain/provider-id.ts';
import type { Db, Trx } from './database.ts';
import type { Schema } from './schema.ts';
import { isUuid } from './notices/tellings.ts';

/** One report: the council's task, and the caution beside the number. */
export interface WrongNumber {
  readonly id: string;
  readonly council: string;
  readonly provider: string;
  readonly providerName: string | null;
  readonly phone: string;
  readonly phoneKey: string;
  readonly hospital: string;
  readonly reportedAt: Date;
  readonly reportedBy: string;
  readonly lastAt: Date;
  /** How often it was reported. */
  readonly times: number;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly closedHow: Closing | null;
  /** Null while answers show the caution. */
  readonly cautionUntil: Date | null;
}

/** Reports a number; one that is reported already is counted, and its task is open again. */
export async function putWrongNumber(
  trx: Trx,
  one: Pick<WrongNumber, 'council' | 'provider' | 'providerName' | 'phone' | 'phoneKey' | 'hospital'> & {
    readonly at: Date;
    readonly by: string;
  },
): Promise<void> {
  await sql`insert into wrong_number (report_id, council, provider, provider_name, phone, phone_key, hospital, reported_at, reported_by, last_at, times)
    values (${randomUUID()}, ${one.council}, ${one.provider}, ${one.providerName}, ${one.phone}, ${one.phoneKey}, ${one.hospital}, ${one.at}, ${one.by}, ${one.at}, 1)
    on conflict (council, provider, phone_key) where caution_until is null
    do update set times = wrong_number.times + 1, last_at = excluded.last_at, closed_at = null, closed_by = null, closed_how = null`.execute(
    trx.sql,
  );
}

/** Reports whose caution stands beside a number of these providers, whichever council's task they are. */
export async function cautionsOf(db: Db, providers: readonly string[]): Promise<WrongNumber[]> {
  if (providers.length === 0) return [];
  const rows = await db.sql
    .selectFrom('wrong_number')
    .selectAll()
    .where('provider', 'in', [...providers])
    .where('caution_until', 'is', null)
    .execute();
  return rows.map(fromRow);
}

/** A council's reports: those open or cautioned about, or all that are kept; the oldest task first. */
export async function wrongNumbersOf(db: Db, council: string, onlyOpen: boolean): Promise<WrongNumber[]> {
  const rows = await db.sql
    .selectFrom('wrong_number')
    .selectAll()
    .where('council', '=', council)
    .$if(onlyOpen, (query) => query.where('closed_at', 'is', null))
    .orderBy('reported_at')
    .limit(1000)
    .execute();
  return rows.map(fromRow);
}

/** A report of a council, kept from change until the transaction ends; null when it has none of this id. */
export async function holdWrongNumber(trx: Trx, council: string, id: string): Promise<WrongNumber | null> {
  if (!isUuid(id)) return null;
  const row = await trx.sql
    .selectFrom('wrong_number')
    .selectAll()
    .where('council', '=', council)
    .where('report_id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Ends a report's task, and its caution unless that is to stay. */
export async function closeReport(
  trx: Trx,
  id: string,
  { at, by, how, caution }: { readonly at: Date; readonly by: string | null; readonly how: Closing; readonly caution: 'ends' | 'stays' },
): Promise<void> {
  await sql`update wrong_number set closed_at = coalesce(closed_at, ${at}), closed_by = coalesce(closed_by, ${by}),
      closed_how = case when closed_at is null then ${how} else closed_how end,
      caution_until = case when ${caution === 'ends'} then ${at}::timestamptz end
    where report_id = ${id} and caution_until is null`.execute(trx.sql);
} // prettier-ignore

/** Who gives numbers of a provider now: what {@link endedNow} of domain/call.ts is asked with. */
export async function givenNow(db: Db, { council, provider }: Pick<WrongNumber, 'council' | 'provider'>): Promise<GivenNow> {
  const place = parseProviderId(provider);
  // A council has some hundreds; which entry stands behind a package is not for this to decide: a number that any
  // entry gives may still be shown.
  const { rows } = await sql<{ phone: string | null; out_of_hours_phone: string | null; last_confirmed: string | null; own: boolean }>`
    select phone, out_of_hours_phone, last_confirmed::text,
      coalesce(cqc_location_id = ${place?.kind === 'cqc' ? place.location : null}
        or local_reference = ${place?.kind === 'local' ? place.reference : null}, false) as own
    from provider_contact where council = ${council} and until_bundle is null`.execute(db.sql);
  const directory =
    place?.kind === 'cqc'
      ? await sql<{ phone: string | null }>`select phone from directory_entry
          where council = ${council} and cqc_location_id = ${place.location} and until_bundle is null`.execute(db.sql)
      : { rows: [] };
  const own = await db.sql.selectFrom('provider_own_contact').selectAll().where('organisation', '=', provider).executeTakeFirst();
  return {
    council: rows.filter((row) => row.own).map((row) => ({ phones: [row.phone, row.out_of_hours_phone], confirmed: row.last_confirmed })),
    others: [...rows.flatMap((row) => [row.phone, row.out_of_hours_phone]), ...directory.rows.map(({ phone }) => phone)],
    own: own ? { phones: [own.office_phone, own.out_of_hours_phone], confirmedAt: own.confirmed_at } : null,
  };
} // prettier-ignore

/** Deletes reports that were done with before a moment. @returns how many went */
export async function forgetWrongNumbers(db: Db, before: Date): Promise<number> {
  const gone = await db.sql.deleteFrom('wrong_number').where('caution_until', '<', before).executeTakeFirst();
  return Number(gone.numDeletedRows);
}

function fromRow(row: Selectable<Schema['wrong_number']>): WrongNumber {
  return {
    id: row.report_id,
    council: row.council,
    provider: row.provider,
    providerName: row.provider_name,
    phone: row.phone,
    phoneKey: row.phone_key,
    hospital: row.hospital,
    reportedAt: row.reported_at,
    reportedBy: row.reported_by,
    lastAt: row.last_at,
    times: row.times,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    closedHow: row.closed_how,
    cautionUntil: row.caution_until,
  };
}
