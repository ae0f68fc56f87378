/** H27: what is said again, and after something else: going home undone, a second promise, a provider that says no. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import type { Agreement } from '../src/domain/agreement.ts';
import { answerNotice, confirmVisit } from '../src/services/notices/answer.ts';
import { lookAtHolds } from '../src/services/notices/hold-looks.ts';
import { closeHoldTask } from '../src/services/notices/holds.ts';
import { recordEvent } from '../src/services/notices/record.ts';
import { holdPerson } from '../src/store/notices/person-lock.ts';
import { holdNotice } from '../src/store/notices/notices.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { hour, later, noAsk, tell, tellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const everybody = (cause: string): string[] => ['sender', 'council', 'provider'].map((party) => `${party} ${cause}`);

/** Somebody in hospital whose provider has agreed to hold visits; only what is told by hand, unless told otherwise. */
async function holding(automatic: string[] = []): Promise<HoldSite> {
  const site = await holdSite(test.db, { notices: { automatic } });
  await site.say('arrived');
  await tell(site, 'hold', { permission: null });
  await site.acceptAll();
  later(site, 30);
  return site;
}

/** A restart is asked for and agreed. @returns its id */
async function restart(site: HoldSite, firstVisit: Date): Promise<string> {
  await tell(site, 'restart', { permission: null, ask: noAsk });
  await site.acceptAll(firstVisit);
  return (await site.mail()).find(({ of }) => of === 'restart')?.id ?? '';
}

async function closeAll(site: HoldSite, how: string, ...callers: Caller[]): Promise<void> {
  for (const caller of callers)
    for (const { id } of await site.tasksOf(caller)) await closeHoldTask(site.notices, caller, id, how);
}

const afterHours = (site: HoldSite, hours: number): Date => new Date(site.now.getTime() + hours * hour);
const back = (site: HoldSite): Promise<void> => site.say('cancelled', { cancels: 'discharge' });

describe('H27: a discharge that is cancelled is at once a task of everybody whose provider believes in it', () => {
  it('when a person told it that the patient has gone, after the discharge was written down', async () => {
    const site = await holding();
    await site.say('discharged');
    later(site, 5);
    await tell(site, 'gone', { permission: null });
    await site.acceptAll();
    later(site, 10);
    await back(site);
    assert.deepEqual(await site.tasks(), everybody('discharge-cancelled'));
  });

  for (const when of ['before', 'after'] as const) {
    it(`when a first visit was agreed ${when} the discharge`, async () => {
      const site = await holding();
      if (when === 'before') await restart(site, afterHours(site, 20));
      await site.say('discharged');
      later(site, 5);
      if (when === 'after') await restart(site, afterHours(site, 20));
      assert.deepEqual(await site.tasks(), []);
      await back(site);
      assert.deepEqual(await site.tasks(), everybody('discharge-cancelled'));
    });
  }

  it('when the event told it, and taking that back must wait for a person', async () => {
    const site = await holding(['gone']);
    await site.hear('discharged');
    later(site, 1);
    await site.settle();
    await site.acceptAll();
    later(site, 5);
    const lines = [{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }];
    await site.land(site.whole(lines, { referrals: [{ id: 'M1', number: nhs(1) }] }), site.now.toISOString());
    later(site, 5);
    await back(site);
    assert.deepEqual(await site.tasks(), everybody('discharge-cancelled').slice(0, 2));
    const [task] = await site.tasksOf(site.sister);
    assert.equal(task?.providerSees, 'waits');
  });

  it('when the patient came back and was not cancelled: another arrival, an admission that follows', async () => {
    for (const [kind, visit] of [['arrived', 'V1'], ['admitted', 'V2']] as const) {
      const site = await holding();
      await site.say('discharged');
      later(site, 5);
      await tell(site, 'gone', { permission: null });
      await site.acceptAll();
      later(site, 30);
      await site.say(kind, { visit });
      assert.deepEqual(await site.tasks(), everybody('discharge-cancelled'), kind);
    }
  }); // prettier-ignore

  it('and not of one that is told afterwards, by somebody who knows better', async () => {
    const site = await holding();
    await site.say('discharged');
    later(site, 5);
    await back(site);
    later(site, 5);
    await tell(site, 'gone', { permission: null });
    await site.acceptAll();
    assert.deepEqual(await site.tasks(), []);
    later(site, 61);
    assert.deepEqual(await site.tasks(), everybody('discharge-cancelled'));
  });
});

describe('H27: a first visit that did not take place, and was promised anew', () => {
  async function missed(): Promise<{ site: HoldSite; id: string; firstVisit: Date }> {
    const site = await holding();
    const firstVisit = afterHours(site, 2);
    const id = await restart(site, firstVisit);
    await site.say('discharged');
    site.now = firstVisit;
    await confirmVisit(site.notices, site.carer, id, false);
    await closeAll(site, 'agreed', site.sister, site.duty);
    later(site, 5);
    const again = afterHours(site, 3);
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: again });
    return { site, id, firstVisit: again };
  }

  it('is nobody’s task until its hour, and is asked about then', async () => {
    const { site, id, firstVisit } = await missed();
    assert.deepEqual(await site.tasks(), []);
    site.now = firstVisit;
    await site.settle();
    assert.deepEqual(await site.tasks(), ['provider first-visit-to-confirm']);
    assert.deepEqual((await site.mail()).find((one) => one.id === id)?.visitToConfirm, firstVisit);
    later(site, 121);
    await site.settle();
    assert.deepEqual(await site.tasks(), ['council first-visit-to-confirm', 'provider first-visit-to-confirm']);
    await confirmVisit(site.notices, site.carer, id, true);
    assert.deepEqual(await site.tasks(), []);
  });

  it('is sender’s and council’s again when it does not take place either, though they closed the first', async () => {
    const { site, id, firstVisit } = await missed();
    site.now = firstVisit;
    await confirmVisit(site.notices, site.carer, id, false);
    const tasks = await site.tasks();
    for (const one of ['sender first-visit-missed', 'council first-visit-missed'])
      assert.ok(tasks.includes(one), tasks.join());
    const [task] = (await site.tasksOf(site.sister)).filter(({ cause }) => cause === 'first-visit-missed');
    await closeHoldTask(site.notices, site.sister, task?.id ?? '', 'agreed');
    assert.ok(!(await site.tasks()).includes('sender first-visit-missed'));
  });

  it('or was said to have taken place early, and then moved to another day: the later one is asked about', async () => {
    const site = await holding();
    const id = await restart(site, afterHours(site, 1));
    await site.say('discharged');
    await confirmVisit(site.notices, site.carer, id, true);
    later(site, 5);
    const moved = afterHours(site, 21);
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: moved });
    site.now = new Date(moved.getTime() + 3 * hour);
    await site.settle();
    assert.deepEqual(await site.tasks(), ['council first-visit-to-confirm', 'provider first-visit-to-confirm']);
  });
});

describe('H08 H27: a provider’s "We are not visiting"', () => {
  async function refusing(): Promise<HoldSite> {
    const site = await holding();
    await site.say('discharged');
    await closeAll(site, 'agreed', site.sister, site.duty);
    assert.deepEqual(await site.tasks(), ['provider discharged']);
    later(site, 10);
    await closeAll(site, 'not-visiting', site.carer);
    return site;
  }

  it('is at once a task of sender and council, though they have closed theirs', async () => {
    const site = await refusing();
    assert.deepEqual(await site.tasks(), ['sender provider-not-visiting', 'council provider-not-visiting']);
    const [task] = await site.tasksOf(site.sister);
    assert.deepEqual([task?.since, task?.providerName, task?.closings['agreed'] !== undefined], [site.now, 'Example Home Care', true]); // prettier-ignore
    await site.settle();
    later(site, 600);
    await site.settle();
    assert.deepEqual(await site.tasks(), ['sender provider-not-visiting', 'council provider-not-visiting']);
    await closeAll(site, 'other-care', site.duty);
    assert.deepEqual(await site.tasks(), ['sender provider-not-visiting']);
    await closeAll(site, 'other-care', site.sister);
    assert.deepEqual(await site.tasks(), []);
  });

  it('is shown beside theirs while they are open, and ends when a first visit is agreed after all', async () => {
    const site = await holding();
    await site.say('discharged');
    await closeAll(site, 'not-visiting', site.carer);
    const both = ['discharged', 'provider-not-visiting'];
    assert.deepEqual(await site.tasks(), ['sender', 'council'].flatMap((party) => both.map((cause) => `${party} ${cause}`))); // prettier-ignore
    await restart(site, afterHours(site, 2));
    assert.deepEqual(await site.tasks(), []);
  });

  it('is no task while the person is in a hospital, where nobody need visit', async () => {
    const site = await holding();
    await site.say('discharged', { outcome: 'transferred' });
    await closeAll(site, 'not-visiting', site.carer);
    assert.deepEqual(await site.tasks(), ['sender transferred', 'council transferred']);
  });

  it('is kept and is no loss when nothing has looked ahead, or the stay is forgotten', async () => {
    const site = await refusing();
    await test.db.sql.deleteFrom('hold_look').execute();
    assert.deepEqual(await site.tasks(), ['sender provider-not-visiting', 'council provider-not-visiting']);
    await site.settle();
    const { stayId } = (await site.stays())[0] ?? { stayId: '' };
    await test.db.sql.deleteFrom('stay').where('stay_id', '=', stayId).execute();
    await site.settle();
    assert.deepEqual(await site.tasks(), everybody('no-such-stay'));
  });
});

describe('H27: when an agreement changes', () => {
  const changed = (one: Agreement): Agreement => ({
    ...one,
    notices: { ...one.notices, restart: { ...one.notices.restart, longestGap: one.notices.restart.longestGap + 1 } },
  });

  it('what was done with when its stay was forgotten is not worked out as if the stay had been lost', async () => {
    const site = await holding();
    await site.say('discharged');
    const id = await restart(site, afterHours(site, 1));
    later(site, 65);
    await confirmVisit(site.notices, site.carer, id, true);
    later(site, 600);
    await site.settle();
    const { stayId } = (await site.stays())[0] ?? { stayId: '' };
    await test.db.sql.deleteFrom('stay').where('stay_id', '=', stayId).execute();
    await site.settle();
    assert.deepEqual(await site.tasks(), []);
    Object.assign(site.notices, { agreements: site.notices.agreements.map(changed) });
    assert.deepEqual(await site.tasks(), []);
    await site.settle();
    assert.deepEqual(await site.tasks(), []);
  });

  it('stays of its own hospital and council are looked at anew, and no others', async () => {
    const [one, other] = [await holding(), await holding()];
    const agreements = [...one.notices.agreements, ...other.notices.agreements];
    for (const site of [one, other]) Object.assign(site.notices, { agreements });
    await lookAtHolds(one.notices);
    const looks = async (site: HoldSite): Promise<string | undefined> => {
      const { stayId } = await site.stay();
      const row = await test.db.sql.selectFrom('hold_look').select('terms').where('stay_id', '=', stayId).executeTakeFirst(); // prettier-ignore
      return row?.terms;
    };
    const before = [await looks(one), await looks(other)];
    const [first] = one.notices.agreements;
    assert.ok(first && before[0] && before[1]);
    Object.assign(one.notices, { agreements: agreements.map((each) => (each === first ? changed(each) : each)) });
    await lookAtHolds(one.notices);
    assert.notEqual(await looks(one), before[0]);
    assert.equal(await looks(other), before[1]);
  }); // prettier-ignore
});

it(
  'H08 H16: an answer that waited for somebody who settled the message comes after that, and says so',
  { skip: serverUrl === null && 'needs PostgreSQL' },
  async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('arrived');
    await tell(site, 'hold', { permission: null });
    const [mail] = await site.mail();
    const id = mail?.id ?? '';
    const { council, person_key: key } = await test.db.sql.selectFrom('notice').select(['council', 'person_key']).where('notice_id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
    let answering: Promise<unknown> = Promise.resolve();
    await test.db.transaction(async (trx) => {
      await holdPerson(trx, `${council}|${key}`);
      answering = answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: null });
      // Until the answer waits for the lock.
      await new Promise((resolve) => setTimeout(resolve, 300));
      later(site, 1);
      const by = { id: 'n', name: 'Nia Example', organisation: site.hospital };
      await recordEvent(trx, site.notices, { kind: 'settled', notice: id, at: site.now, by, how: 'other-care' });
      later(site, 1);
    });
    await answering;
    const kept = await test.db.transaction((trx) => holdNotice(trx, id));
    assert.deepEqual(kept?.state.history.filter(({ kind }) => kind === 'settled' || kind === 'answered').map(({ kind }) => kind), ['settled', 'answered']); // prettier-ignore
    assert.equal(kept?.state.answeredAfterClosing, true);
  },
);

it('H14: what the people of one council were told of a stay is no news to another council’s', async () => {
  const site = await holdSite(test.db, { notices: { automatic: ['home-changed'] } });
  const second = await tellingSite(test.db, {
    notices: { automatic: ['home-changed'], permissionToTell: 'not-needed' },
  });
  const agreement = { ...second.agreement, hospital: site.hospital };
  Object.assign(site.notices, {
    agreements: [...site.notices.agreements, agreement],
    councils: [...site.notices.councils, second.council],
  });
  await site.say('arrived');
  await tell(site, 'hold', { permission: null });
  await site.acceptAll();
  later(site, 10);
  await site.say('updated', { expectedDischarge: { date: '2026-10-04' as never, at: null } });
  const told = await test.db.sql.selectFrom('notice').select(['council', 'fact']).where('hospital', '=', site.hospital).where('recipient_kind', '=', 'provider').execute(); // prettier-ignore
  assert.deepEqual(told.map(({ council, fact }) => [council, fact]).sort(), [[site.council.id, 'hold'], [site.council.id, 'home-changed']]); // prettier-ignore
});
