/** The part of the composition root that puts together a council's own work: its lists, their pages, and its system's way to them. */
import type { Settings, Site } from './config.ts';
import type { Caller } from './domain/caller.ts';
import { may } from './domain/caller.ts';
import { HomewardError } from './domain/error.ts';
import type { BoardDeps } from './services/board.ts';
import type { CouncilDeps } from './services/council/deps.ts';
import { councilToDo } from './services/council/summary.ts';
import { Remembered } from './services/remembered.ts';
import type { NoticeDeps } from './services/notices/deps.ts';
import type { WaysDeps } from './services/notices/ways.ts';
import type { WhereaboutsDeps } from './services/whereabouts/deps.ts';
import { councilApi } from './web/pages/council-api.ts';
import { councilFhir } from './web/pages/council-fhir.ts';
import type { CouncilSystem } from './web/pages/council-system.ts';
import { councilNoticePages } from './web/pages/council-notice-pages.ts';
import { councilPages } from './web/pages/council-pages.ts';
import { councilChannelPages } from './web/pages/provider-channels.ts';
import type { Page } from './web/page.ts';

export interface CouncilSide {
  readonly pages: readonly Page[];
  /** How much waits for the caller's council, for the menu; nothing for anybody else. */
  menuCounts(caller: Caller): Promise<Readonly<Record<string, number>>>;
}

/** So long the menu's number may be older than the lists, which never are. */
const rememberedFor = 20_000;

/** Puts it together. @throws HomewardError SETTINGS_INVALID when a token is too short, or two councils have the same */
export function councilSide(parts: {
  readonly settings: Pick<Settings, 'secret' | 'baseUrl'>;
  readonly site: Pick<Site, 'councils'>;
  readonly board: BoardDeps;
  readonly notices: NoticeDeps;
  readonly whereabouts: WhereaboutsDeps;
  readonly ways: WaysDeps;
  readonly nameOf: (id: string) => string;
}): CouncilSide {
  const { settings, site, board, notices, whereabouts, ways, nameOf } = parts;
  const counts = new Remembered<number>(notices.clock, rememberedFor);
  // Whoever has just done something sees at once that there is less to do.
  const wake = (): void => {
    counts.forget();
    notices.wake();
  };
  const council: CouncilDeps = { board, notices: { ...notices, wake }, whereabouts };
  const systems = listSystems(settings, site);
  return {
    pages: [
      ...councilPages({ council, nameOf }),
      ...councilNoticePages({ council }),
      ...councilChannelPages(ways),
      ...councilApi({ council }, systems),
      ...councilFhir({ council, baseUrl: settings.baseUrl, nameOf }, systems),
    ],
    async menuCounts(caller) {
      if (!may(caller.role, 'work-council-lists')) return {};
      const open = await counts.of([caller.organisation], () => councilToDo(council, caller));
      // The menu must stand also where the lists cannot be read; each list says so itself.
      return open === null ? {} : { '/council': open };
    },
  };
}

const shortest = 32;

/** Councils' own systems, by their tokens. @throws HomewardError SETTINGS_INVALID when a token is too short, or two councils have the same */
export function listSystems(
  { secret }: Pick<Settings, 'secret'>,
  { councils }: Pick<Site, 'councils'>,
): CouncilSystem[] {
  const systems = councils.flatMap(({ id, name }) => {
    const setting = tokenSetting(id);
    const token = secret(setting);
    if (token === null) return [];
    if (token.length < shortest || !/^[\x21-\x7e]+$/.test(token))
      throw new HomewardError('SETTINGS_INVALID', `${setting} must be at least ${shortest} letters, digits and signs without spaces.`); // prettier-ignore
    return [{ council: id, name, token }];
  });
  // One token for two councils would show one of them the other's people.
  if (new Set(systems.map(({ token }) => token)).size < systems.length)
    throw new HomewardError('SETTINGS_INVALID', 'Every council’s COUNCIL_LISTS_TOKEN must be its own.');
  return systems;
}

/** The setting that holds the token of a council's own system: `COUNCIL_LISTS_TOKEN_999`. */
export function tokenSetting(council: string): string {
  return `COUNCIL_LISTS_TOKEN_${council.toUpperCase().replace(/[^A-Z\d]/g, '_')}`;
}
