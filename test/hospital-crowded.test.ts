/** One number for everybody, such as UNKNOWN: what hangs together is bounded, and the others go on. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { eventKinds } from '../src/domain/stay-event.ts';
import type { CancelTarget, HospitalEvent } from '../src/domain/stay-event.ts';
import { foldStays } from '../src/domain/stay.ts';
import { closeStay } from '../src/services/close-stay.ts';
import { alarmsOf } from '../src/services/interface-alarms.ts';
import { readInterfaces } from '../src/services/interface-status.ts';
import { adt, kingsVale } from './support/adt.ts';
import type { Fields } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { emptyFeed, hospitalOn } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';
import { hour, on, patient, rules } from './support/stays.ts';

let database: TestDatabase;
let hospital: TestHospital;
const most = 100;

before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());
beforeEach(async () => {
  await emptyFeed(database.db);
  hospital = hospitalOn(database.db, { ...kingsVale, stays: { ...kingsVale.stays, mostStatements: most } });
});

const setAside = async (): Promise<string[]> => {
  const rows = await database.db.sql.selectFrom('hl7_message').selectAll().orderBy('message_id').execute();
  return rows.flatMap((row) => (row.state === 'quarantined' ? [`${row.control_id} ${row.code} ${row.field}`] : []));
};
const largest = async (): Promise<number> => {
  const rows = await database.db.sql.selectFrom('stay_event').select('cluster').execute();
  return Math.max(...[...Map.groupBy(rows, ({ cluster }) => cluster).values()].map((own) => own.length));
};
const unknown = (visit: number): Fields => ({ 'PID-3': 'UNKNOWN^^^KVH^MR', 'PV1-19': `U${visit}` });
const own = (name: string): Fields => ({ 'PID-3': `${name}^^^KVH^MR`, 'PV1-19': `V-${name}` });

describe('a number that everybody shares', () => {
  it('H19: takes so many statements and no more; the rest is set aside with what to do, and the others go on', async () => {
    for (let n = 0; n < 130; n++) await hospital.sendAdt('A04', { ...unknown(n), 'MSH-10': `U${n}` });
    for (const name of ['K1', 'K2', 'K3']) await hospital.sendAdt('A04', own(name));
    await hospital.apply(50);
    const aside = await setAside();
    assert.equal(aside.length, 30);
    assert.equal(aside[0], 'U100 STATEMENTS_TOO_MANY PID-3');
    assert.equal(await largest(), most);
    assert.equal((await hospital.stays()).filter(({ visits }) => visits[0]?.startsWith('V-')).length, 3);
  });

  it('does not draw in whoever is merged with it once it is full', async () => {
    for (let n = 0; n < most; n++) await hospital.sendAdt('A04', unknown(n));
    await hospital.sendAdt('A04', own('K1'));
    await hospital.sendAdt('A40', { 'MSH-10': 'MERGE', 'PID-3': 'K1^^^KVH^MR', 'MRG-1': 'UNKNOWN^^^KVH^MR' }, 'PV1');
    await hospital.sendAdt('A03', { ...own('K1'), 'EVN-2': '20260302090010' });
    await hospital.apply();
    assert.deepEqual(await setAside(), ['MERGE STATEMENTS_TOO_MANY PID-3']);
    const gone = (await hospital.stays()).find(({ visits }) => visits[0] === 'V-K1');
    assert.equal(gone?.status, 'discharged');
  });

  it('joins two who together are not too many, and counts what one batch joins', async () => {
    for (let n = 0; n < 60; n++) await hospital.sendAdt('A04', unknown(n));
    for (let n = 0; n < 60; n++) await hospital.sendAdt('A04', { 'PID-3': 'TEST^^^KVH^MR', 'PV1-19': `T${n}` });
    await hospital.sendAdt('A40', { 'MSH-10': 'BOTH', 'PID-3': 'TEST^^^KVH^MR', 'MRG-1': 'UNKNOWN^^^KVH^MR' }, 'PV1');
    await hospital.sendAdt('A40', { 'PID-3': 'TEST^^^KVH^MR', 'MRG-1': 'K9^^^KVH^MR', 'EVN-2': '20260302090010' }, 'PV1'); // prettier-ignore
    await hospital.apply(200);
    assert.deepEqual(await setAside(), ['BOTH STATEMENTS_TOO_MANY PID-3']);
  });

  it('takes again what it said before, under whatever id', async () => {
    for (let n = 0; n < most; n++) await hospital.sendAdt('A04', unknown(n));
    await hospital.apply();
    await hospital.sendAdt('A04', { ...unknown(5), 'MSH-10': 'AGAIN' });
    await hospital.apply();
    assert.deepEqual(await setAside(), []);
    assert.equal(await largest(), most);
  });

  it('bars nobody from closing a stay by hand', async () => {
    for (let n = 0; n < most; n++) await hospital.sendAdt('A04', unknown(n));
    await hospital.apply();
    hospital.clock.advance(25 * hour);
    const nurse = {
      userId: 'demo|1', name: 'Somebody', role: 'discharge-nurse', organisation: 'KVH', team: 'Ward 12',
      authenticatedBy: 'demo', authenticatedAt: new Date('2026-03-02T08:00:00Z'), session: 's',
    } as const; // prettier-ignore
    const [stay] = await hospital.stays();
    await closeStay(hospital.deps, nurse, stay?.stayId ?? '');
    assert.equal((await hospital.stays()).filter(({ status }) => status === 'closed').length, 1);
  });

  it('is told of before it is full', async () => {
    const alarms = async (): Promise<string> =>
      alarmsOf(await readInterfaces({ ...hospital.deps, destinations: [] }), null).join('\n');
    for (let n = 0; n < 80; n++) await hospital.sendAdt('A04', unknown(n));
    await hospital.apply();
    assert.doesNotMatch(await alarms(), /80%/);
    await hospital.sendAdt('A04', unknown(80));
    await hospital.apply();
    assert.match(await alarms(), /A patient of feed kings-vale-adt has more than 80% of the statements/);
    hospital.clock.advance(25 * hour);
    assert.doesNotMatch(await alarms(), /80%/);
  });

  it('is taken in once more is allowed, and replayed', async () => {
    for (let n = 0; n <= most; n++) await hospital.sendAdt('A04', unknown(n));
    await hospital.apply();
    const wider = hospitalOn(database.db, kingsVale, hospital.clock);
    await database.db.sql.updateTable('hl7_message').set({ state: 'waiting', replays: 1 }).where('state', '=', 'quarantined').execute(); // prettier-ignore
    await wider.apply();
    assert.deepEqual(await setAside(), []);
    assert.equal(await largest(), most + 1);
  });

  it('does not keep others waiting: a feed of nothing else is applied at a steady pace', async () => {
    const text = (n: number): string => adt('A04', { ...unknown(n), 'MSH-10': `S${n}` }).serialise();
    const took: number[] = [];
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 50; n++) await hospital.send(text(round * 50 + n));
      const began = performance.now();
      await hospital.apply(50);
      took.push(performance.now() - began);
    }
    assert.equal(await largest(), most);
    const [first = 0, ...later] = took;
    // Full since the second round: from then on nothing of it is folded.
    assert.ok(Math.min(...later.slice(2)) < Math.max(first, 100) * 5, took.map(Math.round).join(' '));
  });
});

describe('H27: a long stay that has had as many statements as may be', () => {
  const inpatient: Fields = { 'PV1-2': 'I' };
  const full = async (): Promise<void> => {
    await hospital.sendAdt('A01', inpatient);
    for (let n = 0; n < most + 5; n++) {
      const written = `2026030208${String(Math.floor(n / 60)).padStart(2, '0')}${String(n % 60).padStart(2, '0')}`;
      await hospital.sendAdt('A08', { ...inpatient, 'EVN-2': written });
    }
    await hospital.apply();
    assert.equal(await largest(), most);
  };
  const after = { 'EVN-2': '20260302090015' };
  for (const [what, trigger, fields, status] of [
    ['its discharge', 'A03', {}, 'discharged'],
    ['its cancellation', 'A11', {}, 'cancelled'],
    ['its deletion', 'A23', {}, 'deleted'],
    ['the death of its patient', 'A08', { 'PID-29': '20260302', 'PID-30': 'Y' }, 'died'],
    ['the deletion of its patient', 'A29', {}, 'deleted'],
  ] as const) {
    it(`takes ${what} all the same`, async () => {
      await full();
      const before = await setAside();
      await hospital.sendAdt(trigger, { ...inpatient, ...after, ...fields });
      await hospital.apply();
      assert.deepEqual(await setAside(), before);
      assert.equal(await largest(), most + 1);
      assert.equal((await hospital.stays())[0]?.status, status);
    });
  }

  it('takes a discharge with what takes it back, and no end of either', async () => {
    await full();
    for (let n = 0; n < 2 * most; n++)
      await hospital.sendAdt(n % 2 === 0 ? 'A03' : 'A13', { ...inpatient, 'EVN-2': `202603020900${String(n % 60).padStart(2, '0')}`, 'EVN-6': `2026030207${String(Math.floor(n / 60)).padStart(2, '0')}${String(n % 60).padStart(2, '0')}` }); // prettier-ignore
    hospital.clock.advance(60_000);
    await hospital.apply();
    assert.equal(await largest(), 2 * most);
  });

  it('draws nobody else in by an end: neither a visit that is new, nor one of another patient', async () => {
    await full();
    await hospital.sendAdt('A04', own('K1'));
    await hospital.apply();
    const before = (await setAside()).length;
    await hospital.sendAdt('A03', { ...inpatient, ...after, 'PV1-19': 'NEW', 'MSH-10': 'NEW' });
    await hospital.sendAdt('A03', { ...own('K1'), ...after, 'PV1-19': 'KV-V1', 'MSH-10': 'OTHER' });
    await hospital.apply();
    const aside = (await setAside()).slice(before);
    assert.deepEqual(aside, ['NEW STATEMENTS_TOO_MANY PID-3', 'OTHER STATEMENTS_TOO_MANY PID-3']);
    assert.equal(await largest(), most);
  });
});

describe('the most that may hang together', () => {
  const targets: readonly CancelTarget[] = ['start', 'move', 'discharge', 'leave', 'return', 'expected', 'pending-discharge', 'closing']; // prettier-ignore
  const shape = fc.record({
    kinds: fc.uniqueArray(fc.constantFrom(...eventKinds), { minLength: 1, maxLength: 4 }),
    cancels: fc.constantFrom(...targets),
    namesTime: fc.boolean(),
    visits: fc.constantFrom(1, 10, 1000, 100_000),
    people: fc.constantFrom(1, 2, 100_000),
    backwards: fc.boolean(),
  });

  it('is folded in a time that senders do not notice, whatever it says', () => {
    fc.assert(
      fc.property(shape, ({ kinds, cancels, namesTime, visits, people, backwards }) => {
        const events = Array.from({ length: kingsVale.stays.mostStatements }, (_, n): HospitalEvent => {
          const at = new Date(on('00:00').getTime() + (backwards ? -n : n) * 60_000);
          const kind = kinds[n % kinds.length] ?? 'updated';
          return {
            feed: 'f', id: `M${n}`, kind, at, recordedAt: at, sentAt: null, sequence: null,
            patient: patient(`P${n % people}`), visit: `V${n % visits}`, account: `A${n % people}`, cancels, namesTime,
            prior: { patient: patient(`P${(n + 1) % people}`), visit: `V${(n + 1) % visits}`, account: `A${(n + 1) % people}` },
          }; // prettier-ignore
        });
        // Of the processor, so that a computer that is busy elsewhere counts for nothing; the collector may be slow once.
        const fold = (): number => {
          const began = process.cpuUsage();
          foldStays(events, rules);
          return process.cpuUsage(began).user / 1000;
        };
        const took = fold();
        if (took > 1000) assert.ok(Math.min(fold(), fold()) < 1000, `took ${Math.round(took)} ms`);
      }),
      { numRuns: 25 },
    );
  });
});
