/** A hint that the operator has taken back by hand: the page that says so, and what it leaves. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { sql } from 'kysely';
import { kingsVale } from './support/adt.ts';
import { stayOf } from './support/outbound.ts';
import { startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { signIn } from './support/web.ts';

let app: RunningApp;
before(async () => (app = await startApp('2026-03-02T10:00:00Z')));
after(() => app.stop());

it('a retraction that was given up can be settled on the page, a hint cannot', async () => {
  const { db, feeds } = app.app;
  const [hint] = kingsVale.hints;
  assert.ok(hint);
  const stay = stayOf(1);
  const want = (kind: 'hint' | 'retraction'): Promise<unknown> =>
    db.transaction((trx) =>
      feeds.hints.enqueueHint(trx, { kind, feed: kingsVale, hint, stay } as never, app.clock.now()),
    );
  await want('hint');
  await sql`update hl7_outbound set state = 'acknowledged', sent_at = created_at, settled_at = created_at`.execute(
    db.sql,
  );
  await want('retraction');
  await sql`update hl7_outbound set state = 'dead', last_fault = 'AR', settled_at = created_at where kind = 'retraction'`.execute(db.sql); // prettier-ignore
  const { rows } = await sql<{ outbound_id: string; kind: string }>`
    select outbound_id, kind from hl7_outbound order by outbound_id`.execute(db.sql);
  const [told, retraction] = rows.map((row) => row.outbound_id);
  const owen = await signIn(app.baseUrl, 'owen');
  const page = await owen.get('/interfaces/dead-letters');
  assert.match(page.text, /Taken back by hand/);
  const destination = `${kingsVale.id}/${hint.id}`;
  const wrong = await owen.post('/interfaces/dead-letters/settle', { destination, letter: told ?? '' });
  assert.equal(wrong.status, 410);
  const done = await owen.post('/interfaces/dead-letters/settle', { destination, letter: retraction ?? '' });
  assert.equal(done.status, 303);
  assert.match(
    (await owen.get(done.headers.get('location') ?? '')).text,
    /1 message will not be sent: the hint was taken back by hand/,
  );
  assert.match((await owen.get('/interfaces/dead-letters')).text, /No message was given up/);
  assert.equal(await app.audited('settle-dead-letters'), 1);
});
