/** Which stays care is held for, by what their tasks were last worked out, and which tasks a person has closed. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Closing } from '../../domain/hold-tasks.ts';
import type { Human } from '../../domain/notice.ts';
import type { Db, Trx } from '../database.ts';

/** Whose holds: those that a hospital told of, of a council's people, or of one provider. */
export type HoldsOf =
  | { readonly of: 'hospital' | 'council' | 'provider'; readonly id: string }
  | { readonly of: 'all'; readonly without: readonly string[]; readonly limit: number };

/** A stay of which a provider was told, and what it stands at; also a hold without a stay, by `hold_id`. */
export interface HeldRow {
  readonly stayId: string;
  readonly noticeVersion: string;
  /** Null when there is no such stay (any more). */
  readonly stayVersion: number | null;
  readonly staleAt: Date | null;
}

/**
 * Stays for which a provider may hold care and that may have a task: those whose last reckoning found one, and those
 * that have changed since, or of which time has brought something. Of `all`: only the changed ones. What was properly
 * done with when its stay was forgotten is done with by whatever terms: nothing is left to reckon it from.
 * @param terms words, by no others of which a reckoning must have been made to count
 */
export async function staysWithTasks(db: Db, holds: HoldsOf, terms: readonly string[], now: Date): Promise<HeldRow[]> {
  const { rows } = await sql<HeldRow>`
    with ${looked(holds, terms, now)}
    select stay_id as "stayId", notice_version::text as "noticeVersion", stay_version as "stayVersion", stale_at as "staleAt"
    from looked where not fresh or (${holds.of !== 'all'} and open)
    order by stay_id ${holds.of === 'all' ? sql`limit ${holds.limit}` : sql``}`.execute(db.sql);
  return rows;
}

/**
 * Stays for which a provider of a council's packages may hold care.
 * @param filter `since`: told of since a moment · `terms`: without those of which it was worked out, by these terms and
 *   by all that is so now, that everything about them is over
 */
export async function heldStaysOfCouncil(
  db: Db,
  council: string,
  { hospital, since, terms }: { readonly hospital?: string; readonly since?: Date; readonly terms?: readonly string[] },
  now: Date,
): Promise<string[]> {
  const yes = sql<boolean>`true`;
  const holds = { of: 'council', id: council } as const;
  const { rows } = await sql<{ stay_id: string }>`
    with ${terms === undefined ? sql`looked as (select null)` : looked(holds, terms, now)}
    select distinct hold_id as stay_id from notice n
    where n.recipient_kind = 'provider' and n.reached and n.link = 'package' and n.council = ${council}
      and ${hospital === undefined ? yes : sql<boolean>`n.hospital = ${hospital}`}
      and ${since === undefined ? yes : sql<boolean>`n.created_at >= ${since}`}
      and ${terms === undefined ? yes : sql<boolean>`n.hold_id in (select stay_id from looked where not (fresh and over))`}
    order by stay_id`.execute(db.sql);
  return rows.map((row) => row.stay_id);
}

/** The CTE `looked`: stays, what their last reckoning found, and whether that is still the newest there can be. */
function looked(holds: HoldsOf, terms: readonly string[], now: Date): RawBuilder<unknown> {
  return sql`at as (
      select n.hold_id as stay_id, bool_or(n.stay_id is null) as no_stay, max(n.version) as notice_version from notice n
      where n.recipient_kind = 'provider' and n.reached and ${scopeOf(holds)}
      group by n.hold_id),
    looked as (
      select a.stay_id, a.notice_version, s.version as stay_version, s.stale_at, coalesce(l.open, true) as open,
        coalesce(l.over, false) as over,
        coalesce((s.stay_id is null and not a.no_stay and l.over and not l.open)
          or (string_to_array(l.terms, ' ') <@ ${[...terms]}::text[] and l.notice_version = a.notice_version and l.stay_version is not distinct from s.version
            and l.stale_at is not distinct from s.stale_at and (l.look_at is null or l.look_at > ${now})), false) as fresh
      from at a left join stay s on s.stay_id = a.stay_id left join hold_look l on l.stay_id = a.stay_id)`;
}

/** Stays whose last reckoning found a task of this id; it may be closed by now, and a new one not be found yet. */
export async function staysOfTask(db: Db, task: string): Promise<string[]> {
  const { rows } = await sql<{ stay_id: string }>`
    select stay_id from hold_look where tasks @> array[${task}]::text[] order by stay_id`.execute(db.sql);
  return rows.map((row) => row.stay_id);
}

// Of a stay all that any provider was told counts, whoever looks: by it the reckoning is known to be the newest.
function scopeOf(holds: HoldsOf): RawBuilder<boolean> {
  switch (holds.of) {
    case 'hospital':
      return sql<boolean>`n.hospital = ${holds.id}`;
    case 'council':
      return sql<boolean>`n.hold_id in (select o.hold_id from notice o
        where o.council = ${holds.id} and o.link = 'package' and o.reached)`;
    case 'provider':
      return sql<boolean>`n.hold_id in (select o.hold_id from notice o where o.recipient = ${holds.id} and o.reached)`;
    case 'all':
      return sql<boolean>`n.hold_id <> all(${[...holds.without]}::uuid[])`;
  }
}

/** What a reckoning came to. */
export interface HoldLook extends HeldRow {
  /** Words of the agreements that its notices stand under, a space between. */
  readonly terms: string;
  readonly open: boolean;
  readonly over: boolean;
  readonly lookAt: Date | null;
  /** Ids of the open tasks, whoever has them. */
  readonly tasks: readonly string[];
}

/** Keeps a reckoning. @returns whether it found tasks where there were none, or the other way */
export async function keepLook(trx: Trx, look: HoldLook): Promise<boolean> {
  const row = {
    notice_version: look.noticeVersion,
    stay_version: look.stayVersion,
    stale_at: look.staleAt,
    terms: look.terms,
    open: look.open,
    over: look.over,
    look_at: look.lookAt,
    tasks: [...look.tasks],
  };
  const before = await trx.sql.selectFrom('hold_look').select('open').where('stay_id', '=', look.stayId).executeTakeFirst();
  await trx.sql
    .insertInto('hold_look')
    .values({ ...row, stay_id: look.stayId })
    .onConflict((conflict) => conflict.column('stay_id').doUpdateSet(row))
    .execute();
  return (before?.open ?? false) !== look.open;
} // prettier-ignore

/** How tasks of stays were closed that a person has closed, by their ids, and ids of those that a person has released. */
export async function settledTasks(
  db: Db,
  stayIds: readonly string[],
): Promise<{ closed: ReadonlyMap<string, Closing>; released: ReadonlySet<string> }> {
  if (stayIds.length === 0) return { closed: new Map(), released: new Set() };
  const own = sql<boolean>`stay_id = any(${[...stayIds]}::uuid[])`;
  const closed = await db.sql
    .selectFrom('task_closed')
    .select(['task_id', 'how', 'at', 'by_name', 'first_visit'])
    .where(own)
    .execute();
  const released = await db.sql.selectFrom('task_released').select('task_id').where(own).execute();
  return {
    closed: new Map(
      closed.map(({ task_id: id, how, at, by_name: by, first_visit: firstVisit }) => [id, { how, at, by, firstVisit }]),
    ),
    released: new Set(released.map((row) => row.task_id)),
  };
}

/** What a person has done about a task. */
export interface TaskDone {
  readonly task: string;
  readonly stayId: string;
  readonly by: Human;
  readonly at: Date;
  readonly audit: string;
}

/** Closes a task; the stay's tasks are worked out anew. Who was first stands. */
export async function keepClosed(trx: Trx, { task, stayId, by, at, audit }: TaskDone, how: string, firstVisit: Date | null = null): Promise<void> {
  const row = { task_id: task, stay_id: stayId, organisation: by.organisation, how, at, by_id: by.id, by_name: by.name, audit_id: audit, first_visit: firstVisit };
  await trx.sql.insertInto('task_closed').values(row).onConflict((conflict) => conflict.doNothing()).execute();
  await lookAnew(trx, stayId);
} // prettier-ignore

/** Lets a provider's task that waits be shown; the stay's tasks are looked at anew, so that it is told of. */
export async function keepReleased(trx: Trx, { task, stayId, by, at, audit }: TaskDone): Promise<void> {
  const row = { task_id: task, stay_id: stayId, at, by_id: by.id, by_name: by.name, audit_id: audit };
  await trx.sql.insertInto('task_released').values(row).onConflict((conflict) => conflict.doNothing()).execute();
  await lookAnew(trx, stayId);
} // prettier-ignore

// The reckoning stays, so that its other tasks are found by their ids, and counts no more.
async function lookAnew(trx: Trx, stayId: string): Promise<void> {
  const old = { notice_version: '0', open: true, over: false };
  await trx.sql.updateTable('hold_look').set(old).where('stay_id', '=', stayId).execute();
}

/** Of tasks those of which somebody has been told. */
export async function alertedTasks(db: Db, taskIds: readonly string[]): Promise<Set<string>> {
  if (taskIds.length === 0) return new Set();
  const rows = await db.sql
    .selectFrom('task_alerted')
    .select('task_id')
    .where('task_id', 'in', [...taskIds])
    .execute();
  return new Set(rows.map((row) => row.task_id));
}

/** Writes down that a task is told of. @returns false when it was before */
export async function keepAlerted(trx: Trx, task: string, stayId: string, at: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx.sql
    .insertInto('task_alerted')
    .values({ task_id: task, stay_id: stayId, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
