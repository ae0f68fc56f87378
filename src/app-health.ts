/** The part of the composition root that says what `/health` answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { formatInstant, londonDate } from './domain/dates.ts';
import { untoldAnywhere } from './services/notices/untold.ts';
import type { Database } from './store/database.ts';
import type { HealthCheck } from './web/deps.ts';

/** Which parts of the service are ready, asked anew each time. */
export function healthOf(
  db: Database,
  site: Site,
  clock: Clock,
  state: { readonly demoLoaded: () => boolean; readonly stopping: () => boolean },
): () => Promise<readonly HealthCheck[]> {
  return async () => {
    const database = await db.ping().then(
      () => ({ name: 'database', ok: true }),
      () => ({ name: 'database', ok: false, detail: 'The database cannot be reached.' }),
    );
    // Not being able to tell a bank holiday misleads about phones, but must not take the service down.
    const runOut = londonDate(clock.now()) > site.holidays.knownUntil;
    const calendar = {
      name: 'bank-holidays',
      ok: true,
      ...(runOut ? { detail: `The calendar ended on ${site.holidays.knownUntil}: update bank-holidays.yaml.` } : {}),
    };
    const demo = {
      name: 'demo',
      ok: state.demoLoaded(),
      ...(state.demoLoaded() ? {} : { detail: 'The demo’s councils are being loaded.' }),
    };
    const telling = { name: 'telling', ok: true, ...(database.ok ? await untoldDetail(db, clock) : notKnown) };
    const stopping = { name: 'stopping', ok: false, detail: 'This process is being stopped: send no more here.' };
    return [database, calendar, ...(site.demo ? [demo] : []), telling, ...(state.stopping() ? [stopping] : [])];
  };
}

const notKnown = { detail: 'Not known: the database cannot be asked.' };
const patience = 1_000;

// Staff can still tell by hand: neither what it says nor how long it takes may take the service down.
async function untoldDetail(db: Database, clock: Clock): Promise<{ detail?: string }> {
  const now = clock.now();
  const asked = untoldAnywhere(db, now).catch(() => null);
  const untold = await Promise.race([asked, sleep(patience, null, { ref: false })]);
  if (untold === null) return notKnown;
  return untold.since === null
    ? {}
    : {
        detail: `Messages that are sent automatically have waited since ${formatInstant(untold.since, now)}: see the page Interfaces.`,
      };
}
