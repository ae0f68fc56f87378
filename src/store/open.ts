/** Opens the store: migrated, and as the role that cannot touch what was audited. */
import { join } from 'node:path';
import { HomewardError } from '../domain/error.ts';
import { Database } from './database.ts';
import { embeddedEngine, postgresEngine, takeServiceRole } from './engine.ts';
import type { Engine } from './engine.ts';
import { lockFolder } from './lock.ts';
import { migrate } from './migrate.ts';
import { reading } from './statement.ts';

export interface StoreSettings {
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  /** A login that owns the tables; the everyday login when not given. */
  readonly ownerUrl: string | null;
  readonly dataDir: string;
}

/**
 * Opens the store and brings its tables up to date.
 * @throws HomewardError STORE_LOCKED, STORE_UNAVAILABLE, STORE_NEWER, STORE_RIGHTS
 */
export async function openStore(settings: StoreSettings): Promise<Database> {
  return settings.databaseUrl === null
    ? openEmbedded(settings.dataDir)
    : openPostgres(settings.databaseUrl, settings.ownerUrl);
}

async function openPostgres(url: string, ownerUrl: string | null): Promise<Database> {
  const owner = postgresEngine(ownerUrl ?? url, true, 1);
  try {
    await withSession(owner, migrate);
  } catch (cause) {
    if (cause instanceof HomewardError) throw cause;
    throw unreachable(cause, ownerUrl === null ? 'DATABASE_URL' : 'DATABASE_OWNER_URL');
  } finally {
    await owner.close();
  }
  const db = new Database(postgresEngine(url, false));
  try {
    await db.sql.selectFrom('session').select('session').limit(1).execute();
    return db;
  } catch (cause) {
    await db.close();
    if (['42501', '28000'].includes(String((cause as { code?: unknown }).code))) {
      throw new HomewardError('STORE_RIGHTS', 'As the owner, run: grant homeward_app to the login of DATABASE_URL.', {
        cause,
      });
    }
    throw unreachable(cause, 'DATABASE_URL');
  }
}

const fsync = reading('fsync', `select current_setting('fsync') as fsync`);

/**
 * Whether a server has on disk what it says it has kept. One with `fsync` off loses audit rows of
 * answers that were shown when its computer stops: no setting of a connection can mend that (docs/adr/0009).
 * @returns true for the embedded database too, which is for the demo
 */
export async function confirmsOnlyWhatItKeeps(db: Database): Promise<boolean> {
  if (db.kind === 'embedded') return true;
  const [row] = await db.ask<{ fsync: string }>(fsync, []);
  return row?.fsync === 'on';
}

// PostgreSQL's own code says more than "unreachable": 28P01 a wrong password, 3D000 no such database.
function unreachable(cause: unknown, setting: string): HomewardError {
  const code = (cause as { code?: string }).code ?? 'no code';
  return new HomewardError('STORE_UNAVAILABLE', `Check ${setting}, and that the server runs (${code}).`, { cause });
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const unlock = lockFolder(dataDir);
  try {
    const engine = await embeddedEngine(join(dataDir, 'database'));
    await withSession(engine, migrate);
    await withSession(engine, takeServiceRole);
    return new Database({
      ...engine,
      close: async () => {
        await engine.close();
        unlock();
      },
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** An embedded database in memory, for `homeward check` without a server. Nothing of it is kept. */
export async function openInMemory(snapshot?: Blob): Promise<Database> {
  const engine = await embeddedEngine(null, snapshot);
  await withSession(engine, migrate);
  await withSession(engine, takeServiceRole);
  return new Database(engine);
}

async function withSession(
  engine: Engine,
  work: (session: Awaited<ReturnType<Engine['acquire']>>['session']) => Promise<void>,
): Promise<void> {
  const { session, release } = await engine.acquire();
  try {
    await work(session);
  } finally {
    release(false);
  }
}
