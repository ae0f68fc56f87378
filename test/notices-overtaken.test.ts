/** What a newer message, an end of the stay or a taking back does to what a provider has not answered, or has. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Reply } from '../src/domain/notice-reply.ts';
import { answerNotice, knowTakenBack } from '../src/services/notices/answer.ts';
import { releaseNotice } from '../src/services/notices/act.ts';
import { closeHoldTask } from '../src/services/notices/holds.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { refusedWith } from './support/refused.ts';
import { hour, later, noAsk, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const yes: Reply = { kind: 'accepted', firstVisit: null };

/** In hospital, and asked to hold; nobody has answered. */
async function asked(automatic: string[] = []): Promise<HoldSite> {
  const site = await holdSite(test.db, { notices: { automatic } });
  await site.say('arrived');
  await tell(site, 'hold', { permission: null });
  await site.mail();
  later(site, 30);
  return site;
}

async function idOf(site: HoldSite, of: string): Promise<string> {
  return (await site.mail()).find((one) => one.of === of)?.id ?? '';
}

describe('H27: a hold that nobody answered', () => {
  it('gives way to “has gone home”, which alone can be answered', async () => {
    const site = await asked();
    const hold = await idOf(site, 'hold');
    await tell(site, 'gone', { permission: null });
    assert.deepEqual(await site.inbox(), ['gone: to-answer', 'hold: replaced']);
    await assert.rejects(answerNotice(site.notices, site.carer, hold, yes), refusedWith('NOTICE_GONE'));
    const [gone, replaced] = await site.mail();
    assert.equal(replaced?.followedBy, gone?.id);
  });

  it('gives way to a restart', async () => {
    const site = await asked();
    await tell(site, 'restart', { permission: null });
    assert.deepEqual(await site.inbox(), ['restart: to-answer', 'hold: replaced']);
  });

  it('does not give way to what waits for a person and has reached nobody, until that has', async () => {
    const site = await asked(['gone']);
    const lines = [{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }];
    await site.land(site.whole(lines, { referrals: [{ id: 'M1', number: nhs(1) }] }), site.now.toISOString());
    await site.say('discharged');
    assert.deepEqual(await site.inbox(), ['hold: over']);
    later(site, 5);
    const waiting = await test.db.sql.selectFrom('notice').select('notice_id').where('recipient', '=', site.provider).where('status', '=', 'waiting').executeTakeFirstOrThrow(); // prettier-ignore
    await releaseNotice(site.notices, site.sister, waiting.notice_id, null);
    assert.deepEqual(await site.inbox(), ['gone: to-answer', 'hold: replaced']);
  });

  it('was answered: the answer stands, whatever came later', async () => {
    const site = await asked();
    await site.acceptAll();
    await tell(site, 'gone', { permission: null });
    assert.deepEqual((await site.inbox()).toSorted(), ['gone: to-answer', 'hold: accepted']);
  });

  it('takes no yes any more once the person has left, though nobody has told them', async () => {
    const site = await asked();
    const hold = await idOf(site, 'hold');
    await site.say('discharged');
    assert.deepEqual(await site.inbox(), ['hold: over']);
    await assert.rejects(answerNotice(site.notices, site.carer, hold, yes), refusedWith('NOTICE_GONE'));
    assert.deepEqual((await site.tasks()).toSorted(), ['council discharged', 'provider discharged', 'sender discharged']);
  }); // prettier-ignore

  it('can be answered still while a bed is kept, and for whoever was moved to another hospital', async () => {
    for (const [kind, more] of [
      ['leave-started', {}],
      ['discharged', { outcome: 'transferred' as const }],
    ] as const) {
      const site = await asked();
      await site.say(kind, more);
      assert.deepEqual(await site.inbox(), ['hold: to-answer'], kind);
    }
  });

  it('stands below what was told later of the same person', async () => {
    const site = await asked();
    await tell(site, 'home-changed', { permission: null });
    assert.deepEqual(await site.inbox(), ['home-changed: to-answer', 'hold: to-answer']);
  });
});

describe('H27: what a provider says to its task', () => {
  it('is read at once by the hospital and the council, with name, moment and first visit', async () => {
    const site = await asked();
    await site.say('discharged');
    later(site, 1);
    const firstVisit = new Date(site.now.getTime() + hour);
    const [task] = await site.tasksOf(site.carer);
    await closeHoldTask(site.notices, site.carer, task?.id ?? '', 'visiting', firstVisit);
    for (const caller of [site.sister, site.duty]) {
      const [own] = await site.tasksOf(caller);
      assert.equal(own?.cause, 'discharged', 'their own task stays until they close it');
      assert.deepEqual(own?.said, { how: 'visiting', by: 'carer Example', at: site.now, firstVisit });
    }
  });

  it('is a time to come where it is a visit, and is read also where it is no', async () => {
    const site = await asked();
    await site.say('discharged');
    later(site, 1);
    const [task] = await site.tasksOf(site.carer);
    const past = new Date(site.now.getTime() - hour);
    await assert.rejects(closeHoldTask(site.notices, site.carer, task?.id ?? '', 'visiting', past), refusedWith('REPLY_INVALID'));
    await assert.rejects(closeHoldTask(site.notices, site.carer, task?.id ?? '', 'visiting'), refusedWith('REPLY_INVALID'));
    await closeHoldTask(site.notices, site.carer, task?.id ?? '', 'not-visiting');
    const own = await site.tasksOf(site.sister);
    assert.deepEqual(own.map(({ cause, said }) => [cause, said?.how]).toSorted(), [['discharged', 'not-visiting'], ['provider-not-visiting', 'not-visiting']]);
  }); // prettier-ignore
});

describe('H05: a message that was taken back after a yes', () => {
  async function takenBack(): Promise<HoldSite> {
    const site = await asked();
    const firstVisit = new Date(site.now.getTime() + 4 * hour);
    await tell(site, 'restart', { permission: null, ask: noAsk });
    await site.acceptAll(firstVisit);
    later(site, 5);
    await site.say('discharged', { outcome: 'died' });
    return site;
  }

  it('is to be seen to until somebody has said that they know, and says nothing of why or of whom', async () => {
    const site = await takenBack();
    const [one] = (await site.mail()).filter(({ takenBack: told }) => told !== null);
    assert.equal(one?.status, 'taken-back');
    assert.equal(one?.text, null);
    assert.equal(one?.takenBack?.saidYes, true);
    assert.equal(one?.takenBack?.phone, 'council');
    assert.equal(one?.takenBack?.council, site.council.id);
    later(site, 3 * 24 * 60);
    assert.ok(
      (await site.mail()).some(({ takenBack: told }) => told !== null),
      'also after days',
    );
    await knowTakenBack(site.notices, site.carer, one?.id ?? '');
    assert.ok((await site.mail()).every(({ takenBack: told }) => told === null));
  });

  it('can be known of by nobody else, and nothing else can be', async () => {
    const site = await takenBack();
    const other = await asked();
    const id = (await site.mail()).find(({ takenBack: told }) => told)?.id ?? '';
    await assert.rejects(knowTakenBack(site.notices, other.carer, id), refusedWith('NOTICE_GONE'));
    await assert.rejects(
      knowTakenBack(other.notices, other.carer, await idOf(other, 'hold')),
      refusedWith('NOTICE_GONE'),
    );
  });
});
