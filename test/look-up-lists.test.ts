/** What a look-up's answer says of providers' own lists of clients, and where it says nothing of them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { answerView } from '../src/web/pages/answer-view.ts';
import { councilPhones } from '../src/domain/council-phone.ts';
import type { Answer } from '../src/domain/answer.ts';
import type { LookUpRequest } from '../src/domain/policy.ts';
import { lookUp, lookUpsOn, viewAnswer } from '../src/services/look-up.ts';
import type { AuditedAnswer, LookUpDeps } from '../src/services/look-up.ts';
import { uploadRoster } from '../src/services/roster/upload.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { usualBirth } from './support/import-lines.ts';
import { auditOf, Site } from './support/import-site.ts';
import { council as sherwood, holidays, requestFor } from './support/site.ts';
import { WhereSite } from './support/whereabouts.ts';

let test: TestDatabase;
let sites = 0;
before(async () => void (test = await openTestDatabase()));
after(() => test.close());

const line = 'Listed Home Care says this person is its client. This is not care that the council arranges.';
const allOn = { enabled: true, whereabouts: true, arrivalNotices: true, shownToHospital: true };

interface Listed {
  readonly where: WhereSite;
  readonly deps: LookUpDeps;
  ask(n: number, changes?: Partial<LookUpRequest>): Promise<AuditedAnswer>;
}

/** People 0 to 3 are the council's, and 40 only the hospital's; those named stand on the provider's list. */
async function listed(
  people: readonly number[],
  { terms = allOn, more = {}, record = true }: { terms?: object; more?: object; record?: boolean } = {},
): Promise<Listed> {
  const where = new WhereSite(test.db, `LISTS${++sites}`, { roster: { terms, name: 'Listed Home Care' } });
  if (record)
    await where.land(
      [0, 1, 2, 3].map((n) => ({ n, cqc: '1-SOMEBODY-ELSE' })),
      more,
    );
  await where.hear();
  await where.stay(40);
  await upload(where, people);
  const deps = lookUpsOn({ ...where.site.lookUpDeps, rosters: where.rosters });
  let nurses = 0;
  const ask: Listed['ask'] = (n, changes = {}) =>
    lookUp(deps, where.site.nurse(`list-${++nurses}`), requestFor(where.number(n), usualBirth, { council: where.site.council.id, ...changes })); // prettier-ignore
  return { where, deps, ask };
}

async function upload(where: WhereSite, people: readonly number[]): Promise<void> {
  const rows = people.map((n) => ({ nhsNumber: where.number(n), birthDate: '14/03/1941', family: 'Person', given: 'Test', reference: `C-${n}`, permission: 'Y', permissionOn: '01/09/2026' })); // prettier-ignore
  const manager = where.coordinator('mia', where.provider, 'provider-manager');
  assert.equal((await uploadRoster(where.whereabouts.roster, manager, rows)).clients, people.length);
}

const linesOf = (answer: Answer): readonly string[] => ('listed' in answer ? (answer.listed?.lines ?? []) : []);

describe('a provider’s own list beside an answer', () => {
  it('is said where the council has no record, by the birth date that was typed, and nowhere as a package', async () => {
    const { ask, where } = await listed([40]);
    const { answer } = await ask(40);
    assert.equal(answer.kind, 'no-record');
    assert.deepEqual(linesOf(answer), [line]);
    assert.equal('care' in answer, false);
    const view = answerView(answer, councilPhones(sherwood, where.site.now, holidays), where.site.now);
    assert.deepEqual([view.listed, view.packages, view.ended], [[line], [], []]);
    const wrong = (await ask(40, { birthDate: '1941-03-15' })).answer;
    assert.equal(wrong.kind, 'no-record');
    assert.deepEqual(linesOf(wrong), []);
  });

  it('is said beside council care and leaves it as it is', async () => {
    const { ask } = await listed([1]);
    const [one, other] = [(await ask(1)).answer, (await ask(2)).answer];
    assert.deepEqual([one.kind, linesOf(one)], ['care', [line]]);
    assert.deepEqual([other.kind, linesOf(other)], ['care', []]);
    assert.ok(one.kind === 'care');
    assert.equal(one.care.packages.length, 1);
    assert.doesNotMatch(JSON.stringify(one.care), /Listed Home Care/);
  });

  it('is not said of a provider whose care the council arranges: the answer says so already', async () => {
    const { where, ask } = await listed([1, 2]);
    await where.land([0, 1, 2, 3].map((n) => ({ n, cqc: n === 1 ? where.provider.slice(4) : '1-SOMEBODY-ELSE' })));
    assert.deepEqual([linesOf((await ask(1)).answer), linesOf((await ask(2)).answer)], [[], [line]]);
  });

  it('is not said where the provider’s agreement leaves it out', async () => {
    for (const terms of [{ ...allOn, shownToHospital: false }]) {
      const { ask } = await listed([40], { terms });
      assert.deepEqual(linesOf((await ask(40)).answer), []);
    }
  });

  it('is in the audit trail, with the agreement that lets it be shown', async () => {
    const { ask, where } = await listed([40]);
    await ask(40);
    await ask(3);
    const rows = (await auditOf(test.db, where.site.council.id)).filter(({ action }) => action === 'look-up');
    const said = rows.map((row) => [row.outcome, (row.shared_fields as string[]).includes('provider-list'), (row.detail as { lists?: string[] } | null)?.lists ?? null]); // prettier-ignore
    assert.deepEqual(
      said.toSorted(([a], [b]) => String(b).localeCompare(String(a))),
      [
        ['no-record', true, [`${where.rosters[0]?.id} 1`]],
        ['care', false, null],
      ],
    );
  });

  it('H02: is not said where nothing may be shown, the birth date differs, the person refused or the council is late', async () => {
    const { ask } = await listed([1, 2], { more: { restricted: [{ id: 'M1' }] } });
    for (const [asked, kind] of [
      [ask(1), 'cannot-show'],
      [ask(2, { birthDate: '1941-03-15' }), 'birth-date-mismatch'],
      [ask(2, { permission: 'refused' }), 'permission-refused'],
    ] as const) {
      const { answer } = await asked;
      assert.deepEqual([answer.kind, linesOf(answer)], [kind, []]);
    }
    const late = await listed([40], { record: false });
    const { answer } = await late.ask(40);
    assert.deepEqual([answer.kind, linesOf(answer)], ['overdue', []]);
  });

  it('is not said where another council’s record bars it', async () => {
    for (const more of [{ restricted: [{ id: 'M1' }] }, {}]) {
      const { where, deps, ask } = await listed([40]);
      const other = new Site(test.db, `LISTS${sites}B`);
      await other.land(other.whole([{ id: 'M1', number: where.number(40) }], more));
      Object.assign(deps, { agreements: [where.site.agreement, other.agreement] });
      assert.deepEqual(linesOf((await ask(40)).answer), 'restricted' in more ? [] : [line]);
    }
  });
});

describe('an answer with a list, shown again', () => {
  it('stands while the list does, and is gone with it', async () => {
    const { where, deps, ask } = await listed([40, 1]);
    const caller = where.site.nurse('list-1');
    const { id } = await ask(40);
    where.site.now = new Date(where.site.now.getTime() + 60_000);
    assert.deepEqual(linesOf((await viewAnswer(deps, caller, id)).answer), [line]);
    const again = where.site.nurse('list-2');
    const second = await ask(1);
    assert.deepEqual(linesOf((await viewAnswer(deps, again, second.id)).answer), [line]);
    const views = (await auditOf(test.db, where.site.council.id)).filter(
      ({ action }) => action === 'view-answer-again',
    );
    assert.ok((views[0]?.shared_fields as string[] | undefined)?.includes('provider-list'));
    await sql`delete from roster_client where provider = ${where.provider}`.execute(test.db.sql);
    await assert.rejects(viewAnswer(deps, caller, id), { code: 'ANSWER_GONE' });
    await assert.rejects(viewAnswer(deps, again, second.id), { code: 'ANSWER_GONE' });
  });

  it('is gone when the council now has a record that shows nothing', async () => {
    const { where, deps, ask } = await listed([40]);
    const { id } = await ask(40);
    await where.land(
      [0, 1, 2, 3, 40].map((n) => ({ n, cqc: '1-SOMEBODY-ELSE' })),
      { restricted: [{ id: 'M40' }] },
    );
    await assert.rejects(viewAnswer(deps, where.site.nurse('list-1'), id), { code: 'ANSWER_GONE' });
  });
});
