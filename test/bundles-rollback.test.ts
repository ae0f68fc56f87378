/** Going back a bundle: exact for every kind of fact, and never un-hiding anybody (H26). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { rollBack } from '../src/services/manage-bundles.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, contacts, directory, nhs, numbers, packageProviders, restrictions, safeguarding, services, usualBirth } from './support/import-lines.ts'; // prettier-ignore
import type { UndatedPart } from './support/import-lines.ts';
import { Site, auditOf, factsNow, shownCare } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const newSite = (): Site => new Site(test.db, `R${++sites}`, { council: { fallLimitPercent: 100 } });
const [A, B, C] = [nhs(1), nhs(2), nhs(3)];
const ann = { id: 'M1', number: A };

function first({ council: { id } }: Site): UndatedPart[] {
  return [
    care(id, [ann, { ...ann, ref: 'S2', component: 'Day support', cqc: '', cqcName: '' }, { id: 'M2', number: B }]),
    packageProviders(id, [['M1', 'S2', 'ORG-1']]),
    directory([['1-000000001', 'Example Home Care', '1632960399']]),
    contacts([{ local: 'ORG-1', phone: '01632 960110' }]),
    safeguarding(id, [{ id: 'M1' }, { number: nhs(8) }]),
    restrictions(id, [{ id: 'M9' }]),
    numbers([[nhs(5), A]]),
    services(),
  ];
}

function second({ council: { id } }: Site, restricted = [{ id: 'M9' }]): UndatedPart[] {
  return [
    care(id, [
      { ...ann, number: C, family: 'Renamed', component: 'Day support' },
      { id: 'M3', number: B },
    ]),
    packageProviders(id, [['M1', 'S2', 'ORG-2']]),
    directory([['1-000000002', 'Another Home Care', '1632960398']]),
    contacts([{ local: 'ORG-1', phone: '01632 960111' }]),
    safeguarding(id, [{ id: 'M2', status: 'Parked' }]),
    restrictions(id, restricted),
    numbers([[nhs(6), A]]),
    services([['Home support or domiciliary care', 'N', '']]),
  ];
}

// Keys once given stay, and so do identifiers of people whom the bundle named first.
function without(facts: Record<string, string[]>, part: string): Record<string, string[]> {
  const { person_identifier = [], ...rest } = facts;
  return { ...rest, person_identifier: person_identifier.filter((row) => !row.includes(`"part": "${part}"`)) };
}

describe('going back a bundle', () => {
  it('leaves every fact exactly as it stood before, and the trail says who did it', async () => {
    const site = newSite();
    await site.land(first(site));
    const before = await factsNow(test.db, site.council.id);
    const landed = await site.land(second(site));
    assert.notDeepEqual(await factsNow(test.db, site.council.id), before);
    const undone = await rollBack(site.deps, site.steward);
    assert.equal(undone.id, landed.bundle);
    assert.deepEqual(without(await factsNow(test.db, site.council.id), 'person'), without(before, 'person'));
    const trail = await auditOf(test.db, site.council.id);
    assert.equal(trail.filter((row) => row['action'] === 'roll-back-bundle').length, 1);
  });

  it('gives the answers of before, with the age of before', async () => {
    const site = newSite();
    await site.land(first(site));
    const before = await site.look(nhs(5), usualBirth);
    await site.land(second(site));
    assert.equal((await site.look(nhs(5), usualBirth)).kind, 'no-record');
    await rollBack(site.deps, site.steward);
    assert.deepEqual(await site.look(nhs(5), usualBirth), before);
    assert.equal(shownCare(before).packages.length, 2);
  });

  it('keeps the restrictions and objections that the undone bundle brought in force (H26)', async () => {
    for (const named of [{ id: 'M1' }, { number: A }, { id: 'M1', number: A }]) {
      const site = newSite();
      await site.land(first(site));
      const objected = [{ id: 'M9' }, named] as { id: string }[];
      await site.land([restrictions(site.council.id, objected)]);
      await rollBack(site.deps, site.steward);
      assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show', JSON.stringify(named));
      // Only a file in which the restriction does not stand any more lifts it.
      await site.land([restrictions(site.council.id, [{ id: 'M9' }])]);
      assert.equal((await site.look(A, usualBirth)).kind, 'care', JSON.stringify(named));
    }
  });

  it('puts a restriction in force again that the undone bundle had lifted', async () => {
    const site = newSite();
    await site.land([
      ...first(site).filter(({ kind }) => kind !== 'restrictions'),
      restrictions(site.council.id, [{ number: A }]),
    ]);
    await site.land([restrictions(site.council.id, [])]);
    await rollBack(site.deps, site.steward);
    assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
  });

  it('can be done bundle after bundle, though a restriction came, went and came again (H26)', async () => {
    const site = newSite();
    const { id } = site.council;
    await site.land(first(site));
    for (const lines of [[{ id: 'M1', number: A }], [], [{ id: 'M1', number: A }], [{ number: B }]]) {
      await site.land([restrictions(id, lines)]);
    }
    for (let times = 0; times < 4; times++) {
      await rollBack(site.deps, site.steward);
      assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
    }
    assert.equal((await site.look(B, usualBirth)).kind, 'cannot-show');
  });

  it('lets the same bundle come in again', async () => {
    const site = newSite();
    await site.land(first(site));
    const folder = await site.write(second(site));
    assert.equal((await site.handIn(folder)).outcome, 'landed');
    const after = await factsNow(test.db, site.council.id);
    await rollBack(site.deps, site.steward);
    assert.equal((await site.handIn(folder)).outcome, 'landed');
    assert.deepEqual(await factsNow(test.db, site.council.id), after);
  });

  it('leaves other councils alone', async () => {
    const [one, two] = [newSite(), newSite()];
    for (const site of [one, two]) {
      await site.land(first(site));
      await site.land(second(site));
    }
    const before = await factsNow(test.db, two.council.id);
    await rollBack(one.deps, one.steward);
    assert.deepEqual(await factsNow(test.db, two.council.id), before);
  });

  it('to before the first bundle leaves a council of which nothing is known', async () => {
    const site = newSite();
    await site.land(first(site));
    await rollBack(site.deps, site.steward);
    const answer = await site.look(A, usualBirth);
    assert.ok(answer.kind === 'overdue');
    assert.deepEqual([answer.lastKnown, answer.care], ['nothing', null]);
    await assert.rejects(rollBack(site.deps, site.steward), refusedWith('BUNDLE_NOTHING_TO_ROLL_BACK'));
  });

  it('is refused when what stood before is no longer kept', async () => {
    const site = newSite();
    await site.land(first(site));
    await site.land(second(site));
    site.now = new Date('2026-11-11T05:01:01+00:00');
    await assert.rejects(
      rollBack(site.deps, site.steward),
      refusedWith('BUNDLE_NOTHING_TO_ROLL_BACK', 'no longer kept'),
    );
  });

  it('is for the council’s own data steward alone', async () => {
    const site = newSite();
    await site.land(first(site));
    const others = [
      newSite().steward,
      { ...callerOf('council-duty-worker'), organisation: site.council.id },
      { ...callerOf('operator'), organisation: site.council.id },
    ];
    for (const caller of others) await assert.rejects(rollBack(site.deps, caller), refusedWith('NOT_ALLOWED'));
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });
});

describe('facts that no longer stand', () => {
  it('are deleted after the agreement’s time, and those still needed are not', async () => {
    const site = newSite();
    await site.land(first(site));
    await site.land(second(site));
    const closed = async (): Promise<number> => {
      const { rows } = await sql<{ n: string }>`
        select count(*) as n from package where council = ${site.council.id} and until_bundle is not null`.execute(
        test.db.sql,
      );
      return Number(rows[0]?.n);
    };
    assert.equal(await closed(), 3);
    site.now = new Date('2026-11-09T06:00:00Z');
    await site.forget();
    assert.equal(await closed(), 3);
    site.now = new Date('2026-11-12T06:00:00Z');
    await site.forget();
    assert.equal(await closed(), 0);
  });
});
