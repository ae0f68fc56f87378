/** The whole application for browser tests: the demo site on a port of its own, with a clock that the test sets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/free-port.ts';
import { buildApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { Database } from '../../src/store/database.ts';
import type { Engine } from '../../src/store/engine.ts';
import { openTestDatabase } from './database.ts';
import { demoConfig } from './web.ts';

/** Time stands still until a test moves it. */
export interface SetClock {
  now(): Date;
  /** @param instant ISO 8601 with offset */
  set(instant: string): void;
  advance(minutes: number): void;
}

export interface RunningApp {
  readonly baseUrl: string;
  readonly clock: SetClock;
  readonly app: App;
  /** Folder of this run; gone when it stops. */
  readonly dataDir: string;
  /** Makes every statement that matches fail, or the connection itself; null mends it. */
  breakDatabase(what: RegExp | 'connection' | null): void;
  /** How many audit rows there are of an action. */
  audited(action: string): Promise<number>;
  stop(): Promise<void>;
}

/** 3am on a bank holiday: every office is closed. */
export const bankHolidayNight = '2026-08-31T03:00:00+01:00';
/** Ten o'clock on the working day after it. */
export const tuesdayMorning = '2026-09-01T10:00:00+01:00';

/** Starts the demo with its councils loaded, on PGlite or on the PostgreSQL server that the environment names. */
export async function startApp(at = bankHolidayNight): Promise<RunningApp> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'homeward-browser-'));
  const database = await openTestDatabase();
  const broken: Broken = { what: null };
  const db = new Database(breakable(database.engine, broken));
  const clock = setClock(at);
  const { settings, site } = demoConfig(port, { DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
  const app = await buildApp({ settings, site, clock, db });
  await app.refreshDemo();
  await app.server.listen({ port, host: settings.host });
  return {
    baseUrl: settings.baseUrl,
    clock,
    app,
    dataDir,
    breakDatabase: (what) => void (broken.what = what),
    async audited(action) {
      const rows = await db.sql.selectFrom('audit_event').select('audit_id').where('action', '=', action).execute();
      return rows.length;
    },
    async stop() {
      broken.what = null;
      await app.stop();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function setClock(at: string): SetClock {
  let now = new Date(at).getTime();
  return {
    now: () => new Date(now),
    set: (instant) => void (now = new Date(instant).getTime()),
    advance: (minutes) => void (now += minutes * 60_000),
  };
}

interface Broken {
  what: RegExp | 'connection' | null;
}

// Fails where a real database would: at the statement, inside the transaction that it then rolls back.
function breakable(engine: Engine, broken: Broken): Engine {
  return {
    kind: engine.kind,
    async acquire() {
      if (broken.what === 'connection') throw new Error('A test cut the connection');
      const { session, release } = await engine.acquire();
      return {
        release,
        session: {
          ...session,
          async query(text, parameters) {
            if (broken.what instanceof RegExp && broken.what.test(text)) throw new Error('A test broke this statement');
            return session.query(text, parameters);
          },
        },
      };
    },
    async ask(statement, parameters) {
      if (broken.what === 'connection') throw new Error('A test cut the connection');
      if (broken.what instanceof RegExp && broken.what.test(statement.text))
        throw new Error('A test broke this statement');
      return engine.ask(statement, parameters);
    },
    // The test database closes itself, after the application has let go of it.
    close: () => Promise.resolve(),
  };
}
