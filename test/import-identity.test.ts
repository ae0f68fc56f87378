/** Whose record a number finds: mixed-up numbers and birth dates show nobody; changed numbers find their person (H01, H04). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, numbers, usualBirth } from './support/import-lines.ts';
import type { CareLine } from './support/import-lines.ts';
import { Site, shownCare } from './support/import-site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C, D] = [nhs(1), nhs(2), nhs(3), nhs(4)] as const;
const ann: CareLine = { id: 'M1', number: A, given: 'Ann', family: 'Alder' };
const ben: CareLine = { id: 'M2', number: B, given: 'Ben', family: 'Birch' };

type Changes = Parameters<typeof numbers>[0];

async function siteWith(people: readonly CareLine[], changes: Changes = []): Promise<Site> {
  const site = new Site(test.db, `I${++sites}`);
  await site.land([...site.whole(people), numbers(changes)]);
  return site;
}

async function kinds(site: Site, asked: readonly string[], birth = usualBirth): Promise<string[]> {
  const found: string[] = [];
  for (const number of asked) found.push((await site.look(number, birth)).kind);
  return found;
}

async function quarantineOf(site: Site): Promise<[number, string][]> {
  const { rows } = await sql<{ row_number: string; code: string }>`
    select row_number, code from quarantine where council = ${site.council.id} order by part, row_number`.execute(
    test.db.sql,
  );
  return rows.map((row) => [Number(row.row_number), row.code]);
}

async function packagesOf(site: Site): Promise<string[]> {
  const { rows } = await sql<{ reference: string }>`
    select reference from package where council = ${site.council.id} and until_bundle is null order by 1`.execute(
    test.db.sql,
  );
  return rows.map((row) => row.reference);
}

describe('two people with one number', () => {
  it('are both not shown, and their packages are not stored', async () => {
    const site = await siteWith([ann, { ...ben, number: A, born: '02/02/1940' }, { id: 'M3', number: C, ref: 'S9' }]);
    assert.deepEqual(await kinds(site, [A]), ['cannot-show']);
    assert.deepEqual(await kinds(site, [A], '1940-02-02'), ['cannot-show']);
    assert.deepEqual(await packagesOf(site), ['S9']);
    assert.deepEqual(await quarantineOf(site), [
      [2, 'NHS_NUMBER_SHARED'],
      [3, 'NHS_NUMBER_SHARED'],
    ]);
  });

  it('are not shown when one of them is a child, whose line alone would not be quarantined (H06)', async () => {
    const site = await siteWith([ann, { ...ben, number: A, born: '02/02/2015' }]);
    assert.deepEqual(await kinds(site, [A]), ['cannot-show']);
    assert.deepEqual(await packagesOf(site), []);
  });

  it('are shown again once the council has put it right', async () => {
    const site = await siteWith([ann, { ...ben, number: A }]);
    await site.land(site.whole([ann, ben]));
    assert.equal(shownCare(await site.look(A, usualBirth)).banner.given, 'Ann');
    assert.equal(shownCare(await site.look(B, usualBirth)).banner.given, 'Ben');
  });
});

describe('lines of one person that contradict each other', () => {
  it('in the number show nothing under either', async () => {
    const site = await siteWith([ann, { ...ann, number: B, ref: 'S2' }]);
    assert.deepEqual(await kinds(site, [A, B]), ['cannot-show', 'cannot-show']);
    assert.deepEqual(await packagesOf(site), []);
    assert.deepEqual(await quarantineOf(site), [
      [2, 'NHS_NUMBERS_DIFFER'],
      [3, 'NHS_NUMBERS_DIFFER'],
    ]);
  });

  it('in the birth date show nothing under either, nor keep either', async () => {
    const site = await siteWith([ann, { ...ann, born: '15/03/1941', ref: 'S2' }]);
    assert.deepEqual(await kinds(site, [A]), ['cannot-show']);
    assert.deepEqual(await kinds(site, [A], '1941-03-15'), ['cannot-show']);
    assert.deepEqual(await packagesOf(site), []);
    const { rows } =
      await sql`select birth_date, family, given from person_detail where council = ${site.council.id}`.execute(
        test.db.sql,
      );
    assert.deepEqual(rows, [{ birth_date: null, family: null, given: null }]);
  });

  it('as adult and as child show nothing and keep no birth date (H06)', async () => {
    for (const lines of [
      [ann, { ...ann, born: '14/03/2014', ref: 'S2' }],
      [
        { ...ann, born: '14/03/2014', ref: 'S2' },
        { ...ann, event: 'Review' },
      ],
      [
        { ...ann, component: 'Night sitting' },
        { ...ann, born: '14/03/2014', event: 'Assessment' },
      ],
    ]) {
      const site = await siteWith(lines);
      assert.deepEqual(await kinds(site, [A]), ['cannot-show']);
      assert.deepEqual(await packagesOf(site), []);
    }
  });

  it('in the name show both names of one line, never a mixture', async () => {
    const site = await siteWith([
      { ...ann, given: 'Zoe', family: 'Abbot' },
      { ...ann, given: 'Amy', family: 'Zander', ref: 'S2' },
    ]);
    const { banner } = shownCare(await site.look(A, usualBirth));
    assert.deepEqual([banner.given, banner.family], ['Zoe', 'Abbot']);
  });

  it('with one line that lacks the number show what can be read, and that more exists', async () => {
    const site = await siteWith([ann, { ...ann, number: '', ref: 'S2', component: 'Day support' }]);
    const shown = shownCare(await site.look(A, usualBirth));
    assert.deepEqual([shown.packages.map((one) => one.service), shown.unreadLines], [['Home care'], 1]);
  });
});

describe('a changed number', () => {
  it('finds its person under the old and the new one, and says which is current', async () => {
    for (const held of [A, B]) {
      const site = await siteWith([{ ...ann, number: held }], [[A, B]]);
      const old = await site.look(A, usualBirth);
      assert.deepEqual([old.kind, old.asked, old.supersededBy], ['care', A, B]);
      assert.equal(shownCare(old).banner.nhsNumber, B);
      const fresh = await site.look(B, usualBirth);
      assert.deepEqual([fresh.kind, fresh.asked, fresh.supersededBy], ['care', B, null]);
    }
  });

  it('is followed through a chain of three, wherever in it the council’s record stands', async () => {
    for (const held of [A, B, C, D]) {
      const site = await siteWith([{ ...ann, number: held }], [[C, D], [A, B], [B, C]]); // prettier-ignore
      for (const asked of [A, B, C, D]) {
        const answer = await site.look(asked, usualBirth);
        assert.deepEqual([answer.kind, answer.supersededBy], ['care', asked === D ? null : D], `${held} ${asked}`);
      }
    }
  });

  it('is not said where nothing is disclosed', async () => {
    const site = await siteWith([ann], [[B, A]]);
    const answer = await site.look(B, '1950-01-01');
    assert.deepEqual([answer.kind, answer.supersededBy], ['birth-date-mismatch', null]);
  });

  it('that runs in a circle shows nobody under any number of it, nor behind it', async () => {
    const site = await siteWith([{ ...ann, number: C }, { ...ben, number: D }], [[A, B], [B, C], [C, A], [nhs(7), A]]); // prettier-ignore
    assert.deepEqual(await kinds(site, [A, B, C, nhs(7)]), Array(4).fill('cannot-show'));
    assert.deepEqual(await kinds(site, [D]), ['care']);
    assert.deepEqual(
      (await quarantineOf(site)).map(([, code]) => code),
      Array(4).fill('NUMBER_CHANGED_TWICE'),
    );
  });

  it('to two different numbers shows nobody under the old one', async () => {
    const site = await siteWith([ann], [[A, B], [A, C]]); // prettier-ignore
    assert.deepEqual(await kinds(site, [A]), ['cannot-show']);
  });

  it('said twice alike is no conflict', async () => {
    const site = await siteWith([ann], [[A, B], [A, B]]); // prettier-ignore
    assert.deepEqual(await kinds(site, [A, B]), ['care', 'care']);
    assert.deepEqual(await quarantineOf(site), []);
  });

  it('that merges two of the council’s records shows neither until the council has merged them (H04)', async () => {
    const site = await siteWith([ann, ben], [[A, B, 'Merged']]);
    assert.deepEqual(await kinds(site, [A, B]), ['cannot-show', 'cannot-show']);
    await site.land(site.whole([{ ...ben, ref: 'S1' }, { ...ben, ref: 'S2' }])); // prettier-ignore
    assert.deepEqual(await kinds(site, [A, B]), ['care', 'care']);
  });

  it('that was undone again finds two people again', async () => {
    const site = await siteWith([ann, ben], [[A, B, 'Merged']]);
    await site.land([numbers([])]);
    assert.equal(shownCare(await site.look(A, usualBirth)).banner.given, 'Ann');
    assert.equal(shownCare(await site.look(B, usualBirth)).banner.given, 'Ben');
  });

  it('that was withdrawn with nothing in its place is not valid, whoever holds it', async () => {
    const site = await siteWith([ann, ben], [[A, '', 'Invalidated'], [C, A]]); // prettier-ignore
    for (const asked of [A, C]) {
      const answer = await site.look(asked, usualBirth);
      assert.ok(answer.kind === 'number-not-valid');
      assert.match(answer.message, /withdrawn/);
    }
    assert.deepEqual(await kinds(site, [B]), ['care']);
  });

  it('lines that cannot be read are set aside with a code', async () => {
    const site = await siteWith([ann], [
      ['9990000019', A],
      ['', A],
      [B, ''],
      [B, '9999999999'],
      [B, B],
      [B, C, 'Because'],
    ]); // prettier-ignore
    assert.deepEqual(await quarantineOf(site), [
      [2, 'NHS_NUMBER_CHECK_DIGIT'],
      [3, 'NHS_NUMBER_MISSING'],
      [4, 'NEW_NUMBER_NOT_READ'],
      [5, 'NEW_NUMBER_NOT_READ'],
      [6, 'NEW_NUMBER_NOT_READ'],
      [7, 'NUMBER_REASON_UNKNOWN'],
    ]);
  });

  it(
    'among a thicket of contradictory lines is set aside without the import slowing to a halt',
    { timeout: 60_000 },
    async () => {
      const all = Array.from({ length: 10 }, (_, at) => nhs(60 + at));
      const thicket = all.flatMap((old) => all.filter((fresh) => fresh !== old).map((fresh) => [old, fresh] as const));
      const site = await siteWith([ann], thicket);
      assert.deepEqual(await kinds(site, [all[0] ?? '', A]), ['cannot-show', 'care']);
    },
  );
});
