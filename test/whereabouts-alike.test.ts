/** How long a question takes tells nothing that its answer does not: the same statements, whatever is hidden. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { countingOn } from './support/counting.ts';
import type { Counting } from './support/counting.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { WhereSite } from './support/whereabouts.ts';

let test: TestDatabase;
let counting: Counting;
before(async () => {
  test = await openTestDatabase();
  counting = countingOn(test.engine);
});
after(() => test.close());

async function statementsOf(site: WhereSite, n: number, birthDate?: string): Promise<readonly string[]> {
  return (await counting.of(() => site.question(n, birthDate))).statements;
}

describe('the statements behind an answer', () => {
  for (const roster of [undefined, { terms: { enabled: true, whereabouts: true } }]) {
    const who = roster ? 'a provider with a list of its own' : 'a provider';
    it(`H13: are the same for ${who}, whatever “cannot say” stands for, and for “not with us”`, async () => {
      const options = roster ? { roster } : {};
      const site = new WhereSite(counting.db, roster ? 'ALIKE2' : 'ALIKE1', options);
      const people = [1, 2, 3, 4, 5, 6].map((n) => ({ n, ...(n === 6 && { cqc: '1-SOMEBODY-ELSE' }) }));
      await site.land(people, { referrals: [{ id: 'M2' }], restricted: [{ id: 'M3' }] });
      await site.hear();
      for (const n of [2, 3, 5, 6]) await site.stay(n);
      await site.stay(4, { status: 'died', died: true });
      await site.site.ask(site.number(5), '1941-03-14', { permission: 'refused' }, site.site.nurse('nia'));
      const plain = await statementsOf(site, 1);
      assert.ok(plain.length > 8);
      // Referral, restriction, death, refusal, another’s client, nobody’s number, a wrong birth date.
      for (const n of [2, 3, 4, 5, 6, 40]) assert.deepEqual(await statementsOf(site, n), plain, String(n));
      assert.deepEqual(await statementsOf(site, 2, '1941-03-15'), plain);
      site.site.now = new Date(site.site.now.getTime() + 20 * 3_600_000);
      assert.deepEqual(await statementsOf(site, 1), plain, 'a stale feed');
    });
  }

  it('are few', async () => {
    const site = new WhereSite(counting.db, 'ALIKE3');
    await site.land([{ n: 1 }, { n: 2 }]);
    await site.hear();
    await site.stay(2);
    const all = await statementsOf(site, 1);
    assert.ok(all.length <= 16, `${all.length} statements`);
    // With the notice that says who has read it.
    const told = await statementsOf(site, 2);
    assert.ok(told.length <= 27, `${told.length} statements`);
  });

  it('read the council’s record once for an answer, the notice that comes of it included', async () => {
    const site = new WhereSite(counting.db, 'ALIKE4');
    await site.land([{ n: 1 }]);
    await site.hear();
    await site.stay(1);
    const all = await statementsOf(site, 1);
    assert.ok(all.some((text) => text.includes('insert into "notice"')));
    assert.equal(all.filter((text) => text.includes('as persons')).length, 1);
  });
});
