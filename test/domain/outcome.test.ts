/** What came of a look-up: counted as answered, and what nobody answered as not answered. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { answerKinds } from '../../src/domain/answer.ts';
import { changes, countOutcomes, outcomeAskedFrom, outcomes, readOutcome } from '../../src/domain/outcome.ts';
import { on } from '../support/stays.ts';

it('an answer is of the lists, either question may be left out, and both together are none', () => {
  for (const outcome of Object.keys(outcomes))
    assert.deepEqual(readOutcome(outcome, undefined), { outcome, changed: null });
  for (const changed of Object.keys(changes))
    assert.deepEqual(readOutcome(undefined, changed), { outcome: null, changed });
  assert.deepEqual(readOutcome('admitted-anyway', 'no'), { outcome: 'admitted-anyway', changed: 'no' });
  assert.equal(readOutcome(undefined, undefined), null);
  assert.equal(readOutcome('saved-a-bed', 'yes'), null);
  assert.equal(readOutcome('admitted-anyway', 'toString'), null);
});

it('it is asked when the patient has gone, else after a day, and only of an answer that told something', () => {
  assert.deepEqual(outcomeAskedFrom('care', on('09:00'), null), on('1 09:00'));
  assert.deepEqual(outcomeAskedFrom('care', on('09:00'), on('15:00')), on('15:00'));
  assert.deepEqual(outcomeAskedFrom('care', on('09:00'), on('09:00')), on('09:00'));
  assert.deepEqual(outcomeAskedFrom('no-care', on('09:00'), on('3 15:00')), on('1 09:00'));
  assert.deepEqual(outcomeAskedFrom('no-record', on('09:00'), on('08:00')), on('1 09:00'));
  const asked = answerKinds.filter((kind) => outcomeAskedFrom(kind, on('09:00'), null) !== null);
  assert.deepEqual(asked, ['care', 'no-care', 'no-record']);
});

it('silence is counted as silence, never as a no', () => {
  const counts = countOutcomes([
    { outcome: 'home-care-confirmed', changed: 'yes' },
    { outcome: 'home-care-confirmed', changed: null },
    { outcome: null, changed: 'no' },
    null,
  ]);
  assert.deepEqual(counts, {
    asked: 4,
    outcomes: { 'home-care-confirmed': 2, 'admitted-anyway': 0, 'home-anyway': 0 },
    outcomeNotAnswered: 2,
    changed: { yes: 1, no: 1 },
    changedNotAnswered: 2,
  });
  assert.equal(countOutcomes([]).asked, 0);
});
