/** What is sent is what was on the screen, word by word, or nothing goes (hazard H14). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { openNotice, inboxOf } from '../src/services/notices/answer.ts';
import type { InboxNotice } from '../src/services/notices/answer.ts';
import { previewUndo } from '../src/services/notices/preview-undo.ts';
import type { Instead, UndoLine } from '../src/services/notices/preview-undo.ts';
import { previewTelling, sendTelling } from '../src/services/notices/tell.ts';
import { cancelTelling, correctTelling } from '../src/services/notices/undo.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { answerOf, later, noAsk, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const yes = { answer: 'given', cannotAskReason: null } as const;
const changed = { code: 'TELLING_CHANGED' };
const marksOf = (lines: readonly { readonly mark: string | null }[]): string[] =>
  lines.flatMap(({ mark }) => mark ?? []);
const rename = (site: TellingSite, family: string) =>
  sql`update person_detail set family = ${family} where council = ${site.council.id}`.execute(test.db.sql);
const mail = async (site: TellingSite): Promise<readonly InboxNotice[]> =>
  (await inboxOf(site.notices, site.carer)).notices;
const count = async (table: 'notice' | 'telling' | 'permission_to_tell', site: TellingSite): Promise<number> =>
  (await test.db.sql.selectFrom(table).select('council').where('council', '=', site.council.id).execute()).length;

describe('H14: a message', () => {
  it('that would name somebody else than the screen did is not sent, and nothing of it is kept', async () => {
    const site = await tellingSite(test.db);
    const request = { answerId: await answerOf(site), of: 'restart', ask: noAsk, permission: yes } as const;
    const shown = marksOf((await previewTelling(site.notices, site.sister, request)).recipients);
    assert.equal(shown.length, 2);
    await rename(site, 'Changed');
    const send = (marks: string[], token: string) => sendTelling(site.notices, site.sister, { ...request, token, shown: marks });
    await assert.rejects(send(shown, 'one'), changed);
    assert.deepEqual([await count('notice', site), await count('telling', site), await count('permission_to_tell', site)], [0, 0, 0]);
    assert.deepEqual(site.desk.handed, []);
    // Shown anew, the same form goes, and once however often it comes (H15).
    const again = marksOf((await previewTelling(site.notices, site.sister, request)).recipients);
    assert.equal((await send(again, 'one')).recipients.length, 2);
    assert.equal((await send([], 'one')).again, true);
    assert.match((await mail(site))[0]?.text?.who.join() ?? '', /CHANGED/);
  }); // prettier-ignore

  it('to a recipient that was not on the screen is not sent', async () => {
    const site = await tellingSite(test.db);
    const request = { answerId: await answerOf(site), of: 'with-us', ask: noAsk, permission: yes } as const;
    const { recipients } = await previewTelling(site.notices, site.sister, request);
    const council = marksOf(recipients.filter(({ recipient }) => recipient.kind === 'council'));
    await assert.rejects(sendTelling(site.notices, site.sister, { ...request, token: 't', shown: council }), changed);
    const told = await sendTelling(site.notices, site.sister, { ...request, token: 't', shown: council, without: [site.provider] });
    assert.deepEqual(told.recipients.map(({ recipient }) => recipient.kind), ['council']);
  }); // prettier-ignore

  it('goes minutes later all the same: only the hour by which to answer has changed', async () => {
    const site = await tellingSite(test.db);
    const request = { answerId: await answerOf(site), of: 'restart', ask: noAsk, permission: yes } as const;
    const shown = marksOf((await previewTelling(site.notices, site.sister, request)).recipients);
    later(site, 7);
    assert.ok((await sendTelling(site.notices, site.sister, { ...request, token: 't', shown })).telling);
  });
});

describe('H14: a correction or cancellation', () => {
  const instead = { of: 'hold', ask: noAsk } as const;

  /** A restart that the provider has opened, and the council not. */
  async function told(): Promise<{ site: TellingSite; telling: string; lines: (as: Instead) => Promise<readonly UndoLine[]> }> {
    const site = await tellingSite(test.db);
    const telling = (await tell(site, 'restart')).telling ?? '';
    await openNotice(site.notices, site.carer, (await mail(site))[0]?.id ?? '');
    later(site, 1);
    return { site, telling, lines: async (as) => (await previewUndo(site.notices, site.sister, telling, as)).lines };
  } // prettier-ignore

  it('is shown as it would be sent: from the record and the agreement of now', async () => {
    const { site, telling, lines } = await told();
    await rename(site, 'Changed');
    const shown = await lines(instead);
    assert.match(shown[0]?.text?.who.join() ?? '', /CHANGED/);
    await correctTelling(site.notices, site.sister, telling, { token: 'k', shown: marksOf(shown), ...instead });
    const [news] = await mail(site);
    assert.deepEqual([news?.kind, news?.text], ['correction', shown.find(({ recipient }) => recipient.kind === 'provider')?.text]);
  }); // prettier-ignore

  it('with another identifier than the agreement shares now is not sent as it was shown', async () => {
    const { site, telling, lines } = await told();
    const shown = marksOf(await lines(instead));
    const { notices } = site.agreement;
    const wider = { ...site.agreement, notices: { ...notices, identifiers: ['name', 'birth-date', 'nhs-number'] as const } };
    Object.assign(site.notices, { agreements: [wider] });
    await assert.rejects(correctTelling(site.notices, site.sister, telling, { token: 'k', shown, ...instead }), changed);
    assert.deepEqual((await mail(site)).map(({ kind, status }) => `${kind} ${status}`), ['restart to-answer']);
  }); // prettier-ignore

  it('whose text changed meanwhile is not sent, and the old message stands', async () => {
    const { site, telling, lines } = await told();
    const correction = marksOf(await lines(instead));
    const cancellation = marksOf(await lines(null));
    await rename(site, 'Changed');
    const form = (shown: string[]) => ({ token: 'k', shown });
    await assert.rejects(correctTelling(site.notices, site.sister, telling, { ...form(correction), ...instead }), changed);
    await assert.rejects(cancelTelling(site.notices, site.sister, telling, form(cancellation)), changed);
    assert.deepEqual((await mail(site)).map(({ kind, status }) => `${kind} ${status}`), ['restart to-answer']);
    assert.equal(await count('telling', site), 1);
    const { told: to } = await cancelTelling(site.notices, site.sister, telling, form(marksOf(await lines(null))));
    assert.ok(to.includes(site.provider));
  }); // prettier-ignore
});
