/** How to reach a mail server, read from one address; apart from the courier, so that a wrong one stops the start. */
import { isIP } from 'node:net';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS, which is insisted on. */
  readonly secure: boolean;
  /** Only to this computer itself may anything go unencrypted: letters carry sign-in links. */
  readonly plain: boolean;
  readonly login: { readonly user: string; readonly pass: string } | null;
}

/**
 * Reads `smtp://user:password@host:587` or `smtps://host`.
 * @returns null when it is no such address
 */
export function readSmtpUrl(text: string): SmtpServer | null {
  const url = URL.parse(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || !/^\/?$/.test(url.pathname) || url.search !== '') return null; // prettier-ignore
  const login = loginOf(url);
  if (login === 'not readable') return null;
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const local = host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    plain: local && !secure,
    login,
  };
}

function loginOf({ username, password }: URL): SmtpServer['login'] | 'not readable' {
  if (username === '') return null;
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    // A “%” that is not written as %25.
    return 'not readable';
  }
}
