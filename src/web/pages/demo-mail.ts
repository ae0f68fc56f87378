/** The demo's mailbox: every letter that the demo sent, to whomever. It is there in the demo alone. */
import { formatInstant } from '../../domain/dates.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';

export interface DemoMailDeps {
  /** The newest first. */
  mails(): readonly { readonly at: Date; readonly to: string; readonly subject: string; readonly text: string }[];
}

/** The page. */
export function demoMailPages({ mails }: DemoMailDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/demo/mail',
      permission: 'public',
      audit: 'none: letters of the demo, which carry nobody’s data and go to nobody',
      title: 'The demo’s mailbox',
      handle: ({ render, clock }) =>
        render('demo-mail.njk', {
          mails: mails().map(({ at, to, subject, text }) => ({
            at: formatInstant(at, clock.now()),
            to,
            subject,
            parts: linked(text),
          })),
        }),
    }),
  ];
}

/** A letter cut at its links to this server itself; what leads elsewhere stays text. */
function linked(text: string): { text: string; href: string | null }[] {
  return text
    .split(/(https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\/[\w/.~?=&-]*)/)
    .filter((part) => part !== '')
    .map((part) => {
      const url = /^https?:\/\//.test(part) ? URL.parse(part) : null;
      return { text: part, href: url ? url.pathname + url.search : null };
    });
}
