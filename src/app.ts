/** The composition root: config → store → services → pages; start and stop in order. Its parts are in `app-*.ts`. */
import type { FastifyInstance } from 'fastify';
import { bundleUseCases, demoCouncils } from './app-bundles.ts';
import { councilSide } from './app-council.ts';
import type { Delivery } from './app-delivery.ts';
import { feedGauges, feedsOf } from './app-feeds.ts';
import { keepForgetting } from './app-forget.ts';
import { healthOf } from './app-health.ts';
import { providerSide } from './app-providers.ts';
import type { ProviderSide } from './app-providers.ts';
import { senderSide } from './app-sender.ts';
import { toldBy } from './app-told.ts';
import { webSide } from './app-web.ts';
import type { Settings, Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import { errorCatalogue } from './domain/error.ts';
import { hospitalsOf } from './domain/hospital-feed.ts';
import type { HospitalFeeds } from './hl7/feeds.ts';
import { BundleJobs } from './services/bundle-jobs.ts';
import { forgetOldAnswers, lookUpsOn } from './services/look-up.ts';
import type { Notices } from './services/notices/compose.ts';
import { deliveryGauges } from './services/notices/delivery-gauges.ts';
import { stayGauges } from './services/notices/stay-gauges.ts';
import { sessionsOn } from './services/sessions.ts';
import type { Whereabouts } from './services/whereabouts/compose.ts';
import type { Database } from './store/database.ts';
import { confirmsOnlyWhatItKeeps, openStore } from './store/open.ts';
import { takeWorkDir } from './store/work-dir.ts';
import { makeLog, makeMetrics } from './telemetry.ts';

export interface AppDeps {
  readonly settings: Settings;
  readonly site: Site;
  readonly clock: Clock;
  /** A store that is open already, for tests; otherwise the settings say which. */
  readonly db?: Database;
}

export interface App {
  readonly server: FastifyInstance;
  readonly db: Database;
  /** The hospital's own events; started and listened for by whoever serves, stopped with the rest. */
  readonly feeds: HospitalFeeds;
  /** What is told to providers and councils: started by whoever serves, stopped with the rest. */
  readonly notices: Notices;
  readonly delivery: Delivery;
  readonly whereabouts: Whereabouts;
  readonly providers: ProviderSide;
  /** Loads the demo's councils as they are now; does nothing outside the demo. */
  refreshDemo(): Promise<void>;
  /** From now on /health says that this process is about to stop; everything is served as before. */
  sendNoMore(): void;
  /** Stops in order: feeds and requests first, then jobs, then the store. */
  stop(): Promise<void>;
}

/** Builds the application on an open store, without listening yet. */
export async function buildApp({ settings, site, clock, db: given }: AppDeps): Promise<App> {
  const workDir = takeWorkDir(settings.dataDir);
  const db =
    given ??
    (await openStore({
      databaseUrl: settings.databaseUrl,
      ownerUrl: settings.databaseOwnerUrl,
      dataDir: settings.dataDir,
    }));
  const log = makeLog(settings.logLevel);
  if (!(await confirmsOnlyWhatItKeeps(db))) {
    log.warn({ code: 'STORE_NOT_DURABLE' }, errorCatalogue.STORE_NOT_DURABLE);
  }
  const metrics = makeMetrics();
  const bundleParts = { settings, site, clock, db, workDir };
  const bundles = bundleUseCases(bundleParts);
  const feeds = feedsOf({ settings, site, clock }, db, log, metrics.hospital);
  const jobs = new BundleJobs(
    (error) => log.error({ name: (error as Error).name }, 'an extract stopped unexpectedly'),
    () => feeds.settle(),
  );
  metrics.gauge(async () => [
    ...(await feedGauges(feeds)),
    ...(await deliveryGauges({ db, clock })),
    ...(await stayGauges({ db, clock })),
  ]);
  const { notices, delivery, whereabouts } = await toldBy({ settings, site, clock }, db, log, metrics);
  const sessions = sessionsOn(db, clock);
  const providers = providerSide({ settings, site, clock, db, sessions, delivery, notices: notices.deps, log });
  const sender = senderSide({ site, clock, db, notices });
  const withFeed = new Set(site.feeds.filter(({ enabled }) => enabled).flatMap(hospitalsOf));
  const lookUps = lookUpsOn({
    db,
    clock,
    agreements: site.agreements,
    holidays: site.holidays,
    withFeed,
    ownContacts: providers.ownContacts,
    rosters: site.rosters,
    onRefusal: () => {
      feeds.settle();
      notices.signal.wake();
    },
  });
  const demo = await demoCouncils(bundleParts, bundles, log, async () => {
    await providers.registerDemo();
    feeds.settle();
    notices.signal.wake();
  });
  let stopping = false;
  const health = healthOf(db, site, clock, { demoLoaded: () => demo.loaded(), stopping: () => stopping });
  const nameOf = (id: string): string => [...site.hospitals, ...site.councils].find((one) => one.id === id)?.name ?? id;
  const board = { db, clock, agreements: site.agreements, feeds: site.feeds };
  const council = councilSide({ settings, site, board, notices: notices.deps, whereabouts: whereabouts.deps, ways: delivery.ways, nameOf }); // prettier-ignore
  const server = await webSide({
    settings, site, clock, db, log, metrics, workDir, bundles, jobs, feeds, sessions, lookUps, board, council, sender, providers,
    delivery, whereabouts, health, nameOf,
  }); // prettier-ignore
  const stopForgetting = await keepForgetting({
    clock,
    bundles,
    log,
    eachMinute: [() => sessions.purge(), () => forgetOldAnswers(lookUps)],
    eachHour: [notices, delivery, providers, sender],
  });
  return {
    server,
    db,
    feeds,
    notices,
    delivery,
    whereabouts,
    providers,
    refreshDemo: () => demo.refresh(),
    sendNoMore: () => void (stopping = true),
    async stop() {
      stopForgetting();
      sender.stop();
      await feeds.stop();
      await notices.stop();
      await providers.post.stop();
      await delivery.stop();
      await server.close();
      await jobs.settle();
      await db.close();
    },
  };
}
