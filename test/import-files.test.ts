/** Files as councils really make them: what spreadsheets did to them is said by code, and nothing wrong is shown. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { matchRate } from '../src/services/import-report.ts';
import { quarantineCsv } from '../src/services/manage-bundles.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, restrictions, safeguarding, usualBirth } from './support/import-lines.ts';
import type { UndatedPart } from './support/import-lines.ts';
import { Site, auditOf, dumpAll, shownCare } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const newSite = (): Site => new Site(test.db, `F${++sites}`);
const A = nhs(1);

/** The part with the names of two columns exchanged, their cells left where they are. */
function swapped(part: UndatedPart, one: string, other: string): UndatedPart {
  assert.ok(part.header.includes(one) && part.header.includes(other));
  return { ...part, header: part.header.map((name) => (name === one ? other : name === other ? one : name)) };
}

describe('a care file', () => {
  it('whose NHS numbers a spreadsheet has changed is set aside line by line, with a code for each way', async () => {
    const site = newSite();
    const mangled = {
      '9.99E+09': 'NHS_NUMBER_SPREADSHEET',
      '9,99E+09': 'NHS_NUMBER_SPREADSHEET',
      '9990000018.0': 'NHS_NUMBER_SPREADSHEET',
      '999000001': 'NHS_NUMBER_LENGTH',
      '#N/A': 'NHS_NUMBER_NOT_DIGITS',
      'ABC 1234': 'NHS_NUMBER_OLD_STYLE',
      '9999999999': 'NHS_NUMBER_DUMMY',
      '0000000000': 'NHS_NUMBER_DUMMY',
      '9990000019': 'NHS_NUMBER_CHECK_DIGIT',
    };
    const lines = Object.keys(mangled).map((number, at) => ({ id: `M${at}`, number }));
    const { report } = await site.land(site.whole([...lines, { id: 'M99', number: A }]));
    const expected: Record<string, number> = {};
    for (const code of Object.values(mangled)) expected[code] = (expected[code] ?? 0) + 1;
    assert.deepEqual(Object.fromEntries(report.quarantine.map(({ code, lines: n }) => [code, n])), expected);
    assert.equal(matchRate(report), 10);
    assert.equal((await site.look('9990000018', usualBirth)).kind, 'no-record');
  });

  it('with spaces, dashes and tabs in its numbers is read', async () => {
    const site = newSite();
    const spaced = `${A.slice(0, 3)} ${A.slice(3, 6)}-${A.slice(6)}`;
    await site.land(site.whole([{ id: 'M1', number: spaced }]));
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });

  it('whose NHS numbers stand under the council’s ids shows nobody, and its report says so', async () => {
    const site = newSite();
    const [lines, ...others] = site.whole([{ id: 'M100001', number: A }, { id: 'M100002', number: nhs(2) }]); // prettier-ignore
    assert.ok(lines);
    const { report } = await site.land([swapped(lines, 'NHS Number', 'LA Person Unique Identifier'), ...others]);
    assert.deepEqual(report.quarantine, [{ part: 'care', code: 'NHS_NUMBER_OLD_STYLE', lines: 2 }]);
    assert.equal(matchRate(report), 0);
    assert.equal(report.people.packagesShown, 0);
    assert.equal((await site.look(A, usualBirth)).kind, 'no-record');
  });

  it('so swapped after a good one is held, and the good one stands', async () => {
    const site = newSite();
    const people = [{ id: 'M100001', number: A }];
    await site.land(site.whole(people));
    const { outcome } = await site.take([
      swapped(care(site.council.id, people), 'NHS Number', 'LA Person Unique Identifier'),
    ]);
    assert.equal(outcome, 'held');
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });

  it('whose birth and start dates stand under each other’s names is set aside', async () => {
    const site = newSite();
    const [lines, ...others] = site.whole([{ id: 'M1', number: A, start: '01/02/2005' }]);
    assert.ok(lines);
    const { report } = await site.land([swapped(lines, 'Date of Birth', 'Event Start Date'), ...others]);
    assert.deepEqual(report.quarantine, [{ part: 'care', code: 'START_BEFORE_BIRTH', lines: 1 }]);
    assert.notEqual((await site.look(A, '2005-02-01')).kind, 'care');
  });

  it('in Windows-1252 gives names right, and the report says how it was read (H11)', async () => {
    const site = newSite();
    const [lines, ...others] = site.whole([{ id: 'M1', number: A, given: 'Siân', family: 'O’Brien-Müller' }]);
    assert.ok(lines);
    const { report } = await site.land([{ ...lines, encoding: 'windows-1252' }, ...others]);
    assert.equal(report.parts[0]?.encoding, 'windows-1252');
    const { banner } = shownCare(await site.look(A, usualBirth));
    assert.deepEqual([banner.given, banner.family], ['Siân', 'O’Brien-Müller']);
  });

  it('keeps names with tabs, backslashes, quotes and line breaks as they are', async () => {
    const site = newSite();
    const family = 'O\\N"Br\\.ien\tTab\nLine\r\nÞ 𝒩';
    await site.land(site.whole([{ id: 'M1', number: A, family, given: '\\N' }, { id: 'M2', number: nhs(2), given: '\\.' }])); // prettier-ignore
    const { banner } = shownCare(await site.look(A, usualBirth));
    assert.deepEqual([banner.given, banner.family], ['\\N', family]);
    assert.equal(shownCare(await site.look(nhs(2), usualBirth)).banner.given, '\\.');
  });

  it('with semicolons, or in UTF-16, is refused by code, and nothing changes', async () => {
    const site = newSite();
    const [lines, ...others] = site.whole([{ id: 'M1', number: A }]);
    assert.ok(lines);
    const before = await dumpAll(test.db);
    await assert.rejects(site.take([{ ...lines, delimiter: ';' }, ...others]), refusedWith('PART_HEADER'));
    await assert.rejects(
      site.take([{ ...lines, encoding: 'utf-16le', bom: true }, ...others]),
      refusedWith('PART_ENCODING'),
    );
    assert.deepEqual(await dumpAll(test.db), before);
  });

  it('with a line that has lost a cell sets that line aside and uses the others', async () => {
    const site = newSite();
    const [lines, ...others] = site.whole([{ id: 'M1', number: A }, { id: 'M2', number: nhs(2) }]); // prettier-ignore
    assert.ok(lines);
    const rows = lines.rows.map((row, at) => (at === 0 ? row.slice(1) : row));
    const { report } = await site.land([{ ...lines, rows }, ...others]);
    assert.deepEqual(report.quarantine, [{ part: 'care', code: 'ROW_SHAPE', lines: 1 }]);
    assert.equal((await site.look(nhs(2), usualBirth)).kind, 'care');
  });

  it('with a cell that is endless reads it as empty, and says so, and nobody is lost', async () => {
    const site = newSite();
    const id = 'M1';
    const parts = site.whole(
      [
        { id, number: A, cqcName: 'x'.repeat(2_001) },
        { id: 'M2', number: nhs(2) },
      ],
      {
        referrals: [{ id: 'M2' }],
      },
    );
    const { report } = await site.land(parts);
    assert.deepEqual(report.quarantine, [{ part: 'care', code: 'CELL_TOO_LONG', lines: 1 }]);
    assert.equal(report.people.people, 2);
    // What is known of the person is not all: not "no care", and not care without it.
    assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
    assert.equal((await site.look(nhs(2), usualBirth)).kind, 'care');
  });
});

describe('a safeguarding or restrictions file', () => {
  it('whose NHS numbers stand under the council’s ids is held: else a restricted person would be shown (H12, H23)', async () => {
    const site = newSite();
    const { id } = site.council;
    const person = { id: 'M100001', number: A };
    await site.land(site.whole([person], { referrals: [person], restricted: [{ ...person, from: '01/10/2026' }] }));
    for (const part of [restrictions(id, [person]), safeguarding(id, [person])]) {
      const { outcome, report } = await site.take([swapped(part, 'NHS Number', 'LA Person Unique Identifier')]);
      assert.equal(outcome, 'held');
      assert.ok(report.hold.some((one) => one.reason === 'NOBODY_NAMED'));
    }
    assert.equal(shownCare(await site.look(A, usualBirth)).safeguarding, 'open');
  });

  it('of a council whose own ids look like NHS numbers is read all the same', async () => {
    const site = newSite();
    const { outcome } = await site.take(site.whole([{ id: nhs(7), number: A }], { referrals: [{ id: nhs(7) }, { id: nhs(7), number: A }] })); // prettier-ignore
    assert.equal(outcome, 'landed');
    assert.equal(shownCare(await site.look(A, usualBirth)).safeguarding, 'open');
  });
});

describe('the quarantine as CSV', () => {
  it('names lines by the council’s own ids with what to do, and is audited before it is handed out', async () => {
    const site = newSite();
    const { bundle } = await site.land(site.whole([{ id: 'M100001', number: '9990000019', family: 'Secretname' }]));
    const csv = await quarantineCsv(site.deps, site.steward, bundle ?? '');
    const [head, line, end] = csv.split('\r\n');
    assert.equal(head, '\ufeffPart,Row,LA Person Unique Identifier,Reference,Column,Value,Code,What to do');
    assert.equal(line, 'care,2,M100001,,NHS Number,,NHS_NUMBER_CHECK_DIGIT,NHS Number fails its check digit. Look for a typing mistake.'); // prettier-ignore
    assert.equal(end, '');
    assert.ok(!csv.includes('Secretname') && !csv.includes('9990000019'));
    const trail = await auditOf(test.db, site.council.id);
    assert.equal(trail.filter((row) => row['action'] === 'download-quarantine').length, 1);
  });

  it('cannot run as a formula in the analyst’s spreadsheet', async () => {
    const site = newSite();
    const evil = ["=cmd|'/c calc'!A1", '+1+1', '-2+3', '@SUM(A1)', '=HYPERLINK("http://x.example","a,b")'];
    const lines = evil.map((client, at) => ({ id: `=M${at}`, number: nhs(30 + at), client }));
    const { bundle } = await site.land(site.whole(lines));
    const csv = await quarantineCsv(site.deps, site.steward, bundle ?? '');
    const rows = csv.trimEnd().split('\r\n').slice(1);
    assert.equal(rows.length, evil.length);
    for (const row of rows) {
      for (const cell of row.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []) assert.doesNotMatch(cell, /^"?[=+@-]/, row);
    }
  });

  it('is for the council’s own data steward alone', async () => {
    const site = newSite();
    const { bundle } = await site.land(site.whole([{ id: 'M1', number: '9990000019' }]));
    for (const caller of [newSite().steward, { ...callerOf('operator'), organisation: site.council.id }]) {
      await assert.rejects(quarantineCsv(site.deps, caller, bundle ?? ''), refusedWith('NOT_ALLOWED'));
    }
    const other = newSite();
    await assert.rejects(quarantineCsv(other.deps, other.steward, bundle ?? ''), refusedWith('PAGE_NOT_FOUND'));
  });
});
