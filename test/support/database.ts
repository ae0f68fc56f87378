/**
 * A fresh, migrated database for a test file: a clone of a snapshot on PGlite, or, with
 * TEST_DATABASE_URL, a database made from a template on a real PostgreSQL server.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Database } from '../../src/store/database.ts';
import { embeddedEngine, postgresEngine, takeServiceRole } from '../../src/store/engine.ts';
import type { Engine } from '../../src/store/engine.ts';
import { migrate, migrationsFingerprint } from '../../src/store/migrate.ts';

/** The server's address, or null when the suite runs on PGlite. */
export const serverUrl = process.env['TEST_DATABASE_URL'] ?? null;

export interface TestDatabase {
  readonly db: Database;
  readonly engine: Engine;
  /** Address of the database on a server; null on PGlite. */
  readonly url: string | null;
  close(): Promise<void>;
}

/** Opens a database of its own for the calling test file. Close it, or the file will not end. */
export async function openTestDatabase(): Promise<TestDatabase> {
  return serverUrl === null ? onPglite() : onServer(serverUrl);
}

async function onPglite(): Promise<TestDatabase> {
  const engine = await embeddedEngine(null, new Blob([await snapshot()]));
  const { session, release } = await engine.acquire();
  await takeServiceRole(session);
  release(false);
  const db = new Database(engine);
  return { db, engine, url: null, close: () => db.close() };
}

async function snapshot(): Promise<Buffer> {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/homeward');
  const file = join(folder, `pglite-${migrationsFingerprint()}.tar`);
  if (existsSync(file)) return readFileSync(file);
  const engine = await embeddedEngine(null);
  const { session, release } = await engine.acquire();
  await migrate(session);
  release(false);
  const dump = Buffer.from(await (await engine.pglite.dumpDataDir('none')).arrayBuffer());
  await engine.close();
  mkdirSync(folder, { recursive: true });
  // Those of earlier migrations, 40 MB each, are of no use any more.
  for (const name of readdirSync(folder)) {
    const old = join(folder, name);
    if (/^pglite-\w+\.tar$/.test(name) && old !== file) rmSync(old, { force: true });
  }
  // Written aside and renamed: test files run side by side and must never read half a snapshot.
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, dump);
  renameSync(aside, file);
  return dump;
}

async function onServer(admin: string): Promise<TestDatabase> {
  const template = `homeward_template_${migrationsFingerprint()}`;
  const name = `homeward_test_${randomBytes(6).toString('hex')}`;
  await withClient(admin, async (client) => {
    await client.query('select pg_advisory_lock(4207002)');
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (!rowCount) await makeTemplate(admin, client, template);
    await client.query(`create database ${name} template ${template}`);
  });
  const url = withDatabase(admin, name);
  const engine = postgresEngine(url, false, 10);
  const db = new Database(engine);
  return {
    db,
    engine,
    url,
    async close() {
      await db.close();
      await withClient(admin, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

async function makeTemplate(admin: string, client: pg.Client, template: string): Promise<void> {
  const making = `${template}_making`;
  await client.query(`drop database if exists ${making}`);
  await client.query(`create database ${making}`);
  const engine = postgresEngine(withDatabase(admin, making), true, 1);
  const { session, release } = await engine.acquire();
  await migrate(session);
  release(false);
  await engine.close();
  await client.query(`alter database ${making} rename to ${template}`);
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
