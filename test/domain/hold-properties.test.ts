/** H27 over generated hospitals and generated notices: whatever happens to a stay, no hold is left to nobody. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { holdTasks } from '../../src/domain/hold-tasks.ts';
import type { Closing, HoldTask } from '../../src/domain/hold-tasks.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import type { HeldStay } from '../../src/domain/stay-end.ts';
import { patientKey } from '../../src/domain/stay-event.ts';
import { foldStays } from '../../src/domain/stay.ts';
import type { Stay } from '../../src/domain/stay.ts';
import { anyNotices, facts, keptStay } from '../support/holds.ts';
import { shuffled } from '../support/notices.ts';
import { run, steps } from '../support/stay-histories.ts';
import { hour, rules } from '../support/stays.ts';

const people = ['KVH|P0', 'KVH|P1', 'KVH|P2', 'KVH|P3'];

interface Case {
  readonly stay: HeldStay | null;
  readonly notices: readonly NoticeState[];
  readonly now: Date;
}

/** A stay of a generated hospital, or one that is gone, ended by death more often than hospitals have it. */
const cases: fc.Arbitrary<Case> = steps
  .map((script) => foldStays(run(script).events, rules))
  .filter((stays) => stays.length > 0)
  .chain((stays) => fc.constantFrom(...stays))
  .chain((stay) => {
    const from = stay.startedAt ?? stay.since;
    const mostlyOwn = [...people, ...Array.from({ length: 12 }, () => patientKey(stay.person.patient))];
    return fc
      .record({
        is: fc.constantFrom('as it is', 'as it is', 'as it is', 'as it is', 'died', 'gone', 'transferred', 'closed'),
        notices: anyNotices(from, mostlyOwn),
        later: fc.nat(60 * 24),
      })
      .map(({ is, notices, later }) => ({
        stay: is === 'gone' ? null : changed(stay, is),
        notices,
        now: new Date(from.getTime() + later * hour),
      }));
  });

function changed(stay: Stay, is: string): HeldStay {
  const held = keptStay(stay);
  if (is === 'as it is') return held;
  const over = { endedAt: held.endedAt ?? held.since, staleAt: null, reopenedAt: null };
  if (is === 'died') return { ...held, ...over, status: 'died', died: true };
  return { ...held, ...over, status: is as 'transferred' | 'closed' };
}

/** Whether a stay plainly goes on. Written apart from the code under test. */
function goesOn({ stay, now }: Case): boolean {
  if (!stay || stay.died) return false;
  return (
    ['expected', 'arrived', 'admitted', 'on-leave'].includes(stay.status) && stay.staleAt !== null && now < stay.staleAt
  );
}

/** Providers that plainly hold care: asked to, it may have reached them, and nothing was ever taken back or agreed. */
function plainHolders(notices: readonly NoticeState[]): string[] {
  const held = notices.filter(
    ({ notice, out }) => notice.recipient.kind === 'provider' && notice.kind === 'hold' && out,
  );
  return [...new Set(held.map(({ notice }) => notice.recipient.id))].filter((provider) => {
    const own = notices.filter(({ notice }) => notice.recipient.id === provider);
    return own.every(({ notice, status, reply }) => {
      if (notice.kind === 'cancellation' || (notice.of === 'restart' && status === 'accepted')) return false;
      return reply?.reply.kind !== 'cannot' || reply.reply.reason !== 'not-our-client';
    });
  });
}

const tasksOf = ({ stay, notices, now }: Case): HoldTask[] => holdTasks(facts(stay, notices, { now }));
const runs = { numRuns: 4_000 };

it('H27: once a stay is over, by whatever way, every provider’s hold is somebody’s task at once', () => {
  let met = 0;
  const ways = new Set<string>();
  fc.assert(
    fc.property(cases, (one) => {
      if (goesOn(one)) return;
      const tasks = tasksOf(one);
      const died = one.stay !== null && (one.stay.died || one.stay.status === 'died');
      for (const provider of plainHolders(one.notices)) {
        met++;
        const own = tasks.filter((task) => task.provider === provider);
        for (const party of died ? ['council'] : ['sender', 'council', 'provider']) {
          assert.ok(own.some((task) => task.party === party), `${one.stay?.status}: none for ${party}`); // prettier-ignore
        }
        for (const { cause } of own) ways.add(cause);
      }
      if (died) assert.ok(tasks.every(({ party }) => party !== 'provider'));
      for (const { organisation } of tasks) assert.notEqual(organisation, '');
    }),
    runs,
  );
  assert.ok(met > 300, `only ${met} holds`);
  for (const way of [
    'discharged',
    'transferred',
    'died',
    'closed-by-hand',
    'cancelled',
    'merged',
    'stale',
    'no-such-stay',
  ]) {
    assert.ok(ways.has(way), `${way} was never met`);
  }
});

it('H27: while a stay goes on as everybody was told, nobody is given a task', () => {
  let met = 0;
  fc.assert(
    fc.property(cases, (one) => {
      const { stay, notices } = one;
      if (!stay || !goesOn(one) || stay.cautions.some((caution) => caution !== 'start-not-seen')) return;
      const patient = patientKey(stay.patient);
      if (notices.some(({ notice }) => notice.patient !== patient || notice.of === 'gone' || notice.of === 'restart'))
        return;
      met++;
      assert.deepEqual(tasksOf(one), []);
    }),
    runs,
  );
  assert.ok(met > 50, `only ${met} stays`);
});

it('H27: a first visit agreed for after the going home is all that a discharge needs', () => {
  let met = 0;
  fc.assert(
    fc.property(cases, (one) => {
      const { stay, notices } = one;
      if (stay?.status !== 'discharged' || stay.died || stay.endedAt === null) return;
      const restarts = notices.filter(({ notice, status }) => notice.of === 'restart' && status === 'accepted');
      for (const { reply, visited, notice } of restarts) {
        if (notice.kind === 'cancellation' || reply?.reply.kind !== 'accepted' || visited) continue;
        const { firstVisit } = reply.reply;
        const others = restarts.filter((other) => other.notice.recipient.id === notice.recipient.id);
        if (others.length > 1 || firstVisit === null || firstVisit < stay.endedAt) continue;
        // What was taken back may have been this.
        if (notices.some((other) => other.notice.kind === 'cancellation' && other.notice.thread === notice.thread))
          continue;
        met++;
        const own = tasksOf(one).filter(({ provider }) => provider === notice.recipient.id);
        assert.ok(own.every(({ cause }) => cause !== 'discharged'));
        if (one.now < firstVisit) assert.ok(own.every(({ cause }) => !cause.startsWith('first-visit')));
      }
    }),
    { numRuns: 8_000 },
  );
  assert.ok(met > 20, `only ${met} restarts`);
});

it('H08 H27: whichever of its tasks a provider closes with "We are not visiting", it is sender’s and council’s too', () => {
  let met = 0;
  fc.assert(
    fc.property(cases, (one) => {
      const { stay, notices, now } = one;
      const inHospital =
        stay !== null && ['arrived', 'admitted', 'on-leave', 'transferred', 'died'].includes(stay.status);
      for (const { key, provider, party } of tasksOf(one)) {
        if (party !== 'provider') continue;
        const closing = (said: string): Closing | null =>
          said === key ? { how: 'not-visiting', at: now, by: 'Cora Example', firstVisit: null } : null;
        const tasks = holdTasks(facts(stay, notices, { now, closing }));
        assert.ok(tasks.every((task) => task.key !== key));
        const heard = tasks.filter((task) => task.cause === 'provider-not-visiting' && task.provider === provider);
        if (!inHospital)
          assert.deepEqual(heard.map((task) => task.party), ['sender', 'council']); // prettier-ignore
        else if (stay.staleAt === null || now < stay.staleAt) assert.deepEqual(heard, []);
        met++;
      }
    }),
    { numRuns: 2_000 },
  );
  assert.ok(met > 100, `only ${met} tasks`);
});

it('H15 H27: tasks do not depend on the order of notices, have keys of their own, and end one by one', () => {
  const withOrder = cases.chain((one) => shuffled(one.notices).map((heard) => ({ one, heard: [...new Set(heard)] })));
  fc.assert(
    fc.property(withOrder, ({ one, heard }) => {
      const tasks = tasksOf(one);
      assert.deepEqual(tasksOf({ ...one, notices: heard }), tasks);
      const keys = tasks.map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length);
      const [closed] = keys;
      if (closed === undefined) return;
      const left = holdTasks(
        facts(one.stay, one.notices, {
          now: one.now,
          closing: (key) =>
            key === closed ? { how: 'agreed', at: one.now, by: 'Cora Example', firstVisit: null } : null,
        }),
      );
      // What a provider said to its task stands on those of the others.
      const unsaid = left.map((task) => ({ ...task, said: null }));
      assert.deepEqual(unsaid, tasks.slice(1));
    }),
    { numRuns: 2_000 },
  );
});
