/**
 * Forms and uploads: small, of two kinds only, and each with the token of its session. The only
 * home of `@fastify/formbody` and `@fastify/multipart`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { may } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Page, Upload } from '../page.ts';
import { pageOf, sessionOf } from './guard.ts';

/** Most bytes of a form that holds no file. */
export const formLimit = 64 * 1024;

/** Takes only forms, and refuses one whose token is not that of the session. */
export async function readForms(server: FastifyInstance): Promise<void> {
  server.removeAllContentTypeParsers();
  await server.register(formbody, { bodyLimit: formLimit });
  await server.register(multipart, {
    limits: { files: 1, fields: 10, fieldSize: 4096, parts: 11 },
    throwFileSizeLimit: false,
  });
  server.addHook('preHandler', async (request) => {
    const page = pageOf(request);
    // An upload's token is checked when its form is read, before its file: see takeUpload.
    if (request.method !== 'POST' || !page || page.formToken || page.upload) return;
    requireToken(request, fieldsOf(request)['_token']);
  });
  server.addHook('onSend', async (request, reply) => {
    const page = pageOf(request);
    const role = sessionOf(request)?.caller.role;
    if (!page?.upload || role === undefined || !may(role, page.permission as never)) return;
    const most = Math.max(mostDiscarded, page.upload.maxBytes);
    if (!(await discardRest(request.raw, most))) reply.header('connection', 'close');
  });
}

/** Bytes of a refused file that are waited for, where a page takes no longer ones; and milliseconds without any of it. */
const mostDiscarded = 64 * 1024 * 1024;
const longestSilence = 10_000;

// A browser reads no answer before it has sent its file (RFC 9112, 9.3): the refusal of one that nobody reads would
// only be seen as a page that never comes, or as a broken connection.
async function discardRest(body: IncomingMessage, most: number): Promise<boolean> {
  if (body.complete || body.destroyed) return body.complete;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const silence = setTimeout(() => resolve(false), longestSilence).unref();
  let discarded = 0;
  body.unpipe();
  body.on('data', (chunk: Buffer) => {
    silence.refresh();
    if ((discarded += chunk.length) > most) resolve(false);
  });
  body.once('end', () => resolve(true));
  body.once('close', () => resolve(body.complete));
  body.resume();
  return promise.finally(() => clearTimeout(silence));
}

/** The fields of a form, its token left out. */
export function formOf(request: FastifyRequest): Record<string, unknown> {
  const { _token, ...fields } = fieldsOf(request);
  return fields;
}

function fieldsOf({ body }: FastifyRequest): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

/** The file of an upload, streamed. @throws HomewardError UPLOAD_INVALID, FORM_EXPIRED */
export async function takeUpload(request: FastifyRequest, page: Page): Promise<Upload> {
  if (!page.upload || !request.isMultipart()) throw new HomewardError('UPLOAD_INVALID');
  const part = await request.file({ limits: { fileSize: page.upload.maxBytes } });
  const token = part?.fields['_token'];
  // The token comes before the file, so that a forged form's file is never read.
  requireToken(request, token && 'value' in token ? token.value : undefined);
  if (!part || part.filename === '') throw new HomewardError('UPLOAD_INVALID', 'No file was chosen.');
  const { file } = part;
  // The parser would only stop at the limit: half a file must not pass for a whole one.
  if (file.truncated) throw new TooLarge();
  file.once('limit', () => file.destroy(new TooLarge()));
  return { filename: part.filename, stream: file, fields: textFields(part.fields) };
}

class TooLarge extends Error {
  readonly statusCode = 413;
}

function textFields(given: MultipartFile['fields']): Record<string, string> {
  const texts = Object.entries(given).flatMap(([name, field]) =>
    field && 'value' in field && typeof field.value === 'string' && name !== '_token'
      ? [[name, field.value] as const]
      : [],
  );
  return Object.fromEntries(texts);
}

function requireToken(request: FastifyRequest, given: unknown): void {
  const expected = sessionOf(request)?.formToken;
  if (expected === undefined || typeof given !== 'string' || !sameText(given, expected))
    throw new HomewardError('FORM_EXPIRED');
}

// Equal lengths first, by hashing: the comparison takes the same time whatever was typed.
function sameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
