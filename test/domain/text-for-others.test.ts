/** What anybody but the provider that got a message reads of it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { noticeText, textForOthers, whoForOthers } from '../../src/domain/notice-text.ts';
import type { NoticeContent } from '../../src/domain/notice-content.ts';
import { on } from '../support/stays.ts';

const content: NoticeContent = {
  who: { family: 'Example', given: 'Barbara', ownReference: 'C-1' },
  where: { hospital: 'Kings Vale Hospital', phone: null },
  kind: 'hold',
  of: 'hold',
  answerBy: null,
};

it('H23: a provider’s own reference for its client is shown to the provider alone', () => {
  assert.ok(noticeText(content, on('09:00')).who.includes('Your reference C-1'));
  for (const before of [false, true])
    assert.doesNotMatch(
      JSON.stringify(textForOthers(content, on('09:00'), 'provider', { before })),
      /C-1|Your reference/,
    );
  assert.deepEqual(Object.keys(whoForOthers(content)), ['family', 'given']);
});

it('says of a hold without a day of going home that nobody knows it yet', () => {
  assert.ok(noticeText(content, on('09:00')).what.includes('Expected home: not known yet.'));
});
