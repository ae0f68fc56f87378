/** A telling from the answer page to the provider's answer, as each of them sees it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerNotice, confirmVisit, historyOf, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import { previewTelling, sendTelling } from '../src/services/notices/tell.ts';
import { councilNotices, teamNotices, tellingsOf, tellingsVersion } from '../src/services/notices/view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { auditOf } from './support/import-site.ts';
import { nhs } from './support/import-lines.ts';
import { answerOf, hour, later, noAsk, person, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const yes = { answer: 'given', cannotAskReason: null } as const;
const view = (site: TellingSite, answerId: string) => tellingsOf(site.notices, site.sister, { answerId });
const restartAt = (site: TellingSite): Date => new Date(site.now.getTime() + 11 * hour);

async function toldRestart(site: TellingSite): Promise<{ answerId: string; id: string }> {
  const { answerId } = await tell(site, 'restart');
  const { notices } = await inboxOf(site.notices, site.carer);
  assert.equal(notices.length, 1);
  return { answerId, id: notices[0]?.id ?? '' };
}

describe('a telling', () => {
  it('is shown before it is sent, word by word and for each recipient', async () => {
    const site = await tellingSite(test.db);
    const answerId = await answerOf(site);
    const { recipients, mustAsk } = await previewTelling(site.notices, site.sister, { answerId, of: 'with-us', ask: noAsk, permission: null });
    assert.equal(mustAsk, true);
    assert.deepEqual(recipients.map(({ recipient, decision }) => [recipient.kind, recipient.id, decision]), [
      ['provider', site.provider, 'tell'], ['council', site.council.id, 'tell'],
    ]);
    assert.deepEqual(recipients[0]?.text?.who, ['EXAMPLE, Barbara', 'Born 14 March 1941']);
    assert.equal(recipients[0]?.text?.where, 'Kings Vale Hospital, phone 01632 960 300'.replaceAll(' 960 ', '\u00a0960\u00a0'));
    assert.deepEqual(site.desk.handed, []);
    assert.deepEqual((await inboxOf(site.notices, site.carer)).notices, []);
  }); // prettier-ignore

  it('reaches the provider’s inbox, is seen and answered by a named person, and only then is done (H08)', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'restart');
    const statusOf = async (): Promise<unknown[]> => {
      const { notices, told } = await view(site, answerId);
      const own = notices.find(({ recipient }) => recipient.kind === 'provider');
      return [
        own?.status,
        own?.done,
        own?.owner?.party,
        told.filter(({ recipient }) => recipient.kind === 'provider').length,
      ];
    };
    assert.deepEqual(await statusOf(), ['queued', false, 'sender', 0]);
    const [first] = (await inboxOf(site.notices, site.carer)).notices;
    assert.ok(first);
    assert.deepEqual(await statusOf(), ['delivered', false, 'recipient', 1]);
    later(site, 2);
    await openNotice(site.notices, site.carer, first.id);
    assert.deepEqual(await statusOf(), ['seen', false, 'recipient', 1]);
    later(site, 2);
    await answerNotice(site.notices, site.carer, first.id, { kind: 'accepted', firstVisit: restartAt(site) });
    assert.deepEqual(await statusOf(), ['accepted', true, undefined, 1]);
    const { notices } = await view(site, answerId);
    const own = notices.find(({ recipient }) => recipient.kind === 'provider');
    assert.equal(own?.reply?.by.name, 'carer Example');
    assert.equal(own?.recipientName, 'Example Home Care');
  });

  it('tells the council the same facts, which its own people answer', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'with-us');
    const [toUs, ...others] = await councilNotices(site.notices, site.duty, { which: 'to-us' });
    assert.ok(toUs);
    assert.deepEqual(others, []);
    assert.equal(toUs.status, 'delivered');
    await openNotice(site.notices, site.duty, toUs.id);
    await answerNotice(site.notices, site.duty, toUs.id, { kind: 'accepted', firstVisit: null });
    const { notices } = await view(site, answerId);
    const [council, own] = ['council', 'provider'].map((kind) => notices.find((one) => one.recipient.kind === kind));
    assert.deepEqual([council?.status, own?.status], ['accepted', 'queued']);
    assert.deepEqual(council?.text.who, own?.text.who);
  });

  it('of a form that was sent twice is one telling, also at the same moment (H15)', async () => {
    const site = await tellingSite(test.db);
    const answerId = await answerOf(site);
    const form = { answerId, of: 'restart', ask: noAsk, permission: yes, token: 'one form', shown: null } as const;
    const told = await Promise.all([1, 2, 3].map(() => sendTelling(site.notices, site.sister, form)));
    assert.equal(new Set(told.map(({ telling }) => telling)).size, 1);
    assert.deepEqual(told.map(({ again }) => again).sort(), [false, true, true]);
    assert.equal((await sendTelling(site.notices, site.sister, form)).again, true);
    assert.deepEqual(site.desk.list.sort(), ['first council', 'first provider']);
    assert.equal((await view(site, answerId)).notices.length, 2);
  });

  it('grows the sender’s version with each change and with nothing else', async () => {
    const site = await tellingSite(test.db);
    const { answerId, id } = await toldRestart(site);
    const version = (): Promise<string> => tellingsVersion(site.notices, site.sister, { answerId });
    const first = await version();
    assert.equal(await version(), first);
    await openNotice(site.notices, site.carer, id);
    assert.ok(BigInt(await version()) > BigInt(first));
    const { version: seen } = await view(site, answerId);
    assert.equal(await version(), seen);
  });

  it('grows its own version by telling too, whichever of the person’s notices changed, and is nobody else’s', async () => {
    const site = await tellingSite(test.db);
    const { id, answerId } = await toldRestart(site);
    const { notices } = await view(site, answerId);
    const telling = notices[0]?.telling ?? '';
    const version = (): Promise<string> => tellingsVersion(site.notices, site.sister, { telling });
    const first = await version();
    assert.equal(await version(), first);
    assert.equal(first, (await tellingsOf(site.notices, site.sister, { telling })).version);
    assert.equal(first, await tellingsVersion(site.notices, site.sister, { answerId }));
    await openNotice(site.notices, site.carer, id);
    const seen = await version();
    assert.ok(BigInt(seen) > BigInt(first));
    // Another act of telling about the same person stands on the same page.
    await tell(site, 'hold');
    assert.ok(BigInt(await version()) > BigInt(seen));
    const elsewhere = person(site, 'stranger', 'emergency-nurse', 'ANOTHER HOSPITAL');
    const gone = { code: 'NOTICE_GONE' };
    await assert.rejects(tellingsVersion(site.notices, elsewhere, { telling }), gone);
    await assert.rejects(tellingsVersion(site.notices, site.sister, { telling: id }), gone);
    await assert.rejects(tellingsVersion(site.notices, site.sister, { telling: 'no id' }), gone);
  });

  it('leaves a row in the trail for each step before it is shown, naming notices and nothing of the person', async () => {
    const site = await tellingSite(test.db);
    const { answerId, id } = await toldRestart(site);
    await openNotice(site.notices, site.carer, id);
    await answerNotice(site.notices, site.carer, id, { kind: 'call-me', phone: null });
    await view(site, answerId);
    const rows = (await auditOf(test.db, site.council.id)).filter((row) => row['action'] !== 'import-bundle');
    const actions = rows.map((row) => row['action']);
    assert.deepEqual(actions.filter((one) => one !== 'look-up').sort(), ['answer-notice', 'open-notice', 'permission-to-tell', 'see-inbox', 'see-tellings', 'send-telling']);
    // Without the ids: four digits of a year stand in one by chance sooner or later.
    const details = JSON.stringify(rows.map((row) => row['detail'])).replaceAll(/[0-9a-f-]{36}/g, 'ID');
    assert.doesNotMatch(details, /Barbara|Example|1941|safeguarding/i);
    const { rows: inbox } = { rows: rows.filter((row) => row['action'] === 'open-notice') };
    assert.equal(inbox[0]?.['organisation'], site.provider);
  }); // prettier-ignore

  it('leaves the sender’s team its open notices, also after the answer has gone', async () => {
    const site = await tellingSite(test.db);
    await tell(site, 'hold');
    const own = await teamNotices(site.notices, site.nurse('night nurse'));
    assert.equal(own.length, 2);
    const other = { ...site.nurse('elsewhere'), team: 'Discharge team' };
    assert.equal((await teamNotices(site.notices, other)).length, 0);
    assert.equal((await teamNotices(site.notices, other, { wholeHospital: true })).length, 2);
  });
});

describe('a provider', () => {
  it('sees nothing of another provider’s, and cannot tell it from what does not exist (H14)', async () => {
    const site = await tellingSite(test.db);
    const { id } = await toldRestart(site);
    const stranger = person(site, 'stranger', 'provider-coordinator', 'cqc:1-000000002');
    assert.deepEqual((await inboxOf(site.notices, stranger)).notices, []);
    assert.deepEqual(await historyOf(site.notices, stranger), []);
    const gone = { code: 'NOTICE_GONE' };
    for (const whose of [id, '00000000-0000-4000-8000-000000000000', 'nothing']) {
      await assert.rejects(openNotice(site.notices, stranger, whose), gone);
      await assert.rejects(answerNotice(site.notices, stranger, whose, { kind: 'call-me', phone: null }), gone);
      await assert.rejects(confirmVisit(site.notices, stranger, whose, true), gone);
    }
  });

  it('reads what is told and nothing else: no team, no step, no other recipient, no safeguarding (H13)', async () => {
    const site = await tellingSite(test.db);
    const { id } = await toldRestart(site);
    const text = JSON.stringify([
      await inboxOf(site.notices, site.carer),
      await openNotice(site.notices, site.carer, id),
    ]);
    assert.doesNotMatch(text, /Emergency department|Nia|safeguarding|referral|council|steps|owner|TELL\d/i);
  });

  it('answers once however often the button is pressed, and may change its answer', async () => {
    const site = await tellingSite(test.db);
    const { answerId, id } = await toldRestart(site);
    const reply = { kind: 'accepted', firstVisit: restartAt(site) } as const;
    await Promise.all([1, 2, 3].map(() => answerNotice(site.notices, site.carer, id, reply)));
    later(site, 1);
    await answerNotice(site.notices, site.carer, id, reply);
    const history = async (): Promise<string[]> => {
      const { rows } = { rows: await test.db.sql.selectFrom('notice_event').select('kind').where('notice_id', '=', id).where('kind', '=', 'answered').execute() };
      return rows.map(({ kind }) => kind);
    };
    assert.equal((await history()).length, 1);
    await answerNotice(site.notices, site.carer, id, { kind: 'cannot', reason: 'no-care-worker', alternative: { kind: 'none' } });
    const { notices } = await view(site, answerId);
    assert.equal(notices.find((one) => one.id === id)?.status, 'cannot');
  }); // prettier-ignore

  it('is refused an answer that lacks the first visit, and one that is past', async () => {
    const site = await tellingSite(test.db);
    const { id } = await toldRestart(site);
    for (const firstVisit of [null, new Date(site.now.getTime() - 1)]) {
      await assert.rejects(answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit }), {
        code: 'REPLY_INVALID',
      });
    }
  });

  it('confirms the first visit when its hour has come, and not before', async () => {
    const site = await tellingSite(test.db);
    const { id } = await toldRestart(site);
    await assert.rejects(confirmVisit(site.notices, site.carer, id, true), { code: 'NOTICE_GONE' });
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: restartAt(site) });
    await assert.rejects(confirmVisit(site.notices, site.carer, id, true), { code: 'REPLY_INVALID' });
    later(site, 11 * 60 + 5);
    const [own] = (await inboxOf(site.notices, site.carer)).notices;
    assert.ok(own?.visitToConfirm);
    const { visited } = await confirmVisit(site.notices, site.carer, id, true);
    assert.equal(visited?.happened, true);
  });

  it('has an agreed first visit in its inbox until somebody has said whether it took place', async () => {
    const site = await tellingSite(test.db);
    const { id } = await toldRestart(site);
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: new Date(site.now.getTime() + 72 * hour) });
    const listed = async (): Promise<boolean> => (await inboxOf(site.notices, site.carer)).notices.some((one) => one.id === id);
    later(site, 73 * 60);
    assert.equal(await listed(), true);
    await confirmVisit(site.notices, site.carer, id, false);
    assert.equal(await listed(), false);
    assert.equal((await historyOf(site.notices, site.carer))[0]?.visited?.happened, false);
  }); // prettier-ignore

  it('has no more than its own roles let it: looking up, telling and the council’s lists are closed to it', async () => {
    const site = await tellingSite(test.db);
    const answerId = await answerOf(site, nhs(1));
    const refused = { code: 'NOT_ALLOWED' };
    const request = { answerId, of: 'with-us', ask: noAsk, permission: yes, token: 't', shown: null } as const;
    await assert.rejects(sendTelling(site.notices, site.carer, request), refused);
    await assert.rejects(previewTelling(site.notices, site.carer, request), refused);
    await assert.rejects(tellingsOf(site.notices, site.carer, { answerId }), refused);
    await assert.rejects(councilNotices(site.notices, site.carer, { which: 'all' }), refused);
    await assert.rejects(inboxOf(site.notices, site.sister), refused);
    await assert.rejects(inboxOf(site.notices, site.nurse('officer', 'privacy-officer')), refused);
  });
});
