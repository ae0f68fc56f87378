/** The part of the composition root that puts together questions about clients and providers' lists of them. */
import type { Site } from './config.ts';
import type { Clock } from './domain/clock.ts';
import type { NoticeDeps } from './services/notices/deps.ts';
import { composeWhereabouts } from './services/whereabouts/compose.ts';
import type { Whereabouts } from './services/whereabouts/compose.ts';
import { longestRoster, readRoster } from './sources/roster-file.ts';
import type { Database } from './store/database.ts';
import type { Log } from './telemetry.ts';
import { clientsPages } from './web/pages/clients-pages.ts';
import { wherePages } from './web/pages/where-pages.ts';
import type { Page } from './web/page.ts';

export interface WhereaboutsParts {
  readonly site: Site;
  readonly clock: Clock;
  readonly db: Database;
  readonly log: Pick<Log, 'error'>;
  readonly notices: NoticeDeps;
}

export type WhereaboutsSide = Whereabouts & { readonly pages: readonly Page[] };

/** Puts it together; nothing is looked at before it is started. */
export function whereaboutsOf({ site, clock, db, log, notices }: WhereaboutsParts): WhereaboutsSide {
  const { agreements, councils, hospitals, holidays, feeds, rosters } = site;
  const failed = (error: unknown): void => log.error({ error }, 'an open question could not be looked at; it will be tried again'); // prettier-ignore
  const whereabouts = composeWhereabouts(
    { db, clock, agreements, councils, hospitals, holidays, feeds, rosters, failed },
    notices,
    failed,
  );
  const pages = [
    ...wherePages(whereabouts.deps),
    ...clientsPages({ roster: whereabouts.roster, read: readRoster, mostBytes: longestRoster }),
  ];
  return { ...whereabouts, pages };
} // prettier-ignore
