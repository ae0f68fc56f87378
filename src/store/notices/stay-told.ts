/** What stays have yet to tell, and what was told of them by itself. */
import { sql } from 'kysely';
import type { DayOrTime } from '../../domain/stay-event.ts';
import type { Db, Trx } from '../database.ts';
import { sameNumbers, stayIsOpen } from '../hospital/care.ts';
import { revive } from './revive.ts';
import { isUuid, tellingById } from './tellings.ts';
import type { StoredTelling } from './tellings.ts';

/** Stays that have changed since notices last looked at them, those that have waited longest first; also stays that are no more. */
export async function staysToTell(db: Db, without: readonly string[], limit: number): Promise<string[]> {
  const { rows } = await sql<{ stay_id: string }>`
    select stay_id from stay_to_tell where stay_id <> all(${[...without]}::uuid[])
    group by stay_id order by min(change_id) limit ${limit}`.execute(db.sql);
  return rows.map((row) => row.stay_id);
}

/** For how long the stay has waited that has waited longest, in milliseconds; 0 when none does. */
export async function longestToTell(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ since: Date | null }>`
    select min(changed_at) as since from stay_to_tell`.execute(db.sql);
  const since = rows[0]?.since;
  return since ? Math.max(0, now.getTime() - since.getTime()) : 0;
}

/** Stays whose news was to be told before a moment and has not been. */
export interface UntoldStays {
  readonly stays: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** Since when the first of them has waited; null when there are none. */
  readonly since: Date | null;
}

/** Changes that are looked through for them: however much waits, asking costs no more. */
const mostCounted = 1_000;

/** What has waited since before a moment. @param hospital of whose stays; null: of all, also of stays that are no more */
export async function untoldStays(db: Db, before: Date, hospital: string | null): Promise<UntoldStays> {
  const own = hospital === null ? sql`` : sql`join stay s on s.stay_id = c.stay_id and s.organisation = ${hospital}`;
  const { rows } = await sql<UntoldStays>`
    select count(distinct stay_id)::integer as stays, count(*) = ${mostCounted} as more, min(changed_at) as since from (
      select c.stay_id, c.changed_at from stay_to_tell c ${own}
      where c.changed_at < ${before}::timestamptz order by c.change_id limit ${mostCounted}) c`.execute(db.sql);
  return rows[0] ?? { stays: 0, more: false, since: null };
}

/** At which bundle each council's facts stand. */
export async function bundlesOfEach(db: Db, councils: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ council: string; bundle: string | null }>`
    select c.council, (select max(bundle_id)::text from bundle_part b where b.council = c.council and applied) as bundle
    from unnest(${[...councils]}::text[]) c (council)`.execute(db.sql);
  return new Map(rows.map(({ council, bundle }) => [council, bundle ?? '']));
}

/**
 * Has the open stays of some hospitals looked at again that a council was told nothing of, though it knows the person:
 * what it knows may have come after them.
 * @returns how many there are
 */
export async function tellAgain(db: Db, council: string, hospitals: readonly string[], now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into stay_to_tell (stay_id, changed_at)
    select s.stay_id, ${now}::timestamptz from stay s
    where ${stayIsOpen} and s.organisation = any(${[...hospitals]}::text[]) and s.birth_date is not null
      and not exists (select from stay_told d where d.stay_id = s.stay_id and d.council = ${council}
        and d.provider = '' and d.with_us is not null)
      and not exists (select from stay_to_tell c where c.stay_id = s.stay_id)
      -- By an array, so that each stay is one reading of the index and not of everybody whom the council knows.
      and exists (select from person_identifier i where i.council = ${council} and i.kind = 'nhs-number'
        and i.until_bundle is null and i.value = any(array(with ${sameNumbers} select number from same)))`.execute(
    db.sql,
  );
  return Number(numAffectedRows);
}

/** Takes the changes of a stay that are known so far. @returns false while another process is at it */
export async function takeToTell(trx: Trx, stayId: string): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`stay to tell ${stayId}`}, 0)) as held`.execute(trx.sql);
  if (rows[0]?.held !== true) return false;
  await trx.sql.deleteFrom('stay_to_tell').where('stay_id', '=', stayId).execute();
  return true;
}

/** What was told by itself of a stay, to a council and the providers of its packages, or to one provider. */
export interface StayTold {
  readonly stayId: string;
  readonly council: string;
  /** The provider whose own list of clients is the reason; empty for the council and its packages' providers. */
  readonly provider: string;
  /** Where the person was said to be when it was last told. */
  readonly hospital: string;
  readonly personKey: string;
  readonly nhsNumber: string;
  readonly withUs: string | null;
  readonly gone: string | null;
  readonly goneAt: Date | null;
  /** As the hospital said when it was last told. */
  readonly expected: DayOrTime | null;
}

/** Everything that was told of a stay by itself. */
export async function toldOfStay(db: Db, stayId: string): Promise<StayTold[]> {
  const rows = await db.sql.selectFrom('stay_told').selectAll().where('stay_id', '=', stayId).orderBy('council').orderBy('provider').execute();
  return rows.map((row) => ({
    stayId: row.stay_id,
    council: row.council,
    provider: row.provider,
    hospital: row.hospital,
    personKey: row.person_key,
    nhsNumber: row.nhs_number,
    withUs: row.with_us,
    gone: row.gone,
    goneAt: row.gone_at,
    expected: row.expected && revive<DayOrTime>(row.expected),
  }));
} // prettier-ignore

/** Keeps what was told in place of what was known before. */
export async function keepTold(trx: Trx, told: StayTold): Promise<void> {
  const row = {
    hospital: told.hospital,
    person_key: told.personKey,
    nhs_number: told.nhsNumber,
    with_us: told.withUs,
    gone: told.gone,
    gone_at: told.goneAt,
    expected: told.expected && JSON.stringify(told.expected),
  };
  await trx.sql
    .insertInto('stay_told')
    .values({ ...row, stay_id: told.stayId, council: told.council, provider: told.provider })
    .onConflict((conflict) => conflict.columns(['stay_id', 'council', 'provider']).doUpdateSet(row))
    .execute();
}

/** Facts that were told of a stay by itself about one person and that nothing has corrected or taken back, in order of time. */
export async function standingTellings(
  db: Db,
  { stayId, council, personKey, provider }: Pick<StayTold, 'stayId' | 'council' | 'personKey' | 'provider'>,
): Promise<StoredTelling[]> {
  if (!isUuid(stayId)) return [];
  const { rows } = await sql<{ id: string }>`
    select t.telling_id as id from telling t
    where t.stay_id = ${stayId} and t.council = ${council} and t.person_key = ${personKey}
      and t.automatic and t.question is null and t.kind <> 'cancellation'
      and not exists (select from telling u where u.undoes = t.telling_id)
      and (${provider} = '') = not exists (select from notice n where n.telling_id = t.telling_id and n.link = 'roster')
      and (${provider} = '' or exists (select from notice n where n.telling_id = t.telling_id and n.recipient = ${provider}))
    order by t.created_at, t.telling_id`.execute(db.sql);
  const found: StoredTelling[] = [];
  for (const { id } of rows) {
    const one = await tellingById(db, id);
    if (one) found.push(one);
  }
  return found;
} // prettier-ignore

/** Whether anybody was told of a stay of a council's person, or will be when a person releases it: what one council's people were told is no news to another's. */
export async function isToldOf(db: Db, { stayId, council }: Pick<StayTold, 'stayId' | 'council'>): Promise<boolean> {
  const { rows } = await sql`
    select from notice where stay_id = ${stayId} and council = ${council} and status not in ('withdrawn', 'cancelled') limit 1`.execute(
    db.sql,
  );
  return rows.length > 0;
}

/** Deletes what is known of stays that are no more, and of which nothing that was told is kept. */
export async function forgetTold(db: Db): Promise<void> {
  for (const table of [
    'stay_told',
    'hold_look',
    'hold_word',
    'task_closed',
    'task_released',
    'task_alerted',
  ] as const) {
    await sql`
      delete from ${sql.table(table)} x where not exists (select from stay s where s.stay_id = x.stay_id)
        and not exists (select from telling t where t.hold_id = x.stay_id)
        and not exists (select from stay_to_tell c where c.stay_id = x.stay_id)`.execute(db.sql);
  }
}
