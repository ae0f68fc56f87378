/** What an operator sees of the outbound queues, and what is done to them by hand or by the calendar. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';
import type { OutboundKind, OutboundRow } from './outbound.ts';
import { isStuck, mayStandThere } from './standing-hints.ts';

export interface DestinationCounts {
  readonly destination: string;
  readonly waiting: number;
  /** When the oldest that waits was queued. */
  readonly oldestWaiting: Date | null;
  /** Since when a hint should have been taken back there and is not: its retraction waits, or was given up. */
  readonly oldestRetraction: Date | null;
  /** The next attempt at the first that waits, and what became of the last one. */
  readonly nextAttempt: Date | null;
  readonly lastFault: string | null;
  readonly dead: number;
  readonly lastAcknowledged: Date | null;
  /** Hints that may stand there: nothing that takes them back has been acknowledged. */
  readonly standing: number;
  /** Of these, hints that should not stand and cannot be taken back, for want of the key that they were sealed with. */
  readonly stuck: number;
}

/** How each destination stands that anything is kept of. */
export async function countDestinations(db: Db): Promise<DestinationCounts[]> {
  const { rows } = await sql<{
    destination: string; waiting: number; oldest: Date | null; retraction: Date | null; next_at: Date | null; last_fault: string | null;
    dead: number; acknowledged: Date | null; standing: number; stuck: number;
  }>`
    select d.*, head.next_at, head.last_fault from (
      select destination, (count(*) filter (where state = 'waiting'))::int as waiting,
        min(created_at) filter (where state = 'waiting') as oldest,
        min(created_at) filter (where state in ('waiting', 'dead') and kind = 'retraction') as retraction, (count(*) filter (where state = 'dead'))::int as dead,
        max(settled_at) filter (where state = 'acknowledged') as acknowledged,
        (count(*) filter (where ${mayStandThere}))::int as standing, (count(*) filter (where ${isStuck}))::int as stuck
      from hl7_outbound h group by destination) d
    left join lateral (select next_at, last_fault from hl7_outbound o
      where o.destination = d.destination and o.state = 'waiting' order by outbound_id limit 1) head on true
    order by d.destination`.execute(db.sql); // prettier-ignore
  return rows.map((row) => ({
    destination: row.destination,
    waiting: row.waiting,
    oldestWaiting: row.oldest,
    oldestRetraction: row.retraction,
    nextAttempt: row.next_at,
    lastFault: row.last_fault,
    dead: row.dead,
    lastAcknowledged: row.acknowledged,
    standing: row.standing,
    stuck: row.stuck,
  }));
}

export interface StoredDeadLetter {
  readonly id: string;
  readonly destination: string;
  readonly kind: OutboundKind;
  readonly controlId: string;
  readonly attempts: number;
  readonly fault: string | null;
  readonly createdAt: Date;
  readonly diedAt: Date | null;
  readonly mayHaveArrived: boolean;
  readonly sealed: Buffer;
}

/** Dead letters of some destinations, in the order in which they were queued. */
export async function deadLetters(db: Db, destinations: readonly string[], limit: number): Promise<StoredDeadLetter[]> {
  const { rows } = await sql<OutboundRow>`
    select * from hl7_outbound where state = 'dead' and destination = any(${[...destinations]}::text[])
    order by destination, outbound_id limit ${limit}`.execute(db.sql);
  return rows.map((row) => ({
    id: row.outbound_id,
    destination: row.destination,
    kind: row.kind,
    controlId: row.control_id,
    attempts: row.attempts,
    fault: row.last_fault,
    createdAt: row.created_at,
    diedAt: row.settled_at,
    mayHaveArrived: row.sent_at !== null,
    sealed: Buffer.from(row.sealed),
  }));
}

/**
 * Lets dead letters wait again, each at the place at which it was queued. One after which something else was
 * meant for its stay is withdrawn instead; another hint's retraction is nothing else than a retraction.
 * @param ids of these destinations' dead letters; others are passed over
 * @param giveUp for how many milliseconds they are tried anew
 * @returns ids that wait again, and ids that were withdrawn
 */
export async function reviveDead(
  trx: Trx,
  destination: string,
  ids: readonly string[],
  at: Date,
  giveUp: { readonly giveUpAt: Date; readonly expiresAt: Date },
): Promise<{ waiting: string[]; withdrawn: string[] }> {
  const { rows } = await sql<{ outbound_id: string; state: string }>`
    update hl7_outbound o set settled_at = case when later.is then ${at}::timestamptz end,
      state = case when later.is then 'withdrawn' else 'waiting' end,
      attempts = case when later.is then attempts else 0 end, next_at = ${at}, give_up_at = ${giveUp.giveUpAt},
      expires_at = greatest(expires_at, ${giveUp.expiresAt})
    from (select d.outbound_id, exists (select 1 from hl7_outbound n where n.destination = d.destination
        and n.stay_id = d.stay_id and n.outbound_id > d.outbound_id and n.state <> 'withdrawn' and 'hint' in (d.kind, n.kind)) as is
      from hl7_outbound d where d.destination = ${destination} and d.state = 'dead'
        and d.outbound_id = any(${[...ids]}::bigint[])) later
    where later.outbound_id = o.outbound_id and o.state = 'dead'
    returning o.outbound_id, o.state`.execute(trx.sql);
  const of = (state: string): string[] => rows.filter((row) => row.state === state).map((row) => row.outbound_id);
  return { waiting: of('waiting'), withdrawn: of('withdrawn') };
}

/**
 * Settles retractions that were given up: somebody has taken the hints back at the destination by hand.
 * @returns how many; other messages are passed over
 */
export async function settleDead(trx: Trx, destination: string, ids: readonly string[], at: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update hl7_outbound set state = 'settled', settled_at = ${at}
    where destination = ${destination} and state = 'dead' and kind = 'retraction'
      and outbound_id = any(${[...ids]}::bigint[])`.execute(trx.sql);
  return Number(numAffectedRows ?? 0n);
}

/**
 * Settles all of a destination to which nothing is sent any more: hints that may stand there, and what was to be sent.
 * @returns how many messages
 */
export async function settleAll(trx: Trx, destination: string, at: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update hl7_outbound h set state = 'settled', settled_at = ${at}
    where h.destination = ${destination} and (h.state in ('waiting', 'dead') or ${mayStandThere})`.execute(trx.sql);
  return Number(numAffectedRows ?? 0n);
}

/**
 * Deletes what is kept too long. By a hint that may stand we know that it is to be taken back, and of whom: it stays
 * until a retraction of it was acknowledged or settled by somebody, and so does a retraction until then, and after
 * that as long as its hint.
 * @returns how many rows went
 */
export async function forgetOutbound(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from hl7_outbound h where h.expires_at <= ${now} and not ${mayStandThere}
      and not (h.kind = 'retraction' and (h.state in ('waiting', 'dead')
        or exists (select from hl7_outbound o where o.outbound_id = h.takes_back and o.expires_at > ${now})))`.execute(
    db.sql,
  );
  return Number(numAffectedRows ?? 0n);
}
