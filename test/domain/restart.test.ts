/** The handshake of going home: agreed before, confirmed after, and the gap between seen in time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agreedVisit, firstVisitNow, gapOf } from '../../src/domain/restart.ts';
import { carer, cannot, event, stateOf, terms } from '../support/notices.ts';
import { hour, on } from '../support/stays.ts';

const { restart } = terms();

describe('H27: a first visit', () => {
  it('is agreed when a human at the provider has accepted the restart with its time', () => {
    assert.deepEqual(agreedVisit(stateOf([event('answered', '09:10')])), {
      notice: 'N1', provider: 'PRV1', firstVisit: on('18:00'), by: carer.name, agreedAt: on('09:10'),
    }); // prettier-ignore
  });

  it('is not agreed by anything less, nor by a "yes" to anything else', () => {
    const yes = event('answered', '09:10');
    for (const events of [[], [event('seen', '09:10')], [event('answered', '09:10', { reply: cannot() })], [yes, event('cancelled', '09:20')]]) {
      assert.equal(agreedVisit(stateOf(events)), null);
    }
    assert.equal(agreedVisit(stateOf([event('answered', '09:10', { reply: { kind: 'accepted', firstVisit: null } })])), null);
    assert.equal(agreedVisit(stateOf([yes], { kind: 'hold' })), null);
    assert.equal(agreedVisit(stateOf([yes], { kind: 'cancellation', of: 'restart' })), null);
    assert.equal(agreedVisit(stateOf([yes], { kind: 'correction', of: 'restart' }))?.firstVisit.getTime(), on('18:00').getTime());
  }); // prettier-ignore

  it('happened when the provider says so, and never by time alone', () => {
    const at = (now: string, happened?: boolean): string =>
      firstVisitNow({ visited: happened === undefined ? null : { by: carer, at: on('18:30'), happened } }, on('18:00'), restart, on(now));
    assert.deepEqual(
      [at('17:59'), at('18:00'), at('20:00'), at('20:01'), at('5 09:00'), at('17:59', true), at('19:00', false)],
      ['not-due', 'to-confirm', 'to-confirm', 'overdue', 'overdue', 'happened', 'missed'],
    );
  }); // prettier-ignore
});

describe('the gap between coming home and the first visit', () => {
  const gap = (home: string | null, visit: string, date = '2026-03-02'): string => {
    const found = gapOf({ date, at: home === null ? null : on(home) }, on(visit), restart);
    return found.is === 'not-known' ? found.is : `${found.is} ${found.ms / hour}`;
  };
  it('is too long past the agreement’s limit: home 09:40, first visit 18:00', () => {
    assert.match(gap('09:40', '18:00'), /^too-long 8\.3/);
    assert.equal(gap('14:00', '18:00'), 'short 4');
    assert.equal(gap('13:59', '18:00').slice(0, 8), 'too-long');
    assert.equal(gap('14:00', '14:00'), 'short 0');
  });

  it('is none where the visit comes before the person', () => {
    assert.equal(gap('18:00', '17:00'), 'visit-before-home -1');
    assert.equal(gap(null, '18:00', '2026-03-03'), 'visit-before-home 0');
  });

  it('is not known from a day alone, unless the day after is too long by itself', () => {
    assert.equal(gap(null, '18:00'), 'not-known');
    assert.equal(gap(null, '1 03:00'), 'not-known');
    assert.equal(gap(null, '1 08:00'), 'too-long 8');
    assert.equal(gap(null, '2 08:00'), 'too-long 32');
    assert.deepEqual(gapOf(null, on('18:00'), restart), { is: 'not-known' });
  });
});
