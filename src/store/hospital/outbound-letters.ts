/** What an operator sees of the outbound queues, and what is done to them by hand or by the calendar. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';
import type { OutboundKind, OutboundRow } from './outbound.ts';

export interface DestinationCounts {
  readonly destination: string;
  readonly waiting: number;
  /** When the oldest that waits was queued. */
  readonly oldestWaiting: Date | null;
  /** The next attempt at the first that waits, and what became of the last one. */
  readonly nextAttempt: Date | null;
  readonly lastFault: string | null;
  readonly dead: number;
  readonly lastAcknowledged: Date | null;
}

/** How each destination stands that anything is kept of. */
export async function countDestinations(db: Db): Promise<DestinationCounts[]> {
  const { rows } = await sql<{
    destination: string; waiting: number; oldest: Date | null; next_at: Date | null; last_fault: string | null;
    dead: number; acknowledged: Date | null;
  }>`
    select d.*, head.next_at, head.last_fault from (
      select destination, (count(*) filter (where state = 'waiting'))::int as waiting,
        min(created_at) filter (where state = 'waiting') as oldest, (count(*) filter (where state = 'dead'))::int as dead,
        max(settled_at) filter (where state = 'acknowledged') as acknowledged
      from hl7_outbound group by destination) d
    left join lateral (select next_at, last_fault from hl7_outbound o
      where o.destination = d.destination and o.state = 'waiting' order by outbound_id limit 1) head on true
    order by d.destination`.execute(db.sql); // prettier-ignore
  return rows.map((row) => ({
    destination: row.destination,
    waiting: row.waiting,
    oldestWaiting: row.oldest,
    nextAttempt: row.next_at,
    lastFault: row.last_fault,
    dead: row.dead,
    lastAcknowledged: row.acknowledged,
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
 * meant for its stay is withdrawn instead.
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
        and n.stay_id = d.stay_id and n.outbound_id > d.outbound_id and n.state <> 'withdrawn') as is
      from hl7_outbound d where d.destination = ${destination} and d.state = 'dead'
        and d.outbound_id = any(${[...ids]}::bigint[])) later
    where later.outbound_id = o.outbound_id and o.state = 'dead'
    returning o.outbound_id, o.state`.execute(trx.sql);
  const of = (state: string): string[] => rows.filter((row) => row.state === state).map((row) => row.outbound_id);
  return { waiting: of('waiting'), withdrawn: of('withdrawn') };
}

/**
 * Deletes what is kept too long. A hint that still stands stays, for as long as its stay does: by it we
 * know that it is to be taken back, and of whom.
 * @returns how many rows went
 */
export async function forgetOutbound(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from hl7_outbound o where o.expires_at <= ${now} and not (
      o.kind = 'hint' and o.state in ('acknowledged', 'dead') and o.sent_at is not null
      and exists (select 1 from stay s where s.stay_id = o.stay_id)
      and not exists (select 1 from hl7_outbound n where n.destination = o.destination and n.stay_id = o.stay_id
        and n.outbound_id > o.outbound_id and n.state <> 'withdrawn'))`.execute(db.sql);
  return Number(numAffectedRows ?? 0n);
}
