/** Holds of which no feed tells: when it is asked where the person is, and which notices are of the last time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { askedOfNoStay, lastTimeOf } from '../../src/domain/hold-no-stay.ts';
import { holdsChangeAt, holdTasks } from '../../src/domain/hold-tasks.ts';
import { holdsOf } from '../../src/domain/hold.ts';
import { terms } from '../support/notices.ts';
import { anyNotices, facts } from '../support/holds.ts';
import { hour, on } from '../support/stays.ts';

const length = terms().restart.withoutStay;
const noStay = { noStay: true };

describe('H27: a hold of which no feed tells', () => {
  it('is the sender’s by the agreed length after the last that was told, unless a first visit is agreed', () => {
    let asked = 0;
    fc.assert(
      fc.property(anyNotices(on('08:00'), ['KVH|P1']), fc.nat(200), (notices, hours) => {
        const now = new Date(on('08:00').getTime() + hours * hour);
        const tasks = holdTasks(facts(null, notices, { ...noStay, now }));
        for (const hold of holdsOf(notices)) {
          const own = tasks.filter(({ provider, party }) => provider === hold.provider && party === 'sender');
          const due = hold.pausedAt.getTime() + length <= now.getTime();
          const agreed = hold.agreed.at(-1);
          if (!due || (agreed && agreed.visited?.happened !== false)) continue;
          asked++;
          assert.ok(own.length > 0, `nobody is asked of ${hold.provider}`);
        }
      }),
      { numRuns: 1_000 },
    );
    assert.ok(asked > 100, `only ${asked} were asked of`);
  });

  it('changes by time alone at no moment that was not foretold', () => {
    let changes = 0;
    fc.assert(
      fc.property(anyNotices(on('08:00'), ['KVH|P1']), fc.nat(100), fc.nat(72 * 60), (notices, from, minutes) => {
        const now = new Date(on('08:00').getTime() + from * hour);
        const later = new Date(now.getTime() + minutes * 60_000);
        const keys = (at: Date): string => holdTasks(facts(null, notices, { ...noStay, now: at })).map(({ key }) => key).join();
        if (keys(now) === keys(later)) return;
        changes++;
        const next = holdsChangeAt(facts(null, notices, { ...noStay, now }));
        assert.ok(next !== null && next <= later && next > now, `${next?.toISOString()} after ${later.toISOString()}`);
      }),
      { numRuns: 3_000 },
    );
    assert.ok(changes > 40, `only ${changes} changes`);
  }); // prettier-ignore

  it('is asked again as long after each word that the patient is still there', () => {
    const hold = { pausedAt: on('08:00') };
    const said = new Map<string, Date>();
    const ask = () => askedOfNoStay(hold, length, (mark) => said.get(mark) ?? null);
    const first = ask();
    assert.equal(first.at.getTime(), on('08:00').getTime() + length);
    said.set(first.mark, new Date(first.at.getTime() + 5 * hour));
    const second = ask();
    assert.equal(second.at.getTime(), first.at.getTime() + 5 * hour + length);
    said.set(second.mark, second.at);
    assert.notEqual(ask().mark, second.mark);
  });

  it('is never asked of in a circle, whatever the length', () => {
    const at = on('08:00');
    const said = new Map([[at.toISOString(), at]]);
    assert.ok(askedOfNoStay({ pausedAt: at }, 0, (mark) => said.get(mark) ?? null).at > at);
  });
});

describe('the notices of the last time in hospital', () => {
  it('H27: lose none of a provider that was not told of another time since', () => {
    fc.assert(
      fc.property(anyNotices(on('08:00'), ['KVH|P1']), (states) => {
        const all = states.map((state) => ({ state }));
        const kept = lastTimeOf(all);
        for (const provider of new Set(states.map(({ notice }) => notice.recipient.id))) {
          const own = all.filter(({ state }) => state.notice.recipient.id === provider);
          const left = kept.filter(({ state }) => state.notice.recipient.id === provider);
          const over = own.some(({ state: { notice, out } }) => out && (notice.kind === 'restart' || notice.kind === 'gone'));
          if (!over) assert.deepEqual(left, own);
          // What is left out is followed by another word that somebody is in hospital.
          const again = left.some(({ state: { notice, out } }) => out && (notice.kind === 'hold' || notice.kind === 'with-us'));
          assert.ok(again || left.length === own.length);
        }
      }),
    );
  }); // prettier-ignore
});
