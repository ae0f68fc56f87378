/** What holds of notices whatever happens to them, in whatever order it is heard. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { nextStep, planOf } from '../../src/domain/escalation.ts';
import type { NoticeEvent } from '../../src/domain/notice-event.ts';
import { readNoticeEvent, writeNoticeEvent } from '../../src/domain/notice-event.ts';
import { foldNotice } from '../../src/domain/notice-fold.ts';
import { lateAfter, ownerOf } from '../../src/domain/notice-owner.ts';
import { isFullYes } from '../../src/domain/notice-reply.ts';
import { isOpenNotice } from '../../src/domain/notice-state.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import { anyHistory, event, minute, quarter, shuffled, terms } from '../support/notices.ts';

const runs = { numRuns: 10_000 };

function fold(events: readonly NoticeEvent[]): NoticeState {
  const state = foldNotice(events);
  assert.ok(state);
  return state;
}

it('H15 H16: any order and any repetition of the same events gives the same notice', () => {
  const arriving = anyHistory.chain((events) => shuffled(events).map((heard) => ({ events, heard })));
  fc.assert(
    fc.property(arriving, ({ events, heard }) => {
      const again = heard.map((one, index) => ({ ...readNoticeEvent(writeNoticeEvent(one)), id: `again ${index}` }));
      const strip = (state: NoticeState) => ({ ...state, history: state.history.map(({ id: _id, ...rest }) => rest) });
      assert.deepEqual(fold(heard), fold(events));
      assert.deepEqual(strip(fold(again)), strip(fold(events)));
    }),
    runs,
  );
});

it('H08: nothing is done unless a named human of the recipient said a full yes, and took nothing of it back', () => {
  let done = 0;
  fc.assert(
    fc.property(anyHistory, (events) => {
      const { status, notice } = fold(events);
      if (status !== 'accepted') return;
      done++;
      const said = events
        .flatMap((one) => (one.kind === 'answered' && one.by.organisation === notice.recipient.id && one.by.name.trim() && one.takenBy?.name !== ' ' ? [one] : []))
        .sort((a, b) => a.at.getTime() - b.at.getTime()); // prettier-ignore
      const last = said.at(-1)?.at.getTime();
      assert.ok(said.some(({ at, reply }) => at.getTime() === last && isFullYes(notice, reply)));
      assert.ok(!events.some(({ kind }) => kind === 'cancelled' || kind === 'replaced'));
    }),
    runs,
  );
  assert.ok(done > 150, `only ${done} were accepted`);
});

it('H08: every open notice has exactly one owner at every moment, who was told of it, and a closed one none', () => {
  const met = new Set<string>();
  const when = fc.record({ events: anyHistory, now: quarter, atHome: fc.constantFrom('sender', 'council') });
  fc.assert(
    fc.property(when, ({ events, now, atHome }) => {
      const past = events.filter((one) => one.kind === 'queued' || one.at <= now);
      const state = fold(past);
      const by = terms({ escalation: { whenCannot: { inHospital: atHome, atHome } } });
      const owner = ownerOf(state, by, now);
      assert.equal(owner !== null, isOpenNotice(state));
      if (!owner) return;
      met.add(`${owner.party} ${owner.duty}`);
      const { notice, steps, taken, channels, seen } = state;
      const organisations = { sender: notice.sender.organisation, council: notice.council, recipient: notice.recipient.id, 'out-of-hours': notice.recipient.id }; // prettier-ignore
      assert.equal(owner.organisation, organisations[owner.party]);
      const told = (step: string): boolean => steps.some((one) => one.step === step && one.told);
      if (owner.party === 'council') assert.ok(told('council') || taken?.by.organisation === notice.council);
      if (owner.party === 'out-of-hours') assert.ok(told('out-of-hours'));
      if (owner.party === 'recipient') assert.ok(seen || [...channels.values()].some(({ is }) => is === 'delivered'));
      // Whoever has it, it goes on: something more is planned, or everybody in the plan has been tried.
      const next = nextStep(state, by, now);
      if (!next) {
        const plan = planOf(state, by);
        assert.ok(plan);
        for (const { step } of plan.steps) assert.ok(steps.some((one) => one.step === step && one.at >= plan.since));
      } else if (now.getTime() - next.at.getTime() > lateAfter) assert.equal(owner.party, 'sender');
    }),
    runs,
  );
  assert.deepEqual(
    [...met].sort(),
    ['council phone', 'council release', 'council settle', 'out-of-hours answer', 'recipient answer', 'sender deliver', 'sender phone', 'sender release', 'sender settle'], // prettier-ignore
  );
});

it('H08: left alone, every open notice is brought to the last of its plan, in order, in bounded time', () => {
  const cases = fc.record({ events: anyHistory, nobodyThere: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }) });
  fc.assert(
    fc.property(cases, ({ events, nobodyThere }) => {
      const by = terms();
      const all = [...events];
      let now = new Date(Math.max(...events.map(({ at }) => at.getTime())));
      const start = Math.max(now.getTime(), fold(all).notice.deliverFrom.getTime());
      for (let count = 0; ; count++) {
        const state = fold(all);
        const next = nextStep(state, by, now);
        if (!next) {
          const owner = ownerOf(state, by, now);
          assert.equal(owner !== null, isOpenNotice(state));
          // An out-of-hours contact is nobody's last: sender or council has it in the end.
          assert.notEqual(owner?.party, 'out-of-hours');
          // Half an hour in somebody's hands, and a quarter to the council, at the longest.
          assert.ok(now.getTime() - start <= 45 * minute, `${now.getTime() - start} ms`);
          return;
        }
        assert.ok(count < 5, 'a plan of more than four steps');
        now = new Date(Math.max(now.getTime(), next.at.getTime()));
        assert.equal(nextStep(state, by, now)?.due, true);
        all.push(event('stepped', now, { step: next.step, outcome: nobodyThere[count] ? 'nobody-there' : 'told' }));
      }
    }),
    { numRuns: 5_000 },
  );
});
