/**
 * What waits to be sent: written in the transaction of what is the reason for it. A delivery is `sending` before its
 * first byte leaves, and comes back by itself when the process that sent it is gone; it is never lost, and at worst
 * sent again under the same id.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { CarriedChannel, DeliveryFault, DeliveryReason } from '../../domain/courier.ts';
import type { Db, Trx } from '../database.ts';

export interface NewDelivery {
  readonly notice: string;
  readonly recipient: string;
  readonly council: string;
  readonly person: string;
  readonly channel: CarriedChannel;
  readonly address: string;
  readonly reason: DeliveryReason;
  readonly at: Date;
  readonly from: Date;
  readonly giveUpAt: Date;
}

/** A delivery as the sender needs to know it. */
export interface StoredDelivery extends Omit<NewDelivery, 'at' | 'from'> {
  readonly id: string;
  readonly state: 'waiting' | 'sending' | 'taken';
  readonly parcel: string | null;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly reference: string | null;
}

interface Row {
  delivery_id: string;
  notice_id: string;
  recipient: string;
  council: string;
  person: string;
  channel: CarriedChannel;
  address: string;
  reason: DeliveryReason;
  state: 'waiting' | 'sending' | 'taken';
  parcel: string | null;
  attempts: number;
  give_up_at: Date;
  created_at: Date;
  reference: string | null;
}

const read = (row: Row): StoredDelivery => ({
  id: row.delivery_id,
  notice: row.notice_id,
  recipient: row.recipient,
  council: row.council,
  person: row.person,
  channel: row.channel,
  address: row.address,
  reason: row.reason,
  state: row.state,
  parcel: row.parcel,
  attempts: row.attempts,
  giveUpAt: row.give_up_at,
  createdAt: row.created_at,
  reference: row.reference,
});

/** Adds a delivery, unless the same waits already. Whoever adds must hold the person's lock, or order is lost. */
export async function insertDelivery(trx: Trx, one: NewDelivery): Promise<void> {
  await sql`
    insert into notice_delivery (delivery_id, notice_id, recipient, council, person, channel, address, reason, state,
      next_at, from_at, give_up_at, created_at)
    values (${randomUUID()}, ${one.notice}, ${one.recipient}, ${one.council}, ${one.person}, ${one.channel},
      ${one.address}, ${one.reason}, 'waiting', ${one.from}, ${one.from}, ${one.giveUpAt}, ${one.at})
    on conflict do nothing`.execute(trx.sql);
}

// Nothing goes to an address about a person before what was queued there for the same person has ended.
const isFirst = sql`not exists (select from notice_delivery e where e.address = d.address and e.channel = d.channel
  and e.person = d.person and e.place < d.place and e.state in ('waiting', 'sending'))`;

/** More than go to one address at a time. */
const mostOfAddress = 4;

/**
 * What is due now, of each address the few that have waited longest: to be sent, to be asked after, or to be taken up
 * from a process that is gone. A system that is slow or has thousands waiting would hide all others otherwise.
 */
export async function dueDeliveries(db: Db, now: Date, limit: number): Promise<StoredDelivery[]> {
  // From one address to the next by the index: reading them all to tell them apart would cost as much as the queue is long.
  const { rows } = await sql<Row>`
    with recursive lane as (
      (select channel, address from notice_delivery where state in ('waiting', 'sending', 'taken')
        order by channel, address limit 1)
      union all
      select n.channel, n.address from lane l cross join lateral (
        select o.channel, o.address from notice_delivery o where o.state in ('waiting', 'sending', 'taken')
          and (o.channel, o.address) > (l.channel, l.address) order by o.channel, o.address limit 1) n)
    select d.* from lane l cross join lateral (
      select d.* from notice_delivery d where d.channel = l.channel and d.address = l.address
        and d.state in ('waiting', 'sending', 'taken') and d.next_at <= ${now} and (d.state = 'taken' or ${isFirst})
      order by d.next_at, d.place limit ${mostOfAddress}) d
    order by d.next_at, d.place limit ${limit}`.execute(db.sql);
  return rows.map(read);
}

/** The milliseconds until something is due; null when nothing waits. */
export async function untilNext(db: Db, now: Date): Promise<number | null> {
  const { rows } = await sql<{ next: Date | null }>`
    select min(d.next_at) as next from notice_delivery d where d.state in ('waiting', 'sending', 'taken')
      and (d.state = 'taken' or ${isFirst})`.execute(db.sql);
  const next = rows[0]?.next;
  return next ? Math.max(0, next.getTime() - now.getTime()) : null;
}

/**
 * Takes hold of a delivery that is still due, until the transaction ends.
 * @returns null when another process has it, or had it in the meantime
 */
export async function seizeDelivery(trx: Trx, id: string, now: Date): Promise<StoredDelivery | null> {
  const { rows } = await sql<Row>`
    select d.* from notice_delivery d where d.delivery_id = ${id} and d.state in ('waiting', 'sending', 'taken')
      and d.next_at <= ${now} and (d.state = 'taken' or ${isFirst})
    for update skip locked`.execute(trx.sql);
  const [row] = rows;
  return row ? read(row) : null;
}

/**
 * Others that are due at the address of a delivery and can go in its letter; when it has left before, those that
 * were in it then.
 */
export async function companionsOf(trx: Trx, one: StoredDelivery, now: Date, limit: number): Promise<StoredDelivery[]> {
  const { rows } = await sql<Row>`
    select d.* from notice_delivery d where d.address = ${one.address} and d.channel = ${one.channel}
      and d.recipient = ${one.recipient} and d.delivery_id <> ${one.id} and d.next_at <= ${now}
      and (d.reason = 'reminder') = ${one.reason === 'reminder'} and d.state in ('waiting', 'sending')
      and d.parcel is not distinct from ${one.parcel}::uuid
      and (d.person = ${one.person} or ${isFirst})
    order by d.place limit ${limit} for update skip locked`.execute(trx.sql);
  return rows.map(read);
}

/** Records that a delivery is about to be sent. @param until after it, it is taken for lost with its sender */
export async function beginDelivery(trx: Trx, id: string, parcel: string, until: Date): Promise<void> {
  await sql`
    update notice_delivery set state = 'sending', parcel = ${parcel}, attempts = attempts + 1, next_at = ${until}
    where delivery_id = ${id}`.execute(trx.sql);
}

/** Puts off asking after a delivery, so that no other process asks at the same time. */
export async function postponeDelivery(trx: Trx, id: string, until: Date): Promise<void> {
  await sql`update notice_delivery set next_at = ${until} where delivery_id = ${id}`.execute(trx.sql);
}

/** How an attempt ended. */
export type DeliveryEnd =
  | { readonly state: 'delivered' | 'dropped' }
  | { readonly state: 'failed'; readonly fault: DeliveryFault }
  | { readonly state: 'taken'; readonly reference: string; readonly nextAt: Date }
  /** `fresh`: it is a new letter then, since the one before has surely failed. */
  | { readonly state: 'waiting'; readonly fault: DeliveryFault; readonly nextAt: Date; readonly fresh: boolean };

/**
 * Records how it ended.
 * @param attempts of the attempt; what a later attempt has taken up is changed only by word of its arrival
 * @returns false when nothing was changed, since it had ended before
 */
export async function endDelivery(
  trx: Trx,
  id: string,
  attempts: number,
  end: DeliveryEnd,
  at: Date,
): Promise<boolean> {
  const closed = end.state === 'delivered' || end.state === 'failed' || end.state === 'dropped';
  const fault = 'fault' in end ? end.fault : null;
  const fresh = end.state === 'waiting' && end.fresh;
  const { numAffectedRows } = await sql`
    update notice_delivery set state = ${end.state}, fault = ${fault},
      reference = ${end.state === 'taken' ? end.reference : null},
      next_at = coalesce(${'nextAt' in end ? end.nextAt : null}::timestamptz, next_at),
      parcel = case when ${fresh}::boolean then null else parcel end,
      settled_at = case when ${closed}::boolean then ${at}::timestamptz end
    where delivery_id = ${id} and state in ('waiting', 'sending', 'taken')
      and (attempts = ${attempts} or ${end.state === 'delivered'}::boolean)`.execute(trx.sql);
  return numAffectedRows === 1n;
}

/** Deliveries that went in one letter, by its id: for a letter that came back. */
export async function inLetter(db: Db, parcel: string): Promise<(StoredDelivery & { readonly ended: string })[]> {
  const { rows } = await sql<Row & { ended: string }>`
    select d.*, d.state as ended from notice_delivery d where d.parcel = ${parcel} order by d.place`.execute(db.sql);
  return rows.map((row) => ({ ...read(row), ended: row.ended }));
}

/** Records of a delivered letter that it came back. @returns false when that was known */
export async function returnDelivery(trx: Trx, id: string, fault: DeliveryFault, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update notice_delivery set state = 'failed', fault = ${fault}, settled_at = ${at}
    where delivery_id = ${id} and state in ('waiting', 'sending', 'taken', 'delivered')`.execute(trx.sql);
  return numAffectedRows === 1n;
}

/** How each channel of a notice stands in the queue, for those who run the service. */
export async function countDeliveries(
  db: Db,
): Promise<{ channel: string; state: string; count: number; oldest: Date }[]> {
  const { rows } = await sql<{ channel: string; state: string; count: number; oldest: Date }>`
    select channel, state, count(*)::int as count, min(created_at) as oldest from notice_delivery
    where state in ('waiting', 'sending', 'taken') group by channel, state order by channel, state`.execute(db.sql);
  return rows;
}

/** Whether anything of a notice on a channel has reached its recipient or still may, beside one delivery. */
export async function channelStands(
  db: Db,
  { id, notice, channel, recipient }: Pick<StoredDelivery, 'id' | 'notice' | 'channel' | 'recipient'>,
): Promise<boolean> {
  const { rows } = await sql`
    select from notice_delivery where notice_id = ${notice} and channel = ${channel} and recipient = ${recipient}
      and delivery_id <> ${id} and state in ('waiting', 'sending', 'taken', 'delivered') limit 1`.execute(db.sql);
  return rows.length > 0;
}

/** Lets whatever waits for an address wait longer, since the address has just shown that it takes nothing. */
export async function restAddress(
  trx: Trx,
  { channel, address }: Pick<StoredDelivery, 'channel' | 'address'>,
  until: Date,
): Promise<void> {
  // Rows that somebody holds are passed over: waiting for them here could wait for each other.
  await sql`
    update notice_delivery set next_at = ${until} where delivery_id in (
      select delivery_id from notice_delivery where channel = ${channel} and address = ${address}
        and state = 'waiting' and next_at < ${until} for update skip locked)`.execute(trx.sql);
}

/** Ends such a rest, since the address has just taken something. */
export async function wakeAddress(
  trx: Trx,
  { channel, address }: Pick<StoredDelivery, 'channel' | 'address'>,
  at: Date,
): Promise<void> {
  await sql`
    update notice_delivery set next_at = greatest(from_at, ${at}::timestamptz) where delivery_id in (
      select delivery_id from notice_delivery where channel = ${channel} and address = ${address}
        and state = 'waiting' and next_at > greatest(from_at, ${at}::timestamptz) for update skip locked)`.execute(
    trx.sql,
  );
}
