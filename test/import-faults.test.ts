/** The database fails at every step of an import in turn: what stands is all of before or all of after, never a mixture. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { bundlesOf, discardBundle, receiveBundle, releaseBundle, rollBack } from '../src/services/manage-bundles.ts';
import { faults, openFaultyDatabase, settle, sweep } from './support/faults.ts';
import { contacts, directory, nhs, numbers, packageProviders, usualBirth } from './support/import-lines.ts';
import type { UndatedPart } from './support/import-lines.ts';
import { Site, dumpAll, factsNow } from './support/import-site.ts';

const { test, engine, faulty } = await openFaultyDatabase();
let sites = 0;
after(() => test.close());

const newSite = (limit = 100): Site => new Site(faulty, `Y${++sites}`, { council: { fallLimitPercent: limit } });

/** All eight parts; every kind of fact changes from one version to the next. */
function everything(site: Site, version: number): UndatedPart[] {
  const { id } = site.council;
  return [
    ...site.whole(
      [
        { id: 'M1', number: nhs(1), component: version === 1 ? 'Reablement' : 'Day support' },
        { id: `M${version + 1}`, number: nhs(version + 1), cqc: '' },
        { id: 'M8', number: '9990000019' },
      ],
      { referrals: [{ id: 'M1', ref: `SG-${version}` }, { number: nhs(20 + version) }], restricted: [{ number: nhs(30 + version) }] },
    ),
    packageProviders(id, [[`M${version + 1}`, 'S1', 'ORG-1']]),
    contacts([{ local: 'ORG-1', phone: `01632 96010${version}` }]),
    directory([['1-000000001', 'Example Home Care', `163296020${version}`]]),
    numbers([[nhs(40 + version), nhs(1)]]),
  ]; // prettier-ignore
}

/** Facts with keys told apart from each other but not from one attempt to the next. */
async function shapeOf(site: Site): Promise<Record<string, string[]>> {
  const facts = await factsNow(test.db, site.council.id);
  return Object.fromEntries(
    Object.entries(facts).map(([table, rows]) => [
      table,
      rows
        .map((row) => row.replace(/"person_key": \d+/, '"person_key": 0').replace(/"fingerprint": "[^"]*"/, '""'))
        .toSorted(),
    ]),
  );
}

let both: ReturnType<typeof unharmed> | undefined;

/** What both versions make of a council that nothing fails for: the same for every fault. */
const expected = (): ReturnType<typeof unharmed> => (both ??= unharmed());

async function unharmed(): Promise<[Record<string, string[]>, Record<string, string[]>]> {
  const site = newSite();
  const rename = (facts: Record<string, string[]>): Record<string, string[]> =>
    JSON.parse(JSON.stringify(facts).replaceAll(site.council.id, 'COUNCIL')) as Record<string, string[]>;
  await site.land(everything(site, 1));
  const first = rename(await shapeOf(site));
  await site.land(everything(site, 2));
  return [first, rename(await shapeOf(site))];
}

const anonymous = async (site: Site): Promise<Record<string, string[]>> =>
  JSON.parse(JSON.stringify(await shapeOf(site)).replaceAll(site.council.id, 'COUNCIL')) as Record<string, string[]>;

// Elsewhere than in the first sweep only those steps are struck that begin, write or end.
const writing = /^begin$|^copy |^commit$|^rollback$|^\s*(update|insert|delete)/;

for (const fault of faults) {
  describe(`when the database fails ${fault.when} a step (${fault.as})`, () => {
    it('an import leaves no trace, or has landed whole; handed in again it lands once', async () => {
      const [first, second] = await expected();
      const site = newSite();
      await site.land(everything(site, 1));
      assert.deepEqual(await anonymous(site), first);
      const before = await dumpAll(test.db);
      const folder = await site.write(everything(site, 2));
      const landed = { already: false };
      const strikes = await sweep(
        engine,
        fault,
        () => site.handIn(folder),
        async ({ struck, value }) => {
          await settle(test.engine);
          if (value === undefined) {
            // Only a commit of which no word came back may have landed without saying so.
            if (fault.when === 'after' && struck === 'commit') landed.already = true;
            if (!landed.already) assert.deepEqual(await dumpAll(test.db), before, `after ${struck}`);
            else assert.deepEqual(await anonymous(site), second, `after ${struck}`);
            return;
          }
          assert.equal(value.outcome, landed.already ? 'unchanged' : 'landed');
          assert.deepEqual(await anonymous(site), second);
          assert.equal((await site.look(nhs(42), usualBirth)).kind, 'care');
        },
        fault === faults[0] ? undefined : writing,
      );
      for (const step of ['begin', 'copy stage_care', 'copy stage_restriction', 'commit']) {
        assert.ok(strikes.includes(step), `${step} was not struck`);
      }
    });
  });
}

describe('when the database fails at a step', () => {
  const fault = { when: 'before', as: 'connection' } as const;

  it('going back a bundle is done whole or not at all', async () => {
    const [first] = await expected();
    const site = newSite();
    await site.land(everything(site, 1));
    await site.land(everything(site, 2));
    const before = await dumpAll(test.db);
    await sweep(engine, fault, () => rollBack(site.deps, site.steward), async ({ struck, value }) => {
      await settle(test.engine);
      if (value === undefined) return assert.deepEqual(await dumpAll(test.db), before, `after ${struck}`);
      const now = await anonymous(site);
      for (const table of ['package', 'referral', 'person_detail', 'number_change', 'provider_contact']) {
        assert.deepEqual(now[table], first[table], table);
      }
      assert.equal(now['restriction']?.length, 2);
    }); // prettier-ignore
  });

  it('a check leaves no trace, not even when taking it back fails', async () => {
    const site = newSite();
    await site.land(everything(site, 1));
    const folder = await site.write(everything(site, 2));
    const before = await dumpAll(test.db);
    engine.arm(1, fault, /^rollback$/);
    assert.equal((await site.handIn(folder, true)).outcome, 'checked');
    assert.equal(engine.disarm(), 'rollback');
    assert.deepEqual(await dumpAll(test.db), before);
    await settle(test.engine);
    await site.look(nhs(1), usualBirth);
    assert.deepEqual((await dumpAll(test.db))['package'], before['package']);
  });

  it('holding, releasing and discarding are done whole or not at all', async () => {
    const site = newSite(20);
    await site.land(everything(site, 1));
    const folder = await site.write(site.whole([]));
    let before = await dumpAll(test.db);
    const whole = async ({ struck, value }: { struck: string | null; value: unknown }): Promise<void> => {
      await settle(test.engine);
      if (value === undefined) assert.deepEqual(await dumpAll(test.db), before, `after ${struck}`);
      // A rollback that fails is no failure of the work: the connection is given up.
      else before = await dumpAll(test.db);
    };
    await sweep(engine, fault, () => site.handIn(folder), whole, writing);
    assert.equal((await site.look(nhs(1), usualBirth)).kind, 'care');
    const id = (await bundlesOf(site.deps, site.steward)).find((one) => one.state === 'held')?.id ?? '';
    before = await dumpAll(test.db);
    await sweep(engine, fault, () => releaseBundle(site.deps, site.steward, id), whole, writing);
    assert.equal((await site.look(nhs(1), usualBirth)).kind, 'no-record');

    await site.land(everything(site, 2));
    const again = await site.take(site.whole([]));
    before = await dumpAll(test.db);
    await sweep(
      engine,
      fault,
      () => discardBundle(site.deps, site.steward, again.bundle ?? '').then(() => 'done'),
      whole,
    );
    assert.equal((await site.look(nhs(1), usualBirth)).kind, 'care');
  });
});

describe('a file that changes while it is read', () => {
  it('stops the import, and the connection serves the next one', async () => {
    const site = newSite();
    await site.land(everything(site, 1));
    const before = await dumpAll(test.db);
    const bundle = await site.deps.open(await site.write(everything(site, 2)));
    const open = async (): Promise<typeof bundle> => ({
      ...bundle,
      async *lines(inspection, onBytes) {
        yield* bundle.lines(inspection, onBytes);
        if (inspection.part.kind === 'care') throw new Error('the file changed');
      },
    });
    for (let times = 0; times < 12; times++) {
      await assert.rejects(
        receiveBundle({ ...site.deps, open }, site.steward, '', { dryRun: false }),
        /the file changed/,
      );
    }
    await settle(test.engine);
    assert.deepEqual(await dumpAll(test.db), before);
    await site.land(everything(site, 2));
  });
});
