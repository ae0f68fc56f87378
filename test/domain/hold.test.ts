/** A hold never outlives its stay: for each way in which a stay can end, whose task it is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdClock, nightsInHospital } from '../../src/domain/hold-clock.ts';
import { holdTasks } from '../../src/domain/hold-tasks.ts';
import type { Closing, TaskCause } from '../../src/domain/hold-tasks.ts';
import { holdTexts } from '../../src/domain/hold-texts.ts';
import { holdsOf } from '../../src/domain/hold.ts';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { stayEnds } from '../../src/domain/stay-end.ts';
import type { HeldStay, StayEnd } from '../../src/domain/stay-end.ts';
import { foldStays } from '../../src/domain/stay.ts';
import { ended, facts, heldStay, keptStay, tasks } from '../support/holds.ts';
import { cannot, event, stateOf } from '../support/notices.ts';
import { joined, on, patient, rules, statement } from '../support/stays.ts';

const delivered = event('delivered', '09:00');
const told = (kind: Notice['of'], events: NoticeEvent[] = [delivered], changes: Partial<Notice> = {}): NoticeState =>
  stateOf(events, { id: kind, kind, ...changes });
const hold = told('hold');
const agreedAt = (at: string, more: NoticeEvent[] = []): NoticeState =>
  told('restart', [event('answered', '09:30', { reply: { kind: 'accepted', firstVisit: on(at) } }), ...more]);
const all = (end: StayEnd): string[] => [`${end} sender`, `${end} council`, `${end} provider`];

/** For each way: a stay that has come to it. */
const ways: Record<StayEnd, HeldStay | null> = {
  discharged: ended('discharged'),
  transferred: ended('transferred'),
  died: ended('died', { died: true }),
  'closed-by-hand': ended('closed'),
  cancelled: ended('cancelled'),
  'discharge-cancelled': heldStay({ reopenedAt: on('12:00') }),
  merged: heldStay({ patient: patient('P2') }),
  contradicted: heldStay({ cautions: ['patient-contradicted'] }),
  stale: heldStay({ staleAt: on('12:00') }),
  'no-such-stay': null,
};

describe('H27: a hold whose stay', () => {
  for (const end of stayEnds) {
    const notices = end === 'discharge-cancelled' ? [hold, agreedAt('18:00')] : [hold];
    const expected = end === 'died' ? ['died council'] : all(end);
    it(`is ${end} opens a task at once for ${end === 'died' ? 'the council alone' : 'sender, council and provider'}`, () => {
      assert.deepEqual(tasks(ways[end], notices), expected);
    });
    it(`is ${end} opens none for a provider that must not be told, and one that waits where it must be released`, () => {
      assert.deepEqual(tasks(ways[end], notices, { mayTell: () => 'refuse' }), expected.filter((line) => !line.endsWith('provider'))); // prettier-ignore
      const waiting = holdTasks(facts(ways[end], notices, { mayTell: () => 'wait' }));
      assert.deepEqual(waiting.filter(({ waits }) => waits).map(({ party }) => party), end === 'died' ? [] : ['provider']); // prettier-ignore
    });
    it(`is ${end} has a text for everybody who has a task`, () => {
      for (const party of ['sender', 'council', 'provider'] as const) {
        const has = expected.includes(`${end} ${party}`);
        assert.equal((holdTexts[end][party] ?? '') !== '', has);
      }
    });
  }

  it('was deleted is like one that was cancelled', () => {
    assert.deepEqual(tasks(ended('deleted'), [hold]), all('cancelled'));
  });

  it('goes on opens none, on leave and expected ones too', () => {
    for (const status of ['arrived', 'admitted', 'on-leave', 'expected'] as const) {
      assert.deepEqual(tasks(heldStay({ status }), [hold]), []);
    }
    assert.deepEqual(tasks(heldStay({ cautions: ['start-not-seen'] }), [hold]), []);
  });

  it('ended twice over opens the tasks of both, and after a death none for a provider', () => {
    assert.deepEqual(tasks(ended('discharged', { patient: patient('P2') }), [hold]), [
      ...all('discharged'),
      ...all('merged'),
    ]);
    assert.deepEqual(tasks(ended('died', { patient: patient('P2') }), [hold]), [
      'died council',
      'merged sender',
      'merged council',
    ]);
    assert.deepEqual(tasks(null, []), []);
  });

  it('ended in death is the council’s, whatever first visit was agreed', () => {
    assert.deepEqual(tasks(ended('died'), [hold, agreedAt('18:00')]), ['died council']);
    assert.deepEqual(tasks(ended('discharged', { died: true }), [hold, agreedAt('18:00')]), ['died council']);
  });
});

describe('H27: a provider holds care', () => {
  const discharged = ended('discharged');
  it('from any notice that may have reached it, read or not, also when it was only told where the person is', () => {
    for (const kind of ['with-us', 'hold', 'home-changed', 'restart'] as const) {
      assert.deepEqual(tasks(discharged, [told(kind, [event('attempted', '09:00')])]), all('discharged'), kind);
      assert.deepEqual(tasks(discharged, [told(kind, [])]), [], kind);
    }
    assert.deepEqual(tasks(discharged, [told('gone')]), []);
  });

  it('also where its notice was withdrawn, replaced or cancelled: it may act on what it read', () => {
    for (const kind of ['withdrawn', 'replaced', 'cancelled'] as const) {
      assert.deepEqual(tasks(discharged, [told('hold', [delivered, event(kind, '09:10')])]), all('discharged'), kind);
    }
  });

  it('until a human there has confirmed the cancellation', () => {
    const wrong = told('hold', [delivered, event('cancelled', '09:10')]);
    const sent = (events: NoticeEvent[]): NoticeState =>
      stateOf(events, { id: 'N2', thread: 'hold', kind: 'cancellation', of: 'hold', createdAt: on('09:10') });
    assert.deepEqual(tasks(ended('cancelled'), [wrong, sent([delivered])]), all('cancelled'));
    assert.deepEqual(tasks(ended('cancelled'), [wrong, sent([event('answered', '09:20')])]), []);
  });

  it('not when it has answered that the person is not its client', () => {
    const not = told('hold', [event('answered', '09:10', { reply: cannot('not-our-client') })]);
    assert.deepEqual(tasks(discharged, [not]), []);
    assert.deepEqual(
      tasks(discharged, [told('hold', [event('answered', '09:10', { reply: cannot() })])]),
      all('discharged'),
    );
  });

  it('each provider for itself; a notice to the council is no hold', () => {
    const other = told('hold', [delivered], { id: 'N9', recipient: { kind: 'provider', id: 'PRV0', link: 'package' } });
    const council = told('hold', [delivered], { id: 'N8', recipient: { kind: 'council', id: '999' } });
    const found = holdTasks(facts(discharged, [hold, other, council]));
    assert.deepEqual(found.map(({ provider }) => provider), ['PRV0', 'PRV0', 'PRV0', 'PRV1', 'PRV1', 'PRV1']); // prettier-ignore
    assert.deepEqual(found.slice(3).map(({ organisation, team }) => `${organisation} ${team}`), ['KVH Emergency department', '999 null', 'PRV1 null']); // prettier-ignore
  });

  it('accepted or only asked, since the first notice', () => {
    const [one] = holdsOf([told('with-us'), told('hold', [event('answered', '09:10')], { createdAt: on('09:05') })]);
    assert.deepEqual([one?.since, one?.asked, one?.accepted], [on('09:00'), true, true]);
    assert.deepEqual(holdsOf([told('with-us')]).map(({ asked, accepted }) => [asked, accepted]), [[false, false]]); // prettier-ignore
  });
});

describe('H27: a restart', () => {
  const home: [StayEnd, HeldStay][] = [['discharged', ended('discharged')], ['closed-by-hand', ended('closed')], ['cancelled', ended('cancelled')]]; // prettier-ignore
  it('that was accepted with a first visit to come releases a hold at going home', () => {
    for (const [, stay] of home) assert.deepEqual(tasks(stay, [hold, agreedAt('18:00')]), []);
    assert.deepEqual(tasks(ended('discharged'), [hold, agreedAt('12:00')], { now: on('11:59') }), []);
  });

  it('that nobody accepted releases nothing: sent, read, refused, or "yes" without a time', () => {
    const open = [
      [delivered],
      [event('seen', '09:10')],
      [event('answered', '09:10', { reply: cannot() })],
      [event('answered', '09:10', { reply: { kind: 'accepted' as const, firstVisit: null } })],
      [event('answered', '09:10'), event('cancelled', '09:20')],
      [event('answered', '09:10'), event('replaced', '09:20')],
      [event('answered', '09:10'), event('settled', '09:20', { how: 'stays-here' })],
    ];
    for (const [end, stay] of home) {
      for (const events of open) assert.deepEqual(tasks(stay, [hold, told('restart', events)]), all(end));
    }
  });

  it('agreed for an hour before the person left is none, unless the visit took place', () => {
    assert.deepEqual(tasks(ended('discharged'), [hold, agreedAt('11:59')]).slice(0, 3), all('discharged'));
    assert.deepEqual(tasks(ended('discharged'), [hold, agreedAt('11:59', [event('visited', '12:30')])]), []);
  });

  it('accepted releases nothing where the person is not known to be home', () => {
    for (const end of ['transferred', 'merged', 'contradicted', 'stale', 'no-such-stay'] as const) {
      assert.deepEqual(tasks(ways[end], [hold, agreedAt('18:00')]), all(end), end);
    }
    assert.deepEqual(tasks(ways.stale, [hold, agreedAt('12:30', [event('visited', '12:40')])]), []);
  });

  it('is confirmed by the provider after its first visit, and by then the council’s too when nobody does', () => {
    const notices = [hold, agreedAt('18:00')];
    const at = (now: string): string[] => tasks(ended('discharged'), notices, { now: on(now) });
    assert.deepEqual(at('17:59'), []);
    assert.deepEqual(at('18:00'), ['first-visit-to-confirm provider']);
    assert.deepEqual(at('20:01'), ['first-visit-to-confirm provider', 'first-visit-to-confirm council']);
    assert.deepEqual(tasks(ended('discharged'), [hold, agreedAt('18:00', [event('visited', '18:10')])], { now: on('20:01') }), []); // prettier-ignore
  });

  it('whose first visit did not take place is sender’s and council’s again', () => {
    const missed = agreedAt('18:00', [event('visited', '18:40', { happened: false })]);
    assert.deepEqual(tasks(ended('discharged'), [hold, missed], { now: on('19:00') }), [
      ...all('discharged'), 'first-visit-missed sender', 'first-visit-missed council',
    ]); // prettier-ignore
  });

  it('that is promised anew is asked about anew, and broken again it is another task of sender and council', () => {
    const missed = agreedAt('18:00', [event('visited', '18:40', { happened: false })]);
    const anew = (more: NoticeEvent[]): NoticeState =>
      agreedAt('18:00', [event('visited', '18:40', { happened: false }), event('answered', '18:50', { reply: { kind: 'accepted', firstVisit: on('21:00') } }), ...more]); // prettier-ignore
    const at = (state: NoticeState, now: string) =>
      holdTasks(facts(ended('discharged'), [hold, state], { now: on(now) }));
    assert.deepEqual(at(anew([]), '20:59'), []);
    assert.deepEqual(at(anew([]), '21:00').map(({ cause, party, notice }) => `${cause} ${party} ${notice}`), ['first-visit-to-confirm provider restart']); // prettier-ignore
    const keys = (state: NoticeState): string[] => at(state, '22:00').filter(({ cause }) => cause === 'first-visit-missed').map(({ key }) => key); // prettier-ignore
    const again = keys(anew([event('visited', '21:30', { happened: false })]));
    assert.deepEqual([keys(missed).length, again.length], [2, 2]);
    assert.ok(again.every((key) => !keys(missed).includes(key)));
  });

  it('whose first visit is near while the person is still in hospital is the sender’s to put right', () => {
    const at = (now: string): string[] => tasks(heldStay(), [hold, agreedAt('18:00')], { now: on(now) });
    assert.deepEqual(at('16:59'), []);
    assert.deepEqual(at('17:00'), ['still-here sender']);
  });
});

describe('H27: a going home that came to nothing', () => {
  const back = heldStay({ reopenedAt: on('12:00') });
  it('is told to whoever believes in it: a restart agreed, or "has gone", before it was undone', () => {
    assert.deepEqual(tasks(back, [hold, agreedAt('18:00')]), all('discharge-cancelled'));
    assert.deepEqual(
      tasks(back, [hold, told('gone', [delivered], { createdAt: on('11:50') })]),
      all('discharge-cancelled'),
    );
    assert.deepEqual(tasks(back, [hold]), []);
  });

  it('concerns nobody who was asked anew afterwards, or told that it is not so', () => {
    const anew = stateOf([event('answered', '12:30')], { createdAt: on('12:20') });
    assert.deepEqual(tasks(back, [hold, anew]), []);
    const gone = told('gone', [delivered, event('cancelled', '12:10')], { createdAt: on('11:50') });
    assert.deepEqual(tasks(back, [hold, gone]), []);
  });

  it('is seen also without a feed’s word, when "has gone" was said and the stay goes on for an hour', () => {
    const notices = [hold, told('gone', [delivered], { createdAt: on('12:00') })];
    assert.deepEqual(tasks(heldStay(), notices, { now: on('12:59') }), []);
    assert.deepEqual(tasks(heldStay(), notices, { now: on('13:00') }), all('discharge-cancelled'));
  });
});

describe('H27: a task', () => {
  const discharged = ended('discharged');
  const closedAt = (how: string): Closing => ({ how, at: on('12:30'), by: 'Cora Example', firstVisit: null });
  it('is closed by its key, alone, and comes again with the next end of the stay', () => {
    const [first] = holdTasks(facts(discharged, [hold]));
    assert.ok(first);
    const closing = (key: string): Closing | null => (key === first.key ? closedAt('agreed') : null);
    assert.deepEqual(tasks(discharged, [hold], { closing }), all('discharged').slice(1));
    assert.deepEqual(tasks(ended('discharged', { endedAt: on('2 12:00') }), [hold], { closing }), all('discharged'));
  });

  for (const end of stayEnds) {
    const notices = end === 'discharge-cancelled' ? [hold, agreedAt('18:00')] : [hold];
    const closedAs = (how: string) =>
      tasks(ways[end], notices, { closing: (key) => (key.endsWith('provider') ? closedAt(how) : null) });
    // The person may be home by this, or nobody knows where they are.
    const home = ['discharged', 'closed-by-hand', 'cancelled', 'stale', 'no-such-stay'].includes(end);
    it(`H08: of a provider that is closed with "We are not visiting", ${end}: ${home ? 'sender and council have it at once' : 'nobody need hear'}`, () => {
      const also = home ? ['provider-not-visiting sender', 'provider-not-visiting council'] : [];
      const rest = end === 'died' ? ['died council'] : all(end).slice(0, 2);
      assert.deepEqual(closedAs('not-visiting'), [...rest, ...also]);
      assert.deepEqual(closedAs('visiting'), rest);
    });
  }

  it('H08: of "We are not visiting" comes anew with the next, and not while the first is closed', () => {
    const of = (stay: HeldStay, closed: readonly string[]) =>
      holdTasks(facts(stay, [hold], { closing: (key) => (closed.includes(key) || key.endsWith('provider') ? closedAt('not-visiting') : null) })); // prettier-ignore
    const mine = of(discharged, []).filter(({ cause }) => cause === 'provider-not-visiting');
    assert.deepEqual(mine.map(({ party, since }) => [party, since]), [['sender', on('12:30')], ['council', on('12:30')]]); // prettier-ignore
    const keys = mine.map(({ key }) => key);
    assert.ok(of(discharged, keys).every(({ cause }) => cause !== 'provider-not-visiting'));
    assert.equal(of(ended('discharged', { endedAt: on('2 12:00') }), keys).filter(({ cause }) => cause === 'provider-not-visiting').length, 2); // prettier-ignore
  });

  it('has a text for every cause, none of which says why, or names a person, a ward or a referral', () => {
    for (const cause of Object.keys(holdTexts) as TaskCause[]) {
      const texts = Object.values(holdTexts[cause]);
      assert.ok(texts.length > 0, cause);
      for (const text of texts) assert.doesNotMatch(text, /safeguard|referral|refus|ward|diagnos|\d/i);
    }
    for (const text of Object.values(holdTexts).flatMap(({ provider }) => provider ?? [])) {
      assert.doesNotMatch(text, /patient|record|died/i);
    }
  });
});

it('H27: a merge reaches the holds of the number that was merged away', () => {
  const events = [statement('arrived', '09:00'), joined('merged', '10:00', 'P1', 'P2')];
  const [stay] = foldStays(events, rules);
  assert.ok(stay);
  assert.deepEqual(tasks(keptStay(stay), [hold]), all('merged'));
});

describe('the clock of a hold', () => {
  it('counts nights by London’s midnights, each once, winter and summer', () => {
    const now = on('5 12:00');
    assert.equal(nightsInHospital([{ from: on('09:00'), to: on('23:59') }], now), 0);
    assert.equal(nightsInHospital([{ from: on('23:59'), to: on('1 00:00') }], now), 1);
    assert.equal(nightsInHospital([{ from: on('09:00'), to: null }], now), 5);
    assert.equal(nightsInHospital([{ from: on('09:00'), to: on('2 09:00') }, { from: on('1 08:00'), to: on('3 09:00') }], now), 3); // prettier-ignore
    assert.equal(nightsInHospital([{ from: on('09:00'), to: on('9 09:00') }], now), 5);
    const summer = (from: string, to: string): number => nightsInHospital([{ from: new Date(from), to: new Date(to) }], new Date('2027-01-01')); // prettier-ignore
    assert.equal(summer('2026-06-01T22:59:00Z', '2026-06-01T23:01:00Z'), 1);
    assert.equal(summer('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), 2);
    assert.equal(summer('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'), 2);
  });

  it('runs against the council’s rule, if it has one', () => {
    const day = 86_400_000;
    assert.deepEqual(holdClock(on('09:00'), null, on('1 09:00')), { held: day, keptUntil: null, over: false });
    assert.deepEqual(holdClock(on('09:00'), 14 * day, on('14 09:00')), { held: 14 * day, keptUntil: on('14 09:00'), over: true }); // prettier-ignore
    assert.equal(holdClock(on('09:00'), 14 * day, on('14 08:59')).over, false);
  });
});
