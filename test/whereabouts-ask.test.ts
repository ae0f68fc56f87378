/** "Is my client with you?" on a real database: what is read, what is written down, and who learns nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { listAlerts } from '../src/store/alerts.ts';
import { accessRow } from '../src/web/pages/access-words.ts';
import { foundClient, ownQuestions, questionsOfCouncil, whereaboutsAnswer } from '../src/services/whereabouts/questions.ts'; // prettier-ignore
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { numbers } from './support/import-lines.ts';
import { auditOf } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';
import { WhereSite } from './support/whereabouts.ts';
import type { WhereSiteOptions } from './support/whereabouts.ts';

let test: TestDatabase;
let sites = 0;
before(async () => void (test = await openTestDatabase()));
after(() => test.close());

const minute = 60_000;

/** People 1 to 9 are clients, whose feed was heard a minute ago. */
async function siteOf(options: WhereSiteOptions = {}, more: Parameters<WhereSite['site']['whole']>[1] = {}): Promise<WhereSite> {
  const site = new WhereSite(test.db, `WHERE${++sites}`, options);
  await site.land(Array.from({ length: 10 }, (_, n) => ({ n })), more);
  await site.hear();
  return site;
} // prettier-ignore

describe('a provider who asks for a client of its own', () => {
  it('reads where the person is, since when and whom to phone; and everyone told is listed', async () => {
    const site = await siteOf();
    const stay = await site.stay(1);
    const answer = await site.ask(1);
    assert.ok(answer.kind === 'with-us');
    assert.equal(answer.hospital, `${site.site.council.id} General Hospital`);
    assert.deepEqual(answer.since, new Date(site.site.now.getTime() - 60 * minute));
    assert.equal(answer.phone.href, 'tel:01632960300');
    const { rows } = await sql`
      select fact, recipient, link, status, open, reached, stay_id, automatic from notice where council = ${site.site.council.id}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows, [
      { fact: 'with-us', recipient: site.provider, link: 'package', status: 'accepted', open: false, reached: true, stay_id: stay, automatic: true },
    ]); // prettier-ignore
  });

  it('reads "no" with every service searched, its hospital and how fresh its feed is', async () => {
    const site = await siteOf();
    const answer = await site.ask(1);
    assert.ok(answer.kind === 'not-with-us');
    const heard = new Date(site.site.now.getTime() - minute);
    const hospital = `${site.site.council.id} General Hospital`;
    assert.deepEqual(answer.searched, [
      { hospital, name: 'Emergency department', asAt: heard, someNotIdentified: false },
      { hospital, name: 'Wards', asAt: heard, someNotIdentified: false },
    ]);
  });

  it('reads in a "no" that somebody there is not identified yet', async () => {
    const site = await siteOf();
    await site.stay(2, { number: null });
    const answer = await site.ask(1);
    assert.ok(answer.kind === 'not-with-us' && answer.searched.every(({ someNotIdentified }) => someNotIdentified));
  });

  it('is found under a superseded number too', async () => {
    const site = new WhereSite(test.db, `WHERE${++sites}`);
    await site.land([{ n: 21 }], {}, [numbers([[site.number(20), site.number(21)]])]);
    await site.hear();
    await site.stay(20);
    assert.equal((await site.ask(21)).kind, 'with-us');
    assert.equal((await site.ask(20)).kind, 'with-us');
  });
});

describe('H03: a "no" is never given', () => {
  const cases: [string, WhereSiteOptions, (site: WhereSite) => Promise<unknown>][] = [
    ['where a service has no feed', { services: [{ name: 'Urgent care centre' }] }, async () => undefined],
    ['where the site says of no service what its feed covers', { services: [] }, async () => undefined],
    ['where another hospital of the site has no feed', { others: [{ id: 'OTHER', name: 'Other', teams: ['A'] }] }, async () => undefined],
    ['when the feed has been silent', {}, async (site) => void (site.site.now = new Date(site.site.now.getTime() + 20 * 60 * minute))],
    ['when a message of the last day could not be read', {}, (site) => site.hear(600, 'quarantined')],
    ['when messages have waited for too long to be applied', {}, (site) => site.hear(20 * 60, 'waiting')],
    ['when somebody of the number is there with no birth date', {}, (site) => site.stay(1, { birth: null as never })],
    ['when the person is on leave', {}, (site) => site.stay(1, { status: 'on-leave' })],
    ['when the person is said to be in two hospitals', {}, async (site) => {
      await site.stay(1);
      await site.stay(1, { organisation: 'OTHER' });
    }],
  ]; // prettier-ignore
  for (const [sentence, options, arrange] of cases) {
    it(sentence, async () => {
      const site = await siteOf(options);
      await arrange(site);
      assert.equal((await site.ask(1)).kind, 'cannot-say');
    });
  }
});

describe('H13: a provider learns nothing', () => {
  it('of somebody whom it must not be told of: each answer is the stale feed’s in every field', async () => {
    const referrals = [{ id: 'M2' }];
    const restricted = [{ id: 'M3' }];
    const site = await siteOf({}, { referrals, restricted });
    for (const at of [2, 3, 4, 5]) await site.stay(at);
    await site.stay(6, { status: 'died', died: true, endedAt: site.site.now });
    await site.site.ask(site.number(4), '1941-03-14', { permission: 'refused' }, site.site.nurse('nia'));
    const stale = new WhereSite(test.db, `WHERE${++sites}`);
    await stale.land([{ n: 1 }]);
    const expected = await stale.ask(1);
    assert.equal(expected.kind, 'cannot-say');
    for (const at of [2, 3, 4, 6]) assert.deepEqual(await site.ask(at), expected, String(at));
    // Not a client, a wrong birth date, nobody's number, another provider's client.
    assert.deepEqual(await site.ask(30), expected);
    assert.deepEqual(await site.ask(5, '1941-03-15'), expected);
    const other = site.coordinator('olga', 'cqc:1-999999999');
    assert.deepEqual(await site.ask(5, '1941-03-14', other), expected);
  });

  it('of a question that waits: what stands in its list is the same whether or not the person is there', async () => {
    const site = await siteOf({}, { referrals: [{ id: 'M2' }, { id: 'M3' }] });
    await site.stay(2);
    await site.ask(2);
    await site.ask(3);
    await site.whereabouts.run();
    assert.deepEqual(site.failures, []);
    const [third, second] = await ownQuestions(site.whereabouts.deps, site.coordinator());
    const { id: _a, nhsNumber: _b, ...one } = third ?? assert.fail();
    const { id: _c, nhsNumber: _d, ...other } = second ?? assert.fail();
    assert.deepEqual(one, other);
    const { rows } = await sql<{ waits: boolean }>`select waits from notice where council = ${site.site.council.id}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows, [{ waits: true }], 'the notice is held for a person to release it');
  });

  it('from another provider’s question, by its id', async () => {
    const site = await siteOf();
    const id = await site.question(1);
    const other = site.coordinator('olga', 'cqc:1-999999999');
    await assert.rejects(whereaboutsAnswer(site.whereabouts.deps, other, id), refusedWith('ANSWER_GONE'));
    await assert.rejects(foundClient(site.whereabouts.deps, other, id), refusedWith('ANSWER_GONE'));
  });
});

describe('an unasked permission', () => {
  it('is "cannot say" unless the agreement answers before asking', async () => {
    const site = await siteOf({ whereabouts: { beforeAsking: false } });
    await site.stay(1);
    assert.equal((await site.ask(1)).kind, 'cannot-say');
    assert.equal((await site.ask(2)).kind, 'cannot-say');
  });
});

describe('a question that found nobody', () => {
  it('tells of a later arrival, once, however often it is looked at', async () => {
    const site = await siteOf();
    assert.equal((await site.ask(1)).kind, 'not-with-us');
    await site.whereabouts.run();
    await site.stay(1);
    await site.whereabouts.run();
    await site.whereabouts.run();
    assert.deepEqual(site.failures, []);
    const { rows } = await sql`select fact, recipient, waits, open from notice where council = ${site.site.council.id}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows, [{ fact: 'with-us', recipient: site.provider, waits: false, open: true }]);
    assert.ok(site.woken > 0);
  });

  it('ends after the agreement’s hours', async () => {
    const site = await siteOf();
    await site.ask(1);
    site.site.now = new Date(site.site.now.getTime() + 12 * 60 * minute + 1);
    await site.hear();
    await site.stay(1);
    await site.whereabouts.run();
    const { rows } = await sql`select from notice where council = ${site.site.council.id}`.execute(test.db.sql);
    assert.deepEqual(rows, []);
  });

  it('ends when the provider says that the person was found, and saying it twice changes nothing', async () => {
    const site = await siteOf();
    const id = await site.question(1);
    await foundClient(site.whereabouts.deps, site.coordinator(), id);
    await foundClient(site.whereabouts.deps, site.coordinator(), id);
    await site.stay(1);
    await site.whereabouts.run();
    const [own] = await ownQuestions(site.whereabouts.deps, site.coordinator());
    assert.deepEqual([own?.openUntil, own?.toldLater, own?.closedAt], [null, false, site.site.now]);
    const trail = await auditOf(test.db, site.site.council.id);
    assert.equal(trail.filter(({ action }) => action === 'close-question').length, 1);
  });
});

describe('the trail and the budget', () => {
  it('has each question before its answer, with what was told and by which agreement', async () => {
    const site = await siteOf();
    await site.stay(1);
    await site.ask(1);
    const trail = await auditOf(test.db, site.site.council.id);
    const asked = trail.find(({ action }) => action === 'ask-whereabouts') ?? assert.fail();
    assert.equal(asked['outcome'], 'with-us');
    assert.equal(asked['organisation'], site.provider);
    assert.equal(asked['number_asked'], site.number(1));
    assert.deepEqual(asked['shared_fields'], ['hospital', 'since', 'phone']);
    assert.equal(asked['agreement'], site.site.agreement.id);
    assert.notEqual(asked['person_key'], null);
  });

  it('counts one form once, however often it is sent', async () => {
    const site = await siteOf();
    const caller = site.coordinator();
    const first = await site.question(1, '1941-03-14', caller, 'form-1');
    assert.equal(await site.question(1, '1941-03-14', caller, 'form-1'), first);
    const trail = await auditOf(test.db, site.site.council.id);
    assert.equal(trail.filter(({ action }) => action === 'ask-whereabouts').length, 1);
  });

  it('ends at the agreement’s questions an hour, whoever of the provider asked them, and tells the council', async () => {
    const site = await siteOf({ whereabouts: { questionsHour: 3 } });
    for (const user of ['a', 'b', 'c']) assert.notEqual(await site.question(1, '1941-03-14', site.coordinator(user)), 'over-budget'); // prettier-ignore
    assert.equal(await site.question(1, '1941-03-14', site.coordinator('d')), 'over-budget');
    assert.equal(await site.question(99, '1941-03-14', site.coordinator('d')), 'over-budget');
    const { rows } = await sql`select kind, organisation from alert where council = ${site.site.council.id}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows[0], { kind: 'over-budget', organisation: site.site.council.id });
    site.site.now = new Date(site.site.now.getTime() + 60 * minute);
    assert.notEqual(await site.question(1), 'over-budget');
  });

  it('locks out whoever guesses, and nobody else of the provider', async () => {
    const site = await siteOf();
    const guesser = site.coordinator('guesser');
    for (let at = 0; at < 10; at++) assert.notEqual(await site.question(50 + at, '1941-03-14', guesser), 'over-budget'); // prettier-ignore
    assert.equal(await site.question(1, '1941-03-14', guesser), 'over-budget');
    assert.notEqual(await site.question(1), 'over-budget');
    const { rows } = await sql`select kind, times from alert where council = ${site.site.council.id}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows, [{ kind: 'repeated-misses', times: 2 }]);
  });

  it('does not count as a guess what may not be told: else the lock would tell it', async () => {
    const site = await siteOf({}, { referrals: [{ id: 'M2' }], restricted: [{ id: 'M3' }] });
    const caller = site.coordinator('careful');
    for (let at = 0; at < 11; at++) assert.notEqual(await site.question(at % 2 ? 2 : 3, '1941-03-14', caller), 'over-budget'); // prettier-ignore
  });

  it('shows nothing when the trail cannot be written', async () => {
    const site = await siteOf();
    const broken = { ...site.whereabouts.deps, db: { transaction: () => Promise.reject(new Error('gone')) } as never };
    const { askWhereabouts } = await import('../src/services/whereabouts/ask.ts');
    const question = { council: site.site.council.id, nhsNumber: site.number(1), birthDate: '1941-03-14', token: 'x' };
    await assert.rejects(askWhereabouts(broken, site.coordinator(), question), refusedWith('AUDIT_NOT_WRITTEN'));
  });

  it('reads in an alert as a provider’s question, never as a look-up of care', async () => {
    const site = await siteOf({ whereabouts: { questionsHour: 1 } });
    await site.question(1);
    await site.question(1);
    const { alerts } = await listAlerts(test.db, site.site.council.id, { limit: 5, offset: 0 });
    const row = accessRow(alerts[0] ?? assert.fail(), (id) => id, site.site.now);
    assert.deepEqual([row.why, row.saw], ['Asked if its client is in hospital', 'Nothing: asked too often']);
  });

  it('shows the council who asked about its people, and nothing of people whom it does not know', async () => {
    const site = await siteOf();
    await site.ask(1);
    await site.ask(77);
    const duty = { ...callerOf('council-duty-worker'), organisation: site.site.council.id };
    const list = await questionsOfCouncil(site.whereabouts.deps, duty);
    assert.deepEqual(
      list.map((one) => [one.nhsNumber, one.provider, one.answered, one.link, one.askedBy]),
      [[site.number(1), site.provider, 'not-with-us', 'package', 'Cora Example']],
    );
    await assert.rejects(questionsOfCouncil(site.whereabouts.deps, site.coordinator()), refusedWith('NOT_ALLOWED'));
  });

  it('is for providers alone, and for councils whose agreement lets them ask', async () => {
    const off = await siteOf({ whereabouts: { enabled: false } });
    await assert.rejects(off.ask(1), refusedWith('NOT_ALLOWED'));
    await assert.rejects(off.ask(1, '1941-03-14', off.site.nurse('nia')), refusedWith('NOT_ALLOWED'));
    const site = await siteOf();
    const local = site.coordinator('lou', 'local:OTHER:P1');
    await assert.rejects(site.ask(1, '1941-03-14', local), refusedWith('NOT_ALLOWED'));
  });

  it('keeps what was read for the agreement’s time, and the question until its own is over', async () => {
    const site = await siteOf();
    const id = await site.question(1);
    site.site.now = new Date(site.site.now.getTime() + 61 * minute);
    await site.whereabouts.forget();
    await assert.rejects(whereaboutsAnswer(site.whereabouts.deps, site.coordinator(), id), refusedWith('ANSWER_GONE'));
    const count = async (): Promise<unknown[]> =>
      (await sql`select answer from whereabouts_question where council = ${site.site.council.id}`.execute(test.db.sql))
        .rows;
    assert.deepEqual(await count(), [{ answer: null }]);
    site.site.now = new Date(site.site.now.getTime() + 42 * 24 * 60 * minute);
    await site.whereabouts.forget();
    assert.deepEqual(await count(), []);
  });

  it('shows a "yes" no more once it is not so', async () => {
    const site = await siteOf();
    const stay = await site.stay(1);
    const id = await site.question(1);
    await site.stay(1, { status: 'discharged', endedAt: site.site.now }, stay);
    await assert.rejects(whereaboutsAnswer(site.whereabouts.deps, site.coordinator(), id), refusedWith('ANSWER_GONE'));
  });
});
