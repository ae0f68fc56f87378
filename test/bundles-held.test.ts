/** Bundles that wait for a person: why they are held, and what releasing or discarding one does. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bundlesOf, discardBundle, releaseBundle } from '../src/services/manage-bundles.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { care, nhs, restrictions, safeguarding, usualBirth } from './support/import-lines.ts';
import type { CareLine, UndatedPart } from './support/import-lines.ts';
import { Site, auditOf, factsNow } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const people = (count: number): CareLine[] =>
  Array.from({ length: count }, (_, at) => ({ id: `M${at}`, number: nhs(at) }));

function newSite(options?: ConstructorParameters<typeof Site>[2]): Site {
  return new Site(test.db, `H${++sites}`, options);
}

async function held(site: Site, parts: readonly UndatedPart[]): Promise<{ id: string; reasons: string[] }> {
  const before = await factsNow(test.db, site.council.id);
  const { outcome, bundle, report } = await site.take(parts);
  assert.equal(outcome, 'held');
  assert.ok(bundle);
  assert.deepEqual(await factsNow(test.db, site.council.id), before, 'a held bundle changed a fact');
  return { id: bundle, reasons: report.hold.map(({ part, reason }) => `${part} ${reason}`) };
}

describe('a bundle is held', () => {
  it('when open packages fall by more than the limit, and not when they fall by just as much', async () => {
    const site = newSite();
    await site.land(site.whole(people(10)));
    assert.equal((await site.take(site.whole(people(8)))).outcome, 'landed');
    const { reasons } = await held(site, site.whole(people(6)));
    assert.deepEqual(reasons, ['care FALL']);
    assert.equal((await site.look(nhs(7), usualBirth)).kind, 'care');
  });

  it('when open referrals fall by more than the limit (H12)', async () => {
    const site = newSite();
    const referrals = people(5).map(({ id }) => ({ id }));
    await site.land(site.whole(people(5), { referrals }));
    const { reasons } = await held(site, [safeguarding(site.council.id, referrals.slice(0, 3))]);
    assert.deepEqual(reasons, ['safeguarding FALL']);
  });

  it('by the council’s own limit', async () => {
    const site = newSite({ council: { fallLimitPercent: 50 } });
    await site.land(site.whole(people(4)));
    await site.land(site.whole(people(2)));
    assert.deepEqual((await held(site, site.whole([]))).reasons, ['care FALL']);
  });

  it('when a file is not the one that the manifest describes', async () => {
    const site = newSite();
    const [lines, ...others] = site.whole(people(2));
    assert.ok(lines);
    const wrongSum = { ...lines, tamper: { sha256: 'a'.repeat(64) } };
    assert.deepEqual((await held(site, [wrongSum, ...others])).reasons, ['care CHECKSUM']);
    const wrongCount = { ...lines, tamper: { rows: 3 } };
    assert.deepEqual((await held(site, [wrongCount, ...others])).reasons, ['care ROW_COUNT']);
    assert.equal((await site.look(nhs(0), usualBirth)).kind, 'overdue');
  });

  it('when a referral or restriction names nobody, or has lost a cell: it could be anybody’s (H12, H23)', async () => {
    const site = newSite();
    const { id } = site.council;
    await site.land(site.whole(people(2)));
    for (const nobody of [{}, { number: '9990000019' }, { number: '9.99E+09' }]) {
      assert.deepEqual((await held(site, [safeguarding(id, [nobody])])).reasons, ['safeguarding NOBODY_NAMED']);
      assert.deepEqual((await held(site, [restrictions(id, [nobody])])).reasons, ['restrictions NOBODY_NAMED']);
    }
    const short = { ...restrictions(id, []), rows: [[id, 'M0', 'Objection', '01/01/2026', '']] };
    assert.deepEqual((await held(site, [short])).reasons, ['restrictions NOBODY_NAMED']);
  });

  it('when a referral or restriction claims to be another council’s: the code may only be mistyped (H23)', async () => {
    const site = newSite();
    const { id } = site.council;
    await site.land(site.whole(people(2)));
    for (const laCode of ['', `0${id}`, 'Sherwood']) {
      assert.deepEqual((await held(site, [restrictions(id, [{ id: 'M0', laCode }])])).reasons, ['restrictions NOBODY_NAMED']); // prettier-ignore
      assert.deepEqual((await held(site, [safeguarding(id, [{ id: 'M0', laCode }])])).reasons, ['safeguarding NOBODY_NAMED']); // prettier-ignore
    }
  });

  it('with every reason at once', async () => {
    const site = newSite();
    const { id } = site.council;
    await site.land(site.whole(people(4), { referrals: [{ id: 'M1' }] }));
    const parts = [{ ...care(id, people(1)), tamper: { rows: 9 } }, safeguarding(id, []), restrictions(id, [{}])];
    const { reasons } = await held(site, parts);
    assert.deepEqual(reasons, ['care ROW_COUNT', 'care FALL', 'safeguarding FALL', 'restrictions NOBODY_NAMED']);
  });
});

describe('a held bundle', () => {
  it('lands when a person releases it, and is gone from what waits', async () => {
    const site = newSite();
    await site.land(site.whole(people(4)));
    const { id } = await held(site, site.whole(people(1)));
    assert.ok(existsSync(join(site.deps.heldFolder ?? '', id)));
    const released = await releaseBundle(site.deps, site.steward, id);
    assert.equal(released.outcome, 'landed');
    assert.ok(!existsSync(join(site.deps.heldFolder ?? '', id)));
    const states = (await bundlesOf(site.deps, site.steward)).map((one) => one.state);
    assert.deepEqual(states, ['landed', 'released', 'landed']);
    assert.equal((await site.look(nhs(3), usualBirth)).kind, 'no-record');
    const actions = (await auditOf(test.db, site.council.id)).map((row) => [row['action'], row['outcome']].join(' '));
    assert.ok(actions.includes('import-bundle held'));
    assert.ok(actions.includes('release-bundle landed'));
    await assert.rejects(releaseBundle(site.deps, site.steward, id), refusedWith('BUNDLE_NOT_HELD'));
  });

  it('leaves everything as it was when a person discards it', async () => {
    const site = newSite();
    await site.land(site.whole(people(4)));
    const before = await factsNow(test.db, site.council.id);
    const { id } = await held(site, site.whole(people(1)));
    await discardBundle(site.deps, site.steward, id);
    assert.deepEqual(await factsNow(test.db, site.council.id), before);
    assert.ok(!existsSync(join(site.deps.heldFolder ?? '', id)));
    await assert.rejects(releaseBundle(site.deps, site.steward, id), refusedWith('BUNDLE_NOT_HELD'));
    await assert.rejects(discardBundle(site.deps, site.steward, id), refusedWith('BUNDLE_NOT_HELD'));
  });

  it('can be discarded, though not released, when its files are lost', async () => {
    const site = newSite();
    await site.land(site.whole(people(4)));
    const { id } = await held(site, site.whole(people(1)));
    rmSync(join(site.deps.heldFolder ?? '', id), { recursive: true });
    await assert.rejects(releaseBundle(site.deps, site.steward, id), refusedWith('BUNDLE_NOT_HELD', 'no longer kept'));
    await discardBundle(site.deps, site.steward, id);
    assert.equal((await bundlesOf(site.deps, site.steward))[0]?.state, 'discarded');
  });

  it('that a newer one has overtaken is refused at its release, and still waits', async () => {
    const site = newSite();
    await site.land(site.whole(people(4)));
    const { id } = await held(site, site.whole(people(1)));
    await site.land(site.whole(people(4)));
    await assert.rejects(releaseBundle(site.deps, site.steward, id), refusedWith('BUNDLE_OLDER'));
    assert.deepEqual((await bundlesOf(site.deps, site.steward)).map((one) => one.state), ['held', 'landed', 'landed']); // prettier-ignore
  });

  it('is released as it was seen: a file changed since then does not come in as good', async () => {
    const site = newSite();
    await site.land(site.whole(people(4)));
    const { id } = await held(site, site.whole(people(1)));
    writeFileSync(join(site.deps.heldFolder ?? '', id, 'cld.csv'), 'not what was seen');
    await assert.rejects(releaseBundle(site.deps, site.steward, id), refusedWith('PART_HEADER'));
    assert.equal((await site.look(nhs(3), usualBirth)).kind, 'care');
  });

  it('is another council’s steward’s business no more than anybody else’s', async () => {
    const site = newSite();
    const other = newSite();
    await site.land(site.whole(people(4)));
    const { id } = await held(site, site.whole(people(1)));
    await assert.rejects(releaseBundle(site.deps, other.steward, id), refusedWith('NOT_ALLOWED'));
    await assert.rejects(releaseBundle(other.deps, other.steward, id), refusedWith('BUNDLE_NOT_HELD'));
    await assert.rejects(discardBundle(other.deps, other.steward, id), refusedWith('BUNDLE_NOT_HELD'));
    for (const role of ['emergency-nurse', 'council-duty-worker', 'privacy-officer', 'operator'] as const) {
      const caller = { ...callerOf(role), organisation: site.council.id };
      await assert.rejects(discardBundle(site.deps, caller, id), refusedWith('NOT_ALLOWED'));
    }
    assert.equal((await bundlesOf(site.deps, site.steward))[0]?.state, 'held');
  });
});
