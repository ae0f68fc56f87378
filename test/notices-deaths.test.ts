/** A death said by the hospital in either of its ways: providers are told nothing more, and nothing told still stands. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { historyOf } from '../src/services/notices/answer.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite, More } from './support/holding.ts';
import { later, tell, tellAlone } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const deaths: [name: string, more: More][] = [
  ['by how the stay ended', { outcome: 'died' }],
  ['of the person', { death: { day: null } }],
];

const history = async (site: HoldSite): Promise<(string | null)[]> =>
  (await historyOf(site.notices, site.carer)).map(({ of, status, text }) => `${of} ${status} ${text ? 'shown' : '-'}`);

describe('a death that the hospital says', () => {
  for (const [name, more] of deaths) {
    it(`H05: ${name}: what a provider had accepted, and what stood open, is taken back by itself`, async () => {
      const site = await holdSite(test.db);
      await site.say('arrived');
      await tell(site, 'hold');
      await site.acceptAll();
      later(site, 1);
      await tell(site, 'home-changed');
      later(site, 1);
      await site.say('discharged', more);
      const rows = await test.db.sql.selectFrom('notice').select(['fact', 'status']).where('recipient', '=', site.provider).orderBy('created_at').execute(); // prettier-ignore
      assert.ok(rows.length >= 3);
      for (const { fact, status } of rows) assert.match(status, /^(withdrawn|stopped)$/, fact);
      for (const line of await history(site)) assert.match(line ?? '', / taken-back -$/);
    });

    it(`H05: ${name}: no provider is told anything afterwards, by whomever, and the council is`, async () => {
      const site = await holdSite(test.db, { notices: { automatic: ['with-us', 'home-changed', 'gone', 'restart'] } });
      await site.say('arrived');
      later(site, 1);
      await site.say('discharged', more);
      later(site, 10);
      const { recipients } = await tell(site, 'restart');
      assert.deepEqual(
        recipients.map(({ recipient, why }) => [recipient.kind, why]),
        [['provider', 'died'], ['council', null]],
      );
      site.desk.handed.length = 0;
      await tellAlone(site, 'restart');
      assert.deepEqual(site.desk.list, ['first council']);
      assert.ok((await site.inbox()).every((line) => line.endsWith('taken-back')));
    }); // prettier-ignore
  }

  it('H05: of somebody with another birth date is somebody else’s: care can be held and restarted', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived', { visit: 'V0', by: 'P0', birthDate: '1950-01-01' as never });
    await site.say('discharged', { visit: 'V0', by: 'P0', birthDate: '1950-01-01' as never, outcome: 'died' });
    later(site, 1);
    await site.say('arrived');
    const { recipients } = await tell(site, 'hold');
    assert.deepEqual(recipients.map(({ why }) => why), [null, null]);
  }); // prettier-ignore

  it('H05: that was taken back is no death: providers can be told again', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    later(site, 1);
    await site.say('discharged', { outcome: 'died' });
    later(site, 1);
    await site.say('cancelled', { cancels: 'discharge' });
    later(site, 1);
    const { recipients } = await tell(site, 'hold');
    assert.deepEqual(recipients.map(({ why }) => why), [null, null]);
  }); // prettier-ignore
});
