/** Letters of accounts that wait: taken by one process at a time, and taken again if it never came back. */
import { sql } from 'kysely';
import type { Db, Trx } from './database.ts';

export interface WaitingAsk {
  readonly ask: string;
  readonly email: string;
  readonly askedAt: Date;
  readonly attempts: number;
}

/** Takes the next ask whose letter is due; until the lease is over nobody else has it. */
export async function takeDueAsk(trx: Trx, now: Date, leaseUntil: Date): Promise<WaitingAsk | null> {
  const { rows } = await sql<WaitingAsk>`
    update provider_ask set next_at = ${leaseUntil}, attempts = attempts + 1
    where ask = (select ask from provider_ask where next_at <= ${now} and email is not null
      order by next_at, ask limit 1 for update skip locked)
    returning ask, email, asked_at as "askedAt", attempts`.execute(trx.sql);
  return rows[0] ?? null;
}

/** Writes down what the letter about to leave will open, in place of what an earlier one opened. */
export async function armAsk(
  trx: Trx,
  ask: string,
  armed: { person: string; tokenHash: string; codeHash: string; expiresAt: Date },
): Promise<void> {
  const { person, tokenHash, codeHash, expiresAt } = armed;
  await trx.sql
    .updateTable('provider_ask')
    .set({ person, token_hash: tokenHash, code_hash: codeHash, expires_at: expiresAt })
    .where('ask', '=', ask)
    .where('spent_at', 'is', null)
    .execute();
}

/** Nothing is sent for an ask any more, and its address is forgotten; or it is tried again then. */
export async function settleAsk(db: Db, ask: string, again: Date | null): Promise<void> {
  await db.sql
    .updateTable('provider_ask')
    .set(again ? { next_at: again } : { next_at: null, email: null })
    .where('ask', '=', ask)
    .where('spent_at', 'is', null)
    .execute();
}

export interface WaitingInvitation {
  readonly invitation: string;
  readonly organisationName: string;
  /** The council that vouches; null where a manager of the provider does. */
  readonly council: string | null;
  readonly email: string;
  readonly attempts: number;
}

/** Takes the next invitation whose letter is due. */
export async function takeDueInvitation(trx: Trx, now: Date, leaseUntil: Date): Promise<WaitingInvitation | null> {
  const { rows } = await sql<WaitingInvitation>`
    update provider_invitation set next_at = ${leaseUntil}, attempts = attempts + 1
    where invitation = (select invitation from provider_invitation where next_at <= ${now} and state = 'open'
      order by next_at, invitation limit 1 for update skip locked)
    returning invitation, organisation_name as "organisationName", council, email, attempts`.execute(trx.sql);
  return rows[0] ?? null;
}

/** Writes down what the invitation about to leave will open; it counts anew from now. */
export async function armInvitation(
  trx: Trx,
  invitation: string,
  armed: { tokenHash: string; expiresAt: Date },
): Promise<void> {
  await trx.sql
    .updateTable('provider_invitation')
    .set({ token_hash: armed.tokenHash, expires_at: armed.expiresAt })
    .where('invitation', '=', invitation)
    .where('state', '=', 'open')
    .execute();
}

/** What became of an invitation's letter. */
export async function settleInvitation(
  db: Db,
  invitation: string,
  end: { sentAt: Date } | { fault: string; again: Date | null },
): Promise<void> {
  await db.sql
    .updateTable('provider_invitation')
    .set(
      'sentAt' in end ? { sent_at: end.sentAt, fault: null, next_at: null } : { fault: end.fault, next_at: end.again },
    ) // prettier-ignore
    .where('invitation', '=', invitation)
    .where('state', '=', 'open')
    .execute();
}

export interface WaitingWord {
  readonly word: string;
  readonly email: string;
  readonly organisationName: string;
  readonly attempts: number;
}

/** Queues a letter to somebody that the numbers of their organisation were changed. */
export async function insertWord(trx: Trx, one: Omit<WaitingWord, 'attempts'>, now: Date): Promise<void> {
  const { word, email, organisationName } = one;
  await trx.sql
    .insertInto('provider_word')
    .values({ word, email, organisation_name: organisationName, next_at: now })
    .execute();
}

/** Takes the next of those letters that is due; until the lease is over nobody else has it. */
export async function takeDueWord(trx: Trx, now: Date, leaseUntil: Date): Promise<WaitingWord | null> {
  const { rows } = await sql<WaitingWord>`
    update provider_word set next_at = ${leaseUntil}, attempts = attempts + 1
    where word = (select word from provider_word where next_at <= ${now} order by next_at, word limit 1 for update skip locked)
    returning word, email, organisation_name as "organisationName", attempts`.execute(trx.sql);
  return rows[0] ?? null;
}

/** Such a letter is done with, or tried again then. */
export async function settleWord(db: Db, word: string, again: Date | null): Promise<void> {
  if (again) await db.sql.updateTable('provider_word').set({ next_at: again }).where('word', '=', word).execute();
  else await db.sql.deleteFrom('provider_word').where('word', '=', word).execute();
}
