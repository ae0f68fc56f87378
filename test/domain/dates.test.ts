/** Dates, ages and times as London has them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addDays, ageOn, formatAge, formatDate, formatInstant, formatTime, londonClock, londonDate, makeDate, parseDate, parseLondonTime,
  weekdayName, weekdayOf,
} from '../../src/domain/dates.ts'; // prettier-ignore
import { instant, isoDate } from '../support/arbitraries.ts';

const read: Record<string, string> = {
  '14/03/1941': '1941-03-14',
  '1/3/1941': '1941-03-01',
  '01/3/1941': '1941-03-01',
  '1941-03-14': '1941-03-14',
  ' 14/03/1941 ': '1941-03-14',
  '14/03/1941 00:00': '1941-03-14',
  '14/03/1941 00:00:00': '1941-03-14',
  '1941-03-14T00:00:00': '1941-03-14',
  '1941-03-14 00:00:00.000': '1941-03-14',
  '1941-03-14T00:00:00.000Z': '1941-03-14',
  '29/02/2024': '2024-02-29',
  '29/02/2000': '2000-02-29',
  '31/12/2199': '2199-12-31',
  '01/01/1850': '1850-01-01',
};
for (const [text, date] of Object.entries(read)) {
  test(`${text} is the date ${date}`, () => assert.equal(parseDate(text), date));
}

const notDates = [
  '', ' ', '31/02/2024', '29/02/2023', '29/02/1900', '30/02/2024', '31/04/2024', '32/01/2024', '00/01/2024', '01/00/2024',
  '01/13/2024', '14/03/41', '41-03-14', '14.03.1941', '14-03-1941', '1941/03/14', '19410314', '1941-3-14', '1941-02-30',
  '31/12/1849', '01/01/2200', '14/03/1941 12:30', '14/03/1941 00:01', '1941-03-14T00:00:01', '1941-03-14T00:00:00.001',
  '1941-06-13T23:00:00+01:00', '1941-06-13T23:00:00Z', '14/03/1941 00:00:00 00:00', '14 March 1941', '15000', '14/03/1941x',
  '14/03/19411', 'x14/03/1941', '1941-03-14\n1941-03-15', '٠١/٠٣/١٩٤١', '-1941-03-14',
]; // prettier-ignore
for (const text of notDates) {
  test(`${JSON.stringify(text)} is not guessed to be a date`, () => assert.equal(parseDate(text), null));
}

test('every real day reads back from both ways of writing it, and formats as in the service manual', () => {
  fc.assert(
    fc.property(isoDate(1850, 2199), (date) => {
      const [year = '', month = '', day = ''] = date.split('-');
      assert.equal(parseDate(date), date);
      assert.equal(parseDate(`${day}/${month}/${year}`), date);
      assert.equal(makeDate(Number(year), Number(month), Number(day)), date);
      assert.match(formatDate(date), new RegExp(`^${Number(day)} [A-Z][a-z]+ ${year}$`));
    }),
    { numRuns: 10_000 },
  );
  assert.equal(formatDate('1941-03-04'), '4 March 1941');
});

test('no parts of a date make a day that no calendar has', () => {
  const part = fc.oneof(
    fc.integer({ min: -1, max: 40 }),
    fc.integer({ min: 1800, max: 2300 }),
    fc.constantFrom(NaN, 1.5, Infinity),
  );
  fc.assert(
    fc.property(part, part, part, (year, month, day) => {
      const date = makeDate(year, month, day);
      if (date === null) return;
      const real = new Date(`${date}T00:00:00Z`);
      assert.deepEqual([real.getUTCFullYear(), real.getUTCMonth() + 1, real.getUTCDate()], [year, month, day]);
    }),
    { numRuns: 10_000 },
  );
});

test('H06: the 18th birthday is the first day of being 18, and the day before is not', () => {
  assert.equal(ageOn('2008-09-30', '2026-09-29'), 17);
  assert.equal(ageOn('2008-09-30', '2026-09-30'), 18);
  assert.equal(ageOn('2008-12-31', '2026-12-31'), 18);
  assert.equal(ageOn('2009-01-01', '2026-12-31'), 17);
});

test('H06: somebody born on 29 February is 18 on 1 March of a common year, not on 28 February', () => {
  assert.equal(ageOn('2008-02-29', '2026-02-28'), 17);
  assert.equal(ageOn('2008-02-29', '2026-03-01'), 18);
  assert.equal(ageOn('2008-02-29', '2028-02-28'), 19);
  assert.equal(ageOn('2008-02-29', '2028-02-29'), 20);
});

test('H06: nobody is 18 before 18 whole years have gone by, whatever the days', () => {
  fc.assert(
    fc.property(isoDate(1900, 2020), isoDate(2018, 2040), (birth, today) => {
      const [year = 0, month = 0, day = 0] = birth.split('-').map(Number);
      // Day 29 of February rolls on to 1 March by itself: the later day.
      const birthday = new Date(Date.UTC(year + 18, month - 1, day)).toISOString().slice(0, 10);
      assert.equal(ageOn(birth, today) >= 18, today >= birthday);
    }),
    { numRuns: 10_000 },
  );
});

test('somebody not yet born is not an adult', () => {
  assert.ok(ageOn('2027-01-01', '2026-09-30') < 0);
});

test('H10: midnight is London’s: 11pm UTC in summer, midnight UTC in winter', () => {
  assert.equal(londonDate(new Date('2026-07-01T22:59:59.999Z')), '2026-07-01');
  assert.equal(londonDate(new Date('2026-07-01T23:00:00Z')), '2026-07-02');
  assert.equal(londonDate(new Date('2026-12-01T23:59:59.999Z')), '2026-12-01');
  assert.equal(londonDate(new Date('2026-12-02T00:00:00Z')), '2026-12-02');
});

test('H10: the nights when the clocks change have every minute where London has it', () => {
  assert.deepEqual(londonClock(new Date('2026-03-29T00:59:00Z')), { date: '2026-03-29', weekday: 7, minute: 59 });
  assert.deepEqual(londonClock(new Date('2026-03-29T01:00:00Z')), { date: '2026-03-29', weekday: 7, minute: 120 });
  assert.deepEqual(londonClock(new Date('2026-10-25T00:30:00Z')), { date: '2026-10-25', weekday: 7, minute: 90 });
  assert.deepEqual(londonClock(new Date('2026-10-25T01:30:00Z')), { date: '2026-10-25', weekday: 7, minute: 90 });
});

test('H10: London’s date and clock agree with the platform’s own time zone data', () => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  fc.assert(
    fc.property(instant, (at) => {
      const { date, minute } = londonClock(at);
      const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
      assert.equal(`${date}, ${clock}`, format.format(at));
      assert.equal(londonDate(at), date);
    }),
    { numRuns: 10_000 },
  );
});

test('days are added over the ends of months and years, and weekdays are right', () => {
  assert.equal(addDays('2026-02-28', 1), '2026-03-01');
  assert.equal(addDays('2028-02-28', 1), '2028-02-29');
  assert.equal(addDays('2026-01-01', -1), '2025-12-31');
  assert.equal(weekdayName(weekdayOf('2026-09-30')), 'Wednesday');
  assert.equal(weekdayName(weekdayOf('2026-10-04')), 'Sunday');
});

const times: [number, string][] = [
  [0, 'midnight'], [1, '12:01am'], [60, '1am'], [330, '5:30am'], [365, '6:05am'], [719, '11:59am'], [720, 'midday'],
  [750, '12:30pm'], [780, '1pm'], [1050, '5:30pm'], [1439, '11:59pm'], [1440, 'midnight'],
]; // prettier-ignore
for (const [minute, text] of times) {
  test(`minute ${minute} of the day is ${text}`, () => assert.equal(formatTime(minute), text));
}

test('an instant says today, yesterday or its date, by London’s days', () => {
  const now = new Date('2026-07-02T05:00:00Z');
  assert.equal(formatInstant(new Date('2026-07-02T04:10:00Z'), now), 'today at 5:10am');
  assert.equal(formatInstant(new Date('2026-07-01T23:00:00Z'), now), 'today at midnight');
  assert.equal(formatInstant(new Date('2026-07-01T22:59:00Z'), now), 'yesterday at 11:59pm');
  assert.equal(formatInstant(new Date('2026-06-30T22:59:00Z'), now), '30 June 2026 at 11:59pm');
  assert.equal(
    formatInstant(new Date('2025-12-31T12:00:00Z'), new Date('2026-01-01T00:00:00Z')),
    'yesterday at midday',
  );
});

test('an age counts whole units that have passed', () => {
  const now = new Date('2026-09-30T12:00:00Z');
  const ago = (minutes: number): string => formatAge(new Date(now.getTime() - minutes * 60_000), now);
  assert.deepEqual([0, 0.99, 1, 59.9, 60, 119, 120, 48 * 60 - 1, 48 * 60, 72 * 60].map(ago), [
    'just now',
    'just now',
    '1 minute ago',
    '59 minutes ago',
    '1 hour ago',
    '1 hour ago',
    '2 hours ago',
    '47 hours ago',
    '2 days ago',
    '3 days ago',
  ]);
});

test('a time of London’s is read as its clocks have it, and nothing is that is none', () => {
  const times = {
    '2026-03-02': '2026-03-02T00:00:00.000Z',
    '2026-07-02': '2026-07-01T23:00:00.000Z',
    '2026-07-02T14:30': '2026-07-02T13:30:00.000Z',
    '2026-10-25T01:30': '2026-10-25T00:30:00.000Z',
  };
  for (const [text, expected] of Object.entries(times)) assert.equal(parseLondonTime(text)?.toISOString(), expected);
  for (const text of ['', '2026-02-30', '2026-03-02T24:00', '2026-03-02T14', 'yesterday', '02/03/2026'])
    assert.equal(parseLondonTime(text), null, text);
});
