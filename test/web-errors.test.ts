/** What goes wrong: always the phone numbers and a code, never anything from below. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { redact, redactText } from '../src/telemetry.ts';
import { HomewardError } from '../src/domain/error.ts';
import { errorView } from '../src/web/errors.ts';
import { codes, phones, raw, testPages } from './support/frame-pages.ts';
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

describe('what goes wrong', () => {
  for (const code of codes) {
    it(`${code} gives a page with every council’s numbers and the code, and nothing from below`, async () => {
      const { status, text, headers } = await get(`/fails/${code.toLowerCase()}`);
      assert.ok(status >= 400);
      for (const phone of phones) assert.ok(text.includes(phone), phone);
      const shown = errorView(new HomewardError(code));
      assert.ok(text.includes(`<strong>${shown.code}</strong>`));
      assert.equal(status, shown.status);
      if (status === 503) assert.ok(Number(headers.get('retry-after')) > 0);
      assert.doesNotMatch(text, /detail from below|999 000 0018|BARBARA/);
    });
  }

  it('says in so many words that nothing is shown when the audit cannot be written', async () => {
    const { status, text } = await get('/fails/audit_not_written');
    assert.equal(status, 503);
    assert.match(text, /Nothing is shown because the record of this look-up could not be written\. Phone:/);
  });

  it('shows no trace of an error that nobody expected, and logs its kind and request only', async () => {
    const { status, text } = await get('/explodes');
    assert.equal(status, 500);
    for (const phone of phones) assert.ok(text.includes(phone));
    assert.doesNotMatch(text, /BARBARA|relation|\/srv|at .*\.ts/);
    const reference = /class="hw-reference">([\w-]{36})</.exec(text)?.[1] ?? '?';
    const line = web.log().split('\n').find((one) => one.includes(reference) && one.includes('"failed"')) ?? ''; // prettier-ignore
    assert.match(line, /"code":"INTERNAL"/);
    assert.doesNotMatch(web.log(), /BARBARA|relation/);
  });

  it('gives an unknown address a page of its own', async () => {
    for (const path of [
      '/nothing',
      '/people/9990000018',
      '/people/not-an-id',
      '/assets/homeward.css',
      '/assets/..%2f..%2fpackage.json',
    ]) {
      const { status, text } = await get(path);
      assert.equal(status, 404, path);
      assert.match(text, /PAGE_NOT_FOUND/);
      assert.doesNotMatch(text, /9990000018/);
    }
  });

  it('gives an address that is no address a page too', async () => {
    const reply = await raw(web, 'GET /%E0%A4%A HTTP/1.1');
    assert.match(reply, /^HTTP\/1\.1 400/);
    assert.match(reply, /REQUEST_INVALID/);
  });

  it('sends people to the phone while the process is held up', async () => {
    const running = await startWeb([], () => ({ maxEventLoopDelay: 20 }));
    let reply = await new Browser(running.baseUrl).get('/');
    for (let time = 0; time < 20 && reply.status !== 503; time++) {
      // Holds the event loop, as a runaway computation would.
      const until = Date.now() + 400;
      while (Date.now() < until);
      await new Promise((resolve) => setTimeout(resolve, 150));
      reply = await new Browser(running.baseUrl).get('/');
    }
    assert.equal(reply.status, 503);
    assert.ok(Number(reply.headers.get('retry-after')) > 0);
    assert.match(reply.text, /BUSY/);
    for (const phone of phones) assert.ok(reply.text.includes(phone));
    await running.close();
  });

  it('still gives phone numbers and start page while the database is away', async () => {
    const away = Promise.reject(new Error('connection refused'));
    away.catch(() => undefined);
    const running = await startWeb(testPages, ({ sessions }) => ({ sessions: { ...sessions, find: () => away } }));
    const browser = new Browser(running.baseUrl);
    browser.cookies.set('homeward', { value: 'a'.repeat(43), path: '/' });
    assert.equal((await browser.get('/phone-numbers')).status, 200);
    const reply = await browser.get('/nurse');
    assert.equal(reply.status, 503);
    assert.match(reply.text, /STORE_UNAVAILABLE/);
    await running.close();
  });
});

describe('the log', () => {
  it('holds route patterns, never addresses, queries, bodies or names', async () => {
    await nia.post('/nurse', { nhsNumber: '999 000 0018' });
    await get('/people/9990000018?name=HOLMES');
    await get('/other-title?title=Barbara');
    await get('/9990000018');
    const log = web.log();
    assert.match(log, /"route":"\/people\/:id"/);
    assert.match(log, /"route":"unknown"/);
    assert.doesNotMatch(log, /999.?000.?0018|HOLMES|Barbara|Nia Example|_token|\?/);
    for (const line of log.trim().split('\n')) assert.ok(JSON.parse(line), line);
  });

  it('hides whatever looks like an NHS number, in any text and at any depth', () => {
    for (const text of [
      '9990000018',
      '999 000 0018',
      '999-000-0018',
      '999\u00a0000\u00a00018',
      'x9990000018y',
      '"999 000  0018"',
    ]) {
      assert.doesNotMatch(redactText(text), /0018/, text);
    }
    for (const text of ['99900000181', '2026-09-30', '12:30', '01632 960 201', 'abc'])
      assert.equal(redactText(text), text);
    const facts = redact({
      a: [{ b: 'number 9990000018' }],
      n: 9990000018,
      userName: 'Nia',
      body: { x: 1 },
      error: new Error('9990000018'),
      ms: 12,
    });
    assert.doesNotMatch(JSON.stringify(facts), /9990000018|Nia|"x"/);
    assert.match(JSON.stringify(facts), /"ms":12/);
  });
});
