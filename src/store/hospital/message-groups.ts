/** What was set aside, counted by its reason, and what waits after a change of a stay. Nothing here opens a message. */
import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** Messages of a feed with the same fate, for the same reason, in the same field, over the same value. */
export interface SetAsideCount {
  /** Null: of a sender that no feed file names. */
  readonly feed: string | null;
  readonly state: 'quarantined' | 'faulty' | 'rejected' | 'conflict';
  readonly code: string | null;
  readonly field: string | null;
  readonly value: string | null;
  readonly count: number;
  readonly latestAt: Date;
  /** When the first of them expires. */
  readonly firstExpiresAt: Date;
}

/** Kinds of what was set aside, the commonest first; so many at most. */
export async function countSetAside(db: Db, limit = 1000): Promise<SetAsideCount[]> {
  const { rows } = await sql<Omit<SetAsideCount, 'latestAt' | 'firstExpiresAt'> & { latest: Date; expires: Date }>`
    select feed, state, code, field, value, count(*)::integer as count, max(received_at) as latest,
      min(expires_at) as expires from hl7_message
    where state in ('quarantined', 'faulty', 'rejected', 'conflict')
    group by feed, state, code, field, value order by count(*) desc, max(received_at) desc limit ${limit}`.execute(
    db.sql,
  );
  return rows.map(({ latest, expires, ...row }) => ({ ...row, latestAt: latest, firstExpiresAt: expires }));
}

/** Messages of a feed that wait to be applied. */
export interface WaitingCount {
  readonly feed: string;
  readonly count: number;
  /** When the first of them expires. */
  readonly firstExpiresAt: Date;
}

/** What waits to be applied of feeds other than some, the most first. */
export async function countWaitingElsewhere(db: Db, feeds: readonly string[]): Promise<WaitingCount[]> {
  const { rows } = await sql<{ feed: string; count: number; expires: Date }>`
    select feed, count(*)::integer as count, min(expires_at) as expires from hl7_message
    where state = 'waiting' and feed is not null and not (feed = any(${[...feeds]}::text[]))
    group by feed order by count(*) desc, feed`.execute(db.sql);
  return rows.map(({ expires, ...row }) => ({ ...row, firstExpiresAt: expires }));
}

/** With this a message is marked after which what hangs together has nearly as many statements as may be. */
export const nearlyTooMany = 'statements-nearly-too-many';

/** How many messages of each of these feeds were marked as {@link nearlyTooMany} since a moment; none where none was. */
export async function countNearlyTooMany(
  db: Db,
  feeds: readonly string[],
  since: Date,
): Promise<{ readonly feed: string; readonly count: number }[]> {
  const { rows } = await sql<{ feed: string; count: number }>`
    select feed, count(*)::integer as count from hl7_message
    where ${sql.lit(nearlyTooMany)} = any(remarks) and received_at > ${since} and feed = any(${[...feeds]}::text[])
    group by feed order by feed`.execute(db.sql);
  return rows;
}

/** What arrivals still ask for, and what they have learnt of stays that are open. */
export interface ArrivalCounts {
  readonly changesWaiting: number;
  readonly oldestChangeAt: Date | null;
  /** Stays by feed whose patient is in hospital now. */
  readonly openStays: Readonly<Record<string, number>>;
  /** What was learnt of them, by `yes`, `no` and `cannot-say`. */
  readonly learnt: Readonly<Record<string, number>>;
}

/** Arrivals in numbers. */
export async function countArrivals(db: Db): Promise<ArrivalCounts> {
  const { rows } = await sql<{
    waiting: number;
    oldest: Date | null;
    open: Record<string, number> | null;
    learnt: Record<string, number> | null;
  }>`
    select (select count(*)::integer from stay_change) as waiting, (select min(changed_at) from stay_change) as oldest,
      (select json_object_agg(feed, n) from (select feed, count(*)::integer as n from stay
        where status in ('arrived', 'admitted', 'on-leave') and shelved_at is null group by feed) s) as open,
      (select json_object_agg(result, n) from (select result, count(*)::integer as n from stay_care
        where withdrawn_at is null group by result) c) as learnt`.execute(db.sql);
  const [row] = rows;
  return {
    changesWaiting: row?.waiting ?? 0,
    oldestChangeAt: row?.oldest ?? null,
    openStays: row?.open ?? {},
    learnt: row?.learnt ?? {},
  };
}
