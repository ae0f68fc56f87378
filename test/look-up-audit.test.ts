/** What the trail holds of every look-up, shown or refused, and that it was there before the answer (product rule 6). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AnswerKind } from '../src/domain/answer.ts';
import type { Caller } from '../src/domain/caller.ts';
import { AuditedAnswer, lookUp } from '../src/services/look-up.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, numbers, usualBirth } from './support/import-lines.ts';
import { Site, auditOf, shownCare } from './support/import-site.ts';
import { agreementWith, requestFor } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const newSite = (agreement: Record<string, unknown> = {}): Site => new Site(test.db, `A${++sites}`, { agreement });
const A = nhs(1);

async function lookUps(site: Site): Promise<Record<string, unknown>[]> {
  return (await auditOf(test.db, site.council.id)).filter((row) => row['action'] === 'look-up');
}

describe('the audit row of a look-up', () => {
  it('says who asked what, why, by which rule and agreement, and what was shown from which files', async () => {
    const site = newSite({ version: 7 });
    const { bundle } = await site.land([...site.whole([{ id: 'M1', number: A }]), numbers([[nhs(2), A]])]);
    const caller = site.nurse('nia');
    const { id, answer } = await site.ask(nhs(2), usualBirth, { reason: 'plan-discharge' }, caller);
    const [row, ...others] = await lookUps(site);
    assert.deepEqual(others, []);
    const { person_key, sources, audit_id, ...rest } = row ?? {};
    assert.match(String(person_key), /^\d+$/);
    assert.match(String(audit_id), /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      at: site.now,
      action: 'look-up',
      user_id: caller.userId,
      user_name: 'Nia Example',
      role: 'emergency-nurse',
      organisation: site.hospital,
      team: 'Emergency department',
      authenticated_by: 'demo',
      session: caller.session,
      council: site.council.id,
      number_asked: nhs(2),
      number_current: A,
      reason: 'plan-discharge',
      permission: 'given',
      cannot_ask_reason: null,
      relationship: 'self-claimed',
      outcome: 'care',
      rule: 'R11',
      agreement: site.agreement.id,
      agreement_version: 7,
      shared_fields: [...site.agreement.fields],
      answer_id: id,
      detail: null,
      turn: '1',
      guess: null,
    });
    assert.equal(answer.kind, 'care');
    assert.deepEqual(
      Object.entries(sources as object).map(([kind, { asAt, bundle: from }]) => [kind, asAt, from]).sort(),
      ['care', 'restrictions', 'safeguarding'].map((kind) => [kind, '2026-09-30T04:00:00.000Z', bundle]),
    ); // prettier-ignore
  });

  it('names safeguarding among what was shown only for roles that saw it', async () => {
    const site = newSite();
    await site.land(site.whole([{ id: 'M1', number: A }], { referrals: [{ id: 'M1' }] }));
    const answer = await site.look(A, usualBirth, {}, site.nurse('clerk', 'ward-clerk'));
    assert.equal(shownCare(answer).safeguarding, 'not-your-role');
    const [row] = await lookUps(site);
    assert.ok(row);
    assert.ok(!(row['shared_fields'] as string[]).includes('safeguarding'));
  });

  it('names only the fields that the agreement shares', async () => {
    const site = newSite({ fields: ['service', 'phone'] });
    await site.land(site.whole([{ id: 'M1', number: A }]));
    const shown = shownCare(await site.look(A, usualBirth));
    assert.deepEqual(
      [shown.banner.family, shown.packages[0]?.provider, shown.safeguarding],
      [null, null, 'not-your-role'],
    );
    assert.deepEqual((await lookUps(site))[0]?.['shared_fields'], ['service', 'phone']);
  });

  it('stands for every look-up that disclosed nothing too, with the rule that refused', async () => {
    const site = newSite();
    const restricted = [{ id: 'M2' }];
    await site.land([
      ...site.whole(
        [
          { id: 'M1', number: A },
          { id: 'M2', number: nhs(2) },
          { id: 'M3', number: nhs(3), died: '01/09/2026' },
          { id: 'M4', number: nhs(4), event: 'Review' },
        ],
        { restricted },
      ),
      numbers([[nhs(6), '', 'Invalidated']]),
    ]);
    const cases: [AnswerKind, string, Parameters<Site['look']>, string | null][] = [
      ['cannot-show', 'R9', [nhs(2), usualBirth], nhs(2)],
      ['died', 'R13', [nhs(3), usualBirth], nhs(3)],
      ['no-care', 'R11', [nhs(4), usualBirth], nhs(4)],
      ['no-record', 'R5', [nhs(5), usualBirth], nhs(5)],
      ['number-not-valid', 'R5', [nhs(6), usualBirth], nhs(6)],
      ['number-not-valid', 'R5', ['9999999999', usualBirth], null],
      ['birth-date-mismatch', 'R5', [A, '1941-03-15'], A],
      ['child', 'R8', [A, '2012-03-14'], A],
      ['permission-refused', 'R7', [A, usualBirth, { permission: 'refused' }], A],
      ['not-allowed', 'R7', [A, usualBirth, { permission: 'not-needed' }], A],
      ['not-allowed', 'R7', [A, usualBirth, { permission: 'cannot-ask' }], A],
      ['not-allowed', 'R2', [A, usualBirth, { council: 'ELSEWHERE' }], A],
      ['not-allowed', 'R3', [A, usualBirth, {}, site.nurse('steward', 'council-data-steward')], A],
      ['not-allowed', 'R2', [A, usualBirth, {}, { ...site.nurse('stranger'), organisation: 'OTHER' }], A],
      ['sign-in-again', 'R1', [A, usualBirth, {}, { ...site.nurse('long'), authenticatedAt: new Date('2026-09-29T17:59:59+01:00') }], A],
    ]; // prettier-ignore
    for (const [kind, rule, question, number] of cases) {
      const before = (await lookUps(site)).length;
      const { id, answer } = await site.ask(...question);
      assert.equal(answer.kind, kind);
      const all = [...(await lookUps(site)), ...(await auditOf(test.db, 'ELSEWHERE'))];
      const row = all.find((one) => one['answer_id'] === id);
      assert.ok(row, `${kind} ${rule} has no audit row`);
      assert.deepEqual([row['outcome'], row['rule'], row['number_asked']], [kind, rule, number]);
      const shared =
        kind === 'no-care' ? [...site.agreement.fields] : kind === 'died' ? ['name', 'gender', 'council-id'] : [];
      assert.deepEqual(row['shared_fields'], shared);
      if (question[2]?.council === undefined) assert.equal((await lookUps(site)).length, before + 1);
    }
  });

  it('of an agreement that is switched off, not begun or over says so, and nothing is read', async () => {
    const site = newSite();
    await site.land(site.whole([{ id: 'M1', number: A }]));
    for (const [changes, rule] of [
      [{ enabled: false }, 'R2'],
      [{ from: '2026-10-01' }, 'R2'],
      [{ until: '2026-09-29' }, 'R2'],
      [{ purposes: ['plan-discharge'] }, 'R4'],
      [{ roles: { 'discharge-nurse': { safeguarding: true } } }, 'R3'],
    ] as const) {
      const agreement = agreementWith({ council: site.council.id, hospital: site.hospital, ...changes });
      const request = requestFor(A, usualBirth, { council: site.council.id });
      const { answer, id } = await lookUp({ ...site.lookUpDeps, agreements: [agreement] }, site.nurse('n'), request);
      const row = (await lookUps(site)).find((one) => one['answer_id'] === id);
      assert.deepEqual(
        [answer.kind, row?.['rule'], row?.['person_key'], row?.['sources']],
        ['not-allowed', rule, null, null],
      );
    }
  });
});

describe('an answer', () => {
  it('cannot be made by anybody but the look-up', async () => {
    const site = newSite();
    const answer = await site.look('', usualBirth);
    const Forged = AuditedAnswer as unknown as new (...parts: unknown[]) => AuditedAnswer;
    assert.throws(() => new Forged(Symbol('made by the look-up'), 'id', answer, false), TypeError);
    assert.throws(() => new Forged(undefined, 'id', answer, false), TypeError);
  });

  it('shows the person asked for and nobody else, however many are asked at once (H01)', async () => {
    const site = newSite();
    const people = Array.from({ length: 25 }, (_, at) => ({
      id: `M${at}`,
      number: nhs(at),
      family: `Family${at}`,
      ref: `S${at}`,
    }));
    await site.land(site.whole(people));
    const answers = await Promise.all(people.map((one) => site.ask(one.number, usualBirth)));
    for (const [at, { id, answer }] of answers.entries()) {
      const { banner } = shownCare(answer);
      assert.deepEqual([banner.nhsNumber, banner.family, banner.councilId], [nhs(at), `Family${at}`, `M${at}`]);
      const row = (await lookUps(site)).find((one) => one['answer_id'] === id);
      assert.equal(row?.['number_asked'], nhs(at));
    }
  });

  it('to a different last name is shown with a caution, and to the same one without', async () => {
    const site = newSite();
    await site.land(site.whole([{ id: 'M1', number: A, family: 'Ní Bhriain-Ward' }]));
    assert.equal(shownCare(await site.look(A, usualBirth, { familyName: 'ni bhriain ward' })).nameDiffers, false);
    assert.equal(shownCare(await site.look(A, usualBirth, { familyName: 'Ward' })).nameDiffers, true);
  });

  it('is the same for the same facts and the same moment', async () => {
    const site = newSite();
    const lines = ['S3', 'S1', 'S2'].map((ref) => ({ id: 'M1', number: A, ref }));
    await site.land(site.whole(lines));
    const caller: Caller = site.nurse('same');
    assert.deepEqual(await site.look(A, usualBirth, {}, caller), await site.look(A, usualBirth, {}, caller));
  });
});
