/** The part of the composition root for the hospital's own events: the feeds, their figures, and what their operator sees. */
import type { Settings, Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { HospitalFeeds } from './hl7/feeds.ts';
import { maskMessage } from './hl7/mask-message.ts';
import { reasonText, sendFaultText } from './hl7/reason-text.ts';
import { interfaceGauges } from './services/interface-gauges.ts';
import { readInterfaces } from './services/interface-status.ts';
import { sealerOf } from './services/sealing.ts';
import type { Database } from './store/database.ts';
import { demoKey } from './store/key-file.ts';
import type { GaugeValue, HospitalMetrics, Log } from './telemetry.ts';
import type { InterfacePageDeps } from './web/pages/interface-pages.ts';

const demoFeedPort = 2575;

/** Puts the feeds together; nothing is taken or sent before they are started. */
export function feedsOf(
  { settings, site, clock }: { readonly settings: Settings; readonly site: Site; readonly clock: Clock },
  db: Database,
  log: Log,
  metrics: HospitalMetrics,
): HospitalFeeds {
  const keys = settings.feedKeys() ?? (site.feeds.some(({ enabled }) => enabled) ? [demoKey(settings.dataDir)] : []);
  const [key = Buffer.alloc(32), ...old] = keys;
  const { agreements, councils, hospitals } = site;
  return new HospitalFeeds(
    { db, clock, feeds: site.feeds, agreements, councils, hospitals, seal: sealerOf(key, old) },
    {
      feeds: site.feeds,
      host: settings.mllpHost,
      port: settings.mllpPort ?? (site.demo ? demoFeedPort : null),
      tls: settings.mllpTls(),
      log,
      observe: metrics.message,
      observeApplying: metrics.applied,
      observeSettling: metrics.settled,
      observeArrivals: ({ hospital, result, asked }) => metrics.answered(hospital, result, asked),
      observeSending: {
        acknowledged: (destination, attempts) => metrics.sent(destination, 'acknowledged', attempts),
        failed: (destination, { dead }) => metrics.sent(destination, dead ? 'dead' : 'failed'),
        troubled: (destination, error) => {
          metrics.sent(destination, 'troubled');
          log.error(
            { destination, error },
            'a hint could not be sent for want of our own database; it will be tried again',
          );
        },
      },
    },
  );
}

/** How the interfaces stand now, in figures. */
export async function feedGauges(feeds: HospitalFeeds): Promise<GaugeValue[]> {
  const { listener, senders } = feeds.state;
  const status = await readInterfaces({ ...feeds.deps, destinations: feeds.destinations });
  return interfaceGauges(status, listener, senders);
}

/** What the pages of those who run the interfaces are made of. */
export function interfacesOf(feeds: HospitalFeeds): InterfacePageDeps {
  return {
    ...feeds.deps,
    destinations: feeds.destinations,
    queue: feeds.hints,
    mask: maskMessage,
    wakeAppliers: () => feeds.wakeAppliers(),
    live: () => feeds.state,
    reason: reasonText,
    fault: sendFaultText,
  };
}
