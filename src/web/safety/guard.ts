/**
 * Who is asking, and may they: decided before a byte of the body is read (trust S6). A request is
 * let through only for a page that says who may see it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { may, roles } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import type { LiveSession, SessionState } from '../../services/sessions.ts';
import type { WebDeps } from '../deps.ts';
import { isPage } from '../page.ts';
import type { LocalPath, Page } from '../page.ts';
import type { Cookies } from './cookies.ts';

const sessions = new WeakMap<FastifyRequest, LiveSession>();

/** The session of a request, once {@link guard} has let it through. */
export function sessionOf(request: FastifyRequest): LiveSession | null {
  return sessions.get(request) ?? null;
}

/** The page that a request is for; null for an address that is none. */
export function pageOf(request: FastifyRequest): Page | null {
  const page: unknown = (request.routeOptions.config as { page?: unknown } | undefined)?.page;
  return isPage(page) ? page : null;
}

/** Whether a page asks for itself again, which nobody did by hand. */
export function isReload(request: FastifyRequest): boolean {
  const page = pageOf(request);
  const { reload, live } = (request.query ?? {}) as { reload?: unknown; live?: unknown };
  return (
    (page?.reloadEvery !== undefined && reload === 'yes') ||
    page?.live === 'events' ||
    (page?.live === 'page' && live === 'yes')
  );
}

/** Finds the session and checks the permission of every request. */
export function guard(server: FastifyInstance, web: WebDeps, cookies: Cookies): void {
  const { sessions: service, baseUrl, site } = web;
  const ownHost = new URL(baseUrl).host;
  server.addHook('onRequest', async (request, reply) => {
    const page = pageOf(request);
    if (page?.path.startsWith('/assets/')) return;
    // A name that an attacker's server resolves to this computer must not reach the demo.
    if (site.demo && request.host !== ownHost && page?.path !== '/health') {
      if (request.method !== 'GET') throw new HomewardError('REQUEST_INVALID');
      return reply.redirect(baseUrl, 303);
    }
    if (request.method === 'POST' && page && !page.crossSite) requireOwnPage(request, new URL(baseUrl).origin);
    const id = cookies.session(request);
    const isPublic = page === null || page.permission === 'public';
    const state =
      id === null ? null : await findSession(service.find(id, isReload(request) ? 'look' : 'use'), isPublic);
    if (state?.is === 'live') sessions.set(request, state.session);
    if (isPublic) return;
    if (state?.is !== 'live')
      return turnAway(request, reply, cookies, id === null ? signInOf(web, page) : '/signed-out?why=idle');
    if (!may(state.session.caller.role, page.permission as never)) throw new HomewardError('NOT_ALLOWED');
  });
}

// A public page, the phone numbers above all, is shown also while the database is away.
async function findSession(finding: Promise<SessionState>, isPublic: boolean): Promise<SessionState | null> {
  try {
    return await finding;
  } catch (cause) {
    if (isPublic) return null;
    throw cause instanceof HomewardError ? cause : new HomewardError('STORE_UNAVAILABLE', undefined, { cause });
  }
}

function turnAway(request: FastifyRequest, reply: FastifyReply, cookies: Cookies, to: LocalPath): FastifyReply {
  if (request.method !== 'GET') throw new HomewardError('NOT_SIGNED_IN');
  if (cookies.session(request) !== null) cookies.change(reply, { session: null });
  return reply.redirect(to, 303);
}

// The link of an alert leads a care provider's people to a page of theirs: a smartcard is none of their ways in.
function signInOf({ emailSignIn, signIn }: WebDeps, { permission }: Page): LocalPath {
  if (emailSignIn !== true) return '/sign-in';
  const whose = roles.filter((role) => may(role, permission as never));
  return whose.every((role) => role.startsWith('provider-')) ? '/provider/sign-in' : signInPath(signIn.providers);
}

/** Where hospitals' and councils' people sign in: without a choice where there is none. */
export function signInPath(providers: readonly { readonly id: string }[]): LocalPath {
  const [only] = providers;
  return only && providers.length === 1 ? `/sign-in/${only.id}` : '/sign-in';
}

/**
 * A form must come from a page of this server. Our pages send no referrer, so browsers write
 * `Origin: null` on a form; then Sec-Fetch-Site, which no page can forge, must vouch for it.
 */
function requireOwnPage({ headers }: FastifyRequest, ownOrigin: string): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const sameOrigin = origin === ownOrigin;
  const foreignOrigin = origin !== undefined && origin !== 'null' && !sameOrigin;
  const foreignSite = site !== undefined && site !== 'same-origin';
  if (foreignOrigin || foreignSite || !(sameOrigin || site === 'same-origin')) throw new HomewardError('FORM_EXPIRED');
}
