/** What stands around every page: header, menu, the person's name and role, banner, phones, footer. */
import type { FastifyRequest } from 'fastify';
import { may, roleNames } from '../domain/caller.ts';
import type { Caller, Role } from '../domain/caller.ts';
import { councilPhones } from '../domain/council-phone.ts';
import type { CouncilPhones } from '../domain/council-phone.ts';
import type { AssetAddresses } from './assets.ts';
import type { WebDeps } from './deps.ts';
import type { ErrorView } from './errors.ts';
import { escapeHtml, phoneLinkHtml } from './filters.ts';
import type { LocalPath, Page } from './page.ts';
import type { Render } from './render.ts';
import { sessionOf, signInPath } from './safety/guard.ts';
import { nonceOf } from './safety/headers.ts';

export interface PageFrame {
  /** Every council's numbers for the hour it is. */
  phones(): readonly CouncilPhones[];
  /** Finds out what stands in somebody's menu beside its entries, before {@link page}. */
  prepare(request: FastifyRequest): Promise<void>;
  /** A whole page. */
  page(request: FastifyRequest, page: Page | null, view: string, data: object): string;
  /** A page that says what went wrong; plain, if even the templates fail. */
  error(request: FastifyRequest, error: ErrorView): string;
  /** Where a person lands after signing in: the first page of their menu. */
  homeOf(caller: Pick<Caller, 'role'>): LocalPath;
}

/** Makes the frame for the pages of a server. */
export function makeFrame(web: WebDeps, pages: readonly Page[], assets: AssetAddresses, render: Render): PageFrame {
  const { site, clock } = web;
  const organisations = new Map([...site.councils, ...site.hospitals].map(({ id, name }) => [id, name]));
  const phones = phonesOf(web);
  const menu = menuOf(pages);
  const homeOf = (caller: Pick<Caller, 'role'>): LocalPath => menu(caller)[0]?.path ?? '/';

  const counts = new WeakMap<FastifyRequest, Readonly<Record<string, number>>>();

  const around = (request: FastifyRequest, page: Page | null): object => {
    const session = sessionOf(request);
    const now = clock.now();
    return {
      serviceName: site.name,
      emailSignIn: web.emailSignIn === true,
      signInHref: signInPath(web.signIn.providers),
      site,
      assets,
      now,
      phones: phones(),
      cspNonce: nonceOf(request.raw),
      title: page?.title ?? site.name,
      path: page?.path ?? null,
      ...(session && {
        formToken: session.formToken,
        idleSeconds: Math.max(0, Math.ceil((session.idleEndsAt.getTime() - now.getTime()) / 1000)),
        account: {
          name: session.caller.name,
          role: roleNames[session.caller.role],
          // A care provider's own name stands in its place of the team.
          organisation: organisations.get(session.caller.organisation) ?? null,
          team: session.caller.team,
        },
        home: homeOf(session.caller),
        menu: menu(session.caller).map((one) => ({
          href: one.path,
          text: one.navigation?.text,
          current: one === page,
          count: counts.get(request)?.[one.path] ?? 0,
        })),
      }),
    };
  };

  return {
    phones,
    homeOf,
    async prepare(request) {
      const session = sessionOf(request);
      if (session && web.menuCounts) counts.set(request, await web.menuCounts(session.caller));
    },
    page: (request, page, view, data) => render(view, { ...around(request, page), ...data }),
    error(request, error) {
      try {
        return render('error.njk', { ...around(request, null), title: error.title, error, requestId: request.id });
      } catch {
        return plainError(error, phones());
      }
    },
  };
}

// Pages are mounted before the first request, and none later.
function menuOf(pages: readonly Page[]): (caller: Pick<Caller, 'role'>) => readonly Page[] {
  const known = new Map<Role, readonly Page[]>();
  return ({ role }) => {
    const menu =
      known.get(role) ??
      pages
        .filter(({ navigation, permission }) => navigation && permission !== 'public' && may(role, permission))
        .sort((a, b) => (a.navigation?.order ?? 0) - (b.navigation?.order ?? 0));
    known.set(role, menu);
    return menu;
  };
}

// Office hours begin and end on whole minutes: worked out once in each.
function phonesOf({ site, clock }: WebDeps): () => readonly CouncilPhones[] {
  let known: { minute: number; phones: readonly CouncilPhones[] } | null = null;
  return () => {
    const now = clock.now();
    const minute = Math.floor(now.getTime() / 60_000);
    if (known?.minute !== minute) {
      known = { minute, phones: site.councils.map((council) => councilPhones(council, now, site.holidays)) };
    }
    return known.phones;
  };
}

// The phone always works (product rule 11), also where the templates do not.
function plainError({ title, text, code }: ErrorView, phones: readonly CouncilPhones[]): string {
  const lines = phones.map(
    ({ council, now, other }) =>
      `<li>${escapeHtml(council)}: now ${phoneLinkHtml(now.phone)} (${escapeHtml(now.label)}), other hours ${phoneLinkHtml(other.phone)} (${escapeHtml(other.label)})</li>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><main><h1>${title}</h1><p>${text}</p><ul>${lines.join('')}</ul><p>Code ${code}</p></main></body></html>`;
}
