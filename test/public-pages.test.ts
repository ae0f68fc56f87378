/** Pages that anybody may read, and the templates of all. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { demoPeople } from '../src/demo/people.ts';
import { escapeHtml, hoursText, phoneLinkHtml } from '../src/web/filters.ts';
import { testPages } from './support/frame-pages.ts';
import { Browser, signIn, startWeb } from './support/web.ts';
import type { RunningWeb, SignedIn } from './support/web.ts';

let web: RunningWeb;
let nia: SignedIn;
before(async () => {
  web = await startWeb(testPages, ({ clock }) => ({ demoPeople: demoPeople(clock.now()) }));
  nia = await signIn(web.baseUrl, 'nia');
});
after(() => web.close());

const get = (path: string): ReturnType<Browser['get']> => new Browser(web.baseUrl).get(path);

describe('public pages', () => {
  const paths = [
    '/',
    '/phone-numbers',
    '/accessibility',
    '/privacy',
    '/cookies',
    '/signed-out',
    '/signed-out?why=idle',
    '/signed-out?why=fault',
    '/nothing',
  ];
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended'],
    rules: {
      // NHS.UK frontend writes its own markup so.
      'no-trailing-whitespace': 'off',
      'no-redundant-role': 'off',
      'prefer-native-element': 'off',
      'doctype-style': 'off',
      'attribute-empty-style': 'off',
      'void-style': 'off',
      'no-inline-style': 'error',
      'long-title': 'off',
      'tel-non-breaking': 'off',
    },
  });

  it('are valid HTML', async () => {
    for (const path of paths) {
      const report = await validator.validateString((await get(path)).text);
      assert.deepEqual(
        report.results.flatMap(({ messages }) =>
          messages.map(({ ruleId, message, line }) => `${path}:${line} ${ruleId} ${message}`),
        ),
        [],
      );
    }
  });

  it('are valid HTML for somebody signed in, and where a persona or a role is chosen', async () => {
    const pages = [(await nia.get('/nurse')).text, (await new Browser(web.baseUrl).follow('/sign-in')).text];
    for (const page of pages) {
      const report = await validator.validateString(page);
      assert.deepEqual(
        report.results.flatMap(({ messages }) =>
          messages.map(({ ruleId, message, line }) => `${line} ${ruleId} ${message}`),
        ),
        [],
      );
    }
  });

  it('have one heading of the first level, a way past the header, and links to what the law asks', async () => {
    for (const path of paths) {
      const { text } = await get(path);
      assert.equal(text.match(/<h1/g)?.length, 1, path);
      assert.match(text, /class="nhsuk-skip-link"[^>]*href="#maincontent"/);
      for (const link of ['/phone-numbers', '/accessibility', '/privacy', '/cookies'])
        assert.ok(text.includes(`href="${link}"`), link);
    }
  });

  it('say honestly what has not been done', async () => {
    assert.match((await get('/accessibility')).text, /has not yet been audited by people/);
  });

  it('name every cookie that is set, and no other', async () => {
    const text = (await get('/cookies')).text;
    const browser = new Browser(web.baseUrl);
    await signIn(web.baseUrl, 'nia', browser);
    await browser.get('/sign-in/demo');
    const own = [...browser.cookies].filter(([, { path }]) => path === '/').map(([name]) => name);
    assert.deepEqual(own.sort(), ['homeward', 'homeward-sign-in']);
    for (const name of own) assert.ok(text.includes(`</span>${name}</td>`), name);
  });

  it('list the demo’s people and personas on its start page', async () => {
    const { text } = await get('/');
    for (const { nhsNumber, note } of demoPeople(web.clock.now()).slice(0, 5)) {
      assert.ok(text.includes(nhsNumber.replace(/(\d{3})(\d{3})(\d{4})/, '$1\u00a0$2\u00a0$3')));
      assert.ok(text.includes(escapeHtml(note)) || text.includes(note));
    }
    for (const { name } of web.web.site.personas) assert.ok(text.includes(name));
  });

  it('tell whether the service is ready', async () => {
    const reply = await get('/health');
    assert.equal(reply.status, 200);
    assert.deepEqual(JSON.parse(reply.text), { status: 'ready', checks: [{ name: 'database', ok: true }] });
    const running = await startWeb([], () => ({
      health: async () => [{ name: 'database', ok: false, detail: 'cannot be reached' }],
    }));
    const unready = await new Browser(running.baseUrl).get('/health');
    assert.equal(unready.status, 503);
    assert.equal(JSON.parse(unready.text).status, 'not ready');
    await running.close();
  });

  it('give the number for the hour: night at six in the morning, day at noon', async () => {
    const running = await startWeb();
    const now = async (): Promise<string> =>
      /Now: .*?tel:(\d+)/s.exec((await new Browser(running.baseUrl).get('/phone-numbers')).text)?.[1] ?? '';
    assert.equal(await now(), '01632960201');
    running.clock.advance(6 * 3_600_000);
    assert.equal(await now(), '01632960200');
    await running.close();
  });
});

describe('templates', () => {
  const folder = join(import.meta.dirname, '../src/web/views');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk'));

  it('never switch escaping off, and hold no script or style of their own', () => {
    assert.ok(files.length > 10);
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8');
      assert.doesNotMatch(text, /\|\s*safe\b|autoescape false|<script(?![^>]*src=)|\sstyle=|\son[a-z]+=/, name);
    }
  });

  it('give every form its token', () => {
    // Where nobody is signed in yet there is none: the page must say why, and the form must come from it.
    const before = ['choose-role.njk', 'demo-personas.njk', 'provider-sign-in.njk', 'provider-code.njk', 'provider-link.njk', 'provider-place.njk', 'provider-invitation.njk']; // prettier-ignore
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8');
      const forms = text.match(/<form[^>]*method="post"/g)?.length ?? 0;
      const tokens = text.match(/name="_token"/g)?.length ?? 0;
      if (before.includes(name)) continue;
      assert.ok(tokens >= forms, name);
    }
  });

  it('write what people typed as text', () => {
    assert.equal(escapeHtml(`<a href='x'>"&`), '&#60;a href=&#39;x&#39;&#62;&#34;&#38;');
    assert.equal(phoneLinkHtml('<script>1</script>'), '&#60;script&#62;1&#60;/script&#62;');
    assert.equal(phoneLinkHtml('01632 960201'), '<a class="hw-tel" href="tel:01632960201">01632\u00a0960\u00a0201</a>');
    assert.equal(phoneLinkHtml(null), 'no number recorded');
  });

  it('write office hours as people read them, and as given where they cannot be read', () => {
    assert.equal(
      hoursText('Mon-Thu 08:30-17:00; Fri 08:30-16:30'),
      'Monday to Thursday, 8:30am to 5pm; Friday, 8:30am to 4:30pm',
    );
    assert.equal(hoursText('24 hours'), '24 hours');
    assert.equal(hoursText('Foo-Fri 08:30-17:00'), 'Foo-Fri 08:30-17:00');
  });
});
