/** Questions of care providers about their clients: what was asked, what was answered, and what waits for an arrival. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { Human } from '../../domain/notice.ts';
import type { AlertKind } from '../../domain/policy.ts';
import type { WhereaboutsAnswer } from '../../domain/whereabouts.ts';
import type { Db, Trx } from '../database.ts';
import { isUuid } from '../notices/tellings.ts';

export interface StoredQuestion {
  readonly id: string;
  readonly provider: string;
  readonly council: string;
  /** As typed. */
  readonly nhsNumber: string;
  readonly currentNumber: string;
  readonly birthDate: IsoDate;
  readonly askedBy: Human;
  readonly askedAt: Date;
  readonly answered: WhereaboutsAnswer['kind'];
  /** Null once its time is over. */
  readonly answer: WhereaboutsAnswer | null;
  readonly answerUntil: Date;
  readonly link: 'package' | 'roster' | null;
  readonly personKey: string | null;
  readonly councilPerson: boolean;
  readonly openUntil: Date | null;
  readonly closedAt: Date | null;
  readonly notice: string | null;
  readonly expiresAt: Date;
}

/** One question of a provider's at a time: two at once could both be the last that the budget has. */
export async function holdProvider(trx: Trx, provider: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`questions ${provider}`}, 0))`.execute(trx.sql);
}

/** A question that the audit trail has. */
export interface PastQuestion {
  readonly at: Date;
  readonly userId: string;
  /** It was about nobody whom the provider may ask about. */
  readonly missed: boolean;
  /** The number of somebody on the provider's list whom nothing confirmed; else null. */
  readonly unconfirmed: string | null;
}

/** A provider's questions since a moment that were answered, oldest first. */
export async function questionsSince(db: Db, provider: string, since: Date): Promise<PastQuestion[]> {
  const { rows } = await sql<{ at: Date; user_id: string; missed: boolean; unconfirmed: string | null }>`
    select at, user_id, coalesce(detail ? 'missed', false) as missed,
      case when detail ? 'unconfirmed' then number_asked end as unconfirmed from audit_event
    where organisation = ${provider} and at > ${since} and action = 'ask-whereabouts' and outcome <> 'over-budget'
    order by at`.execute(db.sql);
  return rows.map(({ at, user_id: userId, missed, unconfirmed }) => ({ at, userId, missed, unconfirmed }));
}

/** The same of one person within so long is one alert. */
const alertFor = '1 hour';

/**
 * Tells whoever watches over a council's people that somebody should look at an access. However often the same person
 * brings the same about within an hour, it is one alert with a count, until somebody has reviewed it: a flood of them
 * must not hide another (hazard H22).
 * @param times how often it has happened
 */
export async function raiseAlert(
  trx: Trx,
  alert: {
    readonly at: Date;
    readonly kind: AlertKind;
    readonly council: string;
    readonly audit: string;
    readonly by: { readonly userId: string; readonly organisation: string };
    readonly times?: number;
  },
): Promise<void> {
  const { at, kind, council, audit, by, times = 1 } = alert;
  await sql`
    with same as (
      update alert set times = times + ${times} where alert_id = (
        select a.alert_id from alert a join audit_event e on e.audit_id = a.audit_id
        where a.organisation = ${council} and a.kind = ${kind} and a.at > ${at}::timestamptz - ${alertFor}::interval
          and a.reviewed_at is null and e.user_id = ${by.userId} and e.organisation = ${by.organisation}
        order by a.at desc limit 1)
      returning alert_id)
    insert into alert (alert_id, at, kind, organisation, council, audit_id, times)
    select ${randomUUID()}::uuid, ${at}::timestamptz, ${kind}, ${council}, ${council}, ${audit}::uuid, ${times}::int
    where not exists (select from same)`.execute(trx.sql);
}

/** Keeps a question and its answer. */
export async function keepQuestion(trx: Trx, one: StoredQuestion, token: string, audit: string): Promise<void> {
  await sql`
    insert into whereabouts_question (question_id, provider, token, council, nhs_number, current_number, birth_date,
      asked_by_id, asked_by_name, asked_at, answered, answer, answer_until, link, person_key, council_person, open_until,
      notice_id, audit_id, expires_at)
    values (${one.id}, ${one.provider}, ${token}, ${one.council}, ${one.nhsNumber}, ${one.currentNumber}, ${one.birthDate},
      ${one.askedBy.id}, ${one.askedBy.name}, ${one.askedAt}, ${one.answered}, ${JSON.stringify(one.answer)}::jsonb,
      ${one.answerUntil}, ${one.link}, ${one.personKey}, ${one.councilPerson}, ${one.openUntil}, ${one.notice}, ${audit},
      ${one.expiresAt})`.execute(trx.sql);
}

/** The question of a form; null when it was not sent yet. */
export function questionOfToken(db: Db, provider: string, token: string): Promise<StoredQuestion | null> {
  return one(db, sql`q.provider = ${provider} and q.token = ${token}`);
}

/** A provider's own question, held for this transaction; null when there is none of this id. */
export async function holdQuestion(trx: Trx, id: string, provider: string | null = null): Promise<StoredQuestion | null> {
  if (!isUuid(id)) return null;
  return one(trx, sql`q.question_id = ${id} and (${provider}::text is null or q.provider = ${provider})`, sql`for update of q`);
} // prettier-ignore

/** The person was found, or the provider does not need the answer any more. */
export async function closeQuestion(trx: Trx, id: string, at: Date, by: string): Promise<void> {
  await sql`update whereabouts_question set closed_at = ${at}, closed_by = ${by}
    where question_id = ${id} and closed_at is null`.execute(trx.sql);
}

/** A notice came of the question. */
export async function keepNoticeOf(trx: Trx, id: string, notice: string): Promise<void> {
  await sql`update whereabouts_question set notice_id = ${notice} where question_id = ${id}`.execute(trx.sql);
}

/** Questions that wait for an arrival, about somebody who is in a hospital by some feed's word. */
export async function questionsToRecheck(
  db: Db,
  now: Date,
  without: readonly string[],
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select question_id as id from whereabouts_question q
    where q.open_until > ${now} and q.closed_at is null and q.notice_id is null
      and q.question_id <> all(${[...without]}::uuid[])
      and exists (select from stay s where s.nhs_number = any(array[q.nhs_number, q.current_number])
        and s.status in ('arrived', 'admitted', 'on-leave'))
    order by asked_at, question_id limit ${limit}`.execute(db.sql);
  return rows.map(({ id }) => id);
}

/** A question as its provider's list has it. `told`: a later arrival was told, and the notice has left. */
export type ListedQuestion = StoredQuestion & { readonly told: boolean };

const told = sql<boolean>`exists (select from notice n where n.notice_id = q.notice_id and n.reached)`;

/** A provider's questions since a moment, the latest first. */
export async function questionsOfProvider(
  db: Db,
  provider: string,
  since: Date,
  limit: number,
): Promise<ListedQuestion[]> {
  return list(db, sql`q.provider = ${provider} and q.asked_at > ${since}`, limit);
}

/**
 * Questions about people of a council's own record since a moment, the latest first. Those that a provider may ask by its
 * own list of clients are none of the council's: who pays for care privately is no business of it (product rule 7).
 */
export async function questionsAboutCouncil(
  db: Db,
  council: string,
  since: Date,
  limit: number,
): Promise<ListedQuestion[]> {
  return list(
    db,
    sql`q.council = ${council} and q.council_person and q.link is distinct from 'roster' and q.asked_at > ${since}`,
    limit,
  );
}

/** Takes what was read off answers whose time is over, and deletes questions whose time is. */
export async function forgetQuestions(db: Db, now: Date): Promise<void> {
  await sql`update whereabouts_question set answer = null where answer is not null and answer_until <= ${now}`.execute(
    db.sql,
  );
  await sql`delete from whereabouts_question where expires_at <= ${now}`.execute(db.sql);
}

type Condition = ReturnType<typeof sql>;

async function one(db: Db, which: Condition, lock: Condition = sql``): Promise<StoredQuestion | null> {
  const [found] = await list(db, which, 1, lock);
  return found ?? null;
}

async function list(db: Db, which: Condition, limit: number, lock: Condition = sql``): Promise<ListedQuestion[]> {
  const { rows } = await sql<QuestionRow>`
    select q.*, ${told} as told from whereabouts_question q where ${which}
    order by q.asked_at desc, q.question_id limit ${limit} ${lock}`.execute(db.sql);
  return rows.map(fromQuestionRow);
}

interface QuestionRow {
  question_id: string;
  provider: string;
  council: string;
  nhs_number: string;
  current_number: string;
  birth_date: string;
  asked_by_id: string;
  asked_by_name: string;
  asked_at: Date;
  answered: WhereaboutsAnswer['kind'];
  answer: unknown;
  answer_until: Date;
  link: 'package' | 'roster' | null;
  person_key: string | null;
  council_person: boolean;
  open_until: Date | null;
  closed_at: Date | null;
  notice_id: string | null;
  expires_at: Date;
  told: boolean;
}

function fromQuestionRow(row: QuestionRow): ListedQuestion {
  return {
    id: row.question_id,
    provider: row.provider,
    council: row.council,
    nhsNumber: row.nhs_number,
    currentNumber: row.current_number,
    birthDate: row.birth_date as IsoDate,
    askedBy: { id: row.asked_by_id, name: row.asked_by_name, organisation: row.provider },
    askedAt: row.asked_at,
    answered: row.answered,
    answer: row.answer === null ? null : reviveAnswer(row.answer),
    answerUntil: row.answer_until,
    link: row.link,
    personKey: row.person_key,
    councilPerson: row.council_person,
    openUntil: row.open_until,
    closedAt: row.closed_at,
    notice: row.notice_id,
    expiresAt: row.expires_at,
    told: row.told,
  };
}

const times = new Set(['at', 'since', 'asAt']);

function reviveAnswer(json: unknown): WhereaboutsAnswer {
  return JSON.parse(JSON.stringify(json), (key, value: unknown) =>
    times.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as WhereaboutsAnswer;
}
