/**
 * The cookies: the session's, the sealed one that lives while somebody is at their sign-in provider, and the sealed
 * one by which a browser is known to have signed in by email before, which opens nothing. The only home of `@fastify/cookie`.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { browserKnownFor } from '../../domain/provider-account.ts';
import type { CookieChanges } from '../page.ts';

/** How long somebody may take at their provider. */
export const signInMinutes = 10;

/** Reads and sets the cookies of a server at an address. */
export interface Cookies {
  session(request: FastifyRequest): string | null;
  signIn(request: FastifyRequest): string | null;
  known(request: FastifyRequest): string | null;
  change(reply: FastifyReply, changes: CookieChanges): void;
}

/** Registers the parser and names the cookies: `__Host-` binds them to this very host, over https. */
export async function useCookies(server: FastifyInstance, baseUrl: string): Promise<Cookies> {
  await server.register(cookie);
  const secure = baseUrl.startsWith('https://');
  const prefix = secure ? '__Host-' : '';
  const names = { session: `${prefix}homeward`, signIn: `${prefix}homeward-sign-in`, known: `${prefix}homeward-known` };
  const shared = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  const change = (reply: FastifyReply, name: string, value: string | null | undefined, maxAge?: number): void => {
    if (value === undefined) return;
    if (value === null) reply.clearCookie(name, shared);
    else reply.setCookie(name, value, maxAge === undefined ? shared : { ...shared, maxAge });
  };
  return {
    session: (request) => request.cookies[names.session] ?? null,
    signIn: (request) => request.cookies[names.signIn] ?? null,
    known: (request) => request.cookies[names.known] ?? null,
    change(reply, changes) {
      change(reply, names.session, changes.session);
      change(reply, names.signIn, changes.signIn, signInMinutes * 60);
      change(reply, names.known, changes.known, browserKnownFor / 1000);
    },
  };
}

/** Seals what a browser must carry and must neither read nor alter. */
export interface Seal {
  seal(value: object, expiresAt: Date): string;
  /** @returns null when it is not ours, was altered, or its time is over */
  open(sealed: string | null, now: Date): unknown;
}

/** A seal with a key made from the secret (AES-256-GCM). */
export function sealWith(secret: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'homeward sign-in cookie', 32));
  return {
    seal(value, expiresAt) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const text = JSON.stringify({ value, expiresAt: expiresAt.getTime() });
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, now) {
      try {
        const bytes = Buffer.from(sealed ?? '', 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAuthTag(bytes.subarray(12, 28));
        const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
        const { value, expiresAt } = JSON.parse(text) as { value: unknown; expiresAt: number };
        return now.getTime() < expiresAt ? value : null;
      } catch {
        return null;
      }
    },
  };
}
