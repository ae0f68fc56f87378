/** What the use cases of care providers' own people are made of, and the small things that they share. */
import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Handover } from '../domain/courier.ts';
import { HomewardError } from '../domain/error.ts';
import type { HolidayCalendar } from '../domain/office-hours.ts';
import type { Council } from '../domain/organisation.ts';
import { parseProviderId } from '../domain/provider-id.ts';
import type { Database, Trx } from '../store/database.ts';
import { holdOrganisation, isActiveNow } from '../store/provider-accounts.ts';
import type { Sessions } from './sessions.ts';

/** An email without anybody's data but its reader's address. */
export interface ProviderLetter {
  /** The same for every attempt at one letter. */
  readonly key: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** As a text message, and not as an email. */
  readonly by?: 'text';
}

/** Issuer of people whom this service knows by their email address. */
export const ownIssuer = 'homeward-provider';

/** The user id of somebody whom this service itself knows. */
export function userIdOf(person: string): string {
  return `${ownIssuer}|${person}`;
}

/** Who it is of those whom this service itself knows; null for whoever another issuer vouches for. */
export function personOf(userId: string): string | null {
  return userId.startsWith(`${ownIssuer}|`) ? userId.slice(ownIssuer.length + 1) : null;
}

/**
 * Lets one change at a time at the caller's organisation, and looks whether the caller still manages it: the session
 * was looked at before, and whoever was put out meanwhile must change nothing. Whom another issuer vouches for
 * is managed there.
 * @throws HomewardError NOT_ALLOWED
 */
export async function holdAsManager(trx: Trx, caller: Caller): Promise<void> {
  await holdOrganisation(trx, caller.organisation);
  const person = personOf(caller.userId);
  if (person !== null && !(await isActiveNow(trx, person, caller.organisation, 'provider-manager')))
    throw new HomewardError('NOT_ALLOWED');
}

export interface ProviderDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly holidays: HolidayCalendar;
  readonly councils: readonly Council[];
  /** Key material for hashes of clients' addresses, which are few enough to be guessed. */
  readonly secret: string;
  /** There is a letter to send. Must not throw. */
  readonly wake: () => void;
  /** A provider's own contact is another now. Must not throw. */
  readonly onContact: () => void;
}

/** What inviting needs: no secret, which a command on the command line need not be given. */
export type InvitingDeps = Omit<ProviderDeps, 'secret'>;

/** What sends letters; never throws. */
export type SendLetter = (letter: ProviderLetter) => Promise<Handover>;

/** A random text that opens something: 256 bits, safe in an address. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Six digits, each as likely as any. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

/** The hash under which a token is kept; it opens nothing. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** The hash under which an ask's code is kept: worth nothing without what the asking browser holds. */
export function hashCode(ask: string, code: string): string {
  return createHash('sha256').update(`${ask} ${code}`).digest('base64url');
}

/** A hash that cannot be guessed back without the service's own secret. */
export function keyedHash(secret: string, kind: string, text: string): string {
  return createHmac('sha256', secret).update(`${kind} ${text}`).digest('base64url');
}

/** Whether a text could be a token at all. */
export function isToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/**
 * The organisation for which somebody of a provider acts.
 * @throws HomewardError NOT_ALLOWED where it is no provider's
 */
export function ownPlace(caller: Caller): string {
  if (!parseProviderId(caller.organisation)) throw new HomewardError('NOT_ALLOWED');
  return caller.organisation;
}

/** Passes on errors with a code; whatever else stopped an audited change is AUDIT_NOT_WRITTEN. */
export async function recordedChange<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof HomewardError) throw cause;
    throw new HomewardError('AUDIT_NOT_WRITTEN', undefined, { cause });
  }
}
