/** One feed of a trust with several sites: it tells of each of them, and each of them hears when it falls silent. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { hospitalsOf } from '../src/domain/hospital-feed.ts';
import { boardOf } from '../src/services/board.ts';
import type { Database } from '../src/store/database.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';
import { arrive, landBoth, listedSite, message } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

/** A hospital that its feed's file names only among the sites of another. */
async function secondSite(db: Database): Promise<ListedSite> {
  const site = listedSite(db, `SITES${++sites}`);
  await landBoth(site);
  await message(site, 'applied');
  const feed = { ...site.feed, hospital: 'TRUST-MAIN', sites: [{ when: {}, organisation: site.hospital }] };
  return Object.assign(site, { feed, board: { ...site.board, feeds: [feed] } });
}

it('a feed tells of its own hospital and of those whose sites it names', async () => {
  const site = await secondSite(test.db);
  assert.deepEqual(hospitalsOf(site.feed), ['TRUST-MAIN', site.hospital]);
});

it('a second site’s board has a feed: it is whole, and lists who is there', async () => {
  const site = await secondSite(test.db);
  await arrive(site, nhs(1));
  const { people, gaps } = await boardOf(site.board, site.nurse('n'));
  assert.deepEqual([people.map((one) => one.nhsNumber), gaps], [[nhs(1)], []]);
});

it('a second site’s board says that the feed is silent, in the name of the site (H02)', async () => {
  const site = await secondSite(test.db);
  site.now = new Date(site.now.getTime() + 5 * 3_600_000);
  const { gaps } = await boardOf(site.board, site.nurse('n'));
  assert.ok(
    gaps.some((gap) => gap.is === 'silent' && gap.hospital === site.hospital),
    JSON.stringify(gaps),
  );
});

it('a feed that is off tells of no site', async () => {
  const site = await secondSite(test.db);
  const board = { ...site.board, feeds: [{ ...site.feed, enabled: false }] };
  assert.deepEqual((await boardOf(board, site.nurse('n'))).gaps.map((gap) => gap.is), ['no-feed']); // prettier-ignore
});
