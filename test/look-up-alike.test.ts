/** How long an answer takes tells nothing that the answer does not: the same statements, whatever is hidden. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Role } from '../src/domain/caller.ts';
import { viewAnswer } from '../src/services/look-up.ts';
import type { AuditedAnswer } from '../src/services/look-up.ts';
import { countingOn } from './support/counting.ts';
import type { Counting } from './support/counting.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import type { CareLine } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';

let test: TestDatabase;
let counting: Counting;
let sites = 0;
before(async () => {
  test = await openTestDatabase();
  counting = countingOn(test.engine);
});
after(() => test.close());

const line = (at: number, more: Partial<CareLine> = {}): CareLine => ({
  id: `M${at}`,
  number: nhs(at),
  ref: `E${at}`,
  ...more,
});

async function siteOf(lines: readonly CareLine[], agreement: Record<string, unknown> = {}): Promise<Site> {
  const site = new Site(counting.db, `ALIKE${++sites}`, { agreement });
  const more = { referrals: [{ id: 'M1' }, { id: 'M2', status: 'Closed', closed: '13/09/2026' }] };
  await site.land(site.whole(lines, { ...more, restricted: [{ id: 'M3' }] }));
  return site;
}

/** The statements of reading a record and its answer, for somebody who has asked before. */
async function readingOf(site: Site, at: number, role: Role): Promise<{ kind: string; read: string[]; id: string }> {
  const nurse = site.nurse(`alike-${role}`, role);
  await site.ask(nhs(0), usualBirth, {}, nurse);
  let shown: AuditedAnswer | undefined;
  const { statements } = await counting.of(async () => (shown = await site.ask(nhs(at), usualBirth, {}, nurse)));
  const { answer, id } = shown ?? assert.fail('nothing was answered');
  return { kind: answer.kind, read: statements.filter((name) => !name.startsWith('use-of')), id };
}

async function viewingOf(site: Site, id: string, role: Role): Promise<readonly string[]> {
  const viewer = site.nurse(`alike-${role}`, role);
  return (await counting.of(() => viewAnswer(site.lookUpDeps, viewer, id))).statements;
}

describe('the statements behind an answer', () => {
  const people = [line(0), line(1), line(2)];

  it('H13: are the same with an open, a closed or no referral, for a role that may never know', async () => {
    const site = await siteOf(people);
    const plain = await readingOf(site, 0, 'ward-clerk');
    const view = await viewingOf(site, plain.id, 'ward-clerk');
    assert.equal(plain.kind, 'care');
    for (const at of [1, 2]) {
      const { kind, read, id } = await readingOf(site, at, 'ward-clerk');
      assert.equal(kind, 'care');
      assert.deepEqual(read, plain.read);
      assert.deepEqual(await viewingOf(site, id, 'ward-clerk'), view);
    }
  });

  it('H13: are the same for everybody where the agreement does not share safeguarding', async () => {
    const fields = (await siteOf([line(0)])).agreement.fields.filter((field) => field !== 'safeguarding');
    const site = await siteOf(people, { fields });
    const plain = await readingOf(site, 0, 'emergency-nurse');
    assert.deepEqual((await readingOf(site, 1, 'emergency-nurse')).read, plain.read);
  });

  it('are few for a role that sees safeguarding, and a person with nothing unusual', async () => {
    const site = await siteOf(people);
    assert.deepEqual((await readingOf(site, 0, 'emergency-nurse')).read, ['plain-record', 'keep-look-ups']);
  });

  it('H23: are the same behind the one neutral text, whichever of its reasons it stands for', async () => {
    const site = await siteOf([
      line(0),
      line(3),
      // No birth date in the record, or a child's; two that differ, which is under review; care that nobody
      // has named; two people behind one number.
      line(4, { born: '' }),
      line(5),
      line(5, { born: '15/03/1941', ref: 'E5b' }),
      line(6, { component: 'Meals' }),
      line(7, { born: '01/02/2015' }),
      line(8),
      line(9, { number: nhs(8) }),
    ]);
    const restricted = await readingOf(site, 3, 'emergency-nurse');
    assert.equal(restricted.kind, 'cannot-show');
    for (const at of [4, 5, 6, 7, 8]) {
      const { kind, read } = await readingOf(site, at, 'emergency-nurse');
      assert.equal(kind, 'cannot-show', String(at));
      assert.deepEqual(read, restricted.read, String(at));
    }
  });
});
