/** Only what the agreement needs is kept: canaries planted in everything else must be in no table (product, "What is shared"). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { viewAnswer } from '../src/services/look-up.ts';
import { partColumns } from '../src/domain/extract/columns.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { contacts, nhs, numbers, usualBirth } from './support/import-lines.ts';
import type { CareLine } from './support/import-lines.ts';
import { Site, dumpAll } from './support/import-site.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

// Columns of Client Level Data that must be read past, as the council's own file has them.
const dropped = [
  'Reporting Period Start Date', 'GP Practice Name', 'GP Practice Code', 'Ethnicity', 'Primary Support Reason', 'Postcode',
  'Accommodation Status', 'Employment Status', 'Has Unpaid Carer', 'Autism Spectrum Disorder (ASD)', 'Visual Impairment',
  'Hearing Impairment', 'Dementia', 'Event Description', 'Event Outcome', 'Request: Route of Access', 'Assessment Type',
  'Eligible Needs Identified', 'Method of Assessment', 'Total Hrs Caring per week', 'No. of adults being cared for',
  'Adult 1 Linked Person_ID', 'Adult 2 Linked Person_ID', 'Adult 3 Linked Person_ID', 'Review Reason',
  'Review Outcomes Achieved', 'Method of Review', 'Unit Cost', 'Cost Frequency (Unit Type)', 'Planned units per week',
  'Local Team',
]; // prettier-ignore

const canary = (what: string): string => `Zzcanary${what.replace(/\W/g, '')}`;
const more = Object.fromEntries(dropped.map((name) => [name, canary(name)]));

const planted: CareLine[] = [
  { id: 'M1', number: nhs(1), more },
  { id: 'M2', number: nhs(2), ref: canary('DirectPaymentReference'), component: 'Direct payment', cqcName: canary('DirectPaymentProvider'), cqc: canary('DirectPaymentProviderId'), more },
  { id: 'M2', number: nhs(2), ref: canary('DirectPaymentMechanism'), mechanism: 'Direct payment', more },
  { id: 'M3', number: nhs(3), ref: canary('FullCostReference'), funding: 'Fully client funded', cqcName: canary('FullCostProvider') },
  { id: 'M4', number: nhs(4), ref: canary('ChildReference'), born: '17/11/2011', given: canary('ChildGiven'), family: canary('ChildFamily'), gender: canary('ChildGender'), cqcName: canary('ChildProvider'), more },
  { id: 'M5', number: nhs(5), ref: canary('CarerReference'), client: 'Unpaid carer', type: 'Unpaid carer support: Direct to unpaid carer', component: 'Unpaid carer respite', cqcName: canary('CarerProvider'), more },
  { id: 'M6', number: nhs(6), ref: canary('AssessmentReference'), event: 'Assessment', more },
  { id: 'M7', number: '9990000019', ref: canary('BadNumberReference'), given: canary('BadNumberGiven'), family: canary('BadNumberFamily'), born: '18/11/1911', more },
  { id: 'M8', number: nhs(8), born: '', given: canary('NoBirthGiven'), family: canary('NoBirthFamily'), more },
  // Two people with one number, one of them a child; and one person as adult and as child.
  { id: 'M9', number: nhs(9), ref: canary('SharedReference') },
  { id: 'M10', number: nhs(9), born: '17/11/2011', given: canary('SharedChildGiven'), family: canary('SharedChildFamily'), ref: canary('SharedChildReference') },
  { id: 'M11', number: nhs(11), ref: 'S11', given: canary('AdultOrChildGiven'), family: canary('AdultOrChildFamily'), born: '18/11/1911' },
  { id: 'M11', number: nhs(11), born: '17/11/2011', given: canary('ChildOrAdultGiven'), ref: canary('ChildOrAdultReference') },
  { id: 'M12', number: nhs(12), died: '01/09/2026', ref: canary('DeadReference'), cqcName: canary('DeadProvider') },
  { id: 'M13', number: nhs(13), end: '01/02/2026', ref: canary('LongEndedReference'), cqcName: canary('LongEndedProvider') },
]; // prettier-ignore

// Known by an identifier alone, so that the trail, the quarantine and neutral answers can name them by it.
const allowed = new Set([canary('SharedReference')]);

describe('what is kept of an extract', () => {
  it('is nothing of costs, needs, descriptions, links, direct payments or children, in any table', async () => {
    const site = new Site(test.db, 'K01');
    const { id } = site.council;
    const closed = { id: 'M1', ref: canary('ClosedReferral'), status: 'Closed', closed: '20/09/2026' };
    const stage = { id: 'M1', ref: 'SG-2', stage: 'Section 42 enquiry' };
    const whole = site.whole(planted, { referrals: [closed, stage] });
    const provider = contacts([{ cqc: '1-000000001', phone: '01632 960101' }]);
    const wider = {
      ...provider,
      header: [...provider.header, 'Key Safe'],
      rows: provider.rows.map((row) => [...row, canary('KeySafe')]),
    };
    const cqc = readCqcHeader();
    await site.land([
      ...whole,
      wider,
      numbers([[nhs(20), nhs(1)]]),
      { kind: 'directory', header: cqc, rows: [cqc.map((name) => (partColumns.directory.needed.includes(name) ? '1-000000001' : canary(name)))] }, // prettier-ignore
    ]);
    for (const at of planted.keys()) {
      const { id: answer } = await site.ask(nhs(at), usualBirth, {}, site.nurse(`looks-${at}`));
      for (let view = 0; view < 2; view++) await viewAnswer(site.lookUpDeps, site.nurse(`looks-${at}`), answer);
    }
    const dump = await dumpAll(test.db);
    const found = Object.entries(dump).flatMap(([table, rows]) =>
      rows.flatMap((row) => [...row.matchAll(/Zzcanary\w*/g)].map(([name]) => `${table}: ${name}`)),
    );
    assert.deepEqual(found.filter((one) => !allowed.has(one.split(': ')[1] ?? '')), []); // prettier-ignore
    const text = Object.values(dump).flat().join('\n');
    for (const date of ['2011-11-17', '17/11/2011', '1911-11-18', '18/11/1911', 'Section 42']) {
      assert.ok(!text.includes(date), `${date} is kept`);
    }
    // The canaries were there to be found: what stands beside them was kept.
    for (const kept of ['"S1"', '"SG-2"', nhs(4), nhs(9), '"M10"', 'direct-payment', 'under-18']) {
      assert.ok(text.includes(kept), `${kept} is not kept`);
    }
    assert.equal(id, 'K01');
  });

  it('would be found by this test if it were kept', async () => {
    const site = new Site(test.db, 'K02');
    await site.land(site.whole([{ id: 'M1', number: nhs(1), ref: canary('Kept') }]));
    const dump = await dumpAll(test.db);
    assert.ok(dump['package']?.some((row) => row.includes(canary('Kept'))));
  });
});

function readCqcHeader(): string[] {
  const example = readFileSync(join(import.meta.dirname, '../examples/bundle/cqc_directory.csv'), 'utf8');
  const header = example.split('\n')[4]?.trim().split(',') ?? [];
  assert.equal(header.length, 15);
  return header;
}
