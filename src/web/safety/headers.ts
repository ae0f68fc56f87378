/**
 * Headers that bound what a browser does with our pages. The only home of `@fastify/helmet`.
 * Source: ASVS 5.0 3.4; trust S9. Nothing is loaded from another site, nothing is kept.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import helmet from '@fastify/helmet';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

const nonces = new WeakMap<IncomingMessage, string>();

/** The nonce under which a page's own scripts may run, one a request. */
export function nonceOf(request: IncomingMessage): string {
  const nonce = nonces.get(request) ?? randomBytes(16).toString('base64');
  nonces.set(request, nonce);
  return nonce;
}

const policyHeader = 'content-security-policy';
const nonceHere = 'nonce-of-the-request';

/** Sets the headers of every answer, assets' caching apart. */
export async function setHeaders(server: FastifyInstance, baseUrl: string): Promise<void> {
  const { [policyHeader]: policy, ...others } = await helmetHeaders(baseUrl.startsWith('https://'));
  const [before, after] = String(policy).split(nonceHere);
  if (after === undefined) throw new TypeError('The content security policy has no place for the nonce');
  const fixed = new Map(Object.entries(others as Record<string, string>));
  fixed.set('cache-control', 'no-store');
  fixed.set('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()');
  fixed.set('x-robots-tag', 'noindex, nofollow, noarchive');
  server.addHook('onRequest', (request, { raw }, done) => {
    // On the raw reply, as helmet does, so that they hold for what the demo's provider answers too.
    for (const [name, value] of fixed) raw.setHeader(name, value);
    raw.setHeader(policyHeader, `${before}${nonceOf(request.raw)}${after}`);
    done();
  });
}

/**
 * What helmet sets, asked of it once: at each request it would work the same headers out again
 * (3 % of the time that an answer page takes), and only the nonce differs.
 */
async function helmetHeaders(secure: boolean): Promise<OutgoingHttpHeaders> {
  const sample = fastify();
  let headers: OutgoingHttpHeaders = {};
  await sample.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'", `'nonce-${nonceHere}'`],
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
  sample.addHook('onRequest', async (_request, { raw }) => {
    headers = { ...raw.getHeaders() };
  });
  await sample.inject('/');
  await sample.close();
  return headers;
}
