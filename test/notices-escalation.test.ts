/** What happens by itself while nobody answers, by a clock that the test sets (product rule 9, hazard H08). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { answerByPhone, settleNotice, takeNotice } from '../src/services/notices/act.ts';
import { answerNotice, inboxOf, openNotice } from '../src/services/notices/answer.ts';
import { NoticeRunner } from '../src/services/notices/run.ts';
import { councilNotices, teamNotices } from '../src/services/notices/view.ts';
import type { NoticeView } from '../src/services/notices/view.ts';
import { Database } from '../src/store/database.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { faults, FaultyEngine } from './support/faults.ts';
import { hour, later, send, tell, tellingSite } from './support/telling.ts';
import type { TellingSite } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const none = { kind: 'none' } as const;

/** A restart that a provider has been sent, by an e-mail that arrived. */
async function sent(changes: { readonly nextVisit?: (now: Date) => Date; readonly notices?: Record<string, unknown>; readonly become?: 'delivered' | 'bounced' | 'lost' } = {}): Promise<{ site: TellingSite; id: string; own: () => Promise<NoticeView> }> {
  const site = await tellingSite(test.db, { notices: { council: true, ...changes.notices } });
  await tell(site, 'restart', { without: [site.council.id], nextVisit: changes.nextVisit?.(site.now) ?? null });
  const id = site.desk.handed[0]?.notice.id ?? '';
  await send(site, id, changes.become ?? 'delivered');
  const own = async (): Promise<NoticeView> => {
    const [one] = await councilNotices(site.notices, site.duty, { which: 'all', since: new Date(0) });
    assert.ok(one);
    return one;
  };
  return { site, id, own };
} // prettier-ignore

const stepsOf = ({ steps, createdAt }: NoticeView): string[] =>
  steps.map(({ step, at, told }) => `${(at.getTime() - createdAt.getTime()) / 60_000} ${step}${told ? '' : ' nobody'}`);

/** Looks every minute, as the service does. */
async function passes(site: TellingSite, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed++) {
    later(site, 1);
    await site.runner.run();
  }
}

describe('a provider that is silent', () => {
  it('is reminded after 15 minutes, then its out-of-hours contact, the council and the sender are told, each once', async () => {
    const { site, own } = await sent();
    const owners: (string | undefined)[] = [];
    for (const minutes of [14, 1, 5, 5, 5]) {
      await passes(site, minutes);
      owners.push((await own()).owner?.party);
    }
    assert.deepEqual(stepsOf(await own()), ['15 reminder', '20 out-of-hours', '25 council', '30 sender']);
    assert.deepEqual(owners, ['recipient', 'recipient', 'out-of-hours', 'council', 'sender']);
    assert.deepEqual(site.desk.list, ['first provider', 'reminder provider', 'out-of-hours provider', 'council provider']);
    await passes(site, 60);
    assert.equal((await own()).steps.length, 4);
    assert.deepEqual([(await own()).done, (await own()).owner?.party], [false, 'sender']);
    assert.equal((await teamNotices(site.notices, site.sister)).length, 1);
  }); // prettier-ignore

  it('with nobody on its rota is passed over at once', async () => {
    const { site, own } = await sent();
    site.desk.nobodyFor.add('out-of-hours');
    await passes(site, 30);
    assert.deepEqual(stepsOf(await own()), ['15 reminder', '20 out-of-hours nobody', '20 council', '30 sender']);
  });

  it('and a council with nobody either: the sender is told at once', async () => {
    const { site, own } = await sent();
    for (const reason of ['reminder', 'out-of-hours', 'council'] as const) site.desk.nobodyFor.add(reason);
    await passes(site, 16);
    assert.deepEqual(stepsOf(await own()), [
      '15 reminder nobody',
      '15 out-of-hours nobody',
      '15 council nobody',
      '15 sender',
    ]);
    assert.equal((await own()).owner?.party, 'sender');
  });

  it('whose next visit is due sooner is brought on sooner: the last step half an hour before it', async () => {
    const { site, own } = await sent({ nextVisit: (now) => new Date(now.getTime() + hour) });
    await passes(site, 40);
    const view = await own();
    assert.deepEqual(
      view.steps.map(({ step }) => step),
      ['reminder', 'out-of-hours', 'council', 'sender'],
    );
    assert.ok((view.steps.at(-1)?.at.getTime() ?? 0) <= view.createdAt.getTime() + 30 * 60_000);
  });

  it('where the agreement lets the council be told nothing: the council is passed over', async () => {
    const { site, id } = await sent({ notices: { council: false } });
    await passes(site, 40);
    const { rows } = { rows: await test.db.sql.selectFrom('notice_event').select('event').where('notice_id', '=', id).where('kind', '=', 'stepped').execute() };
    assert.deepEqual(rows.map(({ event }) => (JSON.parse(event) as { step: string; outcome: string })).map(({ step, outcome }) => `${step} ${outcome}`).sort(), ['council nobody-there', 'out-of-hours told', 'reminder told', 'sender told']);
    assert.ok(!site.desk.list.includes('council provider'));
  }); // prettier-ignore
});

describe('a provider that', () => {
  it('refuses ends with the sender at once, and with the council after that', async () => {
    const { site, id, own } = await sent();
    await openNotice(site.notices, site.carer, id);
    await passes(site, 3);
    await answerNotice(site.notices, site.carer, id, { kind: 'cannot', reason: 'no-care-worker', alternative: none });
    await passes(site, 20);
    const view = await own();
    assert.deepEqual([view.status, view.done, view.owner?.party], ['cannot', false, 'council']);
    assert.deepEqual(stepsOf(view), ['4 sender', '18 council']);
    await settleNotice(site.notices, site.duty, id, 'other-care');
    assert.deepEqual([(await own()).status, (await own()).owner, (await own()).done], ['settled', null, false]);
  });

  it('wants to be phoned is the sender’s to phone, and the phone call brings the answer', async () => {
    const { site, id, own } = await sent();
    await answerNotice(site.notices, site.carer, id, { kind: 'call-me', phone: '01632 960100' });
    await passes(site, 1);
    assert.deepEqual([(await own()).owner?.party, (await own()).owner?.duty], ['sender', 'phone']);
    const firstVisit = new Date(site.now.getTime() + 8 * hour);
    await answerByPhone(site.notices, site.sister, id, { by: 'Cora  Example ', reply: { kind: 'accepted', firstVisit } });
    const view = await own();
    assert.deepEqual([view.done, view.reply?.by.name, view.reply?.by.organisation, view.reply?.takenBy?.id], [true, 'Cora Example', site.provider, site.sister.userId]);
  }); // prettier-ignore

  it('bounces loses no time: out-of-hours at once, and the notice is never the recipient’s', async () => {
    const { site, own } = await sent({ become: 'bounced' });
    await passes(site, 1);
    assert.deepEqual(stepsOf(await own()), ['1 out-of-hours']);
    assert.equal((await own()).status, 'bounced');
    await passes(site, 15);
    assert.deepEqual(stepsOf(await own()), ['1 out-of-hours', '5 council', '10 sender']);
  });

  it('answers late is heard all the same, and nobody is told any more', async () => {
    const { site, id, own } = await sent();
    await passes(site, 31);
    await answerNotice(site.notices, site.carer, id, { kind: 'accepted', firstVisit: new Date(site.now.getTime() + hour) });
    const handed = site.desk.handed.length;
    await passes(site, 60);
    assert.deepEqual([(await own()).done, (await own()).owner, site.desk.handed.length], [true, null, handed]);
  }); // prettier-ignore

  it('answers after somebody settled it otherwise is shown to have: two may now be acting', async () => {
    const { site, id, own } = await sent();
    await settleNotice(site.notices, site.sister, id, 'family-helps');
    later(site, 1);
    await answerNotice(site.notices, site.carer, id, {
      kind: 'accepted',
      firstVisit: new Date(site.now.getTime() + hour),
    });
    const view = await own();
    assert.deepEqual([view.status, view.answeredAfterClosing, view.done], ['call-me', true, false]);
    assert.deepEqual([view.owner?.party, view.owner?.duty], ['sender', 'phone']);
    // Whoever has phoned writes down what was agreed, or settles it once more.
    await answerByPhone(site.notices, site.sister, id, { by: 'Cora Example', reply: { kind: 'accepted', firstVisit: new Date(site.now.getTime() + hour) } });
    assert.deepEqual([(await own()).done, (await own()).owner], [true, null]);
  }); // prettier-ignore

  it('answers what was never delivered by e-mail is heard: the inbox was there all the time', async () => {
    const { site, id, own } = await sent({ become: 'lost' });
    assert.equal((await own()).status, 'queued');
    await inboxOf(site.notices, site.carer);
    await answerNotice(site.notices, site.carer, id, {
      kind: 'accepted',
      firstVisit: new Date(site.now.getTime() + hour),
    });
    assert.equal((await own()).done, true);
  });
});

describe('somebody who takes a notice', () => {
  it('owns it for the agreed time; then its sender is told', async () => {
    const { site, id, own } = await sent();
    await passes(site, 26);
    await takeNotice(site.notices, site.duty, id);
    assert.deepEqual([(await own()).owner?.party, (await own()).taken?.by.name], ['council', 'duty Example']);
    await passes(site, 31);
    assert.equal((await own()).owner?.party, 'sender');
  });

  it('H08: and does nothing more ends nothing: the sender, the out-of-hours contact and the council are told', async () => {
    const { site, id, own } = await sent();
    await takeNotice(site.notices, site.sister, id);
    await passes(site, 45);
    later(site, 24 * 60);
    await site.runner.run();
    const view = await own();
    assert.deepEqual(stepsOf(view), ['30 sender', '35 out-of-hours', '40 council']);
    assert.deepEqual(site.desk.list, ['first provider', 'out-of-hours provider', 'council provider']);
    assert.deepEqual([view.owner?.party, view.owner?.duty, view.taken], ['council', 'phone', null]);
  });

  it('H08: may say so again when that time is over, and has it anew; before, the same press is one', async () => {
    const { site, id, own } = await sent();
    const taken = async (): Promise<number> =>
      (await test.db.sql.selectFrom('notice_event').select('event_id').where('notice_id', '=', id).where('kind', '=', 'taken').execute()).length;
    await takeNotice(site.notices, site.sister, id);
    await passes(site, 29);
    await takeNotice(site.notices, site.sister, id);
    assert.equal(await taken(), 1);
    await passes(site, 3);
    assert.equal((await own()).owner?.duty, 'phone');
    const view = await takeNotice(site.notices, site.sister, id);
    assert.deepEqual([await taken(), view.owner?.party, view.taken?.by.id], [2, 'sender', site.sister.userId]);
    await passes(site, 20);
    assert.deepEqual(stepsOf(await own()), ['30 sender']);
    await passes(site, 20);
    assert.deepEqual(stepsOf(await own()), ['30 sender', '62 sender', '67 out-of-hours', '72 council']);
  }); // prettier-ignore

  it('must be of the hospital that sent it or of its council', async () => {
    const { site, id } = await sent();
    const gone = { code: 'NOTICE_GONE' };
    await assert.rejects(takeNotice(site.notices, { ...site.sister, organisation: 'ELSEWHERE' }, id), gone);
    await assert.rejects(takeNotice(site.notices, { ...site.duty, organisation: '998' }, id), gone);
    await assert.rejects(takeNotice(site.notices, site.carer, id), { code: 'NOT_ALLOWED' });
    // A name with signs that do not show reads otherwise than it was written.
    for (const by of [' ', 'Jo \u202enosliW', 'Jo\u200b', 'Jo \u0007x', 'Jo \u0000x', 'x'.repeat(101)])
      await assert.rejects(answerByPhone(site.notices, site.sister, id, { by, reply: { kind: 'call-me', phone: null } }), { code: 'FORM_INVALID' });
  }); // prettier-ignore
});

describe('whoever brings notices on', () => {
  it('several at once take each step once (H15)', async () => {
    const { site, own } = await sent();
    later(site, 16);
    const runners = [1, 2, 3].map(() => new NoticeRunner(site.notices));
    await Promise.all(runners.map((one) => one.run()));
    await Promise.all(runners.map((one) => one.run()));
    assert.deepEqual(stepsOf(await own()), ['16 reminder']);
    assert.deepEqual(site.desk.list, ['first provider', 'reminder provider']);
  });

  it('dies at any step and goes on: each step is taken, and none twice', async () => {
    for (const fault of faults) {
      const { site, own } = await sent();
      later(site, 16);
      for (let step = 1; ; step++) {
        const engine = new FaultyEngine(test.engine);
        engine.arm(step, fault);
        const failing = new NoticeRunner({ ...site.notices, db: new Database(engine) });
        await failing.run().catch(() => 0);
        if (!engine.disarm()) break;
      }
      await site.runner.run();
      assert.deepEqual(
        (await own()).steps.map(({ step }) => step),
        ['reminder'],
      );
    }
  });

  it('does what may wait at the hour at which its recipient wants it', async () => {
    const site = await tellingSite(test.db);
    site.desk.waitUntil = new Date(site.now.getTime() + 2 * hour);
    await tell(site, 'home-changed');
    assert.deepEqual(site.desk.handed, []);
    assert.deepEqual((await inboxOf(site.notices, site.carer)).notices, []);
    await passes(site, 119);
    assert.deepEqual(site.desk.handed, []);
    await passes(site, 1);
    assert.deepEqual(site.desk.list.sort(), ['first council', 'first provider']);
    assert.equal((await inboxOf(site.notices, site.carer)).notices.length, 1);
  });
});

it('H08: whatever happens in whatever order, an open notice always has one owner, and its next step is never missed', async () => {
  const acts: Record<string, (site: TellingSite, id: string) => Promise<unknown>> = {
    minute: (site) => passes(site, 1),
    quarter: (site) => (later(site, 15), site.runner.run()),
    delivered: (site, id) => send(site, id, 'delivered', 'reminder'),
    bounced: (site, id) => send(site, id, 'bounced', 'reminder'),
    lost: (site, id) => send(site, id, 'lost', 'reminder'),
    inbox: (site) => inboxOf(site.notices, site.carer),
    open: (site, id) => openNotice(site.notices, site.carer, id),
    cannot: (site, id) => answerNotice(site.notices, site.carer, id, { kind: 'cannot', reason: 'not-in-time', alternative: none }),
    callMe: (site, id) => answerNotice(site.notices, site.carer, id, { kind: 'call-me', phone: null }),
    taken: (site, id) => takeNotice(site.notices, site.duty, id),
    nobody: async (site) => void site.desk.nobodyFor.add('out-of-hours').add('council'),
  }; // prettier-ignore
  const site = await tellingSite(test.db);
  const start = site.now;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 8 }), async (order) => {
      site.now = start;
      site.desk.handed.length = 0;
      site.desk.nobodyFor.clear();
      await tell(site, 'restart', { without: [site.council.id] });
      const id = site.desk.handed[0]?.notice.id ?? '';
      for (const one of order) {
        await acts[one]?.(site, id);
        const own = (await teamNotices(site.notices, site.sister)).find((view) => view.id === id);
        assert.ok(own, `${one}: nobody lists it`);
        assert.ok(own.owner && own.owner.organisation !== '', `${one}: nobody owns it`);
        assert.equal(own.done, false);
      }
      later(site, 120);
      await site.runner.run();
      const own = (await teamNotices(site.notices, site.sister)).find((view) => view.id === id);
      assert.equal(own?.next, null, 'everybody who could be told was told');
      assert.ok(own?.steps.some(({ step }) => step === 'sender'));
      await settleNotice(site.notices, site.sister, id, 'not-needed');
    }),
    { numRuns: 25 },
  );
});
