/** Answers as they were given, kept for a short while for the session that asked, and for nobody else. */
import type { Answer } from '../domain/answer.ts';
import type { LookUpRequest } from '../domain/policy.ts';
import type { Db, Trx } from './database.ts';

export interface NewAnswer {
  readonly id: string;
  readonly session: string;
  readonly personKey: string | null;
  readonly expiresAt: Date;
  readonly answer: Answer;
  /** Kept only where the look-up can go on after signing in again. */
  readonly request: LookUpRequest | null;
}

/** Keeps an answer under its random id. */
export async function insertAnswer(trx: Trx, one: NewAnswer): Promise<void> {
  await trx.sql
    .insertInto('answer')
    .values({
      answer_id: one.id,
      session: one.session,
      council: one.answer.council,
      person_key: one.personKey,
      created_at: one.answer.at,
      expires_at: one.expiresAt,
      answer: JSON.stringify(one.answer),
      request: JSON.stringify(one.request ?? {}),
    })
    .execute();
}

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

/** Fetches an answer for the session that asked, counting the view. @returns null when there is none any more */
export async function takeAnswer(trx: Trx, id: string, session: string, now: Date): Promise<StoredAnswer | null> {
  if (!uuid.test(id)) return null;
  const row = await trx.sql
    .updateTable('answer')
    .set((set) => ({ views: set('views', '+', 1) }))
    .where('answer_id', '=', id)
    .where('session', '=', session)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  return {
    id: row.answer_id,
    personKey: row.person_key,
    council: row.council,
    viewsBefore: row.views - 1,
    answer: reviveAnswer(row.answer),
    request: 'nhsNumber' in row.request ? (row.request as LookUpRequest) : null,
  };
}

/** Deletes answers whose time is over. @returns how many went */
export async function forgetAnswers(db: Db, now: Date): Promise<number> {
  const gone = await db.sql.deleteFrom('answer').where('expires_at', '<=', now).executeTakeFirst();
  return Number(gone.numDeletedRows);
}

const instants = new Set(['at', 'asAt', 'leftOutSince', 'safeguardingAsAt']);

function reviveAnswer(stored: object): Answer {
  return JSON.parse(JSON.stringify(stored), (key, value: unknown) =>
    instants.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as Answer;
}
