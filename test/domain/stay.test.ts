/** Who is in hospital: each rule by a table written by hand, in any order and with repetitions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import { closeByHand, reopenByHand } from '../../src/domain/stay-by-hand.ts';
import { foldStays, isStale } from '../../src/domain/stay.ts';
import type { Stay } from '../../src/domain/stay.ts';
import { ed, joined, line, lines, nhs, on, orders, personal, rules, statement, ward } from '../support/stays.ts';

type Table = readonly (readonly [string, readonly HospitalEvent[], readonly string[]])[];

function holds(table: Table): void {
  for (const [sentence, events, expected] of table) {
    it(sentence, () => {
      assert.deepEqual(lines(events), expected);
      // Last things first and each of them twice: the same.
      assert.deepEqual(lines([...events, ...events].reverse()), expected);
    });
  }
}

function onlyStay(events: readonly HospitalEvent[]): Stay {
  const [stay, ...more] = foldStays(events, rules);
  assert.ok(stay && more.length === 0);
  return stay;
}

const arrived = statement('arrived', '09:00');
const admitted = statement('admitted', '11:00');
const discharged = statement('discharged', '2 10:00');

it('an end that was said to be days ahead is not believed, in any order (H27)', () => {
  const ahead = statement('discharged', '2 10:00', { dischargeTime: new Date('2099-12-31T23:59:00Z') });
  for (const events of [[arrived, admitted, ahead], [ahead, admitted, arrived]]) assert.deepEqual(onlyStay(events).endedAt, on('2 10:00')); // prettier-ignore
});

describe('the course of a stay', () => {
  holds([
    ['begins with an arrival in the emergency department', [arrived], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['goes on with the admission under the same visit number', [arrived, admitted], ['V1, P1, admitted, 02 09:00, Ward 12']],
    ['ends with the discharge', [arrived, admitted, discharged], ['V1, P1, discharged, 02 09:00-04 10:00, Ward 12']],
    [
      'ends in the emergency department, for most',
      [arrived, statement('discharged', '12:30')],
      ['V1, P1, discharged, 02 09:00-02 12:30, Emergency department'],
    ],
    [
      'is no way home when the discharge is to another hospital',
      [admitted, statement('discharged', '2 10:00', { outcome: 'transferred' })],
      ['V1, P1, transferred, 02 11:00-04 10:00, Ward 12'],
    ],
    [
      'goes on when an admission follows the end of the attendance, under the same visit number',
      [arrived, statement('discharged', '10:55'), admitted],
      ['V1, P1, admitted, 02 09:00, Ward 12'],
    ],
    [
      'becomes an admission by a change of class',
      [arrived, statement('class-changed', '11:00', { patientClass: 'inpatient', place: ward })],
      ['V1, P1, admitted, 02 09:00, Ward 12'],
    ],
    [
      'becomes an attendance again by a change of class',
      [admitted, statement('class-changed', '13:00', { patientClass: 'emergency', place: ed })],
      ['V1, P1, arrived, 02 11:00, Emergency department'],
    ],
    [
      'does not fall back from admission to arrival when the arrival is said again',
      [arrived, admitted, statement('arrived', '11:30')],
      ['V1, P1, admitted, 02 09:00, Emergency department'],
    ],
    [
      'becomes an admission by a move that says so',
      [arrived, statement('moved', '11:00', { patientClass: 'inpatient' })],
      ['V1, P1, admitted, 02 09:00, Ward 12'],
    ],
    ['is only expected before anybody came', [statement('expected', '08:00')], ['V1, P1, expected, ?, no team']],
    [
      'is no longer expected once somebody came',
      [statement('expected', '08:00'), admitted],
      ['V1, P1, admitted, 02 11:00, Ward 12'],
    ],
    ['is nothing when there are only updates', [statement('updated', '09:00')], []],
  ]); // prettier-ignore
});

describe('leave', () => {
  const leave = statement('leave-started', '1 09:00');
  holds([
    ['is a stay that goes on', [admitted, leave], ['V1, P1, on-leave, 02 11:00, Ward 12']],
    ['ends with the return', [admitted, leave, statement('leave-ended', '1 18:00')], ['V1, P1, admitted, 02 11:00, Ward 12']],
    [
      'ends with the discharge too',
      [admitted, leave, statement('discharged', '2 10:00')],
      ['V1, P1, discharged, 02 11:00-04 10:00, Ward 12'],
    ],
    [
      'goes on while the bed is moved',
      [admitted, leave, statement('moved', '1 12:00', { place: ed })],
      ['V1, P1, on-leave, 02 11:00, Emergency department'],
    ],
    [
      'goes on when a move, or a discharge, is taken back',
      [
        admitted,
        leave,
        statement('moved', '1 12:00', { place: ed }),
        statement('cancelled', '1 13:00', { cancels: 'move' }),
        statement('discharged', '1 14:00'),
        statement('cancelled', '1 15:00', { cancels: 'discharge' }),
      ],
      ['V1, P1, on-leave, 02 11:00, Ward 12'],
    ],
    [
      'never was, when it is taken back',
      [admitted, leave, statement('cancelled', '1 10:00', { cancels: 'leave' })],
      ['V1, P1, admitted, 02 11:00, Ward 12'],
    ],
    [
      'goes on when the return is taken back',
      [admitted, leave, statement('leave-ended', '1 18:00'), statement('cancelled', '1 19:00', { cancels: 'return' })],
      ['V1, P1, on-leave, 02 11:00, Ward 12'],
    ],
  ]); // prettier-ignore
});

describe('corrections', () => {
  holds([
    [
      'replace: the admission said last stands, earlier or later',
      [admitted, statement('admitted', '10:15', { said: '12:00' })],
      ['V1, P1, admitted, 02 10:15, Ward 12'],
    ],
    [
      'replace the discharge, to an earlier time as well',
      [admitted, discharged, statement('discharged', '2 08:30', { said: '2 11:00' })],
      ['V1, P1, discharged, 02 11:00-04 08:30, Ward 12'],
    ],
    [
      'do not join two discharges with an admission between them',
      [arrived, statement('discharged', '10:55'), admitted, discharged],
      ['V1, P1, discharged, 02 09:00-04 10:00, Ward 12'],
    ],
    [
      'of the times come with an update too',
      [
        statement('admitted', '11:00', { admitTime: on('10:50') }),
        statement('updated', '12:00', { admitTime: on('10:40') }),
        discharged,
        statement('updated', '2 12:00', { dischargeTime: on('2 09:45') }),
      ],
      ['V1, P1, discharged, 02 10:40-04 09:45, Ward 12'],
    ],
    [
      'of an admission’s time are not one of the arrival’s',
      [arrived, admitted, statement('updated', '12:00', { admitTime: on('10:50') })],
      ['V1, P1, admitted, 02 09:00, Ward 12'],
    ],
    [
      'leave an end that was said later than an update of an undone one',
      [
        admitted,
        statement('discharged', '1 10:00', { dischargeTime: on('1 09:55') }),
        statement('updated', '1 10:05', { dischargeTime: on('1 09:50') }),
        statement('cancelled', '1 10:30', { cancels: 'discharge' }),
        discharged,
      ],
      ['V1, P1, discharged, 02 11:00-04 10:00, Ward 12'],
    ],
  ]); // prettier-ignore
});

describe('cancellations', () => {
  const cancel = (at: string, cancels: HospitalEvent['cancels'], named?: string): HospitalEvent =>
    statement('cancelled', named ?? at, {
      said: at,
      ...(cancels && { cancels }),
      ...(named !== undefined && { namesTime: true }),
    });
  holds([
    ['leave a cancelled stay, shown as such', [admitted, cancel('12:00', 'start')], ['V1, P1, cancelled, 02 11:00-02 12:00, Ward 12']],
    ['of an admission leave the arrival', [arrived, admitted, cancel('12:00', 'start')], ['V1, P1, arrived, 02 09:00, Emergency department']],
    [
      'name what they take back by its time',
      [arrived, admitted, cancel('12:00', 'start', '09:00')],
      ['V1, P1, admitted, 02 11:00, Ward 12'],
    ],
    [
      'take back the last of its kind when their time names none',
      [arrived, admitted, cancel('12:00', 'start', '11:59')],
      ['V1, P1, arrived, 02 09:00, Emergency department'],
    ],
    ['of a discharge open the stay again', [admitted, discharged, cancel('2 11:00', 'discharge')], ['V1, P1, admitted, 02 11:00, Ward 12']],
    [
      'leave a discharge that was said after them',
      [admitted, discharged, cancel('2 11:00', 'discharge'), statement('discharged', '3 09:00')],
      ['V1, P1, discharged, 02 11:00-05 09:00, Ward 12'],
    ],
    [
      'take back what had been corrected together with the correction',
      [admitted, statement('admitted', '10:15', { said: '12:00' }), cancel('13:00', 'start')],
      ['V1, P1, cancelled, 02 10:15-02 13:00, Ward 12'],
    ],
    [
      'of a word that was corrected since leave the correction',
      [admitted, discharged, statement('discharged', '2 12:00'), cancel('2 13:00', 'discharge', '2 10:00')],
      ['V1, P1, discharged, 02 11:00-04 12:00, Ward 12'],
    ],
    [
      'of a move give back the place before',
      [arrived, statement('moved', '10:00'), cancel('10:30', 'move')],
      ['V1, P1, arrived, 02 09:00, Emergency department'],
    ],
    [
      'of the last move of several give back the one before',
      [arrived, statement('moved', '10:00'), statement('moved', '11:00', { place: { organisation: 'KVH', team: 'Ward 9' } }), cancel('12:00', 'move')],
      ['V1, P1, arrived, 02 09:00, Ward 12'],
    ],
    ['of something expected leave it cancelled', [statement('expected', '08:00'), cancel('08:30', 'expected')], ['V1, P1, cancelled, 02 08:00-02 08:30, no team']],
    ['of what nobody said change nothing', [admitted, cancel('12:00', 'discharge')], ['V1, P1, admitted, 02 11:00, Ward 12']],
    ['of a start that never came are no stay', [cancel('12:00', 'start')], []],
    [
      'outlive whatever else was said of the visit',
      [arrived, statement('discharged', '10:00'), cancel('10:30', 'start')],
      ['V1, P1, cancelled, 02 09:00-02 10:30, Emergency department'],
    ],
    [
      'are followed by a new beginning under the same number',
      [arrived, cancel('09:10', 'start'), statement('arrived', '09:20')],
      ['V1, P1, arrived, 02 09:20, Emergency department'],
    ],
    [
      'sent twice, under another id and later, take back one move and not two',
      [
        arrived,
        statement('moved', '10:00'),
        statement('moved', '11:00', { place: { organisation: 'KVH', team: 'Ward 9' } }),
        cancel('12:00', 'move'),
        { ...cancel('12:00', 'move'), id: 'again', sequence: 7, sentAt: on('12:05') },
      ],
      ['V1, P1, arrived, 02 09:00, Ward 12'],
    ],
  ]); // prettier-ignore
});

describe('H27: every end of a stay', () => {
  const ends: readonly (readonly [string, HospitalEvent, Stay['status']])[] = [
    ['discharge', discharged, 'discharged'],
    ['transfer to another hospital', statement('discharged', '2 10:00', { outcome: 'transferred' }), 'transferred'],
    ['death', statement('discharged', '2 10:00', { outcome: 'died' }), 'died'],
    ['cancelled admission', statement('cancelled', '2 10:00', { cancels: 'start' }), 'cancelled'],
    ['deleted visit', statement('visit-deleted', '2 10:00'), 'deleted'],
    ['deleted person', statement('person-deleted', '2 10:00', personal), 'deleted'],
    ['closing by hand', statement('closed-by-hand', '2 10:00'), 'closed'],
  ];
  for (const [name, event, status] of ends) {
    it(`${name} leaves no stay open and says when it ended`, () => {
      const stay = onlyStay([admitted, event]);
      assert.equal(stay.status, status);
      assert.deepEqual(stay.endedAt, on('2 10:00'));
      assert.equal(stay.staleAt, null);
      assert.equal(stay.expectedDischarge, null);
    });
  }
});

describe('late statements', () => {
  it('go to the history and leave the place that came later', () => {
    const stay = onlyStay([
      arrived,
      statement('moved', '12:00'),
      statement('moved', '10:00', { said: '13:00', place: { organisation: 'KVH', team: 'Ward 9' } }),
    ]);
    assert.equal(stay.team, 'Ward 12');
    assert.deepEqual(
      stay.places.map(({ team, from, to }) => [team, from, to]),
      [
        ['Emergency department', on('09:00'), on('10:00')],
        ['Ward 9', on('10:00'), on('12:00')],
        ['Ward 12', on('12:00'), null],
      ],
    );
    assert.deepEqual(
      stay.history.map(({ at, late }) => [at, late]),
      [
        [on('09:00'), false],
        [on('10:00'), true],
        [on('12:00'), false],
      ],
    );
  });

  it('of an arrival come before the admission that was told first', () => {
    assert.deepEqual(lines([admitted, statement('arrived', '09:00', { said: '14:00' })]), ['V1, P1, admitted, 02 09:00, Ward 12']); // prettier-ignore
  });

  it('say what became of each statement', () => {
    const stay = onlyStay([
      admitted,
      statement('admitted', '10:15', { said: '12:00' }),
      discharged,
      statement('cancelled', '2 11:00', { cancels: 'discharge' }),
      statement('cancelled', '2 12:00', { cancels: 'leave' }),
    ]);
    assert.deepEqual(
      stay.history.map(({ kind, fate }) => [kind, fate]),
      [
        ['admitted', 'stands'],
        ['admitted', 'replaced'],
        ['discharged', 'cancelled'],
        ['cancelled', 'stands'],
        ['cancelled', 'without-effect'],
      ],
    );
  });
});

describe('a feed that was switched on during a stay', () => {
  holds([
    ['knows of the stay by a move', [statement('moved', '10:00')], ['V1, P1, admitted, ?, Ward 12, start-not-seen']],
    ['knows when it began, if the move says so', [statement('moved', '10:00', { admitTime: on('08:00') })], ['V1, P1, admitted, 02 08:00, Ward 12, start-not-seen']],
    ['knows of it by a leave', [statement('leave-started', '10:00')], ['V1, P1, on-leave, ?, no team, start-not-seen']],
    ['knows of its end', [statement('discharged', '10:00')], ['V1, P1, discharged, ?-02 10:00, no team, start-not-seen']],
    ['knows of it by a discharge that was taken back', [statement('cancelled', '10:00', { cancels: 'discharge' })], ['V1, P1, admitted, ?, no team, start-not-seen']],
    ['knows the rest when the beginning comes after all', [statement('moved', '10:00'), statement('admitted', '08:00', { place: ed })], ['V1, P1, admitted, 02 08:00, Ward 12']],
  ]); // prettier-ignore
});

describe('attendance and admission under two visit numbers', () => {
  const v2 = { visit: 'V2' };
  const admission = statement('admitted', '13:00', v2);
  const left = statement('discharged', '12:00');
  holds([
    ['are one stay within the window', [arrived, left, admission], ['V1+V2, P1, admitted, 02 09:00, Ward 12']],
    ['are one stay when the attendance never ended', [arrived, admission], ['V1+V2, P1, admitted, 02 09:00, Ward 12']],
    ['are one stay when the attendance ends after the admission', [arrived, admission, statement('discharged', '13:20')], ['V1+V2, P1, admitted, 02 09:00, Ward 12']],
    ['are two stays beyond the window', [arrived, left, statement('admitted', '18:01', v2)], ['V1, P1, discharged, 02 09:00-02 12:00, Emergency department', 'V2, P1, admitted, 02 18:01, Ward 12']],
    ['are one stay to the very end of the window', [arrived, left, statement('admitted', '18:00', v2)], ['V1+V2, P1, admitted, 02 09:00, Ward 12']],
    ['are two stays when the admission came first', [statement('admitted', '08:00', v2), arrived], ['V1, P1, arrived, 02 09:00, Emergency department', 'V2, P1, admitted, 02 08:00, Ward 12']],
    ['are two stays of two people', [arrived, statement('admitted', '13:00', { ...v2, by: 'P2' })], ['V1, P1, arrived, 02 09:00, Emergency department', 'V2, P2, admitted, 02 13:00, Ward 12']],
    ['part when the admission is cancelled', [arrived, admission, statement('cancelled', '13:30', { ...v2, cancels: 'start' })], ['V1, P1, arrived, 02 09:00, Emergency department', 'V2, P1, cancelled, 02 13:00-02 13:30, Ward 12']],
    ['are one stay when the two people were one', [arrived, statement('admitted', '13:00', { ...v2, by: 'P2' }), joined('merged', '14:00', 'P1', 'P2')], ['V1+V2, P2, admitted, 02 09:00, Ward 12']],
    ['do not swallow an attendance that was an admission itself', [arrived, statement('admitted', '10:00'), left, admission], ['V1, P1, discharged, 02 09:00-02 12:00, Ward 12', 'V2, P1, admitted, 02 13:00, Ward 12']],
    ['are two stays when the attendance ended in another hospital', [arrived, statement('discharged', '12:00', { outcome: 'transferred' }), admission], ['V1, P1, transferred, 02 09:00-02 12:00, Emergency department', 'V2, P1, admitted, 02 13:00, Ward 12']],
    [
      'are joined to the last attendance before the admission',
      [statement('arrived', '06:00', { visit: 'V0' }), statement('discharged', '07:30', { visit: 'V0' }), arrived, left, admission],
      ['V0, P1, discharged, 02 06:00-02 07:30, Emergency department', 'V1+V2, P1, admitted, 02 09:00, Ward 12'],
    ],
    [
      'serve one admission, and not a second one',
      [arrived, left, admission, statement('discharged', '14:00', v2), statement('admitted', '15:00', { visit: 'V3' })],
      ['V1+V2, P1, discharged, 02 09:00-02 14:00, Ward 12', 'V3, P1, admitted, 02 15:00, Ward 12'],
    ],
  ]); // prettier-ignore
});

it('attendance and admission share the places between them without a gap', () => {
  const admission = statement('admitted', '13:00', { visit: 'V2' });
  const { places } = onlyStay([arrived, admission, statement('discharged', '13:30')]);
  assert.deepEqual(
    places.map(({ team, from, to }) => [team, from, to]),
    [
      ['Emergency department', on('09:00'), on('13:00')],
      ['Ward 12', on('13:00'), null],
    ],
  );
});

it('where somebody is discharged from is only asked when nobody said where they were', () => {
  const from = { place: { organisation: 'KVH', team: 'Discharge team' } };
  assert.equal(onlyStay([admitted, statement('discharged', '2 10:00', from)]).team, 'Ward 12');
  assert.equal(onlyStay([statement('discharged', '2 10:00', from)]).team, 'Discharge team');
});

describe('H05: death', () => {
  const died = (at: string, day: { date: string; at: Date | null } | null, more = {}): HospitalEvent =>
    statement('updated', at, { ...personal, death: { day }, ...more });
  const alive = statement('updated', '2 12:00', { ...personal, death: null });
  holds([
    ['ends an open stay, at its time if it is known', [admitted, died('2 10:00', { date: '2026-03-04', at: on('2 09:10') })], ['V1, P1, died, 02 11:00-04 09:10, Ward 12']],
    ['ends it when it was said, if not', [admitted, died('2 10:00', null)], ['V1, P1, died, 02 11:00-04 10:00, Ward 12']],
    ['taken back opens the stay again', [admitted, died('2 10:00', null), alive], ['V1, P1, admitted, 02 11:00, Ward 12']],
    ['said with the discharge is how the stay ended', [admitted, statement('discharged', '2 10:00', { death: { day: null } })], ['V1, P1, died, 02 11:00-04 10:00, Ward 12']],
    [
      'goes with the discharge that said it, when that is taken back',
      [admitted, statement('discharged', '2 10:00', { death: { day: null } }), statement('cancelled', '2 11:00', { cancels: 'discharge' })],
      ['V1, P1, admitted, 02 11:00, Ward 12'],
    ],
    ['written down after the discharge is how the stay ended', [admitted, discharged, died('4 10:00', { date: '2026-03-04', at: null })], ['V1, P1, died, 02 11:00-04 10:00, Ward 12']],
    ['at home, later, leaves the discharge', [admitted, discharged, died('9 10:00', { date: '2026-03-08', at: null })], ['V1, P1, discharged, 02 11:00-04 10:00, Ward 12']],
    ['on a day before the stay leaves the discharge: one of the two is wrong', [admitted, discharged, died('9 10:00', { date: '2026-03-01', at: null })], ['V1, P1, discharged, 02 11:00-04 10:00, Ward 12']],
    ['before the arrival ends the stay as it begins', [arrived, died('10:00', { date: '2026-03-02', at: on('08:40') })], ['V1, P1, died, 02 09:00-02 09:00, Emergency department']],
    ['is not undone by a correction of the arrival', [arrived, died('10:00', null), statement('arrived', '08:50', { said: '11:00' })], ['V1, P1, died, 02 08:50-02 10:00, Emergency department']],
    ['on record before the arrival is a contradiction, shown', [died('08:00', { date: '2025-01-10', at: null }), arrived], ['V1, P1, arrived, 02 09:00, Emergency department, started-after-death']],
  ]); // prettier-ignore
});

describe('H04: merges and changes of number', () => {
  const merge = joined('merged', '12:00', 'P1', 'P2');
  const underNew = statement('moved', '13:00', { by: 'P2' });
  const unlink = joined('unlinked', '15:00', 'P1', 'P2');
  holds([
    ['give the stay to the number that stands', [arrived, merge], ['V1, P2, arrived, 02 09:00, Emergency department']],
    ['also catch what is said under the old number afterwards', [arrived, merge, statement('discharged', '14:00')], ['V1, P2, discharged, 02 09:00-02 14:00, Emergency department']],
    ['give it back when they are undone', [arrived, merge, unlink], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['give it back with what was said under the new number meanwhile', [arrived, merge, underNew, unlink], ['V1, P1, arrived, 02 09:00, Ward 12']],
    ['leave with the new number what began under it', [merge, statement('arrived', '13:00', { by: 'P2' }), unlink], ['V1, P2, arrived, 02 13:00, Emergency department']],
    ['undone with the numbers the other way round are undone all the same', [arrived, merge, joined('unlinked', '15:00', 'P2', 'P1')], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['follow each other', [arrived, merge, joined('merged', '13:00', 'P2', 'P3')], ['V1, P3, arrived, 02 09:00, Emergency department']],
    ['follow each other in whatever order they are made', [arrived, joined('merged', '11:00', 'P2', 'P3'), merge], ['V1, P3, arrived, 02 09:00, Emergency department']],
    ['undone in the middle of a chain keep the rest', [arrived, merge, joined('merged', '13:00', 'P2', 'P3'), joined('unlinked', '14:00', 'P2', 'P3')], ['V1, P2, arrived, 02 09:00, Emergency department']],
    ['the other way round are taken back by the later', [arrived, merge, joined('merged', '13:00', 'P2', 'P1')], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['of a number into itself are nothing', [arrived, joined('merged', '12:00', 'P1', 'P1')], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['undone without having been made are nothing', [arrived, unlink], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['and then the deletion of the old number leave the stay alone', [arrived, merge, statement('person-deleted', '13:00', personal)], ['V1, P2, arrived, 02 09:00, Emergency department']],
    ['and then the deletion of the new number delete it', [arrived, merge, statement('person-deleted', '13:00', { ...personal, by: 'P2' })], ['V1, P2, deleted, 02 09:00-02 13:00, Emergency department']],
  ]); // prettier-ignore

  it('take name, birth date and NHS number from the number that stands, and the rest from the old', () => {
    const one = statement('arrived', '09:00', { name: { family: 'Holmes', given: 'Barbara' }, birthDate: '1941-03-14', nhsNumber: nhs('9990000018') }); // prettier-ignore
    const other = statement('updated', '08:00', { ...personal, by: 'P2', birthDate: '1941-03-15' });
    const { person } = onlyStay([one, other, merge]);
    assert.deepEqual(person.name, { family: 'Holmes', given: 'Barbara' });
    assert.equal(person.birthDate, '1941-03-15');
    assert.deepEqual(person.nhsNumber, nhs('9990000018'));
    assert.deepEqual(person.numbers.map(({ value }) => value).sort(), ['P1', 'P2']);
    assert.equal(onlyStay([one, other, merge, unlink]).person.birthDate, '1941-03-14');
  });

  it('never keep an NHS number that was taken back', () => {
    const one = statement('arrived', '09:00', { nhsNumber: nhs('9990000018') });
    const taken = statement('updated', '10:00', { ...personal, nhsNumber: null });
    assert.equal(onlyStay([one, taken]).person.nhsNumber, null);
    const silent = statement('updated', '11:00', personal);
    assert.deepEqual(onlyStay([one, silent]).person.nhsNumber, nhs('9990000018'));
  });
});

describe('moves of a visit', () => {
  const of = (kind: HospitalEvent['kind'], at: string, more: object): HospitalEvent => statement(kind, at, more);
  holds([
    ['to another person re-point it', [arrived, of('visit-moved', '12:00', { by: 'P2' })], ['V1, P2, arrived, 02 09:00, Emergency department']],
    ['to another person can be moved back', [arrived, of('visit-moved', '12:00', { by: 'P2' }), of('visit-moved', '13:00', {})], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['to a new number keep its past', [arrived, of('visit-moved', '12:00', { visit: 'V9', prior: { visit: 'V1' } }), of('discharged', '13:00', { visit: 'V9' })], ['V1+V9, P1, discharged, 02 09:00-02 13:00, Emergency department']],
    ['to a new number can be taken back', [arrived, of('visit-moved', '12:00', { visit: 'V9', prior: { visit: 'V1' } }), of('visit-moved', '13:00', { visit: 'V1', prior: { visit: 'V9' } })], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['merge two visits into one', [arrived, of('admitted', '11:00', { visit: 'V2' }), of('visit-moved', '12:00', { visit: 'V2', prior: { visit: 'V1' } })], ['V1+V2, P1, admitted, 02 09:00, Ward 12']],
    [
      'with its account re-point it',
      [of('arrived', '09:00', { account: 'A1' }), of('account-moved', '12:00', { by: 'P2', visit: null, account: 'A1', prior: { patient: { authority: 'KVH', value: 'P1' }, account: 'A1' } })],
      ['V1, P2, arrived, 02 09:00, Emergency department'],
    ],
    [
      'with another account leave it',
      [of('arrived', '09:00', { account: 'A1' }), of('account-moved', '12:00', { by: 'P2', visit: null, account: 'A2', prior: { patient: { authority: 'KVH', value: 'P1' }, account: 'A2' } })],
      ['V1, P1, arrived, 02 09:00, Emergency department'],
    ],
    [
      'with an account that was merged before re-point it too',
      [
        of('arrived', '09:00', { account: 'A1' }),
        of('account-merged', '10:00', { visit: null, account: 'A2', prior: { account: 'A1' } }),
        of('account-moved', '12:00', { by: 'P2', visit: null, account: 'A2', prior: { patient: { authority: 'KVH', value: 'P1' }, account: 'A2' } }),
      ],
      ['V1, P2, arrived, 02 09:00, Emergency department'],
    ],
    [
      'with an account leave a visit of that account which only another person’s merge would join to it',
      [
        of('arrived', '09:00', { account: 'A1' }),
        of('account-merged', '10:00', { by: 'P3', visit: null, account: 'A2', prior: { account: 'A1' } }),
        of('account-moved', '12:00', { by: 'P2', visit: null, account: 'A2', prior: { patient: { authority: 'KVH', value: 'P1' }, account: 'A2' } }),
      ],
      ['V1, P1, arrived, 02 09:00, Emergency department'],
    ],
    ['unsaid, when another person is suddenly named, are shown as a contradiction', [arrived, of('moved', '12:00', { by: 'P2' })], ['V1, P2, arrived, 02 09:00, Ward 12, patient-contradicted']],
    ['unsaid, under a number that was changed, count as well', [arrived, of('visit-moved', '12:00', { visit: 'V9', prior: { visit: 'V1' } }), of('moved', '13:00', { by: 'P2' })], ['V1+V9, P2, arrived, 02 09:00, Ward 12, patient-contradicted']],
    ['unsaid are none when the first registration was cancelled', [arrived, of('cancelled', '09:05', { cancels: 'start' }), of('arrived', '09:10', { by: 'P2' })], ['V1, P2, arrived, 02 09:10, Emergency department']],
  ]); // prettier-ignore
});

describe('deletion', () => {
  holds([
    ['of a visit ends it', [arrived, statement('visit-deleted', '10:00')], ['V1, P1, deleted, 02 09:00-02 10:00, Emergency department']],
    ['of a visit leaves what is said afterwards', [arrived, statement('visit-deleted', '10:00'), statement('arrived', '11:00')], ['V1, P1, arrived, 02 11:00, Emergency department']],
    ['of a person leaves another’s stays', [arrived, statement('person-deleted', '10:00', { ...personal, by: 'P2' })], ['V1, P1, arrived, 02 09:00, Emergency department']],
    ['of a visit number that was changed leaves the stay', [arrived, statement('visit-moved', '10:00', { visit: 'V9', prior: { visit: 'V1' } }), statement('visit-deleted', '11:00')], ['V1+V9, P1, arrived, 02 09:00, Emergency department']],
  ]); // prettier-ignore

  it('of a person forgets name, birth date and NHS number that were said before', () => {
    const one = statement('arrived', '09:00', {
      name: { family: 'Holmes', given: 'Barbara' },
      birthDate: '1941-03-14',
    });
    const { person } = onlyStay([one, statement('person-deleted', '10:00', personal)]);
    assert.deepEqual([person.name, person.birthDate], [null, null]);
  });
});

describe('a stay whose end never comes', () => {
  it('is stale when nothing was heard of it for longer than its status allows', () => {
    const stay = onlyStay([arrived, statement('updated', '10:00')]);
    assert.equal(isStale(stay, on('1 09:59')), false);
    assert.equal(isStale(stay, on('1 10:00')), true);
    assert.deepEqual(onlyStay([arrived, admitted]).staleAt, on('21 11:00'));
  });

  it('is never stale when it is over', () => {
    assert.equal(isStale(onlyStay([admitted, discharged]), on('99 10:00')), false);
  });

  it('can be closed by hand, and the closing taken back', () => {
    const closing = closeByHand(onlyStay([arrived]), 'hand-1', on('3 10:00'));
    const closed = onlyStay([closing, arrived]);
    assert.equal(line(closed), 'V1, P1, closed, 02 09:00-05 10:00, Emergency department');
    const reopening = reopenByHand(closed, 'hand-2', on('3 10:05'));
    assert.deepEqual(lines([reopening, closing, arrived]), ['V1, P1, arrived, 02 09:00, Emergency department']);
  });

  it('closed by hand closes the admission that the attendance led to', () => {
    const events = [arrived, statement('admitted', '11:00', { visit: 'V2' })];
    const closing = closeByHand(onlyStay(events), 'hand-1', on('3 10:00'));
    assert.deepEqual(lines([...events, closing]), ['V1+V2, P1, closed, 02 09:00-05 10:00, Ward 12']);
  });

  holds([
    ['takes the hospital’s own end when it comes late', [arrived, statement('closed-by-hand', '3 10:00'), statement('discharged', '12:00', { said: '4 09:00' })], ['V1, P1, discharged, 02 09:00-02 12:00, Emergency department']],
    ['is open again when the person is moved after the closing', [admitted, statement('closed-by-hand', '3 10:00'), statement('moved', '4 09:00')], ['V1, P1, admitted, 02 11:00, Ward 12']],
    ['stays closed by a mere update', [admitted, statement('closed-by-hand', '3 10:00'), statement('updated', '4 09:00')], ['V1, P1, closed, 02 11:00-05 10:00, Ward 12']],
  ]); // prettier-ignore
});

describe('expected discharge', () => {
  const expects = (at: string, date: string | null): HospitalEvent =>
    statement('updated', at, { expectedDischarge: date === null ? null : { date, at: null } });

  it('is the last that was said, until it is taken back or the stay ends', () => {
    const expected = (...events: HospitalEvent[]): string | undefined =>
      onlyStay([admitted, ...events]).expectedDischarge?.date;
    const first = expects('12:00', '2026-03-05');
    assert.equal(expected(first), '2026-03-05');
    assert.equal(expected(expects('13:00', '2026-03-06'), first), '2026-03-06');
    assert.equal(expected(first, expects('13:00', null)), undefined);
    assert.equal(expected(first, statement('cancelled', '13:00', { cancels: 'pending-discharge' })), undefined);
    assert.equal(expected(first, discharged), undefined);
  });
});

describe('all 720 orders of six statements', () => {
  const six: readonly (readonly [string, readonly HospitalEvent[], readonly string[]])[] = [
    [
      'attendance, admission, move, discharge, discharge cancelled, discharge',
      [arrived, admitted, statement('moved', '12:00'), statement('discharged', '1 10:00'), statement('cancelled', '1 11:00', { cancels: 'discharge' }), discharged],
      ['V1, P1, discharged, 02 09:00-04 10:00, Ward 12'],
    ],
    [
      'two visits, merge, second merge, unlink, discharge under the last number',
      [
        arrived,
        statement('admitted', '11:00', { visit: 'V2', by: 'P2' }),
        joined('merged', '12:00', 'P1', 'P2'),
        joined('merged', '13:00', 'P2', 'P3'),
        joined('unlinked', '14:00', 'P1', 'P2'),
        statement('discharged', '15:00', { visit: 'V2', by: 'P3' }),
      ],
      ['V1, P1, arrived, 02 09:00, Emergency department', 'V2, P3, discharged, 02 11:00-02 15:00, Ward 12'],
    ],
    [
      'admission, correction, leave, return cancelled, deletion, new arrival',
      [
        admitted,
        statement('admitted', '10:00', { said: '11:30' }),
        statement('leave-started', '12:00'),
        statement('leave-ended', '13:00'),
        statement('visit-deleted', '14:00'),
        statement('arrived', '15:00'),
      ],
      ['V1, P1, arrived, 02 15:00, Emergency department'],
    ],
  ]; // prettier-ignore
  for (const [name, events, expected] of six) {
    it(`with random repeats end the same: ${name}`, () => {
      let seed = 1;
      let count = 0;
      for (const order of orders(events)) {
        seed = (seed * 48_271) % 2_147_483_647;
        const repeated = order.toSpliced(
          seed % 7,
          0,
          order[seed % 6] as HospitalEvent,
          order[(seed >> 4) % 6] as HospitalEvent,
        );
        assert.deepEqual(lines(repeated), expected);
        count++;
      }
      assert.equal(count, 720);
    });
  }
});
