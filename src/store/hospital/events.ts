/**
 * The statements of a feed, and the clusters that hold together those which share a key. Whoever changes
 * them has taken the feed (`takeFeed`), so nobody else does.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { compareRecorded, contentOf, keysOf, readEvent, writeEvent } from '../../domain/stay-event.ts';
import type { HospitalEvent } from '../../domain/stay-event.ts';
import type { Db, Trx } from '../database.ts';
import { joinKeys } from './key-groups.ts';

/** Adds statements, each with its cluster; clusters that they join become one. @returns clusters touched */
export async function addEvents(trx: Trx, feed: string, events: readonly HospitalEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const keysOfEach = events.map(keysOf);
  const keys = [...new Set(keysOfEach.flat())];
  const known = await trx.sql
    .selectFrom('stay_key')
    .select(['key', 'cluster'])
    .where(sql<boolean>`key = any(${keys}::text[])`)
    .execute();
  const clusters = new Map(known.map(({ key, cluster }) => [key, cluster]));
  const groups = joinKeys(keysOfEach, clusters);
  const fresh = groups.filter((group) => group.clusters.length === 0).length;
  const numbers = await nextClusters(trx, fresh);
  const clusterOf = new Map<string, string>();
  const absorbed: { from: string; into: string }[] = [];
  for (const { keys: own, clusters: found } of groups) {
    const [into = numbers.pop() ?? '', ...others] = found;
    for (const key of own) clusterOf.set(key, into);
    absorbed.push(...others.map((from) => ({ from, into })));
  }
  await absorb(trx, absorbed);
  const newKeys = keys.filter((key) => !clusters.has(key));
  await addKeys(trx, newKeys, clusterOf);
  const rows = events.map((event, index) => ({ event, cluster: clusterOf.get(keysOfEach[index]?.[0] ?? '') ?? '' }));
  await keep(trx, feed, rows);
  return [...new Set(clusterOf.values())];
}

/** All statements of some clusters, by cluster. */
export async function eventsOf(db: Db, clusters: readonly string[]): Promise<Map<string, HospitalEvent[]>> {
  const rows = await db.sql
    .selectFrom('stay_event')
    .select(['cluster', 'event'])
    .where(sql<boolean>`cluster = any(${[...clusters]}::bigint[])`)
    .execute();
  const found = new Map<string, HospitalEvent[]>();
  for (const { cluster, event } of rows) {
    const own = found.get(cluster);
    if (own) own.push(readEvent(event));
    else found.set(cluster, [readEvent(event)]);
  }
  return found;
}

async function nextClusters(trx: Trx, count: number): Promise<string[]> {
  if (count === 0) return [];
  const { rows } = await sql<{ cluster: string }>`
    select nextval('stay_cluster') as cluster from generate_series(1, ${count}::integer)`.execute(trx.sql);
  return rows.map(({ cluster }) => cluster);
}

async function absorb(trx: Trx, moves: readonly { from: string; into: string }[]): Promise<void> {
  if (moves.length === 0) return;
  const json = JSON.stringify(moves);
  for (const table of ['stay_key', 'stay_event', 'stay'] as const) {
    await sql`
      update ${sql.table(table)} t set cluster = m.into
      from json_to_recordset(${json}) as m ("from" bigint, "into" bigint) where t.cluster = m."from"`.execute(trx.sql);
  }
}

async function addKeys(trx: Trx, keys: readonly string[], clusterOf: ReadonlyMap<string, string>): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    insert into stay_key (key, cluster)
    select * from unnest(${[...keys]}::text[], ${keys.map((key) => clusterOf.get(key) ?? '')}::bigint[])`.execute(
    trx.sql,
  );
}

interface Row {
  readonly content: string;
  readonly cluster: string;
  readonly event: HospitalEvent;
}

// A repetition under other ids and sequence numbers is the same statement: of those the first in recorded
// order is kept, whichever came first, or the order of arrival would show in the end.
async function keep(
  trx: Trx,
  feed: string,
  events: readonly { event: HospitalEvent; cluster: string }[],
): Promise<void> {
  const rows = new Map<string, Row>();
  for (const { event, cluster } of events) {
    const content = digest(contentOf(event));
    const other = rows.get(content);
    if (!other || compareRecorded(event, other.event) < 0) rows.set(content, { content, cluster, event });
  }
  const there = await trx.sql
    .selectFrom('stay_event')
    .select(['content', 'event'])
    .where('feed', '=', feed)
    .where(sql<boolean>`content = any(${[...rows.keys()]}::uuid[])`)
    .execute();
  const earlier: Row[] = [];
  for (const { content, event } of there) {
    const row = rows.get(content);
    rows.delete(content);
    if (row && compareRecorded(row.event, readEvent(event)) < 0) earlier.push(row);
  }
  await insert(trx, feed, [...rows.values()]);
  for (const { content, event } of earlier) {
    const text = writeEvent(event);
    await trx.sql.updateTable('stay_event').set({ event: text }).where('feed', '=', feed).where('content', '=', content).execute(); // prettier-ignore
  }
}

async function insert(trx: Trx, feed: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const json = rows.map(({ content, cluster, event }) => ({
    content,
    cluster,
    recorded_at: event.recordedAt,
    event: writeEvent(event),
  }));
  await sql`
    insert into stay_event (feed, cluster, content, recorded_at, event)
    select ${feed}, cluster, content, recorded_at, event
    from json_to_recordset(${JSON.stringify(json)})
      as e (cluster bigint, content uuid, recorded_at timestamptz, event text)`.execute(trx.sql);
}

function digest(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
