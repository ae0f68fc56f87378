/** Answers as they were given, kept for a short while for the session that asked, and for nobody else. */
import type { Answer } from '../domain/answer.ts';
import type { LookUpRequest } from '../domain/policy.ts';
import type { Database, Db } from './database.ts';
import { reading, writing } from './statement.ts';
import type { Asks } from './statement.ts';

export interface StoredAnswer {
  readonly id: string;
  readonly personKey: string | null;
  readonly council: string;
  /** How often it had been shown before this time. */
  readonly viewsBefore: number;
  readonly answer: Answer;
  readonly request: LookUpRequest | null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const take = writing(
  'take-answer',
  `update answer set views = views + 1 where answer_id = $1 and session = $2 and expires_at > $3
   returning answer_id, person_key, council, views, answer::text as answer, request`,
);

interface AnswerRow {
  answer_id: string;
  person_key: string | null;
  council: string;
  views: number;
  /** As text: read once, with its times made times again. */
  answer: string;
  request: object;
}

/** Fetches an answer for the session that asked, counting the view. @returns null when there is none any more */
export async function takeAnswer(db: Database, id: string, session: string, now: Date): Promise<StoredAnswer | null> {
  if (!uuid.test(id)) return null;
  const [row] = await db.ask<AnswerRow>(take, [id, session, now]);
  return row ? toAnswer(row) : null;
}

function toAnswer(row: AnswerRow): StoredAnswer {
  return {
    id: row.answer_id,
    personKey: row.person_key,
    council: row.council,
    viewsBefore: row.views - 1,
    answer: reviveAnswer(row.answer),
    request: 'nhsNumber' in row.request ? (row.request as LookUpRequest) : null,
  };
}

const see = reading(
  'see-answer',
  `select answer_id, person_key, council, views + 1 as views, answer::text as answer, request from answer
   where answer_id = $1 and session = $2 and expires_at > $3`,
);

/** An answer for whoever works on from it: no view of it is counted. @returns null as {@link takeAnswer} does */
export async function seeAnswer(asks: Asks, id: string, session: string, now: Date): Promise<StoredAnswer | null> {
  if (!uuid.test(id)) return null;
  const [row] = await asks.ask<AnswerRow>(see, [id, session, now]);
  return row ? toAnswer(row) : null;
}

/** The id of the last answer about a person that a session can still see; null when there is none. */
export async function lastAnswerOf(
  db: Db,
  { session, council, personKey }: { readonly session: string; readonly council: string; readonly personKey: string },
  now: Date,
): Promise<string | null> {
  const row = await db.sql
    .selectFrom('answer')
    .select('answer_id')
    .where('session', '=', session)
    .where('council', '=', council)
    .where('person_key', '=', personKey)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row?.answer_id ?? null;
}

/** Deletes answers whose time is over. @returns how many went */
export async function forgetAnswers(db: Db, now: Date): Promise<number> {
  const gone = await db.sql.deleteFrom('answer').where('expires_at', '<=', now).executeTakeFirst();
  return Number(gone.numDeletedRows);
}

const instants = new Set(['at', 'asAt', 'leftOutSince', 'safeguardingAsAt']);

function reviveAnswer(stored: string): Answer {
  return JSON.parse(stored, (key, value: unknown) =>
    instants.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as Answer;
}
