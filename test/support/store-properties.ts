/**
 * Properties of the store and services that hold for every world. Run with few cases in the suite
 * and with many in test/long.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Answer } from '../../src/domain/answer.ts';
import { HomewardError } from '../../src/domain/error.ts';
import { parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { Database } from '../../src/store/database.ts';
import { readInFull, RecordReader } from '../../src/store/records.ts';
import { putStay } from './arrivals.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { Site } from './import-site.ts';
import type { UndatedPart } from './import-lines.ts';
import { alone, birthOf, expect, mainOf, olderOf, partsOf, people } from './worlds.ts';
import { mostly } from './arbitraries.ts';
import type { Expectation, WorldPerson } from './worlds.ts';
import { agreementWith } from './site.ts';

let worlds = 0;
// Per cent of the cases to draw. What a second engine may change is the store and not the rules: a third will do there.
const share = Number(process.env['STORE_CASES_PERCENT'] ?? 100) / 100;
// Each limit larger than the one before it, since some must be.
const unlimited = Object.fromEntries(Object.keys(agreementWith().budget).map((name, at) => [name, 1_000_000 + at]));

/** A council and hospital of their own, in which nothing is held and no budget is reached. */
function newWorld(db: Database): Site {
  return new Site(db, `WORLD${++worlds}`, { agreement: { budget: unlimited }, council: { fallLimitPercent: 100 } });
}

/** Hands out the database for the next case. */
export interface Databases {
  next(): Promise<Database>;
  close(): Promise<void>;
}

/** A new database every so many cases: the embedded one is never vacuumed, and slows down. */
export function freshDatabases(every = 100): Databases {
  let cases = 0;
  let open: TestDatabase | null = null;
  const close = async (): Promise<void> => {
    await open?.close();
    open = null;
  };
  return {
    close,
    async next() {
      if (cases++ % every === 0) await close();
      open ??= await openTestDatabase();
      return open.db;
    },
  };
}

interface Probe {
  readonly who: number;
  readonly by: 'main' | 'older';
  readonly birth: 'right' | 'wrong';
  readonly emergency: boolean;
}

const probe = (count: number): fc.Arbitrary<Probe> =>
  fc.record({
    who: fc.nat({ max: count - 1 }),
    by: fc.constantFrom('main', 'main', 'older'),
    birth: fc.constantFrom('right', 'right', 'right', 'wrong'),
    emergency: fc.constantFrom(false, false, false, true),
  });

function typed(all: readonly WorldPerson[], { who, by, birth }: Probe): [number: string, birth: string] {
  const someone = all[who];
  assert.ok(someone);
  return [by === 'main' ? mainOf(all, who) : olderOf(who), birth === 'right' ? birthOf(someone) : '1950-01-01'];
}

async function ask(site: Site, all: readonly WorldPerson[], one: Probe): Promise<{ id: string; answer: Answer }> {
  const permission = one.emergency ? ({ permission: 'cannot-ask', cannotAskReason: 'confused' } as const) : {};
  return site.ask(...typed(all, one), permission);
}

/**
 * No child, restricted, objected, direct-payment, full-cost or wrong-birth-date record is ever
 * disclosed, nobody else's facts are shown, what may be shown is shown whole, and every answer has
 * its committed audit row.
 */
export async function discloses(
  databases: Databases,
  size: { people: number; probes: number },
  numRuns: number,
): Promise<void> {
  const world = people(1, size.people).chain((all) =>
    fc.record({ all: fc.constant(all), probes: fc.array(probe(all.length), { minLength: 1, maxLength: size.probes }) }),
  );
  await fc.assert(
    fc.asyncProperty(world, async ({ all, probes }) => {
      const db = await databases.next();
      const site = newWorld(db);
      await site.land(partsOf(site.council.id, all));
      await db.sql.deleteFrom('stay').execute();
      for (const [who] of all.entries()) await putStay(site, who % 2 === 0 ? mainOf(all, who) : olderOf(who));
      for (const [who] of all.entries()) await readsAlike(db, site, mainOf(all, who));
      const given: { id: string; kind: string }[] = [];
      for (const one of probes) {
        const { id, answer } = await ask(site, all, one);
        given.push({ id, kind: answer.kind });
        judge(answer, expect(all, ...typed(all, one)));
      }
      const rows = await db.sql.selectFrom('audit_event').select(['answer_id', 'outcome', 'shared_fields'])
        .where('council', '=', site.council.id).where('action', '=', 'look-up').execute(); // prettier-ignore
      assert.equal(rows.length, given.length);
      for (const { id, kind } of given) {
        const row = rows.find((each) => each.answer_id === id);
        assert.equal(row?.outcome, kind, 'the audit row says something else');
        assert.equal((row?.shared_fields?.length ?? 0) > 0, ['care', 'no-care', 'died'].includes(kind));
      }
    }),
    { numRuns: Math.ceil(numRuns * share), endOnFailure: false },
  );
}

// The short way of reading a record and the full one must never disagree about anybody.
async function readsAlike(db: Database, site: Site, typedNumber: string): Promise<void> {
  const number = parseNhsNumber(typedNumber);
  assert.ok(number.ok);
  const { mismatches: _, ...record } = await new RecordReader(db).read(
    site.council.id,
    number.value,
    site.hospital,
    site.now,
  );
  assert.deepEqual(record, await readInFull(db, site.council.id, number.value));
}

function judge(answer: Answer, expected: Expectation): void {
  const text = JSON.stringify(answer);
  if (!expected.discloses) {
    assert.ok(!('care' in answer) && !('banner' in answer), `disclosed: ${text}`);
    assert.doesNotMatch(text, /Family|Given|P\d+-L\d+|"M\d+"|FOREIGN/);
    assert.equal(answer.supersededBy, null);
    return;
  }
  const { who } = expected;
  assert.equal(answer.kind, expected.kind);
  if (answer.kind === 'died') return assert.equal(answer.banner.councilId, `M${who}`);
  if (!('care' in answer) || !answer.care) return;
  const { banner, packages, ended, safeguarding } = answer.care;
  assert.deepEqual([banner.councilId, banner.family, banner.given], [`M${who}`, `Family${who}`, `Given${who}`]);
  const marks = (all: typeof packages): (string | null)[] => all.map((one) => one.provider).sort();
  assert.deepEqual(marks(packages), expected.open.toSorted());
  assert.deepEqual(marks(ended), expected.ended.toSorted());
  assert.equal(safeguarding, expected.safeguarding);
}

interface History {
  /** Who the people are in each version of the files; the first stands for a bundle with every part. */
  readonly versions: readonly WorldPerson[][];
  /** Which parts each later version brings. */
  readonly brought: readonly (readonly string[])[];
  /** Orders in which the bundles arrive, some of them more than once. */
  readonly orders: readonly (readonly number[])[];
  readonly probes: readonly Probe[];
}

function histories(size: { people: number; bundles: number; orders: number }): fc.Arbitrary<History> {
  // Mostly two, which already meet in every order; three and more for what only a third one brings.
  const count = mostly(2, fc.integer({ min: 2, max: size.bundles }), 2);
  return count.chain((bundles) => history(size.people, bundles, size.orders));
}

function history(count: number, bundles: number, orders: number): fc.Arbitrary<History> {
  const indices = Array.from({ length: bundles }, (_, at) => at);
  const order = fc
    .tuple(fc.shuffledSubarray(indices, { minLength: bundles }), fc.shuffledSubarray(indices, { maxLength: 1 }))
    .map(([once, again]) => [...once, ...again]);
  return fc.record({
    versions: fc.array(people(count, count), { minLength: bundles, maxLength: bundles }),
    brought: fc.array(fc.subarray(['care', 'safeguarding', 'restrictions', 'numbers'], { minLength: 1 }), {
      minLength: bundles - 1,
      maxLength: bundles - 1,
    }),
    orders: fc.array(order, { minLength: orders, maxLength: orders }),
    probes: fc.array(probe(count), { minLength: 3, maxLength: 3 }),
  });
}

const timeOf = (version: number): string =>
  new Date(Date.parse('2026-09-30T05:10:00+01:00') + version * 60_000).toISOString();

/**
 * Bundles in any order and repetition give the answers that the newest version of each part gives
 * alone. Packages ended by being left out are not compared: an older file that arrives late is
 * passed over, so what it would have ended is not known (docs/adr/0004).
 */
export async function converges(
  databases: Databases,
  size: { people: number; bundles: number; orders: number },
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(histories(size), async ({ versions, brought, orders, probes }) => {
      const db = await databases.next();
      const kindsOf = (version: number): readonly string[] | null =>
        version === 0 ? null : (brought[version - 1] ?? []);
      const parts = (site: Site, version: number): UndatedPart[] =>
        partsOf(site.council.id, versions[version] ?? []).filter(
          ({ kind }) => kindsOf(version)?.includes(kind) ?? true,
        );
      const newest = newWorld(db);
      const latest = new Map<string, UndatedPart>();
      for (const version of versions.keys()) {
        for (const part of parts(newest, version)) latest.set(part.kind, { ...part, asAt: timeOf(version) });
      }
      await newest.land([...latest.values()], timeOf(versions.length));
      const wanted = await answersOf(newest, versions, probes);
      for (const order of orders) {
        const site = newWorld(db);
        for (const version of order) await takeUnlessOlder(site, parts(site, version), timeOf(version));
        assert.deepEqual(await answersOf(site, versions, probes), wanted, `in the order ${order.join(', ')}`);
      }
    }),
    { numRuns: Math.ceil(numRuns * share), endOnFailure: false },
  );
}

async function takeUnlessOlder(site: Site, parts: readonly UndatedPart[], at: string): Promise<void> {
  try {
    const { outcome } = await site.take(parts, at);
    assert.notEqual(outcome, 'held');
  } catch (error) {
    if (!(error instanceof HomewardError) || error.code !== 'BUNDLE_OLDER') throw error;
  }
}

async function answersOf(site: Site, versions: readonly WorldPerson[][], probes: readonly Probe[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const one of probes) {
    // Numbers stay a person's from version to version unless shared; birth dates may differ.
    const all = versions.at(-1) ?? [];
    const { answer } = await ask(site, all, one);
    const { council: _council, hospital: _hospital, ...rest } = answer;
    if ('care' in rest && rest.care) {
      const ended = rest.care.ended.filter((each) => each.leftOutSince === null);
      answers.push({ ...rest, care: { ...rest.care, ended } });
    } else answers.push(rest);
  }
  return answers;
}

type Change = { readonly who: number; readonly to: WorldPerson };

/**
 * What changes for one person shows in nobody else's answer; and where both answers about the
 * person are neutral, or the birth date does not match, they are the same, whatever lies behind.
 */
export async function keepsApart(
  databases: Databases,
  size: { people: number; changes: number },
  numRuns: number,
): Promise<void> {
  const world = people(2, size.people, false).chain((all) =>
    fc.record({
      all: fc.constant(all),
      changes: fc.array(fc.record({ who: fc.nat({ max: all.length - 1 }), to: alone }), {
        minLength: size.changes,
        maxLength: size.changes,
      }),
      watched: fc.shuffledSubarray([...all.keys()], { minLength: 2, maxLength: Math.min(4, all.length) }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(world, async ({ all, changes, watched }) => {
      const site = newWorld(await databases.next());
      // The same facts' time, extracted a minute later each time: so that answers may be compared whole.
      const asAt = '2026-09-30T05:10:00+01:00';
      const land = async (now: readonly WorldPerson[], version: number): Promise<void> => {
        const parts = partsOf(site.council.id, now).map((part) => ({ ...part, asAt }));
        assert.notEqual((await site.take(parts, timeOf(version))).outcome, 'held');
      };
      await land(all, 0);
      let now = all;
      for (const [version, change] of changes.entries()) {
        const next = now.with(change.who, hiddenChange(now, change));
        const eyes = [...new Set([...watched, change.who])];
        const before = await look(site, now, eyes);
        await land(next, version + 1);
        const after = await look(site, now, eyes);
        for (const [at, who] of eyes.entries()) {
          const [right, wrong] = [before[at]?.right, before[at]?.wrong];
          const [rightNow, wrongNow] = [after[at]?.right, after[at]?.wrong];
          assert.ok(right && wrong && rightNow && wrongNow);
          if (who !== change.who || (right.kind === 'cannot-show' && rightNow.kind === 'cannot-show')) {
            assert.deepEqual(rightNow, right);
          }
          if (who !== change.who || wrong.kind === wrongNow.kind) assert.deepEqual(wrongNow, wrong);
        }
        now = next;
      }
    }),
    { numRuns: Math.ceil(numRuns * share), endOnFailure: false },
  );
}

// Only what is hidden changes: packages, payments, death, restriction, referral. Who the person is stays.
function hiddenChange(now: readonly WorldPerson[], { who, to }: Change): WorldPerson {
  const one = now[who];
  assert.ok(one);
  const { care, died, restricted, referral } = to;
  // An observer may tell somebody with a record from somebody without: that is no hidden fact.
  return { ...one, care: one.care.length === 0 ? [] : care.length === 0 ? one.care : care, died, restricted, referral };
}

async function look(
  site: Site,
  all: readonly WorldPerson[],
  eyes: readonly number[],
): Promise<{ right: Answer; wrong: Answer }[]> {
  const seen: { right: Answer; wrong: Answer }[] = [];
  for (const who of eyes) {
    const question = { who, by: 'main', emergency: false } as const;
    const { answer: right } = await ask(site, all, { ...question, birth: 'right' });
    const { answer: wrong } = await ask(site, all, { ...question, birth: 'wrong' });
    seen.push({ right, wrong });
  }
  return seen;
}
