/** One line a request: id, method, route pattern, status and time. Never an address, a query or a body. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebDeps } from '../deps.ts';

/** Logs and counts every finished request. */
export function logRequests(server: FastifyInstance, { log, observe }: Pick<WebDeps, 'log' | 'observe'>): void {
  server.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = routeOf(request);
    const status = reply.statusCode;
    log.info({ request: request.id, method, route, status, ms: Math.round(reply.elapsedTime) }, 'request');
    observe?.({ method, route, status, seconds: reply.elapsedTime / 1000 });
  });
}

/** The pattern of a route (`/answers/:id`); unknown addresses share one. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}
