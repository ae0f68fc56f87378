/** The council's number for the hour: one that answers stands first, at any hour of the year. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { councilPhones } from '../../src/domain/council-phone.ts';
import { council, holidays } from '../support/site.ts';

const first = (when: string, changes: Partial<typeof council> = {}): string => {
  const { now, other } = councilPhones({ ...council, ...changes }, new Date(when), holidays);
  assert.notDeepEqual(now, other);
  return now.label;
};

test('H17: the day number stands first in office hours, the night number at every other time', () => {
  assert.equal(first('2026-09-30T08:29:59+01:00'), 'Emergency duty team');
  assert.equal(first('2026-09-30T08:30:00+01:00'), 'Adult care duty team');
  assert.equal(first('2026-09-30T16:59:59+01:00'), 'Adult care duty team');
  assert.equal(first('2026-09-30T17:00:00+01:00'), 'Emergency duty team');
  assert.equal(first('2026-10-03T12:00:00+01:00'), 'Emergency duty team', 'Saturday');
});

test('H17: at 3am on a bank holiday, and at midday, the night number stands first', () => {
  assert.equal(first('2026-08-31T03:00:00+01:00'), 'Emergency duty team');
  assert.equal(first('2026-08-31T12:00:00+01:00'), 'Emergency duty team');
});

test('H17: both numbers are given whatever the hour, even where neither can be read as a phone number', () => {
  const odd = { day: { number: 'ask switchboard', label: 'Day' }, night: { number: '116 123', label: 'Night' } };
  const phones = councilPhones({ ...council, ...odd }, new Date('2026-09-30T10:00:00+01:00'), holidays);
  assert.deepEqual(phones.now, { label: 'Day', phone: { text: 'ask switchboard', href: null } });
  assert.deepEqual(phones.other, { label: 'Night', phone: { text: '116 123', href: 'tel:116123' } });
  assert.equal(phones.dayHours, 'Mon-Fri 08:30-17:00');
});
