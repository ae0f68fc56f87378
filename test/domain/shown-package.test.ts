/** One package as it is shown: its status on the day, and whose numbers stand beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownPackage } from '../../src/domain/answer.ts';
import { composeAnswer } from '../../src/domain/compose-answer.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import type { CarePackage, ProviderContact } from '../../src/domain/record.ts';
import { agreementWith, callerOf, holidays, morning, requestFor } from '../support/site.ts';

const unknown: ProviderContact = {
  name: 'Fictional Home Care', phone: null, outOfHoursPhone: null, officeHours: null, email: null, notes: null,
  lastConfirmed: null, phoneSource: 'none', providerId: null,
}; // prettier-ignore
const homeCare: CarePackage = {
  reference: 'P-1', component: 'Reablement', label: 'Reablement', shown: true, fullCost: false, start: '2025-11-03', end: null,
  leftOutSince: null, provider: unknown,
}; // prettier-ignore

/** The package as it is shown at 6am on Wednesday 30 September 2026, or at another moment. */
function show(change: Partial<CarePackage>, provider: Partial<ProviderContact> = {}, when = morning): ShownPackage {
  const now = new Date(when);
  const answer = composeAnswer({
    decision: { kind: 'care', rule: 'R11' },
    caller: callerOf(),
    agreement: agreementWith(),
    request: requestFor('9990000018', '1941-03-14'),
    number: parseNhsNumber('9990000018'),
    found: {
      current: '9990000018' as NhsNumber, superseded: false, invalidated: false, ambiguous: false,
      person: {
        personKey: '1', councilId: 'M1', family: null, given: null, birthDate: '1941-03-14', deathDate: null, gender: null,
        restrictions: [], underReview: false, unreadLines: 0, referral: 'none',
        packages: [{ ...homeCare, ...change, provider: { ...unknown, ...provider } }],
      },
    },
    parts: { care: { asAt: now, bundle: '1' }, restrictions: { asAt: now, bundle: '1' } },
    holidays,
    now,
  }); // prettier-ignore
  assert.ok('care' in answer && answer.care);
  const [one] = [...answer.care.packages, ...answer.care.ended];
  assert.ok(one);
  return one;
}

const statuses: [name: string, change: Partial<CarePackage>, status: string][] = [
  ['starts tomorrow', { start: '2026-10-01' }, 'planned'],
  ['starts today', { start: '2026-09-30' }, 'active'],
  ['ends tomorrow', { end: '2026-10-01' }, 'active'],
  ['ends today', { end: '2026-09-30' }, 'active'],
  ['ended yesterday', { end: '2026-09-29' }, 'ended'],
  ['is no longer repeated', { leftOutSince: new Date('2026-09-29T03:00:00+01:00') }, 'ended'],
  ['is no longer repeated, though it was to go on', { end: '2026-12-31', leftOutSince: new Date('2026-09-29T03:00:00+01:00') }, 'ended'],
]; // prettier-ignore
for (const [name, change, status] of statuses) {
  test(`H24: a package that ${name} is ${status}`, () => assert.equal(show(change).status, status));
}

const hours = 'Mon-Fri 08:00-18:00';
const open = '2026-09-30T10:00:00+01:00';

/** Which kind of number answers now, and which others there are. */
function numbers(provider: Partial<ProviderContact>, when: string): [string | null, string[]] {
  const { now, others } = show({}, provider, when);
  return [now?.kind ?? null, others.map(({ kind }) => kind)];
}

test('H07: the number that answers now stands apart, and every other one is still there', () => {
  const both = { phone: '01632 960101', outOfHoursPhone: '01632 960102', officeHours: hours };
  assert.deepEqual(numbers(both, open), ['office', ['out-of-hours']]);
  assert.deepEqual(numbers(both, morning), ['out-of-hours', ['office']]);
  assert.deepEqual(numbers({ ...both, officeHours: 'ring any time' }, morning), ['office', ['out-of-hours']]);
});

test('H07: with one number, it is to be used while it answers, and shown all the same when it does not', () => {
  const office = { phone: '01632 960101', officeHours: hours };
  assert.deepEqual(numbers(office, open), ['office', []]);
  assert.deepEqual(numbers(office, morning), [null, ['office']]);
  assert.match(show({}, office).nowReason, /No out-of-hours number is recorded/);
  const night = { outOfHoursPhone: '01632 960102', officeHours: hours };
  assert.deepEqual(numbers(night, open), ['out-of-hours', []]);
  assert.deepEqual(numbers(night, morning), ['out-of-hours', []]);
});

test('H07: without any number the page says that none is recorded', () => {
  assert.deepEqual(numbers({ officeHours: hours }, open), [null, []]);
  assert.equal(show({}).nowReason, 'No phone number is recorded.');
});

test('H07: hours that cannot be read are shown as given, and never said to be missing', () => {
  const shown = show({}, { phone: '01632 960101', officeHours: 'Mon to Fri, 8 till 6' });
  assert.equal(shown.officeHours, 'Mon to Fri, 8 till 6');
  assert.doesNotMatch(shown.nowReason, /hours are not recorded/);
});

test('CQC’s lost 0 is put back on its numbers only: the council’s are taken as given', () => {
  const text = (provider: Partial<ProviderContact>): string | undefined =>
    show({}, provider).now?.phone.href ?? undefined;
  assert.equal(text({ phone: '169772345', phoneSource: 'cqc' }), 'tel:0169772345');
  assert.equal(text({ phone: '1632960120', phoneSource: 'cqc' }), 'tel:01632960120');
  assert.equal(text({ phone: '01632 960120', phoneSource: 'council' }), 'tel:01632960120');
});

test('H07: how long ago the number was confirmed is judged by the agreement', () => {
  const judged = (lastConfirmed: string | null): string =>
    show({}, { phone: '01632 960101', lastConfirmed }).confirmedFreshness;
  assert.deepEqual(['2026-09-30', '2026-07-03', '2026-07-01', '2025-10-01', '2025-09-29', null].map(judged), [
    'fresh',
    'fresh',
    'amber',
    'amber',
    'red',
    'never',
  ]);
});
