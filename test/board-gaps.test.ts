/** What makes a list of who is in hospital incomplete, and that it is then never shown as if it were whole. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boardOf, takeFromBoard } from '../src/services/board.ts';
import { peopleInHospital } from '../src/services/people-in-hospital.ts';
import { putStay } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, restrictions, safeguarding } from './support/import-lines.ts';
import { arrive, landBoth, later, listedSite, message } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';
import { refusedWith } from './support/refused.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
const hour = 3600;

function newSite(agreement: Record<string, unknown> = {}): ListedSite {
  return listedSite(test.db, `GAP${++sites}`, agreement);
}

async function heardSite(): Promise<ListedSite> {
  const site = newSite();
  await landBoth(site);
  await message(site, 'applied');
  return site;
}

async function gaps(site: ListedSite): Promise<string[]> {
  const board = await boardOf(site.board, site.nurse('n'));
  const list = await peopleInHospital(site.board, site.dutyWorker);
  assert.deepEqual(board.gaps, list.gaps, 'both lists say the same');
  return board.gaps.map((gap) => gap.is);
}

const listed = async (site: ListedSite): Promise<(string | null)[]> => {
  const { people } = await boardOf(site.board, site.nurse('n'));
  const list = await peopleInHospital(site.board, site.dutyWorker);
  assert.equal(people.length, list.people.length, 'both lists hold the same people');
  return people.map((one) => one.nhsNumber);
};

describe('a list of who is in hospital', () => {
  it('is whole while the feed is heard, the council’s extract is fresh and nothing waits', async () => {
    const site = await heardSite();
    assert.deepEqual(await gaps(site), []);
    await arrive(site, A);
    assert.deepEqual([await gaps(site), await listed(site)], [[], [A]]);
  });

  it('says that the council’s extract has never come, so that nobody of theirs can be listed (H02)', async () => {
    const site = newSite();
    await arrive(site, A);
    const { people, gaps: found } = await boardOf(site.board, site.nurse('n'));
    assert.deepEqual([people, found], [[], [{ is: 'overdue', council: site.council.id, part: 'care', asAt: null }]]);
  });

  it('says that the council’s care part is past the agreement’s red limit, and since when (H02, H03)', async () => {
    const site = await heardSite();
    await arrive(site, A);
    await later(site, 49 * hour);
    assert.deepEqual(await gaps(site), ['unsettled'], 'only yesterday’s answers wait to be asked again');
    await later(site, 2 * hour);
    await site.own.run();
    const { people, gaps: found } = await boardOf(site.board, site.nurse('n'));
    assert.deepEqual(people, []);
    assert.equal(found[0]?.is, 'overdue');
    assert.ok(found[0].is === 'overdue' && found[0].part === 'care' && found[0].asAt instanceof Date);
  });

  it('says that the list of who may not be shown is overdue, without which nobody is shown (H23)', async () => {
    const freshness = {
      care: { amber: '26 hours', red: '90 hours' },
      safeguarding: { notAvailableAfter: '2 hours' },
      contacts: { amber: '90 days', red: '365 days' },
      restrictions: { overdueAfter: '10 hours' },
    };
    const site = newSite({ freshness });
    await landBoth(site);
    await later(site, 11 * hour);
    const [gap] = (await boardOf(site.board, site.nurse('n'))).gaps;
    assert.ok(gap?.is === 'overdue' && gap.part === 'restrictions');
  });

  it('says that messages wait to be applied, once that takes longer than a minute (H09)', async () => {
    const site = await heardSite();
    await message(site, 'waiting', 59);
    assert.deepEqual(await gaps(site), []);
    await later(site, 2);
    assert.deepEqual(await gaps(site), ['waiting']);
  });

  it('says for a day that messages could not be read (H20)', async () => {
    const site = await heardSite();
    await message(site, 'quarantined', 23 * hour);
    await message(site, 'quarantined', 25 * hour);
    const [gap] = (await boardOf(site.board, site.nurse('n'))).gaps;
    assert.deepEqual([gap?.is, gap?.is === 'set-aside' && gap.messages], ['set-aside', 1]);
  });

  it('says nothing of a message that could not be read when it could put nobody on the list', async () => {
    const site = await heardSite();
    for (const event of ['ADT^A05', 'ADT^A14^ADT_A05', 'ADT^A38']) await message(site, 'quarantined', 0, event);
    assert.deepEqual(await gaps(site), []);
    await message(site, 'quarantined', 0, 'ADT^A02^ADT_A02');
    assert.deepEqual(await gaps(site), ['set-aside']);
  });

  it('says last what matters least: that a message could not be read', async () => {
    const site = await heardSite();
    await message(site, 'quarantined');
    await putStay(site, A);
    site.now = new Date(site.now.getTime() + 61_000);
    assert.deepEqual(await gaps(site), ['unsettled', 'set-aside']);
  });

  it('says that arrivals are not settled, once that takes longer than a minute (H09)', async () => {
    const site = await heardSite();
    await putStay(site, A);
    assert.deepEqual([await gaps(site), await listed(site)], [[], []]);
    await later(site, 61);
    assert.deepEqual([await gaps(site), await listed(site)], [['unsettled'], []]);
    await site.own.run();
    assert.deepEqual([await gaps(site), await listed(site)], [[], [A]]);
  });

  it('says so also of stays that nobody has ever asked about, and of answers whose time is over', async () => {
    const site = await heardSite();
    await putStay(site, A);
    await test.db.sql.deleteFrom('stay_change').execute();
    await later(site, 61);
    assert.deepEqual(await gaps(site), ['unsettled']);
    await site.own.run();
    assert.deepEqual(await gaps(site), []);
    await test.db.sql.updateTable('stay_care').set({ ask_again_at: site.now }).execute();
    assert.deepEqual([await gaps(site), await listed(site)], [[], [A]]);
    await later(site, 61);
    assert.deepEqual([await gaps(site), await listed(site)], [['unsettled'], []]);
  });

  it('says nothing of a stay that was stale before anybody could ask about it', async () => {
    const site = await heardSite();
    await arrive(site, A, { staleAt: new Date(site.now.getTime() - 3_600_000) });
    await test.db.sql.deleteFrom('stay_care').execute();
    await later(site, 61);
    assert.deepEqual(await gaps(site), []);
  });

  it('says nothing of what waits at another hospital or of stays that are over', async () => {
    const [site, other] = [await heardSite(), await heardSite()];
    await putStay(other, A);
    await message(other, 'waiting', 100);
    await message(other, 'quarantined', 100);
    await putStay(site, A, { status: 'discharged', endedAt: site.now });
    await later(site, 61);
    assert.deepEqual(await gaps(site), []);
  });

  it('says that the feed is silent, and that there is none', async () => {
    const site = await heardSite();
    site.now = new Date(site.now.getTime() + 5 * hour * 1000);
    assert.deepEqual(await gaps(site), ['silent']);
    const { gaps: none } = await boardOf({ ...site.board, feeds: [] }, site.nurse('n'));
    assert.deepEqual(none, [{ is: 'no-feed', hospital: site.hospital }]);
  });

  it('holds nobody of a feed that is turned off, before anything is settled', async () => {
    const site = await heardSite();
    const stay = await arrive(site, A);
    const off = { ...site.board, feeds: [{ ...site.feed, enabled: false }] };
    const other = { ...site.board, feeds: [{ ...site.feed, id: 'another-feed' }] };
    for (const deps of [off, other]) {
      assert.deepEqual((await boardOf(deps, site.nurse('n'))).people, []);
      assert.deepEqual((await peopleInHospital(deps, site.dutyWorker)).people, []);
      await assert.rejects(takeFromBoard(deps, site.nurse('n'), stay, 'look-up'), refusedWith('STAY_GONE'));
    }
  });
});

describe('somebody who was restricted', () => {
  it('is off every list a minute after the extract has landed, also while nothing can be settled (H23)', async () => {
    const site = await heardSite();
    const stay = await arrive(site, A);
    await arrive(site, B);
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    await later(site, 61);
    assert.deepEqual([await listed(site), await gaps(site)], [[], ['unsettled']]);
    await assert.rejects(takeFromBoard(site.board, site.nurse('n'), stay, 'look-up'), refusedWith('STAY_GONE'));
    await site.own.run();
    assert.deepEqual([await listed(site), await gaps(site)], [[B], []]);
  });

  it('is listed on while only a referral has landed, which puts nobody on a list or off it (H13)', async () => {
    const site = await heardSite();
    await arrive(site, A);
    await site.land([safeguarding(site.council.id, [{ id: 'M1' }])]);
    await later(site, 61);
    assert.deepEqual([await listed(site), await gaps(site)], [[A], []]);
  });

  it('is not listed by an answer read at an extract that was taken back', async () => {
    const site = await heardSite();
    await arrive(site, A);
    await test.db.sql
      .updateTable('bundle_part')
      .set({ applied: false })
      .where('council', '=', site.council.id)
      .execute();
    assert.deepEqual(await listed(site), []);
  });
});

it('nobody is taken from the board without a row of the trail, by which the person is found (product rule 6)', async () => {
  const site = await heardSite();
  const stay = await arrive(site, A);
  await arrive(site, C);
  for (const purpose of ['look-up', 'close-stay'] as const)
    await takeFromBoard(site.board, site.nurse(`for-${purpose}`), stay, purpose);
  const rows = await test.db.sql
    .selectFrom('audit_event')
    .selectAll()
    .where('action', '=', 'take-from-board')
    .execute();
  const [question] = await test.db.sql.selectFrom('stay_care').select('audit_id').where('stay_id', '=', stay).execute();
  assert.deepEqual(
    rows.map((row) => [row.outcome, row.number_asked, row.detail]),
    ['look-up', 'close-stay'].map((purpose) => ['shown', A, { stay, questions: [question?.audit_id], for: purpose }]),
  );
});
