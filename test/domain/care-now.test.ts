/** What a hospital's own messages say against care that is "active" on the council's record. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { careNow } from '../../src/domain/care-now.ts';
import type { CareNow } from '../../src/domain/care-now.ts';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import type { FactKind } from '../../src/domain/notice.ts';
import { cannot, event, stateOf } from '../support/notices.ts';
import { on } from '../support/stays.ts';

const told = (of: FactKind, at: string, events: readonly NoticeEvent[] = []): NoticeState =>
  stateOf([event('delivered', at), ...events], { id: `${of}${at}`, kind: of, of, createdAt: on(at) });
const yes = (at: string, firstVisit: Date | null = null): NoticeEvent =>
  event('answered', at, { reply: { kind: 'accepted', firstVisit } });
const now = (states: readonly NoticeState[], at = '20:00'): CareNow | null =>
  careNow(states, on(at)).get('PRV1') ?? null;

describe('care as this hospital has left it (H27)', () => {
  it('is asked to hold until they answer, and on hold from their yes', () => {
    assert.deepEqual(now([told('hold', '10:00')])?.hold, { askedAt: on('10:00'), agreedAt: null, answered: false });
    assert.deepEqual(now([told('hold', '10:00', [yes('10:05')])])?.hold, { askedAt: on('10:00'), agreedAt: on('10:05'), answered: true }); // prettier-ignore
  });

  it('stays on hold while a restart has no yes with a time', () => {
    const hold = told('hold', '10:00', [yes('10:05')]);
    for (const events of [[], [yes('11:05')], [event('answered', '11:05', { reply: cannot() })]]) {
      const one = now([hold, told('restart', '11:00', events)]);
      assert.ok(one?.hold && one.restart && one.restart.visit === null);
    }
  });

  it('has a first visit once a human agreed to one, until a day after it, and never where it did not take place', () => {
    const states = [told('hold', '10:00', [yes('10:05')]), told('restart', '11:00', [yes('11:05', on('18:00'))])];
    assert.deepEqual(now(states)?.restart?.visit, { at: on('18:00'), by: 'Cora Example' });
    const days = (count: number): Date => new Date(on('18:00').getTime() + count * 86_400_000);
    assert.equal(careNow(states, days(1.1)).size, 0);
    const visited = (happened: boolean): NoticeEvent => event('visited', '19:00', { happened });
    const after = (happened: boolean): readonly NoticeState[] => [told('restart', '11:00', [yes('11:05', on('18:00')), visited(happened)])]; // prettier-ignore
    assert.equal(careNow(after(true), on('20:00')).size, 0);
    assert.equal(careNow(after(false), days(3)).size, 1);
  });

  it('is in place again when they confirmed that the person has gone home, and held anew by a later hold', () => {
    const gone = told('gone', '12:00', [yes('12:05')]);
    assert.equal(now([told('hold', '10:00', [yes('10:05')]), gone]), null);
    assert.ok(now([gone, told('hold', '13:00')])?.hold);
    assert.ok(now([told('hold', '10:00', [yes('10:05')]), told('gone', '12:00')])?.hold);
  });

  it('is nothing by what reached nobody, was taken back, or is no client of theirs', () => {
    assert.equal(now([stateOf([], { kind: 'hold', of: 'hold' })]), null);
    assert.equal(now([told('hold', '10:00', [event('cancelled', '10:01')])]), null);
    assert.equal(now([told('hold', '10:00', [event('answered', '10:05', { reply: cannot('not-our-client') })])]), null);
    assert.equal(now([told('with-us', '10:00', [yes('10:01')])]), null);
  });
});
