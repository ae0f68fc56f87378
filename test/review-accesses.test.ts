/** Those who watch over look-ups: the council over its people's, the privacy officer over the hospital's own. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { roles } from '../src/domain/caller.ts';
import type { Caller } from '../src/domain/caller.ts';
import { viewAnswer } from '../src/services/look-up.ts';
import { alertsOf, councilAccesses, reviewAlert, whoLooked } from '../src/services/review-accesses.ts';
import type { CouncilReviewDeps } from '../src/services/review-accesses.ts';
import { freshnessOfCouncils } from '../src/services/freshness.ts';
import { allOn, putStay, settling } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, numbers, restrictions, safeguarding, usualBirth } from './support/import-lines.ts';
import { Site, auditOf } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];

async function newSite(arrival: object = {}, council: object = {}): Promise<Site> {
  // The extract is an hour old: its referrals must not grow too old between two views.
  const freshness = {
    care: { amber: '26 hours', red: '50 hours' },
    safeguarding: { notAvailableAfter: '2 hours' },
    contacts: { amber: '90 days', red: '365 days' },
    restrictions: { overdueAfter: '50 hours' },
  };
  const site = new Site(test.db, `Q${++sites}`, {
    agreement: { freshness, arrival },
    council,
  });
  await site.land(site.whole([{ id: 'M1', number: A }, { id: 'M2', number: B }])); // prettier-ignore
  return site;
}

const dutyWorker = (site: Site): Caller => ({ ...callerOf('council-duty-worker'), organisation: site.council.id });
const officer = (site: Site): Caller => ({ ...callerOf('privacy-officer'), organisation: site.hospital });
const deps = (site: Site): CouncilReviewDeps => ({ db: site.db, clock: site.clock, agreements: [site.agreement] });

function tick(site: Site): void {
  site.now = new Date(site.now.getTime() + 1000);
}

describe('the council’s list of accesses to a person', () => {
  it('shows the last 25, newest first: who, from where, why, and what came of it', async () => {
    const site = await newSite();
    for (let at = 0; at < 27; at++) {
      tick(site);
      await site.look(A, at === 26 ? '1950-01-01' : usualBirth, { reason: 'plan-discharge' }, site.nurse('n'));
    }
    tick(site);
    await site.look(B, usualBirth);
    const { accesses, known } = await councilAccesses(deps(site), dutyWorker(site), 'M1');
    assert.equal(known, true);
    assert.equal(accesses.length, 25);
    assert.deepEqual(accesses.map((one) => one.at.getTime()), accesses.map((one) => one.at.getTime()).toSorted((a, b) => b - a)); // prettier-ignore
    const { userName, role, organisation, team, reason, permission, outcome, rule } = accesses[0] ?? {};
    assert.deepEqual(
      [userName, role, organisation, team, reason, permission, outcome, rule],
      ['Nia Example', 'emergency-nurse', site.hospital, 'Emergency department', 'plan-discharge', 'given', 'birth-date-mismatch', 'R5'],
    ); // prettier-ignore
    assert.ok(accesses[1]?.sharedFields?.includes('provider'));
  });

  it('holds views and printed cards as well, and is found by number or by the council’s own id', async () => {
    const site = await newSite();
    const { id } = await site.ask(A, usualBirth, {}, site.nurse('n'));
    for (const action of ['view-answer-again', 'view-answer-again', 'print-card'] as const) {
      tick(site);
      await viewAnswer(site.lookUpDeps, site.nurse('n'), id, action);
    }
    for (const typed of ['M1', ' M1 ', A, `${A.slice(0, 3)} ${A.slice(3, 6)} ${A.slice(6)}`]) {
      const { accesses } = await councilAccesses(deps(site), dutyWorker(site), typed);
      assert.deepEqual(accesses.map((one) => one.action), ['print-card', 'view-answer-again', 'look-up'], typed); // prettier-ignore
    }
  });

  it('is audited itself, before it is shown', async () => {
    const site = await newSite();
    await councilAccesses(deps(site), dutyWorker(site), A);
    const [row] = (await auditOf(test.db, site.council.id)).filter((one) => one['action'] === 'see-council-accesses');
    assert.deepEqual(
      [row?.['role'], row?.['number_asked'], row?.['detail']],
      ['council-duty-worker', A, { shown: 0, disclosed: 0, lists: 0 }],
    );
  });

  it('shows nothing of another council’s people, not even of the same number', async () => {
    const [one, two] = [await newSite(), await newSite()];
    await one.look(A, usualBirth);
    const { accesses } = await councilAccesses(deps(two), dutyWorker(two), A);
    assert.deepEqual(accesses, []);
    assert.equal((await councilAccesses(deps(one), dutyWorker(one), A)).accesses.length, 1);
  });

  it('of a number that is none of its people tells it nothing of their hospital visits', async () => {
    const site = await newSite();
    await site.look(C, usualBirth);
    const { accesses, known } = await councilAccesses(deps(site), dutyWorker(site), C);
    assert.deepEqual([known, accesses], [false, []]);
    const nobody = await councilAccesses(deps(site), dutyWorker(site), "M1' or '1'='1");
    assert.deepEqual(nobody, {
      accesses: [],
      looked: 0,
      disclosed: [],
      names: new Map(),
      lists: { seen: [], people: 0 },
      known: false,
    });
    await assert.rejects(councilAccesses(deps(site), dutyWorker(site), '  '), refusedWith('FORM_INVALID'));
  });

  it('holds an arrival only where care is on record and the agreement tells the council of it (product rule 8)', async () => {
    for (const [arrival, shown] of [
      [allOn, ['care-on-record']],
      [{ ask: true, board: true, hint: true }, []],
    ] as const) {
      const site = await newSite(arrival, { fallLimitPercent: 100 });
      await site.land(site.whole([{ id: 'M1', number: A }, { id: 'M2', number: B, component: 'Direct payment' }])); // prettier-ignore
      await putStay(site, A);
      await putStay(site, B);
      await settling(site).run();
      tick(site);
      await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
      await settling(site).run();
      const asked = (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'arrival-question');
      const learnt = new Set(asked.map((row) => row['outcome']));
      assert.deepEqual(learnt, new Set(['care-on-record', 'no-care-on-record', 'cannot-say']));
      const outcomes = async (typed: string): Promise<string[]> =>
        (await councilAccesses(deps(site), dutyWorker(site), typed)).accesses.map((one) => one.outcome);
      assert.deepEqual([await outcomes('M1'), await outcomes(A)], [shown, shown]);
      assert.deepEqual([await outcomes('M2'), await outcomes(B)], [[], []]);
      // The hospital's own officer sees them all.
      assert.equal((await whoLooked(deps(site), officer(site), A)).accesses.length, 2);
    }
  });

  it('of an arrival is empty again once the agreement is over', async () => {
    const site = await newSite(allOn);
    await putStay(site, A);
    await settling(site).run();
    const over = { ...site.agreement, enabled: false };
    const { accesses } = await councilAccesses({ ...deps(site), agreements: [over] }, dutyWorker(site), 'M1');
    assert.deepEqual(accesses, []);
  });

  it('does not say what the hospital’s feed knew of the person', async () => {
    const site = await newSite();
    await putStay(site, A);
    await site.look(A, usualBirth);
    const { accesses } = await councilAccesses(deps(site), dutyWorker(site), 'M1');
    assert.deepEqual(accesses.map((one) => [one.relationship, one.unexplained]), [[null, false]]); // prettier-ignore
  });

  it('of one person holds nobody else’s, though a referral mixed up their numbers', async () => {
    const site = await newSite();
    await site.land([safeguarding(site.council.id, [{ id: 'M1', number: B }])]);
    await site.look(A, usualBirth);
    tick(site);
    await site.look(B, usualBirth);
    for (const [typed, number] of [['M1', A], [A, A], ['M2', B], [B, B]] as const) {
      const { accesses } = await councilAccesses(deps(site), dutyWorker(site), typed);
      assert.equal(accesses.length, 1, `${typed} ${number}`);
    } // prettier-ignore
  });
});

describe('the privacy officer’s list of who looked', () => {
  it('finds look-ups made under a number before it was superseded, and after, and by either number (H04)', async () => {
    const site = await newSite();
    await site.look(A, usualBirth);
    tick(site);
    await site.land([numbers([[A, C]])]);
    await site.look(C, usualBirth);
    tick(site);
    await site.land(site.whole([{ id: 'M1', number: C }, { id: 'M2', number: B }])); // prettier-ignore
    await site.land([numbers([])]);
    await site.look(C, usualBirth);
    tick(site);
    await site.look(A, usualBirth);
    for (const typed of [A, C]) {
      const { accesses } = await whoLooked(deps(site), officer(site), typed);
      assert.deepEqual(accesses.map((one) => one.outcome), ['no-record', 'care', 'care', 'care'], typed); // prettier-ignore
    }
    assert.deepEqual((await whoLooked(deps(site), officer(site), B)).accesses, []);
  });

  it('finds look-ups of a person known by an objection alone', async () => {
    const site = await newSite();
    await site.land([restrictions(site.council.id, [{ number: C }])]);
    await site.look(C, usualBirth);
    const { accesses, known } = await whoLooked(deps(site), officer(site), C);
    assert.deepEqual([known, accesses.map((one) => one.outcome)], [true, ['cannot-show']]);
  });

  it('holds attempts that were refused, and each access once', async () => {
    const site = await newSite();
    for (const changes of [{}, { permission: 'refused' as const }]) {
      tick(site);
      await site.look(A, usualBirth, changes);
    }
    const { accesses } = await whoLooked(deps(site), officer(site), A);
    assert.deepEqual(accesses.map((one) => one.outcome), ['permission-refused', 'care']); // prettier-ignore
    assert.equal(new Set(accesses.map((one) => one.id)).size, 2);
  });

  it('shows the officer’s own organisation and no other', async () => {
    const [one, two] = [await newSite(), await newSite()];
    await one.look(A, usualBirth);
    assert.deepEqual((await whoLooked(deps(two), officer(two), A)).accesses, []);
  });

  it('is audited itself, and needs a real number', async () => {
    const site = await newSite();
    await whoLooked(deps(site), officer(site), A);
    const rows = await test.db.sql.selectFrom('audit_event').select(['outcome', 'number_asked'])
      .where('action', '=', 'review-accesses').where('organisation', '=', site.hospital).execute(); // prettier-ignore
    assert.deepEqual(rows, [{ outcome: 'listed', number_asked: A }]);
    for (const typed of ['', 'M1', '9990000019']) {
      await assert.rejects(whoLooked(deps(site), officer(site), typed), refusedWith('FORM_INVALID'));
    }
  });
});

describe('alerts', () => {
  it('are listed newest first with their look-up, and closed once by the officer of their organisation', async () => {
    const [site, other] = [await newSite(), await newSite()];
    for (const [number, why] of [[A, 'unconscious'], [B, 'confused']] as const) {
      tick(site);
      await site.look(number, usualBirth, { permission: 'cannot-ask', cannotAskReason: why });
    } // prettier-ignore
    const { alerts, open } = await alertsOf(deps(site), officer(site));
    assert.equal(open, 2);
    assert.deepEqual(alerts.map((one) => [one.kind, one.cannotAskReason, one.reviewedAt]), [['emergency-access', 'confused', null], ['emergency-access', 'unconscious', null]]); // prettier-ignore
    const [newest] = alerts;
    assert.ok(newest);
    await assert.rejects(reviewAlert(deps(other), officer(other), newest.alert), refusedWith('PAGE_NOT_FOUND'));
    await reviewAlert(deps(site), officer(site), newest.alert);
    await assert.rejects(reviewAlert(deps(site), officer(site), newest.alert), refusedWith('PAGE_NOT_FOUND'));
    for (const wrong of ['', 'x', "'--"]) await assert.rejects(reviewAlert(deps(site), officer(site), wrong), refusedWith('PAGE_NOT_FOUND')); // prettier-ignore
    // The one still open stands first, however many newer ones were reviewed.
    const { alerts: after } = await alertsOf(deps(site), officer(site));
    assert.equal(after[0]?.reviewedAt, null);
    const now = after[1];
    assert.deepEqual([now?.reviewedAt, now?.reviewedBy], [site.now, 'Nia Example']);
    assert.deepEqual(await alertsOf(deps(other), officer(other)), { alerts: [], open: 0, all: 0 });
    const raisedBy = (await auditOf(test.db, site.council.id)).find(
      (row) => row['action'] === 'look-up' && row['cannot_ask_reason'] === 'unconscious',
    );
    const own = { ...officer(site), userId: String(raisedBy?.['user_id']) };
    await assert.rejects(reviewAlert(deps(site), own, after[0]?.alert ?? ''), refusedWith('PAGE_NOT_FOUND'));
  });
});

describe('freshness of councils', () => {
  it('is told to the operator part by part, with what waits', async () => {
    const site = await newSite();
    const operator = { ...callerOf('operator'), organisation: site.hospital };
    const all = { ...deps(site), councils: [site.council], agreements: [site.agreement] };
    await site.take([care(site.council.id, [])]);
    const [seen] = await freshnessOfCouncils(all, operator);
    assert.deepEqual(seen?.parts.map((part) => [part.kind, part.freshness]), [['care', 'fresh'], ['safeguarding', 'fresh'], ['restrictions', 'fresh'], ['contacts', 'never']]); // prettier-ignore
    assert.equal(seen?.held, 1);
    site.now = new Date('2026-10-01T08:00:00+01:00');
    const [later] = await freshnessOfCouncils(all, operator);
    assert.deepEqual(later?.parts.map((part) => part.freshness), ['amber', 'red', 'fresh', 'never']); // prettier-ignore
  });
});

describe('each list', () => {
  it('is refused to every role but its own, and nothing is read', async () => {
    const site = await newSite();
    const all = { ...deps(site), councils: [site.council], agreements: [site.agreement] };
    const doors: [string, (caller: Caller) => Promise<unknown>][] = [
      ['council-duty-worker', (caller) => councilAccesses(deps(site), caller, 'M1')],
      ['privacy-officer', (caller) => whoLooked(deps(site), caller, A)],
      ['privacy-officer', (caller) => alertsOf(deps(site), caller)],
      ['privacy-officer', (caller) => reviewAlert(deps(site), caller, '00000000-0000-4000-8000-000000000000')],
      ['operator', (caller) => freshnessOfCouncils(all, caller)],
    ];
    for (const [own, door] of doors) {
      for (const role of roles.filter((one) => one !== own)) {
        const caller = { ...callerOf(role), organisation: site.council.id };
        await assert.rejects(door(caller), refusedWith('NOT_ALLOWED'), `${role} at the door of ${own}`);
      }
    }
  });
});
