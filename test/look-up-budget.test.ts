/** Budgets a person against number scanning (R14), also when everything is asked at once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../src/domain/caller.ts';
import type { LookUpRequest } from '../src/domain/policy.ts';
import { continueLookUp } from '../src/services/look-up.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { agreementWith } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const wrong = '1950-01-01';
const emergency: Partial<LookUpRequest> = { permission: 'cannot-ask', cannotAskReason: 'unconscious' };

async function siteWith(count: number, agreement: Record<string, unknown> = {}): Promise<Site> {
  const site = new Site(test.db, `B${++sites}`, { agreement });
  await site.land(site.whole(Array.from({ length: count }, (_, at) => ({ id: `M${at}`, number: nhs(at) }))));
  return site;
}

const budget = (changes: Record<string, number>): Record<string, unknown> => ({
  budget: { ...agreementWith().budget, ...changes },
});

async function alertsOf(site: Site): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`
    select kind from alert where organisation = ${site.hospital} order by at, alert_id`.execute(test.db.sql);
  return rows.map((row) => row.kind);
}

function later(site: Site, minutes: number): void {
  site.now = new Date(site.now.getTime() + minutes * 60_000);
}

describe('different people', () => {
  it('are answered for up to the budget, and no further, when 40 are asked at once by one person', async () => {
    const site = await siteWith(40);
    const nurse = site.nurse('n');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => site.look(nhs(at), usualBirth, {}, nurse)));
    assert.equal(answers.filter((answer) => answer.kind === 'care').length, 30);
    assert.equal(answers.filter((answer) => answer.kind === 'over-budget').length, 10);
    assert.deepEqual(await alertsOf(site), Array(10).fill('over-budget'));
  });

  it('count once however often they are asked for, and may be asked for again over budget', async () => {
    const site = await siteWith(3, budget({ people15Minutes: 2 }));
    const nurse = site.nurse('n');
    const ask = async (at: number): Promise<string> => (await site.look(nhs(at), usualBirth, {}, nurse)).kind;
    assert.deepEqual([await ask(0), await ask(0), await ask(1), await ask(1)], Array(4).fill('care'));
    assert.equal(await ask(2), 'over-budget');
    assert.deepEqual([await ask(0), await ask(1)], ['care', 'care']);
    later(site, 16);
    assert.equal(await ask(2), 'care');
  });

  it('count by the day too, over every quarter of an hour', async () => {
    const site = await siteWith(4, budget({ people15Minutes: 2, peopleDay: 3 }));
    const kinds: string[] = [];
    for (let at = 0; at < 4; at++) {
      kinds.push((await site.look(nhs(at), usualBirth, {}, site.nurse('n'))).kind);
      later(site, 20);
    }
    assert.deepEqual(kinds, ['care', 'care', 'care', 'over-budget']);
    site.now = new Date('2026-10-01T06:41:00+01:00');
    assert.notEqual((await site.look(nhs(3), usualBirth, {}, site.nurse('n'))).kind, 'over-budget');
  });

  it('count for the whole hospital, and not for another', async () => {
    const site = await siteWith(3, budget({ organisationPeopleDay: 2 }));
    const other = await siteWith(3, budget({ organisationPeopleDay: 2 }));
    const kinds: string[] = [];
    for (let at = 0; at < 3; at++) kinds.push((await site.look(nhs(at), usualBirth)).kind);
    assert.deepEqual(kinds, ['care', 'care', 'over-budget']);
    assert.equal((await other.look(nhs(0), usualBirth)).kind, 'care');
  });

  it('count whatever the answer was, once a record was read', async () => {
    const site = await siteWith(1, budget({ people15Minutes: 3 }));
    await site.land(site.whole([{ id: 'M0', number: nhs(0) }], { restricted: [{ number: nhs(1) }] }));
    const nurse = site.nurse('n');
    await site.look(nhs(1), usualBirth, {}, nurse);
    await site.look(nhs(2), usualBirth, {}, nurse);
    await site.look(nhs(3), usualBirth, {}, nurse);
    assert.equal((await site.look(nhs(0), usualBirth, {}, nurse)).kind, 'over-budget');
  });

  it('do not count where nothing was read', async () => {
    const site = await siteWith(1, budget({ people15Minutes: 1 }));
    const nurse = site.nurse('n');
    await site.look(nhs(5), '2020-01-01', {}, nurse);
    await site.look(nhs(6), usualBirth, { permission: 'refused' }, nurse);
    await site.look('9990000019', usualBirth, {}, nurse);
    assert.equal((await site.look(nhs(0), usualBirth, {}, nurse)).kind, 'care');
  });
});

describe('misses', () => {
  it('lead to signing in again, then to a lock of half an hour; the privacy officer is told', async () => {
    const site = await siteWith(1);
    const kind = async (at: number, caller: Caller): Promise<string> =>
      (await site.look(nhs(at), usualBirth, {}, caller)).kind;
    let nurse = site.nurse('n');
    for (let at = 1; at <= 5; at++) assert.equal(await kind(at, nurse), 'no-record');
    assert.equal(await kind(0, nurse), 'sign-in-again');
    later(site, 1);
    nurse = site.nurse('n');
    assert.equal(await kind(0, nurse), 'care');
    for (let at = 6; at <= 10; at++) assert.equal(await kind(at, nurse), 'no-record');
    assert.equal(await kind(0, nurse), 'over-budget');
    later(site, 1);
    assert.equal(await kind(0, site.nurse('n')), 'over-budget', 'signing in again does not open a lock');
    assert.deepEqual(await alertsOf(site), ['repeated-misses', 'repeated-misses', 'repeated-misses']);
    later(site, 30);
    assert.equal(await kind(0, site.nurse('n')), 'care');
  });

  it('are not lost when asked all at once', async () => {
    const site = await siteWith(1);
    const nurse = site.nurse('n');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => site.look(nhs(at + 1), usualBirth, {}, nurse)),
    );
    assert.equal(answers.filter((answer) => answer.kind === 'no-record').length, 5);
  });

  it('of one person are not another’s', async () => {
    const site = await siteWith(1);
    for (let at = 1; at <= 5; at++) await site.look(nhs(at), usualBirth, {}, site.nurse('one'));
    assert.equal((await site.look(nhs(0), usualBirth, {}, site.nurse('two'))).kind, 'care');
  });
});

describe('a look-up that waits for signing in again', () => {
  it('goes on as it was asked, once, and only in its own session', async () => {
    const site = await siteWith(1);
    for (let at = 1; at <= 5; at++) await site.look(nhs(at), usualBirth, {}, site.nurse('n'));
    const waiting = await site.ask(nhs(0), usualBirth, { reason: 'contact-provider' }, site.nurse('n'));
    assert.equal(waiting.answer.kind, 'sign-in-again');
    const early = await continueLookUp(site.lookUpDeps, site.nurse('n'), waiting.id);
    assert.equal(early.answer.kind, 'sign-in-again', 'nobody signed in again yet');
    later(site, 1);
    await assert.rejects(continueLookUp(site.lookUpDeps, site.nurse('other'), waiting.id), refusedWith('ANSWER_GONE'));
    const after = await continueLookUp(site.lookUpDeps, site.nurse('n'), waiting.id);
    assert.equal(after.answer.kind, 'care');
    await assert.rejects(continueLookUp(site.lookUpDeps, site.nurse('n'), after.id), refusedWith('ANSWER_GONE'));
    const { rows } = await sql<{ reason: string; outcome: string }>`
      select reason, outcome from audit_event where answer_id = ${after.id}`.execute(test.db.sql);
    assert.deepEqual(rows, [{ reason: 'contact-provider', outcome: 'care' }]);
  });

  it('does not keep what was asked where there is nothing to go on with', async () => {
    const site = await siteWith(1);
    const { id } = await site.ask(nhs(0), wrong, {}, site.nurse('n'));
    const { rows } = await sql<{ request: object }>`select request from answer where answer_id = ${id}`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows, [{ request: {} }]);
    await assert.rejects(continueLookUp(site.lookUpDeps, site.nurse('n'), id), refusedWith('ANSWER_GONE'));
  });
});

describe('emergencies', () => {
  it('open at once, each with an alert, and after five ask to sign in again before they go on', async () => {
    const site = await siteWith(7);
    const kinds: string[] = [];
    for (let at = 0; at < 6; at++) kinds.push((await site.look(nhs(at), usualBirth, emergency, site.nurse('n'))).kind);
    assert.deepEqual(kinds, [...Array<string>(5).fill('care'), 'sign-in-again']);
    later(site, 1);
    assert.equal((await site.look(nhs(6), usualBirth, emergency, site.nurse('n'))).kind, 'care');
    assert.deepEqual((await alertsOf(site)).toSorted(), [
      ...Array<string>(6).fill('emergency-access'),
      'repeated-emergencies',
    ]);
  });

  it('are no dead end over budget or after a lock, and are told apart (H21)', async () => {
    const site = await siteWith(3, budget({ people15Minutes: 1 }));
    const nurse = site.nurse('n');
    await site.look(nhs(0), usualBirth, {}, nurse);
    assert.equal((await site.look(nhs(1), usualBirth, {}, nurse)).kind, 'over-budget');
    assert.equal((await site.look(nhs(1), usualBirth, emergency, nurse)).kind, 'care');
    assert.deepEqual((await alertsOf(site)).toSorted(), ['emergency-over-budget', 'over-budget']);
    const locked = await siteWith(1);
    for (let at = 1; at <= 5; at++) await locked.look(nhs(at), usualBirth, {}, locked.nurse('n'));
    later(locked, 1);
    for (let at = 6; at <= 10; at++) await locked.look(nhs(at), usualBirth, {}, locked.nurse('n'));
    assert.equal((await locked.look(nhs(0), usualBirth, {}, locked.nurse('n'))).kind, 'over-budget');
    // Misses ask for a new sign-in even then, and after it the emergency opens: never a dead end.
    assert.equal((await locked.look(nhs(0), usualBirth, emergency, locked.nurse('n'))).kind, 'sign-in-again');
    later(locked, 1);
    const again = { ...locked.nurse('n'), authenticatedAt: locked.now };
    assert.equal((await locked.look(nhs(0), usualBirth, emergency, again)).kind, 'care');
  });

  it('need a sign-in each once there were fifteen in twelve hours, and the officer is told (H21)', async () => {
    const site = await siteWith(17);
    for (let at = 0; at < 15; at++) {
      later(site, 1);
      const nurse = { ...site.nurse('n'), authenticatedAt: site.now };
      assert.equal((await site.look(nhs(at), usualBirth, emergency, nurse)).kind, 'care', String(at));
    }
    later(site, 1);
    const nurse = { ...site.nurse('n'), authenticatedAt: site.now };
    later(site, 1);
    assert.equal((await site.look(nhs(15), usualBirth, emergency, nurse)).kind, 'care');
    assert.equal((await site.look(nhs(16), usualBirth, emergency, nurse)).kind, 'sign-in-again');
    assert.ok((await alertsOf(site)).includes('many-emergencies'));
  });

  it('asked all at once disclose no more than five before signing in again', async () => {
    const site = await siteWith(12);
    const nurse = site.nurse('n');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => site.look(nhs(at), usualBirth, emergency, nurse)),
    );
    assert.equal(answers.filter((answer) => answer.kind === 'care').length, 5);
  });
});

describe('birth dates that do not match one number', () => {
  it('are said twice; the third gives the neutral answer and an alert, whoever of the hospital asks', async () => {
    const site = await siteWith(2);
    const kind = async (user: string): Promise<string> => (await site.look(nhs(0), wrong, {}, site.nurse(user))).kind;
    assert.deepEqual([await kind('one'), await kind('two')], ['birth-date-mismatch', 'birth-date-mismatch']);
    assert.deepEqual([await kind('three'), await kind('one')], ['cannot-show', 'cannot-show']);
    assert.deepEqual(await alertsOf(site), ['repeated-mismatch', 'repeated-mismatch']);
    assert.equal((await site.look(nhs(0), usualBirth)).kind, 'cannot-show', 'else the text would tell a right guess');
    assert.equal((await site.look(nhs(1), wrong)).kind, 'birth-date-mismatch', 'another number starts anew');
    site.now = new Date('2026-10-01T06:00:01+01:00');
    assert.equal(await kind('one'), 'birth-date-mismatch', 'a day later it starts anew');
  });

  it('guessed by many people at once are said twice and no more', async () => {
    const site = await siteWith(1);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => site.look(nhs(0), `1950-01-0${at + 1}`, {}, site.nurse(`n${at}`))),
    );
    assert.equal(answers.filter((answer) => answer.kind === 'birth-date-mismatch').length, 2);
    assert.equal(answers.filter((answer) => answer.kind === 'cannot-show').length, 6);
  });
});
