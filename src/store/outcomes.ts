/** What came of look-ups: what was asked, and what was answered. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { AnswerKind } from '../domain/answer.ts';
import type { Change, Outcome, OutcomeAnswer } from '../domain/outcome.ts';
import type { Db, Trx } from './database.ts';
import { isUuid } from './notices/tellings.ts';

export interface OfPerson {
  readonly hospital: string;
  readonly council: string;
  readonly personKey: string;
}

/** A look-up of whose outcome nobody has said anything yet. */
export interface OpenLookUp {
  /** Of its answer. */
  readonly id: string;
  readonly at: Date;
  readonly kind: AnswerKind;
  /** When the patient left this hospital after it; null where no feed said so. */
  readonly endedAt: Date | null;
}

/**
 * The first look-up of a person at a hospital, since a moment and since the last outcome that was told, that showed
 * something; null when there is none.
 */
export async function openLookUp(
  db: Db,
  { hospital, council, personKey }: OfPerson,
  numbers: readonly string[],
  since: Date,
): Promise<OpenLookUp | null> {
  const { rows } = await sql<{ id: string; at: Date; kind: AnswerKind; ended_at: Date | null }>`
    ${openLookUpOf({ hospital, council: sql`${council}`, personKey: sql`${personKey}::bigint` }, numbers, since)}`.execute(
    db.sql,
  );
  const [row] = rows;
  return row ? { id: row.id, at: row.at, kind: row.kind, endedAt: row.ended_at } : null;
}

/** The statement of {@link openLookUp}, of a person that a statement around it may name. */
export function openLookUpOf(
  {
    hospital,
    council,
    personKey,
  }: { readonly hospital: string; readonly council: RawBuilder<unknown>; readonly personKey: RawBuilder<unknown> },
  numbers: readonly string[],
  since: Date,
): RawBuilder<unknown> {
  return sql`select e.answer_id as id, e.at, e.outcome as kind,
      (select min(s.ended_at) from stay s where s.nhs_number = any(${[...numbers]}::text[]) and s.organisation = ${hospital} and s.ended_at >= e.at) as ended_at
    from audit_event e
    where e.council = ${council} and e.person_key = ${personKey} and e.organisation = ${hospital} and e.action = 'look-up'
      and e.at > ${since} and e.outcome in ('care', 'no-care') and e.answer_id is not null
      and not exists (select from look_up_outcome o where o.hospital = ${hospital} and o.council = ${council}
        and o.person_key = ${personKey} and o.answered_at >= e.at)
    order by e.at limit 1`;
}

/** An outcome that was told a moment ago, whose second question is open; null when there is none. */
export async function halfAnswered(db: Db, of: OfPerson, since: Date): Promise<string | null> {
  const row = await db.sql
    .selectFrom('look_up_outcome')
    .select('answer_id')
    .where('hospital', '=', of.hospital)
    .where('council', '=', of.council)
    .where('person_key', '=', of.personKey)
    .where('answered_at', '>', since)
    .where('changed', 'is', null)
    .orderBy('answered_at', 'desc')
    .executeTakeFirst();
  return row?.answer_id ?? null;
}

/** Writes down that the question was put, once for each look-up. */
export async function keepAsked(
  trx: Trx,
  { hospital, council, personKey }: OfPerson,
  lookUp: Pick<OpenLookUp, 'id' | 'at'>,
  now: Date,
  forgetAt: Date,
): Promise<void> {
  await trx.sql
    .insertInto('look_up_outcome')
    .values({
      answer_id: lookUp.id,
      hospital,
      council,
      person_key: personKey,
      looked_up_at: lookUp.at,
      asked_at: now,
      forget_at: forgetAt,
    })
    .onConflict((conflict) => conflict.column('answer_id').doNothing())
    .execute();
}

/** Keeps what was answered; a question that is left out stays as it was. @returns false when it was never put about this person */
export async function keepOutcome(
  trx: Trx,
  id: string,
  { hospital, council, personKey }: OfPerson,
  { outcome, changed }: OutcomeAnswer,
  now: Date,
): Promise<boolean> {
  if (!isUuid(id)) return false;
  const { numUpdatedRows } = await trx.sql
    .updateTable('look_up_outcome')
    .set({ answered_at: now, ...(outcome && { outcome }), ...(changed && { changed }) })
    .where('answer_id', '=', id)
    .where('hospital', '=', hospital)
    .where('council', '=', council)
    .where('person_key', '=', personKey)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** What was answered to each question put at a hospital in a time; null where nothing was. */
export async function outcomesOf(db: Db, hospital: string, from: Date, until: Date): Promise<(OutcomeAnswer | null)[]> {
  const rows = await db.sql
    .selectFrom('look_up_outcome')
    .select(['outcome', 'changed', 'answered_at'])
    .where('hospital', '=', hospital)
    .where('asked_at', '>=', from)
    .where('asked_at', '<', until)
    .execute();
  return rows.map(({ outcome, changed, answered_at }) =>
    answered_at ? { outcome: outcome as Outcome | null, changed: changed as Change | null } : null,
  );
}

/** Forgets of whom outcomes are; the counts stay. @returns how many were forgotten */
export async function forgetOutcomePeople(db: Db, now: Date): Promise<number> {
  const { numUpdatedRows } = await db.sql
    .updateTable('look_up_outcome')
    .set({ person_key: null })
    .where('forget_at', '<=', now)
    .where('person_key', 'is not', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
