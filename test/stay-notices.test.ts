/** What a hospital's events tell by themselves, to whom, and once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { StayWatch } from '../src/services/notices/stay-watch.ts';
import { cancelTelling } from '../src/services/notices/undo.ts';
import { noticesOfStays } from '../src/store/notices/lists.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { later, person, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

/** Every notice of the site, as `recipient kind of status`, in order of time. */
async function all(site: HoldSite): Promise<string[]> {
  const stays = [...new Set((await test.db.sql.selectFrom('telling').select('stay_id').where('hospital', '=', site.hospital).execute()).map((row) => row.stay_id ?? ''))];
  const notices = await noticesOfStays(test.db, stays);
  return notices.toReversed().map(({ state: { notice, status } }) => `${notice.recipient.kind} ${notice.kind} ${notice.of} ${status}`).sort();
} // prettier-ignore

const home = (at: string) => ({ date: at.slice(0, 10) as never, at: at.length > 10 ? new Date(at) : null });

describe('an arrival', () => {
  it('is told to the providers of active packages and to the council, once, however often the hospital says it', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    assert.deepEqual(await all(site), ['council with-us with-us queued', 'provider with-us with-us queued']);
    later(site, 5);
    await site.say('moved', { place: { organisation: site.hospital, team: 'Ward 12' } });
    await site.say('admitted');
    assert.equal((await all(site)).length, 2);
    assert.deepEqual(site.desk.list, ['first provider', 'first council']);
    assert.deepEqual(site.failures, []);
  });

  it('is told of nobody whom no council arranges care for, and by no agreement that does not have it switched on', async () => {
    const none = await holdSite(test.db, { lines: [{ id: 'M2', number: nhs(2) }] });
    await none.say('arrived');
    assert.deepEqual(await all(none), []);
    const off = await holdSite(test.db, { notices: { automatic: ['gone'] } });
    await off.say('arrived');
    assert.deepEqual(await all(off), []);
  });

  it('H12: waits for a person where a referral is open, and the council is told without delay', async () => {
    const site = await holdSite(test.db);
    later(site, 1);
    await site.land(site.whole([{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }], { referrals: [{ id: 'M1', number: nhs(1) }] }), site.now.toISOString());
    await site.say('arrived');
    assert.deepEqual(await all(site), ['council with-us with-us queued', 'provider with-us with-us waiting']);
    assert.deepEqual(await site.inbox(), []);
  }); // prettier-ignore

  it('is told of nobody who refused to be looked up in this stay', async () => {
    const site = await holdSite(test.db);
    await site.look(nhs(1), '1941-03-14', { permission: 'refused' });
    await site.say('arrived');
    assert.deepEqual(await all(site), []);
  });

  it('is told to nobody while it is in doubt who has arrived', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived', { by: 'P1' });
    const before = (await all(site)).length;
    await site.say('updated', { by: 'P9', number: nhs(7) });
    assert.ok((await site.stays()).some(({ cautions }) => cautions.includes('patient-contradicted')));
    assert.equal((await all(site)).length, before);
  });

  it('that a person took back by hand is not told again by itself', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    const { telling_id: telling } = await test.db.sql.selectFrom('telling').select('telling_id').where('hospital', '=', site.hospital).executeTakeFirstOrThrow();
    await cancelTelling(site.notices, site.sister, telling, { token: 'once', shown: null });
    await site.say('admitted');
    assert.ok((await all(site)).every((one) => !one.endsWith('with-us queued')));
  }); // prettier-ignore

  it('that a crash left half done is told once: nothing of it is kept, and it waits to be done', async () => {
    const site = await holdSite(test.db);
    const { deliver } = site.desk;
    site.desk.deliver = () => Promise.reject(new Error('A test broke the desk'));
    await site.say('arrived');
    assert.equal(site.failures.length > 0, true);
    assert.deepEqual(await all(site), []);
    site.desk.deliver = deliver;
    later(site, 1);
    await site.settle();
    assert.equal((await all(site)).length, 2);
  });
});

describe('two processes that look at the same time', () => {
  it('H15: tell a stay’s news once, and nothing is lost between them', async () => {
    const site = await holdSite(test.db);
    const others = [1, 2, 3].map(() => new StayWatch({ notices: site.notices, rosters: [] }));
    await site.hear('arrived');
    await Promise.all([site.watch.run(), ...others.map((one) => one.run())]);
    await site.settle();
    assert.deepEqual(await all(site), ['council with-us with-us queued', 'provider with-us with-us queued']);
    const left = await test.db.sql.selectFrom('stay_to_tell').select('stay_id').execute();
    const { stayId } = await site.stay();
    assert.ok(left.every(({ stay_id: id }) => id !== stayId));
    assert.deepEqual(site.failures, []);
  });
});

describe('a provider’s own list of clients', () => {
  const lists = { terms: { enabled: true, arrivalNotices: true } };
  async function listed(site: HoldSite, number: string): Promise<void> {
    const id = randomUUID();
    await sql`insert into roster_upload (upload_id, provider, at, by_id, by_name, state, row_count, audit_id)
      values (${id}, ${site.provider}, ${site.now}, 'x', 'X', 'current', 1, ${id})`.execute(test.db.sql);
    await sql`insert into roster_person (nhs_number) values (${number})`.execute(test.db.sql);
    await sql`insert into roster_client (provider, nhs_number, birth_date, family, given, reference, permission_on, upload_id)
      values (${site.provider}, ${number}, '1941-03-14', 'Example', 'Private', 'C-1', '2026-09-01', ${id})`.execute(test.db.sql);
  } // prettier-ignore

  it('has its provider told of an arrival, and the council learns nothing of it', async () => {
    const site = await holdSite(test.db, { roster: lists, number: nhs(40), lines: [{ id: 'M1', number: nhs(1) }] });
    await listed(site, nhs(40));
    await site.say('arrived');
    assert.deepEqual(await all(site), ['provider with-us with-us queued']);
    assert.deepEqual(await site.inbox(), ['with-us: to-answer']);
    later(site, 5);
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), ['sender discharged', 'provider discharged']);
  });

  it('tells nobody while its agreement does not say so, and nobody twice who has a package there', async () => {
    const off = await holdSite(test.db, { roster: { terms: { enabled: true } }, number: nhs(41), lines: [{ id: 'M1', number: nhs(1) }] });
    await listed(off, nhs(41));
    await off.say('arrived');
    assert.deepEqual(await all(off), []);
    const both = await holdSite(test.db, { roster: lists, number: nhs(42) });
    await listed(both, nhs(42));
    await both.say('arrived');
    assert.deepEqual(await all(both), ['council with-us with-us queued', 'provider with-us with-us queued']);
  }); // prettier-ignore
});

describe('another expected time of going home', () => {
  it('is told to whoever was told of the stay, each time that the hospital changes it', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived', { expectedDischarge: home('2026-09-30') });
    await site.acceptAll();
    later(site, 10);
    await site.say('updated', { expectedDischarge: home('2026-10-01') });
    await site.say('updated', { expectedDischarge: home('2026-10-01') });
    const changes = async (): Promise<number> => (await all(site)).filter((one) => one.startsWith('provider home-changed')).length;
    assert.equal(await changes(), 1);
    later(site, 10);
    await site.say('updated', { expectedDischarge: home('2026-09-30') });
    assert.equal(await changes(), 2);
    const [newest] = (await site.mail()).filter(({ of }) => of === 'home-changed');
    assert.match(newest?.text?.what.join(' ') ?? '', /30 September 2026/);
  }); // prettier-ignore

  it('is told of no stay of which nobody was told', async () => {
    const site = await holdSite(test.db, { notices: { automatic: ['home-changed'] } });
    await site.say('arrived', { expectedDischarge: home('2026-09-30') });
    await site.say('updated', { expectedDischarge: home('2026-10-01') });
    assert.deepEqual(await all(site), []);
    await tell(site, 'hold');
    await site.say('updated', { expectedDischarge: home('2026-10-02') });
    assert.equal((await all(site)).filter((one) => one.includes('home-changed')).length, 2);
  });
});

describe('a discharge', () => {
  it('is told with its time, and corrected when the hospital corrects it', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    later(site, 60);
    await site.say('discharged');
    await site.acceptAll();
    const left = site.now;
    later(site, 30);
    await site.say('discharged', { at: new Date(left.getTime() - 10 * 60_000) });
    const own = (await all(site)).filter((one) => one.startsWith('provider') && one.includes('gone'));
    assert.deepEqual(own, ['provider correction gone queued', 'provider gone gone replaced']);
    const correction = (await site.mail()).find(({ kind }) => kind === 'correction');
    assert.deepEqual(correction?.content?.goneAt, new Date(left.getTime() - 10 * 60_000));
  });

  it('that is cancelled is taken back by a cancellation, and may be told again', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    later(site, 60);
    await site.say('discharged');
    await site.mail();
    later(site, 5);
    await site.say('cancelled', { cancels: 'discharge' });
    assert.ok((await all(site)).includes('provider gone gone cancelled'));
    assert.ok((await all(site)).some((one) => one.startsWith('provider cancellation gone')));
    later(site, 60);
    await site.say('discharged');
    assert.equal((await all(site)).filter((one) => one.startsWith('provider gone')).length, 2);
  });

  it('of long ago is told to nobody who was told nothing before', async () => {
    const site = await holdSite(test.db);
    const start = new Date(site.now.getTime() - 72 * 3_600_000);
    const event = { at: start, recordedAt: start };
    await site.say('arrived', { ...event, visit: 'V9', place: { organisation: 'ELSEWHERE', team: null } });
    await site.say('discharged', { visit: 'V9', at: new Date(start.getTime() + 3_600_000), recordedAt: start });
    assert.deepEqual(await all(site), []);
  });
});

describe('an arrival entered in error', () => {
  it('is taken back: by a cancellation where somebody may have read it, silently where nobody has', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    await site.mail();
    await site.say('cancelled', { cancels: 'start' });
    assert.deepEqual(await site.inbox(), ['cancellation of with-us: to-answer', 'with-us: cancelled']);
    const council = (await all(site)).filter((one) => one.startsWith('council'));
    assert.deepEqual(council, ['council with-us with-us withdrawn']);
  });

  it('of another person is taken back from the first one’s provider, and told to the second one’s', async () => {
    const site = await holdSite(test.db, { lines: [
      { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' }, { id: 'M2', number: nhs(3), ref: 'S2', family: 'Sample', given: 'Ada', cqc: '1-999000111' },
    ] });
    await site.say('arrived');
    await site.mail();
    later(site, 5);
    await site.say('updated', { number: nhs(3) });
    assert.deepEqual(await site.inbox(), ['cancellation of with-us: to-answer', 'with-us: cancelled']);
    const other = person(site, 'other', 'provider-coordinator', 'cqc:1-999000111');
    assert.deepEqual(await site.inbox(other), ['with-us: to-answer']);
    assert.deepEqual(site.failures, []);
  }); // prettier-ignore

  it('H12: whose taking back must wait shows the provider nothing of it', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    await site.acceptAll();
    later(site, 1);
    await site.land(site.whole([{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }], { referrals: [{ id: 'M1', number: nhs(1) }] }), site.now.toISOString());
    await site.say('cancelled', { cancels: 'start' });
    assert.deepEqual(await site.inbox(), ['with-us: accepted']);
    assert.ok((await all(site)).includes('provider cancellation with-us waiting'));
  }); // prettier-ignore
});
