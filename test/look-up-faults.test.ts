/** The database fails at every step in turn: nothing is ever shown without its committed audit row (product rule 6, R16). */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { HomewardError } from '../src/domain/error.ts';
import type { AuditedAnswer } from '../src/services/look-up.ts';
import { continueLookUp, lookUp, lookUpsOn, viewAnswer } from '../src/services/look-up.ts';
import { councilAccesses, whoLooked } from '../src/services/review-accesses.ts';
import { quarantineCsv } from '../src/services/manage-bundles.ts';
import { PlannedFault, faults, openFaultyDatabase, settle, sweep } from './support/faults.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { Site, auditOf } from './support/import-site.ts';
import { refusedWith } from './support/refused.ts';
import { callerOf, requestFor } from './support/site.ts';

const { test, engine, faulty } = await openFaultyDatabase();
let sites = 0;
after(() => test.close());

/** A site whose database can be made to fail. */
async function newSite(): Promise<Site> {
  const site = new Site(faulty, `X${++sites}`);
  await site.land(site.whole([{ id: 'M1', number: nhs(1) }, { id: 'M2', number: '9990000019' }])); // prettier-ignore
  return site;
}

async function rowsFor(site: Site, answer: string): Promise<string[]> {
  await settle(test.engine);
  const rows = await auditOf(test.db, site.council.id);
  return rows.filter((row) => row['answer_id'] === answer).map((row) => String(row['action']));
}

function isNotWritten(error: unknown): void {
  assert.ok(error instanceof HomewardError, String(error));
  assert.equal(error.code, 'AUDIT_NOT_WRITTEN');
  assert.ok(!/\d{10}|1941/.test(error.message));
}

for (const fault of faults) {
  describe(`when the database fails ${fault.when} a step (${fault.as})`, () => {
    it('a look-up gives an answer only with its audit row, and says otherwise that none could be written', async () => {
      const site = await newSite();
      const strikes = await sweep<AuditedAnswer>(
        engine,
        fault,
        // A process that remembers nothing yet: each step is taken each time.
        () =>
          lookUp(
            lookUpsOn({ ...site.lookUpDeps }),
            site.nurse('n'),
            requestFor(nhs(1), usualBirth, { council: site.council.id }),
          ),
        async ({ value, error }) => {
          if (value) assert.deepEqual(await rowsFor(site, value.id), ['look-up']);
          else isNotWritten(error);
        },
      );
      // Every kind of step was struck: none of them may be forgotten by a later change.
      for (const step of [/^acquire$/, /max\(turn\)/, /group by number_asked/, /as unusual/, /service_label/, /insert into audit_event/, /insert into answer/]) {
        assert.ok(strikes.some((one) => step.test(one.trim())), `${step} was not struck`);
      } // prettier-ignore
    });

    it('a look-up with an alert tells the privacy officer or shows nothing', async () => {
      const site = await newSite();
      await sweep<AuditedAnswer>(
        engine,
        fault,
        () => site.ask(nhs(1), usualBirth, { permission: 'cannot-ask', cannotAskReason: 'confused' }),
        async ({ value, error }) => {
          if (!value) return isNotWritten(error);
          const alerts = await test.db.sql
            .selectFrom('alert')
            .selectAll()
            .where('organisation', '=', site.hospital)
            .execute();
          const rows = await auditOf(test.db, site.council.id);
          const own = rows.find((row) => row['answer_id'] === value.id);
          assert.ok(alerts.some((one) => one.audit_id === own?.['audit_id']));
        },
      );
    });

    it('an answer is shown again, printed or gone on with only with its audit row', async () => {
      const site = await newSite();
      const nurse = site.nurse('n');
      const { id } = await site.ask(nhs(1), usualBirth, {}, nurse);
      await viewAnswer(site.lookUpDeps, nurse, id);
      for (const action of ['view-answer-again', 'print-card'] as const) {
        await sweep<AuditedAnswer>(
          engine,
          fault,
          () => viewAnswer(site.lookUpDeps, nurse, id, action),
          async ({ value, error }) => {
            const count = (await rowsFor(site, id)).filter((one) => one === action).length;
            if (value) assert.ok(count > 0);
            else isNotWritten(error);
            if (fault.when === 'before' && !value) assert.equal(count, 0);
          },
        );
      }
      for (let at = 5; at < 10; at++) await site.ask(nhs(at), usualBirth, {}, nurse);
      const waiting = await site.ask(nhs(1), usualBirth, {}, nurse);
      assert.equal(waiting.answer.kind, 'sign-in-again');
      site.now = new Date(site.now.getTime() + 60_000);
      await sweep<AuditedAnswer>(
        engine,
        fault,
        () => continueLookUp(site.lookUpDeps, site.nurse('n'), waiting.id),
        async ({ value, error }) => {
          if (value) assert.deepEqual(await rowsFor(site, value.id), ['look-up']);
          else isNotWritten(error);
        },
      );
    });

    it('the trail itself and the quarantine are handed out only with their own audit row', async () => {
      const site = await newSite();
      await site.look(nhs(1), usualBirth);
      const deps = { db: faulty, clock: site.clock, agreements: [site.agreement] };
      const bundle = await bundleOf(site);
      const worker = { ...callerOf('council-duty-worker'), organisation: site.council.id };
      const officer = { ...callerOf('privacy-officer'), organisation: site.hospital };
      const doors: [string, () => Promise<unknown>][] = [
        ['see-council-accesses', () => councilAccesses(deps, worker, 'M1')],
        ['review-accesses', () => whoLooked(deps, officer, nhs(1))],
        ['download-quarantine', () => quarantineCsv(site.deps, site.steward, bundle)],
      ];
      for (const [action, door] of doors) {
        let handedOut = 0;
        await sweep<unknown>(engine, fault, door, async ({ value, error }) => {
          await settle(test.engine);
          if (value === undefined) assert.ok(error instanceof PlannedFault, String(error));
          else handedOut++;
          const written = await test.db.sql.selectFrom('audit_event').select('audit_id').where('action', '=', action)
            .where('organisation', 'in', [site.council.id, site.hospital]).execute(); // prettier-ignore
          assert.ok(written.length >= handedOut, `${action}: ${written.length} rows for ${handedOut}`);
        });
        assert.ok(handedOut > 0);
      }
    });
  });
}

async function bundleOf(site: Site): Promise<string> {
  const { council } = site;
  const [row] = await test.db.sql.selectFrom('bundle').select('bundle_id').where('council', '=', council.id).execute();
  return row?.bundle_id ?? '';
}

describe('a commit that was done but not heard of', () => {
  it('shows nothing; the row of the look-up that nobody saw stays, and the next one is answered', async () => {
    const site = await newSite();
    engine.arm(1, { when: 'after', as: 'connection' }, /insert into audit_event/);
    await assert.rejects(site.ask(nhs(1), usualBirth), refusedWith('AUDIT_NOT_WRITTEN'));
    assert.match(engine.disarm() ?? '', /insert into audit_event/);
    await settle(test.engine);
    const written = async (): Promise<number> =>
      (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'look-up').length;
    assert.equal(await written(), 1);
    assert.equal((await site.look(nhs(1), usualBirth)).kind, 'care');
    assert.equal(await written(), 2);
  });
});

describe('an audit trail that cannot be written', () => {
  it('shows nothing, and keeps no answer that could be shown later', async () => {
    const site = await newSite();
    engine.arm(1, { when: 'before', as: 'refusal' }, /insert into audit_event/);
    await assert.rejects(site.ask(nhs(1), usualBirth), refusedWith('AUDIT_NOT_WRITTEN'));
    engine.disarm();
    const answers = await test.db.sql
      .selectFrom('answer')
      .select('answer_id')
      .where('council', '=', site.council.id)
      .execute();
    assert.deepEqual(answers, []);
  });
});
