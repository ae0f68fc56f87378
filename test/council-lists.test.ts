/** A council's lists: its own rows alone, each reading in the trail, each exported safely, each worked to its end. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { roles } from '../src/domain/caller.ts';
import { closeDeadAddress } from '../src/services/council/addresses.ts';
import { exportCouncilList, tableCsv } from '../src/services/council/export.ts';
import { councilLists, readCouncilList } from '../src/services/council/lists.ts';
import type { CouncilList } from '../src/services/council/lists.ts';
import { councilNotice } from '../src/services/council/notice.ts';
import { councilSummary, councilToDo } from '../src/services/council/summary.ts';
import { takeNotice } from '../src/services/notices/act.ts';
import { answerNotice, openNotice } from '../src/services/notices/answer.ts';
import { closeHoldTask } from '../src/services/notices/holds.ts';
import { closeWrongNumber } from '../src/services/wrong-numbers.ts';
import { councilRows } from '../src/web/pages/council-rows.ts';
import { councilSite } from './support/council.ts';
import type { CouncilSite } from './support/council.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs } from './support/import-lines.ts';
import { auditOf } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { noAsk, person, tell } from './support/telling.ts';

let test: TestDatabase;
let one: CouncilSite;
let other: CouncilSite;
before(async () => {
  test = await openTestDatabase();
  one = await councilSite(test.db, nhs(1), 'Holmes');
  other = await councilSite(test.db, nhs(2), 'Watson');
});
after(() => test.close());

const lists = Object.keys(councilLists) as CouncilList[];
const everything = (list: CouncilList): string => councilLists[list].shows.at(-1) ?? '';
const actions = async ({ site }: CouncilSite): Promise<unknown[]> =>
  (await auditOf(test.db, site.council.id)).map(({ action }) => action);

/** What of the other council must never be read here. */
const marks = ({ site, number }: CouncilSite, family: string): string[] => [number, family.toUpperCase(), family.toLowerCase(), site.council.id, site.provider]; // prettier-ignore

describe('the lists of a council', () => {
  const filled: readonly CouncilList[] = ['holds', 'messages', 'notices', 'wrong-numbers', 'addresses', 'questions'];
  for (const list of filled) {
    it(`hold what is the council’s own: ${list}`, async () => {
      const { rows, off } = await readCouncilList(one.council, one.duty, list);
      assert.equal(rows.length, 1);
      assert.equal(off, false);
    });
  }

  for (const list of lists) {
    it(`never hold a row of another council: ${list}`, async () => {
      for (const show of councilLists[list].shows) {
        const own = JSON.stringify((await readCouncilList(one.council, one.duty, list, { show })).rows);
        for (const mark of marks(other, 'Watson')) assert.ok(!own.includes(mark), `${list} ${show} holds ${mark}`);
        const stranger = person(one.site, 'x', 'council-duty-worker', 'NOBODY');
        assert.deepEqual((await readCouncilList(one.council, stranger, list, { show })).rows, []);
      }
    });

    it(`are for the council’s duty team alone: ${list}`, async () => {
      for (const role of roles.filter((each) => each !== 'council-duty-worker')) {
        const caller = person(one.site, 'x', role, one.site.council.id);
        await assert.rejects(readCouncilList(one.council, caller, list), refusedWith('NOT_ALLOWED'));
        await assert.rejects(exportCouncilList(one.council, caller, list, {}, 'file'), refusedWith('NOT_ALLOWED'));
      }
    });

    it(`write each reading, and each taking out, into the trail: ${list}`, async () => {
      const show = everything(list);
      const seen = async (): Promise<number> => (await actions(one)).filter((action) => String(action).startsWith('see-')).length;
      const taken = async (): Promise<object[]> =>
        (await auditOf(test.db, one.site.council.id))
          .filter(({ action, outcome }) => action === 'export-council-list' && outcome === 'file')
          .map(({ detail }) => detail as { list: string; show: string; rows: number })
          .filter((detail) => detail.list === list && detail.show === show);
      const before = [await seen(), (await taken()).length] as const;
      const table = await exportCouncilList(one.council, one.duty, list, { show }, 'file');
      assert.equal(await seen(), before[0] + 1);
      assert.equal((await taken()).length, before[1] + 1);
      // With the people in it, where it is of people: the trail is found by them.
      const [{ people, ...said }] = (await taken()) as [{ people?: object }];
      assert.deepEqual(said, { list, show, rows: table.rows.length });
      const ofPeople = !['wrong-numbers', 'addresses'].includes(list) && table.rows.length > 0;
      assert.equal(people !== undefined, ofPeople);
    }); // prettier-ignore
  }

  it('can be narrowed to a hospital', async () => {
    for (const list of ['holds', 'messages', 'notices', 'wrong-numbers'] as const) {
      const at = async (hospital: string): Promise<number> => (await readCouncilList(one.council, one.duty, list, { hospital })).rows.length; // prettier-ignore
      assert.deepEqual([await at(one.site.hospital), await at('ELSEWHERE')], [1, 0], list);
    }
  });

  it('show the usual part when something is asked for that they do not have', async () => {
    const { rows } = await readCouncilList(one.council, one.duty, 'holds', { show: "'; drop table" });
    assert.equal(rows.length, 1);
  });

  it('count what they hold, and name nobody, on the landing page', async () => {
    const before = (await actions(one)).length;
    const summary = await councilSummary(one.council, one.duty);
    const counted = Object.fromEntries(summary.map(({ list, count }) => [list, count]));
    for (const list of lists) {
      const { rows } = await readCouncilList(one.council, one.duty, list);
      assert.equal(counted[list], rows.length, list);
    }
    assert.equal((await actions(one)).length - before, lists.length, 'the summary itself leaves nothing in the trail');
    assert.doesNotMatch(JSON.stringify(summary), /Holmes|HOLMES|999/i);
    const hold = summary.find(({ list }) => list === 'holds');
    assert.ok(hold?.oldest && hold.oldest < one.site.now);
  });

  it('say of people in hospital why the number may be too low, and never 0 alone', async () => {
    const { gaps } = await readCouncilList(one.council, one.duty, 'in-hospital');
    const [summary] = (await councilSummary(one.council, one.duty)).filter(({ list }) => list === 'in-hospital');
    assert.ok(gaps.length > 0);
    assert.deepEqual(summary?.gaps.map(({ is }) => is), gaps.map(({ is }) => is)); // prettier-ignore
    const csv = tableCsv(await exportCouncilList(one.council, one.duty, 'in-hospital', {}, 'file'));
    assert.match(csv, /This list may be incomplete/);
  });
});

describe('a list that is taken out as a file', () => {
  it('holds no cell that a spreadsheet would run as a formula', async () => {
    const table = await exportCouncilList(one.council, one.duty, 'wrong-numbers', {}, 'file');
    assert.match(tableCsv(table), /,'=01632 960555,/);
  });

  it('says “not known” where nothing is known, and keeps a cell that holds a comma in one', () => {
    const column = (key: string): { key: string; name: string } => ({ key, name: key });
    const csv = tableCsv({ list: 'holds', show: 'all', columns: [column('a'), column('b'), column('c')], rows: [[null, 'x, "y"', true], ['\t-1', 3, new Date('2026-07-01T08:05:00Z')]], total: 1, gaps: [], off: false, asAt: one.site.now }); // prettier-ignore
    assert.equal(csv, '\ufeffa,b,c\r\nnot known,"x, ""y""",yes\r\n\'\t-1,3,2026-07-01 09:05\r\n');
  });
});

describe('a line of a list', () => {
  const cellsOf = async <L extends keyof typeof councilRows>(from: CouncilSite, list: L): Promise<string> => {
    const { rows } = await readCouncilList(from.council, from.duty, list);
    const context = { now: from.site.now, council: from.site.council.id, nameOf: () => 'Kings Vale Hospital' };
    const shown = rows.map((each) => councilRows[list](each, context));
    return shown.flatMap(({ cells }) => cells.flatMap(({ strong, lines, tag }) => [strong, tag?.text, ...lines])).filter(Boolean).join(' | '); // prettier-ignore
  };

  it('says of a hold how long it has lasted, and of what is not known that it is not', async () => {
    const text = await cellsOf(one, 'holds');
    assert.match(text, /HOLMES, Barbara \| NHS number 999\s000\s0026 \| Kings Vale Hospital \| Since .* \| 0 nights \| .*Asked to hold, no yes yet \| 30 minutes, since .* \| Expected: not known \| No first visit agreed/); // prettier-ignore
  });

  it('says of a question who asked, and what they were told', async () => {
    assert.match(await cellsOf(one, 'questions'), /999\s000\s0026 \| Born 14 March 1941 \| Cora Example, .* \| (Yes: told where|Cannot say|No: told which)/); // prettier-ignore
  });
});

describe('what a council does about its lists', () => {
  it('opens a message to a provider, takes it on, and nobody of another council can', async () => {
    const { rows } = await readCouncilList(one.council, one.duty, 'notices');
    const id = rows[0]?.id ?? assert.fail();
    assert.equal((await councilNotice(one.council.notices, one.duty, id)).id, id);
    await takeNotice(one.council.notices, one.duty, id);
    assert.equal((await councilNotice(one.council.notices, one.duty, id)).taken?.by.name, 'duty Example');
    for (const stranger of [other.duty, person(one.site, 'x', 'council-duty-worker', 'NOBODY')])
      await assert.rejects(councilNotice(one.council.notices, stranger, id), refusedWith('NOTICE_GONE'));
    await assert.rejects(councilNotice(one.council.notices, one.site.carer, id), refusedWith('NOT_ALLOWED'));
    const own = (await readCouncilList(one.council, one.duty, 'messages')).rows[0]?.id ?? '';
    await assert.rejects(councilNotice(one.council.notices, one.duty, own), refusedWith('NOTICE_GONE'));
  });

  it('says that it knows of a hold and of a restart, with no visit to agree', async () => {
    const site = await councilSite(test.db, nhs(3), 'Adler');
    await tell(site.site, 'restart', { permission: null, ask: { ...noAsk, expectedHome: { date: '2026-09-01' as never, at: null } }, answerId: (await site.site.ask(nhs(3), '1941-03-14', {}, site.site.sister)).id }); // prettier-ignore
    const before = await councilToDo(site.council, site.duty);
    const { rows } = await readCouncilList(site.council, site.duty, 'messages');
    assert.deepEqual(rows.map(({ of }) => of).sort(), ['hold', 'restart']);
    for (const { id } of rows) {
      const opened = await openNotice(site.council.notices, site.duty, id);
      assert.match(opened.text?.what.join(' ') ?? '', /Please confirm that you know/);
      const answered = await answerNotice(site.council.notices, site.duty, id, { kind: 'accepted', firstVisit: null });
      assert.equal(answered.status, 'accepted');
    }
    assert.deepEqual((await readCouncilList(site.council, site.duty, 'messages')).rows, []);
    assert.equal((await readCouncilList(site.council, site.duty, 'messages', { show: 'all' })).rows.length, 2);
    assert.equal(before - (await councilToDo(site.council, site.duty)), 2);
  });

  it('H08: closes a wrong number, and not another council’s', async () => {
    const { rows } = await readCouncilList(one.council, one.duty, 'wrong-numbers');
    const id = rows[0]?.id ?? assert.fail();
    await assert.rejects(closeWrongNumber(other.council.notices, other.duty, id, 'right'), refusedWith('FORM_INVALID'));
    await closeWrongNumber(one.council.notices, one.duty, id, 'corrected');
    assert.deepEqual((await readCouncilList(one.council, one.duty, 'wrong-numbers')).rows, []);
    assert.equal((await readCouncilList(one.council, one.duty, 'wrong-numbers', { show: 'all' })).rows.length, 1);
  });

  it('H08: closes a dead address by a named choice, and not another council’s', async () => {
    const { rows } = await readCouncilList(one.council, one.duty, 'addresses');
    const id = rows[0]?.id ?? assert.fail();
    await assert.rejects(closeDeadAddress(other.council.notices, other.duty, id, 'told'), refusedWith('FORM_INVALID'));
    await assert.rejects(closeDeadAddress(one.council.notices, one.duty, id, 'toString'), refusedWith('FORM_INVALID'));
    await assert.rejects(closeDeadAddress(one.council.notices, one.site.carer, id, 'told'), refusedWith('NOT_ALLOWED'));
    await closeDeadAddress(one.council.notices, one.duty, id, 'told');
    assert.deepEqual((await readCouncilList(one.council, one.duty, 'addresses')).rows, []);
    assert.equal((await readCouncilList(other.council, other.duty, 'addresses')).rows.length, 1);
    const closed = (await auditOf(test.db, one.site.council.id)).filter(
      ({ action }) => action === 'close-dead-address',
    );
    assert.deepEqual(closed.map(({ outcome }) => outcome), ['told']); // prettier-ignore
  });

  // Last: this site's runner knows no other site's agreement, and takes back what rests on one.
  it('H27: has the task of a hold whose stay has ended, and closes it', async () => {
    const site = await councilSite(test.db, nhs(4), 'Hudson');
    await site.site.acceptAll();
    await site.site.say('discharged');
    const { rows } = await readCouncilList(site.council, site.duty, 'tasks');
    assert.deepEqual(rows.map(({ cause, party }) => [cause, party]), [['discharged', 'council']]); // prettier-ignore
    const context = { now: site.site.now, council: site.site.council.id, nameOf: (id: string) => id };
    const { cells, choice } = councilRows.tasks(rows[0] ?? assert.fail(), context);
    const text = cells.flatMap(({ strong, lines }) => [strong, ...lines]).join(' ');
    assert.match(text, /HUDSON, Barbara .*The person has gone home and the provider has not agreed a first visit/);
    assert.doesNotMatch(text, /patient/i);
    assert.ok((choice?.options.length ?? 0) > 1);
    await closeHoldTask(site.council.notices, site.duty, rows[0]?.id ?? '', 'agreed');
    assert.deepEqual((await readCouncilList(site.council, site.duty, 'tasks')).rows, []);
  });
});
