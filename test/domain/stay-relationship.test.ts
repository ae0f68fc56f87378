/** The legitimate relationship (R6) that being in hospital gives the people who work there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import { relationshipOf } from '../../src/domain/stay-relationship.ts';
import { foldStays } from '../../src/domain/stay.ts';
import { on, rules, statement } from '../support/stays.ts';

const arrived = statement('arrived', '09:00');
const discharged = statement('discharged', '2 10:00');
const relation = (events: readonly HospitalEvent[], at: string, organisation = 'KVH'): string =>
  relationshipOf(foldStays(events, rules), organisation, on(at));

describe('a stay gives a relationship', () => {
  const table: readonly (readonly [string, readonly HospitalEvent[], string, string])[] = [
    ['from the arrival', [arrived], '09:00', 'open-stay'],
    ['while it is open', [arrived], '23:00', 'open-stay'],
    ['to a second before the discharge', [arrived, discharged], '2 09:59', 'open-stay'],
    ['as just ended from the discharge', [arrived, discharged], '2 10:00', 'just-ended'],
    ['as just ended for 24 hours', [arrived, discharged], '3 10:00', 'just-ended'],
    ['no longer after 24 hours', [arrived, discharged], '3 10:01', 'none'],
    ['24 hours before, to a look-up that came first', [arrived], '-1 09:00', 'just-before'],
    ['not earlier', [arrived], '-1 08:59', 'none'],
    ['on leave', [arrived, statement('leave-started', '10:00')], '11:00', 'open-stay'],
    ['after death', [arrived, statement('discharged', '2 10:00', { outcome: 'died' })], '2 11:00', 'just-ended'],
    ['not when it was cancelled', [arrived, statement('cancelled', '10:00', { cancels: 'start' })], '09:30', 'none'],
    ['not when it was deleted', [arrived, statement('visit-deleted', '10:00')], '09:30', 'none'],
    ['not while it is only expected', [statement('expected', '09:00')], '09:30', 'none'],
    ['not for ever: a stale one ends when it became stale', [arrived], '1 10:00', 'just-ended'],
    ['not for ever: 24 hours later it is none', [arrived], '2 09:01', 'none'],
    ['from its own admission time', [statement('admitted', '09:00', { admitTime: on('08:00') })], '08:30', 'open-stay'],
  ];
  for (const [when, events, at, expected] of table) it(when, () => assert.equal(relation(events, at), expected));

  it('to no other organisation', () => {
    assert.equal(relation([arrived], '10:00', 'RZ9'), 'none');
  });

  it('to each of two hospitals while the person was there, and just after', () => {
    const elsewhere = statement('moved', '12:00', { place: { organisation: 'RZ9', team: null } });
    assert.equal(relation([arrived, elsewhere], '11:00'), 'open-stay');
    assert.equal(relation([arrived, elsewhere], '11:00', 'RZ9'), 'just-before');
    assert.equal(relation([arrived, elsewhere], '13:00'), 'just-ended');
    assert.equal(relation([arrived, elsewhere], '13:00', 'RZ9'), 'open-stay');
    assert.equal(relation([arrived, elsewhere], '1 12:01'), 'none');
  });

  it('the closest of several', () => {
    const again = statement('arrived', '3 09:00', { visit: 'V2' });
    assert.equal(relation([arrived, discharged, again], '3 09:30'), 'open-stay');
    assert.equal(relation([arrived, discharged, again], '3 08:00'), 'just-ended');
  });
});
