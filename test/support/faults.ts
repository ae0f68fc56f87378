/**
 * An engine that fails at one step of its choosing: taking a connection, or any statement, COPY
 * and commit among them. What a test sees then is what a person sees when the database goes away
 * at that very moment.
 */
import { Database } from '../../src/store/database.ts';
import type { Engine, SqlResult, SqlSession } from '../../src/store/engine.ts';
import type { Statement } from '../../src/store/statement.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

/** How the step fails. */
export interface Fault {
  /** `before`: it never reached the database. `after`: it was done, and the word of it was lost. */
  readonly when: 'before' | 'after';
  /** The connection is gone, or the database refuses with an SQLSTATE. */
  readonly as: 'connection' | 'refusal';
}

export const faults: readonly Fault[] = [
  { when: 'before', as: 'connection' },
  { when: 'before', as: 'refusal' },
  { when: 'after', as: 'connection' },
];

/** The error of a step that was made to fail. */
export class PlannedFault extends Error {
  readonly code: string;
  constructor({ as }: Fault) {
    super('a planned fault');
    this.code = as === 'connection' ? 'ECONNRESET' : '53100';
  }
}

export class FaultyEngine implements Engine {
  readonly kind: Engine['kind'];
  readonly #engine: Engine;
  #failAt = 0;
  #fault: Fault = { when: 'before', as: 'connection' };
  #only: RegExp = /(?:)/;
  #steps = 0;
  #struck: string | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.kind = engine.kind;
  }

  /** Lets the n-th step from now on fail, counted among those that match. */
  arm(step: number, fault: Fault, only = /(?:)/): void {
    this.#failAt = step;
    this.#fault = fault;
    this.#only = only;
    this.#steps = 0;
    this.#struck = null;
  }

  /** Lets nothing fail any more. @returns what failed, or null when the step was never reached */
  disarm(): string | null {
    this.#failAt = 0;
    return this.#struck;
  }

  // As a statement on a connection of its own, so that each of its steps can fail.
  async ask(statement: Statement, parameters: readonly unknown[]): Promise<SqlResult> {
    const { session, release } = await this.acquire();
    try {
      return await session.query(statement.text, parameters);
    } finally {
      release(false);
    }
  }

  async acquire(): Promise<{ session: SqlSession; release: (failed: boolean) => void }> {
    const taken = { held: null as Awaited<ReturnType<Engine['acquire']>> | null };
    try {
      await this.#step('acquire', async () => void (taken.held = await this.#engine.acquire()));
    } catch (error) {
      taken.held?.release(true);
      throw error;
    }
    const { held } = taken;
    if (!held) throw new Error('No connection was taken');
    const { session } = held;
    return {
      release: held.release,
      session: {
        query: (text, parameters) => this.#step(text, () => session.query(text, parameters)),
        script: (text) => this.#step(text, () => session.script(text)),
        copyIn: (table, columns, chunks) => this.#step(`copy ${table}`, () => session.copyIn(table, columns, chunks)),
      },
    };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const strikes = this.#only.test(what) && ++this.#steps === this.#failAt;
    if (!strikes) return work();
    this.#struck = what;
    if (this.#fault.when === 'after') await work();
    throw new PlannedFault(this.#fault);
  }
}

/**
 * Runs work with its first step failing, then its second, and so on, until it ends without being struck.
 * @param check told how each round ended; `undefined` as value when it threw
 * @param only the steps that are struck, when not every one
 * @returns what was struck, in order
 */
export async function sweep<T>(
  engine: FaultyEngine,
  fault: Fault,
  work: () => Promise<T>,
  check: (round: { struck: string | null; value: T | undefined; error: unknown }) => Promise<void>,
  only?: RegExp,
): Promise<string[]> {
  const strikes: string[] = [];
  for (let step = 1; step < 1000; step++) {
    engine.arm(step, fault, only);
    let value: T | undefined;
    let error: unknown;
    try {
      value = await work();
    } catch (thrown) {
      error = thrown;
    }
    const struck = engine.disarm();
    await check({ struck, value, error });
    if (struck === null) return strikes;
    strikes.push(struck);
  }
  throw new Error('The work never ended without being struck');
}

/** Ends whatever transaction a connection was left in: on the embedded engine, what is seen next is what was committed. */
export async function settle(engine: Engine): Promise<void> {
  const { session, release } = await engine.acquire();
  const open = await session.query('select pg_current_xact_id_if_assigned() as id');
  release(false);
  if (open.rows[0]?.['id'] !== null) throw new Error('A transaction was left open');
}

/** A test database, and the same as work sees it when its engine is armed. */
export interface FaultyDatabase {
  readonly test: TestDatabase;
  readonly engine: FaultyEngine;
  readonly faulty: Database;
}

/** Opens a database of its own for the calling test file, as `openTestDatabase` does. Close `test`. */
export async function openFaultyDatabase(): Promise<FaultyDatabase> {
  const test = await openTestDatabase();
  const engine = new FaultyEngine(test.engine);
  return { test, engine, faulty: new Database(engine) };
}
