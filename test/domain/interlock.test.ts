/** Who may be told now, what waits for a person, what must not go: every combination, against the rules written apart. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { providersToTell } from '../../src/domain/addressee.ts';
import { answerKinds } from '../../src/domain/answer.ts';
import { decideTelling, recordNow, referralNow, refuseTexts, waitText } from '../../src/domain/interlock.ts';
import type { RefuseReason, Telling } from '../../src/domain/interlock.ts';
import { recheck } from '../../src/domain/notice-recheck.ts';
import { factKinds, noticeKinds } from '../../src/domain/notice.ts';
import type { FactKind, NoticeKind } from '../../src/domain/notice.ts';
import type { CarePackage, PersonRecord } from '../../src/domain/record.ts';
import { cannot, event, stateOf, terms } from '../support/notices.ts';
import { agreementWith } from '../support/site.ts';
import { on } from '../support/stays.ts';

const fine: Telling = {
  recipient: 'provider',
  kind: 'with-us',
  of: 'with-us',
  automatic: true,
  isAddressee: true,
  referral: 'none-recorded',
  permission: 'given',
  record: 'shown',
  released: false,
};
const decide = (changes: Partial<Telling>, by = terms()): string => {
  const decision = decideTelling({ ...fine, ...changes }, by);
  return decision.do === 'tell'
    ? decision.phoneFirst
      ? 'tell, phone first'
      : 'tell'
    : `${decision.do} ${decision.why}`;
};

describe('H13: telling a provider', () => {
  const cases: [sentence: string, changes: Partial<Telling>, decision: string][] = [
    ['happens when nothing stands in the way', {}, 'tell'],
    ['waits for a person while a referral is open', { referral: 'open' }, 'wait safeguarding'],
    ['waits for a person while its state is not available', { referral: 'not-available' }, 'wait safeguarding'],
    ['happens once a person has released it', { referral: 'open', released: true }, 'tell, phone first'],
    ['by hand happens, with the advice to phone the council first', { referral: 'open', automatic: false }, 'tell, phone first'],
    ['by hand needs no advice when none is recorded', { automatic: false }, 'tell'],
    ['does not happen when the person refused', { permission: 'refused' }, 'refuse permission-refused'],
    ['does not happen when the person refused, released or not', { permission: 'refused', released: true }, 'refuse permission-refused'],
    ['does not happen when the person refused, by hand', { permission: 'refused', automatic: false }, 'refuse permission-refused'],
    ['happens for somebody who cannot be asked', { permission: 'cannot-ask' }, 'tell'],
    ['waits until the person has been asked', { permission: 'not-asked' }, 'wait permission-not-asked'],
    ['waits until the person has been asked, released or not', { permission: 'not-asked', released: true }, 'wait permission-not-asked'],
    ['by hand is not possible before asking', { permission: 'not-asked', automatic: false }, 'refuse permission-not-asked'],
    ['never happens after a death', { record: 'died', released: true }, 'refuse died'],
    ['never happens after a death, by hand or as a cancellation', { record: 'died', automatic: false, kind: 'cancellation' }, 'refuse died'],
    ['never happens for whom nothing can be shown', { record: 'not-shown', released: true }, 'refuse not-shown'],
    ['waits while the council’s record is overdue', { record: 'overdue' }, 'wait record-overdue'],
    ['by hand happens on an overdue record', { record: 'overdue', automatic: false }, 'tell'],
    ['does not happen when it is no provider of the person now', { isAddressee: false }, 'refuse not-a-provider-now'],
    ['corrects nothing to who is no provider now', { isAddressee: false, kind: 'correction' }, 'refuse not-a-provider-now'],
    ['cancels to whoever got the wrong one', { isAddressee: false, kind: 'cancellation' }, 'tell'],
  ]; // prettier-ignore
  for (const [sentence, changes, decision] of cases) it(sentence, () => assert.equal(decide(changes), decision));

  it('is off until the agreement turns it on, and then only for the kinds that it names', () => {
    assert.equal(decide({}, terms({ providers: false })), 'refuse not-agreed');
    assert.equal(decide({ automatic: false }, terms({ providers: false })), 'refuse not-agreed');
    assert.equal(decide({}, terms({ automatic: ['gone'] })), 'refuse not-agreed');
    assert.equal(decide({ kind: 'cancellation' }, terms({ automatic: ['with-us'] })), 'tell');
    assert.equal(decide({ automatic: false }, terms({ automatic: [] })), 'tell');
  });

  it('asks nobody where the agreement needs no permission; a refusal counts all the same', () => {
    const by = terms({ permissionToTell: 'not-needed' });
    assert.equal(decide({ permission: 'not-asked' }, by), 'tell');
    assert.equal(decide({ permission: 'refused' }, by), 'refuse permission-refused');
  });
});

const anyTelling: fc.Arbitrary<Telling> = fc.record({
  recipient: fc.constantFrom('provider', 'council'),
  kind: fc.constantFrom(...(Object.keys(noticeKinds) as NoticeKind[])),
  of: fc.constantFrom(...(Object.keys(factKinds) as FactKind[])),
  automatic: fc.boolean(),
  isAddressee: fc.boolean(),
  referral: fc.constantFrom('open', 'none-recorded', 'not-available'),
  permission: fc.constantFrom('given', 'refused', 'cannot-ask', 'not-asked'),
  record: fc.constantFrom('shown', 'not-shown', 'died', 'overdue'),
  released: fc.boolean(),
});

it('H13 H23: no automatic notice reaches a provider past an open referral, a refusal, a restriction or a death', () => {
  fc.assert(
    fc.property(anyTelling, (telling) => {
      const decision = decideTelling(telling, terms());
      if (telling.recipient === 'council') return assert.deepEqual(decision, { do: 'tell', phoneFirst: false });
      if (decision.do !== 'tell') return;
      assert.ok(telling.permission === 'given' || telling.permission === 'cannot-ask');
      assert.ok(telling.record === 'shown' || telling.record === 'overdue');
      assert.ok(telling.isAddressee || telling.kind === 'cancellation');
      if (telling.automatic && !telling.released) assert.equal(telling.referral, 'none-recorded');
      assert.equal(decision.phoneFirst, telling.referral !== 'none-recorded');
    }),
    { numRuns: 5_000 },
  );
});

it('telling the council happens without delay whatever stands in the way of a provider, where it is agreed', () => {
  assert.equal(decide({ recipient: 'council', referral: 'open', permission: 'refused', record: 'died' }), 'tell');
  assert.equal(decide({ recipient: 'council' }, terms({ council: false })), 'refuse not-agreed');
  assert.equal(decide({ recipient: 'council' }, terms({ automatic: [] })), 'refuse not-agreed');
});

describe('H12: a referral', () => {
  const agreement = agreementWith();
  const now = on('10:00');
  const at = (asAt: Date | null) => (asAt ? { safeguarding: { asAt, bundle: '1' } } : {});
  const state = (referral: PersonRecord['referral'] | null, asAt: Date | null): string =>
    referralNow(referral === null ? null : { referral }, at(asAt), agreement, now);
  it('is open, none recorded or not available, and nothing that cannot be read is "none"', () => {
    assert.equal(state('open', now), 'open');
    assert.equal(state('none', now), 'none-recorded');
    assert.equal(state(null, now), 'none-recorded');
    assert.equal(state('not-known', now), 'not-available');
  });

  it('is not available past its limit, and when nothing of it ever came', () => {
    for (const referral of ['open', 'none', null] as const) {
      assert.equal(state(referral, on('08:59')), 'not-available');
      assert.equal(state(referral, new Date(Number.NaN)), 'not-available');
      assert.equal(state(referral, null), 'not-available');
    }
    assert.equal(state('none', on('09:00')), 'none-recorded');
  });
});

it('a look-up’s decision says what may be told: whatever it does not show is not told', () => {
  const told = Object.fromEntries(answerKinds.map((kind) => [kind, recordNow(kind)]));
  const { care, 'no-care': noCare, 'no-record': noRecord, overdue, died, ...others } = told;
  assert.deepEqual([care, noCare, noRecord, overdue, died], ['shown', 'shown', 'shown', 'overdue', 'died']);
  assert.deepEqual(new Set(Object.values(others)), new Set(['not-shown']));
});

it('H13: the sender reads one text of whatever waits, and none that tells of a referral or a restriction', () => {
  for (const text of [waitText, ...Object.values(refuseTexts)])
    assert.doesNotMatch(text, /safeguard|referral|restrict|object/i);
  for (const reason of [
    'not-agreed',
    'died',
    'not-shown',
    'permission-refused',
    'permission-not-asked',
    'not-a-provider-now',
  ]) {
    assert.notEqual(refuseTexts[reason as RefuseReason], '');
  }
});

describe('H14: the providers of a person', () => {
  const one = (changes: Partial<CarePackage> & { id?: string }): CarePackage => ({
    reference: 'R1', component: 'Home support', label: 'Home care', shown: true, fullCost: false,
    start: '2026-01-01', end: null, leftOutSince: null,
    provider: { name: changes.id ?? 'PRV1', phone: null, outOfHoursPhone: null, officeHours: null, email: null, notes: null, lastConfirmed: null, phoneSource: 'none', providerId: null },
    ...changes,
  }); // prettier-ignore
  const find = (...packages: CarePackage[]): string[] =>
    providersToTell(agreementWith(), { packages, unreadLines: 0 } as unknown as PersonRecord, ({ provider }) => provider.name, on('09:00')); // prettier-ignore
  it('are those of packages begun and not ended, each once', () => {
    assert.deepEqual(find(one({ id: 'B' }), one({ id: 'A' }), one({ id: 'B' })), ['A', 'B']);
    assert.deepEqual(find(one({ start: '2026-03-02', end: '2026-03-02' })), ['PRV1']);
  });

  it('are not those of care that is planned, over, left out, hidden, not agreed, or that names nobody', () => {
    for (const changes of [
      { start: '2026-03-03' },
      { end: '2026-03-01' },
      { leftOutSince: on('08:00') },
      { shown: false },
      { label: null },
      { fullCost: true },
    ]) {
      assert.deepEqual(find(one(changes)), []);
    }
    assert.deepEqual(find(one({ provider: { ...one({}).provider, name: null } })), []);
  });
});

describe('H14: a notice under way, when something has changed', () => {
  const delivered = event('delivered', '09:01');
  const refuse = (why: RefuseReason) => ({ do: 'refuse', why }) as const;
  const wait = { do: 'wait', why: 'safeguarding' } as const;
  it('is withdrawn when it must not go on, for the reason that there is', () => {
    for (const why of ['died', 'permission-refused', 'not-shown', 'not-a-provider-now'] as const) {
      assert.deepEqual(recheck(stateOf([delivered]), refuse(why)), { do: 'withdraw', why });
    }
    assert.deepEqual(recheck(stateOf([]), refuse('not-agreed')), { do: 'withdraw', why: 'not-shown' });
  });

  it('is withdrawn once, and after a "yes" only for a death', () => {
    const accepted = stateOf([event('answered', '09:10')]);
    assert.equal(recheck(accepted, refuse('not-a-provider-now')), null);
    assert.deepEqual(recheck(accepted, refuse('died')), { do: 'withdraw', why: 'died' });
    const stopped = event('withdrawn', '09:20', { why: 'not-shown', by: null });
    assert.equal(recheck(stateOf([stopped]), refuse('not-shown')), null);
    assert.equal(recheck(stateOf([event('withdrawn', '09:20', { why: 'died', by: null })]), refuse('died')), null);
  });

  it('is held when it must wait, once, and not after an answer', () => {
    assert.deepEqual(recheck(stateOf([delivered]), wait), { do: 'hold', why: 'safeguarding' });
    assert.equal(recheck(stateOf([event('held', '09:00')]), wait), null);
    assert.equal(recheck(stateOf([event('answered', '09:10', { reply: cannot() })]), wait), null);
    assert.equal(recheck(stateOf([event('answered', '09:10')]), wait), null);
  });

  it('goes on when nothing stands in the way, and to the council always', () => {
    assert.equal(recheck(stateOf([delivered]), { do: 'tell', phoneFirst: true }), null);
    const council = { recipient: { kind: 'council', id: '999' } as const };
    assert.equal(recheck(stateOf([delivered], council), refuse('died')), null);
  });
});
