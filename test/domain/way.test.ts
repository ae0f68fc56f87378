/** On which of its ways a recipient is told, and when: hours, the office and whoever is on duty, daily timing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { londonClock, londonInstant } from '../../src/domain/dates.ts';
import { chooseWays, deliverFromOf, readAddress } from '../../src/domain/way.ts';
import type { Way } from '../../src/domain/way.ts';
import { noticeKinds } from '../../src/domain/notice.ts';
import type { NoticeKind, Recipient } from '../../src/domain/notice.ts';
import { holidays } from '../support/site.ts';

// Monday 2 March 2026; clocks stand at UTC.
const at = (time: string, date = '2026-03-02'): Date => new Date(`${date}T${time}:00Z`);
let count = 0;
const way = (change: Partial<Way> = {}): Way => ({ id: `w${++count}`, channel: 'email', to: `a${count}@care.example`, use: 'office', hours: 'Mon-Fri 08:00-18:00', on: true, dead: null, ...change }); // prettier-ignore
const chosen = (ways: readonly Way[], reason: Parameters<typeof chooseWays>[1], now: Date): string[] =>
  chooseWays(ways, reason, now, holidays).map(({ way: { id }, from }) => `${id} ${from <= now ? 'now' : from.toISOString().slice(5, 16)}`); // prettier-ignore

describe('the ways of a recipient', () => {
  const office = way({ id: 'office' });
  const duty = way({ id: 'duty', use: 'out-of-hours', hours: null });

  it('are the office’s while it is open', () => {
    assert.deepEqual(chosen([office, duty], 'first', at('09:00')), ['office now']);
    assert.deepEqual(chosen([office, duty], 'reminder', at('17:59')), ['office now']);
  });

  it('are those of whoever is on duty while it is shut, and the office’s when it opens', () => {
    assert.deepEqual(chosen([office, duty], 'first', at('03:00')), ['duty now', 'office 03-02T08:00']);
    assert.deepEqual(chosen([office, duty], 'first', at('18:00', '2026-03-06')), ['duty now', 'office 03-09T08:00']);
    assert.deepEqual(chosen([office, duty], 'first', at('10:00', '2026-12-25')), ['duty now', 'office 12-29T08:00']);
  });

  it('are those of whoever is on duty alone at that step, at any hour', () => {
    assert.deepEqual(chosen([office, duty], 'out-of-hours', at('09:00')), ['duty now']);
    assert.deepEqual(chosen([office], 'out-of-hours', at('03:00')), []);
  });

  it('are none that is off, or dead', () => {
    const dead = { since: at('08:00'), fault: 'ADDRESS_DEAD' as const };
    assert.deepEqual(chosen([way({ on: false }), way({ dead })], 'first', at('09:00')), []);
  });

  it('count as watched when nobody can say for certain when', () => {
    for (const hours of [null, 'whenever', 'Mon to Fri 9-5'])
      assert.deepEqual(chosen([way({ id: 'x', hours })], 'first', at('03:00')), ['x now']);
  });

  it('never come later than when they are next watched, and never before now', () => {
    const spans = fc.constantFrom(
      'Mon-Fri 08:10-18:00',
      'Sat 22:00-06:00',
      'BH 09:00-10:00; Tue 07:05-07:55',
      '24 hours',
    );
    fc.assert(
      fc.property(spans, fc.date({ min: at('00:00', '2026-01-01'), max: at('00:00', '2027-06-01'), noInvalidDate: true }), (hours, now) => {
        const [one] = chooseWays([way({ hours })], 'first', now, holidays);
        return one !== undefined && one.from >= now && one.from.getTime() - now.getTime() <= 15 * 86_400_000;
      }),
    ); // prettier-ignore
  });
});

describe('daily timing', () => {
  const provider: Recipient = { kind: 'provider', id: 'cqc:1-1', link: 'package' };
  const council: Recipient = { kind: 'council', id: '999' };

  it('lets what may wait come at that minute of London’s day, summer and winter', () => {
    const daily = { dailyAt: 8 * 60 };
    const from = (now: Date): string => deliverFromOf({ kind: 'home-changed', recipient: provider }, daily, now).toISOString(); // prettier-ignore
    assert.equal(from(at('07:59')), '2026-03-02T08:00:00.000Z');
    assert.equal(from(at('08:00')), '2026-03-02T08:00:00.000Z');
    assert.equal(from(at('08:01')), '2026-03-03T08:00:00.000Z');
    assert.equal(from(at('12:00', '2026-03-28')), '2026-03-29T07:00:00.000Z');
    assert.equal(from(at('12:00', '2026-10-24')), '2026-10-25T08:00:00.000Z');
  });

  it('H08: never holds back what a visit depends on', () => {
    for (const kind of Object.keys(noticeKinds) as NoticeKind[]) {
      const isLater = (recipient: Recipient): boolean =>
        deliverFromOf({ kind, recipient }, { dailyAt: 480 }, at('12:00')) > at('12:00');
      assert.equal(isLater(provider), kind === 'home-changed', kind);
      assert.equal(isLater(council), ['home-changed', 'with-us', 'hold'].includes(kind), kind);
      assert.deepEqual(deliverFromOf({ kind, recipient: council }, { dailyAt: null }, at('12:00')), at('12:00'));
    }
  });

  it('has an instant for every minute of every day, on that day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1439 }), fc.date({ min: at('00:00', '2025-01-01'), max: at('00:00', '2030-01-01'), noInvalidDate: true }), (minute, now) => {
        const { date } = londonClock(now);
        return londonClock(londonInstant(date, minute)).date === date;
      }),
    ); // prettier-ignore
  });
});

describe('an address', () => {
  it('is one mailbox, or one British mobile number', () => {
    assert.equal(readAddress('email', ' office@care.example '), 'office@care.example');
    for (const bad of [
      '',
      'office',
      'a@b',
      'a@care.example,b@care.example',
      'Care <a@care.example>',
      'a@care.example\nb',
      `${'a'.repeat(65)}@care.example`,
    ])
      // prettier-ignore
      assert.equal(readAddress('email', bad), null, bad);
    for (const good of ['07700 900123', '+44 7700 900123', '0044 7700900123', '+44 (0)7700 900123'])
      assert.equal(readAddress('text', good), '+447700900123', good);
    for (const bad of ['', '01632 960100', '999 000 0018', '+1 555 0100', '07700 90012']) assert.equal(readAddress('text', bad), null, bad); // prettier-ignore
  });
});
