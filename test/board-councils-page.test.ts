/** The board's page where somebody has care on record at two councils. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { lookUpsOn } from '../src/services/look-up.ts';
import { boardPages } from '../src/web/pages/board-page.ts';
import { kingsVale } from './support/adt.ts';
import { allOn, putStay, settling } from './support/arrivals.ts';
import { nhs } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';
import { council, holidays } from './support/site.ts';
import { signIn, startWeb } from './support/web.ts';
import type { RunningWeb } from './support/web.ts';

const agreement = { hospital: 'KVH', arrival: allOn, permission: 'not-needed' };
const ids = ['991', '992'];
let web: RunningWeb;
let stay: string;
before(async () => {
  let sites: Site[] = [];
  web = await startWeb((db, clock) => {
    sites = ids.map((id) => Object.assign(new Site(db, id, { agreement }), { hospital: 'KVH' }));
    const agreements = sites.map((site) => site.agreement);
    const board = { db, clock, agreements, feeds: [{ ...kingsVale, id: 'feed-kvh' }] };
    const lookUps = lookUpsOn({ db, clock, agreements, holidays });
    const councils = ids.map((id) => ({ ...council, id, name: `Council ${id} & Co` }));
    return boardPages({ board, hospital: { ...board, wake: () => undefined }, lookUps, councils });
  });
  for (const site of sites) await site.land(site.whole([{ id: 'M1', number: nhs(1) }]));
  const [site] = sites;
  assert.ok(site);
  stay = await putStay(site, nhs(1));
  await settling(site, sites.map((one) => one.agreement)).run(); // prettier-ignore
});
after(() => web.close());

it('names both in the line, each with a button of its own that looks up there', async () => {
  const nia = await signIn(web.baseUrl, 'nia');
  const { text } = await nia.get('/board');
  assert.match(text, /care on record at Council 991 &amp; Co and Council 992 &amp; Co/);
  for (const id of ids) {
    assert.match(text, new RegExp(`Look up at Council ${id} &amp; Co<span`));
    assert.equal((await nia.post('/board/look-up', { stay, council: id })).status, 303);
  }
  const rows = await web.db.sql.selectFrom('audit_event').select(['action', 'council']).where('action', 'in', ['take-from-board', 'look-up']).orderBy('council').orderBy('action').execute(); // prettier-ignore
  assert.deepEqual(rows.map((row) => [row.council, row.action]), ids.flatMap((id) => [[id, 'look-up'], [id, 'take-from-board']])); // prettier-ignore
});
