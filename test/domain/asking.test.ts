/** Whether a provider may ask about somebody, and what stands in the way: of several councils and hospitals the strictest. */
import { unused } from '../../src/domain/policy.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Agreement } from '../../src/domain/agreement.ts';
import { barsOf, isOwnPackage, staysInQuestion, strictestTerms } from '../../src/domain/asking.ts';
import type { RecordRead } from '../../src/domain/asking.ts';
import { decideTelling } from '../../src/domain/interlock.ts';
import type { PermissionToTell } from '../../src/domain/interlock.ts';
import { termsForAsked } from '../../src/domain/open-question.ts';
import type { PersonRecord } from '../../src/domain/record.ts';
import { nhsNumber, partStates, personRecord } from '../support/arbitraries.ts';
import { terms } from '../support/notices.ts';
import { agreementWith, morning } from '../support/site.ts';

const now = new Date(morning);
const permission = fc.constantFrom<PermissionToTell[]>('given', 'refused', 'cannot-ask', 'not-asked');

function agreement(whereabouts: Record<string, unknown> = {}): Agreement {
  return agreementWith({ notices: { providers: true, whereabouts: { enabled: true, ...whereabouts } } });
}

const read: fc.Arbitrary<RecordRead> = fc
  .record({
    person: fc.option(personRecord(now)),
    current: nhsNumber,
    parts: partStates(now),
    permission,
    ambiguous: fc.boolean(),
  }) // prettier-ignore
  .map(({ person, current, parts, permission: asked, ambiguous }) => ({
    agreement: agreement(),
    found: { current, superseded: false, invalidated: false, ambiguous, person: ambiguous ? null : person },
    parts,
    counts: unused,
    permission: asked,
  }));

const about = (person: PersonRecord | null) => ({ nhsNumber: '9990000018', birthDate: person?.birthDate ?? '1941-03-14' }); // prettier-ignore

describe('what stands in the way of an answer', () => {
  it('is never less by the word of two than of either', () => {
    fc.assert(
      fc.property(read, read, (one, other) => {
        const who = about(one.found.person);
        const [both, alone] = [barsOf([one, other], who, now), barsOf([one], who, now)];
        if (alone.record !== 'shown') assert.notEqual(both.record, 'shown');
        if (alone.referral !== 'none-recorded') assert.notEqual(both.referral, 'none-recorded');
        if (alone.permission === 'refused') assert.equal(both.permission, 'refused');
        if (alone.permission === 'not-asked') assert.ok(both.permission === 'refused' || both.permission === 'not-asked'); // prettier-ignore
      }),
    );
  });

  it('is everything where nobody was asked', () => {
    assert.deepEqual(barsOf([], about(null), now), { record: 'not-shown', referral: 'not-available', permission: 'not-asked' }); // prettier-ignore
  });
});

describe('whose client somebody is', () => {
  it('is known by number and birth date together, and by an active package of that very place', () => {
    fc.assert(
      fc.property(read, fc.boolean(), (one, right) => {
        const { person } = one.found;
        const birthDate = right ? (person?.birthDate ?? '1941-03-14') : '1900-01-02';
        const own = isOwnPackage(one, 'cqc:1-1', { birthDate }, now);
        const has = person?.packages.some(({ provider }) => provider.providerId === 'cqc:1-1') ?? false;
        if (own) assert.ok(has && right && person?.birthDate === birthDate);
      }),
    );
  });
});

describe('the terms of several agreements', () => {
  it('are each the strictest of them, and off without any', () => {
    const both = strictestTerms([
      agreement({ beforeAsking: true, questionsHour: 5 }),
      agreement({ openFor: '2 hours', afterTransfer: '30 days' }),
    ]);
    assert.deepEqual(
      [both.whereabouts.beforeAsking, both.whereabouts.questionsHour, both.whereabouts.openFor, both.permissionToTell],
      [false, 5, 2 * 3_600_000, 'ask'],
    );
    assert.equal(both.whereabouts.afterTransfer, 30 * 86_400_000);
    assert.equal(strictestTerms([]).whereabouts.enabled, false);
    assert.equal(strictestTerms([agreement(), agreement({ enabled: false })]).whereabouts.enabled, false);
  });
});

describe('stays under a number with another birth date', () => {
  const stay = (status: 'admitted' | 'discharged' | 'transferred' | 'died', birthDate: string | null) => ({ status, cautions: [], person: { birthDate } }); // prettier-ignore

  it('are in doubt while they last, and nobody’s here afterwards', () => {
    const found = staysInQuestion(
      [stay('admitted', null), stay('admitted', '1941-03-14'), stay('discharged', '1950-01-01'), stay('died', null)],
      '1941-03-14',
    );
    assert.deepEqual(
      found.map(({ status, cautions }) => [status, cautions]),
      [
        ['admitted', ['patient-contradicted']],
        ['admitted', []],
        ['died', []],
      ],
    );
  });
});

describe('a notice that a question brings about', () => {
  const asked = (changes: Partial<Parameters<typeof decideTelling>[0]>, whereabouts: Record<string, unknown>) =>
    decideTelling(
      { recipient: 'provider', kind: 'with-us', of: 'with-us', automatic: true, isAddressee: true, referral: 'none-recorded', permission: 'not-asked', record: 'shown', released: false, ...changes },
      termsForAsked(terms({ automatic: [], providers: false, council: false, whereabouts })),
    ); // prettier-ignore

  it('needs no switch but that of questions, and is held and refused as any other', () => {
    const on = { enabled: true, beforeAsking: true };
    assert.equal(asked({}, on).do, 'tell');
    assert.deepEqual(asked({}, { enabled: false }), { do: 'refuse', why: 'not-agreed' });
    assert.deepEqual(asked({}, { enabled: true }), { do: 'wait', why: 'permission-not-asked' });
    assert.deepEqual(asked({ referral: 'open' }, on), { do: 'wait', why: 'safeguarding' });
    assert.deepEqual(asked({ referral: 'not-available' }, on), { do: 'wait', why: 'safeguarding' });
    assert.deepEqual(asked({ permission: 'refused' }, on), { do: 'refuse', why: 'permission-refused' });
    assert.deepEqual(asked({ record: 'died' }, on), { do: 'refuse', why: 'died' });
    assert.deepEqual(asked({ of: 'gone', kind: 'gone' }, on), { do: 'refuse', why: 'not-agreed' });
  });
});
