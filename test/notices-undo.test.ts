/** Corrections and cancellations: whoever got the wrong notice gets the right one, and nobody else hears of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerNotice, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import type { InboxNotice } from '../src/services/notices/answer.ts';
import { cancelTelling, correctTelling } from '../src/services/notices/undo.ts';
import { tellingsOf } from '../src/services/notices/view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, restrictions } from './support/import-lines.ts';
import { answerOf, later, noAsk, person, send, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const inbox = async (site: TellingSite, who = site.carer): Promise<readonly InboxNotice[]> =>
  (await inboxOf(site.notices, who)).notices;
const firstOf = async (site: TellingSite): Promise<string> => (await inbox(site))[0]?.id ?? '';
const barbara = { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' };
const another = (site: TellingSite) => person(site, 'other carer', 'provider-coordinator', `cqc:2-${site.council.id}`);

async function told(site: TellingSite): Promise<{ telling: string; answerId: string }> {
  const { telling, answerId } = await tell(site, 'restart');
  return { telling: telling ?? '', answerId };
}

/** Notices to the provider by kind and status, the oldest first. */
async function lines(site: TellingSite): Promise<string[]> {
  const { notices } = await tellingsOf(site.notices, site.sister, { answerId: await answerOf(site) });
  const own = notices.filter(({ recipient }) => recipient.kind === 'provider');
  return own.map(({ kind, status }) => `${kind} ${status}`).toReversed();
}

describe('a cancellation', () => {
  it('reaches whoever got the notice, who answers that it is known, and what was told is closed', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    const old = await firstOf(site);
    later(site, 1);
    const { told: to } = await cancelTelling(site.notices, site.sister, telling, { token: 'c', shown: null });
    assert.deepEqual(to, [site.provider]);
    const [news, before] = await inbox(site);
    assert.deepEqual([news?.kind, news?.status, before?.id, before?.status], ['cancellation', 'to-answer', old, 'cancelled']);
    assert.equal(news?.text?.heading, 'Cancelled: going home, please restart');
    await answerNotice(site.notices, site.carer, news?.id ?? '', { kind: 'accepted', firstVisit: null });
    assert.deepEqual(await lines(site), ['restart cancelled', 'cancellation accepted']);
    await assert.rejects(answerNotice(site.notices, site.carer, old, { kind: 'call-me', phone: null }), { code: 'NOTICE_GONE' });
  }); // prettier-ignore

  it('of what surely reached nobody ends there: nobody hears of it', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    const undone = await cancelTelling(site.notices, site.sister, telling, { token: 'c', shown: null });
    assert.deepEqual([undone.told, undone.silent.length], [[], 2]);
    assert.deepEqual(await inbox(site), []);
    assert.deepEqual(site.desk.list, ['first provider', 'first council']);
    assert.equal(await send(site, site.desk.handed[0]?.notice.id ?? ''), false);
  });

  it('of what may have left, since nobody knows how a sending ended, is sent', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    await send(site, site.desk.handed[0]?.notice.id ?? '', 'lost');
    const { told: to } = await cancelTelling(site.notices, site.sister, telling, { token: 'c', shown: null });
    assert.deepEqual(to, [site.provider]);
  });

  it('sent twice is one (H15), and there is nothing to cancel twice', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    await inbox(site);
    const all = await Promise.all(
      [1, 2].map(() => cancelTelling(site.notices, site.sister, telling, { token: 'c', shown: null })),
    );
    assert.deepEqual(all.map(({ again }) => again).sort(), [false, true]);
    assert.equal((await inbox(site)).length, 2);
    await assert.rejects(cancelTelling(site.notices, site.sister, telling, { token: 'd', shown: null }), {
      code: 'NOTICE_GONE',
    });
  });

  it('is for the hospital that told, and for nobody else', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    const stranger = { ...site.sister, organisation: 'ELSEWHERE' };
    await assert.rejects(cancelTelling(site.notices, stranger, telling, { token: 'c', shown: null }), {
      code: 'NOTICE_GONE',
    });
    await assert.rejects(cancelTelling(site.notices, site.sister, 'none', { token: 'c', shown: null }), {
      code: 'NOTICE_GONE',
    });
    await assert.rejects(cancelTelling(site.notices, site.carer, telling, { token: 'c', shown: null }), {
      code: 'NOT_ALLOWED',
    });
    await assert.rejects(cancelTelling(site.notices, site.sister, telling, { token: ' ', shown: null }), {
      code: 'FORM_INVALID',
    });
  });

  it('reaches a provider whose package is over by now, and of a restricted record is a person’s to phone', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    await inbox(site);
    later(site, 1);
    await site.land([care(site.council.id, [{ ...barbara, cqc: `2-${site.council.id}` }])], site.now.toISOString());
    assert.deepEqual((await cancelTelling(site.notices, site.sister, telling, { token: 'c', shown: null })).told, [
      site.provider,
    ]);

    const other = await tellingSite(test.db);
    const second = await told(other);
    await inbox(other);
    later(other, 1);
    await other.land([restrictions(other.council.id, [{ id: 'M1' }])], other.now.toISOString());
    const undone = await cancelTelling(other.notices, other.sister, second.telling, { token: 'c', shown: null });
    assert.ok(undone.toPhone.includes(other.provider));
    assert.deepEqual(undone.told, []);
  });
});

describe('a correction', () => {
  const friday = { ...noAsk, restartFrom: { date: '2026-10-02', visit: 'morning' } } as const;

  it('replaces what was told, in its own line, and is answered anew', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    const old = await firstOf(site);
    const firstVisit = new Date(site.now.getTime() + 3_600_000);
    await answerNotice(site.notices, site.carer, old, { kind: 'accepted', firstVisit });
    later(site, 1);
    await correctTelling(site.notices, site.sister, telling, { token: 'k', shown: null, ask: friday });
    const [news, before] = await inbox(site);
    assert.deepEqual([news?.kind, news?.thread, before?.status, before?.followedBy], ['correction', before?.thread, 'replaced', news?.id]);
    assert.deepEqual(news?.content?.restartFrom, friday.restartFrom);
    assert.deepEqual(await lines(site), ['restart replaced', 'correction delivered']);
  }); // prettier-ignore

  it('that comes before the message has left goes as the first, and the provider never knows', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    const undone = await correctTelling(site.notices, site.sister, telling, { token: 'k', shown: null, ask: friday });
    assert.deepEqual([undone.told, undone.new.toSorted()], [[], [site.provider, site.council.id].toSorted()]);
    const all = await inbox(site);
    assert.deepEqual(all.map(({ kind }) => kind), ['restart']);
  }); // prettier-ignore

  it('tells the new provider the facts, and the old one only that what it was told is not so (H14)', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    await inbox(site);
    later(site, 1);
    await site.land([care(site.council.id, [{ ...barbara, cqc: `2-${site.council.id}` }])], site.now.toISOString());
    const undone = await correctTelling(site.notices, site.sister, telling, { token: 'k', shown: null, ask: friday });
    assert.ok(undone.told.includes(site.provider));
    assert.deepEqual(undone.new, [`cqc:2-${site.council.id}`, site.council.id]);
    const [old] = (await inbox(site)).filter(({ kind }) => kind === 'cancellation');
    assert.equal(old?.content?.restartFrom, undefined);
    const [own] = await inbox(site, another(site));
    assert.deepEqual([own?.kind, own?.content?.restartFrom], ['restart', friday.restartFrom]);
  });

  it('of a correction corrects what stands last', async () => {
    const site = await tellingSite(test.db);
    const { telling } = await told(site);
    await inbox(site);
    later(site, 1);
    const second = await correctTelling(site.notices, site.sister, telling, { token: 'k', shown: null, ask: friday });
    await inbox(site);
    later(site, 1);
    await assert.rejects(correctTelling(site.notices, site.sister, telling, { token: 'l', shown: null, ask: noAsk }), { code: 'NOTICE_GONE' });
    await correctTelling(site.notices, site.sister, second.telling, { token: 'm', shown: null, ask: noAsk });
    assert.deepEqual(await lines(site), ['restart replaced', 'correction replaced', 'correction queued']);
    await openNotice(site.notices, site.carer, (await inbox(site))[0]?.id ?? '');
  }); // prettier-ignore
});
