/** A crowd of changed stays, and somebody who has to go off every list meanwhile. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { arrivalsOn } from '../src/services/arrivals.ts';
import { putStay } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, restrictions, usualBirth } from './support/import-lines.ts';
import { arrive, landBoth, listedSite } from './support/listed.ts';
import type { ListedSite } from './support/listed.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B, C] = [nhs(1), nhs(2), nhs(3)];

/** Settles while stays change without end, until 600 were settled. @returns after how many this stay’s hint, or its retraction, went */
async function settleInStorm(site: ListedSite, whose: string, wanted: 'hint' | 'retraction'): Promise<number | null> {
  const most = 600;
  const changing = await Promise.all(Array.from({ length: 150 }, () => putStay(site, C)));
  let settled = 0;
  let goneAfter: number | null = null;
  const { db, clock, agreement, feed } = site;
  const counting: typeof db = Object.assign(Object.create(db) as typeof db, {
    async transaction(work: Parameters<typeof db.transaction>[0]) {
      const result = await db.transaction(work);
      settled++;
      const next = changing[settled % changing.length];
      if (settled < most && next !== undefined)
        await db.sql.insertInto('stay_change').values({ stay_id: next, changed_at: site.now }).execute();
      return result;
    },
  });
  const arrivals = arrivalsOn({
    db: counting,
    clock,
    feeds: [feed],
    agreements: [agreement],
    hints: {
      wake: () => undefined,
      standsFor: async () => true,
      unwanted: async () => [],
      async enqueueHint(_trx, { kind, stay: { stayId } }) {
        if (kind === wanted && stayId === whose) goneAfter ??= settled;
        return 'queued';
      },
    },
  });
  await arrivals.run();
  return goneAfter;
}

describe('a storm of messages', () => {
  it('does not keep a refusal waiting: it goes before whatever has changed (H23, rule R7)', async () => {
    const site = listedSite(test.db, 'STORM1');
    await landBoth(site);
    const stay = await arrive(site, A);
    await site.look(A, usualBirth, { permission: 'refused' });
    assert.equal(await settleInStorm(site, stay, 'retraction'), 0);
  });

  it('does not keep a restriction waiting that landed', async () => {
    const site = listedSite(test.db, 'STORM2');
    await landBoth(site);
    await arrive(site, B);
    const stay = await arrive(site, A);
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    const after = await settleInStorm(site, stay, 'retraction');
    assert.ok(after !== null && after < 3, `after ${after}`);
  });

  it('does not keep waiting who never was asked about', async () => {
    // What other tests learnt is of no agreement here, and would be forgotten first.
    await test.db.sql.deleteFrom('stay_care').execute();
    const site = listedSite(test.db, 'STORM3');
    await landBoth(site);
    const stay = await putStay(site, A);
    await test.db.sql.deleteFrom('stay_change').where('stay_id', '=', stay).execute();
    const after = await settleInStorm(site, stay, 'hint');
    assert.ok(after !== null && after < 300, `after ${after}`);
  });
});
