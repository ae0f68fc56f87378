/** The composition root: config → store → services → pages; start and stop in order. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { councilSide } from './app-council.ts';
import type { Delivery } from './app-delivery.ts';
import { healthOf } from './app-health.ts';
import { providerSide } from './app-providers.ts';
import type { ProviderSide } from './app-providers.ts';
import { senderSide } from './app-sender.ts';
import { toldBy } from './app-told.ts';
import { commandLineCaller } from './commands/bundles.ts';
import type { Settings, Site } from './config.ts';
import { writeDemoBundles } from './demo/bundle.ts';
import { demoPeople } from './demo/people.ts';
import type { Caller } from './domain/caller.ts';
import type { Clock } from './domain/clock.ts';
import { errorCatalogue, HomewardError } from './domain/error.ts';
import { hospitalsOf } from './domain/hospital-feed.ts';
import { HospitalFeeds } from './hl7/feeds.ts';
import { maskMessage } from './hl7/mask-message.ts';
import { reasonText, sendFaultText } from './hl7/reason-text.ts';
import { BundleJobs } from './services/bundle-jobs.ts';
import { clearHeldFolder, forgetOldData } from './services/forget.ts';
import { interfaceGauges } from './services/interface-gauges.ts';
import { readInterfaces } from './services/interface-status.ts';
import { forgetOldAnswers, lookUpsOn } from './services/look-up.ts';
import { receiveBundle } from './services/manage-bundles.ts';
import type { BundleDeps } from './services/manage-bundles.ts';
import type { Notices } from './services/notices/compose.ts';
import { deliveryGauges } from './services/notices/delivery-gauges.ts';
import { stayGauges } from './services/notices/stay-gauges.ts';
import { sealerOf } from './services/sealing.ts';
import { sessionsOn } from './services/sessions.ts';
import { signInWith } from './services/sign-in.ts';
import type { Whereabouts } from './services/whereabouts/compose.ts';
import { openBundle } from './sources/extract-bundle.ts';
import { currentParts } from './store/bundles.ts';
import type { Database } from './store/database.ts';
import { demoKey } from './store/key-file.ts';
import { confirmsOnlyWhatItKeeps, openStore } from './store/open.ts';
import { takeWorkDir } from './store/work-dir.ts';
import { makeLog, makeMetrics } from './telemetry.ts';
import type { HospitalMetrics, Log } from './telemetry.ts';
import type { Page } from './web/page.ts';
import { answerPages } from './web/pages/answer-page.ts';
import { boardPages } from './web/pages/board-page.ts';
import { councilStaysPages } from './web/pages/council-stays-page.ts';
import { extractPages } from './web/pages/extract-pages.ts';
import { findPages } from './web/pages/find-page.ts';
import { interfacePages } from './web/pages/interface-pages.ts';
import type { InterfacePageDeps } from './web/pages/interface-pages.ts';
import { metricsPages } from './web/pages/metrics-page.ts';
import { operatorPages } from './web/pages/operator-page.ts';
import { reviewPages } from './web/pages/review-pages.ts';
import { staleStaysPages } from './web/pages/stale-stays-page.ts';
import { buildServer } from './web/server.ts';

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
  const bundles = bundleUseCases(settings, site, clock, db, workDir);
  const feeds = feedsOf({ settings, site, clock }, db, log, metrics.hospital);
  const jobs = new BundleJobs(
    (error) => log.error({ name: (error as Error).name }, 'an extract stopped unexpectedly'),
    () => feeds.settle(),
  );
  metrics.gauge(async () => {
    const { listener, senders } = feeds.state;
    const status = await readInterfaces({ ...feeds.deps, destinations: feeds.destinations });
    return [
      ...interfaceGauges(status, listener, senders),
      ...(await deliveryGauges({ db, clock })),
      ...(await stayGauges({ db, clock })),
    ];
  });
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
  // What an earlier start loaded will do until the new is in.
  let demoLoaded = !site.demo || (await currentParts(db, site.councils[0]?.id ?? '')).length > 0;
  let stopping = false;
  const health = healthOf(db, site, clock, { demoLoaded: () => demoLoaded, stopping: () => stopping });
  const nameOf = (id: string): string => [...site.hospitals, ...site.councils].find((one) => one.id === id)?.name ?? id;
  const board = { db, clock, agreements: site.agreements, feeds: site.feeds };
  const council = councilSide({ settings, site, board, notices: notices.deps, whereabouts: whereabouts.deps, ways: delivery.ways, nameOf }); // prettier-ignore
  const pages: Page[] = [
    ...council.pages,
    ...findPages({ lookUps, councils: site.councils }),
    ...answerPages({ lookUps, calls: sender.calls, councils: site.councils }),
    ...sender.pages,
    ...staleStaysPages({ board, hospital: feeds.deps }),
    ...boardPages({ board, hospital: feeds.deps, lookUps, councils: site.councils }),
    ...councilStaysPages({ board, nameOf }),
    ...reviewPages({ review: { db, clock, agreements: site.agreements, feeds: site.feeds }, nameOf }),
    ...extractPages({ bundles: (council) => bundles.get(council) ?? null, jobs, workDir }),
    ...operatorPages({ freshness: { db, clock, councils: site.councils, agreements: site.agreements }, health }),
    ...interfacePages(interfacesOf(feeds)),
    ...delivery.pages,
    ...providers.pages,
    ...whereabouts.pages,
    ...metricsPages(metrics.text, settings.metricsToken()),
  ];
  const server = await buildServer({
    site,
    baseUrl: settings.baseUrl,
    clock,
    sessions,
    signIn: signInWith({ providers: site.providers, baseUrl: settings.baseUrl, clock }),
    sealingSecret: site.sealingSecret(),
    pages,
    health,
    log,
    emailSignIn: true,
    menuCounts: async (caller) => ({ ...(await sender.menuCounts(caller)), ...(await council.menuCounts(caller)) }),
    trustedProxies: settings.trustedProxies,
    observe: metrics.observe,
    ...(site.demo ? { demoPeople: demoPeople(clock.now()) } : {}),
    afterSignInAgain: (_, answer) => (answer ? `/answers/${answer}` : '/find'),
  });
  const failed = (): void => log.warn({}, 'deleting what is old failed; it will be tried again');
  const sweep = setInterval(() => {
    Promise.all([sessions.purge(), forgetOldAnswers(lookUps)]).catch(failed);
  }, 60_000);
  const forget = async (): Promise<void> => {
    for (const own of bundles.values()) await forgetOldData(own, serviceItself(own.council.id, clock));
    await notices.forget();
    await delivery.forget();
    await providers.forget();
    await sender.forget();
  };
  const hourly = setInterval(() => void forget().catch(failed), 3_600_000);
  hourly.unref();
  const failedDemo = (error: unknown): void =>
    log.error({ code: (error as { code?: string }).code }, 'loading the demo failed');
  await clearHeldFolder([...bundles.values()])
    .then(forget)
    .catch(failed);
  return {
    server,
    db,
    feeds,
    notices,
    delivery,
    whereabouts,
    providers,
    refreshDemo: () =>
      site.demo
        ? loadDemo(clock, bundles, workDir)
            .then(() => providers.registerDemo())
            .then(() => void (demoLoaded = true))
            .then(() => feeds.settle())
            .then(() => notices.signal.wake())
            .catch(failedDemo)
        : Promise.resolve(),
    sendNoMore: () => void (stopping = true),
    async stop() {
      clearInterval(sweep);
      clearInterval(hourly);
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

function feedsOf(
  { settings, site, clock }: Omit<AppDeps, 'db'>,
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

function interfacesOf(feeds: HospitalFeeds): InterfacePageDeps {
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

const demoFeedPort = 2575;

// The audit trail names who acted; here it is nobody.
function serviceItself(council: string, clock: Clock): Caller {
  return { ...commandLineCaller('service', council, clock.now()), name: 'Homeward itself', team: 'service' };
}

function bundleUseCases(
  settings: Settings,
  site: Site,
  clock: Clock,
  db: Database,
  workDir: string,
): Map<string, BundleDeps> {
  return new Map(
    site.councils.map((council) => [
      council.id,
      {
        db,
        clock,
        council,
        agreements: site.agreements.filter((one) => one.council === council.id),
        open: (path: string) => openBundle(path, { workDir, now: clock.now() }),
        heldFolder: join(settings.dataDir, 'held'),
      },
    ]),
  );
}

// The demo's extracts go through the real import, as a council's would, so that they are fresh at each start.
async function loadDemo(clock: Clock, bundles: ReadonlyMap<string, BundleDeps>, workDir: string): Promise<void> {
  const folder = join(workDir, 'demo');
  for (const path of await writeDemoBundles(folder, clock.now())) {
    const { manifest, close } = await openBundle(path, { workDir, now: clock.now() });
    await close();
    const own = bundles.get(manifest.council);
    if (own)
      await receiveBundle(own, commandLineCaller('demo', manifest.council, clock.now()), path, { dryRun: false });
  }
  rmSync(folder, { recursive: true, force: true });
}

const demoRefreshEvery = 30 * 60_000;

/** Serves until SIGTERM or SIGINT. @param say told where to look */
export async function serve(deps: AppDeps & { readonly say: (line: string) => void }): Promise<void> {
  const { settings, site, say } = deps;
  const app = await buildApp(deps);
  // Asked for before the long part, so that a SIGTERM during the start is not missed.
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  let refresh: NodeJS.Timeout | undefined;
  try {
    // Listening first: what the last start loaded can be asked at once, and /health says when the new is in.
    await listen(app, settings);
    app.feeds.start();
    app.notices.start();
    app.delivery.sender.start();
    app.providers.post.start();
    for (const line of await listenForFeeds(app, deps)) say(line);
    await app.refreshDemo();
    refresh = setInterval(() => void app.refreshDemo(), demoRefreshEvery);
    for (const line of greeting(settings, site, deps.clock)) say(line);
    // Whoever stands at the keyboard waits for nothing. A service manager stops one process of several:
    // a balancer has sent people here that have not come through the door yet.
    if ((await asked) === 'SIGTERM') await drain(app, settings);
  } finally {
    clearInterval(refresh);
    await app.stop();
  }
}

async function drain(app: App, { drainMs }: Settings): Promise<void> {
  app.sendNoMore();
  await new Promise((resolve) => setTimeout(resolve, drainMs));
}

async function listen({ server }: App, { port, host }: Settings): Promise<void> {
  try {
    await server.listen({ port, host });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw cause;
    throw new HomewardError('SETTINGS_INVALID', `Cannot listen on ${host}:${port} (${code}): set PORT or HOST.`, {
      cause,
    });
  }
}

// A demo goes on without its feed, and says so; a hospital's engine must not find a closed door unnoticed.
async function listenForFeeds({ feeds }: App, { settings, site }: AppDeps): Promise<string[]> {
  try {
    const port = await feeds.listen();
    return port === null ? [] : [`Hospital feeds: HL7 over MLLP on ${settings.mllpHost}:${port}`];
  } catch (error) {
    if (!site.demo || !(error instanceof HomewardError) || error.code !== 'FEED_PORT') throw error;
    return [`${error.code}: ${error.message} The demo goes on without the hospital’s feed.`];
  }
}

function greeting(settings: Settings, site: Site, clock: Clock): string[] {
  if (!site.demo) return [`Homeward serves ${settings.baseUrl}`];
  const barbara = demoPeople(clock.now())[0];
  return [
    '',
    `Homeward, the demo: open ${settings.baseUrl}`,
    '',
    'Sign in as',
    ...site.personas.map((persona) => `  ${persona.name.padEnd(20)} ${persona.about}`),
    '',
    ...(barbara
      ? [
          `Look up Barbara: NHS number ${barbara.nhsNumber}, born ${barbara.birthDate}. The start page lists everybody else.`,
        ]
      : []),
    'Everybody in the demo is fictional. Stop with Ctrl+C.',
  ];
}
