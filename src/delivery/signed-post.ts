/**
 * One signed request to another organisation's system, as Standard Webhooks 1.0 has it: `webhook-id`, which repeats
 * when a message does, `webhook-timestamp`, and an HMAC of both with the body. Over HTTPS only, to no network of our
 * own, without following anybody elsewhere, and never waiting longer than it is let.
 */
import { createHmac } from 'node:crypto';
import { request } from 'node:https';
import { isIP } from 'node:net';
import type { Handover } from '../domain/courier.ts';
import { ForbiddenAddress, guardedLookup, mayReach } from './networks.ts';

/** A recipient's own system. */
export interface System {
  readonly id: string;
  readonly url: string;
  /** Keys, the newest first: while one is being changed, messages bear the signature of each. */
  secrets(): readonly Buffer[];
  /** Networks beside the open internet in which it may be. */
  readonly networks: readonly string[];
  /** Who signs its certificate, where it is not one of the usual authorities. */
  readonly authorities: string | null;
}

export interface SignedPost {
  readonly key: string;
  readonly at: Date;
  readonly body: string;
  readonly type: string;
}

/** The value of `webhook-signature`. */
export function signatureOf({ key, at, body }: Omit<SignedPost, 'type'>, secrets: readonly Buffer[]): string {
  const signed = `${key}.${Math.floor(at.getTime() / 1000)}.${body}`;
  return secrets.map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`).join(' ');
}

/** Reads keys as `whsec_BASE64`, several with commas between. @returns null when one is none, or is too short */
export function readSecrets(text: string): Buffer[] | null {
  const secrets = text.split(',').map((one) => Buffer.from(one.trim().replace(/^whsec_/, ''), 'base64'));
  return secrets.every(({ length }) => length >= 24 && length <= 64) ? secrets : null;
}

/** Sends it. Never throws. */
export function postSigned(system: System, post: SignedPost, signal: AbortSignal): Promise<Handover> {
  const url = URL.parse(system.url);
  const literal = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (url?.protocol !== 'https:' || (isIP(literal) !== 0 && !mayReach(literal, system.networks)))
    return Promise.resolve({ is: 'later', fault: 'ADDRESS_FORBIDDEN' });
  const { promise, resolve } = Promise.withResolvers<Handover>();
  const sending = request(
    url,
    {
      method: 'POST',
      agent: false,
      lookup: guardedLookup(system.networks),
      ...(system.authorities !== null && { ca: system.authorities }),
      minVersion: 'TLSv1.2',
      signal,
      headers: {
        'content-type': post.type,
        'content-length': Buffer.byteLength(post.body),
        'user-agent': 'Homeward',
        'webhook-id': post.key,
        'webhook-timestamp': String(Math.floor(post.at.getTime() / 1000)),
        'webhook-signature': signatureOf(post, system.secrets()),
      },
    },
    (answer) => {
      resolve(verdict(answer.statusCode ?? 0, answer.headers['retry-after']));
      // What it says beside its status is nothing to us, however long.
      answer.destroy();
    },
  );
  sending.on('error', (error) => resolve({ is: 'later', fault: faultOf(error, signal) }));
  sending.end(post.body);
  return promise;
}

function verdict(status: number, retryAfter: string | undefined): Handover {
  // 409: it has this message already, and the first answer was lost.
  if ((status >= 200 && status < 300) || status === 409) return { is: 'delivered' };
  if (status === 410) return { is: 'refused', fault: 'ADDRESS_DEAD' };
  if (status === 401 || status === 403) return { is: 'later', fault: 'NOT_TRUSTED' };
  if (status >= 300 && status < 400) return { is: 'later', fault: 'ADDRESS_FORBIDDEN' };
  if ([400, 405, 413, 415, 422].includes(status)) return { is: 'refused', fault: 'MESSAGE_REFUSED' };
  const after = /^\d{1,5}$/.test(retryAfter ?? '') ? { after: Number(retryAfter) * 1000 } : {};
  return { is: 'later', fault: 'BUSY', ...after };
}

function faultOf(error: NodeJS.ErrnoException, signal: AbortSignal) {
  if (error instanceof ForbiddenAddress) return 'ADDRESS_FORBIDDEN';
  if (signal.aborted || error.code === 'ETIMEDOUT') return 'TIMEOUT';
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(error.code ?? '')) return 'TLS';
  return 'NOT_REACHED';
}
