/** An arrival's own question: it says yes exactly where a look-up would show care, and cannot say in every doubt. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import {
  arrivalRequest, askAgainAt, askedAbout, careOnRecord, homewardItself, identityOf,
} from '../../src/domain/arrival.ts'; // prettier-ignore
import { may, permissions } from '../../src/domain/caller.ts';
import { nextLondonMidnight } from '../../src/domain/dates.ts';
import { decideBeforeArrival, decideOnRecord } from '../../src/domain/policy.ts';
import type { StayCaution } from '../../src/domain/stay.ts';
import { answerTo, lookUpCase } from '../support/look-up-cases.ts';
import type { LookUpCase } from '../support/look-up-cases.ts';
import { agreementWith } from '../support/site.ts';

const unused = {
  people15Minutes: 0, peopleDay: 0, organisationPeopleDay: 0, missesSinceSignIn: 0, misses: 0,
  emergenciesSinceSignIn: 0, emergencies: 0, mismatchesOnPerson: 0,
}; // prettier-ignore
const on = { ask: true, board: true, hint: true, councilList: true, questionsHour: 300 };

/** What the arrival of a case's person learns. */
function learn({ agreement, request, number, found, parts, counts, now }: LookUpCase): string {
  if (!agreement) return 'no agreement';
  const asking = { ...agreement, arrival: on };
  const asked = arrivalRequest('999', { nhsNumber: request.nhsNumber, birthDate: request.birthDate });
  const before = decideBeforeArrival({
    agreement: asking,
    hospital: 'KVH',
    request: asked,
    number,
    refused: false,
    now,
  });
  const { mismatchesOnPerson } = counts;
  return careOnRecord(
    before ?? decideOnRecord({ agreement: asking, request: asked, counts: { ...unused, mismatchesOnPerson }, found, parts, now }),
  ); // prettier-ignore
}

test('says yes exactly where a look-up by somebody who may, with permission, would show care; and no only where it would say none', () => {
  const said = { yes: 0, no: 0, 'cannot-say': 0 } as Record<string, number>;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      if (!one.agreement) return;
      const { agreement } = one;
      // The same question by a nurse of the agreement who asked the person and has looked up nobody before.
      const permission = agreement.permission === 'ask' ? ('given' as const) : ('not-needed' as const);
      const reason = agreement.purposes[0] ?? 'decide-admission';
      const answer = answerTo({
        ...one,
        caller: { ...one.caller, userId: 'nurse', role: 'emergency-nurse', organisation: 'KVH', authenticatedAt: one.now },
        request: { ...one.request, permission, reason, cannotAskReason: null },
        counts: { ...unused, mismatchesOnPerson: one.counts.mismatchesOnPerson },
      }); // prettier-ignore
      const learnt = learn(one);
      said[learnt] = (said[learnt] ?? 0) + 1;
      assert.equal(learnt === 'yes', answer.kind === 'care', `${learnt} beside ${answer.kind}`);
      assert.equal(learnt === 'no', answer.kind === 'no-care' || answer.kind === 'no-record');
      if (learnt === 'yes') assert.ok('care' in answer && (answer.care?.packages.length ?? 0) > 0);
    }),
    { numRuns: 10_000 },
  );
  for (const [what, times] of Object.entries(said)) assert.ok(times > 100, `${what} came up ${times} times`);
});

test('says the same whatever is known of a referral (H13)', () => {
  fc.assert(
    fc.property(lookUpCase, fc.constantFrom('open', 'none', 'not-known'), (one, referral) => {
      const person = one.found.person && { ...one.found.person, referral: referral as 'open' };
      const { safeguarding: _, ...parts } = one.parts;
      assert.equal(learn({ ...one, found: { ...one.found, person }, parts }), learn(one));
    }),
    { numRuns: 2_000 },
  );
});

describe('before a council is asked', () => {
  const agreement = agreementWith({ arrival: on });
  const now = new Date('2026-09-30T06:00:00+01:00');
  const request = arrivalRequest('999', { nhsNumber: '9990000018', birthDate: '1941-03-14' });
  const usual = { agreement, hospital: 'KVH', request, number: { ok: true, value: '9990000018' }, refused: false, now } as const; // prettier-ignore
  const table: [name: string, changes: object, rule: string | null][] = [
    ['an arrival asks', {}, null],
    ['not where the switch is off', { agreement: agreementWith() }, 'R2'],
    ['not where the agreement is off', { agreement: agreementWith({ arrival: on, enabled: false }) }, 'R2'],
    ['not before the agreement begins', { now: new Date('2025-12-31T12:00:00Z') }, 'R2'],
    ['not at another hospital', { hospital: 'OTHER' }, 'R2'],
    ['not another council', { request: { ...request, council: '998' } }, 'R2'],
    ['not about somebody who refused', { refused: true }, 'R7'],
    ['not by a number that is none', { number: { ok: false, fault: 'missing' } }, 'R5'],
    ['not about somebody of 17', { request: { ...request, birthDate: '2008-10-01' } }, 'R8'],
    ['about somebody who is 18 today', { request: { ...request, birthDate: '2008-09-30' } }, null],
    ['not without a birth date', { request: { ...request, birthDate: '' } }, 'R8'],
  ];
  for (const [name, changes, rule] of table) {
    it(name, () => assert.equal(decideBeforeArrival({ ...usual, ...changes } as never)?.rule ?? null, rule));
  }
});

test('the service’s own name may do nothing that a person at a patient’s side may', () => {
  const itself = homewardItself('KVH', new Date(0));
  const held = permissions.filter((one) => may(itself.role, one));
  assert.ok(!held.some((one) => ['look-up', 'see-board', 'see-people-in-hospital', 'see-council-accesses'].includes(one)));
}); // prettier-ignore

describe('whom an arrival asks about', () => {
  const person = { nhsNumber: { value: '9990000018' }, birthDate: '1941-03-14', died: false };
  const nobody = { nhsNumber: null, birthDate: null };
  const table: [name: string, stay: { person: typeof person; cautions: StayCaution[] }, who: object][] = [
    ['is the person of the stay', { person, cautions: [] }, { nhsNumber: '9990000018', birthDate: '1941-03-14' }],
    ['also where its start was not seen', { person, cautions: ['start-not-seen'] }, { nhsNumber: '9990000018', birthDate: '1941-03-14' }],
    ['is nobody where two were named', { person, cautions: ['patient-contradicted'] }, nobody],
    ['is nobody where a death came before', { person, cautions: ['started-after-death'] }, nobody],
    ['is nobody who has died', { person: { ...person, died: true }, cautions: [] }, nobody],
  ]; // prettier-ignore
  for (const [name, stay, who] of table) it(name, () => assert.deepEqual(identityOf(stay), who));

  it('is another person with another number or another birth date', () => {
    const one = { nhsNumber: '9990000018', birthDate: '1941-03-14' };
    const texts = [one, { ...one, nhsNumber: '9990000026' }, { ...one, birthDate: '1941-03-15' }, nobody].map(askedAbout);
    assert.equal(new Set(texts).size, 4);
  }); // prettier-ignore
});

describe('an answer holds', () => {
  const agreement = agreementWith();
  const hours = (count: number): number => count * 3_600_000;
  const now = new Date('2026-09-30T06:00:00+01:00');
  const fresh = { care: { asAt: now, bundle: '1' }, restrictions: { asAt: now, bundle: '1' } };

  it('until London’s midnight, also where clocks change (H10)', () => {
    assert.equal(askAgainAt(agreement, fresh, now).toISOString(), '2026-09-30T23:00:00.000Z');
    assert.equal(nextLondonMidnight(new Date('2026-03-29T00:30:00Z')).toISOString(), '2026-03-29T23:00:00.000Z');
    assert.equal(nextLondonMidnight(new Date('2026-10-25T00:30:00Z')).toISOString(), '2026-10-26T00:00:00.000Z');
    assert.equal(nextLondonMidnight(new Date('2026-12-31T23:59:59Z')).toISOString(), '2027-01-01T00:00:00.000Z');
    assert.equal(nextLondonMidnight(new Date('2026-12-31T00:00:00Z')).toISOString(), '2027-01-01T00:00:00.000Z');
  });

  it('no longer than the care part or the list of restrictions may be used (H03)', () => {
    const old = { asAt: new Date(now.getTime() - hours(49)), bundle: '1' };
    const end = new Date(now.getTime() + hours(1) + 1);
    assert.deepEqual(askAgainAt(agreement, { ...fresh, care: old }, now), end);
    assert.deepEqual(askAgainAt(agreement, { ...fresh, restrictions: old }, now), end);
  });

  it('until midnight where nothing was received, or all is overdue already', () => {
    const past = { asAt: new Date(now.getTime() - hours(60)), bundle: '1' };
    for (const parts of [{}, { care: past, restrictions: past }]) {
      assert.equal(askAgainAt(agreement, parts, now).toISOString(), '2026-09-30T23:00:00.000Z');
    }
  });
});
