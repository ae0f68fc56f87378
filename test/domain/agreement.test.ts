/** The sharing agreement as data: what a right file says, and each wrong one that is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementSchema, partKinds, shareableFields } from '../../src/domain/agreement.ts';
import { partColumns } from '../../src/domain/extract/columns.ts';
import { agreementWith } from '../support/site.ts';

/** The fields that the schema complains of. */
function refusedFor(changes: Record<string, unknown>): string[] {
  try {
    agreementWith(changes);
    return [];
  } catch (error) {
    const { issues } = error as { issues: { path: PropertyKey[] }[] };
    return [...new Set(issues.map(({ path }) => path.join('.')))];
  }
}

const freshness = {
  care: { amber: '26 hours', red: '50 hours' },
  safeguarding: { notAvailableAfter: '1 hour' },
  contacts: { amber: '90 days', red: '365 days' },
  restrictions: { overdueAfter: '50 hours' },
};
const { budget } = agreementWith();

const wrong: [name: string, changes: Record<string, unknown>, path: string][] = [
  ['no council', { council: '' }, 'council'],
  ['no hospital', { hospital: '' }, 'hospital'],
  ['a switch that is neither on nor off', { enabled: 'yes' }, 'enabled'],
  ['no switch', { enabled: undefined }, 'enabled'],
  ['a day that no calendar has', { until: '2026-02-30' }, 'until'],
  ['a date the wrong way round', { from: '31-03-2026' }, 'from'],
  ['an end before its start', { from: '2031-01-01' }, 'from'],
  ['no purpose', { purposes: [] }, 'purposes'],
  ['a purpose of no list', { purposes: ['research'] }, 'purposes.0'],
  ['a permission model of no list', { permission: 'implied' }, 'permission'],
  ['no role', { roles: {} }, 'roles'],
  ['a role of no list', { roles: { porter: { safeguarding: true } } }, 'roles'],
  ['a role that does not say whether it sees safeguarding', { roles: { 'ward-clerk': {} } }, 'roles.ward-clerk.safeguarding'],
  ['a field that cannot be shared', { fields: ['name', 'care-plan'] }, 'fields.1'],
  ['a length of time without a unit', { recentlyEnded: '42' }, 'recentlyEnded'],
  ['a length of time in weeks', { recentlyEnded: '6 weeks' }, 'recentlyEnded'],
  ['a negative length of time', { recentlyEnded: '-1 day' }, 'recentlyEnded'],
  ['an amber limit longer than the red one', { freshness: { ...freshness, care: { amber: '51 hours', red: '50 hours' } } }, 'freshness.care'],
  ['a budget of nobody', { budget: { ...budget, peopleDay: 0 } }, 'budget.peopleDay'],
  ['a lock before the second sign-in', { budget: { ...budget, missesBeforeLock: 5 } }, 'budget.missesBeforeSignIn'],
  ['a board without the question that fills it', { arrival: { board: true } }, 'arrival.board'],
  ['a limit of no question in an hour', { arrival: { ask: true, questionsHour: 0 } }, 'arrival.questionsHour'],
  ['a hint without the question', { arrival: { ask: false, hint: true } }, 'arrival.hint'],
  ['a council’s list without the question', { arrival: { councilList: true } }, 'arrival.councilList'],
  ['a switch of an arrival that nobody knows', { arrival: { ask: true, referral: true } }, 'arrival'],
  ['a switch of an arrival that is neither on nor off', { arrival: { ask: 'yes' } }, 'arrival.ask'],
  ['a key that nobody knows', { shareEverything: true }, ''],
]; // prettier-ignore
for (const [name, changes, path] of wrong) {
  test(`an agreement with ${name} is refused, and the place is named`, () => {
    assert.deepEqual(refusedFor(changes), [path]);
  });
}

test('lengths of time in words become milliseconds', () => {
  const { recentlyEnded, freshness: limits, retention } = agreementWith({ recentlyEnded: '1 day' });
  assert.equal(recentlyEnded, 86_400_000);
  assert.deepEqual(limits.care, { amber: 26 * 3_600_000, red: 50 * 3_600_000 });
  assert.equal(retention.answers, 3_600_000);
});

test('limits may be equal, and an agreement may last one day', () => {
  assert.deepEqual(refusedFor({ freshness: { ...freshness, care: { amber: '50 hours', red: '50 hours' } } }), []);
  assert.deepEqual(refusedFor({ from: '2026-09-30', until: '2026-09-30' }), []);
});

test('an agreement may share no field at all, or every field', () => {
  assert.deepEqual(agreementWith({ fields: [] }).fields, []);
  assert.deepEqual(agreementWith({ fields: [...shareableFields] }).fields, [...shareableFields]);
});

test('nothing of an agreement may be left out but what an arrival does and what may be told, which is nothing then', () => {
  const { arrival: _, notices: __, ...rest } = agreementSchema.shape;
  for (const key of Object.keys(rest)) {
    assert.ok(refusedFor({ [key]: undefined }).includes(key), key);
  }
});

test('nobody may be told anything until somebody turns it on, and what was told is kept for 42 days', () => {
  const { notices, retention: kept } = agreementWith();
  assert.deepEqual([notices.providers, notices.council, notices.automatic], [false, false, []]);
  assert.equal(kept.notices, 42 * 86_400_000);
  assert.deepEqual(refusedFor({ notices: { automatic: ['gone'] } }), ['notices.automatic']);
});

test('each switch of an arrival is off until somebody turns it on, and each stands alone beside the question', () => {
  const off = { ask: false, board: false, hint: false, councilList: false, questionsHour: 300 };
  assert.deepEqual(agreementWith().arrival, off);
  assert.deepEqual(agreementWith({ arrival: {} }).arrival, off);
  for (const one of ['board', 'hint', 'councilList']) {
    const arrival = { ask: true, [one]: true };
    assert.deepEqual(agreementWith({ arrival }).arrival, { ...off, ...arrival });
  }
});

test('every kind of part has its columns', () => {
  assert.deepEqual(Object.keys(partColumns).sort(), [...partKinds].sort());
});
