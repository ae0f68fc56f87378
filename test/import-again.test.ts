/**
 * An extract that comes again: whoever it says the same of is left out of the stage, and what stands,
 * what is set aside and what is counted is what the same extract gives on an empty database.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { CareRuns } from '../src/services/care-runs.ts';
import type { ImportResult } from '../src/services/import-bundle.ts';
import { rollBack } from '../src/services/manage-bundles.ts';
import { noDigest, SeenPersons } from '../src/services/seen-persons.ts';
import { listQuarantine } from '../src/store/bundles.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs } from './support/import-lines.ts';
import type { CareLine } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const newSite = (): Site => new Site(test.db, `A${++sites}`, { council: { fallLimitPercent: 100 } });
const firstDay = Date.parse('2026-09-30T06:00:00Z');

/** Hands a care part in so many days after the first. */
async function hand(site: Site, lines: readonly CareLine[], day: number, minute = 0): Promise<ImportResult> {
  const at = new Date(firstDay + day * 86_400_000 + minute * 60_000);
  site.now = new Date(at.getTime() + 60_000);
  return site.land([care(site.council.id, lines)], at.toISOString());
}

/** What the care part has made, and what its last import said, without keys and bundles. */
async function outcomeOf(site: Site, { bundle, report }: ImportResult): Promise<unknown> {
  const { id } = site.council;
  const { rows } = await sql<{ row: string }>`
    with who as (select person_key, value as id from person_identifier
      where council = ${id} and kind = 'council-id' and until_bundle is null)
    select 'number ' || id || ' ' || i.value as row from who join person_identifier i using (person_key)
      where i.council = ${id} and i.part = 'care' and i.until_bundle is null
    union all select 'detail ' || id || ' ' || row(family, given, birth_date, death_date, gender, under_review)::text
      from who join person_detail d using (person_key) where d.council = ${id} and d.until_bundle is null
    union all select 'package ' || id || ' ' || row(reference, component, full_cost, start_date, end_date, cqc_location_id)::text
      from who join package p using (person_key) where p.council = ${id} and p.until_bundle is null
    order by 1`.execute(test.db.sql);
  const { endedByOmission: _omitted, ...people } = report.people;
  return {
    facts: rows.map(({ row }) => row),
    setAside: await listQuarantine(test.db, bundle ?? '', 1000),
    used: report.parts.map(({ used, rows: lines }) => [used, lines]),
    dropped: report.dropped,
    people,
    open: report.openAfter,
  };
}

const oneOf = fc.constantFrom;
const line: fc.Arbitrary<CareLine> = fc.record({
  id: oneOf('M1', 'M2', 'M3', 'M4'),
  number: oneOf(nhs(1), nhs(1), nhs(2), nhs(3), nhs(4), '9990000019'),
  // One turns 18 in the days that the extracts come in.
  born: oneOf('14/03/1941', '14/03/1941', '02/10/2008', '', '15/03/1941'),
  family: oneOf('Person', 'Person', 'Other', ''),
  given: oneOf('Test', 'Test', 'Rest'),
  ref: oneOf('S1', 'S2'),
  event: oneOf('Service', 'Service', 'Review', 'Nonsense'),
  // One end is longer ago than is kept, from one of the days on.
  end: oneOf('', '', '21/08/2026', '31/12/2030', 'soon'),
  died: oneOf('', '', '', '', '01/09/2026'),
});
// A person's own lines agree more often than not: else nobody would ever be the same again.
const steady = fc
  .record({ id: fc.nat({ max: 3 }), ref: oneOf('S1', 'S2'), end: oneOf('', '21/08/2026') })
  .map(({ id, ref, end }): CareLine => ({ id: `M${id + 1}`, number: nhs(id + 1), ref, end, given: `Given ${id}` }));
const extract = fc.array(fc.oneof({ arbitrary: steady, weight: 6 }, { arbitrary: line, weight: 1 }), { maxLength: 6 });
// Mostly the extract before with a line more, one fewer, one changed or two exchanged.
const edit = fc.record({ at: fc.nat({ max: 5 }), how: oneOf('same', 'add', 'drop', 'change', 'exchange'), with: line });
const history = fc.record({
  first: extract,
  edits: fc.array(fc.record({ edits: fc.array(edit, { maxLength: 2 }), days: fc.nat({ max: 2 }), back: mostlyNot() }), {
    minLength: 1,
    maxLength: 4,
  }),
});

function mostlyNot(): fc.Arbitrary<boolean> {
  return oneOf(false, false, false, true);
}

function edited(
  lines: readonly CareLine[],
  { at, how, with: other }: { at: number; how: string; with: CareLine },
): CareLine[] {
  const place = lines.length === 0 ? 0 : at % lines.length;
  const here = lines[place];
  const next = lines[(place + 1) % Math.max(1, lines.length)];
  if (how === 'add' || (how !== 'same' && (!here || !next))) return lines.toSpliced(place, 0, other);
  if (how === 'drop') return lines.toSpliced(place, 1);
  if (how === 'change' && here) return lines.with(place, { ...here, end: other.end ?? '', family: other.family ?? '' });
  if (how === 'exchange' && here && next) return lines.with(place, next).with((place + 1) % lines.length, here);
  return [...lines];
}

describe('an extract that comes again', () => {
  it('leaves what it would leave on an empty database, after any history of others', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ first, edits }) => {
        const site = newSite();
        let lines: readonly CareLine[] = first;
        let day = 0;
        await hand(site, lines, day);
        for (const [step, { edits: changes, days, back }] of edits.entries()) {
          lines = changes.reduce(edited, lines);
          day += days;
          const result = await hand(site, lines, day, step + 1);
          const fresh = newSite();
          assert.deepEqual(
            await outcomeOf(site, result),
            await outcomeOf(fresh, await hand(fresh, lines, day, step + 1)),
          );
          if (back) await rollBack(site.deps, site.steward);
        }
      }),
      { numRuns: 60, endOnFailure: false },
    );
  });

  it('sets a line aside each time, and says so of both when somebody new has the number of somebody the same', async () => {
    const site = newSite();
    const known = { id: 'M1', number: nhs(1) };
    await hand(site, [known, { id: 'M2', number: nhs(2), event: 'Nonsense' }], 0);
    const again = await hand(site, [known, { id: 'M2', number: nhs(2), event: 'Nonsense' }], 0, 1);
    assert.deepEqual(again.report.quarantine, [{ part: 'care', code: 'EVENT_TYPE_UNKNOWN', lines: 1 }]);
    const shared = await hand(site, [known, { id: 'M3', number: nhs(1) }], 0, 2);
    assert.deepEqual(shared.report.quarantine, [{ part: 'care', code: 'NHS_NUMBER_SHARED', lines: 2 }]);
    const { id } = site.council;
    const { rows } = await sql`select 1 from package where council = ${id} and until_bundle is null`.execute(
      test.db.sql,
    );
    assert.equal(rows.length, 0);
  });

  it('with a second set of lines of somebody who has one already uses both', async () => {
    const site = newSite();
    const [one, other] = [{ id: 'M1', number: nhs(1) }, { id: 'M2', number: nhs(2) }]; // prettier-ignore
    await hand(site, [one, other], 0);
    const { report } = await hand(site, [one, other, { ...one, ref: 'S2' }], 0, 1);
    assert.deepEqual([report.people.people, report.people.packages, report.people.peopleMatched], [2, 3, 2]);
  });

  it('ends the packages of whoever is named no longer, also of whom a bad line had kept in doubt', async () => {
    const site = newSite();
    const doubtful = [{ id: 'M2', number: nhs(2) }, { id: 'M2', number: nhs(2), ref: 'S2', end: 'soon' }]; // prettier-ignore
    await hand(site, [{ id: 'M1', number: nhs(1) }, ...doubtful, { id: 'M3', number: nhs(3) }], 0);
    const { report } = await hand(site, [{ id: 'M3', number: nhs(3) }], 0, 1);
    assert.deepEqual([report.people.people, report.people.packages, report.people.endedByOmission], [1, 1, 2]);
  });

  it('is staged whole after a version that keeps no digests has landed one, so that nobody is left out by old ones', async () => {
    const site = newSite();
    const { id } = site.council;
    const lines = [{ id: 'M1', number: nhs(1) }, { id: 'M2', number: nhs(2) }]; // prettier-ignore
    await hand(site, lines, 0);
    const { rows: before } = await sql<{ person_key: string; seen: string }>`
      select person_key, seen from person where council = ${id}`.execute(test.db.sql);
    // That version ends M1's care, and leaves the digests as they are.
    const { bundle } = await hand(site, lines.slice(1), 0, 1);
    await sql`update bundle_part set staging = null where bundle_id = ${bundle}`.execute(test.db.sql);
    for (const { person_key, seen } of before) {
      await sql`update person set seen = ${seen} where council = ${id} and person_key = ${person_key}`.execute(
        test.db.sql,
      );
    }
    const { report } = await hand(site, lines, 0, 2);
    assert.deepEqual([report.people.people, report.people.packages], [2, 2]);
  });

  it('is staged whole once a week, so that what went wrong unseen does not stay', async () => {
    const site = newSite();
    const { id } = site.council;
    const lines = [{ id: 'M1', number: nhs(1) }, { id: 'M2', number: nhs(2) }]; // prettier-ignore
    await hand(site, lines, 0);
    // Somebody mends the facts by hand, and knows nothing of digests.
    await sql`delete from package where council = ${id}`.execute(test.db.sql);
    assert.equal((await hand(site, lines, 6)).report.people.packages, 0);
    assert.equal((await hand(site, lines, 7)).report.people.packages, 2);
    assert.deepEqual(
      (
        await sql`select staging from bundle_part where council = ${id} and kind = 'care' order by bundle_id`.execute(
          test.db.sql,
        )
      ).rows,
      [{ staging: 'whole' }, { staging: 'changed' }, { staging: 'whole' }],
    );
  });

  it('on the day that somebody becomes of age keeps their package', async () => {
    const site = newSite();
    const lines = [{ id: 'M1', number: nhs(1), born: '02/10/2008', start: '01/02/2026' }];
    assert.equal((await hand(site, lines, 0)).report.people.packages, 0);
    assert.equal((await hand(site, lines, 2)).report.people.packages, 1);
  });
});

describe('runs of care lines', () => {
  const staged = (
    seen: SeenPersons | null,
    ...lines: [row: number, id: string | null, text: string, good?: boolean][]
  ) => {
    const runs = new CareRuns(seen);
    const into: string[] = [];
    for (const [row, id, text, good = true] of lines) runs.add(row, id, good, text, into);
    runs.end(into);
    return into;
  };
  const digestOf = (text: string | undefined): string => text?.split('\t')[1] ?? '';
  const remembered = (...lines: string[]): SeenPersons => {
    const bytes = Buffer.alloc(lines.length * 8);
    lines.forEach((text, at) => bytes.writeBigInt64BE(BigInt(digestOf(text)), at * 8));
    return new SeenPersons(bytes);
  };

  it('are staged with their digest on the first line, and left out when it is remembered', () => {
    const lines = staged(null, [2, 'M1', 'a'], [3, 'M1', 'b'], [4, 'M2', 'c']);
    assert.deepEqual(lines.map((text) => text.replace(/\t-?\d+\t/, '\tD\t')), ['2\tD\ta\n', '3\t\\N\tb\n', '4\tD\tc\n']); // prettier-ignore
    const seen = remembered(lines[0] ?? '', lines[2] ?? '');
    assert.deepEqual(staged(seen, [7, 'M1', 'a'], [8, 'M1', 'b']), []);
    assert.deepEqual(seen.notMet(), [digestOf(lines[2])]);
    assert.equal(staged(seen, [7, 'M1', 'a']).length, 1);
    assert.equal(staged(seen, [7, 'M1', 'b'], [8, 'M1', 'a']).length, 2);
  });

  it('with a line set aside are never remembered, and a line that names nobody stands by itself', () => {
    const [first, second] = staged(null, [2, 'M1', 'a'], [3, 'M1', 'b', false]);
    assert.deepEqual([digestOf(first), digestOf(second)], [noDigest, '\\N']);
    const lines = staged(null, [2, 'M1', 'a'], [3, null, 'x', false], [4, 'M1', 'b']);
    assert.deepEqual(lines.map((text) => text.split('\t')[0]), ['3', '2', '4']); // prettier-ignore
    assert.notEqual(digestOf(lines[1]), noDigest);
  });

  it('longer than a thousand lines are staged in pieces, none of which is remembered', () => {
    const long = Array.from({ length: 2500 }, (_, at): [number, string, string] => [at, 'M1', `line ${at}`]);
    const lines = staged(null, ...long, [9999, 'M2', 'end']);
    assert.equal(lines.length, 2501);
    const digests = lines.map(digestOf).filter((digest) => digest !== '\\N');
    assert.deepEqual(digests.slice(0, -1), [noDigest, noDigest, noDigest]);
    assert.notEqual(digests.at(-1), noDigest);
  });

  it('of very long lines are staged in pieces too, so that they never fill the memory', () => {
    const long = Array.from({ length: 20 }, (_, at): [number, string, string] => [at, 'M1', 'x'.repeat(100_000)]);
    const runs = new CareRuns(null);
    const into: string[] = [];
    for (const [at, [row, id, text]] of long.entries()) {
      runs.add(row, id, true, text, into);
      assert.ok(at - into.length < 5, `${at - into.length} lines are held back`);
    }
    runs.end(into);
    assert.deepEqual(into.map(digestOf).filter((digest) => digest !== '\\N' && digest !== noDigest), []); // prettier-ignore
  });

  it('are told apart among many', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 300 }),
        fc.nat({ max: 300 }),
        (digests, split) => {
          const kept = digests.slice(0, split);
          const bytes = Buffer.alloc(kept.length * 8);
          kept.forEach((digest, at) => bytes.writeBigInt64BE(digest, at * 8));
          const seen = new SeenPersons(bytes);
          const letters = (digest: bigint): string => {
            const one = Buffer.alloc(8);
            one.writeBigInt64BE(digest);
            return one.toString('latin1');
          };
          for (const [at, digest] of digests.entries()) assert.equal(seen.meets(letters(digest)), at < kept.length);
          assert.deepEqual(seen.notMet(), []);
          assert.deepEqual(new SeenPersons(bytes).notMet(), kept.map(String));
        },
      ),
    );
  });
});
