/** The frame around every page: the order of safety, shown from outside. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { HomewardError } from '../src/domain/error.ts';
import { idleLimit } from '../src/services/sessions.ts';
import { mountedRoutes } from '../src/web/mount.ts';
import { definePage } from '../src/web/page.ts';
import type { LocalPath, Page, PageRequest, PageResult } from '../src/web/page.ts';
import { buildServer } from '../src/web/server.ts';
import { stylesheet } from '../src/web/stylesheet.ts';
import { none, phones, postSlowly, raw, seen, testPages } from './support/frame-pages.ts';
import { refusedWith } from './support/refused.ts';
import { Browser, signIn, startWeb } from './support/web.ts';
import type { RunningWeb, SignedIn } from './support/web.ts';

let web: RunningWeb;
let nia: SignedIn;
before(async () => {
  web = await startWeb(testPages);
  nia = await signIn(web.baseUrl, 'nia');
});
after(() => web.close());

const get = (path: string): ReturnType<Browser['get']> => new Browser(web.baseUrl).get(path);

describe('every answer', () => {
  it('bounds what the browser may do with it', async () => {
    for (const path of ['/', '/health', '/nothing', '/explodes', '/demo-sign-in/.well-known/openid-configuration']) {
      const { headers } = await get(path);
      const csp = headers.get('content-security-policy') ?? '';
      for (const rule of [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]) {
        assert.ok(csp.split(';').includes(rule), `${path}: ${rule} in ${csp}`);
      }
      assert.match(csp, /script-src 'self' 'nonce-[\w+/=]{22,}'/);
      assert.doesNotMatch(csp, /unsafe|\*|http|upgrade-insecure/);
      assert.match(headers.get('cache-control') ?? '', /no-store/);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('x-robots-tag') ?? '', /noindex/);
      assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/);
      assert.equal(headers.has('strict-transport-security'), false);
      assert.equal(headers.has('server') || headers.has('x-powered-by'), false);
    }
  });

  it('has a nonce of its own, which its one inline script carries', async () => {
    const nonces = new Set<string>();
    for (let time = 0; time < 3; time++) {
      const { headers, text } = await get('/');
      const nonce = /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? '';
      assert.deepEqual(
        [...text.matchAll(/<script(?![^>]*\bsrc=)[^>]*>/g)].map(([tag]) => tag),
        [`<script nonce="${nonce}">`],
      );
      nonces.add(nonce);
    }
    assert.equal(nonces.size, 3);
  });

  it('over https has strict transport, upgraded requests and a cookie bound to the host', async () => {
    const server = await buildServer({
      ...web.web,
      baseUrl: 'https://homeward.example',
      site: { ...web.web.site, demo: false },
    });
    const { headers } = await server.inject({ url: '/' });
    assert.match(String(headers['strict-transport-security']), /max-age=63072000; includeSubDomains/);
    assert.match(String(headers['content-security-policy']), /upgrade-insecure-requests/);
    const cleared = await server.inject({ url: '/nurse', headers: { cookie: '__Host-homeward=x' } });
    assert.match(String(cleared.headers['set-cookie']), /^__Host-homeward=;.*Path=\/;.*HttpOnly; Secure; SameSite=Lax/);
    assert.doesNotMatch(String(cleared.headers['set-cookie']), /Domain/i);
    await server.close();
  });

  it('loads nothing from another site', async () => {
    assert.doesNotMatch(stylesheet(), /https?:\/\/(?!www\.w3\.org)/);
    for (const path of ['/', '/cookies', '/signed-out']) {
      for (const [, address] of (await get(path)).text.matchAll(/(?:src|href|action)="([^"]*)"/g))
        assert.match(address ?? '', /^(\/|#|tel:)/);
    }
  });

  it('has the demo’s banner on a demo, and never on a real site', async () => {
    for (const path of ['/', '/nothing', '/phone-numbers', '/signed-out'])
      assert.match((await get(path)).text, /fictional people. Not for real patients/);
    const server = await buildServer({
      ...web.web,
      baseUrl: 'https://homeward.example',
      site: { ...web.web.site, demo: false },
    });
    const page = await server.inject({ url: '/' });
    assert.doesNotMatch(page.body, /fictional|invented|BARBARA|HOLMES|Nia Example/);
    await server.close();
  });

  it('shows the NHS logo only where the site says so', async () => {
    assert.doesNotMatch((await get('/')).text, /nhsuk-header__logo/);
    const server = await buildServer({ ...web.web, site: { ...web.web.site, nhsLogo: true } });
    assert.match(
      (await server.inject({ url: '/', headers: { host: new URL(web.baseUrl).host } })).body,
      /nhsuk-header__logo/,
    );
    await server.close();
  });
});

describe('who may see a page', () => {
  it('is decided before a byte of the body is parsed', async () => {
    const before = seen.parsed;
    const reply = await postSlowly(web, '/nurse', 10 * 1024 * 1024, {});
    assert.equal(reply.status, 403);
    const anonymous = await postSlowly(web, '/nurse', 10 * 1024 * 1024, {
      origin: web.baseUrl,
      'sec-fetch-site': 'same-origin',
    });
    assert.equal(anonymous.status, 401);
    assert.ok(anonymous.sent < 8 * 1024 * 1024, `${anonymous.sent} bytes were read`);
    const wrongRole = await postSlowly(web, '/upload', 10 * 1024 * 1024, { origin: web.baseUrl, cookie: nia.cookie });
    assert.equal(wrongRole.status, 403);
    assert.equal(seen.parsed, before);
  });

  it('sends a stranger who reads to sign in, and a stranger who writes a refusal', async () => {
    const read = await get('/nurse');
    assert.equal(read.status, 303);
    assert.equal(read.headers.get('location'), '/sign-in');
    const written = await new Browser(web.baseUrl).post('/nurse', { nhsNumber: '1' });
    assert.equal(written.status, 401);
    assert.match(written.text, /What you sent was not used/);
  });

  it('sends people of care providers to their own sign-in, and everybody else to theirs', async () => {
    const page = (path: LocalPath, permission: 'answer-notices' | 'look-up'): Page =>
      definePage({ method: 'GET', path, permission, audit: 'none: says nothing', title: 'Inbox', handle: ({ render }) => render('start.njk', {}) }); // prettier-ignore
    const pages = [page('/inbox', 'answer-notices'), page('/find', 'look-up')];
    const own = await startWeb(pages, () => ({ emailSignIn: true }));
    try {
      const to = async (path: string): Promise<string | null> => (await new Browser(own.baseUrl).get(path)).headers.get('location'); // prettier-ignore
      assert.equal(await to('/inbox'), '/provider/sign-in');
      assert.equal(await to('/find'), '/sign-in/demo', 'not a page more than without');
      const choice = await new Browser(own.baseUrl).get('/sign-in');
      assert.equal(choice.status, 200, 'somebody of a provider is not led to the hospital’s sign-in');
      assert.match(choice.text, /href="\/sign-in\/demo"[^]*href="\/provider\/sign-in"/);
      assert.match((await new Browser(own.baseUrl).get('/signed-out?why=idle')).text, /href="\/sign-in\/demo"[^]*href="\/provider\/sign-in"/); // prettier-ignore
    } finally {
      await own.close();
    }
  });

  it('refuses a role without the permission', async () => {
    const owen = await signIn(web.baseUrl, 'owen');
    assert.equal((await owen.get('/nurse')).status, 403);
    assert.equal((await owen.post('/nurse', { nhsNumber: '1' })).status, 403);
    assert.equal((await owen.get('/watch')).status, 200);
    assert.equal((await nia.get('/watch')).status, 403);
  });

  it('shapes the menu, and where the person lands', async () => {
    assert.equal(nia.landed, '/nurse');
    const page = (await nia.get('/nurse')).text;
    assert.match(page, /aria-current="page"[^>]*><strong[^>]*>Nurses/);
    assert.doesNotMatch(page, /href="\/watch"/);
    const owen = await signIn(web.baseUrl, 'owen');
    assert.equal(owen.landed, '/watch');
    assert.doesNotMatch((await owen.get('/watch')).text, /href="\/nurse"/);
  });

  it('is always beside who they are: name, role, team and organisation', async () => {
    for (const path of ['/nurse', '/', '/cookies', '/nothing', '/explodes']) {
      const { text } = await nia.get(path);
      const words = text.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');
      assert.match(words, /Nia Example, Emergency nurse, Emergency department, Kings Vale Hospital/);
      assert.match(text, /action="\/sign-out" method="post"/);
    }
  });
});

describe('the end of a session', () => {
  it('by time takes a reader to a page that says so, and forgets the cookie', async () => {
    const running = await startWeb(testPages);
    const omar = await signIn(running.baseUrl, 'omar');
    const token = await omar.token();
    running.clock.advance(idleLimit);
    const reply = await omar.get('/nurse');
    assert.equal(reply.status, 303);
    assert.equal(reply.headers.get('location'), '/signed-out?why=idle');
    assert.equal(omar.browser.cookies.has('homeward'), false);
    const page = await omar.get('/signed-out?why=idle');
    assert.match(page.text, /ends after 15 minutes without use/);
    for (const phone of phones) assert.ok(page.text.includes(phone));
    omar.browser.cookies.set('homeward', { value: omar.cookie.slice(9), path: '/' });
    assert.equal((await omar.browser.post('/nurse', { _token: token, nhsNumber: '1' })).status, 401);
    await running.close();
  });

  it('by the person opens nothing afterwards, not even with the old cookie', async () => {
    const omar = await signIn(web.baseUrl, 'omar');
    const reply = await omar.post('/sign-out');
    assert.equal(reply.headers.get('location'), '/signed-out');
    omar.browser.cookies.set('homeward', { value: omar.cookie.slice(9), path: '/' });
    assert.equal((await omar.get('/nurse')).headers.get('location'), '/signed-out?why=idle');
  });

  it('leaves the person out of the computer also when nothing can be recorded', async () => {
    const running = await startWeb(testPages, ({ sessions }) => ({
      sessions: { ...sessions, end: () => Promise.reject(new HomewardError('AUDIT_NOT_WRITTEN')) },
    }));
    const omar = await signIn(running.baseUrl, 'omar');
    assert.equal((await omar.post('/sign-out')).headers.get('location'), '/signed-out?why=fault');
    assert.equal(omar.browser.cookies.has('homeward'), false);
    await running.close();
  });

  it('is told to the page, warned of two minutes before, and moved by staying', async () => {
    const running = await startWeb(testPages);
    const omar = await signIn(running.baseUrl, 'omar');
    running.clock.advance(600_000);
    const before = Number(/data-idle-seconds="(\d+)"/.exec((await omar.get('/nurse')).text)?.[1]);
    assert.equal(before, 900);
    assert.match((await omar.get('/nurse')).text, /data-warn-seconds="120"/);
    const token = await omar.token();
    running.clock.advance(800_000);
    const extended = await omar.browser.post('/session/extend', { _token: token });
    assert.deepEqual(JSON.parse(extended.text), { idleSeconds: 900 });
    assert.equal((await omar.browser.post('/session/extend', { _token: 'x' })).status, 403);
    running.clock.advance(900_000);
    const late = await omar.browser.post('/session/extend', { _token: token });
    assert.equal(late.status, 401);
    assert.equal(JSON.parse(late.text).error, 'NOT_SIGNED_IN');
    await running.close();
  });
});

describe('a page definition', () => {
  const page = {
    method: 'GET',
    path: '/x',
    permission: 'public',
    audit: none,
    title: 'X',
    handle: ({ json }: PageRequest): PageResult => json({}),
  } as const;

  it('is refused when it contradicts itself', () => {
    for (const [changes, words] of [
      [{ method: 'POST' }, /must say why it needs no token/],
      [{ parse: z.object({}) }, /takes no form/],
      [{ path: '/x/:id' }, /needs a schema/],
      [{ path: '/x/*' }, /needs a schema/],
      [{ audit: 'none: ' }, /needs a reason/],
      [{ audit: 'none: n/a' }, /needs a reason/],
      [{ navigation: { text: 'X', order: 1 } }, /stands in the menu/],
    ] as const) {
      assert.throws(() => definePage({ ...page, ...changes } as never), words);
    }
  });

  it('is the only thing that can be put on the server', async () => {
    const defined = definePage(page);
    assert.ok(defined);
    await assert.rejects(
      buildServer({ ...web.web, pages: [{ ...page } as never] }),
      /is not a page: make it with definePage/,
    );
    await assert.rejects(
      buildServer({ ...web.web, pages: [{ ...defined, permission: 'public' } as never] }),
      /is not a page/,
    );
    const server = await buildServer(web.web);
    assert.throws(() => server.get('/sneaked-in', () => 'hello'), /GET \/sneaked-in is not a page/);
    assert.throws(
      () =>
        server.route({ method: 'GET', url: '/sneaked-in', handler: () => 'hello', config: { page: defined } as never }),
      /is not a page/,
    );
    await server.close();
  });

  it('is listed with its permission and audit event, every one of them', () => {
    const routes = mountedRoutes(web.server);
    assert.ok(routes.length > 20);
    for (const { method, path, permission, audit } of routes) {
      assert.ok(['GET', 'POST'].includes(method));
      assert.ok(permission.length > 0 && audit.length > 0, path);
    }
    const open = routes.filter(({ permission, path }) => permission === 'public' && !testPages.some((one) => one.path === path)).map(({ method, path }) => `${method} ${path}`); // prettier-ignore
    assert.deepEqual(open.sort(), [
      'GET /',
      'GET /accessibility',
      'GET /assets/:file',
      'GET /cookies',
      'GET /demo-sign-in/*',
      'GET /demo-sign-in/interaction/:uid',
      'GET /health',
      'GET /phone-numbers',
      'GET /privacy',
      'GET /sign-in',
      'GET /sign-in/:provider',
      'GET /sign-in/:provider/callback',
      'GET /sign-in/role',
      'GET /signed-out',
      'POST /demo-sign-in/*',
      'POST /demo-sign-in/interaction/:uid',
      'POST /sign-in/:provider/back-channel',
      'POST /sign-in/role',
    ]);
  });

  it('is not the demo’s sign-in on a real site, nor on an address others can use', async () => {
    const server = await buildServer({
      ...web.web,
      baseUrl: 'https://homeward.example',
      site: { ...web.web.site, demo: false },
    });
    assert.ok(!mountedRoutes(server).some(({ path }) => path.startsWith('/demo-sign-in')));
    await server.close();
    await assert.rejects(
      buildServer({ ...web.web, baseUrl: 'http://homeward.example' }),
      refusedWith('CONFIG_DEMO_EXPOSED'),
    );
  });

  it('allows no title but its own, so that none can hold a patient', async () => {
    assert.match((await get('/other-title?title=Another%20title')).text, /<title>Another title – Homeward/);
    const reply = await get('/other-title?title=HOLMES');
    assert.equal(reply.status, 500);
    assert.doesNotMatch(reply.text, /HOLMES/);
  });

  it('redirects within this server only', async () => {
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'evil', '']) {
      const reply = await get(`/away?to=${encodeURIComponent(to)}`);
      assert.equal(reply.status, 500, to);
      assert.equal(reply.headers.has('location'), false);
    }
    assert.equal((await get('/away?to=/find')).headers.get('location'), '/find');
  });

  it('downloads under a harmless name', async () => {
    const reply = await get('/download');
    assert.equal(reply.headers.get('content-disposition'), 'attachment; filename="quaran-tine--.csv"');
    assert.equal(reply.text, 'a,b\n');
  });
});

describe('the demo’s door', () => {
  it('answers under its own name only, so that no other name leads here', async () => {
    const port = new URL(web.baseUrl).port;
    const reply = await raw(web, `GET /nurse HTTP/1.1`, `evil.example:${port}`);
    assert.match(reply, /^HTTP\/1\.1 303/);
    assert.ok(reply.includes(`location: ${web.baseUrl}`));
    assert.match(await raw(web, 'POST /sign-out HTTP/1.1', `evil.example:${port}`), /^HTTP\/1\.1 400/);
    assert.match(await raw(web, 'GET /health HTTP/1.1', `127.0.0.1:${port}`), /^HTTP\/1\.1 200/);
  });
});

describe('assets', () => {
  it('are kept for ever under an address that changes with them', async () => {
    const { text } = await get('/');
    const addresses = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, address]) => address ?? '');
    assert.equal(addresses.length, 3);
    for (const address of addresses) {
      const { status, headers, text: body } = await get(address);
      assert.equal(status, 200);
      assert.match(headers.get('cache-control') ?? '', /immutable/);
      assert.ok(address.includes(createHash('sha256').update(body).digest('hex').slice(0, 16)), address);
    }
  });

  it('reach the script that ours builds on', async () => {
    const { text } = await get('/');
    const script = /src="(\/assets\/homeward-[^"]+)"/.exec(text)?.[1] ?? '';
    const frontend = /from '\.\/(nhsuk-[\w.]+)'/.exec((await get(script)).text)?.[1];
    assert.equal((await get(`/assets/${frontend}`)).status, 200);
  });
});
