/** What nobody has ended has an end all the same, once its stay is long over: nothing is kept for ever (R19). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { composeNotices } from '../src/services/notices/compose.ts';
import { takeNotice } from '../src/services/notices/act.ts';
import { teamNotices, tellingsOf } from '../src/services/notices/view.ts';
import { forgetOldAsks } from '../src/services/provider-post.ts';
import { listMembers, putMember, putOrganisation, putPerson } from '../src/store/provider-accounts.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { later, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const day = 24 * 60;
const retention = { answers: '1 hour', closedFacts: '42 days', heldExtracts: '7 days', notices: '10 days' };

async function newSite(): Promise<HoldSite & { forget(): Promise<void> }> {
  const site = await holdSite(test.db, { agreement: { retention }, notices: { automatic: [] } });
  return Object.assign(site, { forget: () => composeNotices(site.notices).forget() });
}

const states = async ({ hospital }: HoldSite): Promise<string[]> => {
  const rows = await test.db.sql
    .selectFrom('notice')
    .select(['recipient_kind', 'status', 'open'])
    .where('hospital', '=', hospital)
    .orderBy('recipient_kind')
    .execute();
  return rows.map((one) => `${one.recipient_kind} ${one.status}${one.open ? ' open' : ''}`);
};
const closings = async ({ hospital }: HoldSite): Promise<object[]> =>
  test.db.sql
    .selectFrom('audit_event')
    .select(['action', 'user_name', 'user_id'])
    .where('outcome', '=', 'time-over')
    .where('organisation', '=', hospital)
    .orderBy('action')
    .execute();

describe('a message that nobody has answered', () => {
  it('is somebody’s until the stay has been over for as long as messages are kept, then ended and forgotten (R19, H08)', async () => {
    const site = await newSite();
    await site.say('arrived');
    await tell(site, 'with-us', { permission: null });
    await site.say('discharged');
    later(site, 9 * day);
    await site.settle();
    await site.forget();
    const open = await states(site);
    assert.equal(open.length, 2);
    assert.ok(
      open.every((one) => one.endsWith(' open')),
      open.join(', '),
    );
    later(site, 2 * day);
    await site.forget();
    assert.deepEqual(await states(site), ['council settled', 'provider settled']);
    // In its own name, and never that anything was arranged.
    const itself = { action: 'settle-notice', user_name: 'Homeward itself', user_id: 'service|notices' };
    assert.deepEqual(await closings(site), [itself, itself]);
    const stayId = (await site.stays())[0]?.stayId ?? '';
    const { notices } = await tellingsOf(site.notices, site.sister, { stayId });
    assert.ok(notices.every(({ settled, owner, done }) => settled?.how === 'time-over' && owner === null && !done));
    later(site, 9 * day);
    await site.forget();
    assert.equal((await states(site)).length, 2);
    later(site, 2 * day);
    await site.settle();
    for (let times = 0; times < 3; times++) {
      await site.forget();
      await site.settle();
    }
    assert.deepEqual(await states(site), []);
    assert.deepEqual(await test.db.sql.selectFrom('telling').select('telling_id').where('hospital', '=', site.hospital).execute(), []); // prettier-ignore
    assert.deepEqual(site.failures, []);
  });

  it('is not ended while the person is in hospital, however long, nor while somebody does something about it', async () => {
    const site = await newSite();
    await site.say('arrived');
    await tell(site, 'with-us', { permission: null });
    later(site, 60 * day);
    await site.say('updated');
    await site.forget();
    assert.deepEqual(await states(site), ['council queued open', 'provider queued open']); // prettier-ignore
    await site.say('discharged');
    later(site, 9 * day);
    const [mine] = (await teamNotices(site.notices, site.sister)).filter(
      ({ recipient }) => recipient.kind === 'provider',
    );
    await takeNotice(site.notices, site.sister, mine?.id ?? '');
    later(site, 2 * day);
    await site.forget();
    assert.deepEqual(await states(site), ['council settled', 'provider queued open']);
  });
});

describe('a task of a hold that nobody has closed', () => {
  it('stays with its owners until all that was told is past its time, then ends and is forgotten (H27, R19)', async () => {
    const site = await newSite();
    await site.say('arrived');
    await tell(site, 'hold', { permission: null });
    await site.acceptAll();
    await site.acceptAll(null, site.duty);
    later(site, 30);
    await site.say('discharged');
    assert.equal((await site.tasks()).length, 3);
    later(site, 9 * day);
    await site.forget();
    await site.settle();
    assert.equal((await site.tasks()).length, 3);
    later(site, 2 * day);
    for (let times = 0; times < 3; times++) {
      await site.settle();
      await site.forget();
    }
    assert.deepEqual(await site.tasks(), []);
    assert.deepEqual(await states(site), []);
    assert.equal((await closings(site)).length, 3);
  });
});

describe('somebody who has left a care provider', () => {
  it('is forgotten a year later, and nobody who is there is (R19)', async () => {
    const organisation = 'cqc:1-LEFT';
    const left = randomUUID();
    const stays = randomUUID();
    const at = new Date('2026-01-01T09:00:00Z');
    await test.db.transaction(async (trx) => {
      await putOrganisation(trx, organisation, 'Left Home Care', at);
      for (const person of [left, stays]) {
        await putPerson(trx, person, `${person}@provider.example`, 'Somebody Example', at);
        await putMember(trx, { organisation, person, role: 'provider-coordinator', active: true }, at);
      }
      await putMember(trx, { organisation, person: left, role: 'provider-coordinator', active: false }, at);
    });
    const forget = (now: string) => forgetOldAsks({ db: test.db, clock: { now: () => new Date(now) } });
    const people = async (): Promise<number> =>
      (await test.db.sql.selectFrom('provider_person').select('person').where('person', 'in', [left, stays]).execute())
        .length;
    await forget('2026-12-31T09:00:00Z');
    assert.equal((await listMembers(test.db, organisation)).length, 2);
    await forget('2027-01-02T09:00:00Z');
    assert.deepEqual((await listMembers(test.db, organisation)).map(({ person }) => person), [stays]); // prettier-ignore
    assert.equal(await people(), 1);
  });
});
