/** What stands between a telling and its provider: referrals, refusals, restrictions, deaths, and extracts that land in between. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { releaseNotice } from '../src/services/notices/act.ts';
import { answerNotice, historyOf, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import { recordPermission } from '../src/services/notices/permission.ts';
import { previewTelling } from '../src/services/notices/tell.ts';
import { councilNotices, tellingsOf } from '../src/services/notices/view.ts';
import type { NoticeView } from '../src/services/notices/view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, numbers, restrictions, safeguarding } from './support/import-lines.ts';
import { answerOf, isQuiet, later, noAsk, person, send, tell, tellAlone, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const given = { answer: 'given', cannotAskReason: null } as const;
const refused = { answer: 'refused', cannotAskReason: null } as const;
const barbara = { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' };
const own = { ...barbara };

async function ofSender(
  site: TellingSite,
  answerId?: string,
): Promise<{ provider?: NoticeView; council?: NoticeView }> {
  const { notices } = await tellingsOf(site.notices, site.sister, { answerId: answerId ?? (await answerOf(site)) });
  const of = (kind: string): NoticeView | undefined => notices.find(({ recipient }) => recipient.kind === kind);
  const [provider, council] = [of('provider'), of('council')];
  return { ...(provider && { provider }), ...(council && { council }) };
}

const inbox = async (site: TellingSite): Promise<string[]> =>
  (await inboxOf(site.notices, site.carer)).notices.map(({ id }) => id);

/** Lands one part, a minute later. */
async function land(site: TellingSite, ...parts: Parameters<TellingSite['land']>[0]): Promise<void> {
  later(site, 1);
  await site.land(parts, site.now.toISOString());
}

describe('a referral, open or not available', () => {
  const cases: [name: string, happen: (site: TellingSite) => Promise<void>][] = [
    ['open', (site) => land(site, safeguarding(site.council.id, [{ id: 'M1' }]))],
    ['with a status that nobody can read', (site) => land(site, safeguarding(site.council.id, [{ id: 'M1', status: 'Odd' }]))],
    ['past its limit', async (site) => later(site, 61)],
  ]; // prettier-ignore
  for (const [name, happen] of cases) {
    it(`${name}: an automatic notice waits for a person, its provider sees nothing, the council is told at once (H12)`, async () => {
      const site = await tellingSite(test.db, { notices: { permissionToTell: 'not-needed' } });
      await happen(site);
      await tellAlone(site, 'with-us');
      assert.deepEqual(site.desk.list, ['first council']);
      assert.deepEqual(await inbox(site), []);
      await site.runner.run();
      const { provider, council } = await ofSender(site);
      assert.deepEqual([provider?.status, provider?.waits, provider?.owner?.duty], ['waiting', true, 'release']);
      assert.equal(council?.status, 'queued');
      assert.deepEqual((await councilNotices(site.notices, site.duty, { which: 'to-us' })).length, 1);
      assert.equal(await send(site, provider?.id ?? ''), false);
      await assert.rejects(openNotice(site.notices, site.carer, provider?.id ?? ''), { code: 'NOTICE_GONE' });
    });
  }

  it('never shows through: whatever a notice waits for, its sender reads the same (H13)', async () => {
    const texts = new Set<string>();
    for (const [terms, happen] of [
      [{ permissionToTell: 'not-needed' }, (site: TellingSite) => land(site, safeguarding(site.council.id, [{ id: 'M1' }]))],
      [{ permissionToTell: 'not-needed' }, async (site: TellingSite) => later(site, 61)],
      [{ permissionToTell: 'ask' }, async () => undefined],
    ] as const) {
      const site = await tellingSite(test.db, { notices: terms });
      await happen(site);
      await tellAlone(site, 'with-us');
      const { provider } = await ofSender(site);
      assert.ok(provider);
      const { status, waits, open, done, owner, next, steps } = provider;
      texts.add(JSON.stringify({ status, waits, open, done, duty: owner?.duty, step: next?.step, steps: steps.length }));
      assert.doesNotMatch(JSON.stringify(provider), /safeguarding|referral|permission/);
    }
    assert.equal(texts.size, 1);
  }); // prettier-ignore

  it('lets a notice go when a named person releases it, and only then', async () => {
    const site = await tellingSite(test.db, { notices: { permissionToTell: 'not-needed' } });
    await land(site, safeguarding(site.council.id, [{ id: 'M1' }]));
    await tellAlone(site, 'with-us');
    const { provider } = await ofSender(site);
    later(site, 3);
    const released = await releaseNotice(site.notices, site.sister, provider?.id ?? '', null);
    assert.deepEqual([released.status, released.waits], ['queued', false]);
    assert.deepEqual(site.desk.list, ['first council', 'first provider']);
    assert.equal(released.answerBy?.getTime(), site.now.getTime() + 15 * 60_000);
    assert.deepEqual(await inbox(site), [provider?.id]);
    assert.equal(await send(site, provider?.id ?? ''), true);
    await assert.rejects(releaseNotice(site.notices, site.sister, provider?.id ?? '', null), { code: 'NOTICE_GONE' });
  });

  it('may be released by the council as well, and by nobody else', async () => {
    const site = await tellingSite(test.db, { notices: { permissionToTell: 'not-needed' } });
    await land(site, safeguarding(site.council.id, [{ id: 'M1' }]));
    await tellAlone(site, 'with-us');
    const id = (await ofSender(site)).provider?.id ?? '';
    for (const other of [person(site, 'x', 'council-duty-worker', '998'), { ...site.sister, organisation: 'ELSEWHERE' }])
      await assert.rejects(releaseNotice(site.notices, other, id, null), { code: 'NOTICE_GONE' });
    await assert.rejects(releaseNotice(site.notices, site.carer, id, null), { code: 'NOT_ALLOWED' });
    later(site, 1);
    assert.equal((await releaseNotice(site.notices, site.duty, id, null)).status, 'queued');
  }); // prettier-ignore

  it('that comes after the sending holds the next steps back, and takes nothing from what was read', async () => {
    const site = await tellingSite(test.db, { notices: { permissionToTell: 'not-needed' } });
    await tellAlone(site, 'with-us');
    const [id = ''] = await inbox(site);
    await land(site, safeguarding(site.council.id, [{ id: 'M1' }]));
    await site.runner.run();
    const { provider } = await ofSender(site);
    assert.deepEqual([provider?.status, provider?.waits], ['delivered', true]);
    later(site, 30);
    await site.runner.run();
    assert.ok(!site.desk.list.includes('reminder provider'));
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: null });
    assert.equal((await ofSender(site)).provider?.done, true);
  });

  it('advises to phone the council first when a person tells, and always those who may not know of it (H13)', async () => {
    const phoneFirst = async (site: TellingSite, role: 'emergency-nurse' | 'ward-clerk'): Promise<boolean[]> => {
      const caller = site.nurse(role, role);
      const answerId = await answerOf(site, nhs(1), caller);
      const { recipients } = await previewTelling(site.notices, caller, { answerId, of: 'with-us', ask: noAsk, permission: given });
      return recipients.map((one) => one.phoneFirst);
    };
    const site = await tellingSite(test.db);
    assert.deepEqual(await phoneFirst(site, 'emergency-nurse'), [false, false]);
    assert.deepEqual(await phoneFirst(site, 'ward-clerk'), [true, false]);
    await land(site, safeguarding(site.council.id, [{ id: 'M1' }]));
    assert.deepEqual(await phoneFirst(site, 'emergency-nurse'), [true, false]);
    assert.deepEqual(await phoneFirst(site, 'ward-clerk'), [true, false]);
  }); // prettier-ignore
});

describe('permission to tell', () => {
  it('is asked before anybody is told, and half a telling is none', async () => {
    const site = await tellingSite(test.db);
    await assert.rejects(tell(site, 'with-us', { permission: null }), { code: 'FORM_INVALID' });
    assert.deepEqual(site.desk.handed, []);
    await tell(site, 'with-us');
    later(site, 60);
    await tell(site, 'home-changed', { permission: null });
    assert.equal(site.desk.handed.length, 4);
  });

  it('refused: the council is told, the provider is not', async () => {
    const site = await tellingSite(test.db);
    const { recipients } = await tell(site, 'with-us', { permission: refused });
    assert.deepEqual(recipients.map(({ decision, why }) => [decision, why]), [['refuse', 'permission-refused'], ['tell', null]]);
    assert.deepEqual(site.desk.list, ['first council']);
  }); // prettier-ignore

  it('refused later acts at once on what is under way, and its sender has to find another way', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'with-us');
    const [id = ''] = await inbox(site);
    await recordPermission(site.notices, site.sister, { answerId }, refused);
    const { provider, council } = await ofSender(site, answerId);
    assert.deepEqual([provider?.status, provider?.owner?.party, council?.status], ['stopped', 'sender', 'queued']);
    const gone = await openNotice(site.notices, site.carer, id);
    assert.deepEqual([gone.status, gone.text, gone.content], ['taken-back', null, null]);
    await assert.rejects(answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: null }), {
      code: 'NOTICE_GONE',
    });
  });

  it('refused before anything has gone out is a telling that never was, to its provider', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'with-us');
    await recordPermission(site.notices, site.sister, { answerId }, refused);
    assert.deepEqual(await inbox(site), []);
    assert.deepEqual(await historyOf(site.notices, site.carer), []);
  });

  it('a refused look-up is a refusal of this too, until the person says otherwise', async () => {
    const site = await tellingSite(test.db);
    await tell(site, 'with-us');
    later(site, 1);
    assert.equal((await site.look(nhs(1), '1941-03-14', { permission: 'refused' })).kind, 'permission-refused');
    const id = (await ofSender(site)).provider?.id ?? '';
    assert.deepEqual(await inbox(site), []);
    assert.equal(await send(site, id), false);
    assert.equal((await ofSender(site)).provider?.status, 'stopped');
    later(site, 1);
    assert.equal((await tell(site, 'with-us')).telling !== null, true);
    assert.equal(site.desk.list.filter((one) => one === 'first provider').length, 2);
  });

  it('a refused look-up stops what is under way by itself, whichever of the person’s numbers was typed', async () => {
    const site = await tellingSite(test.db);
    await land(site, numbers([[nhs(7), nhs(1)]]));
    const { answerId } = await tell(site, 'with-us');
    await inbox(site);
    later(site, 1);
    await site.look(nhs(7), '1941-03-14', { permission: 'refused' });
    later(site, 1);
    await site.runner.run();
    const { rows } = {
      rows: await test.db.sql
        .selectFrom('notice')
        .select('status')
        .where('council', '=', site.council.id)
        .where('recipient_kind', '=', 'provider')
        .execute(),
    };
    assert.deepEqual(rows, [{ status: 'stopped' }]);
    assert.equal((await ofSender(site, answerId)).provider?.status, 'stopped');
    assert.ok(await isQuiet(site));
  });

  it('cannot be asked: a reason of the list, and it is told', async () => {
    const site = await tellingSite(test.db);
    const none = { answer: 'cannot-ask', cannotAskReason: null } as const;
    await assert.rejects(tell(site, 'with-us', { permission: none }), { code: 'FORM_INVALID' });
    const { telling } = await tell(site, 'with-us', { permission: { ...none, cannotAskReason: 'confused' } });
    assert.ok(telling);
  });

  it('is no part of a release: who must be asked is asked', async () => {
    const site = await tellingSite(test.db);
    await tellAlone(site, 'with-us');
    const id = (await ofSender(site)).provider?.id ?? '';
    await assert.rejects(releaseNotice(site.notices, site.sister, id, null), { code: 'FORM_INVALID' });
    assert.equal((await ofSender(site)).provider?.status, 'waiting');
    assert.equal((await releaseNotice(site.notices, site.duty, id, given)).status, 'waiting');
    later(site, 1);
    assert.equal((await releaseNotice(site.notices, site.sister, id, given)).status, 'queued');
  });
});

describe('an extract that lands between telling and sending (H14)', () => {
  const gone = async (site: TellingSite, id: string): Promise<void> => {
    await assert.rejects(openNotice(site.notices, site.carer, id), { code: 'NOTICE_GONE' });
  };

  it('with the package at another provider: the old one reads nothing, the sender must act', async () => {
    const site = await tellingSite(test.db);
    await tell(site, 'with-us');
    const id = (await ofSender(site)).provider?.id ?? '';
    await land(site, care(site.council.id, [{ ...own, cqc: '1-999999999', cqcName: 'Another Home Care' }]));
    assert.equal(await send(site, id), false);
    assert.deepEqual(await inbox(site), []);
    await gone(site, id);
    const { provider } = await ofSender(site);
    assert.deepEqual([provider?.status, provider?.withdrawn?.why, provider?.owner?.party], ['stopped', 'not-a-provider-now', 'sender']);
  }); // prettier-ignore

  it('with the package’s last day over, no extract needed', async () => {
    const site = await tellingSite(test.db, { lines: [{ ...own, end: '30/09/2026' }] });
    await tell(site, 'with-us');
    assert.equal((await inbox(site)).length, 1);
    later(site, 18 * 60 + 5);
    const { notices } = await inboxOf(site.notices, site.carer);
    assert.deepEqual(notices.map(({ status, text }) => [status, text]), [['taken-back', null]]);
  }); // prettier-ignore

  it('with a restriction: nothing is shown to the provider, and the sender no longer reads which one it is', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'with-us');
    await inbox(site);
    await land(site, restrictions(site.council.id, [{ id: 'M1' }]));
    await site.runner.run();
    const { provider } = await ofSender(site, answerId);
    assert.deepEqual([provider?.status, provider?.recipientName], ['stopped', null]);
    assert.deepEqual((await inboxOf(site.notices, site.carer)).notices.map(({ text }) => text), [null]);
  }); // prettier-ignore

  it('with a death: providers are told nothing more, also who had accepted; the council’s stands', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'hold');
    const [id = ''] = await inbox(site);
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: null });
    await land(site, care(site.council.id, [{ ...own, cqc: site.provider.slice(4), died: '29/09/2026' }]));
    await site.runner.run();
    const { provider, council } = await ofSender(site, answerId);
    assert.deepEqual([provider?.status, provider?.withdrawn?.why, provider?.open], ['withdrawn', 'died', false]);
    assert.equal(council?.open, true);
    assert.ok(await isQuiet(site));
  });

  it('with nothing new about the person changes nothing', async () => {
    const site = await tellingSite(test.db);
    await tell(site, 'with-us');
    const [id] = await inbox(site);
    await land(site, care(site.council.id, [{ ...own, cqc: site.provider.slice(4) }]));
    assert.ok(await isQuiet(site));
    assert.deepEqual(await inbox(site), [id]);
  });

  it('with the agreement over nothing more goes to the provider, and nothing is left without an owner', async () => {
    const site = await tellingSite(test.db, { agreement: { until: '2026-09-30' } });
    const { answerId } = await tell(site, 'with-us');
    const id = (await ofSender(site, answerId)).provider?.id ?? '';
    later(site, 24 * 60);
    assert.equal(await send(site, id), false);
    const row = await test.db.sql
      .selectFrom('notice')
      .selectAll()
      .where('notice_id', '=', id)
      .executeTakeFirstOrThrow();
    assert.deepEqual([row.status, row.owner], ['stopped', site.hospital]);
  });
});
