/** H27: every way in which a stay can end, from the hospital's own words to the tasks of sender, council and provider. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { stayEnds } from '../src/domain/stay-end.ts';
import { closeStay } from '../src/services/close-stay.ts';
import { confirmVisit } from '../src/services/notices/answer.ts';
import { closeHoldTask, holdTaskCount, holdTasksOf, releaseHoldTask } from '../src/services/notices/holds.ts';
import { forgetTellings } from '../src/store/notices/tellings.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { auditOf } from './support/import-site.ts';
import { nhs } from './support/import-lines.ts';
import { hour, later, person, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const everybody = (cause: string): string[] => ['sender', 'council', 'provider'].map((party) => `${party} ${cause}`);

/** Somebody in hospital whose provider has agreed to hold visits: only what is told by hand, unless told otherwise. */
async function holding(options: Parameters<typeof holdSite>[1] = {}): Promise<HoldSite> {
  const site = await holdSite(test.db, { ...options, notices: { automatic: [], ...options.notices } });
  await site.say('arrived');
  await tell(site, 'hold', { permission: null });
  await site.acceptAll();
  assert.deepEqual(await site.tasks(), []);
  later(site, 30);
  return site;
}

/** What the hospital does, by the end that it is. */
const ends: Record<(typeof stayEnds)[number], (site: HoldSite) => Promise<void>> = {
  discharged: (site) => site.say('discharged'),
  transferred: (site) => site.say('discharged', { outcome: 'transferred' }),
  died: (site) => site.say('discharged', { outcome: 'died', death: { day: null } }),
  cancelled: (site) => site.say('cancelled', { cancels: 'start' }),
  'closed-by-hand': async (site) => {
    later(site, 30 * 24 * 60);
    const deps = { db: test.db, clock: site.clock, feeds: [site.feed], wake: () => undefined };
    const { stayId } = await site.stay();
    await closeStay(deps, site.sister, stayId);
    await site.settle();
  },
  'discharge-cancelled': async (site) => {
    await tell(site, 'gone', { permission: null });
    await site.mail();
    await site.say('discharged');
    later(site, 10);
    await site.say('cancelled', { cancels: 'discharge' });
  },
  merged: (site) => site.say('merged', { by: 'P2', visit: null, prior: { patient: { authority: site.hospital, value: 'P1' } } }),
  contradicted: (site) => site.say('updated', { by: 'P9', number: nhs(8) }),
  stale: async (site) => {
    later(site, 30 * 24 * 60);
    await site.settle();
  },
  'no-such-stay': async (site) => {
    const { stayId } = await site.stay();
    await test.db.sql.deleteFrom('stay').where('stay_id', '=', stayId).execute();
    await site.settle();
  },
}; // prettier-ignore

describe('H27: however a stay ends, and nobody has agreed when care begins again', () => {
  for (const end of stayEnds) {
    it(`${end}: whoever has to act has a task at once`, async () => {
      const site = await holding();
      await ends[end](site);
      const tasks = await site.tasks();
      const wanted = end === 'died' ? ['council died'] : everybody(end);
      for (const one of wanted) assert.ok(tasks.includes(one), `${one} is missing from ${tasks.join(', ')}`);
      if (end === 'died') assert.deepEqual(tasks, wanted);
      assert.deepEqual(site.failures, []);
    });
  }

  it('a discharge that never told anybody anything leaves nobody with a task', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('arrived');
    later(site, 20);
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), []);
  });

  it('a task is there when it is asked for, though nothing has looked ahead', async () => {
    const site = await holding();
    await site.say('discharged');
    await test.db.sql.deleteFrom('hold_look').execute();
    assert.deepEqual(await site.tasks(), everybody('discharged'));
  });

  it('a cancelled admission told by itself is taken back, and whoever confirms that has no task left', async () => {
    const site = await holdSite(test.db);
    await site.say('arrived');
    await site.acceptAll();
    later(site, 10);
    await site.say('cancelled', { cancels: 'start' });
    assert.deepEqual(await site.tasks(), everybody('cancelled'));
    await site.acceptAll();
    assert.deepEqual(await site.tasks(), []);
  });
});

describe('H27: a restart', () => {
  async function going(site: HoldSite, firstVisit: Date): Promise<void> {
    await tell(site, 'restart', { permission: null, ask: { expectedHome: null, restartFrom: null, goneAt: null } });
    await site.acceptAll(firstVisit);
  }

  it('accepted before the discharge is all that is needed, until its hour has come', async () => {
    const site = await holding();
    const firstVisit = new Date(site.now.getTime() + 5 * hour);
    await going(site, firstVisit);
    later(site, 60);
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), []);
    site.now = firstVisit;
    assert.deepEqual(await site.tasks(), ['provider first-visit-to-confirm']);
    later(site, 121);
    await site.settle();
    assert.deepEqual((await site.tasks()).sort(), [
      'council first-visit-to-confirm',
      'provider first-visit-to-confirm',
    ]);
    const restart = (await site.mail()).find(({ of }) => of === 'restart');
    await confirmVisit(site.notices, site.carer, restart?.id ?? '', true);
    assert.deepEqual(await site.tasks(), []);
  });

  it('whose first visit did not take place is sender’s and council’s to put right', async () => {
    const site = await holding();
    const firstVisit = new Date(site.now.getTime() + 2 * hour);
    await going(site, firstVisit);
    await site.say('discharged');
    site.now = firstVisit;
    const restart = (await site.mail()).find(({ of }) => of === 'restart');
    await confirmVisit(site.notices, site.carer, restart?.id ?? '', false);
    const tasks = await site.tasks();
    assert.ok(
      tasks.includes('sender first-visit-missed') && tasks.includes('council first-visit-missed'),
      tasks.join(),
    );
  });

  it('agreed for soon, with the patient still here, is the sender’s to tell', async () => {
    const site = await holding();
    await going(site, new Date(site.now.getTime() + 2 * hour));
    assert.deepEqual(await site.tasks(), []);
    later(site, 61);
    assert.deepEqual(await site.tasks(), ['sender still-here']);
  });
});

describe('H27: a task', () => {
  it('is closed by a named person of whoever has it, in a listed way, and the others’ stay', async () => {
    const site = await holding();
    await site.say('discharged');
    const [task] = await site.tasksOf(site.sister);
    assert.ok(task);
    assert.deepEqual(task.who, ['EXAMPLE, Barbara', 'Born 14 March 1941']);
    assert.equal(task.providerName, 'Example Home Care');
    await assert.rejects(closeHoldTask(site.notices, site.sister, task.id, 'visiting'), { code: 'FORM_INVALID' });
    await assert.rejects(closeHoldTask(site.notices, site.duty, task.id, 'agreed'), { code: 'NOTICE_GONE' });
    await closeHoldTask(site.notices, site.sister, task.id, 'agreed');
    await assert.rejects(closeHoldTask(site.notices, site.sister, task.id, 'agreed'), { code: 'NOTICE_GONE' });
    await site.settle();
    assert.deepEqual(await site.tasks(), ['council discharged', 'provider discharged']);
    const closed = (await auditOf(test.db, site.council.id)).filter(({ action }) => action === 'close-hold-task');
    assert.deepEqual(closed.map(({ outcome, user_name: by }) => [outcome, by]), [['agreed', site.sister.name]]);
    const kept = await test.db.sql.selectFrom('task_closed').selectAll().where('task_id', '=', task.id).executeTakeFirstOrThrow();
    assert.equal(JSON.stringify(kept).includes('P1'), false);
  }); // prettier-ignore

  it('of one team is not on another’s list, nor one hospital’s, council’s or provider’s on another’s', async () => {
    const site = await holding();
    await site.say('discharged');
    const ward = { ...site.sister, team: 'Ward 12' };
    assert.deepEqual(await holdTasksOf(site.notices, ward), []);
    assert.equal((await holdTasksOf(site.notices, ward, { wholeHospital: true })).length, 1);
    assert.equal(await holdTaskCount(site.notices, site.sister), 1);
    const others = [
      person(site, 'x', 'emergency-nurse', 'HOSPITAL-OTHER'), person(site, 'y', 'council-duty-worker', 'OTHER'),
      person(site, 'z', 'provider-coordinator', 'cqc:1-999999999'),
    ];
    for (const other of others) assert.deepEqual(await holdTasksOf(site.notices, other, { wholeHospital: true }), []);
    await assert.rejects(holdTasksOf(site.notices, person(site, 'p', 'privacy-officer', site.council.id)), { code: 'NOT_ALLOWED' });
  }); // prettier-ignore

  it('tells a provider who, where and what to do, and nothing of others', async () => {
    const site = await holding();
    await site.say('discharged');
    const [task] = await site.tasksOf(site.carer);
    assert.ok(task);
    assert.equal(task.text, 'This person has gone home. Please tell us the time of the first visit, or that you cannot.');
    const { stay, council, provider, providerName, providerSees, release, team } = task;
    assert.deepEqual({ stay, council, provider, providerName, providerSees, release, team }, { stay: null, council: null, provider: null, providerName: null, providerSees: null, release: null, team: null });
    const { stayId } = (await site.stays())[0] ?? { stayId: '' };
    for (const hidden of [stayId, site.sister.name, 'P1']) assert.equal(JSON.stringify(task).includes(hidden), false);
  }); // prettier-ignore

  it('H12: of a provider waits for a person where a referral is open, and is shown when one has released it', async () => {
    const site = await holding();
    await site.land(site.whole([{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }], { referrals: [{ id: 'M1', number: nhs(1) }] }), site.now.toISOString());
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), ['sender discharged', 'council discharged']);
    const [task] = await site.tasksOf(site.duty);
    assert.equal(task?.providerSees, 'waits');
    await assert.rejects(releaseHoldTask(site.notices, site.carer, task?.release ?? ''), { code: 'NOT_ALLOWED' });
    await releaseHoldTask(site.notices, site.duty, task?.release ?? '');
    assert.deepEqual(await site.tasks(), everybody('discharged'));
    await assert.rejects(releaseHoldTask(site.notices, site.duty, task?.release ?? ''), { code: 'NOTICE_GONE' });
  }); // prettier-ignore

  it('H14: is shown to no provider whose package has ended, and sender and council have theirs', async () => {
    const site = await holding();
    await site.land(site.whole([{ id: 'M1', number: nhs(1), cqc: '1-555' }]), site.now.toISOString());
    await site.say('discharged');
    assert.deepEqual(await site.tasks(), ['sender discharged', 'council discharged']);
    const [task] = await site.tasksOf(site.sister);
    assert.equal(task?.providerSees, 'nothing');
  });

  it('is audited before it is shown', async () => {
    const site = await holding();
    await site.say('discharged');
    await site.tasksOf(site.duty);
    const rows = (await auditOf(test.db, site.council.id)).filter(({ action }) => action === 'see-hold-tasks');
    assert.equal((rows.at(-1)?.detail as { shown: number } | undefined)?.shown, 1);
    assert.equal(rows.at(-1)?.user_name, site.duty.name);
  });

  it('outlives the time for which notices are kept, until somebody has closed it', async () => {
    const site = await holding();
    await site.acceptAll(null, site.duty);
    later(site, 50 * 24 * 60);
    await site.say('updated');
    await site.say('discharged');
    await test.db.sql.deleteFrom('hold_look').execute();
    await forgetTellings(test.db, site.now);
    await site.settle();
    await forgetTellings(test.db, site.now);
    assert.deepEqual(await site.tasks(), everybody('discharged'));
    for (const caller of [site.sister, site.duty, site.carer]) {
      const [task] = await site.tasksOf(caller);
      await closeHoldTask(site.notices, caller, task?.id ?? '', task?.party === 'provider' ? 'phoned-them' : 'agreed');
    }
    await site.settle();
    await forgetTellings(test.db, site.now);
    const left = await test.db.sql.selectFrom('telling').select('telling_id').where('hospital', '=', site.hospital).execute();
    assert.deepEqual(left, []);
    await site.watch.forget();
  }); // prettier-ignore

  it('that was closed does not come again when the stay is forgotten', async () => {
    const site = await holding();
    await site.say('discharged');
    for (const caller of [site.sister, site.duty, site.carer]) {
      const [task] = await site.tasksOf(caller);
      await closeHoldTask(site.notices, caller, task?.id ?? '', task?.party === 'provider' ? 'phoned-them' : 'agreed');
    }
    await site.settle();
    const { stayId } = (await site.stays())[0] ?? { stayId: '' };
    await test.db.sql.deleteFrom('stay').where('stay_id', '=', stayId).execute();
    await site.settle();
    assert.deepEqual(await site.tasks(), []);
  });
});
