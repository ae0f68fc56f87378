/** Counts of what somebody has looked up, held against their plain definitions (rule R14). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countsOf, PastUse, PeopleAsked } from '../../src/domain/use-window.ts';
import type { PastLookUp } from '../../src/domain/use-window.ts';

const now = new Date('2026-09-30T06:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const one = (minutes: number, changes: Partial<PastLookUp> = {}): PastLookUp => ({
  at: minutesAgo(minutes),
  number: '9990000018',
  asked: true,
  missed: false,
  emergency: false,
  ...changes,
});

const past = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 26 * 60 }).map(minutesAgo),
    number: fc.constantFrom(null, 'a', 'b', 'c', 'd'),
    asked: fc.boolean(),
    missed: fc.boolean(),
    emergency: fc.boolean(),
  }),
);

describe('what somebody has looked up', () => {
  it('counts as defined, whatever it was', () => {
    fc.assert(
      fc.property(past, fc.constantFrom(null, 'a', 'b'), fc.nat({ max: 900 }), (all, number, signedIn) => {
        const within = (minutes: number): PastLookUp[] => all.filter(({ at }) => at > minutesAgo(minutes));
        const people = (some: PastLookUp[]): number =>
          new Set(
            some
              .filter((each) => each.asked && each.number !== null && each.number !== number)
              .map((each) => each.number),
          ).size;
        const since = (some: PastLookUp[]): PastLookUp[] => some.filter(({ at }) => at > minutesAgo(signedIn));
        const emergencies = within(12 * 60).filter((each) => each.asked && each.emergency);
        assert.deepEqual(countsOf(all, { number, now, authenticatedAt: minutesAgo(signedIn) }), {
          people15Minutes: people(within(15)),
          peopleDay: people(within(24 * 60)),
          misses: within(30).filter((each) => each.missed).length,
          missesSinceSignIn: since(within(10)).filter((each) => each.missed).length,
          emergencies: emergencies.length,
          emergenciesSinceSignIn: since(emergencies).length,
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves the person asked for now out, who costs nothing', () => {
    const counts = countsOf([one(1), one(2, { number: 'other' })], {
      number: '9990000018',
      now,
      authenticatedAt: minutesAgo(60),
    });
    assert.deepEqual([counts.people15Minutes, counts.peopleDay], [1, 1]);
  });
});

describe('what is remembered of what somebody has looked up', () => {
  it('gives the counts that all of it gives, in whichever order it came and whatever has been let go', () => {
    const asked = fc.record({ number: fc.constantFrom(null, 'a', 'b'), signedIn: fc.nat({ max: 900 }) });
    fc.assert(
      fc.property(past, asked, fc.integer({ min: 0, max: 26 * 60 }), (all, { number, signedIn }, letGoAt) => {
        const use = new PastUse(all.slice(0, all.length / 2));
        use.letGo(minutesAgo(letGoAt));
        for (const each of all.slice(all.length / 2)) use.add(each);
        const question = { number, now, authenticatedAt: minutesAgo(signedIn) };
        assert.deepEqual(countsOf(use, question), countsOf(all, question));
      }),
      { numRuns: 3_000 },
    );
  });

  it('grows with different people, misses and emergencies, and with nothing else', () => {
    const use = new PastUse([]);
    for (let n = 0; n < 1_000; n++) {
      use.add(one(1 - n / 1_000));
      use.add(one(1, { asked: false }));
      use.add(one(1, { asked: false, number: null, emergency: true }));
    }
    assert.equal([...use].length, 1);
    for (let n = 0; n < 5; n++) use.add(one(1, { missed: true }));
    for (let n = 0; n < 5; n++) use.add(one(1, { emergency: true }));
    assert.equal([...use].length, 11);
    use.letGo(new Date(now.getTime() + 24 * 3_600_000));
    assert.equal([...use].length, 0);
  });
});

describe('the people an organisation asked for', () => {
  it('are counted once each, for 24 hours from when they were last asked for', () => {
    const asked = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 26 * 60 })));
    fc.assert(
      fc.property(asked, fc.constantFrom(null, 'a'), (all, number) => {
        const people = new PeopleAsked();
        // Read in the order of their times, as the trail is.
        for (const [who, minutes] of all.toSorted((a, b) => b[1] - a[1])) people.add(who, minutesAgo(minutes));
        const expected = new Set(
          all.filter(([who, minutes]) => minutes < 24 * 60 && who !== number).map(([who]) => who),
        );
        assert.equal(people.count(now, number), expected.size);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are not forgotten because an older row of theirs is read again', () => {
    const people = new PeopleAsked();
    people.add('a', minutesAgo(5));
    people.add('a', minutesAgo(23 * 60));
    assert.equal(people.count(new Date(now.getTime() + 2 * 3_600_000), null), 1);
  });
});
