/** Lets Kysely speak through one of our engines, on any connection or on the one of a transaction. */
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { isConnectionFault } from './connection-fault.ts';
import type { Engine, SqlSession } from './engine.ts';
import { nameOf } from './statement.ts';

/** The connection of a transaction. */
export interface Fixed {
  readonly session: SqlSession;
  /** Told when the connection turns out to be gone. */
  readonly onFault: () => void;
  /** Whether its statements are planned once a connection. */
  readonly prepared: boolean;
}

/** A dialect whose statements each take a connection of the engine, or all use the one given. */
export function dialectOn(engine: Engine, fixed?: Fixed): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => driverOn(engine, fixed),
  };
}

interface Held extends DatabaseConnection {
  release(): void;
}

function driverOn(engine: Engine, fixed: Fixed | undefined): Driver {
  const refuse = (): Promise<never> => Promise.reject(new Error('Use Database.transaction'));
  return {
    init: () => Promise.resolve(),
    async acquireConnection(): Promise<Held> {
      if (fixed) return { ...connection(fixed), release: () => undefined };
      const { session, release } = await engine.acquire();
      let failed = false;
      const held = { session, onFault: () => (failed = true), prepared: false };
      return { ...connection(held), release: () => release(failed) };
    },
    releaseConnection: (held) => Promise.resolve((held as Held).release()),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: () => Promise.resolve(),
  };
}

function connection({ session, onFault, prepared }: Fixed): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      try {
        const result = await session.query(query.sql, query.parameters, prepared ? nameOf(query.sql) : undefined);
        return { rows: result.rows as R[], numAffectedRows: BigInt(result.affected) };
      } catch (error) {
        if (isConnectionFault(error)) onFault();
        throw error;
      }
    },
    streamQuery() {
      throw new Error('Streaming queries are not used');
    },
  };
}
