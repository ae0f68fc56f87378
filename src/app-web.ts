/** The part of the composition root that puts all pages on the server. */
import type { FastifyInstance } from 'fastify';
import type { CouncilSide } from './app-council.ts';
import type { Delivery } from './app-delivery.ts';
import { interfacesOf } from './app-feeds.ts';
import type { ProviderSide } from './app-providers.ts';
import type { SenderSide } from './app-sender.ts';
import type { WhereaboutsSide } from './app-whereabouts.ts';
import type { Settings, Site } from './config.ts';
import { demoPeople } from './demo/people.ts';
import type { Clock } from './domain/clock.ts';
import type { HospitalFeeds } from './hl7/feeds.ts';
import type { BoardDeps } from './services/board.ts';
import type { BundleJobs } from './services/bundle-jobs.ts';
import type { LookUpDeps } from './services/look-up.ts';
import type { BundleDeps } from './services/manage-bundles.ts';
import type { Sessions } from './services/sessions.ts';
import { signInWith } from './services/sign-in.ts';
import type { Database } from './store/database.ts';
import type { Log, Metrics } from './telemetry.ts';
import type { HealthCheck } from './web/deps.ts';
import type { Page } from './web/page.ts';
import { answerPages } from './web/pages/answer-page.ts';
import { boardPages } from './web/pages/board-page.ts';
import { councilStaysPages } from './web/pages/council-stays-page.ts';
import { extractPages } from './web/pages/extract-pages.ts';
import { findPages } from './web/pages/find-page.ts';
import { interfacePages } from './web/pages/interface-pages.ts';
import { metricsPages } from './web/pages/metrics-page.ts';
import { operatorPages } from './web/pages/operator-page.ts';
import { reviewPages } from './web/pages/review-pages.ts';
import { staleStaysPages } from './web/pages/stale-stays-page.ts';
import { buildServer } from './web/server.ts';

export interface WebParts {
  readonly settings: Settings;
  readonly site: Site;
  readonly clock: Clock;
  readonly db: Database;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'text' | 'observe'>;
  readonly workDir: string;
  readonly bundles: ReadonlyMap<string, BundleDeps>;
  readonly jobs: BundleJobs;
  readonly feeds: HospitalFeeds;
  readonly sessions: Sessions;
  readonly lookUps: LookUpDeps;
  readonly board: BoardDeps;
  readonly council: CouncilSide;
  readonly sender: SenderSide;
  readonly providers: ProviderSide;
  readonly delivery: Delivery;
  readonly whereabouts: WhereaboutsSide;
  readonly health: () => Promise<readonly HealthCheck[]>;
  /** What an organisation is called. */
  readonly nameOf: (id: string) => string;
}

/** The server with every page on it, not yet listening. */
export function webSide(parts: WebParts): Promise<FastifyInstance> {
  const { settings, site, clock, sessions, metrics, health, log, council, sender } = parts;
  return buildServer({
    site,
    baseUrl: settings.baseUrl,
    clock,
    sessions,
    signIn: signInWith({ providers: site.providers, baseUrl: settings.baseUrl, clock }),
    sealingSecret: site.sealingSecret(),
    pages: pagesOf(parts),
    health,
    log,
    emailSignIn: true,
    menuCounts: async (caller) => ({ ...(await sender.menuCounts(caller)), ...(await council.menuCounts(caller)) }),
    trustedProxies: settings.trustedProxies,
    observe: metrics.observe,
    ...(site.demo ? { demoPeople: demoPeople(clock.now()) } : {}),
    afterSignInAgain: (_, answer) => (answer ? `/answers/${answer}` : '/find'),
  });
}

function pagesOf(parts: WebParts): Page[] {
  const { settings, site, clock, db, metrics, workDir, bundles, jobs, feeds, lookUps, board, health, nameOf } = parts;
  const { council, sender, providers, delivery, whereabouts } = parts;
  return [
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
}
