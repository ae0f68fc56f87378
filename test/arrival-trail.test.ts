/** What an arrival's question leaves in the audit trail, which outlives the stay: of whom nothing was found, no number. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { allOn, putStay, settling } from './support/arrivals.ts';
import type { StayChanges } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [known, unknown] = [nhs(1), nhs(51)];

async function asked(number: string, changes: StayChanges = {}): Promise<Record<string, unknown>> {
  const options = { agreement: { arrival: allOn }, council: { fallLimitPercent: 100 } };
  const site = new Site(test.db, `TRAIL${++sites}`, options);
  await site.land(site.whole([{ id: 'M1', number: known }]));
  const own = settling(site);
  const stay = await putStay(site, number, changes);
  await own.run();
  const rows = await test.db.sql.selectFrom('audit_event').selectAll()
    .where('action', '=', 'arrival-question').where('organisation', '=', site.hospital).execute(); // prettier-ignore
  const [row, ...others] = rows;
  assert.ok(row && others.length === 0);
  assert.equal((row.detail as { stay?: string }).stay, stay);
  return row;
}

for (const [who, number, changes] of [
  ['somebody of whom the council has no record', unknown, {}],
  ['a child, of whom no record was read', known, { birth: '2015-02-02' }],
  ['a child of whom the council has no record', unknown, { birth: '2015-02-02' }],
] as const) {
  it(`of ${who} no number is left, only the stay (product rule 8)`, async () => {
    const row = await asked(number, changes);
    assert.deepEqual([row['number_asked'], row['number_current'], row['person_key']], [null, null, null]);
    assert.ok(!JSON.stringify(row).includes(number), 'nowhere in the row');
  });
}

it('of somebody on record it is left, so that who asked about them can be told', async () => {
  assert.equal((await asked(known, { birth: usualBirth }))['number_asked'], known);
  const other = await asked(known, { birth: '1950-01-01' });
  assert.equal(other['number_asked'], known);
  assert.match(String(other['person_key']), /^\d+$/);
});
