/** Everyone who was told, and how a telling is taken back or put right. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { everyoneTold, planCancellation, planCorrection } from '../../src/domain/told.ts';
import { event, stateOf } from '../support/notices.ts';
import { on } from '../support/stays.ts';

const one = (id: string, events: NoticeEvent[], changes: Partial<Notice> = {}): NoticeState =>
  stateOf(events, { id, ...changes });
const delivered = event('delivered', '09:02');
const held = event('held', '09:00');
const council = { recipient: { kind: 'council', id: '999' } as const };

it('everyone told is listed in order of time, with what became of it, and nobody whom nothing can have reached', () => {
  const told = everyoneTold([
    one('A', [event('attempted', '09:05'), event('delivered', '09:06')], council),
    one('B', [delivered, event('answered', '09:10')]),
    one('C', [held]),
    one('D', [event('seen', '09:02')]),
    one('E', [event('delivered', '09:03'), event('cancelled', '09:20')]),
  ]);
  assert.deepEqual(
    told.map(({ notice, at, status, done }) => [notice, at, status, done]),
    [
      ['B', on('09:02'), 'accepted', true],
      ['D', on('09:02'), 'seen', false],
      ['E', on('09:03'), 'cancelled', false],
      ['A', on('09:05'), 'delivered', false],
    ],
  );
  assert.deepEqual(told[3]?.recipient, council.recipient);
});

const how = (plan: readonly { notice: string; how: string }[]): string[] => plan.map((line) => `${line.notice} ${line.how}`); // prettier-ignore

describe('H14: taking a telling back', () => {
  it('tells whoever got it or may have, and ends quietly what reached nobody', () => {
    const notices = [
      one('A', [delivered, event('answered', '09:10')]),
      one('B', [event('attempted', '09:01')]),
      one('C', [held]),
      one('D', [], council),
      one('E', [event('attempted', '09:01'), event('bounced', '09:02')]),
    ];
    assert.deepEqual(how(planCancellation(notices)), ['A cancel', 'B cancel', 'C withdraw', 'D withdraw', 'E cancel']);
  });

  it('tells whoever got what an unsent correction was to replace, though the correction reached nobody (H14)', () => {
    const unsent = [one('F', [], { kind: 'correction', thread: 'A' })];
    assert.deepEqual(how(planCancellation(unsent)), ['F cancel']);
    assert.deepEqual(how(planCorrection(unsent, () => true)), ['F correct']);
    assert.deepEqual(how(planCorrection(unsent, () => false)), ['F cancel']);
  });

  it('concerns what stands last: nothing replaced, cancelled, withdrawn unseen, or itself a cancellation', () => {
    const gone = [
      one('A', [delivered, event('replaced', '09:10')]),
      one('B', [delivered, event('cancelled', '09:10')]),
      one('C', [event('withdrawn', '09:10')]),
      one('D', [delivered], { kind: 'cancellation' }),
    ];
    assert.deepEqual(planCancellation(gone), []);
    assert.deepEqual(planCorrection(gone, () => true), []); // prettier-ignore
  });

  it('reaches also who read what was withdrawn', () => {
    assert.deepEqual(how(planCancellation([one('A', [delivered, event('withdrawn', '09:10')])])), ['A cancel']);
  });
});

it('H14: a correction goes to whom it would be told now, a cancellation to who only got the wrong one', () => {
  const notices = [one('A', [delivered]), one('B', [delivered], council), one('C', [held])];
  const plan = planCorrection(notices, ({ kind }) => kind === 'council');
  assert.deepEqual(how(plan), ['A cancel', 'B correct', 'C withdraw']);
});
