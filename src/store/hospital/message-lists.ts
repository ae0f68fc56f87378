/** What came, counted and listed for those who keep a feed running. Nothing here opens a message. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';
import type { MessageFinding } from './messages.ts';

/** A feed in numbers. */
export interface FeedCounts {
  readonly feed: string;
  /** When something last came that was no canary of ours. */
  readonly lastReceivedAt: Date | null;
  readonly lastCanaryAt: Date | null;
  /** Of those that wait for the first time: what is read again came long ago. */
  readonly oldestWaitingAt: Date | null;
  readonly states: Readonly<Record<string, number>>;
  /** Messages of the last minute, counted to 100,000. */
  readonly lastMinute: number;
}

// What tells of the hospital. A feed of which everything is refused, as after a change of certificate, or that
// sends us only our own messages back, is silent as far as anybody's whereabouts are known by it.
const heard = sql`m.state in ('waiting', 'applied', 'ignored', 'quarantined') and coalesce(m.code, '') not in ('canary', 'echo')`;

/** Whatever has come of feeds, canaries apart, as at an instant. */
export async function countFeeds(db: Db, feeds: readonly string[], now: Date): Promise<FeedCounts[]> {
  const { rows } = await sql<{
    feed: string;
    last: Date | null;
    canary: Date | null;
    oldest: Date | null;
    states: Record<string, number> | null;
    minute: number;
  }>`
    select f.feed,
      (select received_at from hl7_message m where m.feed = f.feed and ${heard}
        order by received_at desc limit 1) as last,
      (select received_at from hl7_message m where m.feed = f.feed and m.code = 'canary'
        order by received_at desc limit 1) as canary,
      (select received_at from hl7_message m where m.feed = f.feed and m.state = 'waiting' and not (m.replays > 0)
        order by message_id limit 1) as oldest,
      (select json_object_agg(state, n) from (select state, count(*)::integer as n from hl7_message m
        where m.feed = f.feed and m.code is distinct from 'canary' group by state) counted) as states,
      (select count(*)::integer from (select 1 from hl7_message m where m.feed = f.feed
        and m.code is distinct from 'canary' and m.received_at > ${new Date(now.getTime() - 60_000)}
        limit 100000) recent) as minute
    from unnest(${[...feeds]}::text[]) as f (feed)`.execute(db.sql);
  return rows.map(({ feed, last, canary, oldest, states, minute }) => ({
    feed,
    lastReceivedAt: last,
    lastCanaryAt: canary,
    oldestWaitingAt: oldest,
    states: states ?? {},
    lastMinute: minute,
  }));
}

/** When something last came of each feed that was no canary of ours; none that nothing came of. */
export async function lastHeard(db: Db, feeds: readonly string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ feed: string; last: Date | null }>`
    select f.feed, (select received_at from hl7_message m where m.feed = f.feed and ${heard}
      order by received_at desc limit 1) as last
    from unnest(${[...feeds]}::text[]) as f (feed)`.execute(db.sql);
  return new Map(rows.flatMap(({ feed, last }) => (last === null ? [] : [[feed, last] as const])));
}

/** A message that somebody should look at. */
export interface SetAside extends MessageFinding {
  readonly messageId: string;
  readonly feed: string | null;
  readonly sender: string;
  readonly controlId: string;
  readonly event: string;
  readonly receivedAt: Date;
  readonly state: string;
  readonly replays: number;
  readonly expiresAt: Date;
  readonly sealed: Uint8Array;
}

/**
 * Messages that were set aside or refused, the latest first.
 * @param only limits them to a feed or a code
 */
export async function setAsideMessages(
  db: Db,
  only: { readonly feed?: string | undefined; readonly code?: string | undefined },
  limit: number,
): Promise<SetAside[]> {
  let query = db.sql
    .selectFrom('hl7_message')
    .selectAll()
    .where(sql<boolean>`state in ('quarantined', 'faulty', 'rejected', 'conflict')`);
  if (only.feed !== undefined) query = query.where('feed', '=', only.feed);
  if (only.code !== undefined) query = query.where('code', '=', only.code);
  const rows = await query.orderBy('received_at', 'desc').orderBy('message_id', 'desc').limit(limit).execute();
  return rows.map(fromRow);
}

/** One message, whatever has become of it; null when it is no longer kept. */
export async function messageById(db: Db, messageId: string): Promise<SetAside | null> {
  const row = await db.sql.selectFrom('hl7_message').selectAll().where('message_id', '=', messageId).executeTakeFirst();
  return row ? fromRow(row) : null;
}

type Row = Awaited<ReturnType<typeof allColumns>>[number];
const allColumns = (db: Db) => db.sql.selectFrom('hl7_message').selectAll().execute();

function fromRow(row: Row): SetAside {
  const { message_id: messageId, feed, sender, control_id: controlId, event, received_at: receivedAt } = row;
  const { state, code, field, value, replays, expires_at: expiresAt, sealed } = row;
  return { messageId, feed, sender, controlId, event, receivedAt, state, code, field, value, replays, expiresAt, sealed }; // prettier-ignore
}

/** What came of a feed in some time. */
export interface FeedTime {
  readonly feed: string;
  readonly from: Date;
  /** Not included. */
  readonly until: Date;
}

/**
 * Lets messages wait again to be read and applied: those that were taken, and set aside or passed over. A
 * refused one is its sender's to send again.
 * @param which by their ids; all of a feed with a code; or all that came of a feed in some time, applied ones too, whose
 *   statements go when they are read again. One that was applied before it was kept what it said stays as it is
 * @returns how many wait now
 */
export async function letWaitAgain(
  trx: Trx,
  which: { readonly ids: readonly string[] } | { readonly feed: string; readonly code: string } | FeedTime,
): Promise<number> {
  const chosen =
    'ids' in which
      ? sql`message_id = any(${[...which.ids]}::bigint[])`
      : 'from' in which
        ? sql`feed = ${which.feed} and received_at >= ${which.from} and received_at < ${which.until}`
        : sql`feed = ${which.feed} and code = ${which.code}`;
  const applied = 'from' in which ? sql`or (state = 'applied' and said is not null)` : sql``;
  const { numAffectedRows } = await sql`
    update hl7_message
    set state = 'waiting', code = null, field = null, value = null, settled_at = null, replays = replays + 1
    where ${chosen} and (state in ('quarantined', 'ignored') ${applied}) and code is distinct from 'canary'
      and code is distinct from 'echo'`.execute(trx.sql);
  return Number(numAffectedRows ?? 0);
}
