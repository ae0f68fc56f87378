/** Who is in hospital, as it was last worked out from the feed's statements. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import type { PatientRef, StatedNhsNumber } from '../../domain/stay-event.ts';
import type { Stay } from '../../domain/stay.ts';
import type { StayPlace } from '../../domain/stay-visit.ts';
import type { Db } from '../database.ts';
import type { Schema } from '../schema.ts';

/** A stay as it is kept: without its history, which is worked out anew from the statements. */
export interface StoredStay extends Omit<Stay, 'id' | 'person' | 'history'> {
  /** Stays the same for as long as one visit number does. */
  readonly stayId: string;
  /** Raised with each change of the stay. */
  readonly version: number;
  /** When it left board, lists and hints, nothing having been heard of it for too long; null while it has not. */
  readonly shelvedAt: Date | null;
  readonly person: StoredPerson;
}

/** The person of a stay, as the hospital knows them. */
export interface StoredPerson {
  readonly patient: PatientRef;
  readonly nhsNumber: StatedNhsNumber | null;
  readonly birthDate: IsoDate | null;
  readonly name: { readonly family: string; readonly given: string } | null;
  readonly died: boolean;
}

/** Stays of people whom the hospital knows by one of these NHS numbers, ended ones too, the latest first. */
export async function staysOfNumbers(db: Db, numbers: readonly string[]): Promise<StoredStay[]> {
  if (numbers.length === 0) return [];
  const rows = await db.sql
    .selectFrom('stay')
    .selectAll()
    .where('nhs_number', 'in', [...new Set(numbers)])
    .orderBy('since', 'desc')
    .orderBy('stay_id')
    .execute();
  return rows.map(fromRow);
}

/** Whether a feed speaks of a hospital: it has somebody there now. */
export async function isHospitalOfFeed(db: Db, feed: string, hospital: string): Promise<boolean> {
  const { rows } = await sql`
    select from stay where feed = ${feed} and organisation = ${hospital} and status in ('arrived', 'admitted', 'on-leave')
    limit 1`.execute(db.sql);
  return rows.length > 0;
}

/** A stay; null when there is none of this id, or not any more. */
export async function stayById(db: Db, stayId: string): Promise<StoredStay | null> {
  const row = await db.sql.selectFrom('stay').selectAll().where('stay_id', '=', stayId).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Those of some stays that there are, in no order. */
export async function staysById(db: Db, stayIds: readonly string[]): Promise<StoredStay[]> {
  if (stayIds.length === 0) return [];
  const rows = await db.sql
    .selectFrom('stay')
    .selectAll()
    .where(sql<boolean>`stay_id = any(${[...stayIds]}::uuid[])`)
    .execute();
  return rows.map(fromRow);
}

/** A row of the table as the domain's words. */
export function fromRow(row: Selectable<Schema['stay']>): StoredStay {
  const { nhs_number: number, family, given, expected_discharge_day: day, expected_discharge_at: at } = row;
  return {
    stayId: row.stay_id,
    version: row.version,
    shelvedAt: row.shelved_at,
    feed: row.feed,
    visits: row.visits,
    status: row.status as Stay['status'],
    since: row.since,
    patientClass: row.patient_class as Stay['patientClass'],
    startedAt: row.started_at,
    endedAt: row.ended_at,
    staleAt: row.stale_at,
    lastHeardAt: row.last_heard_at,
    organisation: row.organisation,
    team: row.team,
    places: (row.places as readonly PlaceInJson[]).map(readPlace),
    expectedDischarge: day === null ? null : { date: day as IsoDate, at },
    cautions: row.cautions as Stay['cautions'],
    reopenedAt: row.reopened_at,
    person: {
      patient: row.patient as PatientRef,
      nhsNumber: number === null ? null : { value: number as NhsNumber, status: row.nhs_number_status },
      birthDate: row.birth_date as IsoDate | null,
      name: family === null || given === null ? null : { family, given },
      died: row.died,
    },
  };
}

interface PlaceInJson extends Omit<StayPlace, 'from' | 'to'> {
  readonly from: string;
  readonly to: string | null;
}

function readPlace({ from, to, ...place }: PlaceInJson): StayPlace {
  return { ...place, from: new Date(from), to: to === null ? null : new Date(to) };
}
