/** The part of the composition root that says what `/health` answers. */
import type { Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { londonDate } from './domain/dates.ts';
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
    const stopping = { name: 'stopping', ok: false, detail: 'This process is being stopped: send no more here.' };
    return [database, calendar, ...(site.demo ? [demo] : []), ...(state.stopping() ? [stopping] : [])];
  };
}
