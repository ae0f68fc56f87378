/** The board's pages as a browser without scripts has them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { lookUpsOn } from '../src/services/look-up.ts';
import { boardPages } from '../src/web/pages/board-page.ts';
import { councilStaysPages } from '../src/web/pages/council-stays-page.ts';
import { kingsVale } from './support/adt.ts';
import { allOn, putStay, settling } from './support/arrivals.ts';
import { nhs } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';
import { council, holidays } from './support/site.ts';
import { signIn, startWeb } from './support/web.ts';
import type { RunningWeb } from './support/web.ts';

const agreement = { hospital: 'KVH', arrival: allOn, permission: 'not-needed' };
let web: RunningWeb;
let stay: string;
before(async () => {
  let site: Site | undefined;
  web = await startWeb((db, clock) => {
    site = Object.assign(new Site(db, '999', { agreement }), { hospital: 'KVH' });
    const agreements = [site.agreement];
    const feeds = [{ ...kingsVale, id: 'feed-kvh' }];
    const board = { db, clock, agreements, feeds };
    const hospital = { db, clock, feeds, wake: () => undefined };
    const lookUps = lookUpsOn({ db, clock, agreements, holidays });
    return [
      ...boardPages({ board, hospital, lookUps, councils: [council] }),
      ...councilStaysPages({ board, nameOf: (id) => id }),
    ];
  });
  assert.ok(site);
  await site.land(site.whole([{ id: 'M1', number: nhs(1) }]));
  stay = await putStay(site, nhs(1), { family: '<script>alert(1)</script>', given: 'O’Neil & "Sons"' });
  await settling(site).run();
});
after(() => web.close());

describe('the board', () => {
  it('shows a name as text, whatever it is (S9)', async () => {
    const { text } = await (await signIn(web.baseUrl, 'nia')).get('/board');
    assert.match(text, /&lt;SCRIPT&gt;ALERT\(1\)&lt;\/SCRIPT&gt;, O’Neil &amp; &quot;Sons&quot;/);
    assert.doesNotMatch(text, /<script>alert/i);
    assert.match(text, /<title>\s*In the department now – Homeward\s*<\/title>/);
    assert.match(text, /999&nbsp;000|999\u00a0\d{3}\u00a0\d{4}/);
  });

  it('says as of when it is by its sources, and not by the hour of the page (H03)', async () => {
    const { text } = await (await signIn(web.baseUrl, 'nia')).get('/board');
    assert.match(text, /hw-freshness--amber">Hospital system not heard yet</);
    assert.match(text, /"hw-freshness">[^<]+ records as at [^<]*(today|yesterday|\d{4})[^<]* · Reloads itself/);
    assert.doesNotMatch(text, /As it was/);
    const list = await (await signIn(web.baseUrl, 'carol')).get('/in-hospital');
    assert.match(list.text, /Your records as at [\s\S]*System of KVH not heard yet</);
    assert.doesNotMatch(list.text, /As it was/);
  });

  it('has whoever was admitted and is still in the reader’s department among those there, and nobody on leave', async () => {
    const place = async (status: string, team: string): Promise<string> => {
      await web.db.sql.updateTable('stay').set({ status, team }).where('stay_id', '=', stay).execute();
      const { text } = await (await signIn(web.baseUrl, 'nia')).get('/board');
      return /In the department now with council care: 1/.test(text) ? 'here' : (/Admitted or on leave, with council care: 1/.exec(text)?.[0] ?? 'missing'); // prettier-ignore
    };
    const elsewhere = 'Admitted or on leave, with council care: 1';
    assert.equal(await place('admitted', 'Emergency department'), 'here');
    assert.equal(await place('admitted', 'Ward 12'), elsewhere);
    assert.equal(await place('on-leave', 'Emergency department'), elsewhere);
    assert.equal(await place('arrived', 'Emergency department'), 'here');
  });

  it('leads straight to the answer where the agreement does not ask, by a look-up like any other', async () => {
    const nia = await signIn(web.baseUrl, 'nia');
    const reply = await nia.post('/board/look-up', { stay });
    assert.equal(reply.status, 303);
    assert.match(reply.headers.get('location') ?? '', /^\/answers\/[0-9a-f-]{36}$/);
    const rows = await web.db.sql.selectFrom('audit_event').selectAll().where('action', '=', 'look-up').execute();
    assert.deepEqual(
      rows.map((row) => [row.user_name, row.reason, row.permission, row.relationship, row.outcome]),
      [['Nia Example', 'decide-admission', 'not-needed', 'open-stay', 'care']],
    );
  });

  it('says that a stay is gone, with the phone numbers, when it is none on the board', async () => {
    const nia = await signIn(web.baseUrl, 'nia');
    for (const path of ['/board/look-up', '/board/close', '/board/close/yes', '/board/reopen']) {
      const { status, text } = await nia.post(path, { stay: '00000000-0000-4000-8000-000000000000' });
      assert.ok(status >= 400 && status < 500, `${path} ${status}`);
      assert.match(text, /01632/);
    }
  });

  it('offers no closing of a stay that is not stale', async () => {
    const nia = await signIn(web.baseUrl, 'nia');
    assert.doesNotMatch((await nia.get('/board')).text, /Has left/);
    assert.ok((await nia.post('/board/close', { stay })).status >= 400);
  });

  it('is not for the council, nor the council’s list for the hospital', async () => {
    const [nia, carol] = [await signIn(web.baseUrl, 'nia'), await signIn(web.baseUrl, 'carol')];
    assert.deepEqual([(await carol.get('/board')).status, (await carol.post('/board/look-up', { stay })).status], [403, 403]); // prettier-ignore
    assert.equal((await nia.get('/in-hospital')).status, 403);
    assert.match((await carol.get('/in-hospital')).text, /Our people in hospital now: 1 listed/);
  });

  it('leaves nothing of anybody in the log', () => {
    assert.doesNotMatch(web.log(), new RegExp(`${nhs(1)}|O’Neil|alert\\(1\\)|${stay}`));
  });
});
