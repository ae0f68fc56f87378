/** The pages of asking as a phone has them: bytes that tell nothing, and forms that are sent twice. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { arrivingAt, personOf } from './support/arriving.ts';
import type { Arriving } from './support/arriving.ts';
import { birthFields } from './support/demo-asking.ts';
import { startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { signIn } from './support/web.ts';
import type { Reply, SignedIn } from './support/web.ts';

let app: RunningApp;
let feed: Arriving;
let petra: SignedIn;
before(async () => {
  app = await startApp();
  feed = arrivingAt(app);
  petra = await signIn(app.baseUrl, 'petra');
});
after(() => app.stop());

function fieldsOf(who: string): Record<string, string> {
  const { nhsNumber, birthDate } = personOf(app, who);
  return { nhsNumber, ...birthFields(birthDate), council: '999', token: crypto.randomUUID() };
}

async function ask(who: string, user = petra): Promise<{ sent: Reply; page: Reply; path: string }> {
  const sent = await user.post('/provider/where', fieldsOf(who));
  const path = sent.headers.get('location') ?? assert.fail(`${sent.status}`);
  return { sent, page: await user.get(path), path };
}

// What differs from one request to the next, whatever it is about: ids, of one length each.
const bare = ({ text }: Reply): string =>
  text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID').replaceAll(/nonce="[^"]+"/g, 'NONCE');
const headersOf = ({ headers }: Reply): [string, string][] =>
  [...headers].filter(([name]) => !/^(date|content-security-policy|set-cookie|x-request-id|location)$/.test(name));

describe('the answer page', () => {
  it('H13: is the same to the last byte for a silent feed and for an open referral, a stay or none', async () => {
    await feed.tell('A04', 'Holmes', 30);
    await feed.fallSilent(24 * 60);
    const silent = await ask('Penrose');
    assert.match(silent.page.text, /We cannot say/);
    await feed.tell('A04', 'Penrose', 20);
    const referral = await ask('Penrose');
    assert.equal(bare(referral.page), bare(silent.page));
    assert.deepEqual(headersOf(referral.page), headersOf(silent.page));
    assert.deepEqual([referral.sent.status, referral.page.status], [silent.sent.status, silent.page.status]);
    assert.equal(referral.path.length, silent.path.length);
    assert.equal(referral.page.headers.get('content-length'), silent.page.headers.get('content-length'));
    assert.doesNotMatch(referral.page.text, /safeguard|referral|restrict|permission/i);
  });

  it('says of a client who is there where, and whom to phone', async () => {
    const { page } = await ask('Holmes');
    assert.match(page.text, /Your client is with us/);
    assert.match(page.text, /Kings Vale Hospital/);
    assert.match(page.text, /tel:01632960300/);
    assert.doesNotMatch(page.text, /Emergency department|Ward 12|HOLMES|Barbara|Willowbrook|safeguard/);
    assert.match(page.text, /<title>\s*Is my client with you\? – Homeward\s*<\/title>/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  it('is not for another role, nor the list for a coordinator', async () => {
    const nia = await signIn(app.baseUrl, 'nia');
    assert.equal((await nia.get('/provider/where')).status, 403);
    assert.equal((await nia.post('/provider/where', fieldsOf('Holmes'))).status, 403);
    assert.equal((await petra.get('/provider/clients')).status, 403);
    const { path } = await ask('Holmes');
    assert.equal((await nia.get(path)).status, 403);
  });

  it('is one question, however often its form is sent', async () => {
    const fields = fieldsOf('Holmes');
    const before = await app.audited('ask-whereabouts');
    const [one, other] = [await petra.post('/provider/where', fields), await petra.post('/provider/where', fields)];
    assert.equal(one.headers.get('location'), other.headers.get('location'));
    assert.equal(await app.audited('ask-whereabouts'), before + 1);
  });

  it('asks again for what cannot be read, and says so beside the field', async () => {
    const wrong = await petra.post('/provider/where', { ...fieldsOf('Holmes'), nhsNumber: '999 000 0019', 'birth-day': '31', 'birth-month': '2' }); // prettier-ignore
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /That is not an NHS number/);
    assert.match(wrong.text, /Enter a real date of birth/);
  });

  it('shows nothing when the trail cannot be written, and the numbers to phone', async () => {
    app.breakDatabase(/insert into "audit_event"/);
    const { status, text } = await petra.post('/provider/where', fieldsOf('Holmes'));
    app.breakDatabase(null);
    assert.equal(status, 503);
    assert.doesNotMatch(text, /with us/i);
    assert.match(text, /01632/);
  });
});
