/** Imports of files made by others give exactly what was worked out by hand, line by line (test/expected). */
import assert from 'node:assert/strict';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Answer, ShownPackage } from '../src/domain/answer.ts';
import type { HolidayCalendar } from '../src/domain/office-hours.ts';
import { lookUp } from '../src/services/look-up.ts';
import type { ImportResult } from '../src/services/import-bundle.ts';
import { readCsv } from '../src/sources/csv.ts';
import * as cqc from './expected/cqc-bundle.ts';
import * as shared from './expected/shared-bundle.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, contacts, nhs, restrictions, safeguarding, services, usualBirth } from './support/import-lines.ts';
import { Site, shownCare } from './support/import-site.ts';
import { holidays, requestFor } from './support/site.ts';

const data = join(import.meta.dirname, '../../shared/data');
const missing = existsSync(data) ? false : 'the shared data is not here';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

function seen(packages: readonly ShownPackage[]): [string, string, string, string][] {
  return packages
    .map(({ service, provider, now, others }): [string, string, string, string] => [
      service ?? '',
      provider ?? '',
      now ? plain(now.phone.text) : '-',
      others.map(({ phone }) => plain(phone.text)).join(' '),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('the worked example', { skip: missing }, () => {
  const folder = join(data, 'examples/bundle');
  let site: Site;
  let result: ImportResult;
  let lines: Map<string, Record<string, string>>;
  let oldNumber = '';
  before(async () => {
    site = new Site(test.db, '999', { council: { id: '999' } });
    result = await site.handIn(folder);
    const records: string[][] = [];
    for await (const batch of readCsv(createReadStream(join(folder, 'cld.csv')))) records.push(...batch);
    const [header = [], ...rows] = records;
    lines = new Map(rows.map((row) => {
      const line = Object.fromEntries(header.map((name, at) => [name, row[at] ?? '']));
      return [line['LA Person Unique Identifier'] ?? '', line];
    })); // prettier-ignore
    oldNumber = readFileSync(join(folder, 'nhs_number_changes.csv'), 'utf8').split('\n')[1]?.split(',')[0] ?? '';
  });

  const typed = (councilId: string): [number: string, birth: string] => {
    const line = lines.get(councilId);
    const [day, month, year] = (line?.['Date of Birth'] ?? '').split('/');
    return [line?.['NHS Number'] ?? '', `${year}-${month}-${day}`];
  };

  /** Asks at another time, on a calendar of its own. */
  async function askAt(councilId: string, at: string, calendar: HolidayCalendar = holidays): Promise<Answer> {
    const clock = { now: () => new Date(at) };
    const caller = { ...site.nurse(`${councilId} ${at} ${calendar.knownUntil}`), authenticatedAt: new Date(at) };
    const request = requestFor(...typed(councilId));
    return (await lookUp({ ...site.lookUpDeps, clock, holidays: calendar }, caller, request)).answer;
  }

  it('lands, with every part read as it is', () => {
    assert.equal(result.outcome, 'landed');
    assert.deepEqual(result.report.parts.map(({ kind, rows, encoding, unknownColumns }) => [kind, rows, encoding, unknownColumns.length]), [
      ['care', shared.care.length, 'utf-8', 0],
      ['package-providers', 1, 'utf-8', 0],
      ['contacts', 3, 'utf-8', 0],
      ['safeguarding', shared.safeguarding.length, 'utf-8', 0],
      ['restrictions', shared.restrictions.length, 'utf-8', 0],
      ['numbers', 1, 'utf-8', 0],
      ['services', 7, 'utf-8', 0],
    ]); // prettier-ignore
  });

  it('stores exactly the packages expected, and of no other line', async () => {
    const { rows } = await sql<{ id: string; reference: string }>`
      select i.value as id, p.reference from package p join person_identifier i on i.council = p.council
        and i.person_key = p.person_key and i.kind = 'council-id' where p.council = '999' order by 1, 2`.execute(
      test.db.sql,
    );
    const expected = shared.care
      .filter(([, , , fate]) => fate === 'package')
      .map(([, id, reference]) => ({ id, reference }));
    assert.deepEqual(rows, expected);
  });

  it('sets aside exactly the lines expected, each with its code', async () => {
    const { rows } = await sql<{ part: string; row: string; code: string; id: string | null }>`
      select part, row_number as row, code, council_id as id from quarantine where council = '999' order by part, row_number`.execute(
      test.db.sql,
    );
    const isCode = (fate: string): boolean => /^[A-Z_]+$/.test(fate);
    const expected = [
      ...shared.care.map((line) => ['care', ...line] as const),
      ...shared.safeguarding.map((line) => ['safeguarding', ...line] as const),
    ].filter(([, , , , fate]) => isCode(fate));
    assert.deepEqual(rows, expected.map(([part, row, id, , code]) => ({ part, row: String(row), code, id }))); // prettier-ignore
  });

  it('counts exactly the good lines that make no package, each with its reason', () => {
    const counts: Record<string, number> = {};
    for (const [, , , fate] of shared.care) {
      if (/^[a-z0-9-]+$/.test(fate) && fate !== 'package') counts[fate] = (counts[fate] ?? 0) + 1;
    }
    assert.deepEqual({ ...result.report.dropped }, counts);
  });

  it('keeps exactly the referrals and restrictions expected', async () => {
    const { rows } = await sql<{ id: string; reference: string; state: string }>`
      select i.value as id, r.reference, r.state from referral r join person_identifier i on i.council = r.council
        and i.person_key = r.person_key and i.kind = 'council-id' where r.council = '999' order by 2`.execute(
      test.db.sql,
    );
    const kept = shared.safeguarding.filter(([, , , fate]) => fate !== 'closed');
    assert.deepEqual(rows, kept.map(([, id, reference, fate]) => ({ id, reference, state: fate === 'open' ? 'open' : 'not-known' }))); // prettier-ignore
    const held = await sql<{ id: string; reason: string }>`
      select i.value as id, r.reason from restriction r join person_identifier i on i.council = r.council
        and i.person_key = r.person_key and i.kind = 'council-id' where r.council = '999' order by 1`.execute(
      test.db.sql,
    );
    assert.deepEqual(held.rows, shared.restrictions.map(([, id, , reason]) => ({ id, reason }))); // prettier-ignore
  });

  it('keeps exactly the contacts, providers, numbers and services expected', async () => {
    const queries: Record<string, string> = {
      contacts: `select concat_ws(' ', coalesce(cqc_location_id, ''), local_reference) as kept from provider_contact`,
      'package-providers': `select concat_ws(' ', reference, local_reference) as kept from package_provider`,
      numbers: 'select reason as kept from number_change',
      services: `select concat_ws(' ', component, case when shown then 'Y' else 'N' end, label) as kept from service_label`,
    };
    for (const [part, query] of Object.entries(queries)) {
      const { rows } = await sql.raw<{ kept: string }>(`${query} where council = '999'`).execute(test.db.sql);
      const expected = shared.others.filter(([kind]) => kind === part).map(([, , kept]) => kept);
      assert.deepEqual(rows.map((row) => row.kept).sort(), expected.toSorted(), part); // prettier-ignore
    }
  });

  for (const { councilId, kind, why, safeguarding: state, closed, open } of shared.answers) {
    it(`answers "${kind}" for ${councilId}: ${why}`, async () => {
      const early = await askAt(councilId, '2026-09-30T06:00:00+01:00');
      assert.equal(early.kind, kind);
      if (!closed || !open) return;
      const { packages, ended, safeguarding: shown, banner } = shownCare(early);
      assert.deepEqual([shown, ended, banner.councilId], [state, [], councilId]);
      assert.deepEqual(seen(packages), closed);

      const inHours = await askAt(councilId, '2026-09-30T10:00:00+01:00');
      assert.deepEqual(seen(shownCare(inHours).packages), open);
      assert.equal(shownCare(inHours).safeguarding, 'not-available', 'the file is nearly five hours old');

      const night = await askAt(councilId, '2026-10-01T03:00:00+01:00');
      assert.deepEqual([night.kind, seen(shownCare(night).packages)], [kind, closed]);

      const holiday = { days: new Set(['2026-10-01']), knownUntil: '2026-12-31' };
      const onHoliday = await askAt(councilId, '2026-10-01T10:00:00+01:00', holiday);
      assert.deepEqual(seen(shownCare(onHoliday).packages), closed);
      assert.ok('age' in onHoliday && onHoliday.age.freshness === 'amber', 'the file is 28 hours old');
    });
  }

  it('answers for every person that the file names with a number to ask by', () => {
    const ids = new Set(shared.care.map(([, id]) => id));
    // M100006 has no number at all.
    assert.deepEqual([...ids].filter((id) => !shared.answers.some((one) => one.councilId === id)), ['M100006']); // prettier-ignore
  });

  it('finds M100014 under the older number too, and says which is current', async () => {
    const [current, birth] = typed('M100014');
    const answer = await site.look(oldNumber, birth);
    assert.deepEqual([answer.kind, answer.supersededBy], ['care', current]);
  });

  it('shows nothing for a birth date that is a day off, nor of anybody it does not know', async () => {
    assert.equal((await site.look(typed('M100001')[0], '1941-03-15')).kind, 'birth-date-mismatch');
    assert.equal((await site.look(nhs(500), '1941-03-14')).kind, 'no-record');
    // A child's record is no less neutral for an adult's birth date.
    assert.equal((await site.look(typed('M100011')[0], '1941-03-14')).kind, 'cannot-show');
  });

  it('shows how long ago the contacts were confirmed', async () => {
    const of = async (id: string): Promise<string[]> =>
      shownCare(await askAt(id, '2026-09-30T06:00:00+01:00')).packages.map(
        (one) => `${one.lastConfirmed} ${one.confirmedFreshness}`,
      );
    assert.deepEqual(await of('M100003'), ['2024-06-01 red']);
    assert.deepEqual(await of('M100013'), ['2026-09-01 fresh']);
  });
});

describe('a bundle with CQC’s directory as it is published', { skip: missing }, () => {
  it('gives exactly the phones expected, their 0 restored, and says whose they are', async () => {
    const site = new Site(test.db, 'C01');
    const file = readFileSync(join(data, 'cqc/cqc_directory.csv'));
    const rows = file.toString('utf8').trimEnd().split('\n').length - 5;
    const people = cqc.packages.map(({ location, nameOnLine }, at) => ({
      id: `M${at}`,
      number: nhs(at),
      cqc: location,
      cqcName: nameOnLine,
    }));
    const { report } = await site.land([
      care('C01', people),
      { kind: 'directory', header: [], rows: Array(rows).fill([]) as string[][], content: file },
      contacts([{ cqc: '1-22940471514', name: 'In the contacts', phone: '01632 960101', hours: 'Mon-Fri 08:00-18:00', night: '01632 960102', confirmed: '01/09/2026' }]),
      safeguarding('C01', []),
      restrictions('C01', []),
      services(),
    ]); // prettier-ignore
    assert.deepEqual(report.quarantine, []);
    assert.deepEqual(report.parts.find(({ kind }) => kind === 'directory')?.unknownColumns, []);
    for (const [at, expected] of cqc.packages.entries()) {
      const [one, ...others] = shownCare(await site.look(nhs(at), usualBirth)).packages;
      assert.ok(one && others.length === 0);
      assert.deepEqual(
        [one.provider, one.now ? plain(one.now.phone.text) : '-', one.phoneSource],
        [expected.provider, expected.phone, expected.source],
        expected.why,
      );
      if (one.now) assert.equal(one.now.phone.href, `tel:${expected.phone.replaceAll(' ', '')}`);
    }
    assert.deepEqual(report.people.providersWithoutPhone, { '1-00000000000': 1, '1-11958380640': 1 });
  });
});
