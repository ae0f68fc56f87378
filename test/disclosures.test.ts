/** What was told of a person to providers and councils is found by the person, for those who watch over it (H22, R21). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../src/domain/caller.ts';
import { exportCouncilList } from '../src/services/council/export.ts';
import { councilNotice } from '../src/services/council/notice.ts';
import { answerNotice, historyOf, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import { gapsOf } from '../src/services/notices/restarts.ts';
import { teamNotices, tellingsOf } from '../src/services/notices/view.ts';
import { releaseNotice } from '../src/services/notices/act.ts';
import { uploadRoster } from '../src/services/roster/upload.ts';
import { councilAccesses, notTold, whoLooked } from '../src/services/review-accesses.ts';
import type { AccessList, CouncilReviewDeps } from '../src/services/review-accesses.ts';
import { foundClient, ownQuestions, questionsOfCouncil } from '../src/services/whereabouts/questions.ts';
import type { NoticeDeps } from '../src/services/notices/deps.ts';
import { councilSite } from './support/council.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { callerOf } from './support/site.ts';
import { later, tell } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';
import { WhereSite } from './support/whereabouts.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const reviewing = ({ db, clock, agreements }: NoticeDeps): CouncilReviewDeps => ({ db, clock, agreements });
const duty = (council: string): Caller => ({ ...callerOf('council-duty-worker'), organisation: council });
const officer = (hospital: string): Caller => ({ ...callerOf('privacy-officer'), organisation: hospital });
const told = ({ disclosed }: AccessList): string[] => disclosed.map(({ action, outcome }) => `${action} ${outcome}`);
const seen = ({ lists }: AccessList): string[] => lists.seen.map(({ action, organisation }) => `${action} ${organisation}`).sort(); // prettier-ignore

async function forCouncil(site: TellingSite, number = nhs(1)): Promise<AccessList> {
  return councilAccesses(reviewing(site.notices), duty(site.council.id), number);
}
async function forOfficer(site: TellingSite, number = nhs(1), hospital = site.hospital): Promise<AccessList> {
  return whoLooked(reviewing(site.notices), officer(hospital), number);
}

describe('what a hospital told of a person', () => {
  it('is found by the person with whom it was told, and who opened and answered it (H22, R21, R23)', async () => {
    const site = await holdSite(test.db);
    await tell(site, 'hold');
    const [one] = (await inboxOf(site.notices, site.carer)).notices;
    assert.ok(one);
    await openNotice(site.notices, site.carer, one.id);
    later(site, 1);
    await answerNotice(site.notices, site.carer, one.id, { kind: 'accepted', firstVisit: null });
    await councilNotice(site.notices, site.duty, one.id);
    const expected = ['see-council-notice shown', 'answer-notice accepted', 'open-notice listed', 'send-telling told'];
    const councils = await forCouncil(site);
    assert.deepEqual(told(councils).toSorted(), expected.toSorted());
    const officers = await forOfficer(site);
    assert.deepEqual(told(officers).toSorted(), ['permission-to-tell given', ...expected].toSorted());
    const sent = councils.disclosed.find(({ action }) => action === 'send-telling');
    assert.deepEqual(sent?.to.toSorted(), [site.provider, site.council.id].toSorted());
    assert.equal(councils.disclosed.find(({ action }) => action === 'open-notice')?.userName, 'carer Example');
    // Of nobody else, by nobody else, and of no other hospital.
    assert.deepEqual(told(await forCouncil(site, nhs(2))), []);
    assert.deepEqual(told(await forOfficer(site, nhs(2))), []);
    assert.deepEqual(told(await forOfficer(site, nhs(1), 'ANOTHER')), []);
  });

  it('is found with those who read it on lists, however many stood on them, when the messages are long gone (H22)', async () => {
    const lines = [
      { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' },
      { id: 'M2', number: nhs(2), family: 'Example', given: 'Bertha' },
    ];
    const site = await holdSite(test.db, { lines });
    await site.say('arrived');
    await tell(site, 'hold', { answerId: (await site.ask(nhs(2), '1941-03-14', {}, site.sister)).id });
    await inboxOf(site.notices, site.carer);
    await historyOf(site.notices, site.carer);
    await teamNotices(site.notices, site.sister);
    await tellingsOf(site.notices, site.sister, { stayId: (await site.stay()).stayId });
    await gapsOf(site.notices, site.sister, { stayId: (await site.stay()).stayId });
    await site.tasksOf(site.duty);
    const { council } = await councilSite(test.db, nhs(43), 'Holmes');
    const board = { db: test.db, clock: site.clock, agreements: site.notices.agreements, feeds: [] };
    await exportCouncilList({ ...council, notices: site.notices, board }, site.duty, 'notices', { show: 'all' }, 'file'); // prettier-ignore
    await sql`delete from telling where hospital = ${site.hospital}`.execute(test.db.sql);
    const { hospital, provider } = site;
    const [all, both] = [['see-inbox', 'see-notice-history'], ['see-team-notices']];
    const expected = [
      ...all.map((action) => `${action} ${provider}`),
      ...both.map((action) => `${action} ${hospital}`),
      `see-council-notices ${site.council.id}`,
      `export-council-list-file ${site.council.id}`,
    ];
    const alone = [`see-tellings ${hospital}`, `see-holds ${hospital}`];
    assert.deepEqual(seen(await forOfficer(site)), [...expected, ...alone].toSorted());
    assert.deepEqual(seen(await forCouncil(site)), [...expected, ...alone].toSorted());
    assert.deepEqual(seen(await forOfficer(site, nhs(2))), expected.toSorted());
    assert.deepEqual(seen(await forOfficer(site, nhs(2), 'ANOTHER')), []);
  });

  it('is told to no council whose agreement does not tell it of messages, and its refusals to none (product rule 8)', async () => {
    const site = await holdSite(test.db, { notices: { council: false } });
    await tell(site, 'hold');
    await inboxOf(site.notices, site.carer);
    await teamNotices(site.notices, site.sister);
    const { disclosed, lists } = await forCouncil(site);
    assert.deepEqual([disclosed, lists.seen], [[], []]);
    assert.notDeepEqual(told(await forOfficer(site)), []);
  });

  it('by a provider’s own list is the officer’s to find, and nothing that a council learns (product rule 7)', async () => {
    const roster = { terms: { enabled: true, arrivalNotices: true, shownToHospital: true } };
    const site = await holdSite(test.db, { roster, lines: [{ id: 'M1', number: nhs(1), cqc: '1-SOMEBODY-ELSE' }] });
    const upload = randomUUID();
    await sql`insert into roster_upload (upload_id, provider, at, by_id, by_name, state, row_count, audit_id)
      values (${upload}, ${site.provider}, ${site.now}, 'x', 'X', 'current', 1, ${upload})`.execute(test.db.sql);
    await sql`insert into roster_person (nhs_number) values (${nhs(1)}) on conflict do nothing`.execute(test.db.sql);
    await sql`insert into roster_client (provider, nhs_number, birth_date, family, given, reference, permission_on, upload_id)
      values (${site.provider}, ${nhs(1)}, '1941-03-14', 'Example', 'Barbara', 'C-1', '2026-09-01', ${upload})`.execute(
      test.db.sql,
    );
    await site.say('arrived');
    const own = (await inboxOf(site.notices, site.carer)).notices;
    assert.equal(own.length, 1);
    await openNotice(site.notices, site.carer, own[0]?.id ?? '');
    await teamNotices(site.notices, site.sister);
    const ofProvider = ({ disclosed }: AccessList): string[] =>
      disclosed.filter(({ organisation, to }) => organisation === site.provider || to.includes(site.provider)).map(({ action }) => action); // prettier-ignore
    assert.deepEqual(ofProvider(await forOfficer(site)).toSorted(), ['open-notice', 'send-telling']);
    assert.deepEqual(ofProvider(await forCouncil(site)), []);
    assert.ok(!seen(await forCouncil(site)).some((one) => one.includes(site.provider)));
    assert.ok(seen(await forOfficer(site)).includes(`see-inbox ${site.provider}`));
  });

  it('says on which message’s page the person was asked, and that it was let go after that (R21)', async () => {
    const site = await holdSite(test.db, { notices: { permissionToTell: 'ask', automatic: ['with-us'] } });
    await site.say('arrived');
    const [waiting] = (await teamNotices(site.notices, site.sister)).filter(({ waits }) => waits);
    assert.ok(waiting);
    later(site, 1);
    await releaseNotice(site.notices, site.sister, waiting.id, { answer: 'given', cannotAskReason: null });
    const { rows } = await sql<{ action: string; detail: { notice?: string; notices?: string[] } }>`
      select action, detail from audit_event where organisation = ${site.hospital} and action in ('permission-to-tell', 'release-notice')`.execute(
      test.db.sql,
    );
    const of = (action: string) => rows.find((row) => row.action === action)?.detail;
    assert.equal(of('permission-to-tell')?.notice, waiting.id);
    assert.deepEqual(of('release-notice')?.notices, [waiting.id]);
  });
});

describe('what a provider was told on its question', () => {
  it('is found by the person, for the officer of the hospital whose word it was and for the council (H22)', async () => {
    const site = new WhereSite(test.db, 'SEEN1');
    await site.land([{ n: 1 }, { n: 2 }]);
    await site.hear();
    await site.stay(1);
    assert.equal((await site.ask(1)).kind, 'with-us');
    assert.equal((await site.ask(2)).kind, 'not-with-us');
    const cora = site.coordinator();
    await ownQuestions(site.whereabouts.deps, cora);
    await foundClient(site.whereabouts.deps, cora, await site.question(1));
    const review = reviewing(site.notices);
    const council = site.site.council.id;
    await questionsOfCouncil(site.whereabouts.deps, duty(council));
    const asCouncil = await councilAccesses(review, duty(council), site.number(1));
    const asOfficer = await whoLooked(review, officer(site.site.hospital), site.number(1));
    const answers = ['ask-whereabouts with-us', 'ask-whereabouts with-us', 'see-questions with-us', 'send-telling told-on-screen', 'send-telling told-on-screen']; // prettier-ignore
    assert.deepEqual(told(asOfficer).toSorted(), answers);
    assert.deepEqual(told(asCouncil).toSorted(), ['ask-whereabouts with-us', 'ask-whereabouts with-us', 'close-question found', ...answers.slice(2)]); // prettier-ignore
    for (const list of [asCouncil, asOfficer]) assert.ok(seen(list).includes(`see-questions ${site.provider}`));
    assert.ok(seen(asCouncil).includes(`see-council-questions ${council}`));
    const second = await whoLooked(review, officer(site.site.hospital), site.number(2));
    assert.deepEqual(told(second).toSorted(), ['ask-whereabouts not-with-us', 'see-questions not-with-us']);
    const fields = second.disclosed.map(({ sharedFields }) => sharedFields);
    for (const one of fields) assert.deepEqual(one, ['services', 'feed-ages', 'some-not-identified']);
    assert.deepEqual(told(await whoLooked(review, officer('ANOTHER'), site.number(1))), []);
  });

  it('is not told to a council by whose agreement no arrival is told to it, whichever answer it was (product rule 8)', async () => {
    const site = new WhereSite(test.db, 'SEEN2', { notices: { council: false } });
    await site.land([{ n: 1 }, { n: 2 }, { n: 3 }], { restricted: [{ id: 'M3' }] });
    await site.hear();
    await site.stay(1);
    const kinds = [await site.ask(1), await site.ask(2), await site.ask(3)].map(({ kind }) => kind);
    assert.deepEqual(kinds, ['with-us', 'not-with-us', 'cannot-say']);
    for (const n of [1, 2, 3]) {
      const list = await councilAccesses(reviewing(site.notices), duty(site.site.council.id), site.number(n));
      assert.deepEqual(told(list).toSorted(), [`ask-whereabouts ${notTold}`, `see-questions ${notTold}`]);
    }
  });

  it('of a client by its own list is the officer’s to find, and no council’s (product rule 7)', async () => {
    const terms = { enabled: true, whereabouts: true, arrivalNotices: true, shownToHospital: true };
    const site = new WhereSite(test.db, 'SEEN3', { roster: { terms } });
    await site.land([{ n: 1, cqc: '1-SOMEBODY-ELSE' }]);
    await site.hear();
    const row = { nhsNumber: site.number(1), birthDate: '14/03/1941', family: 'Person', given: 'Test', reference: 'C-1', permission: 'Y', permissionOn: '01/09/2026' }; // prettier-ignore
    await uploadRoster(site.whereabouts.roster, site.coordinator('mia', site.provider, 'provider-manager'), [row]);
    await site.stay(1);
    assert.equal((await site.ask(1)).kind, 'with-us');
    await ownQuestions(site.whereabouts.deps, site.coordinator());
    const review = reviewing(site.notices);
    const asCouncil = await councilAccesses(review, duty(site.site.council.id), site.number(1));
    assert.deepEqual([told(asCouncil), seen(asCouncil)], [[], []]);
    const asOfficer = await whoLooked(review, officer(site.site.hospital), site.number(1));
    assert.deepEqual(told(asOfficer).toSorted(), ['ask-whereabouts with-us', 'see-questions with-us', 'send-telling told-on-screen']); // prettier-ignore
    assert.deepEqual(seen(asOfficer), [`see-questions ${site.provider}`]);
  });

  it('lists for the council whoever of its people stood on a provider’s list with another birth date (H22)', async () => {
    const terms = { enabled: true, whereabouts: true };
    const site = new WhereSite(test.db, 'SEEN4', { roster: { terms } });
    await site.land([{ n: 1 }]);
    const row = { nhsNumber: site.number(1), birthDate: '15/03/1941', family: 'Person', given: 'Test', reference: 'C-1', permission: 'Y', permissionOn: '01/09/2026' }; // prettier-ignore
    await uploadRoster(site.whereabouts.roster, site.coordinator('mia', site.provider, 'provider-manager'), [row]);
    await site.whereabouts.run();
    const list = await councilAccesses(reviewing(site.notices), duty(site.site.council.id), site.number(1));
    assert.deepEqual(told(list), ['list-mismatch birth-date-mismatch']);
  });
});
