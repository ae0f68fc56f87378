/**
 * Takes in mail, for two uses: letters of ours that come back, and the demo's mailbox, which keeps what it is sent to
 * show it. It never sends anything on to anybody. The only home of `smtp-server`.
 */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, header and body; a byte a character. */
  readonly raw: string;
}

export interface MailListenerOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** Whether mail for an address is taken at all. */
  accepts(address: string): boolean;
  /** Takes one. What it throws is answered "later", and whoever sends tries again. */
  take(mail: TakenMail): Promise<void>;
}

export interface MailListener {
  readonly port: number;
  close(): Promise<void>;
}

const mostBytes = 256 * 1024;
const patience = 30_000;

/** Listens for mail. @throws whatever listening throws, such as that the port is taken */
export async function listenForMail({ host, port, accepts, take }: MailListenerOptions): Promise<MailListener> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    banner: 'Homeward',
    size: mostBytes,
    maxClients: 20,
    socketTimeout: patience,
    closeTimeout: 1000,
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, session, done) {
      if (session.envelope.rcptTo.length >= 10) return done(refusal(452, 'Too many recipients'));
      return accepts(address) ? done() : done(refusal(550, 'No such mailbox'));
    },
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => {
        if (!stream.sizeExceeded) parts.push(part);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(refusal(552, 'Too large'));
        const mail = {
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString('latin1'),
        };
        return take(mail).then(
          () => done(),
          () => done(refusal(451, 'Not taken, try again')),
        );
      });
    },
  });
  // A client that breaks off is no fault of ours, and must not end the process.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, () => {
      server.server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
