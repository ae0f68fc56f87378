/** The examples of examples/README.md: what its tables say is what the software does. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { errorCatalogue, HomewardError } from '../src/domain/error.ts';
import type { ImportResult } from '../src/services/import-bundle.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { landing } from './support/land.ts';
import type { Landed } from './support/land.ts';
import { careOf, codeOf, readParts } from './support/read-parts.ts';

const now = new Date('2026-09-30T05:30:00+01:00');
const folder = join(import.meta.dirname, '../examples');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

/** The lines of the table whose first column has this heading. */
function table(heading: string): string[][] {
  const lines = readme.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && line.split('|')[1]?.trim() === heading);
  assert.notEqual(start, -1, heading);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('the example bundle', () => {
  let database: TestDatabase;
  let site: Landed;
  let result: ImportResult;
  before(async () => {
    database = await openTestDatabase();
    site = landing(database.db, now);
    result = await site.land(join(folder, 'bundle'));
  });
  after(() => database.close());

  it('gives each line of cld.csv the fate that the table says', async () => {
    const lines = (await readParts(join(folder, 'bundle'), now)).get('care') ?? [];
    const fates = lines.map((line) => {
      const { dropped, quarantined } = careOf(line);
      const fate = codeOf('care', line) ?? quarantined?.code ?? dropped ?? 'package';
      return [String(line.row), line.cell('Event Reference'), line.cell('LA Person Unique Identifier'), fate];
    });
    assert.deepEqual(
      table('Row').map((row) => row.slice(0, 4)),
      fates,
    );
  });

  it('lands, sets aside what the tables say, and reports the column that no standard knows', async () => {
    assert.deepEqual([result.outcome, result.report.hold], ['landed', []]);
    const kinds: Record<string, string> = {
      'safeguarding.csv': 'safeguarding',
      'restricted.csv': 'restrictions',
      'nhs_number_changes.csv': 'numbers',
      'service_map.csv': 'services',
    };
    const listed = [
      ...table('Row').map(([row, , , fate]) => ['care', row, fate]),
      ...table('File').map(([file = '', row, fate]) => [kinds[file], row, fate]),
    ].filter(([, , fate]) => /^[A-Z_]+$/.test(fate ?? ''));
    assert.deepEqual(await site.setAside(result), listed.map((cells) => cells.join(' ')).sort());
    assert.deepEqual(result.report.parts.find(({ kind }) => kind === 'care')?.unknownColumns, ['Local_Team']);
  });

  for (const [number = '', birthDate = '', kind] of table('NHS number')) {
    it(`answers "${kind}" for ${number}`, async () => {
      assert.equal((await site.ask('999', number, birthDate)).kind, kind);
    });
  }

  it('answers with the providers, phones and safeguarding that the tables explain', async () => {
    const care = async (number: string, birthDate: string) => {
      const answer = await site.ask('999', number, birthDate);
      assert.ok('care' in answer && answer.care);
      const { packages, ended, safeguarding, unreadLines } = answer.care;
      const shown = [...packages, ...ended].map((one) => [
        one.service,
        one.provider,
        one.status,
        one.now?.phone.href ?? null,
        one.phoneSource,
      ]);
      return { shown, safeguarding, unreadLines };
    };
    assert.deepEqual(await care('9990000360', '1942-06-12'), {
      shown: [
        ['Home care', 'Copse Lane Home Care', 'active', 'tel:01632960302', 'council'],
        ['Day centre', 'Tithe Barn Day Centre', 'active', null, 'council'],
      ],
      safeguarding: 'none-recorded',
      unreadLines: 0,
    });
    assert.deepEqual(await care('9990000379', '1957-01-30'), {
      shown: [['Meals at home', null, 'active', null, 'none']],
      safeguarding: 'none-recorded',
      unreadLines: 0,
    });
    assert.deepEqual(await care('9990000387', '1935-12-24'), {
      shown: [['Care home', 'Dovecote House', 'active', 'tel:01632960320', 'cqc']],
      safeguarding: 'open',
      unreadLines: 0,
    });
    assert.deepEqual(await care('9990000395', '1944-05-07'), {
      shown: [['Reablement at home', 'Eastgate Reablement', 'ended', 'tel:07700900303', 'cqc']],
      safeguarding: 'none-recorded',
      unreadLines: 0,
    });
    assert.deepEqual(await care('9990000409', '1939-03-03'), {
      shown: [['Home care', 'Copse Lane Home Care', 'planned', 'tel:01632960302', 'council']],
      safeguarding: 'not-available',
      unreadLines: 0,
    });
    assert.deepEqual(await care('9990000433', '1941-04-15'), {
      shown: [['Home care', 'Bramble, Thorn and Daughters', 'active', null, 'none']],
      safeguarding: 'none-recorded',
      unreadLines: 0,
    });
    assert.equal((await care('9990000492', '1938-05-19')).unreadLines, 1);
  });

  it('counts the referral of somebody whom no other part knows', () => {
    assert.equal(result.report.people.peopleUnknownToCare, 1);
  });
});

describe('the invalid examples', () => {
  let database: TestDatabase;
  before(async () => {
    database = await openTestDatabase();
  });
  after(() => database.close());

  const listed = table('Bundle');

  it('are all in the table', () => {
    const present = readdirSync(join(folder, 'invalid')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(listed.map(([name]) => name ?? '').sort(), present.sort());
  });

  for (const [name = '', codes = ''] of listed) {
    it(`${name} gives ${codes}`, async () => {
      const check = landing(database.db, now).land(join(folder, 'invalid', name), { dryRun: true });
      if (Object.hasOwn(errorCatalogue, codes)) {
        await assert.rejects(check, (error) => error instanceof HomewardError && error.code === codes);
        return;
      }
      const { report } = await check;
      const found = [...report.hold.map(({ reason }) => reason), ...report.quarantine.map(({ code }) => code)];
      assert.deepEqual(found.sort(), codes.split(', ').sort());
    });
  }
});
