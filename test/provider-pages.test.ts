/** The pages of care providers' own people, from outside: what a scanner, a forger or a thief of cookies gets from them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { larkfield, providerHouse, register, willowbrook } from './support/providers.ts';
import type { ProviderHouse } from './support/providers.ts';
import { Browser, signIn, startWeb } from './support/web.ts';
import type { Reply, RunningWeb } from './support/web.ts';

let web: RunningWeb;
let house: ProviderHouse;
before(async () => {
  web = await startWeb((db, clock) => (house = providerHouse(db, clock)).pages());
});
after(() => web.close());

const address = (): string => `${randomBytes(6).toString('hex')}@larkfield.example`;
const newBrowser = (): Browser => new Browser(web.baseUrl);

async function ask(browser: Browser, email: string): Promise<Reply> {
  const reply = await browser.post('/provider/sign-in', { email });
  await house.post();
  return reply;
}

/** Signs somebody in by the link of a letter. */
async function enter(email: string, browser = newBrowser()): Promise<Browser> {
  await ask(browser, email);
  const reply = await browser.post(house.newest(email).path, {});
  assert.equal(reply.status, 303);
  assert.equal(reply.headers.get('location'), '/inbox');
  return browser;
}

const sessionOf = (browser: Browser): string | undefined => browser.cookies.get('homeward')?.value;

async function post(browser: Browser, path: string, fields: Record<string, string> = {}): Promise<Reply> {
  return browser.post(path, { _token: await browser.token('/phone-numbers'), ...fields });
}

describe('asking for a letter', () => {
  it('answers a known and an unknown address alike, to the byte', async () => {
    const known = address();
    await register(web.db, known);
    const seen: string[] = [];
    for (const email of [known, address()]) {
      const browser = newBrowser();
      const asked = await ask(browser, email);
      const page = await browser.get('/provider/sign-in/code');
      const cookies = [...browser.cookies].map(([name, { value }]) => `${name} ${value.length}`);
      const plain = (text: string): string => text.replace(/nonce="[^"]+"/g, '');
      seen.push(JSON.stringify([asked.status, asked.headers.get('location'), asked.text, cookies, plain(page.text)]));
    }
    assert.equal(seen[0], seen[1]);
  });

  it('says what is wrong with what is no address', async () => {
    for (const email of ['', 'petra', 'a b@c.example', 'x@y', `${'a'.repeat(250)}@b.example`, 'Ꭰ@larkfield.example']) {
      const reply = await newBrowser().post('/provider/sign-in', { email });
      assert.equal(reply.status, 422);
      assert.match(reply.text, /Enter an email address in the correct format/);
    }
  });

  it('is refused with 429 from one client, and the phone numbers stay', async () => {
    let last: Reply | null = null;
    for (let time = 0; time < 31; time++) last = await newBrowser().post('/provider/sign-in', { email: address() });
    assert.equal(last?.status, 429);
    assert.match(last?.text ?? '', /Too many emails/);
    web.clock.advance(2 * 3_600_000);
  });
});

describe('the link', () => {
  it('is not spent by scanners that open it, however often', async () => {
    const email = address();
    await register(web.db, email);
    await ask(newBrowser(), email);
    const { path } = house.newest(email);
    for (let time = 0; time < 5; time++) {
      const scanner = newBrowser();
      const reply = await scanner.get(path, { 'user-agent': 'scanner' });
      assert.equal(reply.status, 200);
      assert.equal(sessionOf(scanner), undefined);
      assert.match(reply.text, /Press the button to sign in/);
      assert.match(reply.headers.get('cache-control') ?? '', /no-store/);
      assert.equal(reply.headers.get('referrer-policy'), 'no-referrer');
      assert.doesNotMatch(reply.text, new RegExp(email));
    }
    const reader = newBrowser();
    assert.equal((await reader.post(path, {})).status, 303);
    assert.ok(sessionOf(reader));
    const replay = newBrowser();
    const again = await replay.post(path, {});
    assert.equal(again.status, 410);
    assert.match(again.text, /can no longer be used/);
    assert.equal(sessionOf(replay), undefined);
  });

  it('cannot be spent by another site’s form, nor by a request that no page made', async () => {
    const email = address();
    await register(web.db, email);
    await ask(newBrowser(), email);
    const { path } = house.newest(email);
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'none' },
    ]) {
      assert.equal((await newBrowser().post(path, {}, headers)).status, 403);
    }
    assert.equal((await newBrowser().post(path, {})).status, 303, 'it is still good');
  });

  it('opened is one page, whatever the token: nobody learns from it which are good', async () => {
    const email = address();
    await register(web.db, email);
    await ask(newBrowser(), email);
    const plain = (text: string): string => text.replace(/nonce="[^"]+"/g, '');
    const good = await newBrowser().get(house.newest(email).path);
    const made = await newBrowser().get(`/provider/sign-in/link/${randomBytes(32).toString('base64url')}`);
    assert.equal(plain(good.text), plain(made.text));
  });

  it('stands in no log', async () => {
    const email = address();
    await register(web.db, email);
    const browser = await enter(email);
    const { token, code } = house.newest(email);
    assert.ok(sessionOf(browser));
    // Without the ids of requests: six digits of a code stand in one by chance sooner or later.
    const log = web.log().replaceAll(/"request":"[^"]*"/g, '');
    for (const secret of [token, email, code]) assert.ok(!log.includes(secret));
    assert.match(web.log(), /provider\/sign-in\/link\/:token/);
  });
});

describe('the code', () => {
  it('lets in who asked, and tells the others nothing', async () => {
    const email = address();
    await register(web.db, email);
    const browser = newBrowser();
    await ask(browser, email);
    const { code } = house.newest(email);
    const other = newBrowser();
    await ask(other, address());
    assert.equal((await other.post('/provider/sign-in/code', { code })).status, 422);
    assert.equal((await newBrowser().post('/provider/sign-in/code', { code })).status, 410);
    const reply = await browser.post('/provider/sign-in/code', { code });
    assert.equal(reply.headers.get('location'), '/inbox');
    assert.ok(sessionOf(browser));
  });

  it('is void after five tries', async () => {
    const email = address();
    await register(web.db, email);
    const browser = newBrowser();
    await ask(browser, email);
    const { code } = house.newest(email);
    const wrong = code === '111111' ? '222222' : '111111';
    const statuses: number[] = [];
    for (let time = 0; time < 5; time++)
      statuses.push((await browser.post('/provider/sign-in/code', { code: wrong })).status);
    assert.deepEqual(statuses, [422, 422, 422, 422, 410]);
    assert.equal((await browser.post('/provider/sign-in/code', { code })).status, 410);
  });

  it('does not work with a cookie that was made up or altered', async () => {
    const email = address();
    await register(web.db, email);
    const browser = newBrowser();
    await ask(browser, email);
    const { code } = house.newest(email);
    const cookie = browser.cookies.get('homeward-sign-in');
    assert.ok(cookie);
    // In the middle: of the last letters some bits say nothing, and by chance they are the same already.
    const [half, letter] = [cookie.value.length >> 1, cookie.value.at(cookie.value.length >> 1)];
    const altered = `${cookie.value.slice(0, half)}${letter === 'A' ? 'B' : 'A'}${cookie.value.slice(half + 1)}`;
    browser.cookies.set('homeward-sign-in', { ...cookie, value: altered });
    assert.equal((await browser.post('/provider/sign-in/code', { code })).status, 410);
  });
});

describe('a session', () => {
  it('gets a new id, whatever cookie the browser had (session fixation)', async () => {
    const email = address();
    await register(web.db, email);
    const browser = newBrowser();
    const planted = randomBytes(32).toString('base64url');
    browser.cookies.set('homeward', { value: planted, path: '/' });
    await enter(email, browser);
    assert.notEqual(sessionOf(browser), planted);
    const thief = newBrowser();
    thief.cookies.set('homeward', { value: planted, path: '/' });
    assert.equal((await thief.get('/provider')).status, 303);
    web.clock.advance(2 * 3_600_000);
  });

  it('ends the one before it in the same browser', async () => {
    const [first, second] = [address(), address()];
    await register(web.db, first);
    await register(web.db, second, larkfield, 'provider-manager', 'Mona Sample');
    const browser = await enter(first);
    const former = sessionOf(browser) ?? '';
    await enter(second, browser);
    assert.equal((await web.web.sessions.find(former)).is, 'unknown');
    assert.match((await browser.get('/provider')).text, /Mona Sample/);
  });

  it('of a coordinator opens no page of a manager, nor of hospital and council', async () => {
    const email = address();
    await register(web.db, email);
    const browser = await enter(email);
    for (const path of ['/provider', '/provider/contact', '/provider/rota', '/provider/people', '/providers'])
      assert.equal((await browser.get(path)).status, 403, path);
    for (const path of ['/provider/contact', '/provider/rota', '/provider/people', '/providers'])
      assert.equal((await post(browser, path)).status, 403, path);
  });

  it('needs its own token with every form', async () => {
    const email = address();
    await register(web.db, email, larkfield, 'provider-manager');
    const browser = await enter(email);
    const form = { email: address(), role: 'provider-manager' };
    assert.equal((await browser.post('/provider/people', form)).status, 403);
    assert.equal((await browser.post('/provider/people', { ...form, _token: 'x'.repeat(43) })).status, 403);
    assert.equal((await post(browser, '/provider/people', form)).status, 303);
  });

  it('of somebody with several places begins where they say they work', async () => {
    const email = address();
    await register(web.db, email, larkfield, 'provider-coordinator');
    await register(web.db, email, willowbrook, 'provider-manager');
    const browser = newBrowser();
    await ask(browser, email);
    const reply = await browser.post(house.newest(email).path, {});
    assert.equal(reply.headers.get('location'), '/provider/sign-in/place');
    assert.equal(sessionOf(browser), undefined);
    assert.match((await browser.get('/provider/sign-in/place')).text, /Willowbrook Day Centre/);
    for (const choice of ['', '2', '-1', 'x'])
      assert.equal((await browser.post('/provider/sign-in/place', { choice })).status, 422);
    assert.equal((await browser.post('/provider/sign-in/place', { choice: '1' })).status, 303);
    assert.match((await browser.get('/provider')).text, /Willowbrook Day Centre/);
  });

  it('cannot be let in a second time by a copy of what their browser kept', async () => {
    const email = address();
    await register(web.db, email, larkfield);
    await register(web.db, email, willowbrook);
    const browser = newBrowser();
    await ask(browser, email);
    await browser.post(house.newest(email).path, {});
    const thief = newBrowser();
    thief.cookies.set('homeward-sign-in', { ...browser.cookies.get('homeward-sign-in')! });
    assert.equal((await browser.post('/provider/sign-in/place', { choice: '0' })).headers.get('location'), '/inbox');
    await post(browser, '/sign-out');
    const again = await thief.post('/provider/sign-in/place', { choice: '1' });
    assert.equal(again.headers.get('location'), '/provider/sign-in');
    assert.equal(sessionOf(thief), undefined);
  });

  it('shows no organisation’s id in the header', async () => {
    const email = address();
    await register(web.db, email, larkfield, 'provider-manager');
    const { text } = await (await enter(email)).get('/provider');
    assert.match(text, /Larkfield Home Care/);
    assert.doesNotMatch(text, /cqc:/);
  });
});

describe('a browser in which somebody signed in', () => {
  it('gets a letter though strangers have used up theirs, and holds neither address nor name (H08)', async () => {
    const email = address();
    await register(web.db, email);
    const browser = await enter(email);
    const known = browser.cookies.get('homeward-known')?.value ?? '';
    assert.match(known, /^[\w-]{60,}$/);
    assert.ok(!Buffer.from(known, 'base64url').toString('latin1').includes(email));
    await post(browser, '/sign-out');
    assert.equal(browser.cookies.get('homeward-known')?.value, known, 'signing out keeps it');
    for (let time = 0; time < 8; time++) await ask(newBrowser(), email);
    const sent = house.letters.length;
    await ask(newBrowser(), email);
    assert.equal(house.letters.length, sent);
    await ask(browser, email);
    assert.equal(house.letters.length, sent + 1);
    // It opens nothing.
    const thief = newBrowser();
    thief.cookies.set('homeward-sign-in', { ...browser.cookies.get('homeward-known')! });
    assert.equal((await thief.get('/provider/sign-in/place')).headers.get('location'), '/provider/sign-in');
    assert.equal((await thief.get('/provider')).status, 303);
  });
});

describe('people', () => {
  it('are put out at once when their access ends, and only by a manager of their own organisation', async () => {
    const [managerAt, email, strangerAt] = [address(), address(), address()];
    await register(web.db, managerAt, larkfield, 'provider-manager', 'Mona Sample');
    const person = await register(web.db, email);
    await register(web.db, strangerAt, willowbrook, 'provider-manager', 'Stella Sample');
    const [manager, coordinator, stranger] = [await enter(managerAt), await enter(email), await enter(strangerAt)];
    assert.equal((await post(stranger, `/provider/people/${person}/disable`)).status, 404);
    assert.equal((await post(stranger, `/provider/people/${person}/role`, { role: 'provider-manager' })).status, 404);
    assert.equal((await post(manager, `/provider/people/${person}/disable`)).status, 303);
    assert.equal((await coordinator.get('/provider')).headers.get('location'), '/signed-out?why=idle');
    assert.match((await manager.get('/provider/people')).text, /No longer has access/);
  });

  it('keep one manager: the last cannot leave or step down', async () => {
    const place = { organisation: 'cqc:1-lonely', name: 'Lonely Care' };
    const email = address();
    const person = await register(web.db, email, place, 'provider-manager');
    const browser = await enter(email);
    for (const [path, fields] of [
      ['disable', {}],
      ['role', { role: 'provider-coordinator' }],
    ] as const) {
      const reply = await post(browser, `/provider/people/${person}/${path}`, fields);
      assert.equal(reply.status, 422);
      assert.match(reply.text, /Somebody must stay a manager/);
    }
  });
});

describe('the council', () => {
  it('invites through its steward alone', async () => {
    const carol = await signIn(web.baseUrl, 'carol');
    assert.equal((await carol.get('/providers')).status, 403);
    const stefan = await signIn(web.baseUrl, 'stefan');
    assert.equal((await stefan.get('/providers')).status, 200);
    const made = await stefan.post('/providers', { organisation: 'cqc:1-000000099', email: address() });
    assert.equal(made.status, 422);
    assert.match(made.text, /Choose a care provider from the list/);
  });
});
