/** A notice that is no team's, or a team's that there is no more, is on every team's list (hazard H08). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { hospitalSchema } from '../src/domain/organisation.ts';
import { holdTasksOf } from '../src/services/notices/holds.ts';
import { tellAsked } from '../src/services/notices/asked.ts';
import { TeamCounts } from '../src/services/notices/team-count.ts';
import { teamNotices } from '../src/services/notices/view.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';
import type { HoldSite } from './support/holding.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { later } from './support/telling.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const teams = ['Emergency department', 'Discharge lounge'];

/** A hospital of two teams, one of whose stays is of the team given. */
async function siteOf(team: string | null, notices: Record<string, unknown> = {}): Promise<HoldSite> {
  const site = await holdSite(test.db, { notices });
  const known = hospitalSchema.parse({ id: site.hospital, name: 'Kings Vale Hospital', phone: '01632 960300', teams });
  Object.assign(site.notices, { hospitals: [known] });
  await site.say('arrived', { place: { organisation: site.hospital, team } as never });
  return site;
}

const inTeam = (site: HoldSite, team: string): Caller => ({ ...site.nurse(team), team });

/** What each team's list shows and its menu counts, beside what the list of the whole hospital shows. */
async function listed(site: HoldSite): Promise<{ own: [list: number, count: number][]; all: number }> {
  const own = await Promise.all(
    teams.map(async (team): Promise<[number, number]> => {
      const caller = inTeam(site, team);
      const list = (await teamNotices(site.notices, caller)).length + (await holdTasksOf(site.notices, caller)).length;
      return [list, (await new TeamCounts(site.notices).of(caller)) ?? -1];
    }),
  );
  const caller = inTeam(site, 'Emergency department');
  return { own, all: (await teamNotices(site.notices, caller, { wholeHospital: true })).length };
}

describe('H08: what nobody answers, once the sender is to phone', () => {
  for (const [team, lists] of [
    ['Discharge lounge', [0, 2]],
    [null, [2, 2]],
    ['A ward that was closed', [2, 2]],
  ] as const)
    it(`of ${team === null ? 'no team' : team} stands on ${lists[0] === 0 ? 'that team’s list alone' : 'every team’s list'}, and is counted there`, async () => {
      const site = await siteOf(team);
      later(site, 40);
      await site.settle();
      const parties = await test.db.sql.selectFrom('notice').select('owner_party').where('hospital', '=', site.hospital).execute();
      assert.deepEqual(parties.map((one) => one.owner_party), ['sender', 'sender']);
      const { own, all } = await listed(site);
      assert.deepEqual(own, lists.map((count) => [count, count]));
      assert.equal(all, 2);
    }); // prettier-ignore

  it('of a hospital whose teams are not known stands on every list', async () => {
    const site = await siteOf('Discharge lounge');
    Object.assign(site.notices, { hospitals: [] });
    assert.equal((await teamNotices(site.notices, inTeam(site, 'Emergency department'))).length, 2);
  });

  it('of another hospital stands on no list here', async () => {
    const [site, other] = [await siteOf(null), await siteOf(null)];
    const own = await teamNotices(site.notices, inTeam(site, 'Emergency department'));
    assert.ok(own.every(({ hospital }) => hospital === site.hospital && hospital !== other.hospital));
  });

  it('and was brought about by a provider’s own question is the team’s of the stay', async () => {
    const site = await siteOf('Discharge lounge', { automatic: [], whereabouts: { enabled: true } });
    const { stayId } = await site.stay();
    const { person_key: personKey } = await test.db.sql.selectFrom('person_identifier').select('person_key').where('council', '=', site.council.id).executeTakeFirstOrThrow();
    const about = { hospital: site.hospital, council: site.council.id, personKey, nhsNumber: nhs(1), birthDate: usualBirth, stayId };
    const told = await test.db.transaction((trx) => tellAsked(trx, site.notices, { question: randomUUID(), about, patient: 'P1', team: 'Discharge lounge', provider: site.provider, link: 'package', told: null }));
    assert.equal(told.is, 'told');
    assert.deepEqual((await listed(site)).own, [[0, 0], [1, 1]]);
  }); // prettier-ignore
});

it('H27: a task of a hold of no team, or of a team that is no more, stands on every team’s list', async () => {
  for (const team of [null, 'A ward that was closed']) {
    const site = await siteOf(team);
    await site.acceptAll();
    await site.say('discharged', { place: { organisation: site.hospital, team } as never });
    for (const one of teams) assert.ok((await holdTasksOf(site.notices, inTeam(site, one))).length > 0, `${team}: ${one}`);
  }
}); // prettier-ignore
