/** The README tells the truth about the demo's people, the settings and the scripts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { demoPeople } from '../src/demo/people.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

describe('the README', () => {
  it('names people of the demo by the number and birth date that give what it promises', () => {
    const people = demoPeople(new Date('2026-11-22T12:00:00Z'));
    const rows = [...readme.matchAll(/^\| [^|]+ \| (\d{3} \d{3} \d{4})[^|]* \| (\d{1,2}) (\d{1,2}) (\d{4}) +\|$/gm)];
    assert.ok(rows.length >= 15, `only ${rows.length} rows were read`);
    for (const [row, number = '', day = '', month = '', year = ''] of rows) {
      const born = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
      const found = people.find((one) => one.nhsNumber === number.replaceAll(' ', ''));
      assert.equal(found?.birthDate, born, row);
    }
  });

  it('shows someone for every answer that a person stands for', () => {
    const kinds = new Set(
      demoPeople(new Date('2026-11-22T12:00:00Z'))
        .filter((one) => readme.includes(one.nhsNumber.replace(/(\d{3})(\d{3})(\d{4})/, '$1 $2 $3')))
        .map((one) => one.answer),
    );
    for (const kind of [
      'care',
      'no-care',
      'no-record',
      'cannot-show',
      'birth-date-mismatch',
      'overdue',
      'died',
      'child',
      'number-not-valid',
    ] as const) {
      assert.ok(kinds.has(kind), `nobody shows ${kind}`);
    }
  });

  it('names only scripts that exist', () => {
    for (const [, name = ''] of readme.matchAll(/npm run ([a-z:]+)/g)) assert.ok(scripts[name], `npm run ${name}`);
  });

  it('lists every setting, and no other', () => {
    const config = readFileSync(join(root, 'src/config.ts'), 'utf8');
    const known = [...config.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((found) => found[1]).sort();
    const listed = [...readme.matchAll(/^\| `([A-Z][A-Z_]+)`/gm)].map((found) => found[1]).sort();
    assert.deepEqual(listed, known);
  });
});
