/** One line of Client Level Data: what makes a package, what is dropped and why, what is never kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ageOn, parseDate } from '../../src/domain/dates.ts';
import { readCareLine } from '../../src/domain/extract/care-line.ts';
import type { CareLine, CareRules, DropReason } from '../../src/domain/extract/care-line.ts';
import { partColumns } from '../../src/domain/extract/columns.ts';
import { isoDate } from '../support/arbitraries.ts';

const rules: CareRules = { council: '999', today: '2026-09-30', keepEndedSince: '2026-08-19', keepFullCost: false };

const barbara = {
  'LA Code': '999', 'LA Person Unique Identifier': 'M100001', 'NHS Number': '999 000 0018', 'First Name': 'Barbara',
  'Last Name': 'Example', 'Date of Birth': '14/03/1941', Gender: 'Female', 'Client Type': 'Service user', 'Event Type': 'Service',
  'Event Reference': 'P-1', 'Event Start Date': '03/11/2025', 'Service Type': 'Long term support: Community',
  'Service Component': 'Home support or domiciliary care', 'Delivery Mechanism': 'CASSR commissioned support',
  'Client Funding Status': 'Fully social care funded', 'Provider CQC Location Name': 'Fictional Home Care',
  'Provider CQC Location ID': '1-000000001',
}; // prettier-ignore

function read(changes: Record<string, string> = {}, with_: Partial<CareRules> = {}): CareLine {
  const cells: Record<string, string> = { ...barbara, ...changes };
  return readCareLine((column) => cells[column] ?? '', { ...rules, ...with_ });
}

const identity = {
  councilId: 'M100001', nhsNumber: '9990000018', family: 'Example', given: 'Barbara', birthDate: '1941-03-14', deathDate: null,
  gender: 'Female', minor: false,
}; // prettier-ignore
const onePackage = {
  reference: 'P-1', component: 'Home support or domiciliary care', fullCost: false, start: '2025-11-03', end: null,
  cqcLocationId: '1-000000001', cqcLocationName: 'Fictional Home Care',
}; // prettier-ignore

test('a service for a service user makes a package', () => {
  assert.deepEqual(read(), { identity, package: onePackage, dropped: null, quarantined: null });
});

test('only the columns that are kept are read at all: no cost, ethnicity, support reason or description', () => {
  const asked = new Set<string>();
  readCareLine((column) => {
    asked.add(column);
    return (barbara as Record<string, string>)[column] ?? '';
  }, rules);
  const kept = new Set([...partColumns.care.needed, ...partColumns.care.optional]);
  assert.deepEqual([...asked].sort(), [...kept].sort());
});

const dropped: [name: string, changes: Record<string, string>, reason: DropReason | null][] = [
  ['an assessment', { 'Event Type': 'Assessment' }, 'not-a-service'],
  ['a review', { 'Event Type': 'Review' }, 'not-a-service'],
  ['a request', { 'Event Type': 'Request' }, 'not-a-service'],
  ['an unpaid carer’s own line', { 'Client Type': 'Unpaid carer' }, 'unpaid-carer'],
  ['a carer of Release 1', { 'Client Type': 'carer' }, 'unpaid-carer'],
  ['a carer known by association', { 'Client Type': 'Carer known by association' }, 'unpaid-carer'],
  ['support of an unpaid carer', { 'Service Type': 'Unpaid carer support: Direct to unpaid carer' }, 'unpaid-carer'],
  ['support of a carer in Release 1 words', { 'Service Type': 'Carer Support: Direct to Carer' }, 'unpaid-carer'],
  ['a direct payment by delivery', { 'Delivery Mechanism': 'Direct payment' }, 'direct-payment'],
  ['a direct payment by component', { 'Service Component': 'DIRECT PAYMENT', 'Delivery Mechanism': '' }, 'direct-payment'],
  ['a direct payment that has ended long ago', { 'Delivery Mechanism': 'Direct payment', 'Event End Date': '01/01/2026' }, 'direct-payment'],
  ['a self-funder', { 'Delivery Mechanism': 'Self-Funder Metering Only' }, 'self-funded'],
  ['care at the person’s full cost', { 'Client Funding Status': 'Fully client funded' }, 'full-cost'],
  ['somebody who is 18 tomorrow', { 'Date of Birth': '01/10/2008' }, 'under-18'],
  ['somebody who is 18 today', { 'Date of Birth': '30/09/2008' }, null],
  ['care that ended the day before any is kept', { 'Event End Date': '18/08/2026' }, 'ended-long-ago'],
  ['care that ended on the first day that is kept', { 'Event End Date': '19/08/2026' }, null],
  ['care that ends in the future', { 'Event End Date': '2027-01-31' }, null],
  ['care of somebody who has died', { 'Date of Death': '29/09/2026' }, 'person-died'],
  ['care that starts in the future', { 'Event Start Date': '01/11/2026' }, null],
]; // prettier-ignore
for (const [name, changes, reason] of dropped) {
  test(`${name} ${reason ? `is dropped: ${reason}` : 'is kept'}`, () => {
    const line = read(changes);
    assert.equal(line.dropped, reason);
    assert.equal(line.quarantined, null);
    assert.equal(line.package === null, reason !== null);
  });
}

test('care at full cost is kept where an agreement shows it, and marked', () => {
  const line = read({ 'Client Funding Status': 'fully CLIENT funded' }, { keepFullCost: true });
  assert.deepEqual(line.package, { ...onePackage, fullCost: true });
});

test('H05: a death on record is kept with the person', () => {
  assert.deepEqual(read({ 'Date of Death': '2026-09-29' }).identity, { ...identity, deathDate: '2026-09-29' });
});

test('codes are read whatever their case and outer spaces, and kept in their official spelling', () => {
  const line = read({
    'Client Type': ' service USER ',
    'Event Type': 'SERVICE',
    'Service Component': 'home support or domiciliary CARE',
  });
  assert.equal(line.package?.component, 'Home support or domiciliary care');
});

test('H06: a line of somebody under 18 keeps the two numbers alone: no name, birth date, gender or package', () => {
  const { identity: who, package: care } = read({ 'Date of Birth': '01/10/2008' });
  const nothing = { family: null, given: null, birthDate: null, deathDate: null, gender: null };
  assert.deepEqual(who, { councilId: 'M100001', nhsNumber: '9990000018', ...nothing, minor: true });
  assert.equal(care, null);
});

test('H06: a line whose birth date cannot be read keeps the two numbers alone, and makes no package', () => {
  for (const text of ['', '31/02/1941', '14/03/41', '01/10/2026']) {
    const line = read({ 'Date of Birth': text });
    const nothing = { family: null, given: null, birthDate: null, deathDate: null, gender: null, minor: false };
    assert.deepEqual(line.identity, { councilId: 'M100001', nhsNumber: '9990000018', ...nothing });
    assert.equal(line.package, null);
  }
});

test('H01: a line whose NHS number cannot be read keeps the council’s id alone: a number is never guessed', () => {
  for (const number of ['', '9990000019', '9.99E+09', '999000001', '9999999999']) {
    const line = read({ 'NHS Number': number });
    assert.deepEqual(
      [line.identity?.councilId, line.identity?.nhsNumber, line.identity?.family],
      ['M100001', null, null],
    );
    assert.equal(line.package, null);
  }
});

test('a line of another council, or of nobody, is no line of anybody', () => {
  assert.equal(read({ 'LA Code': '998' }).identity, null);
  assert.equal(read({ 'LA Person Unique Identifier': '' }).identity, null);
});

test('a fault in the package keeps the person, so that "no care" is not said of them', () => {
  const line = read({ 'Service Component': 'Home care' });
  assert.deepEqual(line.identity, identity);
  assert.deepEqual(line.quarantined, {
    code: 'SERVICE_COMPONENT_UNKNOWN',
    column: 'Service Component',
    value: 'Home care',
  });
});

const genders: Record<string, string | null> = {
  M: 'Male', f: 'Female', FEMALE: 'Female', '1': 'Male', '2': 'Female', 'Non-binary': 'Non-binary', '': null, '9': null,
  '<b>': null, constructor: 'constructor', toString: 'toString',
}; // prettier-ignore
for (const [text, gender] of [...Object.entries(genders), ['__proto__', null] as const]) {
  test(`gender ${JSON.stringify(text)} is kept as ${gender ?? 'not known'}`, () => {
    assert.equal(read({ Gender: text }).identity?.gender, gender);
  });
}

const anyCell = fc.oneof(
  fc.constantFrom(
    ...new Set(Object.values(barbara)),
    '',
    'constructor',
    '__proto__',
    'Direct payment',
    '31/02/1941',
    '9.99E+09',
  ),
  isoDate(1900, 2030),
  fc.string({ maxLength: 12 }),
);
const anyLine = fc.dictionary(fc.constantFrom(...Object.keys(barbara), 'Event End Date', 'Date of Death'), anyCell, {
  maxKeys: 4,
});

test('H06 H19: whatever stands in a line, reading it never throws, and gives a package, a drop or a code, never two', () => {
  let packages = 0;
  let minors = 0;
  fc.assert(
    fc.property(anyLine, (changes) => {
      const line = read(changes);
      const outcomes = [line.package, line.dropped, line.quarantined].filter((one) => one !== null);
      assert.equal(outcomes.length, 1);
      if (line.package) packages++;
      const birth = parseDate(String(changes['Date of Birth'] ?? barbara['Date of Birth']));
      if (birth === null || ageOn(birth, rules.today) < 18) {
        minors++;
        assert.equal(line.package, null);
        const { family, given, birthDate, gender } = line.identity ?? {
          family: null,
          given: null,
          birthDate: null,
          gender: null,
        };
        assert.deepEqual([family, given, birthDate, gender], [null, null, null, null]);
      }
      for (const value of Object.values(line.identity ?? {}))
        assert.ok(value === null || typeof value === 'string' || typeof value === 'boolean');
    }),
    { numRuns: 10_000 },
  );
  assert.ok(packages > 500 && minors > 500, `${packages} packages, ${minors} minors`);
});
