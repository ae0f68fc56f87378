/**
 * Headers that bound what a browser does with our pages. The only home of `@fastify/helmet`.
 * Source: ASVS 5.0 3.4; trust S9. Nothing is loaded from another site, nothing is kept.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const nonces = new WeakMap<IncomingMessage, string>();

/** The nonce under which a page's own scripts may run, one a request. */
export function nonceOf(request: IncomingMessage): string {
  const nonce = nonces.get(request) ?? randomBytes(16).toString('base64');
  nonces.set(request, nonce);
  return nonce;
}

/** Sets the headers of every answer, assets' caching apart. */
export async function setHeaders(server: FastifyInstance, baseUrl: string): Promise<void> {
  const secure = baseUrl.startsWith('https://');
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': [
          "'self'",
          (request: IncomingMessage, _response: ServerResponse) => `'nonce-${nonceOf(request)}'`,
        ],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        ...(secure ? { 'upgrade-insecure-requests': [] } : {}),
      },
    },
    strictTransportSecurity: secure && { maxAge: 63_072_000, includeSubDomains: true },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  });
  server.addHook('onRequest', async (_request, reply) => {
    // On the raw reply, as helmet does, so that they hold for what the demo's provider answers too.
    reply.raw.setHeader('cache-control', 'no-store');
    reply.raw.setHeader(
      'permissions-policy',
      'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
    );
    reply.raw.setHeader('x-robots-tag', 'noindex, nofollow, noarchive');
  });
}
