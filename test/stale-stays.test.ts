/** Stays that may be over: to whom they are listed, and whom the list names. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { staleStays } from '../src/services/stale-stays.ts';
import { putStay } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { arrive, landBoth, listedSite } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
const past = (site: ListedSite): Date => new Date(site.now.getTime() - 1000);

async function staleSite(agreement: Record<string, unknown> = {}): Promise<ListedSite> {
  const site = listedSite(test.db, `OLD${++sites}`, agreement);
  await landBoth(site);
  for (const number of [A, B]) await arrive(site, number, { family: `F${number}` });
  await test.db.sql.updateTable('stay').set({ stale_at: past(site) }).where('organisation', '=', site.hospital).execute(); // prettier-ignore
  return site;
}

const names = async (site: ListedSite, caller = site.nurse('n')): Promise<(string | null)[]> =>
  (await staleStays(site.board, caller)).stays.map(({ name }) => name?.family ?? null).sort();

it('names who is on the board, and the rest by their hospital number alone', async () => {
  const site = await staleSite();
  await putStay(site, C, { family: 'Unheard-of', staleAt: past(site) });
  await site.look(B, usualBirth, { permission: 'refused' });
  assert.deepEqual(await names(site), [`F${A}`, null, null]);
  const { stays } = await staleStays(site.board, site.nurse('n'));
  assert.ok(stays.every(({ hospitalNumber }) => hospitalNumber.startsWith('P-')));
});

it('holds nobody under 18, and whose age is not known without a name', async () => {
  const site = await staleSite();
  const { year, month, day } = { year: site.now.getUTCFullYear() - 18, month: site.now.getUTCMonth() + 1, day: site.now.getUTCDate() }; // prettier-ignore
  const born = (year_: number, day_: number): string =>
    new Date(Date.UTC(year_, month - 1, day_)).toISOString().slice(0, 10);
  await putStay(site, C, { birth: born(year, day + 1), staleAt: past(site) });
  assert.equal((await names(site)).length, 2);
  await putStay(site, C, { birth: born(year, day), staleAt: past(site) });
  await putStay(site, C, { birth: null, staleAt: past(site) });
  assert.deepEqual(await names(site), [`F${A}`, `F${B}`, null, null]);
});

for (const [name, agreement] of [
  ['the agreement’s board is off', { arrival: { ask: true } }],
  ['every switch of arrivals is off', { arrival: {} }],
  ['the agreement is not in force', { enabled: false }],
  ['the agreement names other roles', { roles: { 'emergency-doctor': { safeguarding: true } } }],
] as const) {
  it(`shows nothing of anybody where ${name} (deny by default)`, async () => {
    const site = await staleSite(agreement);
    assert.deepEqual(await staleStays(site.board, site.nurse('n')), { switchedOn: false, stays: [] });
    const row = await test.db.sql.selectFrom('audit_event').select('outcome').where('action', '=', 'see-stale-stays').where('organisation', '=', site.hospital).executeTakeFirstOrThrow(); // prettier-ignore
    assert.equal(row.outcome, 'switched-off');
  });
}
