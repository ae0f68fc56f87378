/** When time alone changes the tasks of holds: whoever waits until then has missed nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { holdsChangeAt, holdTasks } from '../../src/domain/hold-tasks.ts';
import { isClosing, holdClosings } from '../../src/domain/hold-closing.ts';
import { stateOf, event } from '../support/notices.ts';
import { anyNotices, ended, facts, heldStay } from '../support/holds.ts';
import { hour, on } from '../support/stays.ts';

describe('the next change of a stay’s tasks', () => {
  it('H27: never comes after tasks have changed with nothing said or done', () => {
    const stays = fc.constantFrom(heldStay(), ended('discharged'), ended('transferred'), ended('closed'), ended('cancelled'), null);
    let changes = 0;
    fc.assert(
      fc.property(stays, anyNotices(on('08:00'), ['KVH|P1']), fc.nat(48), fc.nat(48 * 60), (stay, notices, from, minutes) => {
        const now = new Date(on('08:00').getTime() + from * hour);
        const later = new Date(now.getTime() + minutes * 60_000);
        const keys = (at: Date): string => holdTasks(facts(stay, notices, { now: at })).map(({ key }) => key).join();
        if (keys(now) === keys(later)) return;
        changes++;
        const next = holdsChangeAt(facts(stay, notices, { now }));
        assert.ok(next !== null && next <= later && next > now, `${next?.toISOString()} after ${later.toISOString()}`);
      }),
      { numRuns: 3_000 },
    );
    assert.ok(changes > 40, `only ${changes} changes`);
  });

  it('is known of an agreed visit: before it, at it, and when nobody has confirmed it', () => {
    const agreed = stateOf([event('delivered', '09:01'), event('answered', '09:05')]);
    const at = (now: Date): string | undefined => holdsChangeAt(facts(heldStay(), [agreed], { now }))?.toISOString();
    assert.equal(at(on('10:00')), on('17:00').toISOString());
    assert.equal(at(on('17:30')), on('18:00').toISOString());
    assert.equal(at(on('18:30')), new Date(on('20:00').getTime() + 1).toISOString());
    assert.equal(holdsChangeAt(facts(ended('discharged'), [agreed], { now: on('21:00') })), null);
  });
}); // prettier-ignore

describe('a closing', () => {
  it('is one of a fixed list of its party, and never a word of another’s', () => {
    assert.equal(isClosing('provider', 'discharged', 'visiting'), true);
    for (const how of ['agreed', 'toString', '', '__proto__'])
      assert.equal(isClosing('provider', 'discharged', how), false);
    assert.equal(isClosing('council', 'discharged', 'visiting'), false);
    assert.deepEqual(Object.keys(holdClosings.sender), Object.keys(holdClosings.council));
  });
});
