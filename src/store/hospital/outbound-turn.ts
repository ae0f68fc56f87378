/**
 * One process at a time sends to a destination. On a server by a lock that belongs to a connection, which is
 * kept out of the pool meanwhile: it ends with the process, however that ends, and who has lost it can no
 * longer write down anything, since it writes on that very connection. The embedded database has one process.
 */
import { sql } from 'kysely';
import type { Database, Db } from '../database.ts';

const embeddedTurns = new WeakMap<Database, Set<string>>();

/**
 * Does work while nobody else sends to a destination.
 * @param work all it asks of the database in this turn goes through the handle that it is given
 * @returns false, without doing it, when somebody else has the turn
 */
export async function inTurnOf(db: Database, destination: string, work: (held: Db) => Promise<void>): Promise<boolean> {
  return db.kind === 'embedded' ? embeddedTurn(db, destination, work) : serverTurn(db, destination, work);
}

async function serverTurn(db: Database, destination: string, work: (held: Db) => Promise<void>): Promise<boolean> {
  return db.holding(async (held) => {
    // A machine that lost its power says no goodbye: within half a minute the server lets go of its lock.
    await sql`select set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false),
      set_config('tcp_keepalives_count', '3', false)`.execute(held.sql);
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_lock(hashtextextended(${`homeward send ${destination}`}, 0)) as mine`.execute(held.sql);
    if (!rows[0]?.mine) return false;
    await work(held);
    return true;
  });
}

async function embeddedTurn(db: Database, destination: string, work: (held: Db) => Promise<void>): Promise<boolean> {
  const taken = embeddedTurns.get(db) ?? new Set<string>();
  embeddedTurns.set(db, taken);
  if (taken.has(destination)) return false;
  taken.add(destination);
  try {
    await work(db);
    return true;
  } finally {
    taken.delete(destination);
  }
}
