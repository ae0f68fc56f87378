/** The demo's sign-in, page by page: the same code as a real one, in a browser of sorts. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Browser, localPath, signIn, startWeb } from './support/web.ts';
import type { RunningWeb } from './support/web.ts';

describe('the demo’s sign-in, page by page', () => {
  let web: RunningWeb;
  before(async () => {
    web = await startWeb();
  });
  after(() => web.close());

  it('signs a persona in through OpenID Connect, under a new session', async () => {
    const nia = await signIn(web.baseUrl, 'nia');
    const page = await nia.get('/');
    assert.match(page.text, /Nia Example/);
    assert.match(page.text, /Emergency nurse/);
    assert.match(page.text, /Kings Vale Hospital/);
    const rows = await web.db.sql.selectFrom('session').selectAll().where('user_id', 'like', '%|nia').execute();
    assert.equal(rows.length, 1);
    assert.equal(rows[0]?.authenticated_by, 'demo');
    assert.ok(!nia.cookie.includes(rows[0]?.session ?? '?'));
  });

  it('gives every persona the role of the configuration', async () => {
    for (const { id, name } of web.web.site.personas) {
      const page = await (await signIn(web.baseUrl, id)).get('/');
      assert.ok(page.text.includes(`<strong>${name}</strong>`), id);
    }
  });

  it('replaces a session id that was in the browser before (fixation)', async () => {
    const browser = new Browser(web.baseUrl);
    const planted = 'p'.repeat(43);
    browser.cookies.set('homeward', { value: planted, path: '/' });
    const nia = await signIn(web.baseUrl, 'nia', browser);
    assert.ok(!nia.cookie.includes(planted));
  });

  it('ends the first person’s session when a second signs in on the same computer', async () => {
    const browser = new Browser(web.baseUrl);
    const nia = await signIn(web.baseUrl, 'nia', browser);
    const omar = await signIn(web.baseUrl, 'omar', browser);
    assert.notEqual(omar.cookie, nia.cookie);
    assert.match((await omar.get('/')).text, /Omar Sample/);
    const copied = new Browser(web.baseUrl);
    copied.cookies.set('homeward', { value: nia.cookie.slice('homeward='.length), path: '/' });
    assert.doesNotMatch((await copied.get('/')).text, /Nia Example<\/strong>, Emergency nurse, /);
    assert.equal((await copied.get('/sign-in-again')).headers.get('location'), '/signed-out?why=idle');
  });

  it('asks who it is each time, whatever the last person left open', async () => {
    const browser = new Browser(web.baseUrl);
    const nia = await signIn(web.baseUrl, 'nia', browser);
    await browser.post('/sign-out', { _token: await nia.token() });
    const page = await browser.follow('/sign-in');
    assert.match(page.path, /^\/demo-sign-in\/interaction\//); // the only provider is gone to at once
    assert.match(page.text, /Choose who to be/);
  });

  it('signs in again as the same person, and nobody else', async () => {
    const nia = await signIn(web.baseUrl, 'nia');
    web.clock.advance(60_000);
    const page = await nia.browser.follow('/sign-in-again');
    assert.match(page.text, /Sign in again/);
    assert.match(page.text, /value="nia"/);
    assert.doesNotMatch(page.text, /value="omar"/);
    const chosen = await nia.browser.post(page.path, { persona: 'nia' });
    const done = await nia.browser.follow(localPath(chosen.headers.get('location') ?? '', web.baseUrl));
    assert.equal(done.status, 200);
    const row = await web.db.sql
      .selectFrom('session')
      .select('authenticated_at')
      .where('user_id', 'like', '%|nia')
      .orderBy('authenticated_at', 'desc')
      .executeTakeFirst();
    assert.ok(
      Math.abs(Number(row?.authenticated_at) - web.clock.now().getTime()) < 5_000,
      'the moment of proof did not move',
    );

    const again = await nia.browser.follow('/sign-in-again');
    const forged = await nia.browser.post(again.path, { persona: 'omar' });
    const refused = await nia.browser.follow(localPath(forged.headers.get('location') ?? '', web.baseUrl));
    assert.equal(refused.status, 400);
    assert.match(refused.text, /SIGN_IN_FAILED/);
    assert.match((await nia.get('/')).text, /Nia Example/);
  });

  it('lets nobody in by an address of another browser’s attempt', async () => {
    const victim = new Browser(web.baseUrl);
    const attacker = new Browser(web.baseUrl);
    const page = await attacker.follow('/sign-in');
    const chosen = await attacker.post(page.path, { persona: 'omar' });
    const resumed = await attacker.get(localPath(chosen.headers.get('location') ?? '', web.baseUrl));
    const callback = localPath(resumed.headers.get('location') ?? '', web.baseUrl);
    assert.match(callback, /^\/sign-in\/demo\/callback\?code=/);
    const reply = await victim.get(callback);
    assert.equal(reply.status, 400);
    assert.match(reply.text, /SIGN_IN_FAILED/);
    assert.equal(victim.cookies.has('homeward'), false);
  });

  it('takes too long after ten minutes', async () => {
    const browser = new Browser(web.baseUrl);
    const page = await browser.follow('/sign-in');
    const chosen = await browser.post(page.path, { persona: 'nia' });
    const resumed = await browser.get(localPath(chosen.headers.get('location') ?? '', web.baseUrl));
    web.clock.advance(600_000);
    const reply = await browser.get(localPath(resumed.headers.get('location') ?? '', web.baseUrl));
    assert.match(reply.text, /SIGN_IN_FAILED/);
  });

  it('chooses nobody who is not on the list', async () => {
    const browser = new Browser(web.baseUrl);
    const page = await browser.follow('/sign-in');
    for (const persona of ['', 'nobody', '__proto__'])
      assert.equal((await browser.post(page.path, { persona })).status, 400);
    assert.equal(
      (
        await browser.post(
          page.path,
          { persona: 'nia' },
          { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        )
      ).status,
      403,
    );
  });
});

describe('somebody with two roles', () => {
  let web: RunningWeb;
  before(async () => {
    web = await startWeb([], (_usual, site) => {
      const personas = [
        {
          id: 'both',
          name: 'Bo Both',
          about: 'has two roles',
          claims: { demo_role: ['emergency-nurse', 'privacy-officer'] },
        },
      ];
      return { site: { ...site, personas } };
    });
  });
  after(() => web.close());

  it('chooses one, is asked when none was chosen, and cannot take a third', async () => {
    const browser = new Browser(web.baseUrl);
    const page = await browser.follow('/sign-in');
    const chosen = await browser.post(page.path, { persona: 'both' });
    const asked = await browser.follow(localPath(chosen.headers.get('location') ?? '', web.baseUrl));
    assert.equal(asked.path, '/sign-in/role');
    assert.match(asked.text, /Emergency nurse/);
    assert.match(asked.text, /Privacy officer/);
    assert.equal(browser.cookies.has('homeward'), false);

    const none = await browser.post('/sign-in/role', {});
    assert.equal(none.status, 400);
    assert.match(none.text, /Select a role/);
    assert.match(none.text, /<title>Error: /);
    assert.equal((await browser.post('/sign-in/role', { choice: '2' })).status, 403);

    const done = await browser.post('/sign-in/role', { choice: '1' });
    assert.equal(done.status, 303);
    assert.match((await browser.get('/')).text, /Privacy officer/);
    // The sealed choice is gone with the first use.
    assert.match((await browser.post('/sign-in/role', { choice: '0' })).text, /SIGN_IN_FAILED/);
  });
});
