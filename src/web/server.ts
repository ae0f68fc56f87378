/**
 * The server, in the order of its safety: what a request meets first stands first. Each line is a
 * reason to stop; a page's own code runs only when none of them did.
 */
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HomewardError } from '../domain/error.ts';
import { loadAssets } from './assets.ts';
import type { WebDeps } from './deps.ts';
import { errorView } from './errors.ts';
import { fhirType, operationOutcome } from './fhir/outcome.ts';
import { allowOnlyPages, mountPage } from './mount.ts';
import { makeFrame } from './page-frame.ts';
import type { PageFrame } from './page-frame.ts';
import type { Page } from './page.ts';
import { publicPages } from './pages/public.ts';
import { sessionPages } from './pages/session.ts';
import { signInPages } from './pages/sign-in.ts';
import { makeRenderer } from './render.ts';
import { sealWith, useCookies } from './safety/cookies.ts';
import { formLimit, readForms } from './safety/forms.ts';
import { guard, pageOf } from './safety/guard.ts';
import { setHeaders } from './safety/headers.ts';
import { refuseUnderPressure } from './safety/pressure.ts';
import { logRequests, routeOf } from './safety/request-log.ts';

/** Builds the server, ready to listen. @throws TypeError when a page or route is not as it must be */
export async function buildServer(web: WebDeps): Promise<FastifyInstance> {
  const { addresses, page: assets } = loadAssets();
  const seal = sealWith(web.sealingSecret);
  const all: Page[] = [assets];
  const frame = makeFrame(web, all, addresses, makeRenderer());
  all.push(...publicPages(web, frame), ...signInPages(web, frame, seal), ...sessionPages(web), ...web.pages);

  const server = fastify({
    logger: false,
    trustProxy: web.trustedProxies?.length ? [...web.trustedProxies] : false,
    genReqId: requestId,
    bodyLimit: formLimit,
    exposeHeadRoutes: false,
    // While it stops, who is through the door is still served: a restart must not lose a question.
    return503OnClosing: false,
    requestTimeout: 600_000,
    routerOptions: { maxParamLength: 100 },
    frameworkErrors: (error, request, reply) =>
      void fail(web, frame, error, request as FastifyRequest, reply as unknown as FastifyReply),
  });
  allowOnlyPages(server); // a route that is not a page stops the start
  logRequests(server, web); // route pattern, status, time: never an address
  await setHeaders(server, web.baseUrl); // content security policy, no-store, no referrer
  await refuseUnderPressure(server, web.maxEventLoopDelay); // 503 and the phone numbers
  const cookies = await useCookies(server, web.baseUrl);
  guard(server, web, cookies); // own host, own page, session, permission: before the body is read
  await readForms(server); // 64 KiB, forms only, the session's token
  server.setErrorHandler((error: FastifyError, request, reply) => fail(web, frame, error, request, reply));
  server.setNotFoundHandler((request, reply) => fail(web, frame, new HomewardError('PAGE_NOT_FOUND'), request, reply));
  all.push(...(await demoPages(server, web))); // none, unless this is the demo on this computer itself
  for (const page of all) mountPage(server, { web, cookies, frame }, page);
  return server;
}

// Read for a demo only: a whole OpenID provider, which takes a fifth of a second and 20 MB.
async function demoPages(server: FastifyInstance, web: WebDeps): Promise<Page[]> {
  if (!web.site.demo) return [];
  const { demoSignInPages } = await import('./demo-sign-in.ts');
  return demoSignInPages(server, web);
}

// An id with ten digits in a row would be hidden in the log, and whoever reads it out not be found there.
function requestId(): string {
  const id = randomUUID();
  return /(\d-?){10}/.test(id) ? requestId() : id;
}

function fail(
  web: WebDeps,
  frame: PageFrame,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const view = errorView(error);
  // Code and request id only: a message from below may hold what a person typed.
  if (view.status >= 500)
    web.log.error({ request: request.id, route: routeOf(request), code: view.code, cause: causeOf(error) }, 'failed');
  if (view.retryAfter !== undefined) reply.header('retry-after', view.retryAfter);
  // A body that was not read would be taken for the next request.
  if (request.method === 'POST' && view.status >= 400) reply.header('connection', 'close');
  reply.status(view.status);
  const as = pageOf(request)?.answersJson;
  if (as === 'fhir') return reply.type(fhirType).send(operationOutcome(view, web.baseUrl));
  if (as) return reply.send({ error: view.code, message: view.title });
  return reply.type('text/html; charset=utf-8').send(frame.error(request, view));
}

/** The kind of fault below, as a stable word: an error's name and code, never its message. */
function causeOf(error: unknown): string {
  const below = error instanceof HomewardError ? error.cause : error;
  const { name, code } = (below ?? {}) as { name?: unknown; code?: unknown };
  return [name, code].filter((one) => typeof one === 'string').join(' ') || 'none';
}
