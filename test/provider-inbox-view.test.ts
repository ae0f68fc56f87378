/** A care provider's messages in words: how long one has waited, and what is offered to press. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NoticeContent } from '../src/domain/notice-content.ts';
import { noticeText } from '../src/domain/notice-text.ts';
import type { InboxNotice } from '../src/services/notices/answer.ts';
import { noticeDetail, noticeRow } from '../src/web/pages/provider-inbox-view.ts';

const at = (time: string): Date => new Date(`2026-08-31T${time}:00+01:00`);

function restart(changes: Partial<InboxNotice> = {}, more: Partial<NoticeContent> = {}): InboxNotice {
  const content: NoticeContent = {
    who: { family: 'Holmes', given: 'Barbara' },
    where: { hospital: 'Kings Vale Hospital', phone: null },
    kind: 'restart',
    of: 'restart',
    answerBy: at('06:45'),
    ...more,
  };
  return {
    id: 'N1', thread: 'N1', kind: 'restart', of: 'restart', status: 'to-answer', text: noticeText(content, at('06:00')), content,
    createdAt: at('06:00'), answerBy: at('06:45'), seenBy: null, reply: null, visited: null, visitToConfirm: null, firstVisit: null,
    followedBy: null, mayAnswer: true, ...changes,
  } as InboxNotice; // prettier-ignore
}

describe('a message that waits', () => {
  it('H08: says in time by when, and afterwards how long it is late', () => {
    const inTime = noticeRow(restart(), at('06:30'));
    assert.deepEqual([inTime.status, inTime.note], ['To answer', 'Please answer by 6:45am.']);
    const late = noticeRow(restart(), at('07:30'));
    assert.deepEqual([late.status, late.tone], ['Late', 'red']);
    assert.equal(late.note, 'The hospital asked for an answer by 6:45am, 45 minutes ago.');
    const detail = noticeDetail(restart(), at('07:30'));
    assert.deepEqual([detail.status, detail.answerBy], ['Late', late.note]);
  });

  it('is not late when it was answered in time', () => {
    const answered = restart({ status: 'accepted', answerBy: null });
    assert.equal(noticeRow(answered, at('07:30')).status, 'You said yes');
  });

  it('that was answered with yes after somebody settled it otherwise waits for a call, which nobody asked for', () => {
    const reply = { by: { id: 'p', name: 'Petra Example', organisation: 'cqc:1-000000001' }, at: at('06:30'), takenBy: null, reply: { kind: 'accepted', firstVisit: null } } as const; // prettier-ignore
    assert.equal(noticeRow(restart({ status: 'call-me', reply }), at('07:30')).status, 'You said yes: the hospital will phone you'); // prettier-ignore
  });
});

describe('first visits to press', () => {
  it('begin with the one that was asked for, and say so', () => {
    const asked = restart({}, { expectedHome: { date: '2026-08-31' as never, at: at('06:30') }, restartFrom: { date: '2026-08-31' as never, visit: 'lunch' } }); // prettier-ignore
    const [first, second] = noticeDetail(asked, at('06:00')).visits;
    assert.deepEqual(first, { value: at('12:00').toISOString(), text: 'today at midday, as asked' });
    assert.equal(second?.text, 'today at 5pm');
    const none = noticeDetail(restart(), at('06:00')).visits;
    assert.ok(none.every(({ text }) => !text.includes('as asked')));
  });
});
