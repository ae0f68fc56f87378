/** What an agreement says of notices when it says nothing, and what it may not say. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { canonical } from '../../src/domain/canonical.ts';
import { noticeTerms, rosterTerms } from '../../src/domain/notice-terms.ts';

const minute = 60_000;
const hour = 60 * minute;

it('an agreement that says nothing of notices tells nobody anything, and has every length of time', () => {
  assert.deepEqual(noticeTerms.parse({}), {
    providers: false,
    council: false,
    permissionToTell: 'ask',
    automatic: [],
    identifiers: ['name', 'birth-date', 'own-reference'],
    escalation: {
      answerWithin: 15 * minute,
      stepAfter: 5 * minute,
      beforeVisit: 30 * minute,
      takenFor: 30 * minute,
      whenCannot: { inHospital: 'sender', atHome: 'council' },
    },
    restart: { longestGap: 4 * hour, confirmWithin: 2 * hour, stillHere: hour, withoutStay: 24 * hour },
    packageKeptFor: null,
    whereabouts: {
      enabled: false,
      beforeAsking: false,
      openFor: 12 * hour,
      afterTransfer: 28 * 24 * hour,
      questionsHour: 30,
      questionsDay: 120,
    },
  });
  assert.deepEqual(new Set(Object.values(rosterTerms.parse({}))), new Set([false]));
});

it('lengths of time are words', () => {
  const { escalation, packageKeptFor } = noticeTerms.parse({ escalation: { answerWithin: '1 hour' }, packageKeptFor: '14 days' }); // prettier-ignore
  assert.equal(escalation.answerWithin, hour);
  assert.equal(packageKeptFor, 14 * 24 * hour);
});

const wrong: [name: string, text: Record<string, unknown>, path: string][] = [
  ['no name', { identifiers: ['birth-date', 'nhs-number'] }, 'identifiers'],
  ['a name alone', { identifiers: ['name', 'own-reference'] }, 'identifiers'],
  ['an identifier of no list', { identifiers: ['name', 'birth-date', 'address'] }, 'identifiers.2'],
  ['automatic notices while nobody may be told', { automatic: ['gone'] }, 'automatic'],
  ['an automatic correction', { providers: true, automatic: ['correction'] }, 'automatic.0'],
  ['a time without a unit', { escalation: { answerWithin: '15' } }, 'escalation.answerWithin'],
  ['a permission model of no list', { permissionToTell: 'implied' }, 'permissionToTell'],
  ['a budget of nothing', { whereabouts: { questionsDay: 0 } }, 'whereabouts.questionsDay'],
  ['a key that nobody knows', { tellEverybody: true }, ''],
];
for (const [name, text, path] of wrong) {
  it(`an agreement with ${name} is refused`, () => {
    const { error } = noticeTerms.safeParse(text);
    assert.deepEqual([...new Set(error?.issues.map((issue) => issue.path.join('.')))], [path]);
  });
}

it('a value has one text, whatever the order of its keys, and another value another', () => {
  const at = new Date('2026-03-02T09:00:00Z');
  assert.equal(canonical({ b: [1, { d: null, c: at }], a: 'x', e: undefined }), canonical({ a: 'x', b: [1, { c: at, d: null }] }));
  assert.equal(canonical({ a: [at] }), '{"a":["2026-03-02T09:00:00.000Z"]}');
  assert.notEqual(canonical({ a: [1, 2] }), canonical({ a: [2, 1] }));
  assert.notEqual(canonical({ a: null }), canonical({}));
}); // prettier-ignore
