/** Referrals and restrictions find the people they mean, whatever names them and in whichever order parts come. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Answer } from '../src/domain/answer.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, numbers, restrictions, safeguarding, services, usualBirth } from './support/import-lines.ts';
import type { CareLine, ReferralLine, RestrictionLine, UndatedPart } from './support/import-lines.ts';
import { Site, shownCare } from './support/import-site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const [A, B] = [nhs(1), nhs(2)];
const ann: CareLine = { id: 'M1', number: A, given: 'Ann' };
const ben: CareLine = { id: 'M2', number: B, given: 'Ben' };

interface World {
  readonly people?: readonly CareLine[];
  readonly referrals?: readonly ReferralLine[];
  readonly restricted?: readonly RestrictionLine[];
  readonly changes?: Parameters<typeof numbers>[0];
}

/** The same facts, landed in one bundle and part by part in two orders: three councils that must answer alike. */
async function everyOrder(world: World): Promise<Site[]> {
  const partsFor = ({ council: { id } }: Site): UndatedPart[] => [
    care(id, world.people ?? [ann, ben]),
    safeguarding(id, world.referrals ?? []),
    restrictions(id, world.restricted ?? []),
    numbers(world.changes ?? []),
    services(),
  ];
  const [together, inOrder, backwards] = [1, 2, 3].map(() => new Site(test.db, `G${++sites}`)) as [Site, Site, Site];
  await together.land(partsFor(together));
  for (const part of partsFor(inOrder)) await inOrder.land([part]);
  for (const part of partsFor(backwards).reverse()) await backwards.land([part]);
  return [together, inOrder, backwards];
}

async function answers(world: World, number: string): Promise<Answer[]> {
  const found: Answer[] = [];
  for (const site of await everyOrder(world)) found.push(await site.look(number, usualBirth));
  return found;
}

const safeguardingOf = (all: readonly Answer[]): string[] => all.map((answer) => shownCare(answer).safeguarding);
const kindsOf = (all: readonly Answer[]): string[] => all.map((answer) => answer.kind);
const thrice = <T>(value: T): T[] => [value, value, value];

describe('a referral', () => {
  it('is found by council id, and shows on nobody else', async () => {
    const sites = await everyOrder({ referrals: [{ id: 'M1', number: A }] });
    for (const site of sites) {
      assert.equal(shownCare(await site.look(A, usualBirth)).safeguarding, 'open');
      assert.equal(shownCare(await site.look(B, usualBirth)).safeguarding, 'none-recorded');
    }
  });

  it('is found by NHS number alone', async () => {
    assert.deepEqual(safeguardingOf(await answers({ referrals: [{ number: A }] }, A)), thrice('open'));
  });

  it('is found under a superseded number, with and without the council id (H12)', async () => {
    const old = nhs(9);
    const byId = { referrals: [{ id: 'M1', number: old }], changes: [[old, A]] as const };
    assert.deepEqual(safeguardingOf(await answers(byId, A)), thrice('open'));
    const byNumber = { referrals: [{ number: old }], changes: [[old, A]] as const };
    assert.deepEqual(safeguardingOf(await answers(byNumber, old)), thrice('open'));
  });

  it('closed is no referral', async () => {
    const closed = { id: 'M1', number: A, status: 'Closed', closed: '20/09/2026' };
    assert.deepEqual(safeguardingOf(await answers({ referrals: [closed] }, A)), thrice('none-recorded'));
  });

  it('with a status, stage or date that cannot be read is "not available", never "none" (H12)', async () => {
    const doubtful: ReferralLine[] = [
      { status: 'Parked' },
      { status: '' },
      { stage: 'Triage' },
      { opened: '31/02/2026' },
      { opened: '01/10/2026' },
      { status: 'Closed', closed: 'soon' },
      { status: 'Closed', closed: '01/09/2026', opened: '12/09/2026' },
      { status: 'Open', closed: '13/09/2026' },
      { ref: '' },
    ];
    const site = new Site(test.db, `G${++sites}`);
    const people = doubtful.map((_, at) => ({ id: `M${at}`, number: nhs(20 + at) }));
    const referrals = doubtful.map((line, at) => ({ ...line, id: `M${at}` }));
    const { report } = await site.land(site.whole(people, { referrals }));
    for (const person of people) {
      assert.equal(shownCare(await site.look(person.number, usualBirth)).safeguarding, 'not-available', person.id);
    }
    const codes = report.quarantine
      .filter(({ part }) => part === 'safeguarding')
      .map(({ code, lines }) => [code, lines]);
    assert.deepEqual(codes, [
      ['STATUS_CONTRADICTS_DATES', 3],
      ['DATE_NOT_READ', 2],
      ['STATUS_UNKNOWN', 2],
      ['REFERENCE_MISSING', 1],
      ['STAGE_UNKNOWN', 1],
    ]);
  });

  it('beside one that cannot be read is open all the same', async () => {
    const referrals = [{ id: 'M1' }, { id: 'M1', status: 'Parked' }];
    assert.deepEqual(safeguardingOf(await answers({ referrals }, A)), thrice('open'));
  });

  it('is open all the same beside a closed one under a wrong number', async () => {
    const closed = { id: 'M1', number: B, status: 'Closed', closed: '20/09/2026' };
    const world = { referrals: [{ id: 'M1', number: A }, closed] };
    assert.deepEqual(safeguardingOf(await answers(world, A)), thrice('open'));
    assert.deepEqual(safeguardingOf(await answers(world, B)), thrice('none-recorded'));
  });

  it('whose number is another person’s makes both "not available" (H12)', async () => {
    const sites = await everyOrder({ referrals: [{ id: 'M1', number: B }] });
    for (const site of sites) {
      assert.equal(shownCare(await site.look(A, usualBirth)).safeguarding, 'not-available');
      assert.equal(shownCare(await site.look(B, usualBirth)).safeguarding, 'not-available');
    }
    const { rows } = await sql<{ code: string }>`
      select code from quarantine where council = ${sites[0]?.council.id ?? ''} and part = 'safeguarding'`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows, [{ code: 'NHS_NUMBER_DISAGREES' }]);
  });

  it('whose number nobody has makes the person it names "not available" (H12)', async () => {
    const referrals = [{ id: 'M1', number: nhs(9) }];
    assert.deepEqual(safeguardingOf(await answers({ referrals }, A)), thrice('not-available'));
    assert.deepEqual(safeguardingOf(await answers({ referrals }, B)), thrice('none-recorded'));
    assert.deepEqual(kindsOf(await answers({ referrals }, nhs(9))), thrice('no-record'));
  });

  it('that names somebody the care part does not know by an id and another’s number is "not available" for the other', async () => {
    assert.deepEqual(
      safeguardingOf(await answers({ referrals: [{ id: 'M9', number: A }] }, A)),
      thrice('not-available'),
    );
  });

  it('of somebody without a care line is kept against the council’s id, and found when a care line comes (H12)', async () => {
    const site = new Site(test.db, `G${++sites}`);
    const { report } = await site.land(site.whole([ann], { referrals: [{ id: 'M7' }, { id: 'M8', number: nhs(8) }] }));
    assert.equal(report.people.peopleUnknownToCare, 2);
    assert.equal((await site.look(nhs(7), usualBirth)).kind, 'no-record');
    assert.equal((await site.look(nhs(8), usualBirth)).kind, 'cannot-show');
    await site.land([care(site.council.id, [ann, { id: 'M7', number: nhs(7) }, { id: 'M8', number: nhs(8) }])]);
    assert.equal(shownCare(await site.look(nhs(7), usualBirth)).safeguarding, 'open');
    assert.equal(shownCare(await site.look(nhs(8), usualBirth)).safeguarding, 'open');
  });

  it('moves with its number when the care part corrects whose number it is (H12)', async () => {
    const site = new Site(test.db, `G${++sites}`);
    await site.land(site.whole([{ ...ann, number: B }], { referrals: [{ number: B }] }));
    assert.equal(shownCare(await site.look(B, usualBirth)).safeguarding, 'open');
    await site.land([care(site.council.id, [ann, ben])]);
    assert.equal(shownCare(await site.look(B, usualBirth)).safeguarding, 'open');
    assert.equal(shownCare(await site.look(A, usualBirth)).safeguarding, 'none-recorded');
  });
});

describe('a restriction or objection', () => {
  it('hides the person it names, by id, by number or by both, and nobody else (H23)', async () => {
    for (const named of [{ id: 'M1' }, { number: A }, { id: 'M1', number: A }]) {
      const sites = await everyOrder({ restricted: [named] });
      for (const site of sites) {
        assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show', JSON.stringify(named));
        assert.equal((await site.look(B, usualBirth)).kind, 'care', JSON.stringify(named));
      }
    }
  });

  it('known only by a number the care part lacks gives the neutral answer, not "no record"', async () => {
    assert.deepEqual(kindsOf(await answers({ restricted: [{ number: nhs(9) }] }, nhs(9))), thrice('cannot-show'));
  });

  it('under a superseded number hides the person under both (H04)', async () => {
    const world = { restricted: [{ number: nhs(9) }], changes: [[nhs(9), A]] as const };
    assert.deepEqual(kindsOf(await answers(world, A)), thrice('cannot-show'));
    assert.deepEqual(kindsOf(await answers(world, nhs(9))), thrice('cannot-show'));
  });

  it('whose number is another person’s hides both', async () => {
    const sites = await everyOrder({ restricted: [{ id: 'M1', number: B }] });
    for (const site of sites) {
      assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
      assert.equal((await site.look(B, usualBirth)).kind, 'cannot-show');
    }
  });

  it('holds from its first day to its last, and whatever of it cannot be read makes it hold', async () => {
    const site = new Site(test.db, `G${++sites}`);
    const cases: [RestrictionLine, string][] = [
      [{ from: '30/09/2026' }, 'cannot-show'],
      [{ from: '01/10/2026' }, 'care'],
      [{ until: '30/09/2026' }, 'cannot-show'],
      [{ until: '29/09/2026' }, 'care'],
      [{ reason: 'Asked us not to' }, 'cannot-show'],
      [{ from: '31/02/2026' }, 'cannot-show'],
      [{ from: '' }, 'cannot-show'],
      [{ until: '31/02/2026' }, 'cannot-show'],
    ];
    const people = cases.map((_, at) => ({ id: `M${at}`, number: nhs(40 + at) }));
    await site.land(site.whole(people, { restricted: cases.map(([line], at) => ({ ...line, id: `M${at}` })) }));
    for (const [at, [line, kind]] of cases.entries()) {
      assert.equal((await site.look(nhs(40 + at), usualBirth)).kind, kind, JSON.stringify(line));
    }
  });

  it('that is lifted in the next file hides nobody any more', async () => {
    const site = new Site(test.db, `G${++sites}`);
    await site.land(site.whole([ann], { restricted: [{ number: A }] }));
    await site.land([restrictions(site.council.id, [])]);
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });

  it('is counted out of the packages that would be shown, however it names the person', async () => {
    for (const site of await everyOrder({ restricted: [{ number: A }] })) {
      const { report } = await site.take([safeguarding(site.council.id, [])]);
      assert.equal(report.people.packages, 2);
      assert.equal(report.people.packagesShown, 1);
      assert.equal(report.people.peopleUnknownToCare, 0);
    }
  });
});
