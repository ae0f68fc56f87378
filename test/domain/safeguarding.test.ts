/** Safeguarding is three states, and a fourth text that tells nothing (hazards H12 and H13, rule R12). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Answer, ShownSafeguarding } from '../../src/domain/answer.ts';
import type { ReferralState } from '../../src/domain/record.ts';
import { answerTo, lookUpCase } from '../support/look-up-cases.ts';
import type { LookUpCase } from '../support/look-up-cases.ts';

const runs = { numRuns: 2000 };
const states: ReferralState[] = ['open', 'none', 'not-known'];

function withReferral(one: LookUpCase, referral: ReferralState): LookUpCase {
  return { ...one, found: { ...one.found, person: one.found.person && { ...one.found.person, referral } } };
}

function shown(answer: Answer): ShownSafeguarding | null {
  return 'care' in answer && answer.care ? answer.care.safeguarding : null;
}

function roleMaySee({ agreement, caller }: LookUpCase): boolean {
  return agreement?.fields.includes('safeguarding') === true && agreement.roles[caller.role]?.safeguarding === true;
}

function isFresh({ agreement, parts, now }: LookUpCase): boolean {
  const age = parts.safeguarding ? now.getTime() - parts.safeguarding.asAt.getTime() : Infinity;
  return age <= (agreement?.freshness.safeguarding.notAvailableAfter ?? 0);
}

test('H12: "none recorded" is said only from a fresh part without a referral, and "open" only of an open one', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const state = shown(answerTo(one));
      const referral = one.found.person?.referral;
      if (state === null) return;
      met.add(state);
      if (!roleMaySee(one)) return assert.equal(state, 'not-your-role');
      if (!isFresh(one)) return assert.equal(state, 'not-available');
      assert.equal(state, referral === 'open' ? 'open' : referral === 'none' ? 'none-recorded' : 'not-available');
    }),
    { numRuns: 10_000 },
  );
  assert.deepEqual(met, new Set(['open', 'none-recorded', 'not-available', 'not-your-role']));
});

test('H13: to a role that may not see it, the whole answer is the same whatever the referral', () => {
  let met = 0;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      if (roleMaySee(one)) return;
      const [first, ...others] = states.map((state) => answerTo(withReferral(one, state)));
      for (const other of others) assert.deepEqual(other, first);
      if (first && shown(first)) met++;
    }),
    runs,
  );
  assert.ok(met > 100);
});

test('H12: from a stale or missing part the whole answer is the same whatever the referral', () => {
  let met = 0;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      if (isFresh(one)) return;
      const [first, ...others] = states.map((state) => answerTo(withReferral(one, state)));
      for (const other of others) assert.deepEqual(other, first);
      if (first && shown(first)) met++;
    }),
    runs,
  );
  assert.ok(met > 10);
});

test('H13: a referral changes nothing of an answer but its safeguarding state', () => {
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const hide = (answer: Answer): unknown =>
        'care' in answer && answer.care ? { ...answer, care: { ...answer.care, safeguarding: null } } : answer;
      const [first, ...others] = states.map((state) => hide(answerTo(withReferral(one, state))));
      for (const other of others) assert.deepEqual(other, first);
    }),
    runs,
  );
});

test('H12 H20: a state that nobody knows is not available, whatever it is called', () => {
  const met = new Set<string | null>();
  fc.assert(
    fc.property(
      lookUpCase,
      fc.oneof(fc.string(), fc.constantFrom('closed', 'NONE', 'none ', 'constructor', '__proto__')),
      (one, state) => {
        fc.pre(!(states as string[]).includes(state));
        const said = shown(answerTo(withReferral(one, state as ReferralState)));
        if (said === null || said === 'not-your-role') return;
        met.add(said);
        assert.equal(said, 'not-available');
      },
    ),
    { numRuns: 2000 },
  );
  assert.deepEqual(met, new Set(['not-available']));
});

test('H10 H12: a part whose time cannot be read is not available', () => {
  let met = 0;
  fc.assert(
    fc.property(lookUpCase, (one) => {
      const said = shown(
        answerTo({ ...one, parts: { ...one.parts, safeguarding: { asAt: new Date(NaN), bundle: '1' } } }),
      );
      if (said === null || said === 'not-your-role') return;
      met++;
      assert.equal(said, 'not-available');
    }),
    { numRuns: 2000 },
  );
  assert.ok(met > 100);
});
