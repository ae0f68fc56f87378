/** "Is my client with you?": three answers, and one text for all that cannot be said. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decideTelling } from '../../src/domain/interlock.ts';
import type { PermissionToTell, RecordNow, ReferralNow } from '../../src/domain/interlock.ts';
import { openUntil, overQuestionBudget, recheckQuestion } from '../../src/domain/open-question.ts';
import type { Question } from '../../src/domain/open-question.ts';
import type { Service, StayFound, WhereaboutsFacts } from '../../src/domain/whereabouts.ts';
import { answerWhereabouts, cannotSayText } from '../../src/domain/whereabouts.ts';
import { carer, terms } from '../support/notices.ts';
import { hour, on } from '../support/stays.ts';

const now = on('08:50');
const switchboard = { text: '01632 960 300', href: 'tel:01632960300' };
const dutyTeam = { text: '01632 960 201', href: 'tel:01632960201' };
const by = terms({ whereabouts: { enabled: true, beforeAsking: true } });

const service = (changes: Partial<Service> = {}): Service => ({
  hospital: 'Kings Vale Hospital',
  name: 'Emergency department and wards',
  asAt: on('08:49'),
  freshFor: hour / 2,
  complete: true,
  someNotIdentified: false,
  ...changes,
});
const urgentCare = service({ name: 'Urgent care centre', asAt: on('08:40') });
const stay = (changes: Partial<StayFound> = {}): StayFound => ({
  hospital: 'Kings Vale Hospital',
  phone: switchboard,
  status: 'arrived',
  since: on('07:10'),
  startedAt: on('07:10'),
  staleAt: on('1 07:10'),
  cautions: [],
  died: false,
  ...changes,
});
const facts = (changes: Partial<WhereaboutsFacts> = {}): WhereaboutsFacts => ({
  isOwnClient: true,
  services: [service(), urgentCare],
  stays: [],
  bars: { referral: 'none-recorded', permission: 'not-asked', record: 'shown' },
  councilPhone: dutyTeam,
  now,
  ...changes,
});
const kind = (changes: Partial<WhereaboutsFacts>, terms = by): string => answerWhereabouts(facts(changes), terms).kind;

describe('"is my client with you?" is answered', () => {
  it('with us now: since when, and whom to phone, whatever other feeds are silent', () => {
    const expected = {
      kind: 'with-us',
      at: now,
      hospital: 'Kings Vale Hospital',
      since: on('07:10'),
      phone: switchboard,
    };
    assert.deepEqual(answerWhereabouts(facts({ stays: [stay()] }), by), expected);
    const others = [service(), service({ hospital: 'Trentside', asAt: null })];
    assert.deepEqual(answerWhereabouts(facts({ stays: [stay()], services: others }), by), expected);
  });

  it('not with us: every service searched, its hospital, how fresh its feed is, and whether somebody is not identified', () => {
    const unknown = { ...urgentCare, someNotIdentified: true };
    assert.deepEqual(answerWhereabouts(facts({ services: [service(), unknown] }), by), {
      kind: 'not-with-us',
      at: now,
      searched: [
        { hospital: 'Kings Vale Hospital', name: 'Emergency department and wards', asAt: on('08:49'), someNotIdentified: false },
        { hospital: 'Kings Vale Hospital', name: 'Urgent care centre', asAt: on('08:40'), someNotIdentified: true },
      ],
    }); // prettier-ignore
  });

  it('cannot say: the council’s number, and nothing more', () => {
    assert.deepEqual(answerWhereabouts(facts({ services: [] }), by), { kind: 'cannot-say', at: now, phone: dutyTeam });
    assert.match(cannotSayText, /Phone the council’s duty team/);
  });

  it('not with us, when the person was here and has gone home, was only expected, or never was', () => {
    for (const status of ['discharged', 'closed', 'cancelled', 'deleted', 'expected'] as const) {
      assert.equal(kind({ stays: [stay({ status })] }), 'not-with-us', status);
    }
  });

  it('with us, when two visits of one hospital are open: since the first', () => {
    const later = stay({ status: 'admitted', startedAt: null, since: on('08:00') });
    const found = answerWhereabouts(facts({ stays: [later, stay()] }), by);
    assert.deepEqual(found.kind === 'with-us' && found.since, on('07:10'));
  });
});

describe('H03: a "no" is never given', () => {
  const partial: [string, Service[]][] = [
    ['by a feed past its limit', [service({ asAt: new Date(now.getTime() - hour / 2 - 1) })]],
    ['by a service without a feed, next to one that has one', [service(), service({ asAt: null })]],
    ['by a feed that leaves people out', [service(), { ...urgentCare, complete: false }]],
    ['by a feed whose time lies ahead or cannot be read', [service({ asAt: on('08:52') })]],
    ['by a feed whose time cannot be read', [service({ asAt: new Date(Number.NaN) })]],
    ['where nothing was searched', []],
  ];
  for (const [sentence, services] of partial) {
    it(sentence, () => assert.equal(kind({ services }), 'cannot-say'));
  }

  it('at the edge of its limit it still is, one moment later not', () => {
    assert.equal(kind({ services: [service({ asAt: new Date(now.getTime() - hour / 2) })] }), 'not-with-us');
    assert.equal(kind({ services: [service({ asAt: new Date(now.getTime() + 60_000) })] }), 'not-with-us');
  });

  it('nor a "yes" of somebody on leave, unheard of, in doubt, in two hospitals, or by a silent feed', () => {
    for (const stays of [
      [stay({ status: 'on-leave' })],
      [stay({ staleAt: now })],
      [stay({ cautions: ['patient-contradicted'] })],
      [stay({ cautions: ['started-after-death'] })],
      [stay(), stay({ hospital: 'Trentside' })],
      [stay(), stay({ status: 'on-leave' })],
    ]) {
      assert.equal(kind({ stays }), 'cannot-say');
    }
    assert.equal(kind({ stays: [stay()], services: [service({ asAt: on('08:00') })] }), 'cannot-say');
    assert.equal(kind({ stays: [stay()], services: [service({ hospital: 'Trentside' })] }), 'cannot-say');
    assert.equal(kind({ stays: [stay({ cautions: ['start-not-seen'] })] }), 'with-us');
  });

  it('of somebody moved to another hospital for four weeks, or whose last stay is in doubt', () => {
    const moved = (at: Date): StayFound[] => [stay({ status: 'transferred', since: at })];
    assert.equal(kind({ stays: moved(on('07:10')) }), 'cannot-say');
    assert.equal(kind({ stays: moved(new Date(now.getTime() - 28 * 24 * hour)) }), 'cannot-say');
    assert.equal(kind({ stays: moved(new Date(now.getTime() - 28 * 24 * hour - 1)) }), 'not-with-us');
    assert.equal(kind({ stays: [stay({ status: 'discharged', cautions: ['patient-contradicted'] })] }), 'cannot-say');
  });
});

describe('H13: the answer is "cannot say"', () => {
  const barred = (changes: { referral?: ReferralNow; permission?: PermissionToTell; record?: RecordNow }): string =>
    kind({ stays: [stay()], bars: { ...facts().bars, ...changes } });
  it('where a referral is open or not available, telling was refused, or the record may not be shown', () => {
    assert.equal(barred({}), 'with-us');
    assert.equal(barred({ referral: 'open' }), 'cannot-say');
    assert.equal(barred({ referral: 'not-available' }), 'cannot-say');
    assert.equal(barred({ permission: 'refused' }), 'cannot-say');
    for (const record of ['not-shown', 'died', 'overdue'] as const) assert.equal(barred({ record }), 'cannot-say');
  });

  it('of a death that only the hospital knows of', () => {
    assert.equal(kind({ stays: [stay({ status: 'died' })] }), 'cannot-say');
    assert.equal(kind({ stays: [stay({ died: true })] }), 'cannot-say');
  });

  it('of anybody else’s client, and while the agreement has it off', () => {
    assert.equal(kind({ isOwnClient: false }), 'cannot-say');
    assert.equal(kind({}, terms()), 'cannot-say');
  });

  it('before the person was asked, unless the agreement says otherwise', () => {
    const askFirst = terms({ whereabouts: { enabled: true } });
    const asked = (permission: PermissionToTell): string => kind({ bars: { ...facts().bars, permission } }, askFirst);
    assert.equal(asked('not-asked'), 'cannot-say');
    assert.equal(asked('given'), 'not-with-us');
    assert.equal(asked('cannot-ask'), 'not-with-us');
    assert.equal(kind({}, terms({ permissionToTell: 'not-needed', whereabouts: { enabled: true } })), 'not-with-us');
  });
});

const anyService = fc
  .record({ hospital: fc.constantFrom('Kings Vale Hospital', 'Trentside'), ago: fc.option(fc.integer({ min: -5, max: 60 })), complete: fc.boolean(), someNotIdentified: fc.boolean() })
  .map(({ ago, ...rest }) => service({ ...rest, asAt: ago === null ? null : new Date(now.getTime() - ago * 60_000) })); // prettier-ignore
const anyStay = fc
  .record({
    status: fc.constantFrom('expected', 'arrived', 'admitted', 'on-leave', 'discharged', 'transferred', 'died', 'closed', 'cancelled', 'deleted'),
    hospital: fc.constantFrom('Kings Vale Hospital', 'Trentside'),
    staleAt: fc.constantFrom(null, on('1 07:10'), on('1 07:10'), on('08:00')),
    cautions: fc.constantFrom<StayFound['cautions'][]>([], ['start-not-seen'], ['patient-contradicted']),
    died: fc.nat(9).map((chance) => chance === 0),
  })
  .map((changes) => stay(changes)); // prettier-ignore
const fresh = fc.constant([service(), urgentCare]);
const anyFacts: fc.Arbitrary<WhereaboutsFacts> = fc
  .record({ services: fc.oneof(fresh, fc.array(anyService, { maxLength: 3 })), stays: fc.array(anyStay, { maxLength: 2 }) })
  .map(facts); // prettier-ignore

it('H13: open, unavailable, refused, restricted and died read exactly as a stale feed, whatever the hospitals know', () => {
  const bars = fc
    .record({
      referral: fc.constantFrom('open', 'none-recorded', 'not-available'),
      permission: fc.constantFrom('given', 'refused', 'cannot-ask', 'not-asked'),
      record: fc.constantFrom('shown', 'not-shown', 'died', 'overdue'),
    })
    .filter(({ referral, permission, record }) => referral !== 'none-recorded' || permission === 'refused' || record !== 'shown');
  fc.assert(
    fc.property(anyFacts, bars, (one, barring) => {
      const stale = answerWhereabouts({ ...facts(), services: [service({ asAt: null })] }, by);
      assert.equal(stale.kind, 'cannot-say');
      assert.deepEqual(answerWhereabouts({ ...one, bars: barring as WhereaboutsFacts['bars'] }, by), stale);
    }),
    { numRuns: 5_000 },
  );
}); // prettier-ignore

it('H03: whatever the feeds, a "no" names every service, each complete and fresh, and nobody is there', () => {
  const met = new Map<string, number>();
  fc.assert(
    fc.property(anyFacts, (one) => {
      const found = answerWhereabouts(one, by);
      met.set(found.kind, (met.get(found.kind) ?? 0) + 1);
      if (found.kind === 'with-us') {
        assert.ok(one.stays.some(({ status, hospital }) => (status === 'arrived' || status === 'admitted') && hospital === found.hospital));
        assert.ok(one.stays.every(({ died, status }) => !died && status !== 'died'));
      }
      if (found.kind !== 'not-with-us') return;
      assert.ok(one.services.length > 0);
      assert.equal(found.searched.length, one.services.length);
      assert.ok(one.services.every(({ complete, asAt }) => complete && asAt && now.getTime() - asAt.getTime() <= hour / 2));
      assert.ok(one.stays.every(({ status }) => !['arrived', 'admitted', 'on-leave', 'transferred', 'died'].includes(status)));
    }),
    { numRuns: 5_000 },
  );
  for (const kind of ['with-us', 'not-with-us', 'cannot-say']) assert.ok((met.get(kind) ?? 0) > 100, kind);
}); // prettier-ignore

describe('a question that found nobody', () => {
  const question = (changes: Partial<Question> = {}): Question => ({
    id: 'Q1', provider: 'PRV1', askedBy: carer, askedAt: now, answered: 'not-with-us', closedAt: null, notice: null, ...changes,
  }); // prettier-ignore
  const later = (changes: Partial<WhereaboutsFacts> = {}): WhereaboutsFacts =>
    facts({ now: on('10:00'), services: [service({ asAt: on('09:59') })], ...changes });
  const arrived = [stay({ startedAt: on('09:50'), since: on('09:50') })];

  it('stays open for the agreement’s hours, whether nobody was found or nothing could be said', () => {
    for (const answered of ['not-with-us', 'cannot-say'] as const) {
      assert.deepEqual(openUntil(question({ answered }), by), on('20:50'));
    }
    const short = terms({ whereabouts: { enabled: true, openFor: '1 hour' } });
    assert.deepEqual(openUntil(question(), short), on('09:50'));
    assert.equal(openUntil(question({ answered: 'with-us' }), by), null);
    assert.equal(openUntil(question({ closedAt: on('09:00') }), by), null);
  });

  it('waits until the person arrives, then yields one notice, and ends with its time', () => {
    assert.deepEqual(recheckQuestion(question(), later(), by), { do: 'wait', until: on('20:50') });
    assert.deepEqual(recheckQuestion(question(), later({ stays: arrived }), by), { do: 'tell' });
    assert.deepEqual(recheckQuestion(question({ notice: 'N1' }), later({ stays: arrived }), by), { do: 'end' });
    assert.deepEqual(recheckQuestion(question(), later({ stays: arrived, now: on('20:50') }), by), { do: 'end' });
    assert.deepEqual(recheckQuestion(question({ answered: 'with-us' }), later({ stays: arrived }), by), { do: 'end' });
  });

  it('yields nothing for who is no client any more, or while the agreement has it off', () => {
    assert.equal(recheckQuestion(question(), later({ stays: arrived, isOwnClient: false }), by).do, 'wait');
    assert.equal(recheckQuestion(question(), later({ stays: arrived }), terms()).do, 'wait');
  });

  it('H13: yields a notice under the same holds as any other', () => {
    const bars = { referral: 'open', permission: 'given', record: 'shown' } as const;
    assert.deepEqual(recheckQuestion(question(), later({ stays: arrived, bars }), by), { do: 'tell' });
    const telling = { recipient: 'provider', kind: 'with-us', of: 'with-us', automatic: true, isAddressee: true, released: false, ...bars } as const;
    assert.equal(decideTelling(telling, by).do, 'wait');
    assert.equal(decideTelling({ ...telling, referral: 'none-recorded', permission: 'refused' }, by).do, 'refuse');
  }); // prettier-ignore

  it('is counted against the provider’s budget by the hour and the day', () => {
    const few = terms({ whereabouts: { enabled: true, questionsHour: 2, questionsDay: 3 } });
    const over = (...ago: number[]): boolean => overQuestionBudget(ago.map((hours) => new Date(now.getTime() - hours * hour)), few, now); // prettier-ignore
    assert.equal(over(0.1), false);
    assert.equal(over(0.1, 0.9), true);
    assert.equal(over(0.1, 1), false);
    assert.equal(over(2, 3, 23.9), true);
    assert.equal(over(2, 3, 24), false);
  });
});
