/** Properties of the fold of stays, run briefly with every test and at length by themselves. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eventKinds, readEvent, writeEvent } from '../../src/domain/stay-event.ts';
import type { CancelTarget, HospitalEvent } from '../../src/domain/stay-event.ts';
import { foldStays } from '../../src/domain/stay.ts';
import type { Stay } from '../../src/domain/stay.ts';
import { run, steps } from './stay-histories.ts';
import { ed, hour, keptByStore, patient, rules, ward } from './stays.ts';

/** Some things, each at least once and some again, in any order. */
function shuffled<T>(things: readonly T[]): fc.Arbitrary<T[]> {
  const all = fc.shuffledSubarray([...things], { minLength: things.length, maxLength: things.length });
  return fc.tuple(all, fc.subarray([...things])).chain(([one, again]) =>
    fc.shuffledSubarray([...one, ...again], { minLength: one.length + again.length }),
  ); // prettier-ignore
}

/** A history of the small hospital, and its feed's messages as they might arrive. */
const histories = steps
  .map(run)
  .chain((history) => shuffled(history.events).map((arriving) => ({ ...history, arriving })));

/** Attendances and admissions are joined by other tests; here each visit stands by itself. */
const apart = { ...rules, edToAdmission: Number.NEGATIVE_INFINITY };

/** Whatever the hospital did, its messages in any order and repetition tell the clerk's truth of every visit. */
export function tellsTheTruth(numRuns: number): void {
  fc.assert(
    fc.property(histories, ({ truth, arriving }) => {
      const stays = new Map(foldStays(arriving, apart).map((stay) => [stay.id, stay]));
      assert.deepEqual([...stays.keys()].sort(), [...truth.keys()].sort());
      for (const [number, expected] of truth) {
        const stay = stays.get(number);
        assert.ok(stay);
        assert.equal(stay.person.patient.value, expected.owner, `owner of ${number}`);
        assert.equal(stay.status, expected.status, `status of ${number}`);
        assert.deepEqual(stay.cautions, []);
        if (expected.status === 'cancelled' || expected.status === 'deleted') continue;
        assert.equal(stay.startedAt?.getTime(), expected.from, `start of ${number}`);
        assert.equal(stay.endedAt?.getTime() ?? null, expected.to, `end of ${number}`);
        assert.equal(stay.team, expected.team, `team of ${number}`);
      }
    }),
    { numRuns },
  );
}

/** Also of senseless statements, and whichever are joined: order and repetition change nothing, and nothing throws. */
export function converges(numRuns: number): void {
  fc.assert(
    fc.property(anything, ({ events, arriving }) => {
      assert.deepEqual(foldStays(arriving, rules), foldStays(events, rules));
    }),
    { numRuns },
  );
}

/** A store that reads back only what shares a key with what has just come ends where one that reads everything ends. */
export function needsOnlyWhatIsRelated(numRuns: number): void {
  fc.assert(
    fc.property(anything, ({ events, arriving }) => {
      const kept = keptByStore(arriving.map((event) => readEvent(writeEvent(event))));
      assert.deepEqual(byId(kept), byId(foldStays(events, rules)));
    }),
    { numRuns },
  );
}

function byId(stays: readonly Stay[]): Stay[] {
  return [...stays].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const instant = fc.nat(40).map((half) => new Date(Date.parse('2026-03-02T00:00:00Z') + (half * hour) / 2));
const person = fc.constantFrom('P1', 'P2', 'P3', 'P4').map(patient);
const number = fc.constantFrom('V1', 'V2', 'V3', 'V4');
const account = fc.constantFrom('A1', 'A2');
const targets: readonly CancelTarget[] = ['start', 'move', 'discharge', 'leave', 'return', 'expected', 'pending-discharge', 'closing']; // prettier-ignore

/** A statement of any kind about anybody, whether or not it makes sense. */
const senseless: fc.Arbitrary<HospitalEvent> = fc
  .record(
    {
      id: fc.constantFrom('M1', 'M2', 'M3'),
      kind: fc.constantFrom(...eventKinds),
      at: instant,
      recordedAt: instant,
      sentAt: fc.option(instant),
      sequence: fc.option(fc.nat(3)),
      patient: person,
      visit: fc.option(number, { freq: 8 }),
      account,
      cancels: fc.constantFrom(...targets),
      namesTime: fc.boolean(),
      prior: fc.record({ patient: person, visit: number, account }, { requiredKeys: [] }),
      patientClass: fc.constantFrom('emergency' as const, 'inpatient' as const),
      place: fc.constantFrom(ed, ward),
      outcome: fc.constantFrom('died' as const, 'transferred' as const),
      admitTime: instant,
      dischargeTime: instant,
      expectedDischarge: fc.option(fc.constantFrom('2026-03-04', '2026-03-05').map((date) => ({ date, at: null }))),
      birthDate: fc.option(fc.constantFrom('1941-03-14', '1941-03-15')),
      name: fc.option(fc.constant({ family: 'Holmes', given: 'Barbara' })),
      death: fc.option(fc.constantFrom({ day: null }, { day: { date: '2026-03-02', at: null } }), { freq: 2 }),
    },
    { requiredKeys: ['id', 'kind', 'at', 'recordedAt', 'sentAt', 'sequence', 'patient', 'visit'] },
  )
  .map((event) => ({ feed: 'senseless', ...event }));

const anything = fc
  .oneof(
    fc.array(senseless, { minLength: 1, maxLength: 16, size: 'max' }),
    steps.map((script) => run(script).events),
  )
  .chain((events) => shuffled(events).map((arriving) => ({ events, arriving })));
