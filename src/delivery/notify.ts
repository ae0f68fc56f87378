/**
 * GOV.UK Notify, for e-mail and text messages alike. A message is `accepted` when Notify has it and delivered only when
 * Notify says so. Notify knows no idempotency key: what may have been handed over before is looked for by our
 * reference first. The only home of `notifications-node-client`, whose own transport is replaced: it knows no end of
 * waiting, and its errors carry the token.
 */
import { NotifyClient } from 'notifications-node-client';
import { z } from 'zod';
import type { DeliveryFault, Handover } from '../domain/courier.ts';

export interface NotifyOptions {
  /** Where Notify is; its own address when not given. */
  readonly baseUrl?: string;
  readonly apiKey: string;
}

export interface NotifyMessage {
  readonly template: string;
  readonly to: string;
  readonly reference: string;
  readonly personalisation: Readonly<Record<string, string>>;
}

export interface Notify {
  send(as: 'email' | 'sms', message: NotifyMessage, again: boolean, signal: AbortSignal): Promise<Handover>;
  follow(id: string, signal: AbortSignal): Promise<Handover>;
}

/** What an API key of Notify looks like: a name, the service's id and the secret. */
export const notifyKey = /^.{1,}-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

const production = 'https://api.notifications.service.gov.uk';
const sent = z.object({ id: z.string().min(1) });
const standing = z.object({ id: z.string(), status: z.string() });
const list = z.object({ notifications: z.array(standing) });
const refusal = z.object({ errors: z.array(z.object({ error: z.string(), message: z.string() })) });

/** A client of one Notify service. */
export function notifyOn({ baseUrl = production, apiKey }: NotifyOptions): Notify {
  // A client of its own for each request, since each ends with a signal of its own.
  const asked = async <T>(signal: AbortSignal, ask: (client: Client) => Promise<unknown>): Promise<Answer<T>> => {
    const client = new NotifyClient(baseUrl, apiKey) as unknown as Client;
    client.setClient((request) => request_(request, signal));
    try {
      return { ...((await ask(client)) as Answer<T>) };
    } catch (error) {
      return { status: 0, data: null as T, fault: (error as Error).name === 'TimeoutError' || signal.aborted ? 'TIMEOUT' : 'NOT_REACHED' }; // prettier-ignore
    }
  };
  return {
    async send(as, { template, to, reference, personalisation }, again, signal) {
      if (again) {
        const answer = await asked(signal, (client) => client.getNotifications(as, undefined, reference));
        const found = list.safeParse(answer.data);
        if (!found.success) return verdict(answer);
        const known = found.data.notifications.find(({ status }) => !status.endsWith('-failure'));
        if (known) return { is: 'accepted', reference: known.id };
      }
      const options = { personalisation, reference };
      const answer = await asked(signal, (client) =>
        as === 'email' ? client.sendEmail(template, to, options) : client.sendSms(template, to, options),
      );
      const taken = answer.status === 201 ? sent.safeParse(answer.data) : null;
      return taken?.success ? { is: 'accepted', reference: taken.data.id } : verdict(answer);
    },
    async follow(id, signal) {
      const answer = await asked(signal, (client) => client.getNotificationById(id));
      const read = standing.safeParse(answer.data);
      // Not to be told is not to know that it failed.
      if (answer.status !== 200 || !read.success) return { is: 'accepted', reference: id };
      return fate(read.data.status, id);
    },
  };
}

interface Answer<T> {
  readonly status: number;
  readonly data: T;
  readonly fault?: DeliveryFault;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly data?: unknown;
  readonly headers: Record<string, string>;
}

interface Client {
  setClient(rest: (request: Request) => Promise<Answer<unknown>>): void;
  sendEmail(template: string, to: string, options: object): Promise<unknown>;
  sendSms(template: string, to: string, options: object): Promise<unknown>;
  getNotifications(type: string, status: undefined, reference: string): Promise<unknown>;
  getNotificationById(id: string): Promise<unknown>;
}

async function request_({ method, url, data, headers }: Request, signal: AbortSignal): Promise<Answer<unknown>> {
  const answer = await fetch(url, {
    method: method.toUpperCase(),
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    ...(data !== undefined && { body: JSON.stringify(data) }),
    redirect: 'manual',
    signal,
  });
  return { status: answer.status, data: await answer.json().catch(() => null) };
}

/** What Notify's states mean (its documentation, "Message status descriptions"): `-failure` is final at Notify. */
function fate(status: string, id: string): Handover {
  if (['delivered', 'sent', 'received'].includes(status)) return { is: 'delivered' };
  if (status === 'permanent-failure') return { is: 'refused', fault: 'ADDRESS_DEAD' };
  if (status.endsWith('-failure')) return { is: 'later', fault: 'BUSY' };
  return { is: 'accepted', reference: id };
}

function verdict({ status, data, fault }: Answer<unknown>): Handover {
  if (fault) return { is: 'later', fault };
  if (status === 429) return { is: 'later', fault: 'BUSY', after: 60_000 };
  if (status >= 500) return { is: 'later', fault: 'BUSY' };
  const said = refusal.safeParse(data);
  const ofAddress = said.success && said.data.errors.some(({ error, message }) => error === 'ValidationError' && /^(email_address|phone_number)\b/.test(message)); // prettier-ignore
  if (status === 400 && ofAddress) return { is: 'refused', fault: 'ADDRESS_DEAD' };
  // A template that is missing, a key for the team alone, a key taken back, a clock that is wrong.
  if (status === 400 || status === 401 || status === 403 || status === 404)
    return { is: 'later', fault: 'NOT_TRUSTED' };
  return { is: 'later', fault: 'ANSWER_NOT_READ' };
}
