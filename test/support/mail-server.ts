/** A real mail server for tests, which takes, refuses or hangs as it is told, and keeps what it was sent. */
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export interface Received {
  readonly from: string;
  readonly to: string[];
  /** The whole letter, as it came. */
  readonly raw: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly headers: ReadonlyMap<string, unknown>;
}

/** What the server does with an attempt at RCPT or DATA: take it, or answer with a code and a text. */
export type Answer = 'take' | 'hang' | 'cut' | { readonly code: number; readonly text: string };

export class MailServer {
  readonly received: Received[] = [];
  /** Asked for each address; takes all unless told otherwise. */
  rcpt: (address: string) => Answer = () => 'take';
  /** Asked for each letter. */
  data: (letter: Received) => Answer = () => 'take';
  attempts = 0;
  readonly #server: SMTPServer;

  constructor(options: SMTPServerOptions = {}) {
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      closeTimeout: 100,
      onRcptTo: ({ address }, _session, done) => {
        this.attempts += 1;
        const answer = this.rcpt(address);
        if (answer === 'hang') return;
        if (answer === 'take' || answer === 'cut') return done();
        done(Object.assign(new Error(answer.text), { responseCode: answer.code }));
      },
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', async () => {
          const raw = Buffer.concat(parts).toString('latin1');
          const parsed = await simpleParser(raw);
          const letter: Received = {
            from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
            to: session.envelope.rcptTo.map(({ address }) => address),
            raw,
            subject: parsed.subject ?? '',
            text: parsed.text ?? '',
            messageId: parsed.messageId ?? '',
            headers: parsed.headers,
          };
          const answer = this.data(letter);
          if (answer === 'hang') return void this.received.push(letter);
          if (answer === 'cut') {
            this.received.push(letter);
            (this.#server as unknown as { connections: Set<{ _socket: { destroy(): void } }> }).connections.forEach((one) => one._socket.destroy()); // prettier-ignore
            return;
          }
          if (answer !== 'take') return done(Object.assign(new Error(answer.text), { responseCode: answer.code }));
          this.received.push(letter);
          done();
        });
      },
      ...options,
    });
    this.#server.on('error', () => undefined);
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(port, '127.0.0.1', () => resolve((this.#server.server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}
