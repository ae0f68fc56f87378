/** An answer shown again: never a second look-up, always audited, gone in time, blank when withdrawn. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { forgetOldAnswers, viewAnswer } from '../src/services/look-up.ts';
import { rollBack } from '../src/services/manage-bundles.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, numbers, restrictions, safeguarding, usualBirth } from './support/import-lines.ts';
import { Site, auditOf, shownCare } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B] = [nhs(1), nhs(2)];
const people = [
  { id: 'M1', number: A },
  { id: 'M2', number: B },
];

const words = {
  care: { amber: '26 hours', red: '50 hours' },
  safeguarding: { notAvailableAfter: '90 minutes' },
  contacts: { amber: '90 days', red: '365 days' },
  restrictions: { overdueAfter: '50 hours' },
};

async function siteWithAnswer(): Promise<{ site: Site; id: string; view: () => ReturnType<typeof viewAnswer> }> {
  const site = new Site(test.db, `V${++sites}`, {
    council: { fallLimitPercent: 100 },
    // The extract of these tests is an hour old: its referrals must not grow too old between two views.
    agreement: { freshness: words },
  });
  await site.land(site.whole(people, { referrals: [{ id: 'M1' }] }));
  const { id } = await site.ask(A, usualBirth, {}, site.nurse('n'));
  return { site, id, view: () => viewAnswer(site.lookUpDeps, site.nurse('n'), id) };
}

async function actions(site: Site, action: string): Promise<Record<string, unknown>[]> {
  return (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === action);
}

describe('an answer shown again', () => {
  it('is the answer that was given, dates and all; the first view is the look-up’s own, later ones are audited', async () => {
    const { site, id, view } = await siteWithAnswer();
    const first = await view();
    assert.equal(first.again, false);
    assert.equal((await actions(site, 'view-answer-again')).length, 0);
    const second = await view();
    assert.equal(second.again, true);
    assert.deepEqual(second.answer, first.answer);
    assert.equal(shownCare(second.answer).packages[0]?.service, 'Home care');
    assert.ok(second.answer.at instanceof Date && shownCare(second.answer).safeguardingAsAt instanceof Date);
    const [row] = await actions(site, 'view-answer-again');
    assert.deepEqual([row?.['outcome'], row?.['number_asked'], row?.['answer_id']], ['care', A, id]);
    assert.deepEqual(row?.['shared_fields'], [...site.agreement.fields]);
    assert.equal((await actions(site, 'look-up')).length, 1);
  });

  it('H12: never says “none recorded” once a referral has opened, or the list of them is too old', async () => {
    const { site } = await siteWithAnswer();
    await site.land([safeguarding(site.council.id, [])]);
    const { id } = await site.ask(A, usualBirth, {}, site.nurse('n'));
    const view = (): ReturnType<typeof viewAnswer> => viewAnswer(site.lookUpDeps, site.nurse('n'), id);
    assert.equal(shownCare((await view()).answer).safeguarding, 'none-recorded');
    await site.land([safeguarding(site.council.id, [{ id: 'M1', number: A }])]);
    await assert.rejects(view(), refusedWith('ANSWER_GONE'));
    const late = await siteWithAnswer();
    late.site.now = new Date(late.site.now.getTime() + 59 * 60_000);
    await assert.rejects(late.view(), refusedWith('ANSWER_GONE'));
    assert.deepEqual((await actions(late.site, 'view-answer-again')).map((row) => row['outcome']), ['changed-since']); // prettier-ignore
  });

  it('H23: that was never opened is blanked too when a restriction has come meanwhile, and audited', async () => {
    const { site, view } = await siteWithAnswer();
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    site.now = new Date(site.now.getTime() + 40_000);
    assert.equal((await view()).answer.kind, 'cannot-show');
    assert.equal((await actions(site, 'view-answer-again')).length, 1);
  });

  it('is gone when other care stands in its place', async () => {
    const { site, view } = await siteWithAnswer();
    await site.land([care(site.council.id, people.map((one) => ({ ...one, component: 'Day support' })))]); // prettier-ignore
    await assert.rejects(view(), refusedWith('ANSWER_GONE'));
  });

  it('does not count against any budget', async () => {
    const { site, view } = await siteWithAnswer();
    for (let times = 0; times < 35; times++) await view();
    assert.equal((await site.look(B, usualBirth, {}, site.nurse('n'))).kind, 'care');
  });

  it('is for the session that asked alone, and an id that is none finds nothing', async () => {
    const { site, id } = await siteWithAnswer();
    await assert.rejects(viewAnswer(site.lookUpDeps, site.nurse('other'), id), refusedWith('ANSWER_GONE'));
    for (const wrong of ['', 'x', id.slice(1), `${id}'--`, '00000000-0000-4000-8000-000000000000']) {
      await assert.rejects(viewAnswer(site.lookUpDeps, site.nurse('n'), wrong), refusedWith('ANSWER_GONE'));
    }
  });

  it('is gone when its time is over, and then deleted', async () => {
    const { site, id, view } = await siteWithAnswer();
    site.now = new Date(site.now.getTime() + 3_600_000);
    await assert.rejects(view(), refusedWith('ANSWER_GONE'));
    assert.ok((await forgetOldAnswers(site.lookUpDeps)) >= 1);
    const left = await test.db.sql.selectFrom('answer').select('answer_id').where('answer_id', '=', id).execute();
    assert.deepEqual(left, []);
  });

  it('as a printed card is audited from the first time on', async () => {
    const { site, id } = await siteWithAnswer();
    await viewAnswer(site.lookUpDeps, site.nurse('n'), id, 'print-card');
    assert.deepEqual((await actions(site, 'print-card')).map((row) => row['answer_id']), [id]); // prettier-ignore
  });
});

describe('an answer withdrawn since it was given is blank, and the trail says so', () => {
  const withdrawals: Record<string, (site: Site) => Promise<unknown>> = {
    'by a restriction on the council’s id': (site) => site.land([restrictions(site.council.id, [{ id: 'M1' }])]),
    'by an objection under the NHS number alone': (site) => site.land([restrictions(site.council.id, [{ number: A }])]),
    'by an objection under a number that is now superseded': (site) =>
      site.land([restrictions(site.council.id, [{ number: nhs(9) }]), numbers([[nhs(9), A]])]),
    'because the number turned out to be two people’s': (site) =>
      site.land([care(site.council.id, [...people, { id: 'M3', number: A }])]),
    'because the number is somebody else’s': (site) =>
      site.land([care(site.council.id, [{ id: 'M3', number: A }, people[1] ?? { id: '' }])]),
    'because birth dates contradict each other': (site) =>
      site.land([care(site.council.id, [...people, { id: 'M1', number: A, born: '01/01/1940' }])]),
    'by a restriction of a bundle that was undone since (H26)': async (site) => {
      await site.land([restrictions(site.council.id, [{ number: A }])]);
      await rollBack(site.deps, site.steward);
    },
  };
  for (const [how, withdraw] of Object.entries(withdrawals)) {
    it(how, async () => {
      const { site, id, view } = await siteWithAnswer();
      await view();
      await withdraw(site);
      const { answer } = await view();
      assert.deepEqual(answer, {
        kind: 'cannot-show',
        at: answer.at,
        council: site.council.id,
        hospital: site.hospital,
        asked: A,
        supersededBy: null,
      });
      const [row] = await actions(site, 'view-answer-again');
      assert.deepEqual([row?.['outcome'], row?.['shared_fields']], ['cannot-show', []]);
      const card = await viewAnswer(site.lookUpDeps, site.nurse('n'), id, 'print-card');
      assert.equal(card.answer.kind, 'cannot-show');
    });
  }

  it('and not blank by what concerns somebody else, or begins later', async () => {
    const { site, view } = await siteWithAnswer();
    await view();
    await site.land([restrictions(site.council.id, [{ id: 'M2', number: B }, { id: 'M1', from: '01/10/2026' }])]); // prettier-ignore
    assert.equal((await view()).answer.kind, 'care');
  });
});
