/** What stays tell of people who move between hospitals of one feed, and of whom the council’s record comes after them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Caller } from '../src/domain/caller.ts';
import { stayGauges } from '../src/services/notices/stay-gauges.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs, numbers } from './support/import-lines.ts';
import { later } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

interface TwoHospitals extends HoldSite {
  /** At the second hospital. */
  readonly place: { readonly organisation: string; readonly team: string };
  readonly nurse2: Caller;
}

/** A feed of two hospitals; of the second the agreement says what is given. */
async function twoHospitals(automatic = ['with-us', 'home-changed', 'gone']): Promise<TwoHospitals> {
  const site = await holdSite(test.db);
  const second = `${site.hospital}-B`;
  const [agreement] = site.notices.agreements;
  const [hospital] = site.notices.hospitals;
  assert.ok(agreement && hospital);
  const own = { ...agreement, id: `${agreement.id}-b`, hospital: second, notices: { ...agreement.notices, automatic } };
  Object.assign(site.notices, {
    agreements: [agreement, own],
    hospitals: [hospital, { ...hospital, id: second, name: 'Second Hospital', phone: '01632 960999' }],
  });
  const place = { organisation: second, team: 'Ward 1' };
  return Object.assign(site, { place, nurse2: { ...site.sister, organisation: second, team: 'Ward 1' } });
}

/** Notices to the provider, as `kind fact hospital status`. */
async function told({ council, hospital }: HoldSite): Promise<string[]> {
  const { rows } = await sql<Record<'kind' | 'fact' | 'hospital' | 'status', string>>`
    select kind, fact, hospital, status from notice where council = ${council.id} and recipient_kind = 'provider'
    order by created_at, hospital`.execute(test.db.sql);
  return rows.map((row) => [row.kind, row.fact, row.hospital === hospital ? 'A' : 'B', row.status].join(' '));
}

describe('somebody who moves to another hospital of the same feed', () => {
  it('H27: is told to be there by a correction, in the same line and with that hospital’s number', async () => {
    const site = await twoHospitals();
    await site.say('arrived');
    await site.acceptAll();
    later(site, 30);
    await site.say('moved', { place: site.place });
    assert.deepEqual(await told(site), ['with-us with-us A replaced', 'correction with-us B queued']);
    const [correction] = (await site.mail()).filter(({ kind }) => kind === 'correction');
    assert.match(correction?.text?.where ?? '', /^Second Hospital, phone 01632\s960\s999$/);
    later(site, 5);
    await site.say('updated', { place: site.place });
    assert.equal((await told(site)).length, 2);
    assert.deepEqual(site.failures, []);
  });

  it('H27: has a discharge taken back that the second hospital told and cancels', async () => {
    const site = await twoHospitals();
    await site.say('arrived');
    later(site, 30);
    await site.say('moved', { place: site.place });
    await site.acceptAll();
    await site.say('discharged', { place: site.place });
    await site.acceptAll();
    later(site, 5);
    await site.say('cancelled', { cancels: 'discharge', place: site.place });
    assert.ok((await told(site)).includes('gone gone B cancelled'), (await told(site)).join());
    assert.ok((await told(site)).some((one) => one.startsWith('cancellation gone B')));
  });

  it('H27: has a task of its hold at the hospital that told last', async () => {
    const site = await twoHospitals();
    await site.say('arrived');
    await site.acceptAll();
    later(site, 30);
    await site.say('moved', { place: site.place });
    await site.acceptAll();
    later(site, 30);
    await site.say('discharged', { place: site.place });
    assert.deepEqual((await site.tasksOf(site.nurse2)).map(({ cause }) => cause), ['discharged']);
    assert.deepEqual(await site.tasksOf(site.sister), []);
  }); // prettier-ignore

  it('H27: is taken back from whoever was told at either hospital, should the stay have been an error', async () => {
    const site = await twoHospitals();
    await site.say('arrived');
    await site.acceptAll();
    later(site, 30);
    await site.say('moved', { place: site.place });
    await site.mail();
    await site.say('cancelled', { cancels: 'start', place: site.place });
    const standing = (await told(site)).filter((one) => !/ (replaced|cancelled)$/.test(one));
    assert.deepEqual(standing, ['cancellation with-us B queued']);
  });

  it('H27: stays as it was told where the second hospital’s agreement tells nothing, and the first has the task', async () => {
    const site = await twoHospitals([]);
    await site.say('arrived');
    await site.acceptAll();
    later(site, 30);
    await site.say('moved', { place: site.place });
    assert.deepEqual(await told(site), ['with-us with-us A accepted']);
    later(site, 30);
    await site.say('discharged', { place: site.place });
    assert.deepEqual((await site.tasksOf(site.sister)).map(({ cause }) => cause), ['discharged']);
  }); // prettier-ignore

  it('H12: waits for a person at the second hospital where a referral is open, and nobody reads it before', async () => {
    const site = await twoHospitals();
    await site.say('arrived');
    await site.acceptAll();
    later(site, 1);
    const lines = [{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }];
    await site.land(site.whole(lines, { referrals: [{ id: 'M1', number: nhs(1) }] }), site.now.toISOString());
    await site.say('moved', { place: site.place });
    assert.deepEqual(await told(site), ['with-us with-us A accepted', 'correction with-us B waiting']);
  });
});

describe('somebody whose record lands after the arrival', () => {
  const line = (site: HoldSite) => ({ id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara', cqc: site.provider.slice(4) }); // prettier-ignore

  it('H08: is told of once it has landed, and once', async () => {
    const site = await holdSite(test.db, { lines: [] });
    await site.say('arrived');
    assert.deepEqual(await told(site), []);
    later(site, 10);
    await site.land(site.whole([line(site)]), site.now.toISOString());
    await site.settle();
    assert.deepEqual(await told(site), ['with-us with-us A queued']);
    later(site, 10);
    await site.land(site.whole([line(site)]), site.now.toISOString());
    await site.settle();
    assert.equal((await told(site)).length, 1);
    const waits = await test.db.sql.selectFrom('stay_to_tell').select('stay_id').execute();
    const { stayId } = await site.stay();
    assert.ok(waits.every(({ stay_id: id }) => id !== stayId));
  });

  it('H04: is told of where the record has another number of the same person', async () => {
    const [old, fresh] = [nhs(71), nhs(72)];
    const site = await holdSite(test.db, { number: old, lines: [] });
    await site.say('arrived');
    later(site, 10);
    await site.land(
      [...site.whole([{ ...line(site), number: fresh }]), numbers([[old, fresh]])],
      site.now.toISOString(),
    );
    await site.settle();
    assert.deepEqual(await told(site), ['with-us with-us A queued']);
  });

  it('is asked of no stay that is over, that has been told of, or of somebody whom the council does not know', async () => {
    const site = await holdSite(test.db, { lines: [] });
    await site.say('arrived');
    await site.say('arrived', { by: 'P2', visit: 'V2', number: nhs(2) });
    await site.say('discharged');
    later(site, 10);
    const asked = async (): Promise<number> =>
      Number((await sql<{ last: string | null }>`select last_value as last from stay_to_tell_change_id_seq`.execute(test.db.sql)).rows[0]?.last); // prettier-ignore
    await site.settle();
    const before = await asked();
    await site.land(site.whole([line(site)]), site.now.toISOString());
    await site.settle();
    assert.equal(await asked(), before);
    assert.deepEqual(await told(site), []);
  });
});

describe('a stay that cannot be told of', () => {
  it('H08: is known to a monitoring system by how long it has waited', async () => {
    const site = await holdSite(test.db);
    const { deliver } = site.desk;
    const oldest = async (): Promise<number | undefined> =>
      (await stayGauges({ db: test.db, clock: site.clock })).find(({ name }) => name === 'homeward_stays_to_tell_oldest_seconds')?.value; // prettier-ignore
    assert.equal(await oldest(), 0);
    site.desk.deliver = () => Promise.reject(new Error('A test broke the desk'));
    await site.say('arrived');
    later(site, 10);
    await site.settle();
    assert.equal(await oldest(), 600);
    site.desk.deliver = deliver;
    later(site, 1);
    await site.settle();
    assert.equal(await oldest(), 0);
  });
});
