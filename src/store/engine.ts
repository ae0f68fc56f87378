/**
 * The two engines behind one small interface: a PostgreSQL server, and PGlite (PostgreSQL built
 * for WebAssembly) for the demo and tests. The only home of `pg`, `pg-copy-streams` and `pglite`.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { HomewardError } from '../domain/error.ts';
import { ServerBell } from './bell.ts';
import type { Bell } from './bell.ts';
import { Lanes } from './lanes.ts';
import type { Statement } from './statement.ts';

export interface SqlResult {
  readonly rows: Record<string, unknown>[];
  readonly affected: number;
}

/** One connection, in use by one caller. */
export interface SqlSession {
  /** How long, in milliseconds, a statement may go unanswered; null for as long as it takes. */
  patience?: number | null;
  /** @param name of a statement that the server should keep planned for as long as the connection lasts */
  query(text: string, parameters?: readonly unknown[], name?: string): Promise<SqlResult>;
  /** Runs several statements without parameters. */
  script(text: string): Promise<void>;
  /** Streams lines in COPY's text format into a table. */
  copyIn(table: string, columns: readonly string[], chunks: AsyncIterable<string>): Promise<void>;
}

export interface Engine {
  readonly kind: 'postgres' | 'embedded';
  acquire(): Promise<{ session: SqlSession; release: (failed: boolean) => void }>;
  /** Runs one statement that stands alone: when this resolves, what it wrote is durable. */
  ask(statement: Statement, parameters: readonly unknown[]): Promise<SqlResult>;
  /** Hears of other processes and tells them; absent where there is one process only. */
  bell?(heard: () => void): Bell;
  close(): Promise<void>;
}

/**
 * Connections for statements that stand alone: those that read, and those that wait for a commit,
 * behind which no reading may stand. More would only wake the server's processes more often.
 */
const lanesEach = 2;

/** The role that the running service takes: see migrations/0002_roles.sql. */
const serviceRole = 'homeward_app';

// Dates stay text (a Date would move birthdays across time zones); 64-bit keys stay text.
const keepText = (value: string): string => value;
const int8 = 20;
const date = 1082;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === date ? keepText : pg.types.getTypeParser(oid, format),
};

/**
 * A pool of connections to a PostgreSQL server.
 * @param asOwner true while migrating; otherwise every connection is the service role from its first moment
 */
export function postgresEngine(url: string, asOwner: boolean, connections = 16): Engine {
  const settings: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // Left to itself the system first asks after two hours, when firewalls have long forgotten.
    keepAliveInitialDelayMillis: 30_000,
    options: `-c timezone=UTC -c lock_timeout=30s${asOwner ? '' : ` -c role=${serviceRole}`}`,
    application_name: 'homeward',
    types: types as pg.CustomTypesConfig,
  };
  const pool = new pg.Pool({ ...settings, max: connections, idleTimeoutMillis: 30_000, onConnect: keepDurably });
  // An idle connection that the server closes must not end the process.
  pool.on('error', () => undefined);
  // A plan is kept for as long as its connection: one made while a table was empty would read all of it
  // from then on, the whole first extract and every audit row, until the server looks at it again. Left to choose, the
  // server plans anew each time whatever it guesses to be cheaper for the values at hand, which takes longer than it runs.
  const options = `${settings.options} -c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan`;
  const lane = (): pg.Client => new pg.Client({ ...settings, options, pipeline: true } as pg.ClientConfig);
  const greet = { greet: keepDurably };
  const lanes = { read: new Lanes(lane, lanesEach), write: new Lanes(lane, lanesEach, greet) };
  const bells: Bell[] = [];
  return {
    kind: 'postgres',
    async ask(asked, parameters) {
      const result = await lanes[asked.does].query(asked, parameters);
      return { rows: result.rows, affected: result.rowCount ?? 0 };
    },
    async acquire() {
      const client = await pool.connect();
      // A server that goes away in the middle of a statement rejects that statement; the event is
      // heard so that it does not end the process as well.
      const hear = (): void => undefined;
      client.on('error', hear);
      return {
        session: postgresSession(client),
        release(failed) {
          client.off('error', hear);
          client.release(failed);
        },
      };
    },
    bell(heard) {
      const bell = new ServerBell(() => new pg.Client(settings), heard);
      bells.push(bell);
      return bell;
    },
    // A server that has gone silent answers no goodbye either.
    async close() {
      await Promise.race([
        Promise.all([pool.end(), lanes.read.end(), lanes.write.end(), ...bells.map((bell) => bell.close())]),
        sleep(5_000, undefined, { ref: false }),
      ]);
    },
  };
}

/**
 * What is answered as kept is on disk, whatever the database or the login is set to; only a setting
 * that waits for a standby as well stays (product rule 6).
 */
async function keepDurably(client: pg.ClientBase): Promise<void> {
  await client.query({
    text: `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') <> 'remote_apply'`,
    query_timeout: usualPatience,
  } as pg.QueryConfig);
}

// A nurse must reach the page with the phone numbers even when the server has gone silent.
const usualPatience = 10_000;

function postgresSession(client: pg.PoolClient): SqlSession {
  const session: SqlSession = {
    patience: usualPatience,
    async query(text, parameters = [], name = undefined) {
      const limit = session.patience == null ? {} : { query_timeout: session.patience };
      const named = name === undefined ? {} : { name };
      const result = await client.query({ ...named, text, values: [...parameters], ...limit });
      return { rows: result.rows, affected: result.rowCount ?? 0 };
    },
    async script(text) {
      await client.query(text);
    },
    async copyIn(table, columns, chunks) {
      const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
      const finished = once(stream, 'finish');
      finished.catch(() => undefined);
      try {
        for await (const chunk of chunks) {
          if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), finished]);
        }
      } catch (error) {
        stream.destroy();
        throw error;
      }
      stream.end();
      await finished;
    },
  };
  return session;
}

/** How long a caller waits for the embedded engine's one connection before it is told so. */
const embeddedPatience = 120_000;

/** PGlite on a folder (or in memory), one connection, handed round in turn. */
export async function embeddedEngine(folder: string | null, snapshot?: Blob): Promise<Engine & { pglite: PGlite }> {
  const pglite = await PGlite.create({
    ...(folder === null ? {} : { dataDir: folder }),
    ...(snapshot ? { loadDataDir: snapshot } : {}),
    parsers: { [int8]: keepText, [date]: keepText },
  });
  await pglite.exec('set timezone = UTC');
  const session = embeddedSession(pglite);
  let last: Promise<void> = Promise.resolve();
  let closing = false;
  const acquire: Engine['acquire'] = async () => {
    if (closing) throw new HomewardError('STORE_UNAVAILABLE', 'The service is stopping.');
    const turn = Promise.withResolvers<void>();
    const before = last;
    last = before.then(() => turn.promise);
    // A query on the outer handle inside a transaction would wait for itself: better a clear error.
    const late = AbortSignal.timeout(embeddedPatience);
    await Promise.race([before, once(late, 'abort').then(() => Promise.reject(new HomewardError('BUSY')))]).catch(
      (error: unknown) => {
        turn.resolve();
        throw error;
      },
    );
    const handOn = (): void => turn.resolve();
    return {
      session,
      // A server ends the transaction of a connection that failed; this one connection goes on, and
      // the next caller's commit would keep what the failed one left.
      release: (failed) => (failed ? void pglite.exec('rollback').then(handOn, handOn) : handOn()),
    };
  };
  return {
    kind: 'embedded',
    pglite,
    acquire,
    async ask({ text }, parameters) {
      const { session: own, release } = await acquire();
      try {
        return await own.query(text, parameters);
      } finally {
        release(false);
      }
    },
    async close() {
      closing = true;
      await last;
      await pglite.close();
    },
  };
}

/** Takes the service role for good, once the tables are made. */
export async function takeServiceRole(session: SqlSession): Promise<void> {
  await session.query(`set role ${serviceRole}`);
}

// PGlite's COPY reads a whole blob, so it is fed in pieces of this many characters.
const blobSize = 4_000_000;

function embeddedSession(pglite: PGlite): SqlSession {
  const copyPiece = async (table: string, columns: readonly string[], piece: string): Promise<void> => {
    // Reading /dev/blob counts as reading a server file, which the service role may not do.
    const role = await pglite.query<{ role: string }>('select current_user as role');
    await pglite.exec('reset role');
    await pglite.query(`copy ${table} (${columns.join(', ')}) from '/dev/blob'`, [], { blob: new Blob([piece]) });
    await pglite.exec(`set role "${role.rows[0]?.role ?? serviceRole}"`);
  };
  return {
    patience: null,
    async query(text, parameters = []) {
      const result = await pglite.query<Record<string, unknown>>(text, [...parameters]);
      return { rows: result.rows, affected: result.affectedRows ?? 0 };
    },
    async script(text) {
      await pglite.exec(text);
    },
    async copyIn(table, columns, chunks) {
      let piece = '';
      for await (const chunk of chunks) {
        piece += chunk;
        if (piece.length < blobSize) continue;
        await copyPiece(table, columns, piece);
        piece = '';
      }
      if (piece !== '') await copyPiece(table, columns, piece);
    },
  };
}
