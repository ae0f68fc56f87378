/** The demo's mail: kept in memory, shown on a page, sent to nobody. */
import type { Clock } from '../domain/clock.ts';
import { listenForMail } from './mail-listener.ts';
import type { MailListener, TakenMail } from './mail-listener.ts';

/** A mail as the demo shows it. */
export interface DemoMail {
  readonly at: Date;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const most = 100;

export interface DemoMailbox {
  /** The newest first. */
  mails(): readonly DemoMail[];
  /** Listens on this computer itself. @returns the port */
  listen(port: number): Promise<MailListener>;
}

/** A mailbox for every address there is. */
export function demoMailbox(clock: Clock): DemoMailbox {
  const kept: DemoMail[] = [];
  return {
    mails: () => kept,
    listen: (port) =>
      listenForMail({
        host: '127.0.0.1',
        port,
        accepts: () => true,
        async take(mail) {
          kept.unshift(readMail(mail, clock.now()));
          kept.length = Math.min(kept.length, most);
        },
      }),
  };
}

/** Reads a letter of our own making: plain text in one part. */
export function readMail({ to, raw }: TakenMail, at: Date): DemoMail {
  const cut = /\r?\n\r?\n/.exec(raw);
  const header = (cut ? raw.slice(0, cut.index) : raw).replace(/\r?\n[ \t]+/g, ' ');
  const body = cut ? raw.slice(cut.index + cut[0].length) : '';
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(header)?.[1]?.trim() ?? '';
  const coded = field('content-transfer-encoding').toLowerCase();
  const text = coded === 'base64' ? Buffer.from(body, 'base64') : Buffer.from(coded === 'quoted-printable' ? unquoted(body) : body, 'latin1'); // prettier-ignore
  return {
    at,
    to: to.join(', '),
    subject: field('subject'),
    text: text.toString('utf8').replace(/\r\n/g, '\n').trim(),
  };
}

function unquoted(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
