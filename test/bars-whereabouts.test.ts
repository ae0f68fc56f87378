/** "Is my client with you?", where another council of the site has its own word on the person: the strictest counts. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inboxOf } from '../src/services/notices/answer.ts';
import { recordPermission } from '../src/services/notices/permission.ts';
import { NoticeRunner } from '../src/services/notices/run.ts';
import { StayWatch } from '../src/services/notices/stay-watch.ts';
import { forgetPermissions } from '../src/store/notices/permissions.ts';
import { uploadRoster } from '../src/services/roster/upload.ts';
import { countingOn } from './support/counting.ts';
import type { Counting } from './support/counting.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { usualBirth } from './support/import-lines.ts';
import { secondCouncil } from './support/second-council.ts';
import type { SecondCouncil } from './support/second-council.ts';
import { WhereSite } from './support/whereabouts.ts';
import type { WhereSiteOptions } from './support/whereabouts.ts';

let test: TestDatabase;
let counting: Counting;
before(async () => {
  test = await openTestDatabase();
  counting = countingOn(test.engine);
});
after(() => test.close());

const refused = { answer: 'refused', cannotAskReason: null } as const;
const hour = 3_600_000;
let sites = 0;

/** Two councils that both know person 1: the provider asks under the first, whose client she is. */
async function two(options: WhereSiteOptions = {}, db = test.db): Promise<{ site: WhereSite; other: SecondCouncil }> {
  const notices = { permissionToTell: 'not-needed', ...options.notices };
  const site = new WhereSite(db, `BARW${++sites}`, { ...options, notices });
  await site.land([{ n: 1 }]);
  await site.hear();
  const { hospital, council } = site.site;
  const first = { db, hospital, council, notices: site.notices, get now() { return site.site.now; } }; // prettier-ignore
  return { site, other: await secondCouncil(first, { number: site.number(1) }) };
}

async function later(site: WhereSite, hours: number): Promise<void> {
  site.site.now = new Date(site.site.now.getTime() + hours * hour);
  const cqc = site.provider.slice('cqc:'.length);
  await site.site.land(site.site.whole([{ id: 'M1', number: site.number(1), ref: 'E1', cqc }]), site.site.now.toISOString()); // prettier-ignore
  await site.hear(0);
}

const inbox = async (site: WhereSite): Promise<string[]> =>
  (await inboxOf(site.notices, site.coordinator())).notices.map(({ of, status }) => `${of} ${status}`);

const bars: [name: string, happen: (other: SecondCouncil, site: WhereSite) => Promise<void>, waits: boolean][] = [
  ['restricts', (other) => other.say({ restricted: [{ id: 'M9' }] }), false],
  ['knows of a death', (other) => other.say({}, { died: '29/09/2026' }), false],
  ['has a referral open', (other) => other.say({ referrals: [{ id: 'M9' }] }), true],
  ['has not said lately that there is none', () => Promise.resolve(), true],
  ['wrote down a “no” to any provider’s being told', async (other, site) => {
    const { id } = await other.ask(site.number(1), usualBirth, {}, site.site.nurse('nia'));
    await recordPermission(site.notices, site.site.nurse('nia'), { answerId: id }, refused);
  }, false],
]; // prettier-ignore

describe('a client of whom another council', () => {
  for (const [name, happen, waits] of bars) {
    it(`${name}: “cannot say”, under whichever council it is asked (H12, H13, H23)`, async () => {
      const { site, other } = await two();
      await site.stay(1);
      assert.equal((await site.ask(1)).kind, 'with-us', 'with nothing in the way');
      await later(site, 2);
      if (name.startsWith('has not')) assert.equal((await site.ask(1)).kind, 'cannot-say');
      await other.say();
      other.now = site.site.now = new Date(site.site.now.getTime() + 60_000);
      await happen(other, site);
      if (!name.startsWith('has not')) assert.equal((await site.ask(1)).kind, 'cannot-say');
    });

    it(`${name}: who arrives after the question is not told of either, unless a person lets it go (H12, H13, H23)`, async () => {
      const { site, other } = await two();
      await later(site, 2);
      if (!name.startsWith('has not')) await other.say();
      other.now = site.site.now = new Date(site.site.now.getTime() + 60_000);
      await happen(other, site);
      await site.question(1);
      await site.stay(1);
      await site.whereabouts.run();
      assert.deepEqual(await inbox(site), []);
      const rows = await test.db.sql.selectFrom('notice').select('status').where('recipient', '=', site.provider).execute(); // prettier-ignore
      assert.deepEqual(rows, waits ? [{ status: 'waiting' }] : []);
      assert.deepEqual(site.failures, []);
    });

    it(`${name}: no arrival is told of by itself (H12, H13, H23)`, async () => {
      const { site, other } = await two({ notices: { automatic: ['with-us'] } });
      await later(site, 2);
      if (!name.startsWith('has not')) await other.say();
      other.now = site.site.now = new Date(site.site.now.getTime() + 60_000);
      await happen(other, site);
      await site.stay(1);
      await new StayWatch({ notices: site.notices, rosters: [] }, (error) => void site.failures.push(error)).run();
      await new NoticeRunner(site.notices).run();
      assert.deepEqual(await inbox(site), []);
      const rows = await test.db.sql.selectFrom('notice').select(['recipient_kind as to', 'status']).where('council', '=', site.site.council.id).orderBy('recipient_kind').execute(); // prettier-ignore
      assert.deepEqual(rows, [{ to: 'council', status: 'queued' }, ...(waits ? [{ to: 'provider', status: 'waiting' }] : [])]); // prettier-ignore
      assert.deepEqual(site.failures, []);
    });
  }
});

describe('a client by the provider’s own list, known to another council alone', () => {
  const terms = { enabled: true, whereabouts: true, arrivalNotices: true, shownToHospital: true };

  /** The first council has no record of person 2; the second has, and the provider of the first has her on its list. */
  async function listed(more: Parameters<SecondCouncil['say']>[0], automatic: readonly string[] = []): Promise<WhereSite> {
    const { site, other } = await two({ roster: { terms }, notices: { automatic } });
    await later(site, 1);
    await other.say(more, { number: site.number(2) });
    const row = { nhsNumber: site.number(2), birthDate: '14/03/1941', family: 'Person', given: 'Test', reference: 'C-2', permission: 'Y', permissionOn: '01/09/2026' };
    await uploadRoster(site.whereabouts.roster, site.coordinator('mia', site.provider, 'provider-manager'), [row]);
    return site;
  }

  const cases: [name: string, more: Parameters<SecondCouncil['say']>[0], notices: readonly string[]][] = [
    ['restricted there', { restricted: [{ id: 'M9' }] }, []],
    ['with a referral open there', { referrals: [{ id: 'M9' }] }, ['waiting']],
    ['with nothing in the way', {}, ['queued']],
  ];
  for (const [name, more, statuses] of cases) {
    it(`${name}: is told of after a question by what stands in the way there (H12, H13, H23)`, async () => {
      const site = await listed(more);
      await site.question(2);
      await site.stay(2);
      if (statuses[0] !== 'queued') assert.equal((await site.ask(2)).kind, 'cannot-say');
      await site.whereabouts.run();
      assert.deepEqual(await statusesOf(site), statuses[0] === 'waiting' ? ['waiting', 'waiting'] : statuses);
      assert.equal((await inbox(site)).length, statuses[0] === 'queued' ? 1 : 0);
    });

    it(`${name}: an arrival is told of by what stands in the way there (H12, H13, H23)`, async () => {
      const site = await listed(more, ['with-us']);
      await site.stay(2);
      await new StayWatch({ notices: site.notices, rosters: site.rosters }, (error) => void site.failures.push(error)).run();
      assert.deepEqual(await statusesOf(site), statuses);
      assert.deepEqual(site.failures, []);
    });
  }

  it('and restricted there between the sending and the opening: nothing is shown (H14, H23)', async () => {
    const { site, other } = await two({ roster: { terms }, notices: { automatic: ['with-us'] } });
    await later(site, 1);
    await other.say({}, { number: site.number(2) });
    const row = { nhsNumber: site.number(2), birthDate: '14/03/1941', family: 'Person', given: 'Test', reference: 'C-2', permission: 'Y', permissionOn: '01/09/2026' };
    await uploadRoster(site.whereabouts.roster, site.coordinator('mia', site.provider, 'provider-manager'), [row]);
    await site.stay(2);
    await new StayWatch({ notices: site.notices, rosters: site.rosters }).run();
    await later(site, 1);
    await other.say({ restricted: [{ id: 'M9' }] }, { number: site.number(2) });
    assert.deepEqual(await inbox(site), []);
    assert.deepEqual(await statusesOf(site), ['stopped']);
  });

  async function statusesOf(site: WhereSite): Promise<string[]> {
    const rows = await test.db.sql.selectFrom('notice').select('status').where('recipient', '=', site.provider).execute();
    return rows.map(({ status }) => status);
  }
}); // prettier-ignore

describe('what another council says', () => {
  it('H13: takes the same statements whatever it is', async () => {
    const { site, other } = await two({}, counting.db);
    const statementsOf = async (): Promise<readonly string[]> =>
      (await counting.of(() => site.question(1))).statements;
    const plain = await statementsOf();
    assert.ok(plain.length > 8);
    for (const [more, line] of [[{ restricted: [{ id: 'M9' }] }, {}], [{ referrals: [{ id: 'M9' }] }, {}], [{}, { died: '29/09/2026' }], [{}, { id: 'M8', number: site.number(2) }]] as const) {
      site.site.now = new Date(site.site.now.getTime() + 60_000);
      await other.say(more, line);
      assert.deepEqual(await statementsOf(), plain);
    }
  }); // prettier-ignore
});

describe('a “no” to a provider’s being told', () => {
  it('H23: lasts as long as the stay in which it was said, and its own time after that', async () => {
    const { site } = await two();
    const id = await site.stay(1, { staleAt: null });
    const look = await site.site.ask(site.number(1), usualBirth, {}, site.site.nurse('nia'));
    await recordPermission(site.notices, site.site.nurse('nia'), { answerId: look.id }, refused);
    const startedAt = new Date(site.site.now.getTime() - hour);
    site.site.now = new Date(site.site.now.getTime() + 43 * 24 * hour);
    await forgetPermissions(test.db, site.site.now);
    assert.equal(await kept(site), 1);
    const endedAt = site.site.now;
    await site.stay(1, { status: 'discharged', startedAt, since: endedAt, endedAt }, id);
    site.site.now = new Date(site.site.now.getTime() + 41 * 24 * hour);
    await forgetPermissions(test.db, site.site.now);
    assert.equal(await kept(site), 1);
    site.site.now = new Date(site.site.now.getTime() + 2 * 24 * hour);
    await forgetPermissions(test.db, site.site.now);
    assert.equal(await kept(site), 0);
  });

  it('H23: still makes it “cannot say” after six weeks of the same stay', async () => {
    const { site, other } = await two();
    await site.stay(1, { staleAt: null });
    const look = await site.site.ask(site.number(1), usualBirth, {}, site.site.nurse('nia'));
    await recordPermission(site.notices, site.site.nurse('nia'), { answerId: look.id }, refused);
    await later(site, 43 * 24);
    await other.say();
    await forgetPermissions(test.db, site.site.now);
    assert.equal((await site.ask(1)).kind, 'cannot-say');
  });

  async function kept(site: WhereSite): Promise<number> {
    const { hospital } = site.site;
    return (await test.db.sql.selectFrom('permission_to_tell').select('answer').where('hospital', '=', hospital).execute()).length;
  }
}); // prettier-ignore
