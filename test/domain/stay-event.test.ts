/** Statements: their keys, their order, and what counts as a repetition. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compareRecorded,
  contentOf,
  inRecordedOrder,
  keysOf,
  readEvent,
  writeEvent,
} from '../../src/domain/stay-event.ts';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import { joined, nhs, on, statement } from '../support/stays.ts';

describe('the keys of a statement', () => {
  it('are its patient and its visit', () => {
    assert.deepEqual(keysOf(statement('arrived', '09:00')), [
      'kings-vale-adt|patient|KVH|P1',
      'kings-vale-adt|visit|V1',
    ]);
  });

  it('are both people of a merge, and both visit numbers of a change', () => {
    assert.deepEqual(keysOf(joined('merged', '09:00', 'P1', 'P2')), ['kings-vale-adt|patient|KVH|P2', 'kings-vale-adt|patient|KVH|P1']); // prettier-ignore
    const changed = statement('visit-moved', '09:00', { visit: 'V9', prior: { visit: 'V1' } });
    assert.deepEqual(keysOf(changed).slice(1), ['kings-vale-adt|visit|V9', 'kings-vale-adt|visit|V1']);
  });
});

describe('the order in which statements were written down', () => {
  const base = statement('moved', '09:00', { said: '10:00', sequence: 1, sentAt: on('10:01') });
  const pairs: readonly (readonly [string, HospitalEvent, HospitalEvent])[] = [
    ['is that of their times of writing, not of what happened', { ...base, at: on('09:30') }, { ...base, recordedAt: on('10:01') }],
    ['within one moment is that of their sequence numbers', { ...base, sentAt: on('10:05') }, { ...base, sequence: 2 }],
    ['puts statements without a sequence number first', { ...base, sequence: null }, base],
    ['is then that of their sending', base, { ...base, sentAt: on('10:02') }],
    ['puts beginnings before ends', { ...base, kind: 'arrived' }, { ...base, kind: 'discharged' }],
    ['puts what is cancelled before its cancellation', { ...base, at: on('09:30') }, { ...base, kind: 'cancelled' }],
    ['is at last that of what they say, never of who came first', base, { ...base, visit: 'V2' }],
  ]; // prettier-ignore
  for (const [sentence, first, second] of pairs) {
    it(sentence, () => {
      assert.ok(compareRecorded(first, second) < 0);
      assert.ok(compareRecorded(second, first) > 0);
      assert.deepEqual([second, first].sort(compareRecorded), [first, second]);
    });
  }
});

describe('a repetition', () => {
  const event = statement('arrived', '09:00', { sequence: 1, birthDate: '1941-03-14' });

  it('is the same statement under another id, sequence number or time of sending', () => {
    const again = { ...event, id: 'another', sequence: 9, sentAt: on('12:00') };
    assert.equal(contentOf(again), contentOf(event));
    assert.deepEqual(inRecordedOrder([again, event, again]), [event]);
  });

  it('is not one that says anything else', () => {
    for (const other of [
      { ...event, birthDate: null },
      { ...event, at: on('09:01') },
      { ...event, visit: 'V2' },
    ]) {
      assert.notEqual(contentOf(other), contentOf(event));
    }
  });
});

it('a statement is read back from the text that is kept, with every time', () => {
  const full = statement('discharged', '09:00', {
    sentAt: on('09:02'),
    admitTime: on('08:00'),
    dischargeTime: on('08:55'),
    expectedDischarge: { date: '2026-03-02', at: on('09:00') },
    nhsNumber: nhs('9990000018'),
    name: { family: 'O’Example "Bee"', given: 'Siân' },
    death: { day: { date: '2026-03-02', at: null } },
  });
  assert.deepEqual(readEvent(writeEvent(full)), full);
  assert.equal(writeEvent(readEvent(writeEvent(full))), writeEvent(full));
  assert.throws(() => readEvent('{'), SyntaxError);
});
