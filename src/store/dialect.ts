/** Lets Kysely speak through one of our engines, on any connection or on the one of a transaction. */
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { isConnectionFault } from './connection-fault.ts';
import type { Engine, SqlSession } from './engine.ts';

/**
 * A dialect whose statements each take a connection of the engine, or all use the one given.
 * @param onFault told when the given connection turns out to be gone
 */
export function dialectOn(engine: Engine, fixed?: SqlSession, onFault: () => void = () => undefined): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => driverOn(engine, fixed, onFault),
  };
}

interface Held extends DatabaseConnection {
  release(): void;
}

function driverOn(engine: Engine, fixed: SqlSession | undefined, onFault: () => void): Driver {
  const refuse = (): Promise<never> => Promise.reject(new Error('Use Database.transaction'));
  return {
    init: () => Promise.resolve(),
    async acquireConnection(): Promise<Held> {
      if (fixed) return { ...connection(fixed, onFault), release: () => undefined };
      const { session, release } = await engine.acquire();
      let failed = false;
      return { ...connection(session, () => (failed = true)), release: () => release(failed) };
    },
    releaseConnection: (held) => Promise.resolve((held as Held).release()),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: () => Promise.resolve(),
  };
}

function connection(session: SqlSession, onFailure: () => void): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      try {
        const result = await session.query(query.sql, query.parameters);
        return { rows: result.rows as R[], numAffectedRows: BigInt(result.affected) };
      } catch (error) {
        if (isConnectionFault(error)) onFailure();
        throw error;
      }
    },
    streamQuery() {
      throw new Error('Streaming queries are not used');
    },
  };
}
