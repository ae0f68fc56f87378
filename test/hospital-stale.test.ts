/** A stay whose end never came: it leaves every list, can still be closed, and is forgotten in the end. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { relationshipOf } from '../src/domain/stay-relationship.ts';
import { forgetHospital } from '../src/services/forget-hospital.ts';
import { staysToAsk } from '../src/store/hospital/care.ts';
import { peopleOfStale } from '../src/store/hospital/stale-stays.ts';
import { kingsVale } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { emptyFeed, hospitalOn } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';

let database: TestDatabase;
let hospital: TestHospital;

before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());
beforeEach(async () => {
  await emptyFeed(database.db);
  hospital = hospitalOn(database.db);
});

const hour = 3_600_000;
const day = 24 * hour;
const count = async (table: 'stay' | 'stay_event' | 'stay_key' | 'stay_change') =>
  (await database.db.sql.selectFrom(table).selectAll().execute()).length;
const arrive = async (): Promise<void> => {
  await hospital.sendAdt('A04');
  await hospital.apply();
};
const toAsk = async (): Promise<string[]> =>
  staysToAsk(database.db, [{ council: '999', hospital: 'KVH' }], hospital.clock.now(), [], { limit: 10, listed: true });

describe('a stay whose end never came', () => {
  it('H27: leaves the lists three days after it was stale, which is said like any change', async () => {
    await arrive();
    const changes = await count('stay_change');
    hospital.clock.advance(4 * day - 60_000);
    assert.equal((await forgetHospital(hospital.deps)).shelved, 0);
    assert.equal((await hospital.stays())[0]?.shelvedAt, null);
    hospital.clock.advance(120_000);
    assert.equal((await forgetHospital(hospital.deps)).shelved, 1);
    const [stay] = await hospital.stays();
    assert.deepEqual(stay?.shelvedAt, hospital.clock.now());
    assert.equal(stay?.status, 'arrived', 'nobody has said that it ended');
    assert.equal(await count('stay_change'), changes + 1);
    assert.equal((await forgetHospital(hospital.deps)).shelved, 0);
    assert.deepEqual(await toAsk(), []);
  });

  const nobody = { councils: [], hospitals: [], feeds: [], goodAt: new Date(0) };
  it('waits on the list of its hospital’s stays that may be over, from when it is stale', async () => {
    await arrive();
    const listed = async (organisation = 'KVH') =>
      (await peopleOfStale(database.db, organisation, { now: hospital.clock.now(), today: '2026-03-03', limit: 10 }, nobody)).map(({ stay }) => stay.stayId); // prettier-ignore
    assert.deepEqual(await listed(), []);
    hospital.clock.advance(25 * hour);
    const [stay] = await hospital.stays();
    assert.deepEqual(await listed(), [stay?.stayId]);
    hospital.clock.advance(10 * day);
    await forgetHospital(hospital.deps);
    assert.deepEqual(await listed(), [stay?.stayId]);
    assert.deepEqual(await listed('RTH'), []);
  });

  it('is back on the lists when something is heard of it again', async () => {
    await arrive();
    hospital.clock.advance(5 * day);
    await forgetHospital(hospital.deps);
    const [gone] = await hospital.stays();
    await hospital.sendAdt('A08', { 'EVN-2': '20260307080000', 'MSH-7': '20260307080000' });
    await hospital.apply();
    const [back] = await hospital.stays();
    assert.equal(back?.stayId, gone?.stayId);
    assert.equal(back?.shelvedAt, null);
    assert.ok(back && gone && back.version > gone.version);
    assert.deepEqual(await toAsk(), [back.stayId]);
  });

  it('is no reason to look somebody up a day after it was stale', async () => {
    await arrive();
    const [stay] = await hospital.stays();
    assert.ok(stay);
    const at = (hours: number) => relationshipOf([stay], 'KVH', new Date(stay.lastHeardAt.getTime() + hours * hour));
    assert.equal(at(23), 'open-stay');
    assert.equal(at(25), 'just-ended');
    assert.equal(at(49), 'none');
  });

  it('is forgotten ninety days after it was stale, with everything that was said of it', async () => {
    await arrive();
    hospital.clock.advance(91 * day - 60_000);
    await forgetHospital(hospital.deps);
    assert.equal(await count('stay'), 1);
    const changes = await count('stay_change');
    hospital.clock.advance(120_000);
    assert.equal((await forgetHospital(hospital.deps)).stays, 1);
    assert.deepEqual([await count('stay'), await count('stay_event'), await count('stay_key')], [0, 0, 0]);
    assert.equal(await count('stay_change'), changes + 1, 'what stands of it elsewhere must be taken back');
  });

  it('goes by the feed’s own file', async () => {
    const stale = { offLists: hour, forget: 2 * day };
    const other = hospitalOn(database.db, { ...kingsVale, stays: { ...kingsVale.stays, stale } });
    await other.sendAdt('A04');
    await other.apply();
    other.clock.advance(25 * hour + 60_000);
    assert.equal((await forgetHospital(other.deps)).shelved, 1);
    other.clock.advance(2 * day);
    assert.equal((await forgetHospital(other.deps)).stays, 1);
  });

  it('keeps a stay of the same person that ended lately', async () => {
    await arrive();
    hospital.clock.advance(60 * day);
    await hospital.sendAdt('A04', { 'PV1-19': 'V2', 'EVN-2': '20260430080000', 'MSH-7': '20260430080000' });
    await hospital.sendAdt('A03', { 'PV1-19': 'V2', 'EVN-2': '20260430090000', 'MSH-7': '20260430090000' });
    await hospital.apply();
    hospital.clock.advance(40 * day);
    assert.equal((await forgetHospital(hospital.deps)).stays, 0);
    assert.equal(await count('stay'), 2);
    hospital.clock.advance(60 * day);
    assert.equal((await forgetHospital(hospital.deps)).stays, 1);
    assert.equal(await count('stay'), 0);
  });
});

describe('a stay that is stale when it is first seen, as when old messages are sent again', () => {
  it('is not asked about until something new is heard of it', async () => {
    hospital.clock.advance(2 * day);
    await arrive();
    assert.equal((await hospital.stays())[0]?.shelvedAt, null);
    assert.deepEqual(await toAsk(), []);
    await hospital.sendAdt('A08', { 'EVN-2': '20260304080000', 'MSH-7': '20260304080000' });
    await hospital.apply();
    assert.equal((await toAsk()).length, 1);
  });

  it('is off every list at once when it is old enough', async () => {
    hospital.clock.advance(5 * day);
    await arrive();
    assert.deepEqual((await hospital.stays())[0]?.shelvedAt, hospital.clock.now());
  });
});

describe('what is kept of people who are in no hospital', () => {
  it('goes as raw messages do', async () => {
    await hospital.sendAdt('A31', {}, 'PV1');
    await hospital.apply();
    assert.equal(await count('stay_event'), 1);
    hospital.clock.advance(7 * day - 60_000);
    await forgetHospital(hospital.deps);
    assert.equal(await count('stay_event'), 1);
    hospital.clock.advance(120_000);
    await forgetHospital(hospital.deps);
    assert.deepEqual([await count('stay_event'), await count('stay_key')], [0, 0]);
  });

  it('stays with the stay of whoever is there', async () => {
    await arrive();
    await hospital.sendAdt('A31', {}, 'PV1');
    await hospital.apply();
    hospital.clock.advance(10 * day);
    await forgetHospital(hospital.deps);
    assert.equal(await count('stay_event'), 2);
  });

  it('goes also when the feed’s file is gone', async () => {
    await hospital.sendAdt('A31', {}, 'PV1');
    await hospital.apply();
    hospital.clock.advance(8 * day);
    await forgetHospital({ ...hospital.deps, feeds: [] });
    assert.equal(await count('stay_event'), 0);
  });
});
