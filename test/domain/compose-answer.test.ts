/** The answer as it is composed: each kind's own shape, each field of the agreement, order and cautions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareableFields } from '../../src/domain/agreement.ts';
import type { ShareableField } from '../../src/domain/agreement.ts';
import { answerKinds } from '../../src/domain/answer.ts';
import type { AnswerKind } from '../../src/domain/answer.ts';
import { composeAnswer, nameDiffers } from '../../src/domain/compose-answer.ts';
import type { Composition } from '../../src/domain/compose-answer.ts';
import { nhsNumberMessages, parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import type { CarePackage, PersonRecord, ProviderContact } from '../../src/domain/record.ts';
import { agreementWith, callerOf, holidays, morning, requestFor } from '../support/site.ts';

const now = new Date(morning);
const asAt = new Date('2026-09-30T03:00:00+01:00');
const safeguardingAsAt = new Date('2026-09-30T05:30:00+01:00');

const provider: ProviderContact = {
  name: 'Fictional Home Care', phone: '01632 960101', outOfHoursPhone: '01632 960102', officeHours: 'Mon-Fri 08:00-18:00',
  email: 'duty@homecare.example', notes: 'Desk answers all night', lastConfirmed: '2026-09-01', phoneSource: 'council', providerId: 'cqc:1-000000001',
}; // prettier-ignore
const homeCare: CarePackage = {
  reference: 'P-1', component: 'Home support or domiciliary care', label: 'Help at home', shown: true, fullCost: false,
  start: '2025-11-03', end: null, leftOutSince: null, provider,
}; // prettier-ignore
const barbara: PersonRecord = {
  personKey: '77001', councilId: 'M100001', family: 'Quillfeather', given: 'Barbara', birthDate: '1941-03-14', deathDate: null,
  gender: 'Female', restrictions: [], underReview: false, unreadLines: 0, packages: [homeCare], referral: 'open',
}; // prettier-ignore

function compose(
  kind: AnswerKind,
  person: Partial<PersonRecord> | null = {},
  changes: Partial<Composition> = {},
): ReturnType<typeof composeAnswer> {
  const typed = changes.request?.nhsNumber ?? '9990000018';
  return composeAnswer({
    decision: { kind, rule: 'R11' },
    caller: callerOf(),
    agreement: agreementWith(),
    request: requestFor(typed, '1941-03-14'),
    number: parseNhsNumber(typed),
    found: {
      current: '9990000018' as NhsNumber,
      superseded: false,
      invalidated: false,
      ambiguous: false,
      person: person && { ...barbara, ...person },
    },
    parts: {
      care: { asAt, bundle: '1' },
      restrictions: { asAt, bundle: '1' },
      safeguarding: { asAt: safeguardingAsAt, bundle: '2' },
    },
    holidays,
    now,
    ...changes,
  });
}

const common = { at: now, council: '999', hospital: 'KVH', asked: '9990000018', supersededBy: null };
const age = { asAt, freshness: 'fresh' };
const banner = {
  family: 'Quillfeather', given: 'Barbara', birthDate: '1941-03-14', age: 85, gender: 'Female', nhsNumber: '9990000018', councilId: 'M100001',
}; // prettier-ignore
const nbsp = (text: string): string => text.replaceAll(' ', '\u00a0');
const care = {
  banner,
  packages: [
    {
      service: 'Help at home',
      provider: 'Fictional Home Care',
      status: 'active',
      start: '2025-11-03',
      end: null,
      leftOutSince: null,
      now: { phone: { text: nbsp('01632 960 102'), href: 'tel:01632960102' }, kind: 'out-of-hours' },
      others: [{ phone: { text: nbsp('01632 960 101'), href: 'tel:01632960101' }, kind: 'office' }],
      nowReason: 'Office closed now. Opens today at 8am.',
      officeHours: 'Mon-Fri 08:00-18:00',
      email: 'duty@homecare.example',
      notes: 'Desk answers all night',
      lastConfirmed: '2026-09-01',
      phoneSource: 'council',
      providerId: 'cqc:1-000000001',
      confirmedFreshness: 'fresh',
    },
  ],
  ended: [],
  unreadLines: 0,
  safeguarding: 'open',
  safeguardingAsAt,
  nameDiffers: false,
};

const expected: Record<AnswerKind, object> = {
  care: { ...common, kind: 'care', age, care },
  'no-care': { ...common, kind: 'no-care', age, care },
  'no-record': { ...common, kind: 'no-record', age },
  overdue: { ...common, kind: 'overdue', age, care, lastKnown: 'care' },
  died: { ...common, kind: 'died', age, banner, deathDate: '2026-09-20' },
  'number-not-valid': {
    ...common,
    kind: 'number-not-valid',
    message:
      'This NHS number has been withdrawn, and no other number stands in its place. Find the patient’s current NHS number',
  },
  'cannot-show': { ...common, kind: 'cannot-show' },
  'birth-date-mismatch': { ...common, kind: 'birth-date-mismatch' },
  child: { ...common, kind: 'child' },
  'permission-refused': { ...common, kind: 'permission-refused' },
  'over-budget': { ...common, kind: 'over-budget' },
  'sign-in-again': { ...common, kind: 'sign-in-again' },
  'not-allowed': { ...common, kind: 'not-allowed' },
};
for (const kind of answerKinds) {
  test(`H02: the answer "${kind}" holds exactly what belongs to it, though the whole record was at hand`, () => {
    const person = kind === 'died' ? { deathDate: '2026-09-20' } : {};
    assert.deepEqual(compose(kind, person), expected[kind]);
  });
}

test('each fault of a number has its own message, and the number typed is not repeated', () => {
  const request = requestFor('9.99E+09', '1941-03-14');
  const answer = compose('number-not-valid', null, {
    request,
    number: parseNhsNumber('9.99E+09'),
    found: null,
    parts: {},
  });
  assert.deepEqual(answer, {
    ...common,
    asked: null,
    kind: 'number-not-valid',
    message: nhsNumberMessages.spreadsheet,
  });
});

test('H02: an overdue answer says which of care, no care, no record and nothing was last known', () => {
  const lastKnown = (person: Partial<PersonRecord> | null, changes: Partial<Composition> = {}): unknown => {
    const answer = compose('overdue', person, changes);
    assert.equal(answer.kind, 'overdue');
    return [answer.lastKnown, answer.care === null];
  };
  assert.deepEqual(lastKnown({}), ['care', false]);
  assert.deepEqual(lastKnown({ packages: [] }), ['no-care', false]);
  assert.deepEqual(lastKnown(null), ['no-record', true]);
  assert.deepEqual(lastKnown(null, { parts: {} }), ['nothing', true]);
  assert.deepEqual(lastKnown({}, { parts: { care: { asAt, bundle: '1' } } }), ['nothing', true]);
});

test('H23: where restrictions were never received, a known person and an unknown one read alike', () => {
  const parts = { care: { asAt, bundle: '1' } };
  const found = { current: '9990000123' as NhsNumber, superseded: true, invalidated: false, ambiguous: false };
  const known = compose('overdue', {}, { parts, found: { ...found, person: barbara } });
  assert.deepEqual(known, compose('overdue', null, { parts, found: { ...found, superseded: false, person: null } }));
});

test('H04: a superseded number is said only where the person is disclosed', () => {
  const found = {
    current: '9990000123' as NhsNumber,
    superseded: true,
    invalidated: false,
    ambiguous: false,
    person: { ...barbara, deathDate: '2026-09-20' },
  };
  const told = answerKinds.filter((kind) => compose(kind, {}, { found }).supersededBy !== null);
  assert.deepEqual(told, ['care', 'no-care', 'overdue', 'died']);
  const answer = compose('care', {}, { found });
  assert.equal(answer.supersededBy, '9990000123');
  assert.ok('care' in answer && answer.care?.banner.nhsNumber === '9990000123');
  assert.equal(answer.asked, '9990000018');
});

/** What must be found in the serialised answer with a field, and not without it. */
const traces: Record<ShareableField, string[]> = {
  name: ['Quillfeather', 'Barbara'],
  gender: ['Female'],
  'council-id': ['M100001'],
  service: ['Help at home'],
  provider: ['Fictional Home Care'],
  status: ['"active"'],
  dates: ['2025-11-03'],
  phone: [
    '01632960101',
    '01632960102',
    'Mon-Fri',
    '2026-09-01',
    '"phoneSource":"council"',
    '"confirmedFreshness":"fresh"',
    'Office closed',
  ],
  email: ['duty@homecare.example'],
  'contact-notes': ['Desk answers all night'],
  safeguarding: ['"safeguarding":"open"'],
};
for (const field of shareableFields) {
  test(`an agreement without "${field}" leaves exactly that out`, () => {
    const full = JSON.stringify(compose('care'));
    const agreement = agreementWith({ fields: shareableFields.filter((one) => one !== field) });
    const cut = JSON.stringify(compose('care', {}, { agreement }));
    for (const one of shareableFields) {
      for (const trace of traces[one]) {
        assert.ok(full.includes(trace), `${trace} is shared when all is`);
        assert.equal(cut.includes(trace), one !== field, trace);
      }
    }
  });
}

test('an agreement without phones says so, rather than that none is recorded', () => {
  const agreement = agreementWith({ fields: ['name', 'service', 'provider'] });
  const answer = compose('care', {}, { agreement });
  assert.ok('care' in answer);
  assert.equal(answer.care?.packages[0]?.nowReason, 'Provider phone numbers are not shared under this agreement.');
});

test('nothing of a record is ever shown that the answer has no place for', () => {
  const text = JSON.stringify(compose('care'));
  for (const hidden of [
    'P-1',
    '77001',
    'Home support or domiciliary care',
    'fullCost',
    'underReview',
    'restrictions',
  ]) {
    assert.ok(!text.includes(hidden), hidden);
  }
});

test('H24: packages stand active before planned, then by provider, service and start; ended ones apart', () => {
  const packages = [
    { ...homeCare, reference: '0', start: '2026-10-05' },
    { ...homeCare, reference: 'c', provider: { ...provider, name: 'Zest Care' } },
    { ...homeCare, reference: 'b', label: 'Meals' },
    { ...homeCare, reference: 'e', end: '2026-09-01' },
    { ...homeCare, reference: 'a', start: '2025-12-01' },
    homeCare,
  ];
  const answer = compose('care', { packages });
  assert.ok('care' in answer && answer.care);
  const rows = answer.care.packages.map((one) => [one.status, one.provider, one.service, one.start].join('|'));
  assert.deepEqual(rows, [
    'active|Fictional Home Care|Help at home|2025-11-03',
    'active|Fictional Home Care|Help at home|2025-12-01',
    'active|Fictional Home Care|Meals|2025-11-03',
    'active|Zest Care|Help at home|2025-11-03',
    'planned|Fictional Home Care|Help at home|2026-10-05',
  ]);
  assert.deepEqual(
    answer.care.ended.map((one) => one.status),
    ['ended'],
  );
});

test('H24: the same packages in any order give the same answer, even when only their phones differ', () => {
  const twins = fc.uniqueArray(
    fc.record({ reference: fc.string({ minLength: 1, maxLength: 3 }), phone: fc.integer({ min: 100, max: 999 }) }),
    {
      selector: ({ reference }) => reference,
      minLength: 2,
      maxLength: 6,
    },
  );
  const fields = fc.subarray([...shareableFields]);
  fc.assert(
    fc.property(twins, fc.boolean(), fields, (list, ended, shared) => {
      const packages = list.map(({ reference, phone }): CarePackage => ({
        ...homeCare, reference, end: ended ? '2026-09-01' : null, provider: { ...provider, phone: `01632 960${phone}` },
      })); // prettier-ignore
      const agreement = agreementWith({ fields: shared });
      const answers = [packages, packages.toReversed(), [...packages.slice(1), ...packages.slice(0, 1)]].map((order) =>
        compose('care', { packages: order }, { agreement }),
      );
      assert.deepEqual(answers[1], answers[0]);
      assert.deepEqual(answers[2], answers[0]);
    }),
    { numRuns: 1000 },
  );
});

test('a different last name is a caution; case, accents, spaces and apostrophes are no difference', () => {
  const same: [string, string][] = [['SMITH', 'Smith'], ['O’Brien', "O'BRIEN"], ['Smith-Jones', 'Smith Jones'], ['Llŷr', 'LLYR'], [' Núñez ', 'Nunez'], ['Mc Donald', 'McDonald']]; // prettier-ignore
  for (const [typed, recorded] of same) assert.equal(nameDiffers(typed, recorded), false, typed);
  for (const [typed, recorded] of [
    ['Smith', 'Smyth'],
    ['Jones', 'Smith-Jones'],
  ])
    assert.equal(nameDiffers(typed ?? '', recorded ?? ''), true, typed);
  assert.equal(nameDiffers(null, 'Smith'), false);
  assert.equal(nameDiffers('Smith', null), false);
  const request = requestFor('9990000018', '1941-03-14', { familyName: 'Other' });
  const answer = compose('care', {}, { request });
  assert.ok('care' in answer && answer.care?.nameDiffers);
});
