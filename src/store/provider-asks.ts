/**
 * Asks for a sign-in by email: one row an ask, whoever asked for whichever address, and what came of it. Links,
 * codes, browsers, addresses and clients stand here as hashes; the address itself only until it is written to.
 */
import { sql } from 'kysely';
import type { Db, Trx } from './database.ts';

/** What an ask counts against, in the windows of the limits. */
export interface AskCounts {
  readonly byClient: number;
  /** Letters asked for by strangers, and those of them by the client. */
  readonly toAddress: number;
  readonly toAddressByClient: number;
  /** Letters asked for in browsers in which the address signed in before. */
  readonly toAddressKnown: number;
  /** Asks for the address out of the client's wide network, whether or not a letter went. */
  readonly ofNetwork: number;
}

export interface NewAsk {
  readonly ask: string;
  readonly browserHash: string;
  readonly addressHash: string;
  readonly clientHash: string;
  readonly networkHash: string;
  /** By a browser in which the address signed in before. */
  readonly known: boolean;
  /** Null where no letter may go out. */
  readonly email: string | null;
}

/** Counts asks since a moment; held, so that many at once cannot each find room for one. */
export async function countAsks(
  trx: Trx,
  { clientHash, addressHash, networkHash }: Pick<NewAsk, 'clientHash' | 'addressHash' | 'networkHash'>,
  since: Date,
): Promise<AskCounts> {
  // The client first, then the address, by everybody: so nobody waits in a circle.
  await sql`select pg_advisory_xact_lock(4207009, hashtext(${clientHash}))`.execute(trx.sql);
  await sql`select pg_advisory_xact_lock(4207010, hashtext(${addressHash}))`.execute(trx.sql);
  const { rows } = await sql<AskCounts>`
    select (select count(*)::int from provider_ask where client_hash = ${clientHash} and asked_at > ${since}) as "byClient",
      count(*) filter (where letter and not known)::int as "toAddress",
      count(*) filter (where letter and not known and client_hash = ${clientHash})::int as "toAddressByClient",
      count(*) filter (where letter and known)::int as "toAddressKnown",
      count(*) filter (where network_hash = ${networkHash})::int as "ofNetwork"
    from (select client_hash, network_hash, known, next_at is not null or email is not null or attempts > 0 as letter from provider_ask
      where address_hash = ${addressHash} and asked_at > ${since}) of_address`.execute(trx.sql);
  return rows[0] ?? { byClient: 0, toAddress: 0, toAddressByClient: 0, toAddressKnown: 0, ofNetwork: 0 };
}

/** Keeps an ask; one with an address waits for its letter from now on. */
export async function insertAsk(trx: Trx, one: NewAsk, now: Date): Promise<void> {
  await trx.sql
    .insertInto('provider_ask')
    .values({
      ask: one.ask,
      asked_at: now,
      browser_hash: one.browserHash,
      address_hash: one.addressHash,
      client_hash: one.clientHash,
      network_hash: one.networkHash,
      known: one.known,
      email: one.email,
      person: null,
      token_hash: null,
      code_hash: null,
      expires_at: null,
      spent_at: null,
      next_at: one.email === null ? null : now,
    })
    .execute();
}

/** An ask that was spent, and whose it was. */
export interface SpentAsk {
  readonly ask: string;
  readonly person: string;
  readonly addressHash: string;
}

/** Spends a link, once. @returns null when it is not one that counts now */
export async function spendLink(trx: Trx, tokenHash: string, now: Date): Promise<SpentAsk | null> {
  const row = await trx.sql
    .updateTable('provider_ask')
    .set({ spent_at: now, email: null, next_at: null })
    .where('token_hash', '=', tokenHash)
    .where('spent_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['ask', 'person', 'address_hash as addressHash'])
    .executeTakeFirst();
  if (!row?.person) return null;
  await spendOthers(trx, row.person, now);
  return { ...row, person: row.person };
}

/** Uses a spent ask to begin a session, once. @returns false when one began by it already */
export async function beginByAsk(trx: Trx, ask: string, now: Date): Promise<boolean> {
  const begun = await trx.sql
    .updateTable('provider_ask')
    .set({ begun_at: now })
    .where('ask', '=', ask)
    .where('spent_at', 'is not', null)
    .where('begun_at', 'is', null)
    .executeTakeFirst();
  return begun.numUpdatedRows === 1n;
}

export interface Try {
  readonly ask: string;
  readonly addressHash: string;
  /** In a browser in which the address signed in before. */
  readonly known: boolean;
  /** Null where no letter was sent. */
  readonly codeHash: string | null;
  readonly person: string | null;
  readonly expiresAt: Date | null;
  readonly tries: number;
  /**
   * Codes typed for this address since a moment that opened nothing, this one among them: of letters alone, and of
   * strangers, or of browsers in which the address signed in before, whichever this is.
   */
  readonly wrongLately: number;
  /** Those of them out of the same wide network. */
  readonly wrongOfNetwork: number;
}

/**
 * Counts one try of a code, before it is known whether it is right: whoever stops half way has used it.
 * @returns null when the browser has nothing to try: never asked, too old, spent or void
 */
export async function takeTry(
  trx: Trx,
  browserHash: string,
  limits: { readonly tries: number; readonly askedAfter: Date; readonly wrongSince: Date },
): Promise<Try | null> {
  const { rows } = await sql<Try>`
    update provider_ask a set tries = tries + 1
    where browser_hash = ${browserHash} and spent_at is null and tries < ${limits.tries} and asked_at > ${limits.askedAfter}
    returning ask, address_hash as "addressHash", known, code_hash as "codeHash", person, expires_at as "expiresAt", tries,
      1 + (select coalesce(sum(w.tries), 0)::int from provider_ask w
        where w.address_hash = a.address_hash and w.known = a.known and w.code_hash is not null
          and w.asked_at > ${limits.wrongSince} and w.spent_at is null) as "wrongLately",
      1 + (select coalesce(sum(w.tries), 0)::int from provider_ask w
        where w.address_hash = a.address_hash and w.known = a.known and w.code_hash is not null
          and w.network_hash = a.network_hash
          and w.asked_at > ${limits.wrongSince} and w.spent_at is null) as "wrongOfNetwork"`.execute(trx.sql);
  return rows[0] ?? null;
}

/** Spends an ask by its code, and whatever else is open for the person. */
export async function spendAsk(trx: Trx, ask: string, person: string, now: Date): Promise<void> {
  await trx.sql
    .updateTable('provider_ask')
    .set({ spent_at: now, email: null, next_at: null })
    .where('ask', '=', ask)
    .execute();
  await spendOthers(trx, person, now);
}

// Whoever is in needs no other letter: those on their way open nothing any more.
async function spendOthers(trx: Trx, person: string, now: Date): Promise<void> {
  await trx.sql
    .updateTable('provider_ask')
    .set({ spent_at: now, email: null, next_at: null })
    .where('person', '=', person)
    .where('spent_at', 'is', null)
    .execute();
}

/** Makes every link and code of somebody worthless. */
export async function voidAsksOf(trx: Trx, person: string, now: Date): Promise<void> {
  await spendOthers(trx, person, now);
}

/** Asks for known people whose code was tried too often, once each. */
export async function takeVoidedAsks(trx: Trx, tries: number): Promise<{ ask: string; person: string }[]> {
  const { rows } = await sql<{ ask: string; person: string }>`
    update provider_ask set void_recorded = true
    where person is not null and tries >= ${tries} and spent_at is null and not void_recorded returning ask, person`.execute(
    trx.sql,
  );
  return rows;
}

const letterless = sql`next_at is null and email is null and attempts = 0 and spent_at is null`;

/** How many asks for an address got no letter since a moment. */
export async function countHeldBack(trx: Trx, ask: string, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from provider_ask
    where address_hash = (select address_hash from provider_ask where ask = ${ask}) and asked_at > ${since}
      and ${letterless}`.execute(trx.sql);
  return rows[0]?.count ?? 0;
}

/**
 * People to whose address letters were held back since a moment, once in that time each.
 * @returns a person as often as they are to be recorded
 */
export async function takeHeldBack(trx: Trx, since: Date): Promise<{ person: string }[]> {
  const { rows } = await sql<{ person: string }>`
    with crowded as (
      select distinct address_hash from provider_ask where asked_at > ${since} and not known and ${letterless}
      except select address_hash from provider_ask where asked_at > ${since} and held_recorded),
    marked as (
      update provider_ask set held_recorded = true
      where asked_at > ${since} and address_hash in (select address_hash from crowded) and ${letterless})
    select distinct person::text as person from provider_ask
    where address_hash in (select address_hash from crowded) and person is not null`.execute(trx.sql);
  return rows;
}

/** Forgets asks. */
export async function deleteOldAsks(db: Db, before: Date): Promise<void> {
  await db.sql.deleteFrom('provider_ask').where('asked_at', '<', before).execute();
}
