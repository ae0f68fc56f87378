/** A local server that answers as GOV.UK Notify's documented API does, with tokens checked as Notify checks them. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';

export const serviceId = '26785a09-ab16-4eb0-8407-a37497a57506';
export const secretKey = '3d844edf-8d35-48ac-975b-e847b4f122b0';
export const apiKey = `tests-${serviceId}-${secretKey}`;

export interface Sent {
  readonly id: string;
  readonly type: 'email' | 'sms';
  readonly to: string;
  readonly reference: string;
  readonly personalisation: Readonly<Record<string, string>>;
  status: string;
}

type Reply = { readonly status: number; readonly error: string; readonly message: string } | 'hang' | 'take-and-cut';

export class FakeNotify {
  readonly sent: Sent[] = [];
  readonly requests: string[] = [];
  /** What the next messages are answered, when not taken. */
  replies: Reply[] = [];
  /** What comes of a message that is taken. */
  fate = 'sending';
  /** Every body that came. */
  readonly bodies: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://notify.example');
    let body = '';
    for await (const part of request) body += String(part);
    this.requests.push(`${request.method} ${url.pathname}`);
    this.bodies.push(body);
    const json = (status: number, data: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data));
    };
    const refuse = (status: number, error: string, message: string): void => json(status, { status_code: status, errors: [{ error, message }] }); // prettier-ignore
    try {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      await jwtVerify(token, new TextEncoder().encode(secretKey), { issuer: serviceId, algorithms: ['HS256'], maxTokenAge: 30, clockTolerance: 5 }); // prettier-ignore
    } catch {
      return refuse(403, 'AuthError', 'Invalid token: API key not found');
    }
    const shown = ({ id, reference, type, status }: Sent): object => ({ id, reference, type, status });
    if (request.method === 'GET') {
      const [, one] = /^\/v2\/notifications\/([\w-]+)$/.exec(url.pathname) ?? [];
      if (one === undefined) {
        const reference = url.searchParams.get('reference');
        return json(200, {
          notifications: this.sent.filter((each) => each.reference === reference).map(shown),
          links: {},
        });
      }
      const found = this.sent.find(({ id }) => id === one);
      return found ? json(200, shown(found)) : refuse(404, 'NoResultFound', 'No result found');
    }
    const reply = this.replies.shift();
    if (reply === 'hang') return;
    if (reply !== undefined && reply !== 'take-and-cut') return refuse(reply.status, reply.error, reply.message);
    const given = JSON.parse(body) as { email_address?: string; phone_number?: string; reference: string; personalisation: Record<string, string> }; // prettier-ignore
    const type = url.pathname.endsWith('/sms') ? 'sms' : 'email';
    const message: Sent = { id: randomUUID(), type, to: given.email_address ?? given.phone_number ?? '', reference: given.reference, personalisation: given.personalisation, status: this.fate }; // prettier-ignore
    this.sent.push(message);
    if (reply === 'take-and-cut') return void response.destroy();
    json(201, { id: message.id, reference: message.reference, content: {}, uri: '', template: {} });
  }
}
