/** Brings the tables up to date: plain numbered SQL files, forward only, one at a time. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HomewardError } from '../domain/error.ts';
import type { SqlSession } from './engine.ts';

const folder = join(import.meta.dirname, '../../migrations');
const lockKey = 4_207_001;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

/** The migrations of this version, in order. */
export function migrations(): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 4)), name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** A short text that changes with any migration: names the template databases of tests. */
export function migrationsFingerprint(): string {
  const hash = createHash('sha256');
  for (const { name, text } of migrations()) hash.update(name).update(text);
  return hash.digest('hex').slice(0, 12);
}

/**
 * Applies what is missing, each file in a transaction of its own, under a lock so that two
 * processes starting together do it once.
 * @throws HomewardError STORE_NEWER when the database has a migration that this version lacks,
 *   STORE_RIGHTS when the login may not make tables or roles
 */
export async function migrate(session: SqlSession): Promise<void> {
  await session.query(`select pg_advisory_lock(${lockKey})`);
  try {
    // Asked before anything is made: a login that owns nothing may start the service when all is up to date.
    const { rows } = await session.query("select to_regclass('schema_migration') as name");
    if (rows[0]?.['name'] === null) await makeMigrationTable(session);
    const applied = new Set(
      (await session.query('select number from schema_migration')).rows.map((row) => Number(row['number'])),
    );
    const known = migrations();
    if ([...applied].some((number) => !known.some((migration) => migration.number === number))) {
      throw new HomewardError('STORE_NEWER', 'Start the newer version, or restore the backup made before it.');
    }
    for (const migration of known) {
      if (!applied.has(migration.number)) await apply(session, migration);
    }
  } finally {
    await session.query(`select pg_advisory_unlock(${lockKey})`);
  }
}

async function makeMigrationTable(session: SqlSession): Promise<void> {
  try {
    await session.query(
      'create table if not exists schema_migration (number integer primary key, name text not null, applied_at timestamptz not null default now())',
    );
  } catch (cause) {
    throw rightsFault(cause, 'schema_migration') ?? cause;
  }
}

function rightsFault(cause: unknown, what: string): HomewardError | null {
  if ((cause as { code?: string }).code !== '42501') return null;
  return new HomewardError('STORE_RIGHTS', `${what}: the owner's login must own the database and have CREATEROLE.`, {
    cause,
  });
}

async function apply(session: SqlSession, { number, name, text }: Migration): Promise<void> {
  try {
    await session.query('begin');
    await session.script(text);
    await session.query('insert into schema_migration (number, name) values ($1, $2)', [number, name]);
    await session.query('commit');
  } catch (cause) {
    await session.query('rollback');
    throw rightsFault(cause, name) ?? cause;
  }
}
