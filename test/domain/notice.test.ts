/** Where a notice stands after what happened to it, and that only a human's answer makes it done. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import { inOrderOfTime, readNoticeEvent, writeNoticeEvent } from '../../src/domain/notice-event.ts';
import { foldNotice } from '../../src/domain/notice-fold.ts';
import { cannotReasons, isFullYes, replyFault } from '../../src/domain/notice-reply.ts';
import type { CannotReason } from '../../src/domain/notice-reply.ts';
import { isDone, isOpenNotice } from '../../src/domain/notice-state.ts';
import type { NoticeStatus } from '../../src/domain/notice-state.ts';
import { isNamed, mayWait } from '../../src/domain/notice.ts';
import { callMe, cannot, carer, duty, event, nobody, notice, nurse, stateOf } from '../support/notices.ts';
import { on } from '../support/stays.ts';

const yes: NoticeEvent = event('answered', '09:10');
const council = { recipient: { kind: 'council', id: '999' } as const };

const courses: [sentence: string, events: NoticeEvent[], status: NoticeStatus][] = [
  ['that was written is queued', [], 'queued'],
  ['on its way is queued still', [event('attempted', '09:01')], 'queued'],
  ['that arrived is delivered', [event('attempted', '09:01'), event('delivered', '09:02')], 'delivered'],
  ['whose reminder is on its way has still arrived', [event('delivered', '09:02'), event('attempted', '09:15')], 'delivered'],
  ['that arrived one way and bounced another is delivered', [event('delivered', '09:02'), event('bounced', '09:03', { channel: 'text' })], 'delivered'],
  ['whose only way fails has bounced', [event('attempted', '09:01'), event('bounced', '09:02')], 'bounced'],
  ['that bounced after it seemed to arrive has bounced', [event('delivered', '09:02'), event('bounced', '09:05')], 'bounced'],
  ['that bounced and is tried again is queued', [event('bounced', '09:02'), event('attempted', '09:05')], 'queued'],
  ['that was opened is seen, and not done', [event('delivered', '09:02'), event('seen', '09:03')], 'seen'],
  ['that was opened and then bounced elsewhere is seen', [event('seen', '09:03'), event('bounced', '09:05')], 'seen'],
  ['that a named human accepted is accepted', [yes], 'accepted'],
  ['accepted is accepted, opened later or bounced later', [yes, event('seen', '09:30'), event('bounced', '09:31')], 'accepted'],
  ['that nobody with a name accepted is not accepted', [event('answered', '09:10', { by: nobody })], 'queued'],
  ['answered by the sender in its own name is not answered', [event('answered', '09:10', { by: nurse })], 'queued'],
  ['answered by phone is answered, when it is said who said so', [event('answered', '09:10', { takenBy: nurse })], 'accepted'],
  ['written down by nobody is not answered', [event('answered', '09:10', { takenBy: nobody })], 'queued'],
  ['to restart, accepted without a time, wants a call', [event('answered', '09:10', { reply: { kind: 'accepted', firstVisit: null } })], 'call-me'],
  ['that cannot be done is open', [event('answered', '09:10', { reply: cannot() })], 'cannot'],
  ['answered "call me" is open', [event('answered', '09:10', { reply: callMe })], 'call-me'],
  ['accepted and then refused is refused', [yes, event('answered', '09:20', { reply: cannot() })], 'cannot'],
  ['refused and then accepted is accepted', [event('answered', '09:05', { reply: cannot() }), yes], 'accepted'],
  ['that is held has not left', [event('held', '09:00')], 'waiting'],
  ['that was released goes', [event('held', '09:00'), event('released', '09:05')], 'queued'],
  ['held again waits again', [event('held', '09:00'), event('released', '09:05'), event('held', '09:06')], 'waiting'],
  ['held and released in one moment waits', [event('held', '09:05'), event('released', '09:05')], 'waiting'],
  ['released by nobody waits', [event('held', '09:00'), event('released', '09:05', { by: nobody })], 'waiting'],
  ['released by its recipient waits', [event('held', '09:00'), event('released', '09:05', { by: carer })], 'waiting'],
  ['released by the council goes', [event('held', '09:00'), event('released', '09:05', { by: duty })], 'queued'],
  ['held after it arrived has arrived', [event('delivered', '09:02'), event('held', '09:05')], 'delivered'],
  ['settled by a person is settled', [event('settled', '09:30')], 'settled'],
  ['settled by nobody is open', [event('settled', '09:30', { by: nobody })], 'queued'],
  ['settled and then accepted is somebody’s to phone: two may be acting', [event('settled', '09:05'), yes], 'call-me'],
  ['settled, then accepted by a call that somebody wrote down, is accepted', [event('settled', '09:05'), event('answered', '09:20', { takenBy: nurse })], 'accepted'],
  ['settled, then accepted, then settled is settled', [event('settled', '09:05'), yes, event('settled', '09:30')], 'settled'],
  ['accepted and then settled is settled', [yes, event('settled', '09:30')], 'settled'],
  ['corrected is replaced, also when answered afterwards', [event('replaced', '09:05'), yes], 'replaced'],
  ['cancelled is cancelled, also when answered afterwards', [event('cancelled', '09:05'), yes], 'cancelled'],
  ['taken back by a person is withdrawn', [event('withdrawn', '09:05')], 'withdrawn'],
  ['taken back for a death is withdrawn, accepted or not', [yes, event('withdrawn', '09:30', { why: 'died', by: null })], 'withdrawn'],
  ['stopped by a rule is somebody’s still', [event('withdrawn', '09:05', { why: 'not-a-provider-now', by: null })], 'stopped'],
  ['stopped by a rule is over when a person has settled it', [event('withdrawn', '09:05', { why: 'not-shown', by: null }), event('settled', '09:09')], 'withdrawn'],
]; // prettier-ignore

describe('H08: a notice', () => {
  for (const [sentence, events, status] of courses) {
    it(sentence, () => assert.equal(stateOf(events).status, status));
  }

  it('is done only when accepted, and open until it is accepted, settled, replaced, withdrawn or cancelled', () => {
    const all = new Set(courses.map(([, , status]) => status));
    assert.deepEqual([...all].filter((status) => isDone({ status })), ['accepted']); // prettier-ignore
    assert.deepEqual(
      [...all].filter((status) => !isOpenNotice({ status })).sort(),
      ['accepted', 'cancelled', 'replaced', 'settled', 'withdrawn'], // prettier-ignore
    );
    assert.equal(all.size, 13);
  });

  it('is nothing while nobody said what it is, and hears nothing of others', () => {
    assert.equal(foldNotice([yes]), null);
    const queued = event('queued', '09:00', { what: notice() });
    assert.equal(foldNotice([queued, { ...yes, notice: 'N9' }])?.status, 'queued');
  });

  it('of a council is answered by the council’s people', () => {
    assert.equal(stateOf([yes], council).status, 'queued');
    assert.equal(stateOf([event('answered', '09:10', { by: duty })], council).status, 'accepted');
  });

  it('may have gone out as soon as anybody tried, and surely has not before', () => {
    assert.equal(stateOf([]).out, false);
    assert.equal(stateOf([event('held', '09:00'), event('stepped', '09:10', { step: 'sender' })]).out, false);
    for (const kind of ['attempted', 'delivered', 'bounced', 'seen', 'answered'] as const) {
      assert.equal(stateOf([event(kind, '09:02')]).out, true, kind);
    }
  });

  it('says when it was answered after it was over: two may be acting', () => {
    for (const kind of ['settled', 'replaced', 'cancelled', 'withdrawn'] as const) {
      assert.equal(stateOf([event(kind, '09:05'), yes]).answeredAfterClosing, true, kind);
      assert.equal(stateOf([yes, event(kind, '09:30')]).answeredAfterClosing, false, kind);
    }
  });

  it('keeps who saw it first, who answered last, and whether the first visit took place by the last word', () => {
    const state = stateOf([
      event('seen', '09:05', { by: { ...carer, name: 'Second' } }),
      event('seen', '09:03'),
      yes,
      event('visited', '18:10', { happened: false }),
      event('visited', '18:30'),
    ]);
    assert.deepEqual(state.seen, { by: carer, at: on('09:03') });
    assert.equal(state.reply?.by.name, carer.name);
    assert.deepEqual(state.visited, { by: carer, at: on('18:30'), happened: true });
  });

  it('H27: says nothing of a first visit that was promised after the last word on one', () => {
    const promised = (at: string): NoticeEvent =>
      event('answered', at, { reply: { kind: 'accepted', firstVisit: on('21:00') } });
    for (const happened of [true, false]) {
      const said = event('visited', '18:10', { happened });
      assert.equal(stateOf([yes, said, promised('18:20')]).visited, null);
      assert.equal(stateOf([yes, promised('18:00'), said]).visited?.happened, happened);
    }
  });

  it('is dealt with by whoever took it, until the next answer', () => {
    const took = event('taken', '09:20');
    assert.deepEqual(stateOf([took]).taken, { by: duty, at: on('09:20') });
    assert.equal(stateOf([took, event('answered', '09:30', { reply: cannot() })]).taken, null);
    assert.equal(stateOf([event('taken', '09:20', { by: carer })]).taken, null);
  });
});

it('H15: events are read back from the text that is kept, with every time', () => {
  const what = notice({
    ask: { expectedHome: { date: '2026-03-02', at: on('14:00') }, restartFrom: { date: '2026-03-02', visit: 'tea' }, goneAt: on('14:05') },
    nextVisit: on('18:00'),
  }); // prettier-ignore
  const reply = { kind: 'cannot', reason: 'not-in-time', alternative: { kind: 'from', at: on('20:00') } } as const;
  for (const one of [event('queued', '09:00', { what }), yes, event('answered', '09:10', { reply })]) {
    assert.deepEqual(readNoticeEvent(writeNoticeEvent(one)), one);
  }
  assert.throws(() => readNoticeEvent('{'), SyntaxError);
});

it('H15: a repetition under another id is the same event, another answer in the same moment is not', () => {
  assert.equal(inOrderOfTime([yes, { ...yes, id: 'again' }, yes]).length, 1);
  assert.equal(inOrderOfTime([yes, event('answered', '09:10', { reply: cannot() })]).length, 2);
});

describe('an answer', () => {
  const now = on('09:00');
  const accepted = (firstVisit: Date | null) => ({ kind: 'accepted', firstVisit }) as const;
  it('to a restart needs the time of the first visit, ahead and within four weeks', () => {
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, accepted(null), now), 'first-visit-missing');
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, accepted(now), now), 'first-visit-past');
    assert.equal(
      replyFault({ kind: 'restart', of: 'restart' }, accepted(new Date(Number.NaN)), now),
      'first-visit-past',
    );
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, accepted(on('28 09:01')), now), 'first-visit-too-late');
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, accepted(on('28 09:00')), now), null);
    assert.equal(replyFault({ kind: 'hold', of: 'hold' }, accepted(null), now), null);
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, callMe, now), null);
  });

  it('that it cannot be done has a reason of the list, and an alternative ahead', () => {
    for (const reason of Object.keys(cannotReasons)) {
      assert.equal(replyFault({ kind: 'restart', of: 'restart' }, cannot(reason as CannotReason), now), null);
    }
    assert.equal(
      replyFault({ kind: 'restart', of: 'restart' }, cannot('toString' as CannotReason), now),
      'reason-unknown',
    );
    const later = (at: Date) => ({ kind: 'cannot', reason: 'not-in-time', alternative: { kind: 'from', at } }) as const;
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, later(on('08:59')), now), 'alternative-past');
    assert.equal(replyFault({ kind: 'restart', of: 'restart' }, later(on('09:01')), now), null);
  });

  it('is a full yes to anything but a restart without a time', () => {
    assert.equal(isFullYes({ kind: 'hold', of: 'hold' }, accepted(null)), true);
    assert.equal(isFullYes({ kind: 'restart', of: 'restart' }, accepted(null)), false);
    assert.equal(isFullYes({ kind: 'restart', of: 'restart' }, accepted(now)), true);
    assert.equal(isFullYes({ kind: 'hold', of: 'hold' }, callMe), false);
  });

  it('to the cancellation of a restart needs no time: that it is known is all that is asked', () => {
    const cancellation = { kind: 'cancellation', of: 'restart' } as const;
    assert.equal(replyFault(cancellation, accepted(null), now), null);
    assert.equal(isFullYes(cancellation, accepted(null)), true);
    const known = stateOf([event('answered', '09:10', { reply: accepted(null) })], cancellation);
    assert.equal(known.status, 'accepted');
    assert.equal(isFullYes({ kind: 'correction', of: 'restart' }, accepted(null)), false);
  });
});

it('a human is named by id, name and organisation', () => {
  assert.equal(isNamed(carer), true);
  for (const key of ['id', 'name', 'organisation']) assert.equal(isNamed({ ...carer, [key]: ' ' }), false);
});

it('only what no visit depends on may wait for the hour that a recipient chose', () => {
  const to = (kind: 'provider' | 'council'): string[] =>
    (['with-us', 'hold', 'home-changed', 'restart', 'gone', 'correction', 'cancellation'] as const).filter((one) =>
      mayWait(notice({ kind: one, ...(kind === 'council' ? council : {}) })),
    );
  assert.deepEqual(to('provider'), ['home-changed']);
  assert.deepEqual(to('council'), ['with-us', 'hold', 'home-changed']);
});
