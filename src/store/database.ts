/** The one typed handle on the store. Every function of `store/` takes a {@link Db} or a {@link Trx}. */
import { Kysely } from 'kysely';
import { HomewardError } from '../domain/error.ts';
import { noBell } from './bell.ts';
import type { Bell } from './bell.ts';
import { isConnectionFault, isOutwornStatement } from './connection-fault.ts';
import { dialectOn } from './dialect.ts';
import type { Fixed } from './dialect.ts';
import type { Engine } from './engine.ts';
import type { Schema } from './schema.ts';
import type { Statement } from './statement.ts';

/** Statements that each stand alone. */
export interface Db {
  readonly sql: Kysely<Schema>;
}

/** Statements that are all kept or none. */
export interface Trx extends Db {
  readonly inTransaction: true;
  copyIn(table: string, columns: readonly string[], chunks: AsyncIterable<string>): Promise<void>;
}

export class Database implements Db {
  readonly sql: Kysely<Schema>;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.sql = new Kysely<Schema>({ dialect: dialectOn(engine) });
  }

  get kind(): Engine['kind'] {
    return this.#engine.kind;
  }

  /** Runs one prepared statement by itself: when this resolves, what it wrote is durable. @returns its rows */
  async ask<R>(statement: Statement, parameters: readonly unknown[]): Promise<R[]> {
    const { rows } = await this.#engine.ask(statement, parameters);
    return rows as R[];
  }

  /**
   * Runs statements as one: what `work` returns is returned only after the commit.
   * @param options `slow` for work on a whole council, whose statements may take minutes; `prepared` for a few rows
   *   of each table that are asked for often: every statement is planned once a connection, by index alone. Where
   *   the tables were changed meanwhile `work` is run a second time, so that it may do nothing beside what it asks here
   * @throws whatever `work` throws, after rolling back; or the error of the commit itself, and
   *   then nothing may be taken as kept
   */
  async transaction<T>(work: (trx: Trx) => Promise<T>, { slow = false, prepared = false } = {}): Promise<T> {
    try {
      return await this.#transaction(work, slow, prepared);
    } catch (error) {
      if (prepared && isOutwornStatement(error)) return this.#transaction(work, slow, false);
      throw error;
    }
  }

  async #transaction<T>(work: (trx: Trx) => Promise<T>, slow: boolean, prepared: boolean): Promise<T> {
    const { session, release } = await this.#engine.acquire();
    let failed = false;
    if (slow) session.patience = null;
    try {
      const control = (statement: string): Promise<unknown> =>
        session.query(statement).catch((error: unknown) => {
          failed = isConnectionFault(error);
          throw error;
        });
      await control(prepared && this.kind === 'postgres' ? beginByIndex : 'begin');
      const result = await work(transactionOn(this.#engine, { session, onFault: () => (failed = true), prepared }));
      await control('commit');
      return result;
    } catch (error) {
      // Its other statements are as old: the connection is not used again.
      if (prepared && isOutwornStatement(error)) failed = true;
      // A connection that is gone keeps nothing, and asking it to would only wait; the embedded one never goes.
      if (!failed || this.kind === 'embedded') await session.query('rollback').catch(() => (failed = true));
      throw error;
    } finally {
      release(failed);
    }
  }

  /**
   * Keeps one connection of the server for as long as `work` runs, for a lock that belongs to a connection; it
   * is closed afterwards, and the lock goes with it. Not for the embedded database, which has no second one.
   */
  async holding<T>(work: (held: Db) => Promise<T>): Promise<T> {
    const { session, release } = await this.#engine.acquire();
    const own = { session, onFault: () => undefined, prepared: false };
    try {
      return await work({ sql: new Kysely<Schema>({ dialect: dialectOn(this.#engine, own) }) });
    } finally {
      release(true);
    }
  }

  /** Hears when another process on the database rings, and may ring itself (see bell.ts). @param heard must not throw */
  bell(heard: () => void): Bell {
    return this.#engine.bell?.(heard) ?? noBell;
  }

  /** Whether the database answers. @throws HomewardError STORE_UNAVAILABLE */
  async ping(): Promise<void> {
    const { session, release } = await this.#engine.acquire().catch((cause: unknown) => {
      throw new HomewardError('STORE_UNAVAILABLE', undefined, { cause });
    });
    let failed = false;
    try {
      await session.query('select 1');
    } catch (cause) {
      failed = true;
      throw new HomewardError('STORE_UNAVAILABLE', undefined, { cause });
    } finally {
      release(failed);
    }
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

// A plan made while a table was nearly empty would read all of it from then on (see engine.ts); and where one of them
// cannot do without, what forbidding it costs must not look worth compiling. Left to choose, the server plans a
// statement anew each time where a list has one element instead of the ten that it expects.
const beginByIndex =
  'begin; set local enable_seqscan = off; set local jit = off; set local plan_cache_mode = force_generic_plan';

function transactionOn(engine: Engine, fixed: Fixed): Trx {
  return {
    sql: new Kysely<Schema>({ dialect: dialectOn(engine, fixed) }),
    inTransaction: true,
    copyIn: (table, columns, chunks) => fixed.session.copyIn(table, columns, chunks),
  };
}
