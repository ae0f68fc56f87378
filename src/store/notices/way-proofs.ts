/** Which addresses of recipients are known to be theirs, and the codes that say so. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';

/** An address that must be proven before it is used; a system of the configuration folder needs none. */
export interface ProvableAddress {
  readonly recipient: string;
  readonly channel: 'email' | 'text';
  readonly address: string;
}

export interface Proof {
  readonly provenAt: Date | null;
  readonly askedAt: Date | null;
}

/** What is known of an address; null when nothing is. */
export async function findProof(db: Db, { recipient, channel, address }: ProvableAddress): Promise<Proof | null> {
  const { rows } = await sql<Proof>`
    select proven_at as "provenAt", asked_at as "askedAt" from way_proof
    where recipient = ${recipient} and channel = ${channel} and address = ${address}`.execute(db.sql);
  return rows[0] ?? null;
}

/** An address is the recipient's; a code for it counts no more. */
export async function markProven(trx: Trx, { recipient, channel, address }: ProvableAddress, at: Date): Promise<void> {
  await sql`
    insert into way_proof (recipient, channel, address, proven_at) values (${recipient}, ${channel}, ${address}, ${at})
    on conflict (recipient, channel, address) do update
      set proven_at = coalesce(way_proof.proven_at, excluded.proven_at), code_hash = null, next_at = null`.execute(
    trx.sql,
  );
}

/** Codes asked for since a moment: by a recipient, to an address from anybody, and to it from that recipient. Held until the transaction ends. */
export async function countProofs(
  trx: Trx,
  { recipient, channel, address }: ProvableAddress,
  since: Date,
): Promise<{ readonly byRecipient: number; readonly toAddress: number; readonly own: number }> {
  await sql`select pg_advisory_xact_lock(4207020, hashtext(lower(${address})))`.execute(trx.sql);
  const { rows } = await sql<{ byRecipient: number; toAddress: number; own: number }>`
    select (select count(*)::int from way_proof where recipient = ${recipient} and asked_at > ${since}) as "byRecipient",
      count(*)::int as "toAddress", count(*) filter (where recipient = ${recipient})::int as own
    from way_proof where channel = ${channel} and lower(address) = lower(${address}) and asked_at > ${since}`.execute(
    trx.sql,
  );
  return rows[0] ?? { byRecipient: 0, toAddress: 0, own: 0 };
}

/** Queues a new code for an address, in place of an earlier one. */
export async function askProof(
  trx: Trx,
  { recipient, channel, address }: ProvableAddress,
  proof: string,
  at: Date,
): Promise<void> {
  await sql`
    insert into way_proof (recipient, channel, address, proof, asked_at, next_at)
      values (${recipient}, ${channel}, ${address}, ${proof}, ${at}, ${at})
    on conflict (recipient, channel, address) do update set proof = excluded.proof, asked_at = excluded.asked_at,
      next_at = excluded.next_at, code_hash = null, tries = 0, sent_at = null, attempts = 0, fault = null`.execute(
    trx.sql,
  );
}

export interface TriedProof {
  readonly proof: string;
  readonly codeHash: string;
  readonly tries: number;
}

/** Counts one try of an address's code, before it is judged. @returns null when there is none to try any more */
export async function tryProof(
  trx: Trx,
  { recipient, channel, address }: ProvableAddress,
  limits: { readonly tries: number; readonly askedAfter: Date },
): Promise<TriedProof | null> {
  const { rows } = await sql<TriedProof>`
    update way_proof set tries = tries + 1
    where recipient = ${recipient} and channel = ${channel} and address = ${address} and proven_at is null
      and code_hash is not null and tries < ${limits.tries} and asked_at > ${limits.askedAfter}
    returning proof, code_hash as "codeHash", tries`.execute(trx.sql);
  return rows[0] ?? null;
}

export interface WaitingProof {
  readonly proof: string;
  readonly recipient: string;
  readonly channel: 'email' | 'text';
  readonly address: string;
  readonly attempts: number;
}

/** Takes the next code that is to be sent; until the lease is over nobody else has it. One whose way is gone is not sent. */
export async function takeDueProof(trx: Trx, now: Date, leaseUntil: Date): Promise<WaitingProof | null> {
  await sql`
    update way_proof p set next_at = null where next_at <= ${now} and not exists (select from notice_way w
      where w.recipient = p.recipient and w.channel = p.channel and w.address = p.address)`.execute(trx.sql);
  const { rows } = await sql<WaitingProof>`
    update way_proof set next_at = ${leaseUntil}, attempts = attempts + 1
    where proof = (select proof from way_proof where next_at <= ${now} order by next_at, proof limit 1 for update skip locked)
    returning proof, recipient, channel, address, attempts`.execute(trx.sql);
  return rows[0] ?? null;
}

/** Writes down the code about to leave, in place of an earlier one. */
export async function armProof(trx: Trx, proof: string, codeHash: string): Promise<void> {
  await sql`update way_proof set code_hash = ${codeHash} where proof = ${proof} and proven_at is null`.execute(trx.sql);
}

/** Forgets addresses that no way leads to any more, once their codes count against no limit. */
export async function deleteOldProofs(db: Db, before: Date): Promise<void> {
  await sql`
    delete from way_proof p where coalesce(asked_at, proven_at) < ${before} and not exists (select from notice_way w
      where w.recipient = p.recipient and w.channel = p.channel and w.address = p.address)`.execute(db.sql);
}

/** What became of a code's sending. */
export async function settleProof(
  db: Db,
  proof: string,
  end: { readonly sentAt: Date } | { readonly fault: string; readonly again: Date | null },
): Promise<void> {
  await ('sentAt' in end
    ? sql`update way_proof set sent_at = ${end.sentAt}, fault = null, next_at = null where proof = ${proof}`.execute(
        db.sql,
      )
    : sql`update way_proof set fault = ${end.fault}, next_at = ${end.again} where proof = ${proof}`.execute(db.sql));
}
