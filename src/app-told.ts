/** The part of the composition root where notices and delivery are made, each with the other. */
import { composeDelivery } from './app-delivery.ts';
import type { Delivery } from './app-delivery.ts';
import { whereaboutsOf } from './app-whereabouts.ts';
import type { WhereaboutsSide } from './app-whereabouts.ts';
import type { Settings, Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { composeNotices } from './services/notices/compose.ts';
import type { Notices } from './services/notices/compose.ts';
import { recordEvent } from './services/notices/record.ts';
import { StayWatch } from './services/notices/stay-watch.ts';
import { mayLeaveFor } from './services/notices/task-alerts.ts';
import { onCall } from './services/provider-rota.ts';
import { rosterHooks } from './services/roster/clients.ts';
import type { Database } from './store/database.ts';
import type { Log, Metrics } from './telemetry.ts';

/**
 * Puts notices and delivery together: notices are handed to it, and it asks them whether they may leave. Providers'
 * questions, of which notices come, start and stop with them.
 */
export async function toldBy(
  { settings, site, clock }: { readonly settings: Settings; readonly site: Site; readonly clock: Clock },
  db: Database,
  log: Log,
  metrics: Metrics,
): Promise<{ notices: Notices; delivery: Delivery; whereabouts: WhereaboutsSide }> {
  const failed = (error: unknown): void => log.error({ error }, 'a notice could not be followed up; it will be tried again'); // prettier-ignore
  const delivery = await composeDelivery({
    settings,
    site,
    clock,
    db,
    log,
    observe: (channel, outcome) => metrics.delivered(channel, outcome),
    notices: () => ({
      record: (trx, event) => recordEvent(trx, notices.deps, event),
      mayLeave: (trx, id, reason) => mayLeaveFor(trx, notices.deps, id, reason),
      onCall: (trx, recipient, at) => onCall(trx, recipient, at, site.holidays),
    }),
  });
  const { agreements, councils, hospitals, holidays } = site;
  const { desk } = delivery;
  const lists = rosterHooks({ rosters: site.rosters, clock });
  const own = composeNotices({ db, clock, agreements, councils, hospitals, holidays, desk, failed, ...lists }, failed);
  own.signal.on(() => delivery.sender.wake());
  const whereabouts = whereaboutsOf({ site, clock, db, log, notices: own.deps });
  const stays = new StayWatch({ notices: own.deps, rosters: site.rosters }, failed);
  const notices: Notices = {
    ...own,
    start() {
      own.start();
      whereabouts.start();
      stays.start();
    },
    async stop() {
      await stays.stop();
      await whereabouts.stop();
      await own.stop();
    },
    async forget() {
      await own.forget();
      await whereabouts.forget();
      await stays.forget();
    },
  };
  return { notices, delivery, whereabouts };
}
