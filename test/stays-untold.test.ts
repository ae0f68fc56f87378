/** What stays should have told by themselves and have not is said to those who can mend it, and to those who can tell by hand. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boardOf } from '../src/services/board.ts';
import { alarmsOf } from '../src/services/interface-alarms.ts';
import { readInterfaces } from '../src/services/interface-status.ts';
import { StayWatch } from '../src/services/notices/stay-watch.ts';
import { seeUntold } from '../src/services/notices/untold.ts';
import type { Untold } from '../src/services/notices/untold.ts';
import { allOn } from './support/arrivals.ts';
import { arrivingAt } from './support/arriving.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs } from './support/import-lines.ts';
import { bankHolidayNight, startApp } from './support/running.ts';
import type { RunningApp } from './support/running.ts';
import { later } from './support/telling.ts';
import { signIn } from './support/web.ts';

/** Any stay may be in the way of what the operator reads: each test has a database of its own. */
async function siteOn(test: TestDatabase, options: Parameters<typeof holdSite>[1] = {}): Promise<HoldSite> {
  return holdSite(test.db, { agreement: { arrival: allOn }, ...options });
}

/** What the board says, what Messages sent says, and what whoever runs the service is told. */
async function said(site: HoldSite): Promise<{ board: Untold | null; list: Untold | null; alarms: string }> {
  const { db, clock, agreements } = site.notices;
  const board = await boardOf({ db, clock, agreements, feeds: [site.feed] }, site.sister);
  const list = await seeUntold(site.notices, site.sister);
  const alarms = alarmsOf(await readInterfaces({ db, clock, feeds: [], destinations: [] }), null).join('\n');
  return { board: board.untold, list, alarms };
}

const nothing = { board: null, list: null, alarms: '' };

/** Has nothing handed over. @returns mends it */
function breakDesk({ desk }: HoldSite): () => void {
  const { deliver } = desk;
  desk.deliver = () => Promise.reject(new Error('A test broke the desk'));
  return () => void (desk.deliver = deliver);
}

describe('what a stay has to tell and cannot', () => {
  let test: TestDatabase;
  before(async () => {
    test = await openTestDatabase();
  });
  after(() => test.close());

  it('H08: is said to the hospital’s staff and to the operator after five minutes, until it is told', async () => {
    const site = await siteOn(test);
    const mend = breakDesk(site);
    await site.say('arrived');
    const since = site.now;
    later(site, 4.9);
    assert.deepEqual(await said(site), nothing);
    later(site, 0.2);
    await site.settle();
    const { alarms, ...lists } = await said(site);
    const untold = { since, stays: 1, more: false, councils: [site.council.id] };
    assert.deepEqual(lists, { board: untold, list: untold });
    assert.match(alarms, /^1 stay has not been told of, waiting since .*: care providers and councils may not know/);
    assert.doesNotMatch(alarms, /Example|Barbara|999 ?000/);
    mend();
    later(site, 1);
    await site.settle();
    assert.deepEqual(await said(site), nothing);
  });

  it('H27: is said of somebody who has gone home as well, with whose care is on hold', async () => {
    const site = await siteOn(test);
    await site.say('arrived');
    await site.acceptAll();
    later(site, 30);
    const mend = breakDesk(site);
    await site.say('discharged');
    const since = site.now;
    later(site, 6);
    assert.deepEqual((await said(site)).board?.since, since);
    mend();
    await site.settle();
    assert.deepEqual(await said(site), nothing);
    assert.deepEqual((await site.inbox()).filter((one) => one.startsWith('gone')), ['gone: to-answer']);
  }); // prettier-ignore

  it('H08: is said where nothing so much as tries, to that hospital’s staff alone, and to none who may not tell', async () => {
    const site = await siteOn(test);
    await site.hear('arrived');
    later(site, 6);
    assert.ok((await said(site)).list);
    assert.equal(await seeUntold(site.notices, { ...site.sister, organisation: 'ELSEWHERE' }), null);
    await assert.rejects(seeUntold(site.notices, site.carer), { code: 'NOT_ALLOWED' });
    await site.settle();
  });

  it('H08: names to phone only councils with which the hospital has an agreement today', async () => {
    const site = await siteOn(test);
    await site.hear('arrived');
    later(site, 6);
    const { agreements } = site.notices;
    const [own] = agreements;
    assert.ok(own);
    const over = { ...own, id: 'over', council: 'OVER', until: '2020-01-01' };
    const notYet = { ...own, id: 'not-yet', council: 'NOT-YET', from: '2099-01-01' };
    const said = await seeUntold({ ...site.notices, agreements: [over, ...agreements, notYet] }, site.sister);
    assert.deepEqual(said?.councils, [site.council.id]);
    const ended = await seeUntold({ ...site.notices, agreements: [over] }, site.sister);
    assert.deepEqual(ended && [ended.stays, ended.councils], [1, []], 'what was told is still to be taken back');
    await site.settle();
  });

  it('is nothing to the staff of a hospital for which nothing is told by itself, and still the operator’s', async () => {
    const site = await siteOn(test, { notices: { automatic: [] } });
    await site.hear('arrived');
    later(site, 6);
    const { alarms, ...lists } = await said(site);
    assert.deepEqual(lists, { board: null, list: null });
    assert.match(alarms, /^1 stay has not been told of/);
    await site.settle();
  });

  it('H08: is tried again after growing pauses of a minute at most, and holds up nobody else', async () => {
    const lines = [1, 2].map((n) => ({ id: `M${n}`, number: nhs(n), family: 'Example', given: `Given${n}` }));
    const site = await siteOn(test, { lines });
    const { deliver } = site.desk;
    const begun = site.now.getTime();
    const tries: number[] = [];
    let bad: string | null = null;
    site.desk.deliver = async (trx, sending) => {
      bad ??= sending.person;
      if (sending.person !== bad) return deliver.call(site.desk, trx, sending);
      tries.push((site.now.getTime() - begun) / 1000);
      throw new Error('A test broke the desk');
    };
    const wait = (seconds: number): void => void (site.now = new Date(site.now.getTime() + seconds * 1000));
    await site.say('arrived');
    for (let n = 0; n < 40; n++) {
      wait(5);
      if (n === 30) await site.hear('arrived', { by: 'P2', visit: 'V2', number: nhs(2) });
      const handed = site.desk.handed.length;
      await site.watch.run();
      if (n === 30) assert.ok(site.desk.handed.length > handed, 'somebody else was not told of at once');
    }
    assert.deepEqual(tries, [0, 5, 15, 35, 75, 135, 195]);
    // A clock that is put back leaves nobody alone until it has caught up.
    wait(-3600);
    await site.watch.run();
    assert.equal(tries.length, 8);
    site.desk.deliver = deliver;
    wait(60);
    await site.settle();
    assert.deepEqual((await site.mail()).map(({ of }) => of), ['with-us', 'with-us']);
  }); // prettier-ignore

  it('H08: is tried after everybody who has not failed yet, however long ago it came', async () => {
    const lines = [1, 2].map((n) => ({ id: `M${n}`, number: nhs(n), family: 'Example', given: `Given${n}` }));
    const site = await siteOn(test, { lines });
    const { deliver } = site.desk;
    const tried: string[] = [];
    let broken = true;
    site.desk.deliver = async (trx, sending) => {
      tried.push(sending.person);
      if (broken) throw new Error('A test broke the desk');
      return deliver.call(site.desk, trx, sending);
    };
    await site.say('arrived');
    const [first] = tried;
    tried.length = 0;
    broken = false;
    later(site, 2);
    await site.hear('arrived', { by: 'P2', visit: 'V2', number: nhs(2) });
    await site.watch.run();
    assert.equal(tried.at(-1), first);
    assert.notEqual(tried[0], first);
  });
});

describe('what stays should have told, over HTTP', () => {
  let app: RunningApp;
  before(async () => {
    app = await startApp(bankHolidayNight);
    await arrivingAt(app).tell('A04', 'Holmes', 5);
  });
  after(() => app.stop());

  const read = async (who: string, path: string): Promise<string> => {
    const { status, text } = await (await signIn(app.baseUrl, who)).get(path);
    assert.equal(status, 200);
    return text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  };
  const health = async (): Promise<string> => {
    const reply = await fetch(`${app.baseUrl}/health`);
    assert.equal(reply.status, 200);
    return reply.text();
  };
  const caution = /Care providers and councils may not have been told/;

  it('says nothing while there is time', async () => {
    for (const path of ['/board', '/told']) assert.doesNotMatch(await read('nia', path), caution);
    for (const path of ['/operator', '/interfaces'])
      assert.doesNotMatch(await read('owen', path), /not been told of|have waited/);
    assert.doesNotMatch(await health(), /have waited/);
  });

  it('H08: is said on the board and Messages sent with whom to phone, and to the operator with nobody’s name', async () => {
    app.clock.advance(6);
    for (const path of ['/board', '/told'])
      assert.match(
        await read('nia', path),
        /may not have been told Automatic messages about 1 patient here have waited since 3am: .* What to do: find the patient ?, then tell or phone them from the answer, or phone the council/,
      );
    for (const path of ['/board', '/told'])
      assert.match(await read('nia', path), /or phone the council: Sherwood County Council 01632/);
    assert.match(await read('owen', '/interfaces'), /1 stay has not been told of, waiting since today at 3am/);
    assert.match(await read('owen', '/operator'), /Messages sent automatically To mend Messages that are sent automatically have waited since today at 3am/); // prettier-ignore
    assert.match(await health(), /Messages that are sent automatically have waited since today at 3am/);
    for (const text of [await health(), await read('owen', '/operator'), await read('owen', '/interfaces')])
      assert.doesNotMatch(text, /HOLMES|Barbara|999 ?000/);
  });

  it('H08: is not said any more once it is told', async () => {
    await new StayWatch({ notices: app.app.notices.deps, rosters: [] }).run();
    for (const path of ['/board', '/told']) assert.doesNotMatch(await read('nia', path), caution);
    assert.doesNotMatch(await health(), /have waited/);
    app.clock.advance(6);
    assert.doesNotMatch(await read('owen', '/interfaces'), /not been told of/);
  });

  it('H09: does not say that all was told while the database cannot be asked', async () => {
    app.breakDatabase(/stay_to_tell/);
    const text = await health();
    app.breakDatabase(null);
    assert.match(text, /Not known: the database cannot be asked/);
  });
});
