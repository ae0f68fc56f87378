/** The list of stays that may be over, as a browser without scripts has it. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { feedHands } from './support/interfaces.ts';
import type { FeedHands } from './support/interfaces.ts';
import { startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { signIn } from './support/web.ts';

let app: RunningApp;
let hands: FeedHands;

before(async () => {
  app = await startApp('2026-03-02T10:00:00Z');
  hands = feedHands(app.app);
  await hands.send('A04', { 'PID-5': '<b>HOLMES</b>^Barbara' });
  await hands.apply();
});
after(() => app.stop());

const stayId = async (): Promise<string> =>
  (await app.app.db.sql.selectFrom('stay').select('stay_id').executeTakeFirstOrThrow()).stay_id;

it('lists nobody while something was heard lately', async () => {
  const nia = await signIn(app.baseUrl, 'nia');
  const { status, text } = await nia.get('/board/stale');
  assert.equal(status, 200);
  assert.match(text, /None: of everybody who is here/);
});

it('lists who was not heard of for too long, by the hospital’s own word, and is audited', async () => {
  app.clock.set('2026-03-10T10:00:00Z');
  await app.app.feeds.forget();
  const nia = await signIn(app.baseUrl, 'nia');
  const before = await app.audited('see-stale-stays');
  const { text } = await nia.get('/board/stale');
  // On no board any more, so not named here either: the hospital's own number finds the stay.
  assert.doesNotMatch(text, /HOLMES|Barbara/);
  assert.match(text, /K100/);
  assert.match(text, /on no other list any more/);
  // Without the ids: four digits of a year stand in one by chance sooner or later.
  assert.doesNotMatch(text.replaceAll(/[0-9a-f-]{36}/g, 'ID'), /999\s*000\s*0018|1941/);
  assert.match(text, /<title>\s*Stays that may be over – Homeward\s*<\/title>/);
  assert.equal(await app.audited('see-stale-stays'), before + 1);
});

it('is for those who may close stays, and shows nothing when that cannot be recorded', async () => {
  for (const persona of ['stefan', 'priya', 'carol', 'owen']) {
    const other = await signIn(app.baseUrl, persona);
    assert.equal((await other.get('/board/stale')).status, 403, persona);
    assert.equal((await other.post('/board/stale/close', { stay: await stayId() })).status, 403, persona);
  }
  const nia = await signIn(app.baseUrl, 'nia');
  app.breakDatabase(/insert into "?audit_event/);
  const reply = await nia.get('/board/stale');
  app.breakDatabase(null);
  assert.ok(reply.status >= 500);
  assert.doesNotMatch(reply.text, /HOLMES|K100/);
});

it('closes a stay that is on no board any more, which can be taken back', async () => {
  const nia = await signIn(app.baseUrl, 'nia');
  const id = await stayId();
  const reply = await nia.post('/board/stale/close', { stay: id });
  assert.equal(reply.headers.get('location'), `/board/closed/${id}`);
  assert.match((await nia.get('/board/stale')).text, /None: of everybody/);
  await nia.post('/board/reopen', { stay: id });
  // Somebody has just said that the patient is here.
  const stay = await app.app.db.sql.selectFrom('stay').selectAll().executeTakeFirstOrThrow();
  assert.deepEqual([stay.status, stay.shelved_at], ['arrived', null]);
  assert.ok(stay.stale_at && stay.stale_at > app.clock.now());
});
