/** Replaces the stays of some clusters by what their statements come to now: only what differs is written. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { matchStays } from '../../domain/stay-kept.ts';
import type { Stay } from '../../domain/stay.ts';
import type { Trx } from '../database.ts';
import { isFoundOtherwise, keepRefusals } from './refusal.ts';
import { fromRow } from './stays.ts';
import type { StoredStay } from './stays.ts';

/** A stay without what the store alone knows of it. */
export type Picture = Omit<StoredStay, 'stayId' | 'version' | 'shelvedAt'>;

interface Write {
  readonly stayId: string;
  readonly cluster: string;
  readonly version: number;
  readonly shelvedAt: Date | null;
  readonly picture: Picture;
}

/**
 * Writes the stays of clusters.
 * @param stays what the fold of each cluster gives, by cluster
 * @param offLists how long a stale stay is still on lists
 * @returns ids of the stays that have changed, those that are no more included. A stay of which no more is
 *   new than that something was heard of it has not changed: nobody need be asked about it again
 */
export async function replaceStays(
  trx: Trx,
  stays: ReadonlyMap<string, readonly Stay[]>,
  offLists: number,
  at: Date,
): Promise<string[]> {
  const rows = await trx.sql
    .selectFrom('stay')
    .selectAll()
    .where(sql<boolean>`cluster = any(${[...stays.keys()]}::bigint[])`)
    .orderBy('stay_id')
    .execute();
  const kept = Map.groupBy(rows, ({ cluster }) => cluster);
  const writes: Write[] = [];
  const changed: string[] = [];
  const corrected: string[] = [];
  const joined: { from: string; into: string }[] = [];
  for (const [cluster, folded] of stays) {
    const { matches, gone } = matchStays((kept.get(cluster) ?? []).map(fromRow), folded);
    changed.push(...gone.map(({ stayId }) => stayId));
    for (const { stayId: from, visits } of gone) {
      const into = matches.find(({ folded: one }) => one.visits.some((visit) => visits.includes(visit)))?.kept;
      if (into) joined.push({ from, into: into.stayId });
    }
    for (const { kept: before, folded: stay } of matches) {
      const picture = pictureOf(stay);
      const shelvedAt = isShelved(picture, offLists, at) ? (before?.shelvedAt ?? at) : null;
      const isBack = before !== null && (before.shelvedAt === null) !== (shelvedAt === null);
      const isNew = before === null || isBack || matter(pictureOf(before)) !== matter(picture);
      if (!isNew && before.lastHeardAt.getTime() === picture.lastHeardAt.getTime() && sameTime(before.staleAt, picture.staleAt)) continue; // prettier-ignore
      const stayId = before?.stayId ?? randomUUID();
      writes.push({ stayId, cluster, version: (before?.version ?? 0) + (isNew ? 1 : 0), shelvedAt, picture });
      if (isNew) changed.push(stayId);
      if (before && isFoundOtherwise(before, picture)) corrected.push(stayId);
    }
  }
  await keepRefusals(trx, corrected, joined);
  const noMore = changed.filter((id) => !writes.some(({ stayId }) => stayId === id));
  if (noMore.length > 0) await trx.sql.deleteFrom('stay').where('stay_id', 'in', noMore).execute();
  await write(trx, writes);
  await addChanges(trx, changed, at);
  return changed;
}

/** What of a stay is kept: all but its history. */
export function pictureOf(stay: Stay | StoredStay): Picture {
  const { feed, visits, status, since, patientClass, startedAt, endedAt, staleAt, lastHeardAt } = stay;
  const { organisation, team, places, expectedDischarge, cautions, person } = stay;
  const { patient, nhsNumber, birthDate, name } = person;
  return {
    feed, visits, status, since, patientClass, startedAt, endedAt, staleAt, lastHeardAt, organisation, team,
    places: places.map(({ organisation: where, team: whose, from, to }) => ({ organisation: where, team: whose, from, to })),
    expectedDischarge: expectedDischarge && { date: expectedDischarge.date, at: expectedDischarge.at },
    cautions,
    person: {
      patient: { authority: patient.authority, value: patient.value },
      nhsNumber: nhsNumber && { value: nhsNumber.value, status: nhsNumber.status },
      birthDate,
      name: name && { family: name.family, given: name.given },
      died: 'died' in person ? person.died : person.death !== null,
    },
    reopenedAt: stay.reopenedAt,
  }; // prettier-ignore
}

function isShelved({ staleAt }: Picture, offLists: number, at: Date): boolean {
  return staleAt !== null && staleAt.getTime() + offLists <= at.getTime();
}

// All but when it was last heard of: that alone makes no other stay of it.
function matter({ lastHeardAt: _lastHeardAt, staleAt: _staleAt, ...rest }: Picture): string {
  return JSON.stringify(rest);
}

function sameTime(a: Date | null, b: Date | null): boolean {
  return a?.getTime() === b?.getTime();
}

const columns = {
  stay_id: 'uuid', feed: 'text', cluster: 'bigint', visits: 'text[]', status: 'text', since: 'timestamptz',
  patient_class: 'text', started_at: 'timestamptz', ended_at: 'timestamptz', stale_at: 'timestamptz', shelved_at: 'timestamptz',
  last_heard_at: 'timestamptz', organisation: 'text', team: 'text', places: 'jsonb', expected_discharge_day: 'date',
  expected_discharge_at: 'timestamptz', patient: 'jsonb', nhs_number: 'text', nhs_number_status: 'text',
  birth_date: 'date', family: 'text', given: 'text', died: 'boolean', cautions: 'text[]', version: 'integer',
  reopened_at: 'timestamptz',
} as const; // prettier-ignore
const names = sql.raw(Object.keys(columns).join(', '));
const types = sql.raw(Object.entries(columns).map((column) => column.join(' ')).join(', ')); // prettier-ignore
const renewed = sql.raw(
  Object.keys(columns)
    .filter((name) => name !== 'stay_id')
    .map((name) => `${name} = excluded.${name}`)
    .join(', '),
);

async function write(trx: Trx, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  const rows = JSON.stringify(writes.map(toRow));
  await sql`
    insert into stay (${names}) select ${names} from json_to_recordset(${rows}) as s (${types})
    on conflict (stay_id) do update set ${renewed}`.execute(trx.sql);
}

function toRow({ stayId, cluster, version, shelvedAt, picture }: Write): Record<keyof typeof columns, unknown> {
  const { person, expectedDischarge } = picture;
  return {
    stay_id: stayId,
    feed: picture.feed,
    cluster,
    visits: picture.visits,
    status: picture.status,
    since: picture.since,
    patient_class: picture.patientClass,
    started_at: picture.startedAt,
    ended_at: picture.endedAt,
    stale_at: picture.staleAt,
    shelved_at: shelvedAt,
    last_heard_at: picture.lastHeardAt,
    organisation: picture.organisation,
    team: picture.team,
    places: picture.places,
    expected_discharge_day: expectedDischarge?.date ?? null,
    expected_discharge_at: expectedDischarge?.at ?? null,
    patient: person.patient,
    nhs_number: person.nhsNumber?.value ?? null,
    nhs_number_status: person.nhsNumber?.status ?? null,
    birth_date: person.birthDate,
    family: person.name?.family ?? null,
    given: person.name?.given ?? null,
    died: person.died,
    cautions: picture.cautions,
    version,
    reopened_at: picture.reopenedAt,
  };
}

async function addChanges(trx: Trx, stayIds: readonly string[], at: Date): Promise<void> {
  if (stayIds.length === 0) return;
  await trx.sql
    .insertInto('stay_change')
    .values(stayIds.map((stay_id) => ({ stay_id, changed_at: at })))
    .execute();
}
