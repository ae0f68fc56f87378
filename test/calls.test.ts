/** Calls from an answer, numbers that were found to be wrong, and what came of a look-up. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { answerExtras, forgetCallsAndOutcomes } from '../src/services/answer-extras.ts';
import type { AnswerExtras } from '../src/services/answer-extras.ts';
import { recordCall } from '../src/services/calls.ts';
import type { CallDeps, CallMade } from '../src/services/calls.ts';
import type { AuditedAnswer } from '../src/services/look-up.ts';
import { countOutcomes, recordOutcome } from '../src/services/outcomes.ts';
import { confirmContact } from '../src/services/provider-contact.ts';
import { closeWrongNumber, listWrongNumbers } from '../src/services/wrong-numbers.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { auditOf } from './support/import-site.ts';
import { contacts, nhs, usualBirth } from './support/import-lines.ts';
import { providerHouse } from './support/providers.ts';
import { refusedWith } from './support/refused.ts';
import { hour, later, person, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const office = '01632 960101';
const night = '01632 960102';
const day = 24 * hour;

interface CallSite {
  readonly site: TellingSite;
  readonly deps: CallDeps;
  look(caller?: Caller): Promise<AuditedAnswer>;
  extras(shown: AuditedAnswer, caller?: Caller): Promise<AnswerExtras>;
  call(shown: AuditedAnswer, made?: Partial<CallMade>, caller?: Caller): Promise<void>;
  /** The council's other parts as they are now, without which an old answer shows nothing. */
  fresh(): Promise<void>;
  /** The council's next contacts. */
  contacts(phone: string, confirmed?: string): Promise<void>;
}

async function callSite(): Promise<CallSite> {
  const site = await tellingSite(test.db);
  const deps: CallDeps = { db: site.db, clock: site.clock, agreements: [site.agreement] };
  const cqc = site.provider.replace('cqc:', '');
  const self: CallSite = {
    site,
    deps,
    look: (caller = site.nurse('sister')) => site.ask(nhs(1), usualBirth, {}, caller),
    extras: (shown, caller = site.nurse('sister')) => answerExtras(deps, caller, shown),
    call: (shown, made = {}, caller = site.nurse('sister')) =>
      recordCall(deps, caller, { answerId: shown.id, provider: site.provider, phone: night, result: 'reached', spokeTo: null, token: randomUUID(), ...made }), // prettier-ignore
    async fresh() {
      const at = site.now.toISOString();
      const line = { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara', cqc };
      await site.land(site.whole([line]), at);
    },
    async contacts(phone, confirmed = '') {
      await site.land([contacts([{ cqc, phone: office, night: phone, hours: 'Mon-Fri 08:00-18:00', confirmed }])], site.now.toISOString()); // prettier-ignore
    },
  };
  await self.contacts(night);
  return self;
}

describe('a call', () => {
  it('is written down with who was reached, once for each form, and audited', async () => {
    const { site, look, extras, call } = await callSite();
    const shown = await look();
    const token = randomUUID();
    await call(shown, { spokeTo: '  Jane   Example ', token });
    await call(shown, { spokeTo: 'Jane Example', token });
    // A name with signs that do not show reads otherwise than it was written.
    for (const spokeTo of ['Jo \u202enosliW', 'Jo\u200b', 'Jo \u0007', 'x'.repeat(101)])
      await assert.rejects(call(shown, { spokeTo, token: randomUUID() }), { code: 'FORM_INVALID' });
    later(site, 1);
    await call(shown, { phone: '+44 1632 960101', result: 'no-answer' });
    const { calls, cautions } = await extras(shown);
    assert.deepEqual(calls.map(({ result, phone, spokeTo, by }) => [result, phone, spokeTo, by]), [
      ['no-answer', office.replace('960101', '960 101'), null, site.nurse('sister').name],
      ['reached', night.replace('960102', '960 102'), 'Jane Example', site.nurse('sister').name],
    ]);
    assert.deepEqual(cautions, []);
    const trail = (await auditOf(site.db, site.council.id)).filter(({ action }) => action === 'record-call');
    assert.deepEqual(trail.map(({ outcome }) => outcome), ['reached', 'no-answer']);
  }); // prettier-ignore

  it('is seen by the next who looks the person up at the same hospital', async () => {
    const own = await callSite();
    const { site, look, extras, call } = own;
    await call(await look());
    const doctor = site.nurse('another');
    assert.equal((await extras(await look(doctor), doctor)).calls.length, 1);
    later(site, 25 * 60);
    await own.fresh();
    assert.equal((await extras(await look(doctor), doctor)).calls.length, 0);
  });

  it('is taken only from whoever has the answer, and only of a number that it shows', async () => {
    const { site, look, call } = await callSite();
    const shown = await look();
    await assert.rejects(call(shown, {}, site.nurse('another')), refusedWith('ANSWER_GONE'));
    await assert.rejects(call(shown, {}, site.duty), refusedWith('NOT_ALLOWED'));
    await assert.rejects(call(shown, { phone: '01632 960199' }), refusedWith('FORM_INVALID'));
    await assert.rejects(call(shown, { provider: 'cqc:1-999' }), refusedWith('FORM_INVALID'));
  });

  it('is forgotten when its time is over, and the caution is not', async () => {
    const { site, deps, look, extras, call, fresh } = await callSite();
    await call(await look(), { result: 'wrong-number' });
    site.now = new Date(site.now.getTime() + site.agreement.retention.notices + 1);
    await forgetCallsAndOutcomes(deps);
    await fresh();
    const left = await site.db.sql
      .selectFrom('call_record')
      .selectAll()
      .where('council', '=', site.council.id)
      .execute();
    assert.deepEqual(left, []);
    const { cautions } = await extras(await look());
    assert.equal(cautions.length, 1);
  });
});

describe('a number that is wrong', () => {
  it('becomes a task of the council and a caution beside that number alone, and names nobody (H07)', async () => {
    const { site, look, extras, call, deps } = await callSite();
    const shown = await look();
    await call(shown, { result: 'wrong-number' });
    const { cautions } = await extras(shown);
    assert.deepEqual(cautions.map(({ provider, key }) => [provider, key]), [[site.provider, 'tel:01632960102']]);
    const tasks = await listWrongNumbers(deps, site.duty);
    assert.deepEqual(tasks.map(({ provider, phone, times, closedAt, hospital }) => [provider, phone, times, closedAt, hospital]), [
      [site.provider, '01632 960 102', 1, null, site.hospital],
    ]);
    assert.doesNotMatch(JSON.stringify(tasks), /Barbara|9990000/);
    const report = (await auditOf(site.db, site.council.id)).filter(({ action }) => action === 'report-wrong-number');
    assert.deepEqual(report.map(({ person_key }) => person_key), [null]);
    await call(shown, { result: 'wrong-number' });
    assert.deepEqual((await listWrongNumbers(deps, site.duty)).map(({ times }) => times), [2]);
  }); // prettier-ignore

  it('is a task of its own council alone, and of nobody at the hospital', async () => {
    const { site, deps, look, call } = await callSite();
    await call(await look(), { result: 'wrong-number' });
    const other = person(site, 'elsewhere', 'council-duty-worker', 'another council');
    assert.deepEqual(await listWrongNumbers(deps, other), []);
    const [task] = await listWrongNumbers(deps, site.duty);
    await assert.rejects(closeWrongNumber(deps, other, task?.id ?? '', 'right'), refusedWith('FORM_INVALID'));
    await assert.rejects(listWrongNumbers(deps, site.nurse('sister')), refusedWith('NOT_ALLOWED'));
  });

  it('is cleared by the council’s next contacts that change it, not by those that repeat it (H07)', async () => {
    const { site, deps, look, extras, call, fresh, contacts: send } = await callSite();
    await call(await look(), { result: 'wrong-number' });
    later(site, 24 * 60);
    await fresh();
    await send(night);
    assert.equal((await extras(await look())).cautions.length, 1);
    later(site, 60);
    await send('01632 960103');
    assert.deepEqual((await extras(await look())).cautions, []);
    assert.deepEqual(await listWrongNumbers(deps, site.duty), []);
    const [past] = await listWrongNumbers(deps, site.duty, { open: false });
    assert.deepEqual([past?.closedHow, past?.closedBy], ['changed', null]);
  });

  it('is cleared by a later date of confirmation, and by the provider’s own word (H07)', async () => {
    const { site, look, extras, call, fresh, contacts: send } = await callSite();
    await call(await look(), { result: 'wrong-number' });
    later(site, 24 * 60);
    await fresh();
    await send(night, site.now.toISOString().slice(0, 10).split('-').reverse().join('/'));
    assert.deepEqual((await extras(await look())).cautions, []);
    later(site, 1);
    await call(await look(), { result: 'wrong-number' });
    const house = providerHouse(site.db, site.clock);
    const manager = person(site, 'manager', 'provider-manager', site.provider);
    later(site, 1);
    const own = { officePhone: office, officeHours: null, outOfHoursPhone: '01632 960199', email: null };
    await confirmContact(house.deps, manager, own);
    assert.equal((await extras(await look())).cautions.length, 1);
    await confirmContact(house.deps, manager, { ...own, outOfHoursPhone: night });
    assert.deepEqual((await extras(await look())).cautions, []);
  });

  it('is cleared at once when a council worker says that it is right, and stays cautioned while only corrected there', async () => {
    const { site, deps, look, extras, call, contacts: send } = await callSite();
    const shown = await look();
    await call(shown, { result: 'wrong-number' });
    const [first] = await listWrongNumbers(deps, site.duty);
    await closeWrongNumber(deps, site.duty, first?.id ?? '', 'right');
    assert.deepEqual((await extras(shown)).cautions, []);
    later(site, 1);
    await call(shown, { result: 'wrong-number' });
    const [second] = await listWrongNumbers(deps, site.duty);
    assert.notEqual(second?.id, first?.id);
    await closeWrongNumber(deps, site.duty, second?.id ?? '', 'corrected');
    assert.deepEqual(await listWrongNumbers(deps, site.duty), []);
    assert.equal((await extras(shown)).cautions.length, 1);
    later(site, 60);
    await send('01632 960103');
    assert.deepEqual((await extras(await look())).cautions, []);
    await listWrongNumbers(deps, site.duty);
    const past = await listWrongNumbers(deps, site.duty, { open: false });
    assert.deepEqual(past.map(({ closedHow }) => closedHow), ['right', 'corrected']);
    assert.ok(past.every(({ cautionUntil }) => cautionUntil !== null));
  }); // prettier-ignore
});

describe('what came of a look-up', () => {
  const operator = (site: TellingSite): Caller => person(site, 'operator', 'operator', site.hospital);
  const counts = (deps: CallDeps, site: TellingSite) =>
    countOutcomes(deps, operator(site), { from: new Date(0), until: new Date(site.now.getTime() + 1) });

  async function nextDay({ site, fresh }: CallSite): Promise<void> {
    later(site, 24 * 60 + 1);
    await fresh();
  }

  it('is asked after a day, in two taps, and counted with those that nobody answered', async () => {
    const own = await callSite();
    const { site, deps, look, extras } = own;
    const first = await look();
    assert.equal((await extras(first)).outcome, null);
    await nextDay(own);
    const again = await look();
    const { outcome } = await extras(again);
    assert.deepEqual(outcome, { lookUp: first.id, question: 'outcome' });
    assert.deepEqual([(await counts(deps, site)).asked, (await counts(deps, site)).outcomeNotAnswered], [1, 1]);
    await recordOutcome(deps, site.nurse('sister'), again.id, { lookUp: first.id, outcome: 'home-care-confirmed', changed: null });
    assert.deepEqual((await extras(again)).outcome, { lookUp: first.id, question: 'changed' });
    await recordOutcome(deps, site.nurse('sister'), again.id, { lookUp: first.id, outcome: null, changed: 'yes' });
    assert.equal((await extras(again)).outcome, null);
    const { asked, outcomes, changed, outcomeNotAnswered } = await counts(deps, site);
    assert.deepEqual([asked, outcomes['home-care-confirmed'], changed.yes, outcomeNotAnswered], [1, 1, 1, 0]);
  }); // prettier-ignore

  it('is taken only where it was asked, and counted for operators alone', async () => {
    const own = await callSite();
    const { site, deps, look, extras } = own;
    const shown = await look();
    const tap = (lookUp: string): Promise<void> => recordOutcome(deps, site.nurse('sister'), shown.id, { lookUp, outcome: 'admitted-anyway', changed: null }); // prettier-ignore
    await assert.rejects(tap(shown.id), refusedWith('FORM_INVALID'));
    await assert.rejects(tap(randomUUID()), refusedWith('FORM_INVALID'));
    const ever = { from: new Date(0), until: site.now };
    await assert.rejects(countOutcomes(deps, site.nurse('sister'), ever), refusedWith('NOT_ALLOWED'));
    await nextDay(own);
    assert.ok((await extras(await look())).outcome);
  });

  it('is forgotten of whom it was, and stays counted', async () => {
    const own = await callSite();
    const { site, deps, look, extras } = own;
    await look();
    await nextDay(own);
    await extras(await look());
    site.now = new Date(site.now.getTime() + 50 * day);
    await forgetCallsAndOutcomes(deps);
    const rows = await site.db.sql.selectFrom('look_up_outcome').select('person_key').where('council', '=', site.council.id).execute();
    assert.deepEqual(rows, [{ person_key: null }]);
    assert.equal((await counts(deps, site)).asked, 1);
  }); // prettier-ignore
});
