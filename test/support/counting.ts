/** A database that counts the statements that are sent to it. */
import { Database } from '../../src/store/database.ts';
import type { Engine, SqlResult } from '../../src/store/engine.ts';

export interface Counting {
  readonly db: Database;
  /** What some work sends, and how many rows it is given. */
  of(work: () => Promise<unknown>): Promise<{ readonly statements: readonly string[]; readonly rows: number }>;
}

/** Watches an engine. Nothing else may be going on while something is counted. */
export function countingOn(engine: Engine): Counting {
  let said: string[] = [];
  let rows = 0;
  const watching: Engine = {
    ...engine,
    async acquire() {
      const { session, release } = await engine.acquire();
      const query: typeof session.query = async (text, parameters) => {
        said.push(text);
        const result: { readonly rows?: readonly unknown[] } = await session.query(text, parameters);
        // Whatever the type says: several statements sent as one have no rows on a server.
        rows += result.rows?.length ?? 0;
        return result as SqlResult;
      };
      return { release, session: { ...session, query } };
    },
    async ask(statement, parameters) {
      said.push(statement.name);
      const result = await engine.ask(statement, parameters);
      rows += result.rows.length;
      return result;
    },
  };
  return {
    db: new Database(watching),
    async of(work) {
      said = [];
      rows = 0;
      await work();
      return { statements: [...said], rows };
    },
  };
}
