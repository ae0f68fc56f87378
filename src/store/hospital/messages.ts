/** Messages as they came: kept once, taken up in order, and shown where they could not be used. */
import { sql } from 'kysely';
import type { Db, Trx } from '../database.ts';

/** States of a message that was answered as taken. */
export type TakenState = 'waiting' | 'ignored' | 'quarantined';
/** States of a message that was refused. */
export type RefusedState = 'faulty' | 'rejected' | 'conflict';

/** What was wrong with a message, and where; never anything of the patient. */
export interface MessageFinding {
  readonly code: string | null;
  readonly field: string | null;
  /** A code value that is not mapped. */
  readonly value: string | null;
}

/** A message that waits to be applied. */
export interface WaitingMessage {
  readonly messageId: string;
  readonly controlId: string;
  readonly receivedAt: Date;
  readonly sealed: Uint8Array;
  /** What it said when it was last read; empty the first time. */
  readonly said: readonly string[];
}

/** What has become of a message. */
export interface SettledMessage extends MessageFinding {
  readonly messageId: string;
  readonly state: 'applied' | 'ignored' | 'quarantined';
  readonly remarks: readonly string[];
  /** What it says by now; null: what it said before still stands. */
  readonly said: readonly string[] | null;
}

/**
 * The next messages of a feed, in the order in which they were kept; those that are read again come last, since
 * a week of them must not keep waiting who comes now. Order of arrival decides nothing about stays; it only keeps
 * the oldest from waiting longest.
 */
export async function waitingMessages(db: Db, feed: string, limit: number): Promise<WaitingMessage[]> {
  const rows = await db.sql
    .selectFrom('hl7_message')
    .select(['message_id', 'control_id', 'received_at', 'sealed', 'said'])
    .where('feed', '=', feed)
    .where(sql<boolean>`state = 'waiting'`)
    .orderBy(sql`(replays > 0)`)
    .orderBy('message_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    messageId: row.message_id,
    controlId: row.control_id,
    receivedAt: row.received_at,
    sealed: row.sealed,
    said: row.said ?? [],
  }));
}

/** Says of waiting messages what has become of them. */
export async function settleMessages(trx: Trx, settled: readonly SettledMessage[], at: Date): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map(({ messageId: id, state, code, field, value, remarks, said }) => ({ id, state, code, field, value, remarks, said })); // prettier-ignore
  await sql`
    update hl7_message m
    set state = s.state, code = s.code, field = s.field, value = s.value, remarks = s.remarks, settled_at = ${at},
      said = coalesce(s.said, m.said)
    from json_to_recordset(${JSON.stringify(rows)})
      as s (id bigint, state text, code text, field text, value text, remarks text[], said uuid[])
    where m.message_id = s.id and m.state = 'waiting'`.execute(trx.sql);
}

/** Marks a place in a transaction. @returns what takes back all that was done since */
export async function savepoint(trx: Trx): Promise<() => Promise<void>> {
  await sql.raw('savepoint before_message').execute(trx.sql);
  return async () => void (await sql.raw('rollback to savepoint before_message').execute(trx.sql));
}

/**
 * Takes the right to change a feed's stays, until the transaction ends: whoever folds statements must be
 * the only one who does.
 * @param wait for whoever has it now; otherwise it is only tried
 * @returns false when another process has it
 */
export async function takeFeed(trx: Trx, feed: string, wait = false): Promise<boolean> {
  const key = sql`hashtextextended(${`hospital feed ${feed}`}, 4207003)`;
  if (wait) {
    await sql`select pg_advisory_xact_lock(${key})`.execute(trx.sql);
    return true;
  }
  const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${key}) as taken`.execute(trx.sql);
  return rows[0]?.taken ?? false;
}
