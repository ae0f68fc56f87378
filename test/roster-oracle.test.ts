/** A provider's list is no way to find out anything: not a birth date, not who is on record, not who is in hospital. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { RosterRow } from '../src/domain/roster.ts';
import { councilAccesses } from '../src/services/review-accesses.ts';
import { settleHeld, uploadRoster } from '../src/services/roster/upload.ts';
import { rosterFaultsCsv, rosterOf } from '../src/services/roster/view.ts';
import { askWhereabouts } from '../src/services/whereabouts/ask.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { usualBirth } from './support/import-lines.ts';
import { callerOf } from './support/site.ts';
import { WhereSite } from './support/whereabouts.ts';

let test: TestDatabase;
let sites = 0;
before(async () => void (test = await openTestDatabase()));
after(() => test.close());

const allOn = { enabled: true, whereabouts: true, arrivalNotices: true, shownToHospital: true };
const day = 86_400_000;

/** Of people 0 to 9 on the council's record 2 is restricted and 3 has an open referral; 60 is in hospital, 70 was. */
async function siteOf(roster: Record<string, unknown> = {}): Promise<WhereSite> {
  const site = new WhereSite(test.db, `ORACLE${++sites}`, { roster: { terms: allOn, uploadsDay: 1000, ...roster } });
  const more = { restricted: [{ id: 'M2' }], referrals: [{ id: 'M3' }] };
  await site.land(Array.from({ length: 10 }, (_, n) => ({ n, cqc: '1-SOMEBODY-ELSE' })), more); // prettier-ignore
  await site.hear();
  return site;
}

const row = (site: WhereSite, n: number, changes: Partial<RosterRow> = {}): RosterRow => ({
  nhsNumber: site.number(n), birthDate: usualBirth, family: 'Person', given: 'Test', reference: `C-${n}`, permission: 'Y', permissionOn: '2026-08-01', ...changes,
}); // prettier-ignore
const manager = (site: WhereSite) => site.coordinator('mia', site.provider, 'provider-manager');
const upload = (site: WhereSite, list: readonly RosterRow[]) => uploadRoster(site.whereabouts.roster, manager(site), list); // prettier-ignore
const view = (site: WhereSite) => rosterOf(site.whereabouts.roster, manager(site));
const alertsOf = async (site: WhereSite): Promise<{ kind: string; times: number }[]> =>
  (await sql<{ kind: string; times: number }>`select kind, times from alert where council = ${site.site.council.id} order by at`.execute(test.db.sql)).rows; // prettier-ignore

/** All that a manager can read, without what differs by name and time alone. */
async function readBy(site: WhereSite): Promise<string> {
  const { clients, setAside, held, count } = await view(site);
  const people = clients.map((one) => ({ ...one, provider: '' }));
  const csv = await rosterFaultsCsv(site.whereabouts.roster, manager(site));
  return JSON.stringify({ people, setAside, held: held?.clients, count: count?.unconfirmed, csv });
}

describe('what a provider reads of its list', () => {
  it('H13: is the same whoever the rows are: on record, restricted, referred, unknown, in hospital, with either birth date', async () => {
    const site = await siteOf();
    await site.stay(60);
    await site.stay(70, { status: 'discharged' });
    const seen = new Set<string>();
    for (const n of [1, 2, 3, 50, 60, 70]) {
      for (const birthDate of [usualBirth, '1950-01-01']) {
        const done = await upload(site, [row(site, n, { birthDate, reference: 'C' })]);
        if (done.state === 'held') await settleHeld(site.whereabouts.roster, manager(site), 'take');
        await site.whereabouts.forget();
        await site.whereabouts.run();
        const text = JSON.stringify([done.clients, done.setAside, await readBy(site)]);
        seen.add(text.replaceAll(site.number(n), 'NUMBER').replaceAll(birthDate, 'BORN'));
      }
    }
    assert.deepEqual(site.failures, []);
    assert.equal(seen.size, 1, [...seen].join('\n'));
  });

  it('H13: does not change when somebody on it comes to hospital, leaves, or gets a record', async () => {
    const site = await siteOf({ terms: { enabled: true } });
    await upload(site, [row(site, 60), row(site, 61), row(site, 1)]);
    const before = await readBy(site);
    const stay = await site.stay(60);
    await site.whereabouts.forget();
    assert.equal(await readBy(site), before);
    await site.stay(60, { status: 'discharged' }, stay);
    await site.whereabouts.forget();
    assert.equal(await readBy(site), before);
    assert.equal((await site.ask(60)).kind, 'cannot-say');
  });

  it('H13: follows from what was handed in alone, for any files one after the other', async () => {
    const known = await siteOf();
    const cell = fc.record({
      n: fc.constantFrom(1, 2, 3, 60, 61),
      birthDate: fc.constantFrom(
        '1941-03-14',
        '14/03/1941',
        '1950-01-01',
        '1951-01-01',
        '1952-01-01',
        '1953-01-01',
        '',
      ),
      reference: fc.constantFrom('A', 'B', 'C', 'D'),
      permission: fc.constantFrom('Y', 'Y', 'Y', 'N'),
    });
    await known.stay(60);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }), async (files) => {
        // The other has neither a record nor a stay of anybody: only how their numbers read may differ.
        const unknown = new WhereSite(test.db, `ORACLE${++sites}`, { roster: { terms: allOn, uploadsDay: 1000 } });
        const same = new WhereSite(test.db, `ORACLE${++sites}`, { roster: { terms: allOn, uploadsDay: 1000 } });
        const texts: string[] = [];
        for (const [site, number] of [[same, (n: number) => known.number(n)], [unknown, (n: number) => unknown.number(n)]] as const) {
          let text = '';
          for (const file of files) {
            const done = await upload(site, file.map(({ n, ...cells }) => row(site, n, { ...cells, nhsNumber: number(n) })));
            text += JSON.stringify(done) + (await readBy(site));
          }
          for (const n of [1, 2, 3, 60, 61]) text = text.replaceAll(number(n), `NUMBER${n}`);
          texts.push(text);
        }
        assert.equal(texts[0], texts[1]);
      }),
      { numRuns: 25 },
    ); // prettier-ignore
  });

  it('keeps the number that was handed in, and finds the person by it under the one that stands now', async () => {
    const site = await siteOf();
    const [old, now] = [site.number(80), site.number(1)];
    await sql`insert into number_change (council, old_number, new_number, changed_on, reason, fingerprint, from_bundle)
      select ${site.site.council.id}, ${old}, ${now}, '2026-01-01', 'Merged', gen_random_uuid(), max(bundle_id) from bundle where council = ${site.site.council.id}`.execute(test.db.sql); // prettier-ignore
    await upload(site, [row(site, 80)]);
    assert.deepEqual((await view(site)).clients.map(({ nhsNumber }) => nhsNumber), [old]); // prettier-ignore
    await site.stay(1);
    assert.equal((await site.ask(80)).kind, 'with-us');
    assert.equal((await site.ask(1)).kind, 'with-us');
  });
});

describe('birth dates', () => {
  it('H13: are not found by a file that has all of them', async () => {
    const site = await siteOf();
    const dates = Array.from({ length: 28 }, (_, n) => `1941-03-${String(n + 1).padStart(2, '0')}`);
    const done = await upload(site, dates.map((birthDate) => row(site, 1, { birthDate }))); // prettier-ignore
    assert.equal(done.clients, 0);
    await site.stay(1);
    assert.equal((await site.ask(1)).kind, 'cannot-say');
    assert.deepEqual(await alertsOf(site), [{ kind: 'repeated-misses', times: 1 }]);
    // The right one alone, a day later, is one of too many.
    site.site.now = new Date(site.site.now.getTime() + day);
    await site.hear();
    await upload(site, [row(site, 1)]);
    assert.deepEqual((await view(site)).setAside.map(({ code }) => code), ['BIRTH_DATES_MANY']); // prettier-ignore
    assert.equal((await alertsOf(site)).length, 1, 'told once, when the number was closed');
    assert.equal((await site.ask(1)).kind, 'cannot-say');
  });

  it('H13: are not found one file after another: a fourth for one number within 30 days counts for nothing', async () => {
    const site = await siteOf();
    await site.stay(1);
    const answers: string[] = [];
    for (const last of [11, 12, 13, 14]) {
      await upload(site, [row(site, 1, { birthDate: `1941-03-${last}` })]);
      answers.push((await site.ask(1, `1941-03-${last}`)).kind);
    }
    assert.deepEqual(answers, ['cannot-say', 'cannot-say', 'cannot-say', 'cannot-say']);
    // The dates that came first are good still: a mistake made later costs nobody their place.
    await upload(site, [row(site, 1, { birthDate: '1941-03-12' })]);
    assert.equal((await view(site)).clients.length, 1);
    site.site.now = new Date(site.site.now.getTime() + 31 * day);
    await site.whereabouts.forget();
    await upload(site, [row(site, 1)]);
    assert.equal((await view(site)).clients.length, 1);
  });

  it('that are not the recorded ones are in the trail of each person, and many of them raise one alert', async () => {
    const site = await siteOf();
    const wrong = (n: number): RosterRow => row(site, n, { birthDate: `1950-01-0${n + 1}` });
    await upload(site, Array.from({ length: 9 }, (_, n) => wrong(n))); // prettier-ignore
    await site.whereabouts.run();
    assert.deepEqual(await alertsOf(site), []);
    await upload(site, Array.from({ length: 9 }, (_, n) => ({ ...wrong(n), birthDate: '1951-01-01' }))); // prettier-ignore
    await site.whereabouts.run();
    await site.whereabouts.run();
    assert.deepEqual(site.failures, []);
    assert.deepEqual(await alertsOf(site), [{ kind: 'repeated-misses', times: 1 }]);
    const { rows } = await sql<{ n: string; user_id: string; people: number }>`
      select count(*) as n, max(user_id) as user_id, count(distinct person_key)::int as people from audit_event
      where action = 'list-mismatch' and organisation = ${site.provider} and number_asked is not null`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows, [{ n: '18', user_id: manager(site).userId, people: 9 }]);
  });

  it('that are not the recorded ones are found by who watches over the person, with who handed them in', async () => {
    const site = await siteOf();
    await upload(site, [row(site, 1, { birthDate: '1950-01-01' })]);
    await site.whereabouts.run();
    const { agreement, clock, council } = site.site;
    const duty = { ...callerOf('council-duty-worker', clock.now().toISOString()), organisation: council.id };
    const { disclosed } = await councilAccesses({ db: test.db, clock, agreements: [agreement] }, duty, site.number(1));
    assert.deepEqual(
      disclosed.map((one) => [one.action, one.userName, one.organisation]),
      [['list-mismatch', 'Cora Example', site.provider]],
    );
  });

  it('of people who were handed in rightly, or whom nobody knows, leave no trace in anybody’s trail', async () => {
    const site = await siteOf();
    await upload(site, [row(site, 1), row(site, 50)]);
    await site.whereabouts.run();
    const { rows } = await sql`select from audit_event where action = 'list-mismatch' and organisation = ${site.provider}`.execute(test.db.sql); // prettier-ignore
    assert.deepEqual(rows, []);
  });
});

describe('how many were not confirmed', () => {
  it('is counted once a day, rounded, and of a short list never', async () => {
    const site = await siteOf({ fallLimitPercent: 100 });
    const strangers = Array.from({ length: 45 }, (_, n) => row(site, 30 + n, { reference: `S-${n}` }));
    const own = [0, 1, 4, 5, 6, 7, 8].map((n) => row(site, n));
    await upload(site, [...own, ...strangers.slice(0, 5)]);
    await site.whereabouts.forget();
    assert.equal((await view(site)).count, null);
    await upload(site, [...own, ...strangers]);
    await site.whereabouts.forget();
    assert.deepEqual([(await view(site)).count?.clients, (await view(site)).count?.unconfirmed], [52, 50]);
    await upload(site, [...own.slice(3), ...strangers, row(site, 2), row(site, 3), row(site, 9, { birthDate: '1950-01-01' })]); // prettier-ignore
    await site.whereabouts.forget();
    assert.equal((await view(site)).count?.clients, 52);
    site.site.now = new Date(site.site.now.getTime() + day);
    await site.stay(31);
    await site.whereabouts.forget();
    // Restricted, referred and with another birth date are not confirmed either, nor is anybody by a stay.
    assert.equal((await view(site)).count?.unconfirmed, 50);
  });
});

describe('questions about people on a list', () => {
  it('H13: lock nobody out by whether anything confirms them, and the council hears of many whom nothing does', async () => {
    const site = await siteOf();
    const unknown = Array.from({ length: 10 }, (_, n) => 40 + n);
    await upload(site, [...unknown.map((n) => row(site, n)), row(site, 2)]);
    for (const n of unknown) {
      assert.deepEqual(await alertsOf(site), []);
      assert.equal((await site.ask(n)).kind, 'cannot-say');
    }
    assert.deepEqual(await alertsOf(site), [{ kind: 'repeated-misses', times: 1 }]);
    // Asked about one who is restricted and one whom nobody knows as often as one likes: no lock tells them apart.
    for (let time = 0; time < 8; time++)
      for (const n of [2, 40]) assert.notEqual(await site.question(n), 'over-budget');
  });

  it('H22: past the budget raise one alert with a count, not one each', async () => {
    const site = await siteOf();
    const caller = site.coordinator();
    let over = 0;
    for (let i = 0; i < 120; i++)
      if ((await site.question(1 + (i % 5), '1950-01-01', caller)) === 'over-budget') over++;
    assert.ok(over > 100, String(over));
    const alerts = await alertsOf(site);
    assert.deepEqual(alerts.map(({ kind }) => kind), ['repeated-misses']); // prettier-ignore
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from audit_event
      where organisation = ${site.provider} and outcome = 'over-budget'`.execute(test.db.sql);
    assert.equal(rows[0]?.n, 1);
    // The next one that is counted says how many there were.
    site.site.now = new Date(site.site.now.getTime() + 2 * 60_000);
    await site.question(1, '1950-01-01', caller);
    assert.equal((await alertsOf(site))[0]?.times, (alerts[0]?.times ?? 0) + over);
  });

  it('H13: wait as long, and are kept as long, in whichever hospital somebody is who must not be told of', async () => {
    const site = await siteOf();
    await upload(site, [row(site, 2), row(site, 50)]);
    await site.stay(2);
    const [own] = site.whereabouts.deps.agreements;
    assert.ok(own);
    const shorter = { ...own, hospital: 'ELSEWHERE', retention: { ...own.retention, answers: 60_000, notices: 43 * day }, notices: { ...own.notices, whereabouts: { ...own.notices.whereabouts, openFor: 3_600_000 } } }; // prettier-ignore
    const deps = { ...site.whereabouts.deps, agreements: [own, shorter] };
    const question = async (n: number): Promise<string> => {
      const of = { council: site.site.council.id, nhsNumber: site.number(n), birthDate: usualBirth, token: randomUUID() }; // prettier-ignore
      const asked = await askWhereabouts(deps, site.coordinator(), of);
      return asked.is === 'asked' ? asked.id : assert.fail('over budget');
    };
    const [there, nowhere] = [await question(2), await question(50)];
    const { rows } = await sql<{
      id: string;
    }>`select distinct open_until, answer_until, expires_at from whereabouts_question
      where question_id in (${there}, ${nowhere})`.execute(test.db.sql);
    assert.equal(rows.length, 1);
  });
});
