/** What an answer must not hold: nothing of a record where nothing is told, no field that is not shared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ShareableField } from '../../src/domain/agreement.ts';
import type { AnswerKind } from '../../src/domain/answer.ts';
import { composeAnswer } from '../../src/domain/compose-answer.ts';
import type { PersonRecord, ProviderContact } from '../../src/domain/record.ts';
import { answerTo, lookUpCase } from '../support/look-up-cases.ts';
import type { LookUpCase } from '../support/look-up-cases.ts';
import { holidays } from '../support/site.ts';

const runs = { numRuns: 10_000 };

const neutral: AnswerKind[] = [
  'cannot-show', 'birth-date-mismatch', 'child', 'permission-refused', 'over-budget', 'sign-in-again', 'not-allowed',
]; // prettier-ignore

/** Every text in a value, at any depth. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Date) return [value.toISOString()];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsOf) : [];
}

test('H01 H23: an answer that tells nothing is made of the question alone, and holds no text of the record', () => {
  const met = new Set<string>();
  let withRecord = 0;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const answer = answerTo(one);
      if (!neutral.includes(answer.kind)) return;
      const { now, request, caller, number } = one;
      const asked = number.ok ? number.value : null;
      assert.deepEqual(answer, {
        kind: answer.kind,
        at: now,
        council: request.council,
        hospital: caller.organisation,
        asked,
        supersededBy: null,
      });
      met.add(answer.kind);
      const { person } = one.found;
      if (!person) return;
      withRecord++;
      // The moment of the answer is no secret, though a package may have begun or ended on this very day.
      const told = textsOf({ ...answer, at: null }).join('\n');
      const secrets = textsOf(person).filter((text) => text.length >= 5);
      for (const secret of secrets) assert.ok(!told.includes(secret), `${answer.kind}: ${secret}`);
    }),
    runs,
  );
  assert.deepEqual(met, new Set(neutral));
  assert.ok(withRecord > 1000);
});

test('H23: cannot be shown reads the same for a restriction, a birth date missing, a review and two people', () => {
  const reasons: Partial<PersonRecord>[] = [
    { restrictions: [{ from: '2000-01-01', until: null }] },
    { birthDate: null },
    { underReview: true },
    { packages: [], unreadLines: 1 },
  ];
  let met = 0;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const { person } = one.found;
      if (!person || answerTo(one).kind !== 'care') return;
      met++;
      const answers = reasons.map((change) =>
        answerTo({ ...one, found: { ...one.found, person: { ...person, ...change } } }),
      );
      answers.push(answerTo({ ...one, found: { ...one.found, ambiguous: true, person: null } }));
      assert.equal(answers[0]?.kind, 'cannot-show');
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    }),
    { numRuns: 2000 },
  );
  assert.ok(met > 100);
});

test('H01: neither a wrong number nor a wrong decision can make the composition tell of nobody', () => {
  fc.assert(
    fc.property(lookUpCase, fc.constantFrom<AnswerKind[]>('care', 'no-care', 'died'), (one, kind) => {
      const nobody = { ...one, found: { ...one.found, person: null } };
      assert.throws(() => composeAnswer({ ...nobody, holidays, decision: { kind, rule: '' } }), TypeError);
      assert.throws(
        () => composeAnswer({ ...one, agreement: null, holidays, decision: { kind, rule: '' } }),
        TypeError,
      );
    }),
    { numRuns: 500 },
  );
});

type Change = (person: PersonRecord) => PersonRecord;
const onProvider =
  (change: Partial<ProviderContact>): Change =>
  (person) => ({
    ...person,
    packages: person.packages.map((one) => ({ ...one, provider: { ...one.provider, ...change } })),
  });

/** For each field, the record with other facts of that kind. Status and dates also decide what is open, and have tests of their own. */
const otherFacts: Partial<Record<ShareableField, Change[]>> = {
  name: [
    (person) => ({ ...person, family: 'Else', given: 'Somebody' }),
    (person) => ({ ...person, family: null, given: null }),
  ],
  gender: [(person) => ({ ...person, gender: 'Other' })],
  'council-id': [(person) => ({ ...person, councilId: 'M2' })],
  provider: [onProvider({ name: 'Another' }), onProvider({ name: null })],
  phone: [
    onProvider({
      phone: '01632 960999',
      outOfHoursPhone: null,
      officeHours: '24 hours',
      lastConfirmed: '2020-01-01',
      phoneSource: 'cqc',
    }),
    onProvider({
      phone: null,
      outOfHoursPhone: '01632 960999',
      officeHours: null,
      lastConfirmed: null,
      phoneSource: 'none',
    }),
  ],
  email: [onProvider({ email: 'other@example.org' }), onProvider({ email: null })],
  'contact-notes': [onProvider({ notes: 'Other notes' })],
  safeguarding: [(person) => ({ ...person, referral: 'open' }), (person) => ({ ...person, referral: 'none' })],
};

/** Without the typed name, which is compared whatever the agreement shares: a caution of product rule 2. */
function unnamed(one: LookUpCase): LookUpCase {
  return { ...one, request: { ...one.request, familyName: null } };
}

for (const [field, changes] of Object.entries(otherFacts)) {
  test(`an answer without "${field}" is the same whatever the record says of it`, () => {
    let met = 0;
    fc.assert(
      fc.property(lookUpCase, fc.constantFrom(...changes), (made, change) => {
        const one = unnamed(made);
        const { person } = one.found;
        if (!person || !one.agreement || one.agreement.fields.includes(field as ShareableField)) return;
        const answer = answerTo(one);
        assert.deepEqual(answerTo({ ...one, found: { ...one.found, person: change(person) } }), answer);
        if ('care' in answer && answer.care) met++;
      }),
      { numRuns: 3000 },
    );
    assert.ok(met > 50, `${met}`);
  });
}
