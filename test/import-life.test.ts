/** What time and money change: death and its reversal, coming of age, full cost, what has ended (H05, H06). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { importBundle } from '../src/services/import-bundle.ts';
import { lookUp } from '../src/services/look-up.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { contacts, directory, nhs, packageProviders, restrictions, safeguarding, services, usualBirth } from './support/import-lines.ts'; // prettier-ignore
import type { CareLine } from './support/import-lines.ts';
import { Site, shownCare } from './support/import-site.ts';
import { agreementWith, requestFor } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const newSite = (agreement: Record<string, unknown> = {}): Site =>
  new Site(test.db, `T${++sites}`, { agreement, council: { fallLimitPercent: 100 } });
const A = nhs(1);
const ann: CareLine = { id: 'M1', number: A, given: 'Ann' };

async function packagesOf(site: Site): Promise<string[]> {
  const { rows } = await sql<{ reference: string }>`
    select reference from package where council = ${site.council.id} and until_bundle is null order by 1`.execute(
    test.db.sql,
  );
  return rows.map((row) => row.reference);
}

describe('a death', () => {
  it('is said plainly, ends every package, and counts from the first line that tells it', async () => {
    const site = newSite();
    const { report } = await site.land(site.whole([{ ...ann, died: '20/09/2026' }, { ...ann, ref: 'S2' }, { ...ann, ref: 'S3', died: '21/09/2026' }])); // prettier-ignore
    const answer = await site.look(A, usualBirth);
    assert.ok(answer.kind === 'died');
    assert.equal(answer.deathDate, '2026-09-20');
    assert.deepEqual(await packagesOf(site), []);
    assert.deepEqual(report.dropped, { 'person-died': 2 });
  });

  it('between two bundles and its reversal in a third give the package back, once', async () => {
    const site = newSite();
    await site.land(site.whole([ann]));
    const before = await site.look(A, usualBirth);
    await site.land(site.whole([{ ...ann, died: '20/09/2026' }]));
    assert.equal((await site.look(A, usualBirth)).kind, 'died');
    await site.land(site.whole([ann]));
    const after = await site.look(A, usualBirth);
    assert.deepEqual(shownCare(after).packages, shownCare(before).packages);
    assert.deepEqual(shownCare(after).ended, []);
  });

  it('in the future or before birth is set aside, and shows nothing that could be wrong', async () => {
    for (const died of ['01/10/2026', '13/03/1941', 'last week']) {
      const site = newSite();
      const { report } = await site.land(site.whole([{ ...ann, died }]));
      assert.deepEqual(report.quarantine, [{ part: 'care', code: 'DEATH_DATE_NOT_READ', lines: 1 }]);
      assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
    }
  });

  it('of somebody restricted is not told', async () => {
    const site = newSite();
    await site.land(site.whole([{ ...ann, died: '20/09/2026' }], { restricted: [{ id: 'M1' }] }));
    assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
  });
});

describe('somebody under 18', () => {
  it('is not shown until the first bundle after the birthday, whatever was typed (H06)', async () => {
    const site = newSite();
    const child = { ...ann, born: '01/10/2008' };
    const { report } = await site.land(site.whole([child], { referrals: [{ id: 'M1' }] }));
    assert.deepEqual(report.dropped, { 'under-18': 1 });
    assert.equal((await site.look(A, '2008-10-01')).kind, 'child');
    assert.equal((await site.look(A, '1941-03-14')).kind, 'cannot-show');
    site.now = new Date('2026-10-01T00:00:01+01:00');
    assert.equal((await site.look(A, '2008-10-01')).kind, 'cannot-show');
    await site.land(site.whole([child], { referrals: [{ id: 'M1' }] }), '2026-10-01T00:00:00+01:00');
    const shown = shownCare(await site.look(A, '2008-10-01'));
    assert.deepEqual([shown.banner.age, shown.packages.length, shown.safeguarding], [18, 1, 'open']);
  });

  it('by a second before midnight in London is a child, summer time or not', async () => {
    const site = newSite();
    site.now = new Date('2026-09-30T23:59:59+01:00');
    await site.land(site.whole([{ ...ann, born: '01/10/2008' }]), '2026-09-30T23:59:59+01:00');
    assert.deepEqual(await packagesOf(site), []);
    site.now = new Date('2026-10-01T00:00:00+01:00');
    await site.land(site.whole([{ ...ann, born: '01/10/2008' }]), '2026-10-01T00:00:00+01:00');
    assert.deepEqual(await packagesOf(site), ['S1']);
  });

  it('born on 29 February comes of age on 1 March', async () => {
    const site = newSite();
    for (const [day, stored] of [['2026-02-28', []], ['2026-03-01', ['S1']]] as const) {
      site.now = new Date(`${day}T12:00:00Z`);
      await site.land(site.whole([{ ...ann, born: '29/02/2008' }]), `${day}T11:00:00Z`);
      assert.deepEqual(await packagesOf(site), stored);
    } // prettier-ignore
  });

  it('or without a birth date leaves the neutral answer for every birth date typed', async () => {
    for (const born of ['', '31/02/1940', '01/10/2026', '14.03.1941']) {
      const site = newSite();
      await site.land(site.whole([{ ...ann, born }]));
      for (const typed of ['1941-03-14', '1900-01-01']) {
        assert.equal((await site.look(A, typed)).kind, 'cannot-show', `${born} ${typed}`);
      }
    }
  });
});

describe('care at the person’s full cost', () => {
  const fullCost = { ...ann, funding: 'Fully client funded' };

  it('is counted and not stored where no agreement shows it', async () => {
    const site = newSite();
    const { report } = await site.land(site.whole([fullCost]));
    assert.deepEqual(report.dropped, { 'full-cost': 1 });
    assert.deepEqual(await packagesOf(site), []);
    assert.equal((await site.look(A, usualBirth)).kind, 'no-care');
  });

  it('is shown where the agreement says so', async () => {
    const site = newSite({ fullCostPackages: 'shown' });
    await site.land(site.whole([fullCost]));
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
  });

  it('stored for one hospital stays hidden from another whose agreement does not show it', async () => {
    const site = newSite({ fullCostPackages: 'shown' });
    const strict = agreementWith({ id: 'strict', council: site.council.id, hospital: 'STRICT' });
    const agreements = [site.agreement, strict];
    const bundle = await site.deps.open(await site.write(site.whole([fullCost])));
    await importBundle({ ...site.deps, agreements }, bundle, { dryRun: false, caller: site.steward });
    assert.equal((await site.look(A, usualBirth)).kind, 'care');
    const caller = { ...site.nurse('strict'), organisation: 'STRICT' };
    const request = requestFor(A, usualBirth, { council: site.council.id });
    const { answer } = await lookUp({ ...site.lookUpDeps, agreements }, caller, request);
    assert.equal(answer.kind, 'no-care');
    assert.deepEqual(shownCare(answer).ended, []);
  });
});

describe('care that is not the person’s, or not the council’s', () => {
  it('is counted by its reason and not stored', async () => {
    const site = newSite();
    const lines: [Partial<CareLine>, string][] = [
      [{ component: 'Direct payment', mechanism: '' }, 'direct-payment'],
      [{ mechanism: 'DIRECT PAYMENT' }, 'direct-payment'],
      [{ mechanism: 'Self-Funder Metering Only' }, 'self-funded'],
      [{ client: 'Unpaid carer', component: 'Unpaid carer respite' }, 'unpaid-carer'],
      [{ client: 'Carer known by association' }, 'unpaid-carer'],
      [{ type: 'Carer Support: Direct to Carer', component: 'Unpaid carer respite' }, 'unpaid-carer'],
      [{ event: 'Request' }, 'not-a-service'],
      [{ end: '18/08/2026' }, 'ended-long-ago'],
    ];
    const { report } = await site.land(site.whole(lines.map(([line], at) => ({ ...ann, id: `M${at}`, number: nhs(at), ...line })))); // prettier-ignore
    const expected: Record<string, number> = {};
    for (const [, reason] of lines) expected[reason] = (expected[reason] ?? 0) + 1;
    assert.deepEqual({ ...report.dropped }, Object.fromEntries(Object.entries(expected).sort()));
    assert.deepEqual(await packagesOf(site), []);
    for (const at of lines.keys()) assert.equal((await site.look(nhs(at), usualBirth)).kind, 'no-care');
  });

  it('beside care of the council leaves that care shown', async () => {
    const site = newSite();
    await site.land(site.whole([ann, { ...ann, ref: 'S2', component: 'Direct payment', mechanism: 'Direct payment' }]));
    assert.deepEqual(shownCare(await site.look(A, usualBirth)).packages.map((one) => one.service), ['Home care']); // prettier-ignore
  });
});

describe('a package', () => {
  it('is planned, active or ended by its dates in London', async () => {
    const site = newSite();
    await site.land(
      site.whole([
        { ...ann, ref: 'S1', start: '01/10/2026' },
        { ...ann, ref: 'S2', start: '30/09/2026', component: 'Day support' },
        { ...ann, ref: 'S3', end: '30/09/2026', component: 'Day support' },
        { ...ann, ref: 'S4', end: '29/09/2026' },
        { ...ann, ref: 'S5', end: '19/08/2026', component: 'Reablement' },
      ]),
    );
    const { packages, ended } = shownCare(await site.look(A, usualBirth));
    const seen = (all: typeof packages): string[] =>
      all.map((one) => `${one.service} ${one.status} ${one.start} ${one.end}`);
    assert.deepEqual(seen(packages), [
      'Day centre active 2025-02-01 2026-09-30',
      'Day centre active 2026-09-30 null',
      'Home care planned 2026-10-01 null',
    ]);
    assert.deepEqual(seen(ended), [
      'Home care ended 2025-02-01 2026-09-29',
      'Reablement at home ended 2025-02-01 2026-08-19',
    ]);
  });

  it('of a service that the map hides is not shown, and of one it does not name counts as not read', async () => {
    const site = newSite();
    await site.land(site.whole([{ ...ann, component: 'Equipment' }]));
    assert.equal((await site.look(A, usualBirth)).kind, 'no-care');
    await site.land([services([['Day support', 'Y', 'Day centre']])]);
    assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
    await site.land([services([['Equipment', 'Y', 'Equipment'], ['equipment', 'N', '']])]); // prettier-ignore
    assert.equal((await site.look(A, usualBirth)).kind, 'cannot-show');
  });

  it('is rung at the council’s number before CQC’s, and CQC’s has its 0 again', async () => {
    const site = newSite();
    const { id } = site.council;
    const phone = async (): Promise<[string | undefined, string]> => {
      const [one] = shownCare(await site.look(A, usualBirth)).packages;
      assert.ok(one);
      return [(one.now ?? one.others[0])?.phone.text.replaceAll('\u00a0', ' '), one.phoneSource];
    };
    await site.land(site.whole([ann]));
    assert.deepEqual(await phone(), [undefined, 'none']);
    await site.land([directory([['1-000000001', 'As CQC has it', '1632960399']])]);
    assert.deepEqual(await phone(), ['01632 960 399', 'cqc']);
    await site.land([contacts([{ cqc: '1-000000001', name: 'As the council has it' }])]);
    assert.deepEqual(await phone(), ['01632 960 399', 'cqc']);
    await site.land([contacts([{ cqc: '1-000000001', phone: '01632 960101' }])]);
    assert.deepEqual(await phone(), ['01632 960 101', 'council']);
    await site.land([
      contacts([{ local: 'ORG-1', phone: '01632 960110' }]),
      packageProviders(id, [['M1', 'S1', 'ORG-1']]),
    ]);
    assert.deepEqual(await phone(), ['01632 960 110', 'council']);
  });

  it('uses the contact line that was confirmed last when a provider stands twice', async () => {
    const site = newSite();
    const twice = [
      { cqc: '1-000000001', phone: '01632 960101', confirmed: '01/09/2026' },
      { cqc: '1-000000001', phone: '01632 960102', confirmed: '01/06/2026' },
    ];
    const { report } = await site.land([...site.whole([ann]), contacts(twice)]);
    assert.deepEqual(report.quarantine, [{ part: 'contacts', code: 'PROVIDER_TWICE', lines: 1 }]);
    const [one] = shownCare(await site.look(A, usualBirth)).packages;
    assert.deepEqual(one?.now?.phone.href, 'tel:01632960101');
  });
});

describe('a council', () => {
  it('that never sent its restrictions is overdue, and nobody is disclosed', async () => {
    const site = newSite();
    await site.land(
      site.whole([ann, { id: 'M2', number: nhs(2), died: '01/09/2026' }]).filter(({ kind }) => kind !== 'restrictions'),
    );
    for (const number of [A, nhs(2)]) {
      const answer = await site.look(number, usualBirth);
      assert.ok(answer.kind === 'overdue');
      assert.deepEqual([answer.care, answer.lastKnown], [null, 'nothing']);
    }
  });

  it('whose files stop coming is amber, then red with the last known, with its age', async () => {
    const site = newSite();
    await site.land(site.whole([ann]), '2026-09-30T05:00:00+01:00');
    site.now = new Date('2026-10-01T07:00:01+01:00');
    const amber = await site.look(A, usualBirth);
    assert.ok(amber.kind === 'care');
    assert.equal(amber.age.freshness, 'amber');
    assert.equal(amber.care.safeguarding, 'not-available');
    site.now = new Date('2026-10-02T07:00:01+01:00');
    const red = await site.look(A, usualBirth);
    assert.ok(red.kind === 'overdue');
    assert.deepEqual([red.age.freshness, red.lastKnown, red.care?.packages.length], ['red', 'care', 1]);
    await site.land(
      [safeguarding(site.council.id, []), restrictions(site.council.id, [])],
      '2026-10-02T07:00:00+01:00',
    );
    assert.equal((await site.look(A, usualBirth)).kind, 'overdue');
  });
});
