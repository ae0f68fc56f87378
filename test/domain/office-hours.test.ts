/** Office hours: what is read with certainty, and which number answers at each minute. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, londonClock } from '../../src/domain/dates.ts';
import { numberForTheHour, parseOfficeHours } from '../../src/domain/office-hours.ts';
import type { HolidayCalendar, NumberForTheHour, WeekHours } from '../../src/domain/office-hours.ts';
import { holidays } from '../support/site.ts';

const none: HolidayCalendar = { days: new Set(), knownUntil: '2030-12-31' };
const both = { office: true, outOfHours: true };
const usual = 'Mon-Fri 08:00-18:00; Sat 09:00-12:00';

function read(text: string): WeekHours {
  const hours = parseOfficeHours(text);
  assert.ok(hours, `${text} should be read`);
  return hours;
}

function at(text: string, when: string, calendar = none, given = both): NumberForTheHour {
  return numberForTheHour({ ...given, hours: read(text) }, new Date(when), calendar);
}

/** Which days of the week are open at midday: 1 Monday … 7 Sunday. */
function daysOpen(text: string): number[] {
  const monday = '2026-06-01';
  return [1, 2, 3, 4, 5, 6, 7].filter((day) => at(text, `${addDays(monday, day - 1)}T12:00:00+01:00`).use === 'office');
}

const readable: Record<string, number[]> = {
  'Mon-Fri 08:00-18:00': [1, 2, 3, 4, 5],
  'mon-fri 8:00-18:00': [1, 2, 3, 4, 5],
  'Monday-Friday 08:00–18:00': [1, 2, 3, 4, 5],
  'Mon - Fri 08:00 - 18:00': [1, 2, 3, 4, 5],
  'Mon-Thurs 08:00-18:00; Fri 08:00-12:30': [1, 2, 3, 4, 5],
  'Tues,Weds 08:00-18:00': [2, 3],
  'Sat,Sun 10:00-16:00': [6, 7],
  'Fri-Mon 08:00-18:00': [1, 5, 6, 7],
  'Wed 08:00-18:00;': [3],
  'Mon 08:00-11:00; Mon 11:30-13:00': [1],
  '24 hours': [1, 2, 3, 4, 5, 6, 7],
  '24/7': [1, 2, 3, 4, 5, 6, 7],
  'Sun 00:00-24:00': [7],
  'BH 10:00-14:00': [],
};
for (const [text, days] of Object.entries(readable)) {
  test(`"${text}" is open at midday on days ${days.join(' ') || 'none'}`, () => assert.deepEqual(daysOpen(text), days));
}

const unreadable = [
  '', ' ', ';', 'ring us any time', 'Mon-Fri', '08:00-18:00', 'Mon-Fri 8am-6pm', 'Mon-Fri 0800-1800', 'Mon-Fri 08:00',
  'Mon-Fri 08:00-25:00', 'Mon-Fri 08:60-18:00', 'Mon-Fri 24:01-25:00', 'Mon-Fri 08:00-08:00', 'Mon-Fri 08:00-18:00, Sat 09:00-12:00',
  'Mon-Fri 08:00-18:00; closed Sat', 'Mon-Fri 08:00-18:00; BH closed', 'Mon-BH 08:00-18:00', 'BH-Fri 08:00-18:00',
  'Mo-Fr 08:00-18:00', 'Lun-Ven 08:00-18:00', 'Mon-Fri 08:00-18:00 (not Wed)', ', 08:00-18:00', 'Mon-,Fri 08:00-18:00',
  // Each of these was once read as its first day, or first two, and the other days as closed.
  'Mon to Fri 08:00-18:00', 'Monday to Friday 08:00-18:00', 'Mon and Fri 08:00-18:00', 'Mon Fri 08:00-18:00',
  'Mon-Wed-Fri 08:00-18:00', 'Monthly 08:00-18:00', 'Friends 08:00-18:00', 'Sundry 08:00-18:00', 'Mon except BH 08:00-18:00',
]; // prettier-ignore
for (const text of unreadable) {
  test(`"${text}" is not guessed to be hours`, () => assert.equal(parseOfficeHours(text), null));
}

for (const monday of ['2026-06-01', '2026-12-07', '2026-03-23', '2026-10-19']) {
  test(`H07: at every minute of the week of ${monday} the office is rung when it is open, and only then`, () => {
    const hours = read(usual);
    const from = Date.parse(`${addDays(monday, -1)}T20:00:00Z`);
    for (let at = from; at < from + 8 * 86_400_000; at += 60_000) {
      const now = new Date(at);
      const { weekday, minute } = londonClock(now);
      const open = weekday <= 5 ? minute >= 480 && minute < 1080 : weekday === 6 && minute >= 540 && minute < 720;
      assert.equal(
        numberForTheHour({ ...both, hours }, now, none).use,
        open ? 'office' : 'out-of-hours',
        now.toISOString(),
      );
    }
  });
}

test('a span past midnight belongs to the day on which it begins, over Sunday and over a bank holiday', () => {
  const hours = 'Mon-Fri 18:00-08:00; Sun 20:00-06:00';
  assert.equal(at(hours, '2026-06-01T17:59:00+01:00').use, 'out-of-hours');
  assert.equal(at(hours, '2026-06-01T18:00:00+01:00').use, 'office');
  assert.equal(at(hours, '2026-06-02T07:59:00+01:00').use, 'office');
  assert.equal(at(hours, '2026-06-02T08:00:00+01:00').use, 'out-of-hours');
  assert.equal(at(hours, '2026-06-06T07:59:00+01:00').use, 'office', 'Friday night, on Saturday morning');
  assert.equal(at(hours, '2026-06-07T03:00:00+01:00').use, 'out-of-hours', 'no Saturday night');
  assert.equal(at(hours, '2026-06-08T05:59:00+01:00').use, 'office', 'Sunday night, on Monday morning');
  assert.equal(at(hours, '2026-06-08T06:00:00+01:00').use, 'out-of-hours');
});

test('H07: 3am after a bank holiday is no part of an evening that the office did not open', () => {
  const hours = 'Mon-Fri 18:00-08:00';
  // Monday 31 August 2026 is a bank holiday: the office did not open that evening.
  assert.equal(at(hours, '2026-09-01T03:00:00+01:00', holidays).use, 'out-of-hours');
  assert.equal(at(hours, '2026-08-31T20:00:00+01:00', holidays).use, 'out-of-hours');
  assert.equal(at('Mon-Fri 18:00-08:00; BH 18:00-08:00', '2026-09-01T03:00:00+01:00', holidays).use, 'office');
});

test('H07: the night shift that began before a bank holiday still answers in its small hours', () => {
  // Friday 25 December 2026: Thursday's night shift runs until 8am.
  assert.equal(at('Mon-Fri 18:00-08:00', '2026-12-25T03:00:00Z', holidays).use, 'office');
  assert.equal(at('Mon-Fri 18:00-08:00', '2026-12-25T08:00:00Z', holidays).use, 'out-of-hours');
});

test('H07: on a bank holiday the office counts as closed, unless its hours name bank holidays', () => {
  const closed = at(usual, '2026-08-31T10:00:00+01:00', holidays);
  assert.deepEqual(closed, {
    use: 'out-of-hours',
    reason: 'Office closed: bank holiday. Opens tomorrow at 8am.',
    calendarRunOut: false,
  });
  assert.equal(at(`${usual}; BH 10:00-14:00`, '2026-08-31T10:00:00+01:00', holidays).use, 'office');
  assert.equal(at(`${usual}; BH 10:00-14:00`, '2026-08-31T14:00:00+01:00', holidays).use, 'out-of-hours');
  assert.equal(at('24 hours', '2026-08-31T03:00:00+01:00', holidays).use, 'office');
});

test('the next opening is the earliest, in whatever order the spans are written', () => {
  const hours = 'Wed 13:00-17:00; Wed 09:00-12:00';
  assert.equal(at(hours, '2026-09-30T08:00:00+01:00').reason, 'Office closed now. Opens today at 9am.');
  assert.equal(at(hours, '2026-09-30T12:30:00+01:00').reason, 'Office closed now. Opens today at 1pm.');
});

test('the next opening is said by day, and skips bank holidays', () => {
  const opens = (when: string): string => at(usual, when, holidays).reason;
  assert.equal(opens('2026-09-30T06:00:00+01:00'), 'Office closed now. Opens today at 8am.');
  assert.equal(opens('2026-09-30T18:00:00+01:00'), 'Office closed now. Opens tomorrow at 8am.');
  assert.equal(opens('2026-10-03T12:00:00+01:00'), 'Office closed now. Opens Monday at 8am.');
  // Friday 25 and Monday 28 December are bank holidays; Saturday 26 opens at 9.
  assert.equal(opens('2026-12-24T18:00:00Z'), 'Office closed now. Opens Saturday at 9am.');
  assert.equal(opens('2026-12-26T12:00:00Z'), 'Office closed now. Opens Tuesday at 8am.');
  assert.equal(at('Fri 09:00-10:00', '2026-12-18T10:00:00Z', holidays).reason, 'Office closed now.');
  assert.equal(
    at('Fri 09:00-10:00', '2026-10-02T10:00:00+01:00').reason,
    'Office closed now. Opens 9 October 2026 at 9am.',
  );
});

test('while the office is open, the page says until when', () => {
  assert.equal(at(usual, '2026-09-30T08:00:00+01:00').reason, 'Office open now until 6pm.');
  assert.equal(at('24 hours', '2026-09-30T08:00:00+01:00').reason, 'Office open now.');
  assert.equal(at('Mon-Fri 18:00-08:00', '2026-09-30T03:00:00+01:00').reason, 'Office open now until 8am.');
});

test('H07: without an out-of-hours number a closed office says so in words, and gives no number that does not answer', () => {
  const closed = at(usual, '2026-09-30T03:00:00+01:00', none, { office: true, outOfHours: false });
  assert.equal(closed.use, 'none');
  assert.match(closed.reason, /No out-of-hours number is recorded/);
});

test('H07: without hours the page says that there is no out-of-hours number, and that the office may not answer', () => {
  const choice = numberForTheHour(
    { office: true, outOfHours: false, hours: null },
    new Date('2026-09-30T03:00:00+01:00'),
    none,
  );
  assert.equal(choice.use, 'office');
  assert.match(choice.reason, /no out-of-hours number/);
  assert.match(choice.reason, /may not be answered/);
});

test('H07: for every way of having numbers and hours, the number to use exists, and its absence is said', () => {
  const hours = [null, read(usual), read('24 hours')];
  for (const office of [true, false]) {
    for (const outOfHours of [true, false]) {
      for (const one of hours) {
        for (const when of ['2026-09-30T03:00:00+01:00', '2026-09-30T10:00:00+01:00']) {
          const { use, reason } = numberForTheHour({ office, outOfHours, hours: one }, new Date(when), none);
          if (use === 'office') assert.ok(office);
          if (use === 'out-of-hours') assert.ok(outOfHours);
          if (use === 'none') assert.match(reason, /No (phone|out-of-hours) number is recorded/);
          if (outOfHours) assert.notEqual(use, 'none');
        }
      }
    }
  }
});

test('past the end of the bank-holiday calendar the page warns, and names the other number only if there is one', () => {
  const over: HolidayCalendar = { days: new Set(), knownUntil: '2026-09-29' };
  const when = '2026-09-30T10:00:00+01:00';
  const warned = at(usual, when, over);
  assert.equal(warned.calendarRunOut, true);
  assert.match(warned.reason, /We cannot tell if today is a bank holiday: if nobody answers, use the other number\.$/);
  const alone = at(usual, when, over, { office: true, outOfHours: false });
  assert.match(alone.reason, /We cannot tell if today is a bank holiday\.$/);
  const nothing = numberForTheHour({ office: false, outOfHours: false, hours: null }, new Date(when), over);
  assert.equal(nothing.reason, 'No phone number is recorded.');
  assert.equal(at(usual, '2026-09-29T10:00:00+01:00', over).calendarRunOut, false);
});

test('any hours written from random spans are open exactly within them', () => {
  const names = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const span = fc
    .record({ day: fc.integer({ min: 1, max: 7 }), from: fc.nat({ max: 1439 }), to: fc.integer({ min: 1, max: 1440 }) })
    .filter(({ from, to }) => from !== to);
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 5 }), fc.nat({ max: 7 * 1440 - 1 }), (spans, moment) => {
      const hours = read(spans.map(({ day, from, to }) => `${names[day]} ${clock(from)}-${clock(to)}`).join('; '));
      const open = spans.some(({ day, from, to }) => {
        const start = (day - 1) * 1440 + from;
        const length = to > from ? to - from : to + 1440 - from;
        return (moment - start + 7 * 1440) % (7 * 1440) < length;
      });
      // Monday 1 June 2026, London time.
      const now = new Date(Date.parse('2026-05-31T23:00:00Z') + moment * 60_000);
      assert.equal(numberForTheHour({ ...both, hours }, now, none).use === 'office', open);
    }),
    { numRuns: 10_000 },
  );
});
