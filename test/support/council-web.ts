/** The addresses of councils' own systems on a running server: two councils, each with a token of its own. */
import type { CouncilDeps } from '../../src/services/council/deps.ts';
import type { Page } from '../../src/web/page.ts';
import type { CouncilSystem } from '../../src/web/pages/council-system.ts';
import { councilSite } from './council.ts';
import type { CouncilSite } from './council.ts';
import { nhs } from './import-lines.ts';
import { startWeb } from './web.ts';
import type { RunningWeb } from './web.ts';

/** What the systems of the first council and of the other show. */
export const councilTokens = {
  token: 'a-token-of-one-council-that-is-long-enough',
  otherToken: 'a-token-of-the-other-council-long-enough',
} as const;

/** @param pagesOf makes the pages that are mounted of both councils and what their systems show */
export async function startTwoCouncils(
  pagesOf: (given: { readonly council: CouncilDeps; readonly systems: CouncilSystem[] }) => readonly Page[],
): Promise<{ readonly web: RunningWeb; readonly one: CouncilSite; readonly other: CouncilSite }> {
  const sites: { one?: CouncilSite; other?: CouncilSite } = {};
  const made = (which: 'one' | 'other'): CouncilDeps => {
    const site = sites[which];
    if (!site) throw new Error('The councils are not made yet');
    return site.council;
  };
  // The sites are made on the server's own database, so that they come after it.
  const council: CouncilDeps = {
    get board() {
      return made('one').board;
    },
    get notices() {
      const both = [made('one').notices, made('other').notices];
      return { ...made('one').notices, agreements: both.flatMap(({ agreements }) => agreements), councils: both.flatMap(({ councils }) => councils) }; // prettier-ignore
    },
    get whereabouts() {
      return made('one').whereabouts;
    },
  };
  const { token, otherToken } = councilTokens;
  const systems: CouncilSystem[] = [{ council: '', name: 'One', token }, { council: '', name: 'Other', token: otherToken }]; // prettier-ignore
  const web = await startWeb(pagesOf({ council, systems }));
  const one = (sites.one = await councilSite(web.db, nhs(1), 'Holmes'));
  const other = (sites.other = await councilSite(web.db, nhs(2), 'Watson'));
  Object.assign(systems[0] ?? {}, { council: one.site.council.id });
  Object.assign(systems[1] ?? {}, { council: other.site.council.id });
  return { web, one, other };
}

/** Does work while nothing can be added to the trail. */
export async function withoutTrail({ db }: RunningWeb, work: () => Promise<void>): Promise<void> {
  const { transaction } = db;
  const broken = async (inside: Parameters<typeof transaction>[0]): Promise<unknown> =>
    transaction.call(db, async (trx) => {
      const noTrail = (): never => {
        throw new Error('no trail');
      };
      const sql = new Proxy(trx.sql, { get: (of, key) => (key === 'insertInto' ? noTrail : (Reflect.get(of, key) as unknown)) }); // prettier-ignore
      return inside(new Proxy(trx, { get: (of, key) => (key === 'sql' ? sql : (Reflect.get(of, key) as unknown)) }));
    });
  Object.assign(db, { transaction: broken });
  try {
    await work();
  } finally {
    Reflect.deleteProperty(db, 'transaction');
  }
}
