/**
 * E-mail by SMTP. That a mail server has taken a letter is not that anybody has it: what comes back later is taken in
 * by bounce-mail.ts, which finds the letter by the address that it came back to. The only home of `nodemailer`.
 */
import nodemailer from 'nodemailer';
import type { Courier, Handover, Parcel } from '../domain/courier.ts';
import type { Alert } from '../domain/notice-text.ts';
import { readAddress } from '../domain/way.ts';
import { bounceAddress } from './bounce-address.ts';
import type { SmtpServer } from './smtp-settings.ts';

export interface SmtpOptions {
  readonly server: SmtpServer;
  /** `Homeward <no-reply@homeward.example>` */
  readonly from: { readonly name: string; readonly address: string };
  /** Where letters that cannot be delivered come back to; null: to `from`, unread. */
  readonly bounces: { readonly address: string; readonly secret: string } | null;
  /** Milliseconds without an answer; 20 seconds when not given. */
  readonly patience?: number;
  /** Who signs the server's certificate, where it is not one of the usual authorities. */
  readonly authorities?: string;
}

/** A courier that hands letters to one mail server. Close it, or its connections stay open. */
export function smtpCourier(options: SmtpOptions): Courier<Alert> & { close(): void } {
  const { server, patience = 20_000 } = options;
  const transport = nodemailer.createTransport({
    pool: true,
    maxConnections: 3,
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: !server.plain && !server.secure,
    ignoreTLS: server.plain,
    ...(server.login && { auth: server.login }),
    tls: { minVersion: 'TLSv1.2', ...(options.authorities !== undefined && { ca: options.authorities }) },
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const send = async (parcel: Parcel<Alert>): Promise<Handover> => {
    try {
      await transport.sendMail(letterOf(parcel, options));
      return { is: 'delivered' };
    } catch (error) {
      return verdict(error as SmtpError);
    }
  };
  return {
    carry: (parcel, signal) => (readAddress('email', parcel.to) === parcel.to ? orTimeout(send(parcel), signal) : Promise.resolve({ is: 'refused', fault: 'ADDRESS_DEAD' })), // prettier-ignore
    close: () => transport.close(),
  };
}

function letterOf({ key, to, what, at }: Parcel<Alert>, { from, bounces }: SmtpOptions) {
  const [, domain = ''] = from.address.split('@');
  return {
    // A copy: the library writes into what it is given, and the configuration is frozen.
    from: { ...from },
    to: { name: '', address: to },
    envelope: { from: bounces ? bounceAddress(bounces, key) : from.address, to: [to] },
    // The same at every attempt: a mail program that gets it twice can show it once.
    messageId: `<${key}@${domain}>`,
    date: at,
    subject: what.subject,
    text: what.email,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

async function orTimeout(sending: Promise<Handover>, signal: AbortSignal): Promise<Handover> {
  const given = Promise.withResolvers<Handover>();
  const late = (): void => given.resolve({ is: 'later', fault: 'TIMEOUT' });
  if (signal.aborted) late();
  signal.addEventListener('abort', late, { once: true });
  try {
    return await Promise.race([sending, given.promise]);
  } finally {
    signal.removeEventListener('abort', late);
  }
}

interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/**
 * What a refusal means, by its enhanced status code (RFC 3463) where there is one: x.1.x is about the address, x.2.2
 * a full mailbox, x.7.x that we are not let through, and the last is ours to mend.
 */
function verdict({ code, responseCode, response = '' }: SmtpError): Handover {
  if (code === 'EAUTH' || code === 'ENOAUTH') return { is: 'later', fault: 'NOT_TRUSTED' };
  if (code === 'ETLS') return { is: 'later', fault: 'TLS' };
  if (responseCode !== undefined && responseCode >= 400) {
    const [, , subject = '', detail = ''] = /\b([45])\.(\d{1,3})\.(\d{1,3})\b/.exec(response) ?? [];
    if (responseCode < 500 || (subject === '2' && detail === '2')) return { is: 'later', fault: 'BUSY' };
    if (subject === '7') return { is: 'later', fault: 'NOT_TRUSTED' };
    if (subject === '1' || (subject === '2' && detail === '1')) return { is: 'refused', fault: 'ADDRESS_DEAD' };
    const ofAddress = code === 'EENVELOPE' && [550, 551, 553].includes(responseCode) && subject === '';
    return { is: 'refused', fault: ofAddress ? 'ADDRESS_DEAD' : 'MESSAGE_REFUSED' };
  }
  if (code === 'ETIMEDOUT') return { is: 'later', fault: 'TIMEOUT' };
  return { is: 'later', fault: code === 'EPROTOCOL' ? 'ANSWER_NOT_READ' : 'NOT_REACHED' };
}
