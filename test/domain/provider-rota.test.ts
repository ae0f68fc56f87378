/** Who is on call, and which hours of the week nobody is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseOfficeHours } from '../../src/domain/office-hours.ts';
import { gapsOf, onCallAt, readTime, rotaDays, rotaHours } from '../../src/domain/provider-rota.ts';
import type { RotaEntry } from '../../src/domain/provider-rota.ts';

const holidays = { days: new Set(['2026-08-31']), knownUntil: '2027-12-31' };
const entry = (name: string, hours: string): RotaEntry => ({
  id: name,
  name,
  phone: '07700 900111',
  email: null,
  hours,
});
const at = (rota: RotaEntry[], instant: string): string[] =>
  onCallAt(rota, new Date(instant), holidays).map(({ name }) => name);

test('whoever has the night has it past midnight, until it ends', () => {
  const rota = [entry('Nina', 'Mon-Fri 18:00-08:00'), entry('Wim', 'Sat,Sun 08:00-20:00')];
  assert.deepEqual(at(rota, '2026-09-01T17:59:00+01:00'), []);
  assert.deepEqual(at(rota, '2026-09-01T18:00:00+01:00'), ['Nina']);
  assert.deepEqual(at(rota, '2026-09-02T07:59:00+01:00'), ['Nina']);
  assert.deepEqual(at(rota, '2026-09-02T08:00:00+01:00'), []);
  assert.deepEqual(at(rota, '2026-09-05T03:00:00+01:00'), ['Nina'], 'Friday’s night, on Saturday');
  assert.deepEqual(at(rota, '2026-09-05T09:00:00+01:00'), ['Wim']);
});

test('H08: a bank holiday is whoever’s the rota says, and that weekday’s where it says nothing', () => {
  assert.deepEqual(at([entry('Nina', 'Mon 18:00-08:00')], '2026-08-31T19:00:00+01:00'), ['Nina']);
  const named = [entry('Nina', 'Mon 18:00-08:00'), entry('Bea', 'BH 08:00-20:00')];
  assert.deepEqual(at(named, '2026-08-31T10:00:00+01:00'), ['Bea']);
  assert.deepEqual(at(named, '2026-08-31T21:00:00+01:00'), ['Nina'], 'an hour of it that nobody is named for');
  assert.deepEqual(at(named, '2026-09-07T10:00:00+01:00'), []);
});

test('H08: a night that begins on a bank holiday is somebody’s after midnight too', () => {
  const rota = [entry('Nina', 'Mon-Sun 18:00-08:00; BH 08:00-18:00')];
  const day = ['2026-08-31T03:00', '2026-08-31T12:00', '2026-08-31T23:30'];
  const night = ['2026-09-01T00:30', '2026-09-01T03:00', '2026-09-01T06:50', '2026-09-02T03:00'];
  for (const instant of [...day, ...night]) assert.deepEqual(at(rota, `${instant}:00+01:00`), ['Nina'], instant);
  assert.deepEqual(at(rota, '2026-09-01T12:00:00+01:00'), [], 'the day after is an office day like any other');
  const named = [...rota, entry('Bea', 'BH 20:00-06:00')];
  assert.deepEqual(
    at(named, '2026-09-01T03:00:00+01:00'),
    ['Bea'],
    'whoever is named for the night of it has it whole',
  );
});

test('the first of the rota comes first, and hours that cannot be read are nobody’s', () => {
  assert.deepEqual(at([entry('A', 'Tue 09:00-10:00'), entry('B', 'nights'), entry('C', '24 hours')], '2026-09-01T09:30:00+01:00'), ['A', 'C']); // prettier-ignore
});

test('the hours at which nobody is there are said, also over the end of the week', () => {
  assert.deepEqual(gapsOf([], null), ['the whole week']);
  assert.deepEqual(gapsOf([entry('N', 'Mon-Sun 18:00-08:00')], 'Mon-Fri 08:00-18:00'), [
    'Saturday and Sunday, 8am to 6pm',
  ]);
  assert.deepEqual(gapsOf([entry('N', 'Mon-Sun 18:00-08:00')], null), ['Monday to Sunday, 8am to 6pm']);
  assert.deepEqual(gapsOf([entry('N', 'Mon,Wed,Fri 00:00-24:00; Sun 00:00-24:00')], 'Tue,Thu,Sat 09:00-24:00'), ['Tuesday, Thursday and Saturday, midnight to 9am']); // prettier-ignore
  assert.deepEqual(gapsOf([], 'Mon-Fri 09:00-17:00').at(-1), 'Friday 5pm to Monday 9am');
  assert.deepEqual(gapsOf([entry('N', '24 hours')], null), []);
});

test('days and times of the form are hours that the same reader reads back', () => {
  assert.equal(rotaHours(['Mon', 'Tue', 'Wed', 'Fri', 'BH'], 18 * 60, 8 * 60), 'Mon-Wed 18:00-08:00; Fri 18:00-08:00; BH 18:00-08:00'); // prettier-ignore
  assert.equal(rotaHours([], 0, 60), null);
  assert.equal(rotaHours(['Mon'], 60, 60), null);
  const minute = fc.integer({ min: 0, max: 1439 });
  fc.assert(
    fc.property(fc.subarray([...rotaDays], { minLength: 1 }), minute, minute, (days, from, to) => {
      fc.pre(from !== to);
      const read = parseOfficeHours(rotaHours(days, from, to) ?? '');
      const expected = days.map((day) => [rotaDays.indexOf(day) + 1, [[from, to > from ? to : to + 1440]]]);
      assert.deepEqual([...(read ?? [])].sort((a, b) => a[0] - b[0]), expected); // prettier-ignore
    }),
  );
});

test('times are read as people type them, and nothing else is', () => {
  const read: [string, number | null][] = [
    ['6pm', 1080], ['6 PM', 1080], ['6.30pm', 1110], ['18:00', 1080], ['1830', 1110], ['8', 480], ['08:05', 485], ['12am', 0], ['12pm', 720],
    ['midnight', 0], ['midday', 720], ['24:00', 0], ['25:00', null], ['6:60pm', null], ['13pm', null], ['0am', null], ['', null], ['six', null], ['24:30', null],
  ]; // prettier-ignore
  for (const [given, expected] of read) assert.equal(readTime(given), expected, given);
});
