/** H27: a provider's task of a hold is brought to its phone, once, and only while it may be shown. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { confirmVisit } from '../src/services/notices/answer.ts';
import { closeHoldTask, releaseHoldTask } from '../src/services/notices/holds.ts';
import { mayLeaveFor } from '../src/services/notices/task-alerts.ts';
import { holdPerson } from '../src/store/notices/person-lock.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { DeliverySite } from './support/deliveries.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { hour, later, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

async function holding(options: Parameters<typeof holdSite>[1] = {}): Promise<HoldSite> {
  const site = await holdSite(test.db, { ...options, notices: { automatic: [], ...options.notices } });
  await site.say('arrived');
  await tell(site, 'hold', { permission: null });
  await site.acceptAll();
  later(site, 30);
  return site;
}

/** What the council says next of the same person. */
async function land(site: HoldSite, referrals: readonly { id: string }[]): Promise<void> {
  const line = { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara', cqc: site.provider.slice(4) };
  await site.land(site.whole([line], { referrals }), site.now.toISOString());
}

const alerts = ({ desk }: HoldSite) => desk.handed.filter(({ reason }) => reason === 'task');

async function leaves(site: HoldSite): Promise<boolean> {
  const [alert] = alerts(site);
  assert.ok(alert);
  return test.db.transaction(async (trx) => {
    await holdPerson(trx, alert.person);
    return (await mayLeaveFor(trx, site.notices, alert.notice.id, 'task')) !== null;
  });
}

describe('H27: an alert of a provider’s task', () => {
  it('goes once for each task, however often holds are looked at', async () => {
    const site = await holding();
    assert.equal(alerts(site).length, 0);
    await site.say('discharged');
    assert.equal(alerts(site).length, 1);
    assert.equal(alerts(site)[0]?.notice.recipient.id, site.provider);
    await test.db.sql.deleteFrom('hold_look').execute();
    later(site, 600);
    await site.settle();
    assert.equal(alerts(site).length, 1);
    assert.equal(await leaves(site), true);
    assert.deepEqual(site.failures, []);
  });

  it('leaves no more once the task is closed', async () => {
    const site = await holding();
    await site.say('discharged');
    const [task] = await site.tasksOf(site.carer);
    await closeHoldTask(site.notices, site.carer, task?.id ?? '', 'phoned-them');
    assert.equal(await leaves(site), false);
  });

  it('comes when the agreed first visit’s hour has come, and the task names the message that confirms it', async () => {
    const site = await holding();
    const firstVisit = new Date(site.now.getTime() + 2 * hour);
    await tell(site, 'restart', { permission: null, ask: { expectedHome: null, restartFrom: null, goneAt: null } });
    await site.acceptAll(firstVisit);
    await site.say('discharged');
    assert.equal(alerts(site).length, 0);
    site.now = firstVisit;
    await site.settle();
    assert.equal(alerts(site).length, 1);
    const [task] = await site.tasksOf(site.carer);
    const restart = (await site.mail()).find(({ of }) => of === 'restart');
    assert.deepEqual(task?.answer, { notice: restart?.id, is: 'confirm' });
    await confirmVisit(site.notices, site.carer, task?.answer?.notice ?? '', true);
    assert.deepEqual(await site.tasksOf(site.carer), []);
    assert.equal(await leaves(site), false);
  });

  it('H12: waits as its task does while a referral is open, and goes when a person has released it', async () => {
    const site = await holding();
    await land(site, [{ id: 'M1' }]);
    await site.say('discharged');
    assert.deepEqual(await site.tasksOf(site.carer), []);
    assert.equal(alerts(site).length, 0);
    const [own] = await site.tasksOf(site.sister);
    assert.equal(own?.providerSees, 'waits');
    await releaseHoldTask(site.notices, site.sister, own?.release ?? '');
    await site.settle();
    assert.equal(alerts(site).length, 1);
    assert.equal((await site.tasksOf(site.carer)).length, 1);
    assert.equal(await leaves(site), true);
  });

  it('goes by itself some minutes after what barred it is gone', async () => {
    const site = await holding({ notices: { automatic: [], permissionToTell: 'not-needed' } });
    await land(site, [{ id: 'M1' }]);
    await site.say('discharged');
    later(site, 1);
    await land(site, []);
    await site.settle();
    assert.equal(alerts(site).length, 0);
    later(site, 5);
    await site.settle();
    assert.equal(alerts(site).length, 1);
  });

  it('tells nobody of a death', async () => {
    const site = await holding();
    await site.say('discharged', { outcome: 'died', death: { day: null } });
    assert.equal(alerts(site).length, 0);
  });
});

describe('a task’s alert in the queue', () => {
  it('goes to people’s addresses alone, in the words of any other, and says nothing of its notice', async (t) => {
    const site = new DeliverySite(test.db);
    t.after(() => site.stop());
    await site.way('email', 'office@care.example');
    await site.way('webhook', 'rostering');
    const notice = await site.write();
    const before = (await site.state(notice)).history.length;
    assert.equal(await site.deliver(notice, { reason: 'task' }), 'told');
    assert.deepEqual((await site.rows()).map(({ address }) => address), ['office@care.example']); // prettier-ignore
    site.sender();
    assert.equal((await site.settled())[0]?.state, 'delivered');
    assert.match(JSON.stringify(site.email.carried[0]?.what), /homeward\.example\/inbox/);
    assert.equal((await site.state(notice)).history.length, before);
    assert.equal(site.webhook.carried.length, 0);
  });
});
