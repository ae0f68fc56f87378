/** What other councils' records bar: of several the strictest, and by what each knows of the person alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { barsElsewhere, sooner, stricterRecord, stricterReferral } from '../../src/domain/elsewhere.ts';
import type { ReadElsewhere } from '../../src/domain/elsewhere.ts';
import type { RecordNow, ReferralNow } from '../../src/domain/interlock.ts';
import { isRestricted } from '../../src/domain/policy.ts';
import { nhsNumber, partStates, personRecord } from '../support/arbitraries.ts';
import { agreementWith, morning } from '../support/site.ts';

const now = new Date(morning);
const inForce = agreementWith({});
const ended = agreementWith({ from: '2020-01-01', until: '2020-12-31' });

const read: fc.Arbitrary<ReadElsewhere> = fc
  .record({
    person: fc.option(personRecord(now)),
    current: nhsNumber,
    parts: partStates(now),
    ambiguous: fc.boolean(),
    agreements: fc.constantFrom([inForce], [ended], [inForce, ended]),
  })
  .map(({ person, current, parts, ambiguous, agreements }) => ({
    found: { current, superseded: false, invalidated: false, ambiguous, person: ambiguous ? null : person },
    parts,
    agreements,
  }));

const records: readonly RecordNow[] = ['shown', 'overdue', 'not-shown', 'died'];
const referrals: readonly ReferralNow[] = ['none-recorded', 'not-available', 'open'];

describe('the word of other councils', () => {
  it('H12, H23: bars for a referral, a death, a restriction and two people behind one number, however old it is', () => {
    fc.assert(
      fc.property(read, (one) => {
        const { person, ambiguous } = one.found;
        const { record, referral } = barsElsewhere([one], now);
        if (ambiguous) assert.deepEqual([record, referral], ['not-shown', 'not-available']);
        if (person && (person.deathDate !== null || isRestricted(person, '2026-09-30'))) assert.equal(record, 'not-shown'); // prettier-ignore
        if (person?.referral === 'open') assert.equal(referral, 'open');
        if (person && person.referral !== 'none') assert.notEqual(referral, 'none-recorded');
      }),
    );
  });

  it('H12: of whom a council knows, a list of referrals that is too old, or never came, is no “none”', () => {
    fc.assert(
      fc.property(read, (one) => {
        const { safeguarding } = one.parts;
        const limit = inForce.freshness.safeguarding.notAvailableAfter;
        const isOld = !safeguarding || !(now.getTime() - safeguarding.asAt.getTime() <= limit);
        const { referral } = barsElsewhere([{ ...one, agreements: [inForce] }], now);
        if (one.found.person && isOld) assert.notEqual(referral, 'none-recorded');
        if (one.found.person?.referral === 'none' && !isOld) assert.equal(referral, 'none-recorded');
      }),
    );
  });

  it('says nothing of whom that council does not know', () => {
    fc.assert(
      fc.property(read, (one) => {
        const unknown = { ...one, found: { ...one.found, ambiguous: false, person: null } };
        assert.deepEqual(barsElsewhere([unknown], now), { record: 'shown', referral: 'none-recorded', until: null });
      }),
    );
  });

  it('is never less by two than by either, and the same in either order', () => {
    fc.assert(
      fc.property(read, read, (one, other) => {
        const both = barsElsewhere([one, other], now);
        assert.deepEqual(both, barsElsewhere([other, one], now));
        for (const alone of [barsElsewhere([one], now), barsElsewhere([other], now)]) {
          assert.ok(records.indexOf(both.record) >= records.indexOf(alone.record));
          assert.ok(referrals.indexOf(both.referral) >= referrals.indexOf(alone.referral));
          if (alone.until) assert.ok(both.until && both.until <= alone.until);
        }
      }),
    );
  });

  it('makes the own council’s word stricter and never milder, and never says a death plainly', () => {
    for (const own of records)
      for (const elsewhere of ['shown', 'overdue', 'not-shown'] as const) {
        const word = stricterRecord(own, elsewhere);
        assert.ok(records.indexOf(word) >= records.indexOf(own));
        if (word === 'died') assert.equal(own, 'died');
        if (elsewhere === 'not-shown') assert.ok(word === 'not-shown' || word === 'died');
      }
    for (const a of referrals)
      for (const b of referrals)
        assert.equal(referrals.indexOf(stricterReferral(a, b)), Math.max(referrals.indexOf(a), referrals.indexOf(b)));
  });

  it('holds until the first of them runs out', () => {
    assert.equal(sooner(null, null), null);
    assert.equal(sooner(null, now), now);
    assert.equal(sooner(new Date(now.getTime() + 1), now), now);
  });
});
