/** Birth dates tried through arrivals, and questions at an unusual rate: closed, and told to the privacy officer. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { alertsOf } from '../src/services/review-accesses.ts';
import { arrivalSite, arrive, pass } from './support/arrival-site.ts';
import type { ArrivalSite } from './support/arrival-site.ts';
import { allOn, putStay } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, numbers, usualBirth } from './support/import-lines.ts';
import { auditOf } from './support/import-site.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
const wrong = ['1950-01-01', '1950-01-02', '1950-01-03', '1950-01-04', '1950-01-05'];
const [first = '', second = ''] = wrong;

async function alerts({ hospital }: ArrivalSite): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`
    select kind from alert where organisation = ${hospital} order by at, alert_id`.execute(test.db.sql);
  return rows.map(({ kind }) => kind);
}

describe('birth dates tried on one NHS number', () => {
  it('close the record to arrivals from the agreement’s number on, the right one too', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A, { birth: first });
    for (const birth of wrong.slice(1, 3)) await arrive(site, A, { birth }, stay);
    const { result } = await arrive(site, A, { birth: usualBirth }, stay);
    assert.equal(result, 'cannot-say');
    assert.deepEqual(site.own.said, []);
    const rows = (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'arrival-question');
    assert.deepEqual(rows.map((row) => row['rule']), ['R5', 'R5', 'R5', 'R5']); // prettier-ignore
  });

  it('do so in stays of their own too, and under any number of the person (H04)', async () => {
    const site = await arrivalSite(test.db);
    await site.land([numbers([[C, A]])]);
    for (const [index, birth] of wrong.slice(0, 3).entries()) await arrive(site, index === 1 ? C : A, { birth });
    assert.equal((await arrive(site, C)).result, 'cannot-say');
    assert.equal((await arrive(site, B)).result, 'yes');
    assert.deepEqual(await alerts(site), ['arrival-mismatches']);
  });

  it('leave the right one its answer below that number', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A, { birth: first });
    await arrive(site, A, { birth: second }, stay);
    assert.equal((await arrive(site, A, { birth: usualBirth }, stay)).result, 'yes');
    assert.deepEqual(await alerts(site), []);
  });

  it('count once each, however often the same is asked and in however many stays', async () => {
    const site = await arrivalSite(test.db);
    for (let times = 0; times < 4; times++) {
      await arrive(site, A, { birth: first });
      pass(site, 0.1);
      await site.land(site.whole([{ id: 'M1', number: A }]));
      await site.own.run();
    }
    assert.equal((await arrive(site, A)).result, 'yes');
    assert.deepEqual(await alerts(site), []);
  });

  it('are forgotten after 24 hours, and the right one is answered then', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A, { birth: first });
    for (const birth of [...wrong.slice(1, 3), usualBirth]) await arrive(site, A, { birth }, stay);
    pass(site, 17.5);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    pass(site, 6.6);
    await site.land(site.whole([{ id: 'M1', number: A }]), site.now.toISOString());
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
  });

  it('count for as long as stays stand that name them', async () => {
    const site = await arrivalSite(test.db);
    for (const birth of wrong.slice(0, 3)) await arrive(site, A, { birth });
    pass(site, 25);
    assert.equal((await arrive(site, A)).result, 'cannot-say');
  });

  it('close nothing for a look-up, nor at another hospital’s arrivals', async () => {
    const site = await arrivalSite(test.db);
    for (const birth of wrong.slice(0, 3)) await arrive(site, A, { birth });
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });

  it('are told to the privacy officer once in 24 hours, with the number (H22)', async () => {
    const site = await arrivalSite(test.db);
    for (const birth of wrong) await arrive(site, A, { birth });
    assert.deepEqual(await alerts(site), ['arrival-mismatches']);
    const officer = { ...site.nurse('po', 'privacy-officer'), organisation: site.hospital };
    const { alerts: seen } = await alertsOf({ db: test.db, clock: site.clock } as never, officer);
    assert.deepEqual(seen.map(({ kind, number, userName }) => [kind, number, userName]), [['arrival-mismatches', A, 'Homeward itself']]); // prettier-ignore
    pass(site, 25);
    await arrive(site, A, { birth: '1950-02-01' });
    assert.deepEqual(await alerts(site), ['arrival-mismatches', 'arrival-mismatches']);
  });
});

describe('arrivals’ questions at an unusual rate', () => {
  it('are told to the privacy officer once an hour, beyond the agreement’s limit (H22)', async () => {
    const lines = Array.from({ length: 6 }, (_, index) => ({ id: `M${index}`, number: nhs(index + 1) }));
    const site = await arrivalSite(test.db, { arrival: { ...allOn, questionsHour: 3 } }, lines);
    for (let index = 1; index <= 3; index++) await arrive(site, nhs(index));
    assert.deepEqual(await alerts(site), []);
    await arrive(site, nhs(4));
    await arrive(site, nhs(5));
    assert.deepEqual(await alerts(site), ['many-arrivals']);
    pass(site, 1.1);
    for (let index = 1; index <= 4; index++) await arrive(site, nhs(index));
    assert.deepEqual(await alerts(site), ['many-arrivals', 'many-arrivals']);
  });

  it('do not count what is only asked again', async () => {
    const site = await arrivalSite(test.db, { arrival: { ...allOn, questionsHour: 2 } });
    await arrive(site, A);
    await arrive(site, B);
    for (let times = 0; times < 3; times++) {
      pass(site, 0.1);
      await site.land(site.whole([{ id: 'M1', number: A }, { id: 'M2', number: B }])); // prettier-ignore
      await site.own.run();
    }
    assert.deepEqual(await alerts(site), []);
  });

  it('count those of one hospital only, and a number by which nobody was asked about never', async () => {
    const site = await arrivalSite(test.db, { arrival: { ...allOn, questionsHour: 1 } });
    const other = await arrivalSite(test.db, { arrival: { ...allOn, questionsHour: 1 } });
    await arrive(other, A);
    await arrive(site, A);
    await putStay(site, A, { number: null });
    await putStay(site, A, { birth: null });
    await site.own.run();
    assert.deepEqual([await alerts(site), await alerts(other)], [[], []]);
  });
});
