/** H27: since when somebody is in hospital again whose going home had been written down. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOpen } from '../../src/domain/stay-course.ts';
import { inRecordedOrder } from '../../src/domain/stay-event.ts';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import { foldStays } from '../../src/domain/stay.ts';
import { run, steps } from '../support/stay-histories.ts';
import { orders, rules, statement } from '../support/stays.ts';

const arrived = statement('arrived', '09:00');
const left = statement('discharged', '10:00');
const back = statement('cancelled', '10:15', { cancels: 'discharge' });
const closed = statement('closed-by-hand', '10:30');

/** When the first stay was opened again, by these statements in any order. */
function reopened(...events: HospitalEvent[]): string | null {
  const found = new Set([...orders(events)].map((heard) => foldStays(heard, rules)[0]?.reopenedAt?.getTime()));
  assert.equal(found.size, 1);
  const [at] = found;
  return at === undefined ? null : new Date(at).toISOString().slice(11, 16);
}

describe('H27: a stay whose end counts no more is open again', () => {
  it('from the word that undid the end, not from the end', () => {
    assert.equal(reopened(arrived, left, back), '10:15');
    assert.equal(reopened(arrived, left, statement('arrived', '11:00')), '11:00');
    assert.equal(reopened(arrived, left, statement('class-changed', '11:00', { patientClass: 'inpatient' })), '11:00');
    assert.equal(reopened(arrived, left, statement('admitted', '12:00', { visit: 'V2' })), '12:00');
    assert.equal(reopened(arrived, closed, statement('moved', '11:00')), '11:00');
    assert.equal(reopened(arrived, closed, statement('cancelled', '11:00', { cancels: 'closing' })), '11:00');
    assert.equal(reopened(arrived, closed, statement('leave-started', '11:00')), '11:00');
    assert.equal(reopened(arrived, closed, statement('cancelled', '11:00', { cancels: 'move' })), '11:00');
  });

  it('by when it was written down, whenever it was', () => {
    assert.equal(reopened(arrived, left, statement('arrived', '10:05', { said: '11:00' })), '11:00');
    assert.equal(reopened(arrived, left, { ...back, recordedAt: new Date(back.recordedAt.getTime() + 3_600_000) }), '11:15');
  }); // prettier-ignore

  it('and what is said of it afterwards changes nothing', () => {
    assert.equal(reopened(arrived, left, back, statement('moved', '11:00')), '10:15');
    assert.equal(reopened(arrived, left, statement('admitted', '12:00'), statement('admitted', '12:05')), '12:00');
    assert.equal(reopened(arrived, left, statement('moved', '10:05'), back), '10:15');
    assert.equal(reopened(arrived, left, statement('updated', '10:05'), back), '10:15');
  });

  it('anew each time', () => {
    const again = statement('discharged', '13:00');
    assert.equal(reopened(arrived, left, back, again, statement('cancelled', '14:00', { cancels: 'discharge' })), '14:00'); // prettier-ignore
  });

  it('from its new beginning, where it was deleted with its end', () => {
    assert.equal(reopened(arrived, left, statement('visit-deleted', '11:00'), statement('arrived', '12:00')), '12:00');
  });

  it('not while it is over, and not when it never was', () => {
    assert.equal(reopened(arrived), null);
    assert.equal(reopened(arrived, left), null);
    assert.equal(reopened(arrived, left, statement('moved', '10:05')), null);
    // The admission had been written down before the emergency department's discharge was.
    assert.equal(reopened(arrived, statement('admitted', '09:55', { visit: 'V2' }), left), null);
    assert.equal(reopened(arrived, statement('admitted', '11:00'), statement('discharged', '10:00', { said: '11:30' })), null); // prettier-ignore
  });

  it('whatever the hospital does: from the word by which its stay turned from over to open', () => {
    let met = 0;
    fc.assert(
      fc.property(steps, (script) => {
        const events = inRecordedOrder(run(script).events);
        let before = new Map<string, { readonly over: boolean; readonly at: Date | null }>();
        for (const [index, { recordedAt }] of events.entries()) {
          const now: typeof before = new Map();
          for (const stay of foldStays(events.slice(0, index + 1), rules)) {
            // Of a stay that has become another one nothing is foretold.
            const key = `${stay.person.patient.value} ${stay.visits.join('+')}`;
            const was = before.get(key);
            const open = isOpen(stay.status);
            const at = open ? (was?.over ? recordedAt : (was?.at ?? null)) : null;
            now.set(key, { over: stay.status === 'discharged', at });
            if (at === null) continue;
            met++;
            assert.equal(stay.reopenedAt?.toISOString(), at.toISOString(), key);
          }
          before = now;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(met > 200, `only ${met} stays`);
  });
});
