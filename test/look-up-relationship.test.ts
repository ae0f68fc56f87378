/** The relationship that a stay gives a look-up (rule R6), and what the privacy officer sees of those without one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { lookUpsOn } from '../src/services/look-up.ts';
import { unexplainedOf, whoLooked } from '../src/services/review-accesses.ts';
import { kingsVale } from './support/adt.ts';
import { putStay } from './support/arrivals.ts';
import type { StayChanges } from './support/arrivals.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, numbers, restrictions, usualBirth } from './support/import-lines.ts';
import { auditOf, Site } from './support/import-site.ts';
import { callerOf, holidays } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const hour = 3_600_000;
let used = 100;
/** Numbers are the same in every council: each test takes its own. */
const fresh = (): string => nhs(used++);

async function newSite(number: string, feed = true): Promise<Site> {
  const site = new Site(test.db, `REL${++sites}`, { council: { fallLimitPercent: 100 } });
  await site.land(site.whole([{ id: 'M1', number }]));
  const { clock, db, agreement } = site;
  const lookUpDeps = lookUpsOn({ db, clock, agreements: [agreement], holidays, withFeed: new Set(feed ? [site.hospital] : []) }); // prettier-ignore
  return Object.assign(site, { lookUpDeps });
}

const officer = (site: Site): Caller => ({
  ...callerOf('privacy-officer', site.now.toISOString()),
  organisation: site.hospital,
});

async function relationships(site: Site): Promise<unknown[]> {
  const rows = (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'look-up');
  return rows.map((row) => row['relationship']);
}

const ago = (site: Site, hours: number): Date => new Date(site.now.getTime() - hours * hour);

describe('a look-up is marked', () => {
  const table: [name: string, expected: string, stay: (site: Site) => StayChanges | null][] = [
    ['open-stay while the person is there', 'open-stay', () => ({})],
    ['open-stay also when admitted or on leave', 'open-stay', () => ({ status: 'on-leave' })],
    ['just-ended within a day of the end', 'just-ended', (site) => ({ status: 'discharged', startedAt: ago(site, 30), endedAt: ago(site, 23), staleAt: null })],
    ['self-claimed after that', 'self-claimed', (site) => ({ status: 'discharged', startedAt: ago(site, 30), endedAt: ago(site, 25), staleAt: null })],
    ['just-before when it begins within a day', 'just-before', (site) => ({ startedAt: ago(site, -2) })],
    ['self-claimed when the person is in another hospital', 'self-claimed', () => ({ organisation: 'ELSEWHERE' })],
    ['self-claimed when the stay was cancelled', 'self-claimed', () => ({ status: 'cancelled' })],
    ['self-claimed without any stay', 'self-claimed', () => null],
  ]; // prettier-ignore
  for (const [name, expected, stay] of table) {
    it(name, async () => {
      const number = fresh();
      const site = await newSite(number);
      const changes = stay(site);
      if (changes) await putStay(site, number, changes);
      assert.equal((await site.look(number, usualBirth)).kind, 'care');
      assert.deepEqual(await relationships(site), [expected]);
    });
  }

  it('by the stay under a number that was superseded, and under the one that stands (H04)', async () => {
    const [old, current] = [fresh(), fresh()];
    const site = await newSite(current);
    await site.land([numbers([[old, current]])]);
    await putStay(site, old);
    await site.look(current, usualBirth);
    await site.look(old, usualBirth);
    assert.deepEqual(await relationships(site), ['open-stay', 'open-stay']);
  });

  it('also where its record is read in full, is not there, or may not be shown', async () => {
    const [number, nobody] = [fresh(), fresh()];
    const site = await newSite(number);
    await putStay(site, number);
    await putStay(site, nobody);
    await site.land([restrictions(site.council.id, [{ id: 'M1' }])]);
    assert.equal((await site.look(number, usualBirth)).kind, 'cannot-show');
    assert.equal((await site.look(nobody, usualBirth)).kind, 'no-record');
    assert.deepEqual(await relationships(site), ['open-stay', 'open-stay']);
  });
});

describe('the privacy officer', () => {
  const deps = (site: Site): { db: Site['db']; clock: Site['clock'] } => ({ db: site.db, clock: site.clock });

  it('sees look-ups without a stay marked, and can list them alone', async () => {
    const number = fresh();
    const site = await newSite(number);
    await site.look(number, usualBirth);
    await putStay(site, number, { startedAt: ago(site, 1), status: 'discharged', endedAt: ago(site, 0.5) });
    site.now = new Date(site.now.getTime() + 1000);
    await site.look(number, usualBirth);
    const all = await whoLooked(deps(site), officer(site), number);
    assert.deepEqual(all.accesses.map((one) => [one.relationship, one.unexplained]), [['just-ended', false], ['self-claimed', true]]); // prettier-ignore
    const { accesses } = await whoLooked(deps(site), officer(site), number, { onlyUnexplained: true });
    assert.deepEqual(accesses.map((one) => one.relationship), ['self-claimed']); // prettier-ignore
    const list = await unexplainedOf(deps(site), officer(site));
    assert.deepEqual([list.all, list.accesses.map((one) => one.number)], [1, [number]]);
    const rows = (await test.db.sql.selectFrom('audit_event').select(['outcome', 'organisation']).where('action', '=', 'review-accesses').execute())
      .filter((row) => row.organisation === site.hospital); // prettier-ignore
    assert.deepEqual(rows.map((row) => row.outcome).sort(), ['listed', 'listed', 'unexplained-listed']);
  });

  it('is not sent after it once the stay that explained it may be forgotten (H22)', async () => {
    const number = fresh();
    const site = await newSite(number);
    const days = 20;
    const retention = { raw: hour, stays: days * 24 * hour };
    const kept = { ...deps(site), feeds: [{ ...kingsVale, hospital: site.hospital, retention }] };
    const marks = async (): Promise<unknown> => [
      (await whoLooked(kept, officer(site), number)).accesses.filter(({ action }) => action === 'look-up').map((one) => one.unexplained),
      (await unexplainedOf(kept, officer(site))).all,
    ]; // prettier-ignore
    await site.look(number, usualBirth);
    assert.deepEqual(await marks(), [[true], 1]);
    site.now = new Date(site.now.getTime() + (days * 24 - 1) * hour);
    assert.deepEqual(await marks(), [[true], 1]);
    site.now = new Date(site.now.getTime() + 2 * hour);
    assert.deepEqual(await marks(), [[false], 0]);
  });

  it('is not sent after a look-up whose person came within a day of it (H22)', async () => {
    const number = fresh();
    const site = await newSite(number);
    await site.look(number, usualBirth);
    assert.equal((await unexplainedOf(deps(site), officer(site))).all, 1);
    const stay = await putStay(site, number, { startedAt: ago(site, -3) });
    assert.equal((await unexplainedOf(deps(site), officer(site))).all, 0);
    const { accesses } = await whoLooked(deps(site), officer(site), number);
    assert.deepEqual(accesses.map((one) => one.unexplained), [false]); // prettier-ignore
    await putStay(site, number, { status: 'cancelled' }, stay);
    assert.equal((await unexplainedOf(deps(site), officer(site))).all, 1);
  });

  it('sees nothing marked while the hospital has no feed: there is nothing to tell by', async () => {
    const number = fresh();
    const site = await newSite(number, false);
    await site.look(number, usualBirth);
    assert.deepEqual(await relationships(site), ['self-claimed']);
    assert.equal((await unexplainedOf(deps(site), officer(site))).all, 0);
    const { accesses } = await whoLooked(deps(site), officer(site), number);
    assert.deepEqual(accesses.map((one) => one.unexplained), [false]); // prettier-ignore
  });

  it('sees nothing marked of look-ups for which no record was read', async () => {
    const number = fresh();
    const site = await newSite(number);
    await site.look(number, usualBirth, { permission: 'refused' });
    await site.look(number, '2015-01-01');
    assert.equal((await unexplainedOf(deps(site), officer(site))).all, 0);
  });

  it('sees only those of their own organisation, and of the last 30 days', async () => {
    const number = fresh();
    const [one, other] = [await newSite(number), await newSite(number)];
    await one.look(number, usualBirth);
    assert.equal((await unexplainedOf(deps(other), officer(other))).all, 0);
    one.now = new Date(one.now.getTime() + 31 * 24 * hour);
    assert.equal((await unexplainedOf(deps(one), officer(one))).all, 0);
  });
});
