/** Forms and uploads: from our own pages, with the session’s token, and small. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { seen, testPages } from './support/frame-pages.ts';
import { signIn, startWeb } from './support/web.ts';
import type { RunningWeb, SignedIn } from './support/web.ts';

let web: RunningWeb;
let nia: SignedIn;
before(async () => {
  web = await startWeb(testPages);
  nia = await signIn(web.baseUrl, 'nia');
});
after(() => web.close());

describe('a form', () => {
  it('is taken with the token of its session', async () => {
    assert.deepEqual(JSON.parse((await nia.post('/nurse', { nhsNumber: '12345' })).text), { length: 5 });
  });

  it('never hands its token to the page', async () => {
    assert.equal((await nia.post('/strict', { one: 'x' })).status, 200);
  });

  it('is refused without its token, with another session’s or with a near one', async () => {
    const omar = await signIn(web.baseUrl, 'omar');
    const own = await nia.token();
    for (const token of ['', 'x', await omar.token(), own.slice(0, -1), `${own}x`, own.toUpperCase()]) {
      const reply = await nia.browser.post('/nurse', { _token: token, nhsNumber: '1' });
      assert.equal(reply.status, 403, token);
      assert.match(reply.text, /FORM_EXPIRED/);
    }
    assert.equal((await nia.browser.post('/nurse', { nhsNumber: '1' })).status, 403);
    const twice = await fetch(`${web.baseUrl}/nurse`, {
      method: 'POST',
      body: `_token=${own}&_token=${own}&nhsNumber=1`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: web.baseUrl, cookie: nia.cookie },
    });
    assert.equal(twice.status, 403);
  });

  it('is refused from another site’s page, its token right or not', async () => {
    const _token = await nia.token();
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: `${web.baseUrl}.evil.example`, 'sec-fetch-site': 'same-origin' },
      { origin: web.baseUrl, 'sec-fetch-site': 'same-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'none' },
    ]) {
      assert.equal(
        (await nia.browser.post('/nurse', { _token, nhsNumber: '1' }, headers)).status,
        403,
        JSON.stringify(headers),
      );
    }
    const silent = await fetch(`${web.baseUrl}/nurse`, {
      method: 'POST',
      body: new URLSearchParams({ _token, nhsNumber: '1' }),
      headers: { cookie: nia.cookie },
    });
    assert.equal(silent.status, 403);
  });

  it('is taken as browsers send it from a page without a referrer', async () => {
    const _token = await nia.token();
    assert.equal(
      (
        await nia.browser.post(
          '/nurse',
          { _token, nhsNumber: '1' },
          { origin: 'null', 'sec-fetch-site': 'same-origin' },
        )
      ).status,
      200,
    );
  });

  it('is taken up to 64 KiB and no further', async () => {
    const _token = await nia.token();
    const room = 64 * 1024 - `_token=${_token}&nhsNumber=`.length;
    assert.equal((await nia.browser.post('/nurse', { _token, nhsNumber: '1'.repeat(room) })).status, 200);
    const reply = await nia.browser.post('/nurse', { _token, nhsNumber: '1'.repeat(room + 1) });
    assert.equal(reply.status, 413);
    assert.match(reply.text, /REQUEST_INVALID/);
  });

  it('is nothing but a form', async () => {
    for (const type of ['application/json', 'text/plain', 'application/xml', 'text/html']) {
      const reply = await fetch(`${web.baseUrl}/nurse`, {
        method: 'POST',
        body: '{"__proto__":{}}',
        headers: { 'content-type': type, origin: web.baseUrl, cookie: nia.cookie },
      });
      assert.equal(reply.status, 415, type);
    }
  });

  it('gives its faults back one a field, or is refused whole', async () => {
    const reply = await nia.post('/nurse', { nhsNumber: '' });
    assert.equal(reply.status, 422);
    assert.deepEqual(JSON.parse(reply.text), { faults: ['nhsNumber: Enter an NHS number'] });
    assert.match((await nia.post('/strict', { two: 'x' })).text, /FORM_INVALID/);
  });
});

describe('an upload', () => {
  const send = async (steward: SignedIn, parts: [string, string | Blob, string?][]): Promise<Response> => {
    const body = new FormData();
    for (const [name, value, filename] of parts) {
      if (value instanceof Blob) body.append(name, value, filename);
      else body.append(name, value);
    }
    return fetch(`${web.baseUrl}/upload`, {
      method: 'POST',
      body,
      headers: { origin: web.baseUrl, cookie: steward.cookie },
    });
  };

  it('is streamed once its form’s token, which stands before the file, is right', async () => {
    const stefan = await signIn(web.baseUrl, 'stefan');
    const token = await stefan.token();
    assert.equal(
      (
        await send(stefan, [
          ['_token', token],
          ['bundle', new Blob(['zip'.repeat(100)]), 'bundle.zip'],
        ])
      ).status,
      200,
    );
    assert.deepEqual(seen.uploads, ['bundle.zip 300']);
  });

  it('is refused without the token, or with a wrong one', async () => {
    const stefan = await signIn(web.baseUrl, 'stefan');
    const file: [string, Blob, string] = ['bundle', new Blob(['zip']), 'bundle.zip'];
    const before = seen.uploads.length;
    for (const parts of [[file], [['_token', 'x'], file]] as [string, string | Blob, string?][][]) {
      assert.equal((await send(stefan, parts)).status, 403);
    }
    assert.equal(seen.uploads.length, before);
  });

  it('is refused without a file, as another kind of form, and beyond its size', async () => {
    const stefan = await signIn(web.baseUrl, 'stefan');
    const token = await stefan.token();
    assert.equal((await send(stefan, [['_token', token]])).status, 403);
    // What a browser sends when nobody chose a file.
    const empty = `--b\r\ncontent-disposition: form-data; name="_token"\r\n\r\n${token}\r\n--b\r\ncontent-disposition: form-data; name="bundle"; filename=""\r\ncontent-type: application/octet-stream\r\n\r\n\r\n--b--\r\n`;
    const headers = { origin: web.baseUrl, cookie: stefan.cookie, 'content-type': 'multipart/form-data; boundary=b' };
    assert.equal((await fetch(`${web.baseUrl}/upload`, { method: 'POST', body: empty, headers })).status, 400);
    assert.equal((await stefan.post('/upload', { bundle: 'x' })).status, 400);
    assert.equal(
      (
        await send(stefan, [
          ['_token', token],
          ['bundle', new Blob(['x'.repeat(100_001)]), 'b.zip'],
        ])
      ).status,
      413,
    );
  });
});
