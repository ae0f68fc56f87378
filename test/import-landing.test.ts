/** What a bundle does to what stands: nothing twice, nothing older, all of it or nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import {
  care,
  contacts,
  nhs,
  numbers,
  restrictions,
  safeguarding,
  services,
  usualBirth,
} from './support/import-lines.ts';
import { Site, dumpAll, factsNow, shownCare } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const barbara = { id: 'M1', number: nhs(1), family: 'Example', given: 'Barbara' };

describe('a bundle handed in again', () => {
  it('changes nothing, and writes nothing at all', async () => {
    const site = new Site(test.db, 'L01');
    const folder = await site.write(
      site.whole([barbara], { referrals: [{ id: 'M1' }], restricted: [{ number: nhs(2) }] }),
    );
    assert.equal((await site.handIn(folder)).outcome, 'landed');
    const before = await dumpAll(test.db);
    site.now = new Date('2026-09-30T09:00:00+01:00');
    const again = await site.handIn(folder);
    assert.equal(again.outcome, 'unchanged');
    assert.equal(again.bundle, null);
    assert.deepEqual(
      again.report.parts.map((part) => part.standing),
      ['same', 'same', 'same', 'same'],
    );
    assert.deepEqual(await dumpAll(test.db), before);
  });

  it('changes no fact when its content is the same at a later time, and is the newer word', async () => {
    const site = new Site(test.db, 'L02');
    await site.land(site.whole([barbara], { referrals: [{ number: nhs(3) }], restricted: [{ number: nhs(2) }] }));
    const before = await factsNow(test.db, 'L02');
    site.now = new Date('2026-10-01T06:00:00+01:00');
    const at = '2026-10-01T05:30:00+01:00';
    const { report } = await site.land(
      site.whole([barbara], { referrals: [{ number: nhs(3) }], restricted: [{ number: nhs(2) }] }),
      at,
    );
    assert.deepEqual(await factsNow(test.db, 'L02'), before);
    assert.deepEqual(
      report.parts.map((part) => [part.opened, part.closed]),
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    );
    const answer = await site.look(barbara.number, usualBirth);
    assert.ok(answer.kind === 'care');
    assert.deepEqual(answer.age, { asAt: new Date(at), freshness: 'fresh' });
    assert.equal(answer.care.safeguarding, 'none-recorded');
  });
});

describe('a bundle that is not the newest', () => {
  it('is refused as a whole when every part of it is older (H16)', async () => {
    const site = new Site(test.db, 'L03');
    const older = await site.write(site.whole([barbara]));
    await site.land(site.whole([{ ...barbara, ref: 'S2' }]));
    const before = await dumpAll(test.db);
    await assert.rejects(site.handIn(older), refusedWith('BUNDLE_OLDER'));
    assert.deepEqual(await dumpAll(test.db), before);
  });

  it('is refused when it claims the very same time with other content', async () => {
    const site = new Site(test.db, 'L04');
    const at = '2026-09-30T05:00:00+01:00';
    await site.land(site.whole([barbara]), at);
    const before = await dumpAll(test.db);
    await assert.rejects(
      site.take(site.whole([{ ...barbara, ref: 'S2' }]), at),
      refusedWith('BUNDLE_CONFLICT', 'care'),
    );
    assert.deepEqual(await dumpAll(test.db), before);
  });

  it('counts as newer when the same facts were extracted again, and later', async () => {
    const site = new Site(test.db, 'L05');
    const asAt = '2026-09-30T04:00:00+01:00';
    await site.land(
      site.whole([barbara]).map((part) => ({ ...part, asAt })),
      '2026-09-30T05:00:00+01:00',
    );
    const corrected = site.whole([{ ...barbara, component: 'Day support' }]).map((part) => ({ ...part, asAt }));
    await site.land(corrected, '2026-09-30T05:10:00+01:00');
    assert.deepEqual(
      shownCare(await site.look(barbara.number, usualBirth)).packages.map((one) => one.service),
      ['Day centre'],
    );
  });

  it('lands its newer parts and passes over the one that has been overtaken', async () => {
    const site = new Site(test.db, 'L06');
    const { id } = site.council;
    await site.land(site.whole([barbara]), '2026-09-30T03:00:00+01:00');
    const night = await site.write(
      [care(id, [{ ...barbara, component: 'Day support' }]), safeguarding(id, [])],
      '2026-09-30T04:00:00+01:00',
    );
    await site.land([safeguarding(id, [{ id: 'M1' }])], '2026-09-30T05:30:00+01:00');
    const { outcome, report } = await site.handIn(night);
    assert.equal(outcome, 'landed');
    assert.deepEqual(
      report.parts.map((part) => [part.kind, part.standing]),
      [
        ['care', 'newer'],
        ['safeguarding', 'older'],
      ],
    );
    const shown = shownCare(await site.look(barbara.number, usualBirth));
    assert.deepEqual(
      shown.packages.map((one) => one.service),
      ['Day centre'],
    );
    assert.equal(shown.safeguarding, 'open');
    assert.equal(shown.safeguardingAsAt?.toISOString(), '2026-09-30T04:30:00.000Z');
  });
});

describe('a part that comes alone', () => {
  it('changes its own kind of fact and leaves all others', async () => {
    const site = new Site(test.db, 'L07');
    await site.land([...site.whole([barbara]), contacts([{ cqc: '1-000000001', phone: '01632 960101' }])]);
    const before = await factsNow(test.db, 'L07');
    await site.land([safeguarding('L07', [{ id: 'M1' }])]);
    const now = await factsNow(test.db, 'L07');
    assert.deepEqual({ ...now, referral: [] }, { ...before, referral: [] });
    assert.equal(now['referral']?.length, 1);
    assert.equal(shownCare(await site.look(barbara.number, usualBirth)).safeguarding, 'open');
  });

  it('keeps safeguarding fresh by the hour while care is from last night', async () => {
    const site = new Site(test.db, 'L08');
    site.now = new Date('2026-09-30T15:10:00+01:00');
    await site.land(site.whole([barbara]), '2026-09-30T01:00:00+01:00');
    assert.equal(shownCare(await site.look(barbara.number, usualBirth)).safeguarding, 'not-available');
    await site.land([safeguarding('L08', [])], '2026-09-30T15:00:00+01:00');
    const answer = await site.look(barbara.number, usualBirth);
    assert.equal(shownCare(answer).safeguarding, 'none-recorded');
    assert.equal(answer.kind === 'care' && answer.age.asAt?.toISOString(), '2026-09-30T00:00:00.000Z');
  });
});

describe('an open package that the next file does not repeat', () => {
  it('is ended, and shown as ended since that file', async () => {
    const site = new Site(test.db, 'L09', { council: { fallLimitPercent: 100 } });
    await site.land(site.whole([barbara, { ...barbara, ref: 'S2', component: 'Day support' }]));
    const at = '2026-09-30T05:30:00+01:00';
    const { report } = await site.land(site.whole([barbara]), at);
    assert.equal(report.people.endedByOmission, 1);
    const { packages, ended } = shownCare(await site.look(barbara.number, usualBirth));
    assert.deepEqual(
      packages.map((one) => one.service),
      ['Home care'],
    );
    assert.deepEqual(
      ended.map((one) => [one.service, one.status, one.leftOutSince]),
      [['Day centre', 'ended', new Date(at)]],
    );
  });

  it('is shown as ended once, however often it came and went', async () => {
    const site = new Site(test.db, 'L10', { council: { fallLimitPercent: 100 } });
    const other = { ...barbara, ref: 'S2', component: 'Day support' };
    await site.land(site.whole([barbara, other]));
    await site.land(site.whole([barbara]));
    await site.land(site.whole([barbara, other]));
    assert.deepEqual(shownCare(await site.look(barbara.number, usualBirth)).ended, []);
    await site.land(site.whole([barbara]), '2026-09-30T05:50:00+01:00');
    const { ended } = shownCare(await site.look(barbara.number, usualBirth));
    assert.deepEqual(
      ended.map((one) => [one.service, one.leftOutSince?.toISOString()]),
      [['Day centre', '2026-09-30T04:50:00.000Z']],
    );
  });

  it('is shown as it last stood, not as it stood before a change of provider (H24)', async () => {
    const site = new Site(test.db, 'L11', { council: { fallLimitPercent: 100 } });
    const other = { ...barbara, ref: 'S2', component: 'Day support' };
    await site.land(site.whole([barbara, { ...other, cqc: '1-2', cqcName: 'Former Centre' }]));
    await site.land(site.whole([barbara, { ...other, cqc: '1-3', cqcName: 'Later Centre' }]));
    await site.land(site.whole([barbara]));
    const { ended } = shownCare(await site.look(barbara.number, usualBirth));
    assert.deepEqual(
      ended.map((one) => one.provider),
      ['Later Centre'],
    );
  });

  it('is not called ended while a line of the person could not be read: it may be that line (H02)', async () => {
    const site = new Site(test.db, 'L12', { council: { fallLimitPercent: 100 } });
    const other = { ...barbara, ref: 'S2', component: 'Day support' };
    await site.land(site.whole([barbara, other]));
    await site.land(site.whole([barbara, { ...other, component: 'Day suport' }]));
    const { ended, packages, unreadLines } = shownCare(await site.look(barbara.number, usualBirth));
    assert.deepEqual(
      packages.map((one) => one.service),
      ['Home care'],
    );
    assert.equal(unreadLines, 1);
    assert.deepEqual(ended, []);
  });
});

describe('parts of a bundle', () => {
  it('land together or not at all: one that cannot be read keeps all others out', async () => {
    const site = new Site(test.db, 'L13');
    const before = await dumpAll(test.db);
    const bad = { ...services(), header: ['Component', 'Shown', 'Label'] };
    await assert.rejects(
      site.take([...site.whole([barbara]).slice(0, 3), bad]),
      refusedWith('PART_HEADER', 'services'),
    );
    assert.deepEqual(await dumpAll(test.db), before);
  });

  it('are checked without leaving a trace, and then land as the check said', async () => {
    const site = new Site(test.db, 'L14');
    const folder = await site.write([
      ...site.whole([barbara, { id: 'M2', number: '9990000019' }]),
      numbers([[nhs(4), nhs(1)]]),
    ]);
    const before = await dumpAll(test.db);
    const checked = await site.handIn(folder, true);
    assert.equal(checked.outcome, 'checked');
    assert.deepEqual(await dumpAll(test.db), before);
    const landed = await site.handIn(folder);
    assert.deepEqual(landed.report, checked.report);
    assert.equal(landed.report.people.packagesShown, 1);
    assert.equal(landed.report.people.people, 2);
    assert.equal(landed.report.people.peopleMatched, 1);
  });

  it('of two councils never touch each other', async () => {
    const one = new Site(test.db, 'L15');
    const two = new Site(test.db, 'L16', { council: { fallLimitPercent: 100 } });
    await one.land([...one.whole([barbara], { referrals: [{ id: 'M1' }] }), numbers([[nhs(5), nhs(1)]])]);
    const before = await factsNow(test.db, 'L15');
    await two.land([
      ...two.whole([{ ...barbara, family: 'Other', component: 'Day support' }]),
      numbers([[nhs(1), nhs(6)]]),
    ]);
    await two.land(two.whole([], { restricted: [{ number: nhs(1) }, { id: 'M1' }] }));
    assert.deepEqual(await factsNow(test.db, 'L15'), before);
    const shown = shownCare(await one.look(nhs(5), usualBirth));
    assert.equal(shown.banner.family, 'Example');
    assert.equal(shown.safeguarding, 'open');
    assert.equal((await two.look(nhs(1), usualBirth)).kind, 'cannot-show');
  });

  it('with other councils’ lines are used without them', async () => {
    const site = new Site(test.db, 'L17');
    await site.land(site.whole([barbara, { id: 'M2', number: nhs(2), laCode: 'L18' }]));
    const { rows } = await sql<{ code: string }>`select code from quarantine where council = 'L17'`.execute(
      test.db.sql,
    );
    assert.deepEqual(rows, [{ code: 'WRONG_COUNCIL' }]);
    assert.equal((await site.look(nhs(2), usualBirth)).kind, 'no-record');
  });

  it('of another council are refused by name', async () => {
    const site = new Site(test.db, 'L19');
    const folder = await new Site(test.db, 'L20').write([restrictions('L20', [])]);
    await assert.rejects(site.handIn(folder), refusedWith('BUNDLE_COUNCIL', 'L20'));
  });
});
