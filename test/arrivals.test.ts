/** What an arrival's own question learns, for how long, and what takes it back. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Agreement } from '../src/domain/agreement.ts';
import { councilAccesses } from '../src/services/review-accesses.ts';
import { Database } from '../src/store/database.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { allOn, putStay, settling } from './support/arrivals.ts';
import type { Settling, StayChanges } from './support/arrivals.ts';
import { FaultyEngine } from './support/faults.ts';
import { care, nhs, numbers, restrictions, safeguarding, usualBirth } from './support/import-lines.ts';
import type { CareLine } from './support/import-lines.ts';
import { auditOf, Site } from './support/import-site.ts';
import { agreementWith, callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
const people: readonly CareLine[] = [
  { id: 'M1', number: A },
  { id: 'M2', number: B, component: 'Direct payment' },
];

async function newSite(
  arrival: object = allOn,
  lines: readonly CareLine[] = people,
): Promise<Site & { readonly own: Settling }> {
  const site = new Site(test.db, `ARR${++sites}`, {
    agreement: { arrival },
    council: { fallLimitPercent: 100 },
  });
  await site.land(site.whole(lines));
  return Object.assign(site, { own: settling(site) });
}

const questions = async (site: Site): Promise<Record<string, unknown>[]> =>
  (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'arrival-question');

async function arrive(
  site: Site & { own: Settling },
  number: string,
  changes: StayChanges = {},
): Promise<{ stay: string; result: string | null }> {
  const stay = await putStay(site, number, changes);
  await site.own.run();
  return { stay, result: await site.own.resultOf(stay) };
}

describe('an arrival', () => {
  it('learns that care is on record, and the hospital’s own system is told', async () => {
    const site = await newSite();
    const { stay, result } = await arrive(site, A);
    assert.equal(result, 'yes');
    assert.deepEqual(site.own.said, [`hint ${stay}`]);
    assert.deepEqual(site.own.failures, []);
  });

  it('learns that none is, and nothing is said: no hint, no noise', async () => {
    const site = await newSite();
    assert.equal((await arrive(site, B)).result, 'no');
    assert.equal((await arrive(site, C)).result, 'no');
    assert.deepEqual(site.own.said, []);
  });

  it('asks under the service’s own name and reason, in the trail with what was learnt, and uses up nobody’s budget', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    const [row, ...others] = await questions(site);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [row?.['user_name'], row?.['reason'], row?.['outcome'], row?.['organisation'], row?.['number_asked'], row?.['detail'], row?.['shared_fields'], row?.['turn'], row?.['permission']],
      ['Homeward itself', 'hospital-arrival', 'care-on-record', site.hospital, A, { stay, first: true }, [], null, null],
    ); // prettier-ignore
    assert.match(String(row?.['person_key']), /^\d+$/);
    const { counts } = await site.lookUpDeps.use.of(site.nurse('n'), null, site.now);
    assert.deepEqual(new Set(Object.values(counts)), new Set([0]));
  });

  it('keeps nothing when the trail cannot be written (product rule 6)', async () => {
    const site = await newSite();
    const stay = await putStay(site, A);
    const engine = new FaultyEngine(test.engine);
    engine.arm(1, { when: 'before', as: 'refusal' }, /insert into "audit_event"/);
    const failing = settling(Object.assign(Object.create(site) as Site, { db: new Database(engine) }));
    await failing.run();
    assert.ok(engine.disarm());
    assert.equal(failing.failures.length, 1);
    assert.deepEqual(failing.said, []);
    assert.equal(await site.own.resultOf(stay), null);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
  });

  const cannotSay: [name: string, changes: StayChanges][] = [
    ['no birth date', { birth: null }],
    ['another birth date than the council has', { birth: '1950-01-01' }],
    ['no NHS number', { number: null }],
    ['a birth date of somebody under 18', { birth: '2010-03-14' }],
    ['statements that name two people', { cautions: ['patient-contradicted'] }],
    ['a death on record', { died: true }],
  ];
  for (const [name, changes] of cannotSay) {
    it(`with ${name} cannot say, and no hint is sent`, async () => {
      const site = await newSite();
      assert.equal((await arrive(site, A, changes)).result, 'cannot-say');
      assert.deepEqual(site.own.said, []);
    });
  }

  it('of somebody whose record has a wrong birth date never counts as a guess', async () => {
    const site = await newSite();
    for (let times = 0; times < 4; times++) await arrive(site, A, { birth: '1950-01-01' });
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });

  it('asks nothing where no agreement’s switch is on', async () => {
    const site = await newSite({});
    assert.equal((await arrive(site, A)).result, null);
    assert.deepEqual(await questions(site), []);
  });

  it('asks nothing of a stay that is expected, over, cancelled, or at another organisation', async () => {
    const site = await newSite();
    for (const status of ['expected', 'discharged', 'died', 'cancelled', 'deleted'] as const) {
      assert.equal((await arrive(site, A, { status })).result, null, status);
    }
    assert.equal((await arrive(site, A, { organisation: 'ELSEWHERE' })).result, null);
    assert.deepEqual(await questions(site), []);
  });

  it('sends no hint where the hint’s switch is off', async () => {
    const site = await newSite({ ask: true, board: true });
    assert.equal((await arrive(site, A)).result, 'yes');
    assert.deepEqual(site.own.said, []);
  });

  it('by a superseded number finds the person (H04)', async () => {
    const site = await newSite();
    await site.land([numbers([[C, A]])]);
    const { result } = await arrive(site, C);
    assert.equal(result, 'yes');
    const [row] = await questions(site);
    assert.deepEqual([row?.['number_asked'], row?.['number_current']], [C, A]);
  });

  it('says the same with an open referral, with none and with none known: a hint is never because of one (H13)', async () => {
    const site = await newSite(allOn, [...people, { id: 'M3', number: C }]);
    await site.land([safeguarding(site.council.id, [{ id: 'M1' }])]);
    const [one, other] = [await arrive(site, A), await arrive(site, C)];
    assert.deepEqual([one.result, other.result], ['yes', 'yes']);
    await site.land([safeguarding(site.council.id, [])]);
    await site.own.run();
    assert.deepEqual(site.own.said, [`hint ${one.stay}`, `hint ${other.stay}`]);
    const rows = await questions(site);
    assert.ok(rows.every((row) => !JSON.stringify([row['outcome'], row['detail'], row['shared_fields']]).includes('safeguarding')));
  }); // prettier-ignore
});

describe('what was learnt', () => {
  it('is forgotten with the end of the stay, and a hint never outlives it (H27)', async () => {
    for (const status of ['discharged', 'died', 'cancelled', 'deleted'] as const) {
      const site = await newSite();
      const { stay } = await arrive(site, A);
      await putStay(site, A, { status, endedAt: site.now, staleAt: null }, stay);
      await site.own.run();
      assert.equal(await site.own.resultOf(stay), null, status);
      assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`], status);
    }
  });

  it('is asked anew when the stay turns out to be another person’s, and the hint is taken back (H01)', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    await putStay(site, B, {}, stay);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'no');
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`]);
  });

  it('is told anew of another person who has care too', async () => {
    const site = await newSite(allOn, [...people, { id: 'M3', number: C }]);
    const { stay } = await arrive(site, A);
    await putStay(site, C, {}, stay);
    await site.own.run();
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`, `hint ${stay}`]);
  });

  it('is not asked again because somebody was moved', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    await putStay(site, A, { team: 'Ward 12', status: 'admitted' }, stay);
    await site.own.run();
    assert.equal((await questions(site)).length, 1);
  });

  it('is taken back when a restriction or objection comes (H23)', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`]);
    await site.land([restrictions(site.council.id, [])]);
    await site.own.run();
    assert.equal(site.own.said.at(-1), `hint ${stay}`);
  });

  it('is taken back when the care ends, and told when care begins', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    await site.land([care(site.council.id, [{ id: 'M1', number: A, end: '01/09/2026' }, people[1] as CareLine])]);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'no');
    await site.land([care(site.council.id, people)]);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`, `hint ${stay}`]);
  });

  it('is taken back on the day after the care’s last, without any new extract', async () => {
    const site = await newSite(allOn, [{ id: 'M1', number: A, end: '30/09/2026' }]);
    const { stay, result } = await arrive(site, A);
    assert.equal(result, 'yes');
    site.now = new Date('2026-09-30T23:59:59+01:00');
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
    site.now = new Date('2026-10-01T00:00:00+01:00');
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'no');
  });

  it('is taken back when the council’s information is overdue (H03)', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    site.now = new Date(site.now.getTime() + 51 * 3_600_000);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`]);
  });

  it('is taken back when the person refuses a look-up, for that stay (rule R7)', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    assert.equal((await site.look(A, usualBirth, { permission: 'refused' })).kind, 'permission-refused');
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`]);
    site.now = new Date(site.now.getTime() + 60_000);
    await site.land(site.whole(people));
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    const rows = await questions(site);
    assert.deepEqual(
      [rows.at(-1)?.['rule'], rows.at(-1)?.['person_key'], rows.at(-1)?.['sources']],
      ['R7', null, null],
    );
  });

  it('is not learnt at all of somebody who refused while being registered', async () => {
    const site = await newSite();
    await site.look(A, usualBirth, { permission: 'refused' });
    assert.equal((await arrive(site, A, { startedAt: new Date(site.now.getTime() + 60_000) })).result, 'cannot-say');
    assert.deepEqual(site.own.said, []);
  });

  it('is taken back when the agreement’s switch is turned off or its time is over', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    const off: Agreement = agreementWith({ ...words(site), arrival: {} });
    const { arrivals, said } = settling(site, [off]);
    said.length = 0;
    await arrivals.run();
    assert.equal(await site.own.resultOf(stay), null);
  });

  it('is told, or taken back, when the hint’s own switch was turned while nothing ran', async () => {
    const site = await newSite({ ask: true });
    const { stay } = await arrive(site, A);
    const on = settling(site, [agreementWith({ ...words(site), arrival: allOn })]);
    await on.run();
    assert.deepEqual(on.said, [`hint ${stay}`]);
    assert.equal((await questions(site)).length, 1);
  });

  it('is asked of who was there before the switch was turned on', async () => {
    const site = await newSite({});
    const { stay } = await arrive(site, A);
    const on: Agreement = agreementWith({ ...words(site), arrival: allOn });
    await settling(site, [on]).arrivals.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
  });

  it('under an id that is no more is taken back', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    await test.db.transaction(async (trx) => {
      await trx.sql.deleteFrom('stay').where('stay_id', '=', stay).execute();
      await trx.sql.insertInto('stay_change').values({ stay_id: stay, changed_at: site.now }).execute();
    });
    await site.own.run();
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`]);
  });
});

describe('the council', () => {
  it('sees among the look-ups of its person that the arrival asked, once while it learns the same', async () => {
    const site = await newSite();
    await arrive(site, A);
    const duty = { ...callerOf('council-duty-worker'), organisation: site.council.id };
    const seen = async (): Promise<string[]> =>
      (
        await councilAccesses({ db: test.db, clock: site.clock, agreements: [site.agreement] }, duty, 'M1')
      ).accesses.map((one) => one.outcome);
    assert.deepEqual(await seen(), ['care-on-record']);
    site.now = new Date(site.now.getTime() + 60_000);
    await site.land(site.whole(people));
    await site.own.run();
    assert.equal((await questions(site)).length, 2);
    assert.deepEqual(await seen(), ['care-on-record']);
    site.now = new Date(site.now.getTime() + 60_000);
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    await site.own.run();
    assert.deepEqual(await seen(), ['care-on-record']);
  });

  it('is told nothing of an arrival of somebody who is none of its people', async () => {
    const site = await newSite();
    await arrive(site, C);
    const duty = { ...callerOf('council-duty-worker'), organisation: site.council.id };
    assert.deepEqual(
      (await councilAccesses({ db: test.db, clock: site.clock, agreements: [site.agreement] }, duty, C)).accesses,
      [],
    );
  });
});

describe('settling arrivals', () => {
  it('asks each once, however often and by however many it is run', async () => {
    const site = await newSite();
    const { stay } = await arrive(site, A);
    const other = settling(site);
    await Promise.all([site.own.run(), other.run(), site.own.run(), other.run()]);
    assert.equal((await questions(site)).length, 1);
    assert.equal(await site.own.resultOf(stay), 'yes');
    const left = await test.db.sql.selectFrom('stay_change').select('stay_id').where('stay_id', '=', stay).execute();
    assert.deepEqual(left, []);
  });

  it('goes on with the others when one fails, and leaves that one to be done', async () => {
    const site = await newSite(allOn, [...people, { id: 'M3', number: C }]);
    const [first, second] = [await putStay(site, A), await putStay(site, C)];
    site.own.unsayable.add(first);
    await site.own.run();
    assert.deepEqual([await site.own.resultOf(first), await site.own.resultOf(second)], [null, 'yes']);
    assert.equal(site.own.failures.length, 1);
    // Nothing of it was kept: neither what was learnt nor that it was asked.
    assert.equal((await questions(site)).length, 1);
    site.own.unsayable.clear();
    await site.own.run();
    assert.deepEqual([await site.own.resultOf(first), await site.own.resultOf(second)], ['yes', 'yes']);
  });
});

function words(site: Site): Record<string, unknown> {
  return { id: site.agreement.id, council: site.council.id, hospital: site.hospital };
}
