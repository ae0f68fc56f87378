/** What bars telling is the person's and not one council's: every council of the site counts, and none shows through. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerNotice, historyOf, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import { recordPermission } from '../src/services/notices/permission.ts';
import { previewTelling } from '../src/services/notices/tell.ts';
import { tellingsOf } from '../src/services/notices/view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, numbers, usualBirth } from './support/import-lines.ts';
import type { CareLine } from './support/import-lines.ts';
import { secondCouncil } from './support/second-council.ts';
import type { SecondCouncil } from './support/second-council.ts';
import { answerOf, isQuiet, later, noAsk, send, tell, tellAlone, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const given = { answer: 'given', cannotAskReason: null } as const;
const refused = { answer: 'refused', cannotAskReason: null } as const;

/** Two councils of one hospital that know the same person; the first one's provider is the one that is told. */
async function two(automatic = true): Promise<{ site: TellingSite; other: SecondCouncil }> {
  const site = await tellingSite(test.db, {
    notices: { permissionToTell: 'not-needed', ...(!automatic && { automatic: [] }) },
  });
  return { site, other: await secondCouncil(site) };
}

const inbox = async (site: TellingSite): Promise<string[]> =>
  (await inboxOf(site.notices, site.carer)).notices.map(({ of, status, text }) => `${of} ${status} ${text ? 'shown' : '-'}`); // prettier-ignore

const ofProvider = async (site: TellingSite, answerId: string) =>
  (await tellingsOf(site.notices, site.sister, { answerId })).notices.find(({ recipient }) => recipient.kind === 'provider'); // prettier-ignore

type Happen = (other: SecondCouncil, site: TellingSite) => Promise<void>;

const barred: [name: string, happen: Happen][] = [
  ['restricts', (other) => other.say({ restricted: [{ id: 'M9' }] })],
  ['knows of a death', (other) => other.say({}, { died: '29/09/2026' })],
  ['has restricted somebody whose birth date it has otherwise', (other) => other.say({ restricted: [{ id: 'M9' }] }, { born: '15/03/1941' })],
  ['has restricted under an old number that only it knows to be old', (other) =>
    other.say({ restricted: [{ id: 'M9' }] }, { number: nhs(77) }, [numbers([[nhs(1), nhs(77)]])])],
]; // prettier-ignore

const holding: [name: string, happen: Happen][] = [
  ['has a referral open', (other) => other.say({ referrals: [{ id: 'M9' }] })],
  ['has a referral that nobody can read', (other) => other.say({ referrals: [{ id: 'M9', status: 'Odd' }] })],
  ['has not said lately that there is none', async (_, site) => {
    later(site, 61);
    await site.land(site.whole([{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }]), site.now.toISOString());
  }],
]; // prettier-ignore

describe('another council of the hospital', () => {
  for (const [name, happen] of barred)
    it(`that ${name}: nothing is told of itself, and who tells reads no more than that it cannot be sent (H13, H23)`, async () => {
      const { site, other } = await two();
      later(site, 1);
      await happen(other, site);
      await tellAlone(site, 'with-us');
      assert.deepEqual(site.desk.list, ['first council'], 'the person’s own council is told');
      assert.deepEqual(await inbox(site), []);
      const told = await tell(site, 'with-us');
      assert.deepEqual(
        told.recipients.map(({ decision, why, phoneFirst, text }) => [decision, why, phoneFirst, text === null]),
        [['refuse', 'not-shown', false, true], ['tell', null, false, false]],
      );
      assert.match(told.recipients[0]?.whyText ?? '', /^This cannot be sent from here\. Phone the council’s duty team\.$/);
      assert.deepEqual(await inbox(site), []);
    }); // prettier-ignore

  for (const [name, happen] of holding)
    it(`that ${name}: whatever no button sent waits for a person, and advice shows nothing of it (H12, H13)`, async () => {
      const { site, other } = await two();
      later(site, 1);
      await happen(other, site);
      await tellAlone(site, 'with-us');
      assert.deepEqual(site.desk.list, ['first council']);
      assert.deepEqual(await inbox(site), []);
      const answerId = await answerOf(site);
      const waiting = await ofProvider(site, answerId);
      assert.deepEqual([waiting?.status, waiting?.waits, waiting?.owner?.duty], ['waiting', true, 'release']);
      const { recipients } = await previewTelling(site.notices, site.sister, { answerId, of: 'hold', ask: noAsk, permission: given }); // prettier-ignore
      assert.deepEqual(recipients.map(({ decision, phoneFirst }) => [decision, phoneFirst]), [['tell', false], ['tell', false]]); // prettier-ignore
    });

  it('that does not know the person says nothing, however old its word is', async () => {
    const { site, other } = await two();
    later(site, 1);
    await other.say({}, { id: 'M8', number: nhs(2) });
    later(site, 61);
    await site.land(site.whole([{ id: 'M1', number: nhs(1), cqc: site.provider.slice(4) }]), site.now.toISOString());
    await tellAlone(site, 'with-us');
    assert.deepEqual(site.desk.list, ['first provider', 'first council']);
  });

  it('that restricts after the sending takes back what stands in the inbox, at once (H14, H23)', async () => {
    const { site, other } = await two();
    const { answerId } = await tell(site, 'hold');
    assert.deepEqual(await inbox(site), ['hold to-answer shown']);
    const id = (await ofProvider(site, answerId))?.id ?? '';
    later(site, 1);
    await other.say({ restricted: [{ id: 'M9' }] });
    assert.equal(await send(site, id, 'delivered', 'reminder'), false);
    assert.deepEqual(await inbox(site), ['hold taken-back -']);
    const { status, text } = await openNotice(site.notices, site.carer, id);
    assert.deepEqual([status, text], ['taken-back', null]);
  });

  it('is found by the looking that happens by itself, and then all is quiet', async () => {
    const { site, other } = await two();
    await tell(site, 'hold');
    await inbox(site);
    later(site, 1);
    await other.say({ restricted: [{ id: 'M9' }] });
    await site.runner.run();
    const rows = await test.db.sql.selectFrom('notice').select('status').where('council', '=', site.council.id).where('recipient_kind', '=', 'provider').execute(); // prettier-ignore
    assert.deepEqual(rows, [{ status: 'stopped' }]);
    assert.ok(await isQuiet(site));
  });
});

describe('a “no” to a provider’s being told', () => {
  it('is the person’s: said of one council’s record it stops what another’s agreement lets be told (H23)', async () => {
    const { site, other } = await two();
    await tell(site, 'hold');
    assert.deepEqual(await inbox(site), ['hold to-answer shown']);
    later(site, 1);
    await sayNo(site, other);
    assert.deepEqual(await inbox(site), ['hold taken-back -']);
    const { recipients } = await tell(site, 'restart', { permission: null });
    assert.deepEqual(recipients.map(({ why }) => why), ['permission-refused', null]); // prettier-ignore
  });

  it('is not lifted by being unable to say it again', async () => {
    const { site } = await two();
    later(site, 1);
    await tell(site, 'hold', { permission: refused });
    later(site, 1);
    const cannot = { answer: 'cannot-ask', cannotAskReason: 'confused' } as const;
    const answerId = await answerOf(site);
    const { recipients: before } = await previewTelling(site.notices, site.sister, { answerId, of: 'hold', ask: noAsk, permission: cannot }); // prettier-ignore
    assert.equal(before[0]?.why, 'permission-refused');
    const { recipients } = await tell(site, 'hold', { permission: cannot, answerId });
    assert.equal(recipients[0]?.why, 'permission-refused');
    later(site, 1);
    assert.equal((await tell(site, 'hold')).recipients[0]?.why, null, 'until they say yes');
  });

  const answers: [kind: string, name: string, say: (other: SecondCouncil) => Promise<void>][] = [
    ['no-record', 'has no record of', (other) => other.say({}, { id: 'M8', number: nhs(2) })],
    ['cannot-show', 'may not show anything of', (other) => other.say({ restricted: [{ id: 'M9' }, { id: 'M8' }] })],
  ];
  for (const [kind, name, say] of answers)
    it(`can be written down on the answer of a council that ${name} the person (H23)`, async () => {
      const { site, other } = await two();
      later(site, 1);
      await say(other);
      assert.equal(await sayNo(site, other), kind);
      later(site, 1);
      await other.say({}, { id: 'M8', number: nhs(2) });
      await tellAlone(site, 'with-us');
      assert.deepEqual(site.desk.list, ['first council']);
      const { recipients } = await tell(site, 'with-us', { permission: null });
      assert.equal(recipients[0]?.why, 'permission-refused');
    });

  it('can be written down of anybody of whom the hospital has told something, and of nobody else’s', async () => {
    const { site } = await two();
    const { telling } = await tell(site, 'hold');
    const of = { telling: telling ?? '' };
    await assert.rejects(recordPermission(site.notices, { ...site.sister, organisation: 'ELSEWHERE' }, of, refused), { code: 'NOTICE_GONE' }); // prettier-ignore
    assert.deepEqual(await inbox(site), ['hold to-answer shown']);
    later(site, 1);
    await recordPermission(site.notices, site.sister, of, refused);
    assert.deepEqual(await inbox(site), ['hold taken-back -']);
  });

  it('is of nobody where the birth date was another’s: it could be anybody’s number', async () => {
    const { site } = await two();
    const { id, answer } = await site.ask(nhs(1), '1941-03-15', {}, site.sister);
    assert.equal(answer.kind, 'birth-date-mismatch');
    await assert.rejects(recordPermission(site.notices, site.sister, { answerId: id }, refused), { code: 'TELLING_REFUSED' }); // prettier-ignore
  });

  // By a look-up of the second council's record, at the same hospital.
  async function sayNo(site: TellingSite, other: SecondCouncil): Promise<string> {
    other.now = site.now;
    const { id, answer } = await other.ask(nhs(1), usualBirth, {}, site.sister);
    await recordPermission(site.notices, site.sister, { answerId: id }, refused);
    return answer.kind;
  }
});

async function acceptAll(site: TellingSite): Promise<void> {
  for (const { id, status } of (await inboxOf(site.notices, site.carer)).notices)
    if (status === 'to-answer')
      await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: null });
}

/** Lands the first council's own record of the person anew. */
async function landOwn(
  site: TellingSite,
  more: Parameters<TellingSite['whole']>[1] = {},
  line: Partial<CareLine> = {},
): Promise<void> {
  const own = {
    id: 'M1',
    number: nhs(1),
    family: 'Example',
    given: 'Barbara',
    cqc: site.provider.slice('cqc:'.length),
  };
  await site.land(site.whole([{ ...own, ...line }], more), site.now.toISOString());
}

describe('what was answered is told again by being shown again', () => {
  const gone: [name: string, happen: Happen][] = [
    ['restricted', (_, site) => landOwn(site, { restricted: [{ id: 'M1' }] })],
    ['restricted by another council', (other) => other.say({ restricted: [{ id: 'M9' }] })],
    ['dead', (_, site) => landOwn(site, {}, { died: '29/09/2026' })],
    ['another provider’s', (_, site) => landOwn(site, {}, { cqc: '1-999999999' })],
    ['unwilling', async (_, site) => void (await site.look(nhs(1), usualBirth, { permission: 'refused' }))],
  ];

  const callMe = { kind: 'call-me', phone: '01632 960100' } as const;
  const seen: string[] = [];
  for (const [name, happen] of gone)
    it(`H23: of somebody who is ${name} now it says nothing, and reads as any other that was taken back`, async () => {
      const { site, other } = await two();
      await tell(site, 'hold');
      await acceptAll(site);
      assert.deepEqual(await inbox(site), ['hold accepted shown']);
      later(site, 1);
      await happen(other, site);
      later(site, 1);
      const [one] = await historyOf(site.notices, site.carer);
      const { id: _id, thread: _thread, createdAt: _at, reply, ...shown } = one ?? assert.fail('It is in the history');
      assert.deepEqual([shown.status, shown.text, shown.content], ['taken-back', null, null]);
      // A test's council is named by a code of its own.
      seen.push(JSON.stringify({ ...shown, reply: reply?.reply }).replaceAll(site.council.id, 'council'));
      assert.deepEqual(await inbox(site), ['hold taken-back -']);
      assert.equal((await openNotice(site.notices, site.carer, one?.id ?? '')).text, null);
      await assert.rejects(answerNotice(site.notices, site.carer, one?.id ?? '', callMe), { code: 'NOTICE_GONE' });
    });

  it('H23: one text for all of them', () => {
    assert.equal(seen.length, gone.length);
    assert.deepEqual([...new Set(seen)], [seen[0]]);
  });

  it('H23: once the restriction is over it reads as it did', async () => {
    const { site, other } = await two();
    await tell(site, 'hold');
    await acceptAll(site);
    later(site, 1);
    await other.say({ restricted: [{ id: 'M9' }] });
    assert.deepEqual(await inbox(site), ['hold taken-back -']);
    later(site, 1);
    await other.say();
    assert.deepEqual(await inbox(site), ['hold accepted shown']);
  });

  it('H23: the hospital reads no provider’s name of a restricted person, answered or not', async () => {
    const { site } = await two();
    const { answerId, telling } = await tell(site, 'hold');
    await acceptAll(site);
    assert.equal(typeof (await ofProvider(site, answerId))?.recipientName, 'string');
    later(site, 1);
    await landOwn(site, { restricted: [{ id: 'M1' }] });
    const { notices } = await tellingsOf(site.notices, site.sister, { telling: telling ?? '' });
    const [one] = notices.filter(({ recipient }) => recipient.kind === 'provider');
    assert.deepEqual([one?.status, one?.recipientName], ['accepted', null]);
  });
});
