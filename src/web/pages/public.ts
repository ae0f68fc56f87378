/** Pages that anybody may read: start, health, phone numbers, and what the service says about itself. */
import type { WebDeps } from '../deps.ts';
import type { PageFrame } from '../page-frame.ts';
import { definePage } from '../page.ts';
import type { LocalPath, Page } from '../page.ts';
import { shownPersonas } from '../personas.ts';

const sameForAll = 'none: the same words for everybody, about nobody';

/** The pages. */
export function publicPages(web: WebDeps, frame: PageFrame): Page[] {
  const { site, demoPeople, health } = web;
  const councils = new Map(site.councils.map(({ id, name }) => [id, name]));
  const start = definePage({
    method: 'GET',
    path: '/',
    permission: 'public',
    audit: 'none: in the demo it lists fictional people; elsewhere nobody',
    title: 'Start',
    handle: ({ caller, render }) =>
      render('start.njk', {
        goOn: caller && frame.homeOf(caller),
        demoPeople: site.demo
          ? (demoPeople ?? []).map((one) => ({ ...one, council: councils.get(one.council) ?? one.council }))
          : [],
        personas: shownPersonas(site),
      }),
  });
  const healthPage = definePage({
    method: 'GET',
    path: '/health',
    permission: 'public',
    audit: 'none: says which parts of the service are ready',
    title: 'Health',
    answersJson: true,
    async handle({ json }) {
      const checks = await health();
      const ready = checks.every(({ ok }) => ok);
      return json({ status: ready ? 'ready' : 'not ready', checks }, ready ? 200 : 503);
    },
  });
  const text = (path: LocalPath, title: string, view: string): Page =>
    definePage({
      method: 'GET',
      path,
      permission: 'public',
      audit: sameForAll,
      title,
      handle: ({ render }) => render(view),
    });
  return [
    start,
    healthPage,
    text('/phone-numbers', 'Phone numbers', 'phone-numbers.njk'),
    text('/accessibility', 'Accessibility statement', 'accessibility.njk'),
    text('/privacy', 'Privacy', 'privacy.njk'),
    text('/cookies', 'Cookies', 'cookies.njk'),
  ];
}
