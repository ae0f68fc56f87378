/** The board of a hospital with two councils: whose record it is, and as of when the list is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boardOf, takeFromBoard } from '../src/services/board.ts';
import { peopleInHospital } from '../src/services/people-in-hospital.ts';
import { putStay, settling } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';
import { arrive, landBoth, later, listedSite, message } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';
import { refusedWith } from './support/refused.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B] = [nhs(1), nhs(2)];
const minute = 60;

/** Two councils of one hospital, both with A; the first has B as well. */
async function twoCouncils(): Promise<{ site: ListedSite; councils: string[]; board: ListedSite['board'] }> {
  const site = listedSite(test.db, `TWO${++sites}`);
  const other = listedSite(test.db, `TWO${++sites}`, {}, site.hospital);
  await landBoth(site);
  await other.land(other.whole([{ id: 'Z1', number: A }]));
  const agreements = [other.agreement, site.agreement];
  Object.assign(site, { own: settling(site, agreements) });
  return { site, councils: [site.council.id, other.council.id], board: { ...site.board, agreements } };
}

describe('somebody with care on record at two councils', () => {
  it('stands on the board with both, and is looked up at the one that is chosen', async () => {
    const { site, councils, board } = await twoCouncils();
    const stay = await putStay(site, A);
    await site.own.run();
    const { people } = await boardOf(board, site.nurse('n'));
    assert.deepEqual(people.map((one) => one.councils), [councils]); // prettier-ignore
    for (const council of councils) {
      const { agreement } = await takeFromBoard(board, site.nurse('n'), stay, 'look-up', council);
      assert.equal(agreement.council, council);
    }
    const rows = await test.db.sql.selectFrom('audit_event').select(['council', 'person_key', 'number_asked']).where('action', '=', 'take-from-board').orderBy('council').execute(); // prettier-ignore
    assert.deepEqual(rows.map((row) => [row.council, row.number_asked]), councils.map((council) => [council, A])); // prettier-ignore
    assert.equal(new Set(rows.map((row) => row.person_key)).size, 2, 'each council’s own key of the person');
  });

  it('cannot be looked up from the board at a council that has nothing on record, or that is none', async () => {
    const { site, councils, board } = await twoCouncils();
    const stay = await putStay(site, B);
    await site.own.run();
    for (const council of [councils[1] ?? '', 'NONE', '']) {
      const taken = takeFromBoard(board, site.nurse('n'), stay, 'look-up', council);
      await assert.rejects(taken, refusedWith('STAY_GONE'));
    }
  });
});

describe('as of when a list is', () => {
  it('is when the hospital was last heard and of what hour the council’s records are, not when it was opened (H03)', async () => {
    const site = listedSite(test.db, `TWO${++sites}`);
    await landBoth(site);
    await message(site, 'applied');
    const heard = site.now;
    await arrive(site, A);
    site.now = new Date(site.now.getTime() + 10 * minute * 1000);
    const { sources } = await boardOf(site.board, site.nurse('n'));
    const council = sources.councils[0]?.at;
    assert.deepEqual(sources.hospitals, [{ of: site.hospital, at: heard, old: false }]);
    assert.ok(council && council < heard);
    assert.deepEqual(sources.councils, [{ of: site.council.id, at: council, old: false }]);
    assert.deepEqual((await peopleInHospital(site.board, site.dutyWorker)).sources, sources);
    // Nothing for longer than is usual at the hour; and the extract past the agreement's first limit.
    await later(site, 27 * 60 * minute);
    site.now = new Date(site.now.getTime() + 60 * minute * 1000);
    const late = (await boardOf(site.board, site.nurse('n'))).sources;
    assert.deepEqual([late.hospitals.map((one) => one.old), late.councils.map((one) => one.old)], [[true], [true]]);
  });

  it('is never where nothing has come', async () => {
    const site = listedSite(test.db, `TWO${++sites}`);
    const { sources } = await boardOf(site.board, site.nurse('n'));
    assert.deepEqual(sources, {
      hospitals: [{ of: site.hospital, at: null, old: true }],
      councils: [{ of: site.council.id, at: null, old: true }],
    });
  });
});
