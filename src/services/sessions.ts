/**
 * Use cases of a session: begun by a sign-in, kept by use, ended by the person, by the provider
 * or by time. 15 minutes idle and 12 hours at most are NHS CIS2's limits ("Ses Req 005, 007").
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Caller, Role } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { HomewardError } from '../domain/error.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import {
  SessionFinder,
  deleteExpiredSessions,
  deleteSession,
  insertSession,
  renewAuthentication,
  takeSessionsOf,
  touchSession,
} from '../store/sessions.ts';
import type { StoredSession } from '../store/sessions.ts';

export const idleLimit = 15 * 60_000;
export const sessionLimit = 12 * 3_600_000;
// A row is written at most this often; a session may so end this much earlier, never later.
const touchEvery = 30_000;

/** Somebody whom a provider has vouched for. */
export interface SignedInPerson {
  /** `issuer|subject` */
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string;
  readonly team: string;
  readonly authenticatedBy: string;
  readonly authenticatedAt: Date;
  /** `issuer|sid`, when the provider names its sittings. */
  readonly providerSession: string | null;
}

export interface LiveSession {
  readonly caller: Caller;
  /** Proves that a form came from a page of this session. */
  readonly formToken: string;
  readonly idleEndsAt: Date;
  readonly endsAt: Date;
}

/** What a cookie turned out to be. */
export type SessionState =
  { readonly is: 'live'; readonly session: LiveSession } | { readonly is: 'expired' } | { readonly is: 'unknown' };

export interface Sessions {
  /**
   * Begins a session under a new random id, ending the one the browser had.
   * @param within what must hold as the session begins, and is kept or lost with it
   * @returns the id, for the cookie alone
   * @throws HomewardError AUDIT_NOT_WRITTEN when the sign-in could not be recorded; whatever code `within` throws
   */
  begin(person: SignedInPerson, formerId: string | null, within?: (trx: Trx) => Promise<void>): Promise<string>;
  /**
   * Finds the session of a cookie and marks it used.
   * @param as `look`: finds it without that, as for a page that reloads itself: an unattended screen must still lock
   */
  find(id: string, as?: 'use' | 'look'): Promise<SessionState>;
  /**
   * Records that the person of a session signed in again, and gives the session a new id: a stolen
   * cookie must not gain from it (ASVS 7.2.4).
   * @returns the new id, for the cookie alone
   * @throws HomewardError NOT_SIGNED_IN, AUDIT_NOT_WRITTEN
   */
  renew(caller: Caller, person: SignedInPerson): Promise<string>;
  /** Ends a session. @throws HomewardError AUDIT_NOT_WRITTEN */
  end(caller: Caller): Promise<void>;
  /** Ends what a provider says is over. @returns how many sessions ended */
  endByProvider(sitting: { providerSession: string | null; userId: string | null }): Promise<number>;
  /** Deletes sessions whose time is over. @returns how many */
  purge(): Promise<number>;
}

/** Sessions over a store. */
export function sessionsOn(db: Database, clock: Clock): Sessions {
  const finder = new SessionFinder(db);
  return {
    begin: (person, formerId, within) => begin(db, clock.now(), person, formerId, within),
    find: (id, as = 'use') => find(db, finder, clock.now(), id, as),
    renew: (caller, person) => renew(db, clock.now(), caller, person),
    end: (caller) => end(db, clock.now(), caller),
    endByProvider: (sitting) => endByProvider(db, clock.now(), sitting),
    purge: () => {
      const now = clock.now().getTime();
      return deleteExpiredSessions(db, new Date(now - idleLimit), new Date(now - sessionLimit));
    },
  };
}

/** The hash under which a session id is stored; it opens nothing. */
export function hashSessionId(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

async function begin(
  db: Database,
  now: Date,
  person: SignedInPerson,
  formerId: string | null,
  within?: (trx: Trx) => Promise<void>,
): Promise<string> {
  const id = randomBytes(32).toString('base64url');
  const session: StoredSession = {
    session: hashSessionId(id),
    userId: person.userId,
    userName: person.name,
    role: person.role,
    organisation: person.organisation,
    team: person.team,
    authenticatedBy: person.authenticatedBy,
    authenticatedAt: person.authenticatedAt,
    createdAt: now,
    seenAt: now,
    formToken: randomBytes(32).toString('base64url'),
    providerSession: person.providerSession,
  };
  await recorded(() =>
    db.transaction(async (trx) => {
      await within?.(trx);
      if (formerId !== null) await deleteSession(trx, hashSessionId(formerId));
      await insertSession(trx, session);
      await writeAudit(trx, now, callerOf(session), { action: 'sign-in', outcome: 'signed-in' });
    }),
  );
  return id;
}

async function find(
  db: Database,
  finder: SessionFinder,
  now: Date,
  id: string,
  as: 'use' | 'look',
): Promise<SessionState> {
  if (!/^[\w-]{43}$/.test(id)) return { is: 'unknown' };
  const found = await finder.find(hashSessionId(id));
  if (!found) return { is: 'unknown' };
  const endsAt = new Date(found.createdAt.getTime() + sessionLimit);
  if (now.getTime() - found.seenAt.getTime() >= idleLimit || now >= endsAt) return { is: 'expired' };
  const touch = as === 'use' && now.getTime() - found.seenAt.getTime() >= touchEvery;
  if (touch) await touchSession(db, found.session, now);
  const idleEndsAt = new Date((touch ? now : found.seenAt).getTime() + idleLimit);
  return {
    is: 'live',
    session: {
      caller: callerOf(found),
      formToken: found.formToken,
      idleEndsAt: idleEndsAt < endsAt ? idleEndsAt : endsAt,
      endsAt,
    },
  };
}

async function renew(db: Database, now: Date, caller: Caller, person: SignedInPerson): Promise<string> {
  const { authenticatedBy, authenticatedAt, providerSession } = person;
  const id = randomBytes(32).toString('base64url');
  const session = hashSessionId(id);
  await recorded(() =>
    db.transaction(async (trx) => {
      if (
        !(await renewAuthentication(trx, caller.session, {
          session,
          authenticatedBy,
          authenticatedAt,
          providerSession,
          seenAt: now,
        }))
      ) {
        throw new HomewardError('NOT_SIGNED_IN');
      }
      await writeAudit(
        trx,
        now,
        { ...caller, authenticatedBy, authenticatedAt, session },
        { action: 'sign-in', outcome: 'signed-in-again' },
      );
    }),
  );
  return id;
}

async function end(db: Database, now: Date, caller: Caller): Promise<void> {
  await endRecorded(
    db,
    async (trx) => {
      await deleteSession(trx, caller.session);
      return [caller];
    },
    now,
    'signed-out',
  );
}

function endByProvider(
  db: Database,
  now: Date,
  sitting: { providerSession: string | null; userId: string | null },
): Promise<number> {
  return endRecorded(db, async (trx) => (await takeSessionsOf(trx, sitting)).map(callerOf), now, 'ended-by-provider');
}

// Ending a session shows nobody anything: where it cannot be recorded, it ends all the same.
async function endRecorded(
  db: Database,
  work: (trx: Trx) => Promise<Caller[]>,
  now: Date,
  outcome: string,
): Promise<number> {
  return recorded(async () => {
    try {
      return await db.transaction(async (trx) => {
        const ended = await work(trx);
        for (const caller of ended) await writeAudit(trx, now, caller, { action: 'sign-out', outcome });
        return ended.length;
      });
    } catch (error) {
      await db.transaction(work);
      throw error;
    }
  });
}

function callerOf(stored: StoredSession): Caller {
  return {
    userId: stored.userId,
    name: stored.userName,
    role: stored.role,
    organisation: stored.organisation,
    team: stored.team,
    authenticatedBy: stored.authenticatedBy,
    authenticatedAt: stored.authenticatedAt,
    session: stored.session,
  };
}

async function recorded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof HomewardError) throw cause;
    throw new HomewardError('AUDIT_NOT_WRITTEN', undefined, { cause });
  }
}
