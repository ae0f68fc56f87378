/** What somebody has to do so that messages arrive: once, however often it shows. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DeliveryFault } from '../../domain/courier.ts';
import type { Db, Trx } from '../database.ts';

/** `dead-address`: nobody is there · `not-delivered`: given up · `nobody-to-tell`: no way is left · `ours-to-mend`. */
export type DeliveryTaskKind = 'dead-address' | 'not-delivered' | 'nobody-to-tell' | 'ours-to-mend';

export interface NewDeliveryTask {
  readonly recipient: string;
  /** The council of the notice; empty where it may not learn of it (a client by the provider's own list). */
  readonly council: string;
  readonly kind: DeliveryTaskKind;
  /** Empty where there is none. */
  readonly channel: string;
  readonly address: string;
  readonly fault: DeliveryFault | null;
}

export interface DeliveryTask extends NewDeliveryTask {
  readonly id: string;
  readonly owner: 'recipient' | 'operator';
  readonly times: number;
  readonly openedAt: Date;
  readonly lastAt: Date;
}

/** Opens a task, or counts that it showed again. */
export async function openDeliveryTask(trx: Trx, task: NewDeliveryTask, at: Date): Promise<void> {
  const owner = task.kind === 'ours-to-mend' ? 'operator' : 'recipient';
  await sql`
    insert into delivery_task (task_id, owner, recipient, council, kind, channel, address, fault, times, opened_at, last_at)
    values (${randomUUID()}, ${owner}, ${task.recipient}, ${task.council}, ${task.kind}, ${task.channel},
      ${task.address}, ${task.fault}, 1, ${at}, ${at})
    on conflict (recipient, kind, channel, address) where closed_at is null
      do update set times = delivery_task.times + 1, last_at = excluded.last_at, fault = excluded.fault,
        council = case delivery_task.council when '' then excluded.council else delivery_task.council end`.execute(
    trx.sql,
  );
}

/** Closes what was open about an address. @param by a person's id, or what showed that it is mended */
export async function closeTasksOf(
  trx: Trx,
  { recipient, channel, address }: Pick<NewDeliveryTask, 'recipient' | 'channel' | 'address'>,
  by: string,
  at: Date,
): Promise<void> {
  await sql`
    update delivery_task set closed_at = ${at}, closed_by = ${by}
    where recipient = ${recipient} and channel = ${channel} and address = ${address} and closed_at is null`.execute(
    trx.sql,
  );
}

interface TaskRow {
  task_id: string;
  owner: 'recipient' | 'operator';
  recipient: string;
  council: string;
  kind: DeliveryTaskKind;
  channel: string;
  address: string;
  fault: DeliveryFault | null;
  times: number;
  opened_at: Date;
  last_at: Date;
}

/** Open tasks, oldest first: a recipient's own, those about a council's providers, or those of who runs the service. */
export async function openTasks(
  db: Db,
  whose: { readonly recipient: string } | { readonly council: string } | 'operator',
): Promise<DeliveryTask[]> {
  // What no council may learn of is the operator's to see, beside the recipient: somebody must.
  const of =
    whose === 'operator'
      ? sql`(owner = 'operator' or council = '')`
      : 'recipient' in whose
        ? sql`owner = 'recipient' and recipient = ${whose.recipient}`
        : sql`owner = 'recipient' and council = ${whose.council}`;
  const { rows } = await sql<TaskRow>`
    select * from delivery_task where closed_at is null and ${of} order by opened_at, task_id limit 500`.execute(
    db.sql,
  );
  return rows.map((row) => ({
    id: row.task_id,
    owner: row.owner,
    recipient: row.recipient,
    council: row.council,
    kind: row.kind,
    channel: row.channel,
    address: row.address,
    fault: row.fault,
    times: row.times,
    openedAt: row.opened_at,
    lastAt: row.last_at,
  }));
}

/** Deletes closed tasks of before an instant. @returns how many */
export async function forgetTasks(db: Db, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`delete from delivery_task where closed_at < ${before}`.execute(db.sql);
  return Number(numAffectedRows ?? 0n);
}
