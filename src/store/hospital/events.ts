/**
 * The statements of a feed, and the clusters that hold together those which share a key. Whoever changes
 * them has taken the feed (`takeFeed`), so nobody else does.
 */
import { sql } from 'kysely';
import { compareRecorded, keysOf, readEvent, writeEvent } from '../../domain/stay-event.ts';
import type { HospitalEvent } from '../../domain/stay-event.ts';
import type { Db, Trx } from '../database.ts';
import { contentId } from './event-content.ts';
import { joinKeys } from './key-groups.ts';

/**
 * Adds statements, each with its cluster; clusters that they join become one.
 * @param sayings statements of one message each
 * @returns clusters touched
 */
export async function addEvents(
  trx: Trx,
  feed: string,
  sayings: readonly (readonly HospitalEvent[])[],
): Promise<string[]> {
  const events = sayings.flat();
  if (events.length === 0) return [];
  const sayingOf = sayings.flatMap((own, saying) => own.map(() => saying));
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
  const rows = events.map((event, index) => ({
    event,
    saying: sayingOf[index] ?? 0,
    cluster: clusterOf.get(keysOfEach[index]?.[0] ?? '') ?? '',
  }));
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

/**
 * Takes back what messages said before they are read again: a statement goes when the last message that said it
 * does. @returns clusters touched; keys of one that is empty by then go with {@link dropEmpty}
 */
export async function takeBack(trx: Trx, feed: string, contents: readonly string[]): Promise<string[]> {
  if (contents.length === 0) return [];
  const { rows } = await sql<{ cluster: string }>`
    update stay_event e set said_by = e.said_by - t.times
    from (select content, count(*)::integer as times from unnest(${[...contents]}::uuid[]) as c (content) group by content) t
    where e.feed = ${feed} and e.content = t.content returning e.cluster`.execute(trx.sql);
  await sql`delete from stay_event where feed = ${feed} and content = any(${[...contents]}::uuid[]) and said_by <= 0`.execute(trx.sql); // prettier-ignore
  return [...new Set(rows.map(({ cluster }) => cluster))];
}

/** Drops the keys of those of some clusters of which nothing is said any more. */
export async function dropEmpty(trx: Trx, clusters: readonly string[]): Promise<void> {
  if (clusters.length === 0) return;
  await sql`
    delete from stay_key k where k.cluster = any(${[...clusters]}::bigint[])
      and not exists (select from stay_event e where e.cluster = k.cluster)`.execute(trx.sql);
}

interface Row {
  readonly content: string;
  readonly cluster: string;
  readonly event: HospitalEvent;
  readonly saidBy: number;
}

// A repetition under other ids and sequence numbers is the same statement: of those the first in recorded
// order is kept, whichever came first, or the order of arrival would show in the end.
async function keep(
  trx: Trx,
  feed: string,
  events: readonly { event: HospitalEvent; saying: number; cluster: string }[],
): Promise<void> {
  const rows = new Map<string, Row & { readonly sayings: Set<number> }>();
  for (const { event, saying, cluster } of events) {
    const content = contentId(event);
    const other = rows.get(content);
    const sayings = (other?.sayings ?? new Set()).add(saying);
    const first = !other || compareRecorded(event, other.event) < 0 ? event : other.event;
    rows.set(content, { content, cluster, event: first, sayings, saidBy: sayings.size });
  }
  const there = await trx.sql
    .selectFrom('stay_event')
    .select(['content', 'event'])
    .where('feed', '=', feed)
    .where(sql<boolean>`content = any(${[...rows.keys()]}::uuid[])`)
    .execute();
  const again = there.flatMap(({ content, event: kept }) => {
    const row = rows.get(content);
    rows.delete(content);
    return row ? { ...row, earlier: compareRecorded(row.event, readEvent(kept)) < 0 } : [];
  });
  await insert(trx, feed, [...rows.values()]);
  await repeat(trx, feed, again);
}

async function repeat(trx: Trx, feed: string, again: readonly (Row & { readonly earlier: boolean })[]): Promise<void> {
  if (again.length === 0) return;
  const json = again.map(({ content, saidBy, earlier, event }) => ({
    content,
    times: saidBy,
    event: earlier ? writeEvent(event) : null,
  }));
  await sql`
    update stay_event e set said_by = e.said_by + a.times, event = coalesce(a.event, e.event)
    from json_to_recordset(${JSON.stringify(json)}) as a (content uuid, times integer, event text)
    where e.feed = ${feed} and e.content = a.content`.execute(trx.sql);
}

async function insert(trx: Trx, feed: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const json = rows.map(({ content, cluster, event, saidBy }) => ({
    content,
    cluster,
    recorded_at: event.recordedAt,
    event: writeEvent(event),
    said_by: saidBy,
  }));
  await sql`
    insert into stay_event (feed, cluster, content, recorded_at, event, said_by)
    select ${feed}, cluster, content, recorded_at, event, said_by
    from json_to_recordset(${JSON.stringify(json)})
      as e (cluster bigint, content uuid, recorded_at timestamptz, event text, said_by integer)`.execute(trx.sql);
}
