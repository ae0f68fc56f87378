/**
 * Messages of our own that wait to be sent: a queue for each destination, strictly in order. A row is what
 * a stay was meant to show there, so that the same is never queued twice.
 */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';

export type OutboundKind = 'hint' | 'retraction';
/** `settled`: never acknowledged, and somebody has seen to it at the destination. */
export type OutboundState = 'waiting' | 'acknowledged' | 'dead' | 'withdrawn' | 'settled';

/** What was last meant for a stay at a destination, and whether the destination may have seen it. */
export interface StoredIntent {
  readonly id: string;
  readonly kind: OutboundKind;
  readonly state: OutboundState;
  readonly controlId: string;
  readonly mayHaveArrived: boolean;
  /** It could not be taken back for want of its key. */
  readonly isStuck: boolean;
  readonly sealed: Buffer;
}

export interface NewOutbound {
  readonly destination: string;
  readonly stayId: string;
  readonly kind: OutboundKind;
  /** The hint that a retraction takes back. */
  readonly takesBack: string | null;
  readonly controlId: string;
  readonly sealed: Buffer;
  readonly at: Date;
  readonly giveUpAt: Date;
  readonly expiresAt: Date;
}

/** The first of those that wait at a destination: nothing may be sent before it. */
export interface StoredHead {
  readonly id: string;
  readonly controlId: string;
  readonly attempts: number;
  readonly nextAt: Date;
  readonly giveUpAt: Date;
  readonly mayHaveArrived: boolean;
  readonly sealed: Buffer;
}

/**
 * Lets one transaction at a time queue for a destination, until it ends. Rows are numbered when they are
 * inserted and seen when they are committed: two at once could be sent in another order than they are numbered.
 */
export async function lockDestination(trx: Trx, destination: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`homeward queue ${destination}`}, 0))`.execute(trx.sql);
}

/** The last thing meant for a stay at a destination that was not withdrawn; null when there is none. */
export async function lastIntent(trx: Trx, destination: string, stayId: string): Promise<StoredIntent | null> {
  const { rows } = await sql<OutboundRow>`
    select * from hl7_outbound where destination = ${destination} and stay_id = ${stayId} and state <> 'withdrawn'
    order by outbound_id desc limit 1`.execute(trx.sql);
  return rows[0] ? intentOf(rows[0]) : null;
}

/** A row as what was meant by it. */
export function intentOf(row: OutboundRow): StoredIntent {
  return {
    id: row.outbound_id,
    kind: row.kind,
    state: row.state,
    controlId: row.control_id,
    mayHaveArrived: row.sent_at !== null,
    isStuck: row.state !== 'waiting' && row.last_fault === 'SEAL_BROKEN',
    sealed: Buffer.from(row.sealed),
  };
}

/** Adds a message behind all others of its destination, whose lock must be held. */
export async function insertOutbound(trx: Trx, one: NewOutbound): Promise<void> {
  await sql`
    insert into hl7_outbound (destination, stay_id, kind, takes_back, control_id, state, next_at, created_at, sealed, give_up_at, expires_at)
    values (${one.destination}, ${one.stayId}, ${one.kind}, ${one.takesBack}, ${one.controlId}, 'waiting', ${one.at},
      ${one.at}, ${one.sealed}, ${one.giveUpAt}, ${one.expiresAt})`.execute(trx.sql);
}

/** Takes back a message that surely has not arrived. @returns false when by now it may have */
export async function withdrawUnsent(trx: Trx, id: string, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update hl7_outbound set state = 'withdrawn', settled_at = ${at}
    where outbound_id = ${id} and state in ('waiting', 'dead') and sent_at is null`.execute(trx.sql);
  return numAffectedRows === 1n;
}

/** Takes a stay's dead letters away from a destination: sent again after what is meant now, they would undo it. */
export async function withdrawDead(
  trx: Trx,
  destination: string,
  stayId: string,
  at: Date,
  kinds: readonly OutboundKind[],
): Promise<void> {
  await sql`
    update hl7_outbound set state = 'withdrawn', settled_at = ${at}
    where destination = ${destination} and stay_id = ${stayId} and state = 'dead' and kind = any(${[...kinds]}::text[])`.execute(
    trx.sql,
  );
}

/** The first that waits at a destination, whether or not its time has come; null when none does. */
export async function headOf(db: Db, destination: string): Promise<StoredHead | null> {
  const { rows } = await sql<OutboundRow>`
    select * from hl7_outbound where destination = ${destination} and state = 'waiting'
    order by outbound_id limit 1`.execute(db.sql);
  const [row] = rows;
  if (!row) return null;
  return {
    id: row.outbound_id,
    controlId: row.control_id,
    attempts: row.attempts,
    nextAt: row.next_at,
    giveUpAt: row.give_up_at,
    mayHaveArrived: row.sent_at !== null,
    sealed: Buffer.from(row.sealed),
  };
}

/** Marks, before the first byte goes, that a message may have arrived. @returns false when it waits no more */
export async function beginAttempt(db: Db, id: string, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update hl7_outbound set attempts = attempts + 1, sent_at = coalesce(sent_at, ${at})
    where outbound_id = ${id} and state = 'waiting'`.execute(db.sql);
  return numAffectedRows === 1n;
}

/** How an attempt ended that was not acknowledged. */
export interface FailedAttempt {
  readonly fault: string;
  /** The message may have arrived, now or before. */
  readonly mayHaveArrived: boolean;
  /** When to try again; null: a dead letter. */
  readonly nextAt: Date | null;
}

/** Records that a message was acknowledged. */
export async function markAcknowledged(db: Db, id: string, at: Date): Promise<void> {
  await sql`
    update hl7_outbound set state = 'acknowledged', settled_at = ${at}, last_fault = null
    where outbound_id = ${id} and state = 'waiting'`.execute(db.sql);
}

/** Records that an attempt failed: the message waits for its next one, or is dead. */
export async function markFailed(db: Db, id: string, failed: FailedAttempt, at: Date): Promise<void> {
  const { fault, mayHaveArrived, nextAt } = failed;
  await sql`
    update hl7_outbound set last_fault = ${fault}, next_at = coalesce(${nextAt}::timestamptz, next_at),
      sent_at = case when ${mayHaveArrived} then sent_at end,
      state = case when ${nextAt}::timestamptz is null then 'dead' else 'waiting' end,
      settled_at = case when ${nextAt}::timestamptz is null then ${at}::timestamptz end
    where outbound_id = ${id} and state = 'waiting'`.execute(db.sql);
}

/** A row of the table, as it is read. */
export interface OutboundRow {
  outbound_id: string;
  destination: string;
  stay_id: string | null;
  kind: OutboundKind;
  control_id: string;
  state: OutboundState;
  attempts: number;
  next_at: Date;
  sent_at: Date | null;
  give_up_at: Date;
  last_fault: string | null;
  created_at: Date;
  settled_at: Date | null;
  sealed: Uint8Array;
  expires_at: Date;
  takes_back: string | null;
}
