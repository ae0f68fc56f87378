/** Puts pages on the server: each request becomes what its page needs, each result an answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { HomewardError } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error.ts';
import type { WebDeps } from './deps.ts';
import { fhirType } from './fhir/outcome.ts';
import { isPage } from './page.ts';
import type { FieldFault, Page, PageRequest, PageResult } from './page.ts';
import type { PageFrame } from './page-frame.ts';
import type { Cookies } from './safety/cookies.ts';
import { formOf, takeUpload } from './safety/forms.ts';
import { isReload, sessionOf } from './safety/guard.ts';

/** A route as the authorisation matrix lists it. */
export interface MountedRoute {
  readonly method: string;
  readonly path: string;
  readonly permission: Page['permission'];
  readonly audit: Page['audit'];
}

const routes = new WeakMap<FastifyInstance, MountedRoute[]>();
const handlers = new WeakSet<object>();

/** Every route of a server, in the order of mounting. */
export function mountedRoutes(server: FastifyInstance): readonly MountedRoute[] {
  return routes.get(server) ?? [];
}

/** Makes the server refuse, at start, any route that is not a page. Call it before anything is mounted. */
export function allowOnlyPages(server: FastifyInstance): void {
  const mounted: MountedRoute[] = [];
  routes.set(server, mounted);
  server.addHook('onRoute', (route) => {
    const page: unknown = (route.config as { page?: unknown } | undefined)?.page;
    const method = String(route.method);
    if (!isPage(page) || !handlers.has(route.handler) || page.method !== method || page.path !== route.url) {
      throw new TypeError(`${method} ${route.url} is not a page: make it with definePage`);
    }
    mounted.push({ method, path: route.url, permission: page.permission, audit: page.audit });
  });
}

export interface MountDeps {
  readonly web: WebDeps;
  readonly cookies: Cookies;
  readonly frame: PageFrame;
}

/** Mounts one page. @throws TypeError when it was not made by definePage */
export function mountPage(server: FastifyInstance, deps: MountDeps, page: Page): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = requestFor(deps, page, request);
    const result = await answer(page, asked, request);
    if (result.is === 'view') await deps.frame.prepare(request);
    return send(deps, page, request, reply, result);
  };
  handlers.add(handler);
  const bodyLimit = page.upload ? { bodyLimit: page.upload.maxBytes } : {};
  server.route({ method: page.method, url: page.path, handler, config: { page } as never, ...bodyLimit });
}

async function answer(page: Page, asked: PageRequest, request: FastifyRequest): Promise<PageResult> {
  if (!page.parse) return page.handle(asked);
  const given = formOf(request);
  const read = page.parse.safeParse(given);
  if (read.success) return page.handle({ ...asked, form: read.data });
  if (!page.onInvalid) throw new HomewardError('FORM_INVALID');
  return page.onInvalid(asked as PageRequest<Page['permission'], undefined>, faultsOf(read.error), given);
}

function faultsOf(error: z.ZodError): FieldFault[] {
  const faults = error.issues.map(({ path, message }) => ({ field: String(path[0] ?? ''), message }));
  // One message a field: the first is the one to mend first.
  return faults.filter(({ field }, index) => faults.findIndex((other) => other.field === field) === index);
}

function requestFor({ web, cookies, frame }: MountDeps, page: Page, request: FastifyRequest): PageRequest {
  const read = <S extends z.ZodType>(
    schema: S | undefined,
    given: unknown,
    otherwise: ErrorCode,
  ): z.output<S> | undefined => {
    if (!schema) return undefined;
    const result = schema.safeParse(given);
    if (!result.success) throw new HomewardError(otherwise);
    return result.data;
  };
  return {
    caller: sessionOf(request)?.caller ?? null,
    form: undefined,
    params: read(page.params, request.params, 'PAGE_NOT_FOUND'),
    query: read(page.query, request.query, 'REQUEST_INVALID'),
    clock: web.clock,
    automatic: isReload(request),
    phones: frame.phones(),
    cookies: { session: cookies.session(request), signIn: cookies.signIn(request), known: cookies.known(request) },
    client: request.ip,
    bearer: /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null,
    upload: () => takeUpload(request, page),
    render: (view, data = {}, options = {}) => ({ is: 'view', view, data, options }),
    redirect(to, changes = {}) {
      if (!/^\/(?![/\\])/.test(to)) throw new TypeError('A redirect leads within this server');
      return { is: 'redirect', to, cookies: changes };
    },
    download: (body, { filename, type }) => ({ is: 'download', body, filename, type }),
    json: (data, status = 200) => ({ is: 'json', data, status }),
    events: (stream) => ({ is: 'events', stream }),
  } as PageRequest;
}

function send(
  { cookies, frame }: MountDeps,
  page: Page,
  request: FastifyRequest,
  reply: FastifyReply,
  result: PageResult,
): FastifyReply {
  switch (result.is) {
    case 'redirect':
    case 'to-provider':
      cookies.change(reply, result.cookies);
      return reply.redirect(result.to, 303);
    case 'view': {
      const { status = 200, title = page.title, cookies: changes = {} } = result.options;
      if (title !== page.title && !page.otherTitles?.includes(title))
        throw new TypeError(`${page.path} has no such title`);
      cookies.change(reply, changes);
      if (page.reloadEvery !== undefined) reply.header('refresh', `${page.reloadEvery}; url=${page.path}?reload=yes`);
      return reply
        .status(status)
        .type('text/html; charset=utf-8')
        .send(frame.page(request, page, result.view, { ...result.data, title }));
    }
    case 'json':
      if (page.answersJson === 'fhir') reply.type(fhirType);
      return reply.status(result.status).send(result.data);
    case 'events':
      // Without the second header a proxy in front may keep what is sent until there is more of it.
      return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(result.stream);
    case 'download':
      return reply
        .type(result.type)
        .header('content-disposition', `attachment; filename="${result.filename.replace(/[^\w.-]/g, '-')}"`)
        .send(result.body);
    case 'asset':
      if (result.encoding) reply.header('content-encoding', result.encoding);
      return reply.header('cache-control', 'public, max-age=31536000, immutable').type(result.type).send(result.body);
  }
}
