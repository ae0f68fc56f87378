/** Columns swapped in the making of an extract must stop it, also the very first one. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cldCells, cldColumns } from '../src/demo/part-headers.ts';
import { fixedClock } from '../src/domain/clock.ts';
import { checkDigit } from '../src/domain/nhs-number.ts';
import { importBundle } from '../src/services/import-bundle.ts';
import { openBundle } from '../src/sources/extract-bundle.ts';
import { writeBundle } from './support/bundle.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { agreementWith, callerOf, council, morning } from './support/site.ts';

let test: TestDatabase;
let folder: string;
const clock = fixedClock(morning);

before(async () => {
  test = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'homeward-swapped-'));
});
after(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

async function outcome(name: string, birth: string, start: string): Promise<Awaited<ReturnType<typeof importBundle>>> {
  const rows = numbers(120).map((number, index) =>
    cldCells({
      'LA Code': '999',
      'NHS Number': number,
      'LA Person Unique Identifier': `W${index}`,
      'Last Name': 'Example',
      'Date of Birth': birth,
      'Client Type': 'Service user',
      'Event Type': 'Service',
      'Event Reference': `E${index}`,
      'Event Start Date': start,
      'Service Type': 'Long term support: Community',
      'Service Component': 'Day support',
    }),
  );
  const asAt = '2026-09-30T05:10:00+01:00';
  const path = await writeBundle(join(folder, name), {
    council: '999',
    extractedAt: asAt,
    parts: [{ kind: 'care', asAt, header: [...cldColumns], rows }],
  });
  const bundle = await openBundle(path, { workDir: folder, now: clock.now() });
  return importBundle({ db: test.db, clock, council, agreements: [agreementWith()] }, bundle, {
    dryRun: true,
    caller: callerOf('operator'),
  });
}

function numbers(count: number): string[] {
  const all: string[] = [];
  for (let nine = 999_100_000; all.length < count; nine++) {
    const digit = checkDigit(String(nine));
    if (digit < 10) all.push(`${nine}${digit}`);
  }
  return all;
}

describe('a first extract', () => {
  it('H19: is held when birth and start dates are swapped, since nearly everybody would be a child', async () => {
    const { report } = await outcome('swapped', '01/02/2025', '14/03/1941');
    assert.deepEqual(report.hold, [{ part: 'care', reason: 'MOSTLY_UNUSABLE', lines: 120 }]);
  });

  it('is not held when its columns are right', async () => {
    const { report } = await outcome('right', '14/03/1941', '01/02/2025');
    assert.deepEqual(report.hold, []);
  });
});
