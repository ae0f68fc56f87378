/** What a wrong feed file had applied, read again: what a message says now takes the place of what it said. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Feed } from '../src/config/feed.ts';
import type { Caller } from '../src/domain/caller.ts';
import { replayMessages } from '../src/services/set-aside.ts';
import { kingsVale } from './support/adt.ts';
import type { Fields } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { emptyFeed, hospitalOn } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';

let database: TestDatabase;

before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());
const empty = (): Promise<void> => emptyFeed(database.db);
beforeEach(empty);

const operator: Caller = {
  userId: 'demo|1',
  name: 'Somebody',
  role: 'operator',
  organisation: 'KVH',
  team: 'Service',
  authenticatedBy: 'demo',
  authenticatedAt: new Date('2026-03-02T08:00:00Z'),
  session: 's',
};
const feed = kingsVale.id;
const from = new Date('2026-03-02T00:00:00Z');
const until = new Date('2026-03-03T00:00:00Z');
/** Said wrongly: patients of the class I are taken for clinics, and those of E for inpatients. */
const wrong: Feed = { ...kingsVale, patientClasses: { ...kingsVale.patientClasses, I: 'not-a-stay', E: 'inpatient' } };
const replay = (hospital: TestHospital, window: { from: Date; until: Date } = { from, until }): Promise<number> =>
  replayMessages({ ...hospital.deps, wakeAppliers: () => undefined }, operator, { feed, ...window });
const mended = (before: TestHospital): TestHospital => hospitalOn(database.db, kingsVale, before.clock);
const kept = async (): Promise<string[]> =>
  (await database.db.sql.selectFrom('stay_event').select(['content', 'said_by']).orderBy('content').execute()).map(({ content, said_by: times }) => `${content} ${times}`); // prettier-ignore
const states = async (): Promise<string[]> =>
  (await database.db.sql.selectFrom('hl7_message').selectAll().orderBy('message_id').execute()).map(({ control_id: id, state, code }) => [id, state, code].filter(Boolean).join(' ')); // prettier-ignore

describe('messages that a wrong feed file had applied', () => {
  it('H20: say what the mended file makes of them, and nothing of what they said before', async () => {
    const before = hospitalOn(database.db, wrong);
    await before.sendAdt('A04', { 'PV1-19': 'V1', 'PID-3': 'K1^^^KVH^MR' });
    await before.sendAdt('A01', { 'PV1-19': 'V2', 'PID-3': 'K2^^^KVH^MR', 'PV1-2': 'I' });
    await before.apply();
    const [first, ...others] = await before.stays();
    assert.deepEqual([first?.patientClass, others.length], ['inpatient', 0]);
    const after = mended(before);
    after.clock.advance(3_600_000);
    assert.equal(await replay(after), 2);
    await after.apply();
    const stays = await after.stays();
    assert.deepEqual(stays.map(({ visits, patientClass }) => `${visits.join()} ${patientClass}`).sort(), ['V1 emergency', 'V2 inpatient']); // prettier-ignore
    assert.ok(stays.some(({ stayId }) => stayId === first?.stayId), 'it is the same stay'); // prettier-ignore
    assert.equal((await kept()).length, 2);
    const audit = await database.db.sql.selectFrom('audit_event').selectAll().where('action', '=', 'replay-messages').execute(); // prettier-ignore
    assert.deepEqual(audit.at(-1)?.detail, { feed, from: from.toISOString(), until: until.toISOString(), count: 2 });
  });

  it('leave no stay behind where the mended file knows of none', async () => {
    const before = hospitalOn(database.db, { ...wrong, patientClasses: { ...wrong.patientClasses, O: 'emergency' } });
    await before.sendAdt('A04', { 'PV1-2': 'O' });
    await before.apply();
    assert.equal((await before.stays()).length, 1);
    const changes = (await database.db.sql.selectFrom('stay_change').selectAll().execute()).length;
    const after = mended(before);
    await replay(after);
    await after.apply();
    assert.deepEqual(await after.stays(), []);
    assert.deepEqual(await kept(), []);
    assert.deepEqual(await database.db.sql.selectFrom('stay_key').selectAll().execute(), []);
    assert.deepEqual(await states(), ['KV1 ignored not-a-stay']);
    const now = (await database.db.sql.selectFrom('stay_change').selectAll().execute()).length;
    assert.equal(now, changes + 1, 'what was told of it must be taken back');
  });

  it('keep a statement that another message makes still, and lose it with the last', async () => {
    const before = hospitalOn(database.db, wrong);
    await before.sendAdt('A04', { 'MSH-10': 'ONE' });
    before.clock.advance(60_000);
    await before.sendAdt('A04', { 'MSH-10': 'TWO' });
    await before.apply(1);
    assert.deepEqual((await kept()).map((one) => one.split(' ')[1]), ['2']); // prettier-ignore
    const after = mended(before);
    const minute = new Date('2026-03-02T09:01:00Z');
    assert.equal(await replay(after, { from, until: minute }), 1);
    await after.apply();
    assert.deepEqual((await kept()).map((one) => one.split(' ')[1]), ['1', '1']); // prettier-ignore
    assert.equal(await replay(after, { from: minute, until }), 1);
    await after.apply();
    assert.deepEqual((await kept()).map((one) => one.split(' ')[1]), ['2']); // prettier-ignore
    assert.deepEqual((await after.stays()).map(({ patientClass }) => patientClass), ['emergency']); // prettier-ignore
  });

  it('that cannot be applied now keep what they said, and can be replayed again', async () => {
    const before = hospitalOn(database.db, wrong);
    await before.sendAdt('A04', { 'PV1-2': 'E' });
    await before.apply();
    const said = await kept();
    await database.db.sql
      .updateTable('hl7_message')
      .set({ sealed: Buffer.from('gone') })
      .execute();
    await replay(before);
    await before.apply();
    assert.deepEqual(await states(), ['KV1 quarantined SEAL_BROKEN']);
    assert.deepEqual(await kept(), said);
    assert.equal((await before.stays()).length, 1);
  });

  it('take up only what came in the time that is named, never our own, and nothing is an answer', async () => {
    const before = hospitalOn(database.db, wrong);
    await before.sendAdt('A04', { 'MSH-10': 'ECHO', 'MSH-3': 'HOMEWARD' });
    await before.sendAdt('A04', { 'MSH-10': 'BAD' }, 'PID');
    await before.sendAdt('A04', { 'MSH-10': 'IN' });
    before.clock.advance(24 * 3_600_000);
    await before.sendAdt('A04', { 'MSH-10': 'LATER', 'PV1-19': 'V2' });
    await before.apply();
    assert.equal(await replay(before), 1);
    assert.deepEqual(await states(), [
      'ECHO ignored echo',
      'BAD faulty PATIENT_MISSING',
      'IN waiting',
      'LATER applied',
    ]);
    await assert.rejects(replay(before, { from: until, until: from }), { code: 'MESSAGE_GONE' });
    await assert.rejects(replayMessages({ ...before.deps, wakeAppliers: () => undefined }, { ...operator, role: 'emergency-nurse' }, { feed, from, until }), { code: 'NOT_ALLOWED' }); // prettier-ignore
  });

  it('wait behind what comes now', async () => {
    const before = hospitalOn(database.db, wrong);
    for (let n = 0; n < 30; n++) await before.sendAdt('A04', { 'MSH-10': `OLD${n}`, 'PV1-19': `V${n}` });
    await before.apply();
    await replay(before);
    await before.sendAdt('A04', { 'MSH-10': 'NOW', 'PV1-19': 'NOW' });
    const { applyNext } = await import('../src/services/apply-messages.ts');
    const { messageReader } = await import('../src/hl7/inbound.ts');
    await applyNext(before.deps, wrong, messageReader([before.feed]), 5);
    const waiting = (await states()).filter((state) => state.endsWith(' waiting'));
    assert.equal(waiting.length, 26);
    assert.equal(waiting.includes('NOW waiting'), false);
  });
});

describe('whatever was said under a wrong file, in any order', () => {
  const messages = fc.array(
    fc.record({
      trigger: fc.constantFrom('A04', 'A01', 'A02', 'A03', 'A08', 'A11', 'A13', 'A40'),
      patientClass: fc.constantFrom('E', 'I', 'O'),
      person: fc.nat(2),
      visit: fc.nat(3),
      minute: fc.nat(20),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('ends as if the right file had been there from the beginning', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(12), async (list, cut) => {
        const send = async (hospital: TestHospital, some: typeof list, first: number): Promise<void> => {
          for (const [index, { trigger, patientClass, person, visit, minute }] of some.entries()) {
            const fields: Fields = {
              'MSH-10': `M${first + index}`,
              'PV1-2': patientClass,
              'PV1-19': `V${visit}`,
              'PID-3': `K${person}^^^KVH^MR`,
              'EVN-2': `2026030208${String(minute).padStart(2, '0')}00`,
              ...(trigger === 'A40' ? { 'MRG-1': `K${(person + 1) % 3}^^^KVH^MR` } : {}),
            };
            await hospital.sendAdt(trigger, fields, ...(trigger === 'A40' ? ['PV1'] : []));
          }
        };
        const end = async (hospital: TestHospital) => ({
          kept: await kept(),
          stays: (await hospital.stays()).map(({ stayId: _id, version: _version, ...stay }) => stay).sort((a, b) => (a.visits.join() < b.visits.join() ? -1 : 1)), // prettier-ignore
        });
        await empty();
        const right = hospitalOn(database.db);
        await send(right, list, 0);
        await right.apply();
        const expected = await end(right);
        await empty();
        const before = hospitalOn(database.db, wrong);
        await send(before, list.slice(0, cut), 0);
        await before.apply(3);
        const after = mended(before);
        await send(after, list.slice(cut), cut);
        await after.apply(4);
        if (list.slice(0, cut).length > 0) await replay(after);
        await after.apply(5);
        assert.deepEqual(await end(after), expected);
      }),
      { numRuns: 40 },
    );
  });
});
