/** Sessions, by the hash of their id: who reads this table can open none of them. */
import type { Selectable } from 'kysely';
import type { Role } from '../domain/caller.ts';
import type { Database, Db, Trx } from './database.ts';
import type { Schema } from './schema.ts';
import { reading } from './statement.ts';

export interface StoredSession {
  /** Hash of the session id. */
  readonly session: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
  readonly organisation: string;
  readonly team: string;
  readonly authenticatedBy: string;
  readonly authenticatedAt: Date;
  readonly createdAt: Date;
  readonly seenAt: Date;
  readonly formToken: string;
  /** The provider's own name for the sitting (`issuer|sid`), for its back-channel sign-out. */
  readonly providerSession: string | null;
}

/** Keeps a new session. */
export async function insertSession(trx: Trx, one: StoredSession): Promise<void> {
  await trx.sql
    .insertInto('session')
    .values({
      session: one.session,
      user_id: one.userId,
      user_name: one.userName,
      role: one.role,
      organisation: one.organisation,
      team: one.team,
      authenticated_by: one.authenticatedBy,
      authenticated_at: one.authenticatedAt,
      created_at: one.createdAt,
      seen_at: one.seenAt,
      form_token: one.formToken,
      provider_session: one.providerSession,
    })
    .execute();
}

// Columns by name: a newer version that adds one must not spoil this statement on connections that know it.
const find = reading(
  'find-sessions',
  `select session, user_id, user_name, role, organisation, team, authenticated_by, authenticated_at, created_at, seen_at,
     form_token, provider_session
   from session where session = any($1)`,
);

/** Statements on their way at once: while one is answered, the next gathers. */
const onTheWay = 2;

interface Waiting {
  readonly session: string;
  readonly resolve: (found: StoredSession | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds sessions, anew at every request, so that one ended on another process is over here too.
 * Requests that come at the same moment share one statement.
 */
export class SessionFinder {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Fetches a session, however old. */
  find(session: string): Promise<StoredSession | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ session, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= onTheWay || this.#waiting.length === 0) return;
    this.#running++;
    const asked = this.#waiting;
    this.#waiting = [];
    void this.#run(asked).finally(() => {
      this.#running--;
      this.#next();
    });
  }

  async #run(asked: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.#db.ask<Selectable<Schema['session']>>(find, [asked.map(({ session }) => session)]);
      const found = new Map(rows.map((row) => [row.session, toStored(row)]));
      for (const one of asked) one.resolve(found.get(one.session) ?? null);
    } catch (error) {
      for (const one of asked) one.reject(error);
    }
  }
}

function toStored(row: Selectable<Schema['session']>): StoredSession {
  return {
    session: row.session,
    userId: row.user_id,
    userName: row.user_name,
    role: row.role as Role,
    organisation: row.organisation,
    team: row.team,
    authenticatedBy: row.authenticated_by,
    authenticatedAt: row.authenticated_at,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    formToken: row.form_token,
    providerSession: row.provider_session,
  };
}

/** Moves the moment a session was last used; never back, and never makes a deleted one anew. */
export async function touchSession(db: Db, session: string, seenAt: Date): Promise<void> {
  await db.sql
    .updateTable('session')
    .set({ seen_at: seenAt })
    .where('session', '=', session)
    .where('seen_at', '<', seenAt)
    .execute();
}

/** Writes down that the person proved again who they are, under a new id; answers go with it. @returns false when the session is gone */
export async function renewAuthentication(
  trx: Trx,
  session: string,
  by: {
    session: string;
    authenticatedBy: string;
    authenticatedAt: Date;
    seenAt: Date;
    providerSession: string | null;
  },
): Promise<boolean> {
  await trx.sql.updateTable('answer').set({ session: by.session }).where('session', '=', session).execute();
  const renewed = await trx.sql
    .updateTable('session')
    .set({
      session: by.session,
      authenticated_by: by.authenticatedBy,
      authenticated_at: by.authenticatedAt,
      seen_at: by.seenAt,
      provider_session: by.providerSession,
    })
    .where('session', '=', session)
    .executeTakeFirst();
  return renewed.numUpdatedRows === 1n;
}

/** Ends one session, and the answers that only it could open. */
export async function deleteSession(trx: Trx, session: string): Promise<void> {
  await trx.sql.deleteFrom('answer').where('session', '=', session).execute();
  await trx.sql.deleteFrom('session').where('session', '=', session).execute();
}

/** Ends the sessions of a provider’s sitting, or of a person: all, or those at one organisation. @returns what they were */
export async function takeSessionsOf(
  trx: Trx,
  by: { providerSession: string | null; userId: string | null; organisation?: string },
): Promise<StoredSession[]> {
  if (by.providerSession === null && by.userId === null) return [];
  let ended = trx.sql.deleteFrom('session');
  if (by.organisation !== undefined) ended = ended.where('organisation', '=', by.organisation);
  // Both given: the sitting must be that person's.
  if (by.providerSession !== null) ended = ended.where('provider_session', '=', by.providerSession);
  if (by.userId !== null) ended = ended.where('user_id', '=', by.userId);
  const rows = await ended.returningAll().execute();
  for (const row of rows) await trx.sql.deleteFrom('answer').where('session', '=', row.session).execute();
  return rows.map(toStored);
}

/** Deletes sessions that nobody can use any more. @returns how many went */
export async function deleteExpiredSessions(db: Db, seenBefore: Date, createdBefore: Date): Promise<number> {
  const gone = await db.sql
    .deleteFrom('session')
    .where((where) => where.or([where('seen_at', '<=', seenBefore), where('created_at', '<=', createdBefore)]))
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}
