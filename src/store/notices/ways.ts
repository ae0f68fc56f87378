/** How recipients want to be reached, and at which addresses nobody is. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DeliveryFault } from '../../domain/courier.ts';
import type { Timing, Way, WayChannel, WayUse } from '../../domain/way.ts';
import type { Db, Trx } from '../database.ts';
import { markProven } from './way-proofs.ts';

interface WayRow {
  way_id: string;
  channel: WayChannel;
  address: string;
  used: WayUse;
  hours: string | null;
  is_on: boolean;
  since: Date | null;
  fault: DeliveryFault | null;
  unproven: boolean;
  sent_at: Date | null;
  proof_fault: DeliveryFault | null;
}

/** All ways of a recipient, those that are switched off or dead included. */
export async function waysOfRecipient(db: Db, recipient: string): Promise<Way[]> {
  const { rows } = await sql<WayRow>`
    select w.way_id, w.channel, w.address, w.used, w.hours, w.is_on, d.since, d.fault,
      w.channel in ('email', 'text') and p.proven_at is null as unproven, p.sent_at, p.fault as proof_fault
    from notice_way w
    left join dead_address d using (recipient, channel, address)
    left join way_proof p using (recipient, channel, address)
    where recipient = ${recipient} order by w.used, w.channel, w.address`.execute(db.sql);
  return rows.map((row) => ({
    id: row.way_id,
    channel: row.channel,
    to: row.address,
    use: row.used,
    hours: row.hours,
    on: row.is_on,
    dead: row.since && row.fault ? { since: row.since, fault: row.fault } : null,
    ...(row.unproven && { unproven: { sentAt: row.sent_at, fault: row.proof_fault } }),
  }));
}

/** How many ways were added for a recipient since a moment, as the trail has it: those that are gone count too. */
export async function changesOfWays(db: Db, recipient: string, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from audit_event where organisation = ${recipient} and at > ${since}
      and action = 'change-channels' and detail->>'does' = 'add'`.execute(db.sql);
  return rows[0]?.count ?? 0;
}

/** Addresses of a recipient at which nobody is, as `channel address`. */
export async function deadAddresses(db: Db, recipient: string): Promise<Set<string>> {
  const { rows } = await sql<{ channel: string; address: string }>`
    select channel, address from dead_address where recipient = ${recipient}`.execute(db.sql);
  return new Set(rows.map(({ channel, address }) => `${channel} ${address}`));
}

/** What is kept of a way. */
export type NewWay = Pick<Way, 'channel' | 'to' | 'use' | 'hours'>;

/**
 * Adds a way, or switches on and changes the one that is there.
 * @param proven whether the address is known to be the recipient's; a proof once given stands
 * @returns its id
 */
export async function keepWay(
  trx: Trx,
  recipient: string,
  way: NewWay,
  by: string,
  at: Date,
  proven = true,
): Promise<string> {
  if (proven && (way.channel === 'email' || way.channel === 'text'))
    await markProven(trx, { recipient, channel: way.channel, address: way.to }, at);
  const { rows } = await sql<{ way_id: string }>`
    insert into notice_way (way_id, recipient, channel, address, used, hours, is_on, changed_at, changed_by)
    values (${randomUUID()}, ${recipient}, ${way.channel}, ${way.to}, ${way.use}, ${way.hours}, true, ${at}, ${by})
    on conflict (recipient, channel, address, used) do update
      set hours = excluded.hours, is_on = true, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    returning way_id`.execute(trx.sql);
  return rows[0]?.way_id ?? '';
}

/** Switches a recipient's way on or off. @returns it, or null when the recipient has no such way */
export async function switchWayTo(
  trx: Trx,
  recipient: string,
  id: string,
  on: boolean,
  by: string,
  at: Date,
): Promise<Pick<Way, 'channel' | 'to'> | null> {
  const { rows } = await sql<{ channel: WayChannel; to: string }>`
    update notice_way set is_on = ${on}, changed_at = ${at}, changed_by = ${by}
    where recipient = ${recipient} and way_id = ${id} returning channel, address as to`.execute(trx.sql);
  return rows[0] ?? null;
}

/** Deletes a recipient's way. @returns it, or null when the recipient has no such way */
export async function deleteWay(trx: Trx, recipient: string, id: string): Promise<Pick<Way, 'channel' | 'to'> | null> {
  const { rows } = await sql<{ channel: WayChannel; to: string }>`
    delete from notice_way where recipient = ${recipient} and way_id = ${id}
    returning channel, address as to`.execute(trx.sql);
  return rows[0] ?? null;
}

/** When a recipient wants what may wait; at once when it never said. */
export async function timingOf(db: Db, recipient: string): Promise<Timing> {
  const { rows } = await sql<{ daily_at: number }>`
    select daily_at from notice_timing where recipient = ${recipient}`.execute(db.sql);
  return { dailyAt: rows[0]?.daily_at ?? null };
}

/** Keeps when a recipient wants what may wait. */
export async function keepTiming(
  trx: Trx,
  recipient: string,
  { dailyAt }: Timing,
  by: string,
  at: Date,
): Promise<void> {
  if (dailyAt === null) await sql`delete from notice_timing where recipient = ${recipient}`.execute(trx.sql);
  else
    await sql`
      insert into notice_timing (recipient, daily_at, changed_at, changed_by) values (${recipient}, ${dailyAt}, ${at}, ${by})
      on conflict (recipient) do update set daily_at = excluded.daily_at, changed_at = excluded.changed_at,
        changed_by = excluded.changed_by`.execute(trx.sql);
}

/** Records that nobody is at an address. */
export async function buryAddress(trx: Trx, one: AddressOf, fault: DeliveryFault, at: Date): Promise<void> {
  await sql`
    insert into dead_address (recipient, channel, address, since, fault)
    values (${one.recipient}, ${one.channel}, ${one.address}, ${at}, ${fault}) on conflict do nothing`.execute(trx.sql);
}

/** Uses an address again, since somebody of the recipient says that it is right. */
export async function reviveAddress(trx: Trx, one: AddressOf): Promise<void> {
  await sql`
    delete from dead_address where recipient = ${one.recipient} and channel = ${one.channel}
      and address = ${one.address}`.execute(trx.sql);
}

/** A recipient's address on a channel. */
export interface AddressOf {
  readonly recipient: string;
  readonly channel: WayChannel;
  readonly address: string;
}
