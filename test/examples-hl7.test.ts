/** The messages under examples/hl7 do what the table in examples/README.md says, and no other is there. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { staysOfNumbers } from '../src/store/hospital/stays.ts';
import { kingsVale } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { hospitalOn } from './support/hospital.ts';
import { movableClock } from './support/web.ts';

const examples = join(import.meta.dirname, '../examples');
const table = [
  ...readFileSync(join(examples, 'README.md'), 'utf8').matchAll(
    /^\| `([\w-]+)` +\| (A[AER]) +\| (\w+) +\| (\w*) *\|$/gm,
  ),
].map(([, name = '', ack = '', state = '', code = '']) => ({ name, ack, state, code }));

let database: TestDatabase;
before(async () => (database = await openTestDatabase()));
after(() => database.close());

describe('the example messages', () => {
  it('are all in the table', () => {
    const files = readdirSync(join(examples, 'hl7')).map((name) => name.replace(/\.hl7$/, ''));
    assert.deepEqual(table.map(({ name }) => name).sort(), files.sort());
  });

  it('are answered and become what the table says, and end Barbara’s stay', async () => {
    const clock = movableClock('2026-09-30T10:00:00Z');
    const hospital = hospitalOn(database.db, kingsVale, clock);
    for (const { name, ack, state, code } of table) {
      clock.advance(60_000);
      const now = new Intl.DateTimeFormat('sv-SE', {
        dateStyle: 'short',
        timeStyle: 'medium',
        timeZone: 'Europe/London',
      })
        .format(clock.now())
        .replaceAll(/\D/g, '');
      const text = readFileSync(join(examples, 'hl7', `${name}.hl7`), 'utf8').replaceAll('NOW', now);
      const controlId = /\|(EX-[\d-]+)\|/.exec(text)?.[1] ?? '';
      assert.equal(await hospital.send(text), `${ack} ${controlId}`, name);
      await hospital.apply();
      const row = await database.db.sql
        .selectFrom('hl7_message')
        .select(['state', 'code'])
        .where('control_id', '=', controlId)
        .executeTakeFirstOrThrow();
      assert.deepEqual([row.state, row.code ?? ''], [state, code], name);
      const [stay] = await staysOfNumbers(database.db, ['9990000018']);
      const status: Record<string, string> = { '1-arrival': 'arrived', '2-admission': 'admitted' };
      assert.equal(stay?.status, status[name] ?? 'discharged', name);
    }
  });
});
