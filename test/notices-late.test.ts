/** An answer stands when somebody has gone by it for a while: nobody turns it round weeks later (hazard H08). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { settleNotice } from '../src/services/notices/act.ts';
import { answerNotice, confirmVisit, openNotice } from '../src/services/notices/answer.ts';
import type { Reply } from '../src/domain/notice-reply.ts';
import { councilNotices } from '../src/services/notices/view.ts';
import type { NoticeView } from '../src/services/notices/view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { hour, later, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const late = { code: 'REPLY_LATE' };
const cannot: Reply = { kind: 'cannot', reason: 'no-care-worker', alternative: { kind: 'none' } };
const day = 24 * 60;

interface Asked {
  readonly site: TellingSite;
  readonly id: string;
  readonly answer: (reply: Reply) => ReturnType<typeof answerNotice>;
  readonly own: () => Promise<NoticeView | undefined>;
}

/** A provider that has been asked something, of a council whose word stays good for weeks. */
async function asked(of: 'restart' | 'with-us' = 'restart'): Promise<Asked> {
  const freshness = {
    care: { amber: '900 days', red: '900 days' }, safeguarding: { notAvailableAfter: '900 days' },
    contacts: { amber: '900 days', red: '900 days' }, restrictions: { overdueAfter: '900 days' },
  };
  const site = await tellingSite(test.db, { agreement: { freshness }, notices: { permissionToTell: 'not-needed' } });
  await tell(site, of, { without: [site.council.id], permission: null });
  const id = site.desk.handed[0]?.notice.id ?? '';
  return {
    site,
    id,
    answer: (reply) => answerNotice(site.notices, site.carer, id, reply),
    own: async () => (await councilNotices(site.notices, site.duty, { which: 'all', since: new Date(0) }))[0],
  };
} // prettier-ignore

const visitIn = ({ site }: Asked, hours: number): Reply => ({ kind: 'accepted', firstVisit: new Date(site.now.getTime() + hours * hour) }); // prettier-ignore

describe('H08: an answer', () => {
  it('to a restart is not turned round once its first visit took place, and raises no alarm then', async () => {
    const one = await asked();
    const { site, id } = one;
    await one.answer(visitIn(one, 5));
    later(site, 5 * 60);
    await confirmVisit(site.notices, site.carer, id, true);
    later(site, 60);
    assert.equal((await openNotice(site.notices, site.carer, id)).mayAnswer, true);
    later(site, 61);
    await assert.rejects(one.answer(cannot), late);
    later(site, 20 * day);
    await assert.rejects(one.answer(cannot), late);
    await assert.rejects(confirmVisit(site.notices, site.carer, id, false), late);
    const view = await one.own();
    assert.deepEqual([view?.status, view?.owner, view?.visited?.happened], ['accepted', null, true]);
    assert.equal((await openNotice(site.notices, site.carer, id)).mayAnswer, false);
  });

  it('to a restart may be corrected while nobody has said that its visit took place', async () => {
    const one = await asked();
    await one.answer(visitIn(one, 5));
    later(one.site, 2 * day);
    await one.answer(cannot);
    assert.equal((await one.own())?.status, 'cannot');
  });

  it('that says "yes" a day after it was settled otherwise is not taken; sooner it is the sender’s to phone', async () => {
    const one = await asked();
    await one.answer(cannot);
    await settleNotice(one.site.notices, one.site.sister, one.id, 'other-care');
    later(one.site, day - 1);
    await one.answer(visitIn(one, 2));
    const view = await one.own();
    assert.deepEqual([view?.status, view?.done, view?.owner?.party, view?.answeredAfterClosing], ['call-me', false, 'sender', true]);
    await settleNotice(one.site.notices, one.site.sister, one.id, 'other-care');
    later(one.site, 3 * day);
    await assert.rejects(one.answer(visitIn(one, 3)), late);
    assert.deepEqual([(await one.own())?.status, (await one.own())?.owner], ['settled', null]);
  }); // prettier-ignore

  it('that says that something is known may be changed for a day', async () => {
    const one = await asked('with-us');
    await one.answer({ kind: 'accepted', firstVisit: null });
    later(one.site, day - 1);
    await one.answer(cannot);
    await one.answer({ kind: 'accepted', firstVisit: null });
    later(one.site, day);
    await assert.rejects(one.answer(cannot), late);
    assert.equal((await openNotice(one.site.notices, one.site.carer, one.id)).mayAnswer, false);
  });

  it('that nobody has settled may be turned into a "yes" whenever it comes', async () => {
    const one = await asked();
    await one.answer(cannot);
    later(one.site, 3 * day);
    await one.answer(visitIn(one, 2));
    assert.equal((await one.own())?.done, true);
  });

  it('is changed twenty times at most, and the same press again is no change', async () => {
    const one = await asked();
    for (let time = 0; time < 10; time++) {
      later(one.site, 1);
      await one.answer(cannot);
      later(one.site, 1);
      await one.answer({ kind: 'call-me', phone: null });
    }
    await assert.rejects(one.answer(cannot), late);
    await one.answer({ kind: 'call-me', phone: null });
    const { rows } = { rows: await test.db.sql.selectFrom('notice_event').select('event_id').where('notice_id', '=', one.id).where('kind', '=', 'answered').execute() }; // prettier-ignore
    assert.equal(rows.length, 20);
  });

  it('on whether a visit took place may be changed for a day', async () => {
    const one = await asked();
    await one.answer(visitIn(one, 1));
    later(one.site, 10 * day);
    const confirm = (happened: boolean) => confirmVisit(one.site.notices, one.site.carer, one.id, happened);
    await confirm(false);
    later(one.site, day - 1);
    await confirm(true);
    later(one.site, day);
    await assert.rejects(confirm(false), late);
    assert.equal((await confirm(true)).visited?.happened, true);
  });
});
