/** Pages and requests for tests of the frame. All fictional. */
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { z } from 'zod';
import { HomewardError, errorCatalogue } from '../../src/domain/error.ts';
import type { ErrorCode } from '../../src/domain/error.ts';
import { definePage } from '../../src/web/page.ts';
import type { Page } from '../../src/web/page.ts';
import type { RunningWeb } from './web.ts';

/** Why a test page leaves nothing in the audit trail. */
export const none = 'none: a page of a test, about nobody';
/** What the test pages have seen. */
export const seen = { parsed: 0, uploads: [] as string[] };

/** A page that fails with a code. */
const failing = (code: ErrorCode): Page =>
  definePage({
    method: 'GET',
    path: `/fails/${code.toLowerCase()}`,
    permission: 'public',
    audit: none,
    title: 'Fails',
    handle: () => {
      throw new HomewardError(code, 'A detail from below: 999 000 0018 BARBARA.');
    },
  });

/** Every code of the catalogue. */
export const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** Pages that do one thing each, to see what the frame makes of it. */
export const testPages: Page[] = [
  ...codes.map(failing),
  definePage({
    method: 'GET',
    path: '/nurse',
    permission: 'look-up',
    audit: 'look-up',
    title: 'For nurses',
    navigation: { text: 'Nurses', order: 1 },
    handle: ({ render }) => render('phone-numbers.njk'),
  }),
  definePage({
    method: 'GET',
    path: '/watch',
    permission: 'operate',
    audit: none,
    title: 'For operators',
    navigation: { text: 'Watch', order: 1 },
    handle: ({ render }) => render('phone-numbers.njk'),
  }),
  definePage({
    method: 'POST',
    path: '/nurse',
    permission: 'look-up',
    audit: 'look-up',
    title: 'For nurses',
    parse: z.object({ nhsNumber: z.string().min(1, 'Enter an NHS number') }).refine(() => ++seen.parsed > 0),
    handle: ({ form, json }) => json({ length: form.nhsNumber.length }),
    onInvalid: ({ json }, faults) => json({ faults: faults.map(({ field, message }) => `${field}: ${message}`) }, 422),
  }),
  definePage({
    method: 'POST',
    path: '/strict',
    permission: 'look-up',
    audit: 'look-up',
    title: 'For nurses',
    parse: z.strictObject({ one: z.string() }),
    handle: ({ json }) => json({}),
  }),
  definePage({
    method: 'POST',
    path: '/upload',
    permission: 'steward-bundles',
    audit: 'import-bundle',
    title: 'Upload',
    upload: { maxBytes: 100_000 },
    async handle({ upload, json }) {
      const { filename, stream } = await upload();
      seen.uploads.push(`${filename} ${(await textOf(stream)).length}`);
      return json({});
    },
  }),
  definePage({
    method: 'GET',
    path: '/download',
    permission: 'public',
    audit: none,
    title: 'Download',
    handle: ({ download }) => download(Readable.from(['a,b\n']), { filename: 'quaran"tine\r\n.csv', type: 'text/csv' }),
  }),
  definePage({
    method: 'GET',
    path: '/explodes',
    permission: 'public',
    audit: none,
    title: 'Explodes',
    handle: () => {
      throw new Error('relation "person" at /srv/homeward: 999 000 0018 BARBARA');
    },
  }),
  definePage({
    method: 'GET',
    path: '/other-title',
    permission: 'public',
    audit: none,
    title: 'One title',
    otherTitles: ['Another title'],
    query: z.object({ title: z.string() }),
    handle: ({ render, query }) => render('phone-numbers.njk', {}, { title: query.title }),
  }),
  definePage({
    method: 'GET',
    path: '/away',
    permission: 'public',
    audit: none,
    title: 'Away',
    query: z.object({ to: z.string() }),
    handle: ({ redirect, query }) => redirect(query.to as '/'),
  }),
  definePage({
    method: 'GET',
    path: '/people/:id',
    permission: 'public',
    audit: none,
    title: 'Person',
    params: z.object({ id: z.uuid() }),
    handle: ({ render }) => render('phone-numbers.njk'),
  }),
];

/** Every number of the demo's councils, as pages write them. */
export const phones = ['01632 960 200', '01632 960 201', '01632 960 210', '01632 960 211'].map((number) =>
  number.replaceAll(' ', '\u00a0'),
);

/** Posts a body in small pieces and stops when the server answers. */
export async function postSlowly(
  web: RunningWeb,
  path: string,
  bytes: number,
  headers: Record<string, string>,
): Promise<{ status: number; sent: number }> {
  // The server closes after its answer; a write that meets the closed socket first loses the answer.
  for (let attempt = 1; ; attempt++) {
    try {
      return await postOnce(web, path, bytes, headers);
    } catch (error) {
      if (attempt === 30 || !['EPIPE', 'ECONNRESET'].includes(String((error as { code?: unknown }).code))) throw error;
    }
  }
}

function postOnce(
  web: RunningWeb,
  path: string,
  bytes: number,
  headers: Record<string, string>,
): Promise<{ status: number; sent: number }> {
  const { hostname, port } = new URL(web.baseUrl);
  return new Promise((resolve, reject) => {
    let sent = 0;
    const request = httpRequest({
      hostname,
      port,
      path,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(bytes) },
    });
    let answered = false;
    request.on('response', (response) => {
      answered = true;
      response.resume();
      resolve({ status: response.statusCode ?? 0, sent });
      request.destroy();
    });
    request.on('error', (error) => (answered ? undefined : reject(error)));
    const piece = Buffer.alloc(64 * 1024, 'x');
    const write = (): void => {
      if (answered || sent >= bytes) return;
      sent += piece.length;
      request.write(piece, () => setTimeout(write, 2));
    };
    write();
  });
}

/** Sends a request line as it is. */
export function raw(web: RunningWeb, line: string, host = new URL(web.baseUrl).host): Promise<string> {
  const { port } = new URL(web.baseUrl);
  return new Promise((resolve, reject) => {
    const [method = '', path = ''] = line.split(' ');
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: { host } }, (response) => {
      const head = `HTTP/1.1 ${response.statusCode}\n${Object.entries(response.headers).map(([name, value]) => `${name}: ${String(value)}`).join('\n')}\n\n`; // prettier-ignore
      textOf(response).then((body) => resolve(head + body), reject);
    });
    request.on('error', reject);
    request.end();
  });
}
