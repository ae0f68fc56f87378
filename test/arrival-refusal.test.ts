/** A refusal holds for the stay whatever the feed corrects, and the person's last word is what counts (rule R7). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { peopleOnBoard } from '../src/store/hospital/board.ts';
import { wasRefused } from '../src/store/hospital/care.ts';
import { arrivalSite, arrive, correctedStay, correctedStays, pass } from './support/arrival-site.ts';
import type { ArrivalSite } from './support/arrival-site.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B] = [nhs(1), nhs(2)];
const minute = 1 / 60;
const hours = (site: ArrivalSite, ago: number): Date => new Date(site.now.getTime() - ago * 3_600_000);

async function refuse(site: ArrivalSite, number: string): Promise<void> {
  assert.equal((await site.look(number, usualBirth, { permission: 'refused' })).kind, 'permission-refused');
}

async function onBoard(site: ArrivalSite): Promise<string[]> {
  const people = await peopleOnBoard(test.db, {
    councils: [site.council.id],
    hospitals: [site.hospital],
    feeds: [`feed-${site.hospital.toLowerCase()}`],
    goodAt: new Date(site.now.getTime() - 60_000),
  });
  return people.map(({ stay }) => stay.stayId);
}

describe('a refusal', () => {
  it('stands when the stay’s start moves later (H23)', async () => {
    const site = await arrivalSite(test.db);
    const tell = correctedStay(site);
    await tell({ startedAt: hours(site, 30) });
    pass(site, -29);
    await refuse(site, A);
    pass(site, 29);
    const stay = await tell({ startedAt: hours(site, 1) });
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    assert.deepEqual([site.own.said, await onBoard(site)], [[], []]);
  });

  it('counts from the first that is known of the stay, not from its latest status (H23)', async () => {
    const site = await arrivalSite(test.db);
    const tell = correctedStay(site);
    pass(site, -40);
    await refuse(site, A);
    pass(site, 40);
    const stay = await tell({ startedAt: null, firstPlaceAt: hours(site, 41), since: hours(site, 1) });
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
  });

  it('of a stay that becomes part of another is that other’s (H23)', async () => {
    const site = await arrivalSite(test.db);
    const tell = correctedStays(site);
    const [one, other] = [
      { number: A, visits: ['V-one'] },
      { number: B, visits: ['V-other'] },
    ];
    await tell(one, other);
    await refuse(site, A);
    await tell({ ...other, visits: ['V-other', 'V-one'] });
    await site.own.run();
    assert.deepEqual(await onBoard(site), []);
    const { rows } = await sql<{ result: string }>`
      select c.result from stay s join stay_care c on c.stay_id = s.stay_id where s.organisation = ${site.hospital}`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows, [{ result: 'cannot-say' }]);
  });

  it('stands when the stay’s number is corrected, before anything else was settled (H23)', async () => {
    const site = await arrivalSite(test.db);
    const tell = correctedStay(site);
    const stay = await tell({ number: A });
    await site.own.run();
    assert.deepEqual(site.own.said, [`hint ${stay}`]);
    await refuse(site, A);
    await tell({ number: B });
    assert.deepEqual(await onBoard(site), []);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    assert.deepEqual([site.own.said.at(-1), await onBoard(site)], [`retraction ${stay}`, []]);
    // Corrected once more, and an extract lands: still so.
    await tell({ number: A });
    await tell({ number: B, startedAt: new Date(site.now.getTime() + 60_000) });
    pass(site, minute);
    await site.land(site.whole([{ id: 'M1', number: A }, { id: 'M2', number: B }])); // prettier-ignore
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
  });

  it('ends with its stay: a later one is asked about anew', async () => {
    const site = await arrivalSite(test.db);
    const tell = correctedStay(site);
    await tell({ number: A });
    await refuse(site, A);
    await tell({ number: B });
    const later = await arrive(site, B, { startedAt: new Date(site.now.getTime() + 60_000) });
    assert.equal(later.result, 'yes');
  });
});

describe('the person’s last word', () => {
  it('lifts a refusal: who agrees later in the stay is on the board again, and the hint is told', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A);
    await refuse(site, A);
    await site.own.run();
    assert.deepEqual(await onBoard(site), []);
    pass(site, minute);
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
    assert.deepEqual(await onBoard(site), [stay]);
    assert.deepEqual(site.own.said, [`hint ${stay}`, `retraction ${stay}`, `hint ${stay}`]);
  });

  it('may be a refusal again, which takes off at once', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A);
    await refuse(site, A);
    pass(site, minute);
    await site.look(A, usualBirth);
    await site.own.run();
    assert.deepEqual(await onBoard(site), [stay]);
    pass(site, minute);
    await refuse(site, A);
    assert.deepEqual(await onBoard(site), []);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
    assert.equal(site.own.said.at(-1), `retraction ${stay}`);
  });

  it('is a refusal where both were written in the same moment', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A);
    await site.look(A, usualBirth);
    await refuse(site, A);
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'cannot-say');
  });

  const noWord: [name: string, look: (site: ArrivalSite) => Promise<unknown>][] = [
    ['of somebody who could not be asked', (site) => site.look(A, usualBirth, { permission: 'cannot-ask', cannotAskReason: 'confused' })],
    ['with another birth date', (site) => site.look(A, '1950-01-01')],
    ['about somebody else', (site) => site.look(B, usualBirth)],
    ['by somebody who may not look up', (site) => site.look(A, usualBirth, {}, site.nurse('porter', 'provider-coordinator' as never))],
  ]; // prettier-ignore
  for (const [name, look] of noWord) {
    it(`is not heard in a look-up ${name}`, async () => {
      const site = await arrivalSite(test.db);
      const { stay } = await arrive(site, A);
      await refuse(site, A);
      pass(site, minute);
      await look(site);
      await site.own.run();
      assert.equal(await site.own.resultOf(stay), 'cannot-say');
      assert.deepEqual(await onBoard(site), []);
    });
  }

  it('given under the number that was corrected since still counts', async () => {
    const site = await arrivalSite(test.db);
    const tell = correctedStay(site);
    const stay = await tell({ number: A });
    await refuse(site, A);
    await tell({ number: A, startedAt: hours(site, 2) });
    pass(site, minute);
    await site.look(A, usualBirth);
    await tell({ number: B, startedAt: hours(site, 2) });
    await site.own.run();
    assert.equal(await site.own.resultOf(stay), 'yes');
    assert.deepEqual(await onBoard(site), [stay]);
  });
});

describe('with more than one council', () => {
  async function sites(): Promise<[ArrivalSite, ArrivalSite]> {
    const one = await arrivalSite(test.db);
    const other = await arrivalSite(test.db, { hospital: one.hospital }, [{ id: 'Z1', number: nhs(77) }]);
    return [one, Object.assign(other, { hospital: one.hospital })];
  }
  const anotherDate = '1999-09-09';

  for (const [name, number, birth, kind] of [
    ['that has no record of the person', A, anotherDate, 'no-record'],
    ['whose record is of another person, with that one’s number', nhs(77), usualBirth, 'care'],
  ] as const) {
    it(`a refusal is not lifted by a look-up at a council ${name} (H23)`, async () => {
      const [site, other] = await sites();
      const { stay } = await arrive(site, A);
      await refuse(site, A);
      pass(site, minute);
      other.now = site.now;
      assert.equal((await other.look(number, birth)).kind, kind);
      await site.own.run();
      assert.deepEqual([await onBoard(site), await site.own.resultOf(stay)], [[], 'cannot-say']);
      assert.equal(site.own.said.at(-1), `retraction ${stay}`);
    });
  }

  it('it is lifted by a look-up that matched at any of them: the person’s word is one', async () => {
    const [site, other] = await sites();
    await other.land(other.whole([{ id: 'Z1', number: A }]));
    const { stay } = await arrive(site, A);
    await refuse(site, A);
    pass(site, minute);
    other.now = site.now;
    assert.equal((await other.look(A, usualBirth)).kind, 'care');
    await site.own.run();
    assert.deepEqual(await onBoard(site), [stay]);
  });

  it('it is lifted by no look-up that was refused before any council was asked (H23)', async () => {
    const site = await arrivalSite(test.db);
    await arrive(site, A);
    await refuse(site, A);
    pass(site, minute);
    assert.equal((await site.look(A, usualBirth, { reason: 'nonsense' as never })).kind, 'not-allowed');
    await site.own.run();
    assert.deepEqual(await onBoard(site), []);
  });

  it('a match with records that are too old to be an answer of today is a match all the same', async () => {
    const site = await arrivalSite(test.db);
    const { stay } = await arrive(site, A);
    await refuse(site, A);
    pass(site, 60);
    assert.equal((await site.look(A, usualBirth)).kind, 'overdue');
    assert.equal(await test.db.transaction((trx) => wasRefused(trx, stay)), false);
  });
});
