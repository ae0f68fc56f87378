/** Two processes on one database: what each remembers never lets somebody see more, or something old. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Answer } from '../src/domain/answer.ts';
import type { Caller } from '../src/domain/caller.ts';
import { lookUp, lookUpsOn } from '../src/services/look-up.ts';
import type { LookUpDeps } from '../src/services/look-up.ts';
import { rollBack } from '../src/services/manage-bundles.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { contacts, nhs, packageProviders, usualBirth } from './support/import-lines.ts';
import { Site, auditOf, shownCare } from './support/import-site.ts';
import { requestFor } from './support/site.ts';

let test: TestDatabase;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

/** A site with so many people, and two processes that serve it. */
async function siteWith(count: number): Promise<{ site: Site; processes: [LookUpDeps, LookUpDeps] }> {
  const site = new Site(test.db, `TWO${++sites}`);
  await site.land(
    site.whole(Array.from({ length: count }, (_, at) => ({ id: `M${at}`, number: nhs(at), ref: `E${at}` }))),
  );
  return { site, processes: [lookUpsOn({ ...site.lookUpDeps }), lookUpsOn({ ...site.lookUpDeps })] };
}

async function ask(
  deps: LookUpDeps,
  site: Site,
  number: string,
  caller: Caller,
  birth: string = usualBirth,
): Promise<Answer> {
  return (await lookUp(deps, caller, requestFor(number, birth, { council: site.council.id }))).answer;
}

describe('one person’s look-ups in two processes at once', () => {
  it('are answered for up to the budget and no further (R14), and each stands in the trail once', async () => {
    const { site, processes } = await siteWith(40);
    const nurse = site.nurse('n');
    const asked = Array.from({ length: 40 }, (_, at) => ask(processes[at % 2 === 0 ? 0 : 1], site, nhs(at), nurse));
    const kinds = (await Promise.all(asked)).map((answer) => answer.kind);
    assert.equal(kinds.filter((kind) => kind === 'care').length, 30);
    assert.equal(kinds.filter((kind) => kind === 'over-budget').length, 10);
    const rows = await auditOf(test.db, site.council.id);
    const turns = rows.filter((row) => row['action'] === 'look-up').map((row) => Number(row['turn']));
    assert.deepEqual(turns.toSorted((a, b) => a - b), Array.from({ length: 40 }, (_, at) => at + 1)); // prettier-ignore
  });

  it('count together when they go from one to the other', async () => {
    const { site, processes } = await siteWith(32);
    const nurse = site.nurse('n');
    const kinds: string[] = [];
    for (let at = 0; at < 32; at++) kinds.push((await ask(processes[at % 2 === 0 ? 0 : 1], site, nhs(at), nurse)).kind);
    assert.deepEqual(kinds, [...Array<string>(30).fill('care'), 'over-budget', 'over-budget']);
  });
});

describe('birth dates guessed in two processes at once', () => {
  it('are said not to match twice and no more, by however many people', async () => {
    const { site, processes } = await siteWith(1);
    const guesses = Array.from({ length: 8 }, (_, at) =>
      ask(processes[at % 2 === 0 ? 0 : 1], site, nhs(0), site.nurse(`n${at}`), `1950-01-0${at + 1}`),
    );
    const kinds = (await Promise.all(guesses)).map((answer) => answer.kind);
    assert.equal(kinds.filter((kind) => kind === 'birth-date-mismatch').length, 2);
    assert.equal(kinds.filter((kind) => kind === 'cannot-show').length, 6);
  });
});

describe('what a process remembers of a council', () => {
  const phones = (answer: Answer): (string | undefined)[] =>
    shownCare(answer).packages.map((one) => one.now?.phone.text.replaceAll('\u00a0', ' '));

  it('gives way at once to an extract that landed elsewhere, and to going back a bundle', async () => {
    const { site, processes } = await siteWith(1);
    const [here] = processes;
    const { id } = site.council;
    const seen = async (): Promise<(string | undefined)[]> => phones(await ask(here, site, nhs(0), site.nurse('n')));
    const provider = packageProviders(id, [['M0', 'E0', 'LOCAL-1']]);
    await site.land([provider, contacts([{ local: 'LOCAL-1', phone: '01632 960111' }])]);
    assert.deepEqual(await seen(), ['01632 960 111']);
    await site.land([contacts([{ local: 'LOCAL-1', phone: '01632 960222' }])]);
    assert.deepEqual(await seen(), ['01632 960 222']);
    await rollBack(site.deps, site.steward);
    assert.deepEqual(await seen(), ['01632 960 111']);
  });
});
