/** `homeward check-config`: what is wrong with settings and folder, or what they say. */
import { errorCatalogue } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error.ts';
import type { CommandResult } from './bundles.ts';

interface Switched {
  readonly id: string;
  readonly enabled: boolean;
}

/** What the command is told. */
export interface ConfigFound {
  readonly folder: string;
  readonly problems: readonly { readonly code: ErrorCode; readonly detail: string }[];
  /** Files that nobody reads: one that is misspelt would otherwise be missing unnoticed. */
  readonly strays: readonly string[];
  readonly site: {
    readonly demo: boolean;
    readonly councils: readonly { readonly id: string; readonly name: string }[];
    readonly hospitals: readonly { readonly id: string; readonly name: string }[];
    readonly agreements: readonly Switched[];
    readonly feeds: readonly Switched[];
    readonly providers: readonly { readonly id: string }[];
    readonly rosters: readonly { readonly id: string }[];
  } | null;
}

/** The report. Exit status 1 when something is wrong. */
export function checkConfigCommand({ folder, problems, strays, site }: ConfigFound): CommandResult {
  const unread = strays.length > 0 ? [`Files that nobody reads: ${strays.join(', ')}`] : [];
  if (problems.length > 0 || !site) {
    const count = problems.length === 1 ? '1 thing is wrong.' : `${problems.length} things are wrong.`;
    return { text: [problemsText(problems), ...unread, count].join('\n'), exitStatus: 1 };
  }
  const named = (all: readonly { id: string; name: string }[]): string =>
    all.map(({ id, name }) => `${id} (${name})`).join(', ');
  const switched = (all: readonly Switched[]): string =>
    all.map(({ id, enabled }) => `${id} (${enabled ? 'on' : 'off'})`).join(', ');
  const ids = (all: readonly { id: string }[]): string => all.map(({ id }) => id).join(', ');
  const lines = [
    ['Folder', `${folder}${site.demo ? ', a demo' : ''}`],
    ['Councils', named(site.councils)],
    ['Hospitals', named(site.hospitals)],
    ['Agreements', switched(site.agreements)],
    ['Sign-in', ids(site.providers)],
    ['Feeds', switched(site.feeds)],
    ['Rosters', ids(site.rosters)],
  ].map(([name = '', said = '']) => `  ${name.padEnd(10)}  ${said === '' ? 'none' : said}`);
  return {
    text: ['Settings and files are in order. Nothing was started.', ...lines, ...unread].join('\n'),
    exitStatus: 0,
  };
}

/** What is wrong, by code, each with what to do. */
export function problemsText(problems: ConfigFound['problems']): string {
  const codes = [...new Set(problems.map(({ code }) => code))];
  return codes
    .flatMap((code) => [
      `${code}: ${errorCatalogue[code]}`,
      ...problems.filter((one) => one.code === code && one.detail !== '').map(({ detail }) => `  ${detail}`),
    ])
    .join('\n');
}
