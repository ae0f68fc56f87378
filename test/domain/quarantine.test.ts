/** Every reason for setting a line aside that reading a line can find, each from one wrong cell in a good line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCareLine } from '../../src/domain/extract/care-line.ts';
import type { Cells } from '../../src/domain/extract/columns.ts';
import * as lines from '../../src/domain/extract/other-lines.ts';
import { quarantineCodes } from '../../src/domain/extract/quarantine.ts';
import type { Quarantined, QuarantineCode } from '../../src/domain/extract/quarantine.ts';

const today = '2026-09-30';
const rules = { council: '999', today, keepEndedSince: '2026-08-19', keepFullCost: false };

const person = { 'LA Code': '999', 'LA Person Unique Identifier': 'M100001', 'NHS Number': '9990000018' };
const good = {
  care: {
    ...person, 'First Name': 'Barbara', 'Last Name': 'Example', 'Date of Birth': '14/03/1941', 'Client Type': 'Service user',
    'Event Type': 'Service', 'Event Reference': 'P-1', 'Event Start Date': '03/11/2025', 'Service Type': 'Long term support: Community',
    'Service Component': 'Home support or domiciliary care',
  },
  'package-providers': { ...person, 'Event Reference': 'P-1', 'Local Provider Reference': 'ORG-1' },
  directory: { Name: 'Fictional Home Care', 'CQC Location ID (for office use only)': '1-000000001' },
  contacts: { 'Local Provider Reference': 'ORG-1', 'Provider Name': 'Fictional Home Care', 'Last Confirmed': '01/09/2026' },
  safeguarding: { ...person, 'Safeguarding Reference': 'SG-1', Stage: 'Concern', Status: 'Open', 'Date Opened': '12/09/2026' },
  restrictions: { ...person, Reason: 'Objection', From: '01/08/2026', Until: '' },
  numbers: { 'Old NHS Number': '9990000166', 'New NHS Number': '9990000123', 'Changed On': '10/05/2026', Reason: 'Superseded' },
  services: { 'Service Component': 'Reablement', Shown: 'Y' },
} as const; // prettier-ignore
type Part = keyof typeof good;

const readers: Record<Part, (cell: Cells) => { quarantined: Quarantined | null }> = {
  care: (cell) => readCareLine(cell, rules),
  'package-providers': (cell) => lines.readPackageProvider(cell, '999'),
  directory: (cell) => lines.readDirectoryEntry(cell),
  contacts: (cell) => lines.readContact(cell, today),
  safeguarding: (cell) => lines.readReferral(cell, '999', today),
  restrictions: (cell) => lines.readRestriction(cell, '999'),
  numbers: (cell) => lines.readNumberChange(cell),
  services: (cell) => lines.readService(cell),
};

function read(part: Part, changes: Record<string, string> = {}): Quarantined | null {
  const cells: Record<string, string> = { ...good[part], ...changes };
  return readers[part]((column) => cells[column] ?? '').quarantined;
}

/** Part, the cells that are wrong, the code, the column that is named. */
const table: [part: Part, changes: Record<string, string>, code: QuarantineCode, column?: string][] = [
  ['care', { 'LA Code': '998' }, 'WRONG_COUNCIL', 'LA Code'],
  ['care', { 'LA Person Unique Identifier': '' }, 'PERSON_ID_MISSING', 'LA Person Unique Identifier'],
  ['care', { 'NHS Number': '' }, 'NHS_NUMBER_MISSING', 'NHS Number'],
  ['care', { 'NHS Number': '9.99E+09' }, 'NHS_NUMBER_SPREADSHEET', 'NHS Number'],
  ['care', { 'NHS Number': 'JRDAN 269' }, 'NHS_NUMBER_OLD_STYLE', 'NHS Number'],
  ['care', { 'NHS Number': '999#000#0018' }, 'NHS_NUMBER_NOT_DIGITS', 'NHS Number'],
  ['care', { 'NHS Number': '999000001' }, 'NHS_NUMBER_LENGTH', 'NHS Number'],
  ['care', { 'NHS Number': '9999999999' }, 'NHS_NUMBER_DUMMY', 'NHS Number'],
  ['care', { 'NHS Number': '9990000019' }, 'NHS_NUMBER_CHECK_DIGIT', 'NHS Number'],
  ['care', { 'Date of Birth': '' }, 'BIRTH_DATE_MISSING', 'Date of Birth'],
  ['care', { 'Date of Birth': '31/02/1941' }, 'BIRTH_DATE_NOT_READ', 'Date of Birth'],
  ['care', { 'Date of Birth': '14/03/41' }, 'BIRTH_DATE_NOT_READ', 'Date of Birth'],
  ['care', { 'Date of Birth': '01/10/2026' }, 'BIRTH_DATE_NOT_READ', 'Date of Birth'],
  ['care', { 'Date of Death': 'yes' }, 'DEATH_DATE_NOT_READ', 'Date of Death'],
  ['care', { 'Date of Death': '01/10/2026' }, 'DEATH_DATE_NOT_READ', 'Date of Death'],
  ['care', { 'Date of Death': '13/03/1941' }, 'DEATH_DATE_NOT_READ', 'Date of Death'],
  ['care', { 'Client Type': 'Servce user' }, 'CLIENT_TYPE_UNKNOWN', 'Client Type'],
  ['care', { 'Client Type': '' }, 'CLIENT_TYPE_UNKNOWN', 'Client Type'],
  ['care', { 'Event Type': 'Services' }, 'EVENT_TYPE_UNKNOWN', 'Event Type'],
  ['care', { 'Event Reference': '' }, 'EVENT_REFERENCE_MISSING', 'Event Reference'],
  ['care', { 'Service Type': 'Long term' }, 'SERVICE_TYPE_UNKNOWN', 'Service Type'],
  ['care', { 'Service Component': 'Home care' }, 'SERVICE_COMPONENT_UNKNOWN', 'Service Component'],
  ['care', { 'Delivery Mechanism': 'Cash' }, 'DELIVERY_MECHANISM_UNKNOWN', 'Delivery Mechanism'],
  ['care', { 'Client Funding Status': 'Self' }, 'FUNDING_STATUS_UNKNOWN', 'Client Funding Status'],
  ['care', { 'Event Start Date': '' }, 'START_DATE_NOT_READ', 'Event Start Date'],
  ['care', { 'Event Start Date': '45678' }, 'START_DATE_NOT_READ', 'Event Start Date'],
  ['care', { 'Event End Date': 'ongoing' }, 'END_DATE_NOT_READ', 'Event End Date'],
  ['care', { 'Event End Date': '02/11/2025' }, 'DATES_REVERSED', 'Event End Date'],
  ['care', { 'Event Start Date': '13/03/1941' }, 'START_BEFORE_BIRTH', 'Event Start Date'],
  ['package-providers', { 'LA Code': '' }, 'WRONG_COUNCIL', 'LA Code'],
  ['package-providers', { 'LA Person Unique Identifier': '' }, 'PERSON_ID_MISSING'],
  ['package-providers', { 'Event Reference': '' }, 'EVENT_REFERENCE_MISSING'],
  ['package-providers', { 'Local Provider Reference': '' }, 'PROVIDER_ID_MISSING'],
  ['directory', { Name: '' }, 'PROVIDER_NAME_MISSING', 'Name'],
  ['directory', { 'CQC Location ID (for office use only)': '' }, 'PROVIDER_ID_MISSING'],
  ['contacts', { 'Provider Name': '' }, 'PROVIDER_NAME_MISSING', 'Provider Name'],
  ['contacts', { 'Local Provider Reference': '' }, 'PROVIDER_ID_MISSING'],
  ['contacts', { 'Last Confirmed': 'last week' }, 'DATE_NOT_READ', 'Last Confirmed'],
  ['contacts', { 'Last Confirmed': '01/10/2026' }, 'DATE_NOT_READ', 'Last Confirmed'],
  ['safeguarding', { 'LA Code': '998' }, 'WRONG_COUNCIL', 'LA Code'],
  ['safeguarding', { 'LA Person Unique Identifier': '', 'NHS Number': '9990000019' }, 'NOBODY_NAMED'],
  ['safeguarding', { 'Safeguarding Reference': '' }, 'REFERENCE_MISSING', 'Safeguarding Reference'],
  ['safeguarding', { Stage: 'Section 43 enquiry' }, 'STAGE_UNKNOWN', 'Stage'],
  ['safeguarding', { Status: 'Parked' }, 'STATUS_UNKNOWN', 'Status'],
  ['safeguarding', { 'Date Opened': '' }, 'DATE_NOT_READ', 'Date Opened'],
  ['safeguarding', { 'Date Closed': 'soon' }, 'DATE_NOT_READ', 'Date Closed'],
  ['safeguarding', { 'Date Closed': '20/09/2026' }, 'STATUS_CONTRADICTS_DATES', 'Status'],
  ['safeguarding', { 'Date Opened': '01/10/2026' }, 'STATUS_CONTRADICTS_DATES', 'Status'],
  ['safeguarding', { Status: 'Closed', 'Date Closed': '11/09/2026' }, 'STATUS_CONTRADICTS_DATES', 'Status'],
  ['safeguarding', { Status: 'Closed', 'Date Closed': '01/10/2026' }, 'STATUS_CONTRADICTS_DATES', 'Status'],
  ['restrictions', { 'LA Code': '998' }, 'WRONG_COUNCIL', 'LA Code'],
  ['restrictions', { 'LA Person Unique Identifier': '', 'NHS Number': '' }, 'NOBODY_NAMED'],
  ['restrictions', { Reason: 'Objects' }, 'RESTRICTION_REASON_UNKNOWN', 'Reason'],
  ['restrictions', { From: '' }, 'DATE_NOT_READ', 'From'],
  ['restrictions', { Until: 'never' }, 'DATE_NOT_READ', 'Until'],
  ['restrictions', { Until: '31/07/2026' }, 'DATES_REVERSED', 'Until'],
  ['numbers', { 'Old NHS Number': '' }, 'NHS_NUMBER_MISSING', 'Old NHS Number'],
  ['numbers', { 'Old NHS Number': '9990000019' }, 'NHS_NUMBER_CHECK_DIGIT', 'Old NHS Number'],
  ['numbers', { 'Old NHS Number': '9.99E+09' }, 'NHS_NUMBER_SPREADSHEET', 'Old NHS Number'],
  ['numbers', { 'Old NHS Number': '999000016' }, 'NHS_NUMBER_LENGTH', 'Old NHS Number'],
  ['numbers', { 'New NHS Number': '9990000019' }, 'NEW_NUMBER_NOT_READ', 'New NHS Number'],
  ['numbers', { 'New NHS Number': '' }, 'NEW_NUMBER_NOT_READ', 'New NHS Number'],
  ['numbers', { 'New NHS Number': '999 000 0166' }, 'NEW_NUMBER_NOT_READ', 'New NHS Number'],
  ['numbers', { Reason: 'Changed' }, 'NUMBER_REASON_UNKNOWN', 'Reason'],
  ['numbers', { 'Changed On': '' }, 'DATE_NOT_READ', 'Changed On'],
  ['services', { 'Service Component': 'Gardening' }, 'SERVICE_COMPONENT_UNKNOWN', 'Service Component'],
  ['services', { Shown: 'Yes' }, 'SHOWN_UNKNOWN', 'Shown'],
]; // prettier-ignore

for (const part of Object.keys(good) as Part[]) {
  test(`a good line of ${part} is not set aside`, () => assert.equal(read(part), null));
}

/** Cells at the very edge of what is right. */
const edges: [part: Part, changes: Record<string, string>][] = [
  ['care', { 'Date of Birth': '30/09/2026' }],
  ['care', { 'Date of Death': '30/09/2026' }],
  ['care', { 'Date of Death': '14/03/1941' }],
  ['care', { 'Event End Date': '03/11/2025' }],
  ['care', { 'Event Start Date': '14/03/1941' }],
  ['contacts', { 'Last Confirmed': '30/09/2026' }],
  ['contacts', { 'Last Confirmed': '' }],
  ['safeguarding', { 'Date Opened': '30/09/2026' }],
  ['safeguarding', { Status: 'Closed', 'Date Closed': '12/09/2026' }],
  ['safeguarding', { Status: 'Closed', 'Date Closed': '30/09/2026' }],
  ['restrictions', { Until: '01/08/2026' }],
  ['numbers', { Reason: 'Invalidated', 'New NHS Number': '' }],
]; // prettier-ignore

for (const [part, changes] of edges) {
  test(`${part} with ${JSON.stringify(changes)} is just right`, () => assert.equal(read(part, changes), null));
}

for (const [part, changes, code, column] of table) {
  const cells = Object.entries(changes).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  test(`${part} with ${cells.join(' and ')} is set aside as ${code}`, () => {
    const found = read(part, changes);
    assert.equal(found?.code, code);
    if (column) assert.equal(found.column, column);
  });
}

/** Found where lines meet each other, in the store and the reading of parts, and tested there. */
const betweenLines: QuarantineCode[] = [
  'ROW_SHAPE', 'CELL_TOO_LONG', 'NHS_NUMBER_SHARED', 'NHS_NUMBERS_DIFFER', 'NHS_NUMBER_DISAGREES', 'BIRTH_DATES_DIFFER', 'NUMBER_CHANGED_TWICE',
  'PROVIDER_TWICE', 'SERVICE_TWICE',
]; // prettier-ignore

test('the table above reaches every code but those that are found between lines', () => {
  const reached = new Set([...table.map(([, , code]) => code), ...betweenLines]);
  assert.deepEqual([...reached].sort(), Object.keys(quarantineCodes).sort());
});

test('a code never copies what stands in a column of identity', () => {
  for (const [part, changes] of table) {
    const found = read(part, changes);
    if (found && /NHS Number|Birth|Death|Person|Name$/.test(found.column)) assert.equal(found.value, '', found.column);
  }
});
