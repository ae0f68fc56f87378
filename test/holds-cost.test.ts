/** What lists of tasks and holds cost: as many statements for many people as for few, and as many rows as are needed. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { councilSide } from '../src/app-council.ts';
import type { CouncilSide } from '../src/app-council.ts';
import type { CouncilDeps } from '../src/services/council/deps.ts';
import { councilSummary, councilToDo } from '../src/services/council/summary.ts';
import { holdSummary, holdsOfCouncil } from '../src/services/notices/council-holds.ts';
import { closeHoldTask, holdTaskCount } from '../src/services/notices/holds.ts';
import { recordPermission } from '../src/services/notices/permission.ts';
import { countingOn } from './support/counting.ts';
import type { Counting } from './support/counting.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { answerOf, later } from './support/telling.ts';

let test: TestDatabase;
let counting: Counting;
before(async () => {
  test = await openTestDatabase();
  counting = countingOn(test.engine);
});
after(() => test.close());

let people = 0;

interface Crowd extends HoldSite {
  readonly numbers: readonly string[];
  /** Lands another extract of the council's, of the same people. */
  extract(more?: Parameters<HoldSite['whole']>[1], change?: object): Promise<void>;
}

/** Some people who were all discharged after their provider had been told that they are there: three tasks each. */
async function crowd(size: number, options: Parameters<typeof holdSite>[1] = {}): Promise<Crowd> {
  const numbers = Array.from({ length: size }, () => nhs(++people));
  const lines = numbers.map((number, index) => ({
    id: `M${index + 1}`,
    number,
    family: 'Example',
    given: `P${index}`,
  }));
  const site = await holdSite(counting.db, { lines, notices: { automatic: ['with-us'] }, ...options });
  for (const [index, number] of numbers.entries()) await site.hear('arrived', { by: `P${index}`, visit: `V${index}`, number }); // prettier-ignore
  await site.settle();
  await site.acceptAll();
  later(site, 30);
  for (const [index, number] of numbers.entries()) await site.hear('discharged', { by: `P${index}`, visit: `V${index}`, number }); // prettier-ignore
  await site.settle();
  const extract: Crowd['extract'] = async (more = {}, change = {}) => {
    const own = lines.map((line) => ({ ...line, cqc: site.provider.slice(4), ...change }));
    await site.land(site.whole(own, more), site.now.toISOString());
  };
  return Object.assign(site, { numbers, extract });
}

const depsOf = ({ notices, clock, feed }: HoldSite): CouncilDeps => ({
  notices,
  board: { db: counting.db, clock, agreements: notices.agreements, feeds: [feed] },
  whereabouts: { db: counting.db, clock } as never,
});

const councilSideOf = (site: HoldSite): CouncilSide =>
  councilSide({
    ...depsOf(site),
    settings: { secret: () => null, baseUrl: 'http://127.0.0.1' } as never,
    site: { councils: [] } as never,
    ways: {} as never,
    nameOf: (id) => id,
  });

describe('the cost of lists of tasks', () => {
  const lists: Record<string, (site: HoldSite) => Promise<unknown>> = {
    'the sender’s list': (site) => site.tasksOf(site.sister),
    'the council’s list': (site) => site.tasksOf(site.duty),
    'the provider’s list': (site) => site.tasksOf(site.carer),
    'the sender’s count': (site) => holdTaskCount(site.notices, site.sister),
    'the provider’s count': (site) => holdTaskCount(site.notices, site.carer),
    'the council’s menu': (site) => councilToDo(depsOf(site), site.duty),
    'the council’s summary': (site) => councilSummary(depsOf(site), site.duty),
    'the council’s holds': (site) => holdsOfCouncil(site.notices, site.duty, { which: 'current' }),
  };
  let few: HoldSite;
  let many: HoldSite;
  before(async () => {
    few = await crowd(2);
    many = await crowd(12);
  });

  for (const [name, list] of Object.entries(lists)) {
    it(`H27: is the same for 2 people as for 12: ${name}`, async () => {
      const one = await counting.of(() => list(few));
      const other = await counting.of(() => list(many));
      assert.equal(other.statements.length, one.statements.length);
      assert.ok(one.statements.length <= 24, `${one.statements.length} statements`);
    });
  }

  it('H27: closing one task reads its own stay alone, and no list of all', async () => {
    const [few_, many_] = [await few.tasksOf(few.sister), await many.tasksOf(many.sister)];
    assert.deepEqual([few_.length, many_.length], [2, 12]);
    const one = await counting.of(() => closeHoldTask(few.notices, few.sister, few_[0]?.id ?? '', 'agreed'));
    const other = await counting.of(() => closeHoldTask(many.notices, many.sister, many_[0]?.id ?? '', 'agreed'));
    assert.deepEqual([other.statements.length, other.rows], [one.statements.length, one.rows]);
    assert.ok(one.statements.length <= 24, `${one.statements.length} statements`);
    // The next of the same stay too, before anything has looked at it again.
    const next = [];
    for (const [site, [closed]] of [
      [few, few_],
      [many, many_],
    ] as const) {
      const duty = (await site.tasksOf(site.duty)).find(({ stay }) => stay === closed?.stay);
      next.push(await counting.of(() => closeHoldTask(site.notices, site.duty, duty?.id ?? '', 'agreed')));
    }
    assert.deepEqual(next.map(({ rows }) => rows), [next[0]?.rows, next[0]?.rows]); // prettier-ignore
    assert.equal((await many.tasksOf(many.duty)).length, 11);
  });

  it('H27: a task of which nothing has been worked out ahead is closed all the same', async () => {
    const site = await crowd(2);
    await test.db.sql.deleteFrom('hold_look').execute();
    const [task] = await site.tasksOf(site.sister);
    await closeHoldTask(site.notices, site.sister, task?.id ?? '', 'agreed');
    assert.equal((await site.tasksOf(site.sister)).length, 1);
  });

  it('is not paid by whoever opens a list after an extract', async () => {
    const site = await crowd(4);
    const before_ = await counting.of(() => site.tasksOf(site.carer));
    later(site, 1);
    await site.extract();
    await site.settle();
    const after_ = await counting.of(() => site.tasksOf(site.carer));
    assert.equal(after_.statements.length, before_.statements.length);
    assert.ok(after_.statements.length <= 12, `${after_.statements.length} statements`);
  });

  it('of holds is that of those that are not over', async () => {
    const site = await crowd(8);
    const open = await counting.of(() => holdSummary(site.notices, site.duty));
    assert.equal((await holdSummary(site.notices, site.duty)).count, 0);
    for (const [caller, how] of [[site.sister, 'agreed'], [site.duty, 'agreed'], [site.carer, 'phoned-them']] as const)
      for (const { id } of await site.tasksOf(caller)) await closeHoldTask(site.notices, caller, id, how); // prettier-ignore
    await site.settle();
    const over = await counting.of(() => holdSummary(site.notices, site.duty));
    assert.ok(over.rows < 8 && open.rows > 16, `${over.rows} rows of holds that are over, ${open.rows} of open ones`);
    assert.equal((await holdsOfCouncil(site.notices, site.duty, { which: 'all' })).length, 8);
  });
});

describe('a word on a provider’s task that was asked before', () => {
  const refused = { answer: 'refused', cannotAskReason: null } as const;
  const happenings: Record<string, (site: Crowd) => Promise<unknown>> = {
    'H12: a referral': (site) => site.extract({ referrals: [{ id: 'M1', number: site.numbers[0] ?? '' }] }),
    'H23: a restriction': (site) => site.extract({ restricted: [{ id: 'M1' }] }),
    'H14: a package that is another’s now': (site) => site.extract({}, { cqc: '1-555' }),
    'H14: a refusal to be looked up': (site) => site.ask(site.numbers[0] ?? '', usualBirth, { permission: 'refused' }, site.sister),
    'H14: a refusal of a provider’s being told': async (site) =>
      recordPermission(site.notices, site.sister, { answerId: await answerOf(site, site.numbers[0]) }, refused),
    'H14: an agreement that lets no provider be told': async ({ notices }) =>
      Object.assign(notices, { agreements: notices.agreements.map((one) => ({ ...one, notices: { ...one.notices, providers: false } })) }),
  }; // prettier-ignore
  for (const [name, happens] of Object.entries(happenings))
    it(`counts no more after ${name}, whatever has not looked yet`, async () => {
      const site = await crowd(1);
      assert.equal((await site.tasksOf(site.carer)).length, 1);
      const asked = await test.db.sql
        .selectFrom('hold_word')
        .selectAll()
        .where('provider', '=', site.provider)
        .execute();
      assert.deepEqual(asked.map(({ held }) => held), ['tell']); // prettier-ignore
      later(site, 10);
      await happens(site);
      assert.deepEqual(await site.tasksOf(site.carer), []);
      assert.deepEqual((await site.tasksOf(site.sister)).map(({ providerSees }) => providerSees === 'task'), [false]); // prettier-ignore
      assert.equal(await holdTaskCount(site.notices, site.carer), 0);
    });

  it('H27: hides no task that may be shown by now: the person says yes', async () => {
    const site = await crowd(1, { notices: { automatic: ['with-us'], permissionToTell: 'not-needed' } });
    Object.assign(site.notices, { agreements: site.notices.agreements.map((one) => ({ ...one, notices: { ...one.notices, permissionToTell: 'ask' } })) }); // prettier-ignore
    assert.deepEqual(await site.tasksOf(site.carer), []);
    await site.settle();
    later(site, 10);
    assert.deepEqual(await site.tasksOf(site.carer), []);
    const about = { answerId: await answerOf(site, site.numbers[0]) };
    await recordPermission(site.notices, site.sister, about, { answer: 'given', cannotAskReason: null });
    assert.equal((await site.tasksOf(site.carer)).length, 1);
  });

  it('H14: does not count against an answer that was on its way while it was asked', async () => {
    const site = await crowd(1);
    later(site, 10);
    const about = { answerId: await answerOf(site, site.numbers[0]) };
    await recordPermission(site.notices, site.sister, about, refused);
    // As if the list had been read when the answer had its hour and was not yet to be seen.
    const at = new Date(site.now.getTime() + 30_000);
    await test.db.sql.updateTable('hold_word').set({ held: 'tell', released: 'tell', checked_at: at }).where('provider', '=', site.provider).execute(); // prettier-ignore
    later(site, 1);
    assert.deepEqual(await site.tasksOf(site.carer), []);
  });
});

describe('a number in the menu', () => {
  it('is worked out once in 20 seconds, and at once after somebody has done something', async () => {
    const site = await crowd(2);
    const council = councilSideOf(site);
    const first = await counting.of(() => council.menuCounts(site.duty));
    assert.ok(first.statements.length > 4);
    assert.deepEqual(await council.menuCounts(site.duty), { '/council': 4 });
    site.now = new Date(site.now.getTime() + 19_000);
    assert.equal((await counting.of(() => council.menuCounts(site.duty))).statements.length, 0);
    site.now = new Date(site.now.getTime() + 1_000);
    assert.ok((await counting.of(() => council.menuCounts(site.duty))).statements.length > 4);
  });
});
