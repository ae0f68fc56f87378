/** How much of a long list "Who has seen a person’s information" shows: what is cut off is never given as a total. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '../src/domain/caller.ts';
import { parseNhsNumber } from '../src/domain/nhs-number.ts';
import { accessesReviewed, accessesShown } from '../src/services/review-accesses.ts';
import { writeAudit } from '../src/store/audit.ts';
import type { AuditEntry } from '../src/store/audit.ts';
import { everKnownAs } from '../src/store/records.ts';
import { reviewPages } from '../src/web/pages/review-pages.ts';
import { nhs } from './support/import-lines.ts';
import { Site } from './support/import-site.ts';
import { callerOf } from './support/site.ts';
import { signIn, startWeb } from './support/web.ts';
import type { RunningWeb } from './support/web.ts';

let web: RunningWeb;
let site: Site;
before(async () => {
  web = await startWeb((db, clock) => {
    site = Object.assign(new Site(db, '999', { agreement: { hospital: 'KVH', notices: { council: true } } }), {
      hospital: 'KVH',
    });
    return reviewPages({ review: { db, clock, agreements: [site.agreement] }, nameOf: (id) => id });
  });
  await site.land(site.whole([{ id: 'M1', number: nhs(1) }, { id: 'M2', number: nhs(2) }])); // prettier-ignore
});
after(() => web.close());

/** Puts rows into the trail that are about somebody, a second apart. */
async function happened(number: string, times: number, entry: AuditEntry, caller: Caller = callerOf()): Promise<void> {
  const parsed = parseNhsNumber(number);
  assert.ok(parsed.ok);
  await web.db.transaction(async (trx) => {
    const { persons } = await everKnownAs(trx, parsed.value);
    const [{ council, personKey } = { council: null, personKey: null }] = persons;
    for (let at = 0; at < times; at++) {
      const when = new Date(web.clock.now().getTime() - at * 1000);
      const about = entry.action === 'look-up'
        ? { council, personKey, numberAsked: number, sources: {} }
        : { people: [{ council, personKey, nhsNumber: number, hospitals: ['KVH'] }] }; // prettier-ignore
      await writeAudit(trx, when, caller, { ...about, ...entry } as AuditEntry);
    }
  });
}

async function shown(persona: string, path: string, form: Record<string, string>): Promise<string> {
  const { status, text } = await (await signIn(web.baseUrl, persona)).post(path, form);
  assert.equal(status, 200);
  return text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

const lookUp: AuditEntry = { action: 'look-up', outcome: 'care', reason: 'plan-discharge', permission: 'given' };

describe('a list that holds all of it', () => {
  it('is counted, and nobody who refused is said to have been told', async () => {
    await happened(nhs(2), 2, lookUp);
    await happened(nhs(2), 1, { action: 'permission-to-tell', outcome: 'refused' });
    const text = await shown('priya', '/who-looked', { who: nhs(2) });
    assert.match(text, /Look-ups: 2 .*Messages and questions about the person: 1 entry /);
    assert.doesNotMatch(text, /latest \d|Told to care providers/i);
    assert.match(text, /The person refused/);
  });
});

describe('a list that is full', () => {
  before(async () => {
    await happened(nhs(1), accessesReviewed + 1, lookUp);
    await happened(nhs(1), accessesReviewed + 1, { action: 'send-telling', outcome: 'told' });
  });

  it('is the latest for the privacy officer: of look-ups as of what was told', async () => {
    const text = await shown('priya', '/who-looked', { who: nhs(1) });
    const [links = '', page = ''] = text.split(/(?=Latest 200 look-ups)/);
    assert.match(links, /Look-ups: latest 200 .*Messages and questions about the person: latest 200 entries/);
    assert.match(page, /Messages and questions about the person, the latest 200 entries/);
  });

  it('is the latest for the council', async () => {
    assert.equal(accessesShown, 25);
    const text = await shown('carol', '/accesses', { who: nhs(1) });
    assert.match(text, /Look-ups: latest 25 .*Messages and questions about the person: latest 25 entries .*Latest 25 look-ups/); // prettier-ignore
    assert.match(text, /Messages and questions about the person, the latest 25 entries/);
  });

  it('does not say that nobody looked without a stay where older look-ups were not gone through', async () => {
    const form = { who: nhs(1), only: 'unexplained' };
    const text = await shown('priya', '/who-looked', form);
    assert.match(text, /Look-ups without a stay, of the latest 200 None of the latest 200 look-ups of this person was without a stay/); // prettier-ignore
    assert.doesNotMatch(text, /Nobody has looked/);
    await happened(nhs(1), 1, { ...lookUp, detail: { unexplained: true } });
    const one = await shown('priya', '/who-looked', form);
    assert.match(one, /Look-ups without a stay, of the latest 200 .*No stay here/);
  });
});
