/** Tellings beside imports, double clicks and processes that die: told at least once, shown once, never to a stranger. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { answerNotice, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import { composeNotices } from '../src/services/notices/compose.ts';
import { lookAtHolds } from '../src/services/notices/hold-looks.ts';
import { sendTelling } from '../src/services/notices/tell.ts';
import { tellingsOf } from '../src/services/notices/view.ts';
import { Database } from '../src/store/database.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { faults, FaultyEngine } from './support/faults.ts';
import { putStay } from './support/arrivals.ts';
import { care, nhs } from './support/import-lines.ts';
import { answerOf, later, noAsk, send, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const barbara = { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' };
const own = (site: TellingSite): string => site.provider.slice(4);
const other = (site: TellingSite): string => `3-${site.council.id}`;
const sure = { answer: 'given', cannotAskReason: null } as const;

async function standsAt(site: TellingSite): Promise<bigint> {
  const row = await test.db.sql
    .selectFrom('bundle_part')
    .select(({ fn }) => fn.max('bundle_id').as('bundle'))
    .where('council', '=', site.council.id)
    .where('applied', '=', true)
    .executeTakeFirst();
  return BigInt(row?.bundle ?? 0);
}

it('H14: whoever is shown a notice, or sent one, has the package at that moment, whatever an import does beside it', async () => {
  const site = await tellingSite(test.db);
  const whose = new Map<bigint, string>();
  const move = async (to: string): Promise<void> => {
    later(site, 1);
    await site.land([care(site.council.id, [{ ...barbara, cqc: to }])], site.now.toISOString());
  };
  let shown = 0;
  let refused = 0;
  for (let round = 0; round < 8; round++) {
    await move(own(site));
    whose.set(await standsAt(site), own(site));
    site.desk.handed.length = 0;
    await tell(site, 'with-us');
    const id = site.desk.handed.find(({ notice }) => notice.recipient.kind === 'provider')?.notice.id ?? '';
    const disclosed: { readonly from: bigint; readonly until: bigint }[] = [];
    const during = async (show: () => Promise<boolean>): Promise<void> => {
      const from = await standsAt(site);
      const done = await show();
      const until = await standsAt(site);
      if (done) disclosed.push({ from, until });
      else refused++;
    };
    const moving = { done: false };
    const watch = async (): Promise<void> => {
      // Once more after it has landed.
      for (let last = false; !last; ) {
        last = moving.done;
        // The embedded database answers without ever letting a file be read.
        await setImmediate();
        await during(async () => (await inboxOf(site.notices, site.carer)).notices.some((one) => one.id === id && one.content !== null));
        await during(async () => (await openNotice(site.notices, site.carer, id).catch(() => null))?.content != null);
        await during(() => send(site, id));
      }
    };
    await Promise.all([move(other(site)).then(() => (moving.done = true)), watch()]);
    whose.set(await standsAt(site), other(site));
    for (const { from, until } of disclosed) {
      const then = [...whose].filter(([bundle]) => bundle >= from && bundle <= until).map(([, provider]) => provider);
      assert.ok(then.includes(own(site)), `shown between ${from} and ${until}, when the package was elsewhere`);
      shown++;
    }
  }
  assert.ok(shown > 0 && refused > 0, `${shown} shown, ${refused} refused: nothing was tried`);
}); // prettier-ignore

describe('a process that dies', () => {
  it('at any step of a telling tells once when the form is sent again: all of it or nothing (H15)', async () => {
    for (const fault of faults) {
      const site = await tellingSite(test.db);
      const answerId = await answerOf(site);
      const form = { answerId, of: 'restart', ask: noAsk, permission: sure, token: randomUUID(), shown: null } as const;
      let steps = 0;
      for (let step = 1; ; step++) {
        const engine = new FaultyEngine(test.engine);
        engine.arm(step, fault);
        const failing = { ...site.notices, db: new Database(engine) };
        const died = await sendTelling(failing, site.sister, form).then(
          () => false,
          () => true,
        );
        const { notices } = await tellingsOf(site.notices, site.sister, { answerId });
        assert.ok(notices.length === 0 || notices.length === 2, `${notices.length} notices after step ${step}`);
        if (!engine.disarm() || !died) break;
        steps = step;
      }
      assert.ok(steps > 5, `only ${steps} steps failed`);
      assert.equal((await sendTelling(site.notices, site.sister, form)).again, true);
      assert.equal((await tellingsOf(site.notices, site.sister, { answerId })).notices.length, 2);
    }
  });

  it('between sending and its word sends again, and the inbox shows it once (H15)', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'restart');
    const id = site.desk.handed[0]?.notice.id ?? '';
    assert.equal(await send(site, id, 'lost'), true);
    later(site, 1);
    assert.equal(await send(site, id), true);
    assert.equal((await inboxOf(site.notices, site.carer)).notices.length, 1);
    const { told } = await tellingsOf(site.notices, site.sister, { answerId });
    assert.deepEqual(told.filter(({ recipient }) => recipient.kind === 'provider').map(({ status }) => status), ['delivered']);
    await answerNotice(site.notices, site.carer, id, { kind: 'call-me', phone: null });
    assert.equal(await send(site, id), false);
  }); // prettier-ignore

  it('at any step of an answer keeps it once: the same button again is the same answer', async () => {
    const site = await tellingSite(test.db);
    const { answerId } = await tell(site, 'with-us');
    const [one] = (await inboxOf(site.notices, site.carer)).notices;
    const id = one?.id ?? '';
    for (let step = 1; ; step++) {
      const engine = new FaultyEngine(test.engine);
      engine.arm(step, { when: 'after', as: 'connection' });
      const failing = { ...site.notices, db: new Database(engine) };
      await answerNotice(failing, site.carer, id, { kind: 'accepted', firstVisit: null }).catch(() => null);
      if (!engine.disarm()) break;
    }
    const answers = await test.db.sql.selectFrom('notice_event').select('at').where('notice_id', '=', id).where('kind', '=', 'answered').execute();
    assert.equal(answers.length, 1);
    const { notices } = await tellingsOf(site.notices, site.sister, { answerId });
    assert.equal(notices.find((own) => own.id === id)?.done, true);
  }); // prettier-ignore
});

describe('what is kept of a telling', () => {
  const left = async (site: TellingSite): Promise<number[]> => {
    const count = async (table: 'telling' | 'notice' | 'permission_to_tell'): Promise<number> =>
      (await test.db.sql.selectFrom(table).select('council').where('council', '=', site.council.id).execute()).length;
    return [await count('telling'), await count('notice'), await count('permission_to_tell')];
  };
  const day = 24 * 60;

  it('goes when all of it is done with and the agreed time is over, and not before', async () => {
    const site = await tellingSite(test.db, { agreement: { retention: { answers: '1 hour', closedFacts: '42 days', heldExtracts: '7 days', notices: '10 days' } } });
    const { forget } = composeNotices(site.notices);
    await tell(site, 'with-us');
    const [one] = (await inboxOf(site.notices, site.carer)).notices;
    await answerNotice(site.notices, site.carer, one?.id ?? '', { kind: 'accepted', firstVisit: null });
    later(site, 20 * day);
    await forget();
    assert.deepEqual(await left(site), [1, 2, 0], 'the council never answered: its time begins when the service ends it');
    later(site, 9 * day);
    await forget();
    assert.equal((await left(site))[0], 1);
    later(site, day + 1);
    // Where no stay is known somebody has a task of it, which ends now too.
    for (let times = 0; times < 2; times++) {
      await lookAtHolds(site.notices);
      await forget();
    }
    assert.deepEqual(await left(site), [0, 0, 0]);
  }); // prettier-ignore

  it('stays for as long as its stay does: a hold outlives none of its own (H27)', async () => {
    const site = await tellingSite(test.db, { agreement: { retention: { answers: '1 hour', closedFacts: '42 days', heldExtracts: '7 days', notices: '10 days' } } });
    const { forget } = composeNotices(site.notices);
    await putStay(site, nhs(1));
    await tell(site, 'hold', { without: [site.council.id] });
    const [one] = (await inboxOf(site.notices, site.carer)).notices;
    await answerNotice(site.notices, site.carer, one?.id ?? '', { kind: 'accepted', firstVisit: null });
    later(site, 60 * day);
    await forget();
    assert.equal((await left(site))[0], 1);
  }); // prettier-ignore
});
