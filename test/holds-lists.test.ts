/** What the sender sees of restarts before a patient leaves, and what the council sees of holds. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CouncilDeps } from '../src/services/council/deps.ts';
import { exportCouncilList, tableCsv } from '../src/services/council/export.ts';
import { holdSummary, holdsOfCouncil } from '../src/services/notices/council-holds.ts';
import { gapsOf } from '../src/services/notices/restarts.ts';
import { councilRows } from '../src/web/pages/council-rows.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { auditOf } from './support/import-site.ts';
import { hour, later, noAsk, person, tell } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const after_ = (site: HoldSite, hours: number): Date => new Date(site.now.getTime() + hours * hour);
const home = (at: Date) => ({ date: at.toISOString().slice(0, 10) as never, at });

async function going(site: HoldSite, expected: Date | null, firstVisit: Date): Promise<string> {
  const { answerId } = await tell(site, 'restart', { permission: null, ask: { ...noAsk, expectedHome: expected && home(expected) } });
  await site.acceptAll(firstVisit);
  return answerId;
} // prettier-ignore

describe('H27: before the patient leaves', () => {
  it('"home at 9:40, first visit at 6pm" is flagged, and one soon after coming home is not', async () => {
    const late = await holdSite(test.db, { notices: { automatic: [] } });
    await late.say('admitted');
    const answerId = await going(late, after_(late, 3), after_(late, 11));
    const { holds, flagged, notAgreed } = await gapsOf(late.notices, late.sister, { answerId });
    assert.deepEqual([holds.length, flagged.length, notAgreed.length], [1, 1, 0]);
    assert.deepEqual(flagged[0]?.agreed?.gap, { is: 'too-long', ms: 8 * hour });
    assert.equal(flagged[0]?.agreed?.by, late.carer.name);
    const { stayId } = await late.stay();
    assert.deepEqual((await gapsOf(late.notices, late.sister, { stayId })).flagged.length, 1);

    const soon = await holdSite(test.db, { notices: { automatic: [] } });
    await soon.say('admitted');
    const other = await going(soon, after_(soon, 3), after_(soon, 5));
    assert.deepEqual((await gapsOf(soon.notices, soon.sister, { answerId: other })).flagged, []);
  });

  it('the later of what the sender wrote and what the hospital’s system says makes the gap', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('admitted');
    const answerId = await going(site, after_(site, 9), after_(site, 11));
    assert.deepEqual((await gapsOf(site.notices, site.sister, { answerId })).flagged, []);
    await site.say('updated', { expectedDischarge: home(after_(site, 12)) });
    const { flagged } = await gapsOf(site.notices, site.sister, { answerId });
    assert.equal(flagged[0]?.agreed?.gap.is, 'visit-before-home');
  });

  it('a hold without an agreed first visit is said, and only to the hospital that told of it', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('admitted');
    const { answerId } = await tell(site, 'hold', { permission: null });
    await site.acceptAll();
    assert.equal((await gapsOf(site.notices, site.sister, { answerId })).notAgreed.length, 1);
    const { stayId } = await site.stay();
    const other = person(site, 'x', 'emergency-nurse', 'HOSPITAL-OTHER');
    assert.deepEqual((await gapsOf(site.notices, other, { stayId })).holds, []);
    await assert.rejects(gapsOf(site.notices, site.duty, { stayId }), { code: 'NOT_ALLOWED' });
    assert.ok((await auditOf(test.db, site.council.id)).some(({ action, answer_id: id }) => action === 'see-holds' && id === answerId));
  }); // prettier-ignore
});

describe('the council’s list of holds', () => {
  const all = { which: 'all' } as const;
  const current = { which: 'current' } as const;

  it('has each with nights in hospital, the clock of its own rule, and what is to be done', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [], packageKeptFor: '3 days' } });
    await site.say('admitted', { expectedDischarge: home(after_(site, 48)) });
    await tell(site, 'hold', { permission: null });
    await site.acceptAll();
    later(site, 4 * 24 * 60);
    await site.say('updated');
    const [hold] = await holdsOfCouncil(site.notices, site.duty, current);
    assert.ok(hold);
    assert.deepEqual([hold.nights, hold.accepted, hold.status, hold.providerName], [4, true, 'admitted', 'Example Home Care']);
    assert.deepEqual([hold.clock.over, hold.current, hold.tasks], [true, true, []]);
    assert.equal((await holdsOfCouncil(site.notices, site.duty, { which: 'over-kept' })).length, 1);
    await site.say('discharged');
    later(site, 24 * 60);
    const [ended] = await holdsOfCouncil(site.notices, site.duty, current);
    assert.deepEqual([ended?.nights, ended?.clock.held, ended?.tasks], [4, 4 * 24 * hour, ['discharged']]);
  }); // prettier-ignore

  it('keeps what is over on the whole list alone, and says what is not known', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('admitted');
    await tell(site, 'hold', { permission: null });
    await going(site, null, after_(site, 3));
    later(site, 60);
    await site.say('discharged');
    assert.equal((await holdsOfCouncil(site.notices, site.duty, current)).length, 1);
    const { confirmVisit } = await import('../src/services/notices/answer.ts');
    later(site, 3 * 60);
    const restart = (await site.mail()).find(({ of }) => of === 'restart');
    await confirmVisit(site.notices, site.carer, restart?.id ?? '', true);
    assert.deepEqual(await holdsOfCouncil(site.notices, site.duty, current), []);
    const [over] = await holdsOfCouncil(site.notices, site.duty, all);
    assert.equal(over?.agreed?.visit, 'happened');
    await test.db.sql.deleteFrom('stay').where('feed', '=', site.feed.id).execute();
    const [gone] = await holdsOfCouncil(site.notices, site.duty, all);
    assert.deepEqual([gone?.status, gone?.nights], ['not-known', null]);
  });

  it('has nobody on hold whom nobody asked to hold, and has them where they are looked for', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('admitted');
    await going(site, after_(site, 3), after_(site, 5));
    assert.deepEqual(await holdsOfCouncil(site.notices, site.duty, current), []);
    assert.deepEqual(await holdsOfCouncil(site.notices, site.duty, { which: 'over-kept' }), []);
    assert.deepEqual((await holdSummary(site.notices, site.duty)).count, 0);
    const [row] = await holdsOfCouncil(site.notices, site.duty, { which: 'not-asked' });
    assert.equal(row?.asked, false);
    await tell(site, 'hold', { permission: null });
    await site.mail();
    assert.equal((await holdsOfCouncil(site.notices, site.duty, current)).length, 1);
    assert.deepEqual(await holdsOfCouncil(site.notices, site.duty, { which: 'not-asked' }), []);
  });

  it('expects the person home when that was told last, and says who told it', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('admitted', { expectedDischarge: home(after_(site, 48)) });
    await tell(site, 'hold', { permission: null });
    await site.mail();
    const [before] = await holdsOfCouncil(site.notices, site.duty, current);
    assert.deepEqual([before?.toldHome, before?.expectedHome?.at], [null, after_(site, 48)]);
    later(site, 10);
    const expected = after_(site, 3);
    await going(site, expected, after_(site, 5));
    const [row] = await holdsOfCouncil(site.notices, site.duty, current);
    assert.deepEqual(row?.toldHome, { when: home(expected), team: 'Emergency department', at: site.now });
    assert.deepEqual(row?.expectedHome?.at, after_(site, 48 - 10 / 60), 'the hospital’s own system stays beside it');
    const cells = councilRows.holds(row, { now: site.now } as never).cells.at(-1)?.lines;
    assert.match(cells?.[0] ?? '', /^Expected: today at .* \(told by Emergency department today at /);
    assert.match(cells?.[1] ?? '', /^The hospital’s system says: /);
  });

  it('is exported as rows in which nothing can be taken for a formula', async () => {
    const site = await holdSite(test.db, { lines: [{ id: 'M1', number: '9990000026', family: '=cmd()', given: 'Barbara' }], notices: { automatic: [] } });
    await site.say('admitted');
    await going(site, null, after_(site, 3));
    const csv = tableCsv(await exportCouncilList({ notices: site.notices } as CouncilDeps, site.duty, 'holds', { show: 'all' }, 'file'));
    const [head = '', row = ''] = csv.replace('\ufeff', '').split('\r\n');
    const cells = row.match(/"(?:[^"]|"")*"|[^,]+|(?<=,)(?=,|$)/g) ?? [];
    assert.equal(head.split(',').length, cells.length);
    const of = (name: string): string => cells[head.split(',').indexOf(name)] ?? '';
    assert.equal(of('Person'), `"'=CMD(), Barbara"`);
    assert.deepEqual(['Nights in hospital', 'Expected home', 'First visit agreed', 'First visit'].map(of), ['0', 'not known', '2026-09-30 09:00', 'not yet due']);
  }); // prettier-ignore

  it('is each council’s own, and no one else’s', async () => {
    const site = await holdSite(test.db, { notices: { automatic: [] } });
    await site.say('admitted');
    await tell(site, 'hold', { permission: null });
    await site.acceptAll();
    assert.equal((await holdsOfCouncil(site.notices, site.duty, all)).length, 1);
    assert.deepEqual(await holdsOfCouncil(site.notices, person(site, 'd', 'council-duty-worker', 'OTHER'), all), []);
    for (const caller of [site.sister, site.carer]) await assert.rejects(holdsOfCouncil(site.notices, caller, all), { code: 'NOT_ALLOWED' });
  }); // prettier-ignore
});
