/** Who saw a person on a list, took them from it or closed their stay: found by the person, for those who watch over it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { boardOf, takeFromBoard } from '../src/services/board.ts';
import { closeStay } from '../src/services/close-stay.ts';
import { peopleInHospital } from '../src/services/people-in-hospital.ts';
import { councilAccesses, whoLooked } from '../src/services/review-accesses.ts';
import type { CouncilReviewDeps } from '../src/services/review-accesses.ts';
import { staleStays } from '../src/services/stale-stays.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';
import { arrive, landBoth, listedSite } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];

async function newSite(agreement: Record<string, unknown> = {}): Promise<ListedSite> {
  const site = listedSite(test.db, `SAW${++sites}`, agreement);
  await landBoth(site);
  return site;
}

const deps = (site: ListedSite): CouncilReviewDeps => ({
  db: site.db,
  clock: site.clock,
  agreements: [site.agreement],
});
const officer = (site: ListedSite): Caller => ({
  ...callerOf('privacy-officer', site.now.toISOString()),
  organisation: site.hospital,
});
const tick = (site: ListedSite): void => void (site.now = new Date(site.now.getTime() + 1000));

describe('who took a person from the board', () => {
  it('is among those who have looked at the person, for the officer and for the council (H22)', async () => {
    const site = await newSite();
    const stay = await arrive(site, A);
    tick(site);
    await takeFromBoard(site.board, { ...site.nurse('n1'), name: 'Snoop Example' }, stay, 'look-up');
    const rows = [
      await whoLooked(deps(site), officer(site), A),
      await councilAccesses(deps(site), site.dutyWorker, 'M1'),
    ].map(({ accesses }) => accesses.map((one) => [one.action, one.userName]));
    const expected = [['take-from-board', 'Snoop Example'], ['arrival-question', 'Homeward itself']]; // prettier-ignore
    assert.deepEqual(rows, [expected, expected]);
    assert.deepEqual((await whoLooked(deps(site), officer(site), B)).accesses, []);
  });

  it('is told to no council that is not told of arrivals (product rule 8)', async () => {
    const site = await newSite({ arrival: { ask: true, board: true } });
    const stay = await arrive(site, A);
    await boardOf(site.board, site.nurse('n1'));
    await takeFromBoard(site.board, site.nurse('n1'), stay, 'look-up');
    const { accesses, lists } = await councilAccesses(deps(site), site.dutyWorker, 'M1');
    assert.deepEqual([accesses, lists.people], [[], 0]);
  });
});

describe('who closed a person’s stay by hand, or took that back', () => {
  const hospital = (site: ListedSite) => ({ ...site.board, wake: () => undefined });

  it('is among those who have looked at the person (H22)', async () => {
    const site = await newSite();
    const stay = await arrive(site, A);
    await test.db.sql.updateTable('stay').set({ stale_at: site.now }).where('stay_id', '=', stay).execute();
    tick(site);
    // Off the lists, so that what was learnt is gone: whose it was is known by the trail.
    await test.db.sql.deleteFrom('stay_care').where('stay_id', '=', stay).execute();
    await closeStay(hospital(site), site.nurse('n1'), stay);
    const { accesses } = await whoLooked(deps(site), officer(site), A);
    assert.equal(accesses[0]?.action, 'close-stay');
  });

  for (const [name, number, changes] of [
    ['a child', A, { birth: '2015-01-01' }],
    ['somebody of whom no council has a record', C, {}],
  ] as const) {
    it(`leaves no number of ${name} in the trail`, async () => {
      const site = await newSite();
      const stay = await arrive(site, number, changes);
      await test.db.sql.updateTable('stay').set({ stale_at: site.now }).where('stay_id', '=', stay).execute();
      await closeStay(hospital(site), site.nurse('n1'), stay);
      const rows = await test.db.sql.selectFrom('audit_event').select(['number_asked', 'detail']).where('action', '=', 'close-stay').where('organisation', '=', site.hospital).execute(); // prettier-ignore
      assert.deepEqual(rows, [{ number_asked: null, detail: { stay } }]);
    });
  }
});

describe('who saw a person on a list', () => {
  it('is found by the person: each reader once for each list, with how often (H22)', async () => {
    const site = await newSite();
    await arrive(site, A);
    await arrive(site, B, { status: 'admitted' });
    const snoop = { ...site.nurse('n1'), name: 'Snoop Example' };
    await boardOf(site.board, snoop);
    tick(site);
    await boardOf(site.board, snoop);
    tick(site);
    await boardOf(site.board, site.nurse('n2'));
    const { lists } = await whoLooked(deps(site), officer(site), A);
    assert.equal(lists.people, 2);
    assert.deepEqual(lists.seen.map((one) => [one.action, one.userName, one.times]), [['see-board', site.nurse('n2').name, 1], ['see-board', 'Snoop Example', 2]]); // prettier-ignore
    assert.equal((await whoLooked(deps(site), officer(site), B)).lists.people, 2);
    assert.equal((await whoLooked(deps(site), officer(site), C)).lists.people, 0);
    assert.equal((await whoLooked(deps(site), officer(site), A, { onlyUnexplained: true })).lists.people, 0);
  });

  it('holds those of the council’s own list and of stays that may be over, each for whom it is (H22)', async () => {
    const site = await newSite();
    const stay = await arrive(site, A);
    await test.db.sql.updateTable('stay').set({ stale_at: site.now }).where('stay_id', '=', stay).execute();
    await peopleInHospital(site.board, site.dutyWorker);
    await staleStays(site.board, site.nurse('n1'));
    const actions = ({ seen }: { seen: readonly { action: string }[] }): string[] =>
      seen.map((one) => one.action).sort();
    assert.deepEqual(actions((await councilAccesses(deps(site), site.dutyWorker, 'M1')).lists), ['see-people-in-hospital', 'see-stale-stays']); // prettier-ignore
    // What the hospital's word told another organisation is the hospital's to know; another hospital's is not.
    assert.deepEqual(actions((await whoLooked(deps(site), officer(site), A)).lists), ['see-people-in-hospital', 'see-stale-stays']); // prettier-ignore
    const elsewhere = { ...officer(site), organisation: 'ANOTHER' };
    assert.deepEqual(actions((await whoLooked(deps(site), elsewhere, A)).lists), []);
  });

  it('before a person came onto it is not among them', async () => {
    const site = await newSite();
    await boardOf(site.board, site.nurse('n1'));
    tick(site);
    await arrive(site, A);
    assert.equal((await whoLooked(deps(site), officer(site), A)).lists.people, 0);
  });
});
