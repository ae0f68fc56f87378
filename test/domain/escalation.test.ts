/** Silent, refusing, bouncing and late providers end where the agreement says, with a controlled clock. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dealtWith, nextStep } from '../../src/domain/escalation.ts';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import { foldNotice } from '../../src/domain/notice-fold.ts';
import { lateAfter, ownerOf } from '../../src/domain/notice-owner.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { NoticeTerms } from '../../src/domain/notice-terms.ts';
import { callMe, cannot, carer, duty, event, minute, notice, nurse, stateOf, terms } from '../support/notices.ts';
import { on } from '../support/stays.ts';

const clock = (at: Date): string => at.toISOString().slice(11, 16);

/** Lets the machinery run to the end. @returns each step with its time, and at last who owns the notice */
function course(
  events: NoticeEvent[],
  changes: Partial<Notice> = {},
  by: NoticeTerms = terms(),
  missing: string[] = [],
): string[] {
  const what = notice(changes);
  const all = [event('queued', what.createdAt, { what }), ...events];
  const lines: string[] = [];
  let now = what.createdAt;
  for (;;) {
    const state = foldNotice(all);
    assert.ok(state);
    const next = nextStep(state, by, now);
    const owner = ownerOf(state, by, now);
    if (!next) return [...lines, owner ? `${owner.party} ${owner.duty}` : 'nobody'];
    now = next.at > now ? next.at : now;
    lines.push(`${clock(next.at)} ${next.step}`);
    all.push(
      event('stepped', now, { step: next.step, outcome: missing.includes(next.step) ? 'nobody-there' : 'told' }),
    );
  }
}

describe('H08: a notice that nobody answers', () => {
  const arrived = [event('delivered', '09:00')];
  it('goes to reminder, out-of-hours contact, council and sender from 15 minutes on', () => {
    assert.deepEqual(course(arrived), [
      '09:15 reminder',
      '09:20 out-of-hours',
      '09:25 council',
      '09:30 sender',
      'sender phone',
    ]);
  });

  it('goes the same way when it was read and not answered', () => {
    assert.deepEqual(course([...arrived, event('seen', '09:14')]), course(arrived));
  });

  it('takes its times from the agreement', () => {
    const by = terms({ escalation: { answerWithin: '1 hour', stepAfter: '10 minutes' } });
    assert.deepEqual(course(arrived, {}, by).slice(0, 2), ['10:00 reminder', '10:10 out-of-hours']);
  });

  it('comes to the sender half an hour before the next visit, all steps in proportion', () => {
    assert.deepEqual(course(arrived, { nextVisit: on('09:45') }), [
      '09:07 reminder', '09:10 out-of-hours', '09:12 council', '09:15 sender', 'sender phone',
    ]); // prettier-ignore
  });

  it('comes to everybody at once when the next visit is nearly due, and is not hurried by one long ago or far off', () => {
    assert.deepEqual(course(arrived, { nextVisit: on('09:20') }).slice(0, 4).map((line) => line.slice(0, 5)), ['09:00', '09:00', '09:00', '09:00']); // prettier-ignore
    assert.deepEqual(course(arrived, { nextVisit: on('08:00') }), course(arrived));
    assert.deepEqual(course(arrived, { nextVisit: on('18:00') }), course(arrived));
  });

  it('goes on at once where nobody is there', () => {
    assert.deepEqual(course(arrived, {}, terms(), ['out-of-hours']), ['09:15 reminder', '09:20 out-of-hours', '09:20 council', '09:30 sender', 'sender phone']); // prettier-ignore
  });

  it('of a council has no out-of-hours contact but the duty team', () => {
    const recipient = { kind: 'council', id: '999' } as const;
    assert.deepEqual(course(arrived, { recipient }), [
      '09:15 reminder',
      '09:20 council',
      '09:25 sender',
      'sender phone',
    ]);
  });

  it('is counted from the hour at which it was to be delivered', () => {
    assert.equal(course([], { kind: 'home-changed', deliverFrom: on('12:00') })[0], '12:15 reminder');
  });

  it('belongs to the recipient from its arrival, to the out-of-hours contact, council and sender from their being told', () => {
    const told = (step: 'out-of-hours' | 'council' | 'sender', at: string): NoticeEvent =>
      event('stepped', at, { step });
    const owners = (events: NoticeEvent[], at: string): string => {
      const owner = ownerOf(stateOf(events), terms(), on(at));
      return `${owner?.party} ${owner?.organisation} ${owner?.duty}`;
    };
    assert.equal(owners([], '09:01'), 'sender KVH deliver');
    assert.equal(owners(arrived, '09:01'), 'recipient PRV1 answer');
    const reminded = [...arrived, event('stepped', '09:15')];
    assert.equal(owners(reminded, '09:16'), 'recipient PRV1 answer');
    assert.equal(owners([event('stepped', '09:15')], '09:16'), 'sender KVH deliver');
    const out = [...reminded, told('out-of-hours', '09:20')];
    assert.equal(owners(out, '09:21'), 'out-of-hours PRV1 answer');
    const council = [...out, told('council', '09:25')];
    assert.equal(owners(council, '09:26'), 'council 999 phone');
    assert.equal(owners([...council, told('sender', '09:30')], '20:00'), 'sender KVH phone');
  });

  it('belongs to the sender when the machinery is late: nobody else knows of it', () => {
    const due = on('09:15').getTime();
    const state = stateOf(arrived);
    assert.equal(ownerOf(state, terms(), new Date(due + lateAfter))?.party, 'recipient');
    assert.equal(ownerOf(state, terms(), new Date(due + lateAfter + 1))?.party, 'sender');
  });
});

describe('H08: a provider', () => {
  it('that bounces is passed over: the next one is told at once', () => {
    assert.deepEqual(course([event('attempted', '09:00'), event('bounced', '09:02')]), [
      '09:02 out-of-hours', '09:07 council', '09:12 sender', 'sender phone',
    ]); // prettier-ignore
  });

  it('that bounces late is passed over no later than if it had been silent', () => {
    assert.deepEqual(course([event('attempted', '09:00'), event('bounced', '09:19')]), ['09:19 out-of-hours', '09:24 council', '09:29 sender', 'sender phone']); // prettier-ignore
  });

  it('that cannot brings it to the sender, then the council, or as the agreement says', () => {
    const events = [event('delivered', '09:00'), event('answered', '09:05', { reply: cannot() })];
    assert.deepEqual(course(events), ['09:05 sender', '09:20 council', 'council settle']);
    const council = terms({ escalation: { whenCannot: { inHospital: 'council' } } });
    assert.deepEqual(course(events, {}, council), ['09:05 council', '09:20 sender', 'sender settle']);
    assert.deepEqual(course(events, { kind: 'gone' }), ['09:05 council', '09:20 sender', 'sender settle']);
  });

  it('that asks for a call is phoned by the sender', () => {
    const events = [event('delivered', '09:00'), event('answered', '09:05', { reply: callMe })];
    assert.deepEqual(course(events), ['09:05 sender', '09:20 council', 'council phone']);
  });

  it('that answers late has answered, and nothing more is due', () => {
    const steps = (['reminder', 'out-of-hours', 'council', 'sender'] as const).map((step, index) =>
      event('stepped', new Date(on('09:15').getTime() + index * 5 * minute), { step }),
    );
    assert.deepEqual(course([event('delivered', '09:00'), ...steps, event('answered', '11:00')]), ['nobody']);
  });

  it('whose "yes" was followed by a "no" is escalated anew, whatever was done before', () => {
    const events = [
      event('delivered', '09:00'),
      event('stepped', '09:15'),
      event('stepped', '09:20', { step: 'sender' }),
      event('answered', '09:21'),
      event('answered', '10:00', { reply: cannot() }),
    ];
    assert.deepEqual(course(events), ['10:00 sender', '10:15 council', 'council settle']);
  });
});

describe('H13: a notice that waits for release', () => {
  const held = event('held', '09:00');
  it('is the sender’s at once, then the council’s, and goes to no provider', () => {
    assert.deepEqual(course([held]), ['09:00 sender', '09:15 council', 'council release']);
    assert.equal(ownerOf(stateOf([held]), terms(), on('09:01'))?.duty, 'release');
  });

  it('is counted from its release', () => {
    assert.equal(course([held, event('released', '10:00'), event('delivered', '10:00')])[0], '10:15 reminder');
  });

  it('reminds no provider when it is held after it went out', () => {
    const steps = course([event('delivered', '09:00'), event('held', '09:10')]);
    assert.deepEqual(steps, ['09:10 sender', '09:25 council', 'council release']);
  });
});

describe('H08: a notice that somebody deals with', () => {
  it('is theirs for half an hour, then the sender’s again', () => {
    const events = [
      event('delivered', '09:00'),
      event('stepped', '09:25', { step: 'council' }),
      event('taken', '09:26'),
    ];
    assert.equal(ownerOf(stateOf(events), terms(), on('09:50'))?.party, 'council');
    // Of whom nobody has told yet is told then; the out-of-hours contact is never the last to have it.
    assert.deepEqual(course(events), ['09:56 sender', '10:01 out-of-hours', 'sender phone']);
    assert.equal(ownerOf(stateOf([...events, event('taken', '09:40', { by: nurse })]), terms(), on('09:50'))?.party, 'sender'); // prettier-ignore
  });

  it('and then goes on to whoever was not told before it was taken', () => {
    const taken = [event('delivered', '09:00'), event('taken', '09:01', { by: nurse })];
    assert.deepEqual(course(taken), ['09:31 sender', '09:36 out-of-hours', '09:41 council', 'council phone']);
    assert.deepEqual(course(taken, {}, terms(), ['out-of-hours']), ['09:31 sender', '09:36 out-of-hours', '09:36 council', 'council phone']);
    assert.deepEqual(course(taken, {}, terms(), ['council']), ['09:31 sender', '09:36 out-of-hours', '09:41 council', 'sender phone']);
    assert.deepEqual(course(taken, { recipient: { kind: 'council', id: '999' } }), ['09:31 sender', '09:36 council', 'council phone']);
    const all = (['reminder', 'out-of-hours', 'council', 'sender'] as const).map((step, index) => event('stepped', on(`09:${15 + 5 * index}`), { step }));
    assert.deepEqual(course([event('delivered', '09:00'), ...all, event('taken', '09:40')]), ['10:10 sender', 'sender phone']);
  }); // prettier-ignore

  it('after a "cannot", or while it waits: goes on to the council', () => {
    const answered = [event('answered', '09:02', { reply: cannot() }), event('taken', '09:03', { by: nurse })];
    assert.deepEqual(course(answered), ['09:33 sender', '09:48 council', 'council settle']);
    const waits = [event('held', '09:00'), event('taken', '09:03', { by: nurse })];
    assert.deepEqual(course(waits), ['09:33 sender', '09:48 council', 'council release']);
  });

  it('is dealt with by nobody any more when that time is over, and by them again when they say so again', () => {
    const events = [event('delivered', '09:00'), event('taken', '09:01', { by: nurse })];
    assert.equal(dealtWith(stateOf(events), terms(), on('09:30'))?.by.id, nurse.id);
    assert.equal(dealtWith(stateOf(events), terms(), on('09:31')), null);
    const again = [...events, event('stepped', '09:31', { step: 'sender' }), event('taken', '09:33', { by: nurse })];
    assert.equal(dealtWith(stateOf(again), terms(), on('09:40'))?.by.id, nurse.id);
    assert.deepEqual(course(again).slice(0, 2), ['10:03 sender', '10:08 out-of-hours']);
  });
});

it('H08: a notice that a rule stopped is brought to the sender, then to the council', () => {
  const stopped = event('withdrawn', '09:05', { why: 'not-a-provider-now', by: null });
  assert.deepEqual(course([event('answered', '09:02', { reply: cannot() }), event('taken', '09:03'), stopped]), ['09:05 sender', '09:20 council', 'council settle']); // prettier-ignore
  assert.deepEqual(course([event('withdrawn', '09:05', { why: 'died', by: null })]), ['nobody']);
});

it('a closed notice has no owner and no next step', () => {
  for (const one of [event('answered', '09:05', { by: carer }), event('settled', '09:05', { by: duty }), event('cancelled', '09:05')]) {
    assert.equal(ownerOf(stateOf([one]), terms(), on('12:00')), null);
    assert.equal(nextStep(stateOf([one]), terms(), on('12:00')), null);
  }
}); // prettier-ignore

it('H08: after a standstill, with every step taken in one moment, it is theirs who were told last by the plan', () => {
  const at = (...steps: ('reminder' | 'out-of-hours' | 'council' | 'sender')[]): string | undefined => {
    const events = steps.map((step) => event('stepped', '10:00', { step }));
    return ownerOf(stateOf([event('delivered', '09:00'), ...events]), terms(), on('10:01'))?.party;
  };
  assert.equal(at('reminder', 'out-of-hours', 'council', 'sender'), 'sender');
  const [state] = [stateOf([event('delivered', '09:00'), event('stepped', '09:25', { step: 'reminder' }), event('stepped', '09:25', { step: 'out-of-hours' }), event('stepped', '09:25', { step: 'council' })])]; // prettier-ignore
  assert.equal(ownerOf(state, terms(), on('09:26'))?.party, 'council');
  assert.deepEqual(
    state.steps.map(({ step }) => step),
    ['reminder', 'out-of-hours', 'council'],
  );
});
