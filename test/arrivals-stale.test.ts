/** What an arrival asks and tells of a stay of which nothing has been heard for too long. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { forgetHospital } from '../src/services/forget-hospital.ts';
import { boardOf } from '../src/services/board.ts';
import { kingsVale } from './support/adt.ts';
import { allOn, putStay, settling } from './support/arrivals.ts';
import type { Settling } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';
import { auditOf, Site } from './support/import-site.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const A = nhs(1);
const hour = 3_600_000;

async function newSite(): Promise<Site & { readonly own: Settling }> {
  const site = new Site(test.db, `STA${++sites}`, {
    agreement: { arrival: allOn },
    council: { fallLimitPercent: 100 },
  });
  await site.land(site.whole([{ id: 'M1', number: A }]));
  return Object.assign(site, { own: settling(site) });
}
const ago = (site: Site, hours: number): Date => new Date(site.now.getTime() - hours * hour);
const asked = async (site: Site): Promise<number> =>
  (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'arrival-question').length;
const feedsOf = (site: Site) => [{ ...kingsVale, id: `feed-${site.hospital.toLowerCase()}`, hospital: site.hospital }];
const forget = (site: Site) => forgetHospital({ db: test.db, clock: site.clock, feeds: feedsOf(site), wake: () => undefined }); // prettier-ignore
const listed = async (site: Site): Promise<string[]> => {
  const board = { db: test.db, clock: site.clock, agreements: [site.agreement], feeds: feedsOf(site) };
  return (
    await boardOf(board, { ...callerOf('emergency-nurse', site.now.toISOString()), organisation: site.hospital })
  ).people.map(({ stayId }) => stayId);
};

it('nothing, when it was stale already when it was first seen, as when old messages are sent again', async () => {
  const site = await newSite();
  const old = { startedAt: ago(site, 48), staleAt: ago(site, 24) };
  const stay = await putStay(site, A, old);
  await site.own.run();
  await site.own.run();
  assert.deepEqual([await site.own.resultOf(stay), await asked(site), site.own.said], [null, 0, []]);
  await putStay(site, A, { ...old, staleAt: new Date(site.now.getTime() + hour) }, stay);
  await site.own.run();
  assert.deepEqual([await site.own.resultOf(stay), await asked(site), site.own.said], ['yes', 1, [`hint ${stay}`]]);
});

it('H27: what was told is taken back, and what was learnt is deleted, when it leaves the lists', async () => {
  const site = await newSite();
  const stay = await putStay(site, A);
  await site.own.run();
  assert.deepEqual(await listed(site), [stay]);
  await putStay(site, A, { staleAt: ago(site, 71) }, stay);
  await forget(site);
  await site.own.run();
  assert.deepEqual([await site.own.resultOf(stay), site.own.said], ['yes', [`hint ${stay}`]], 'it may have left');
  assert.deepEqual(await listed(site), [stay]);
  await putStay(site, A, { staleAt: ago(site, 73) }, stay);
  await forget(site);
  assert.deepEqual(await listed(site), []);
  await site.own.run();
  assert.deepEqual([await site.own.resultOf(stay), site.own.said], [null, [`hint ${stay}`, `retraction ${stay}`]]);
});

it('H27: what was told is taken back when it is forgotten', async () => {
  const site = await newSite();
  const stay = await putStay(site, A);
  await site.own.run();
  await putStay(site, A, { staleAt: ago(site, 91 * 24) }, stay);
  await forget(site);
  await site.own.run();
  assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`]);
});
