/** The smaller parts: what cannot be read is taken the way that keeps the patient safe. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cells } from '../../src/domain/extract/columns.ts';
import {
  readContact, readDirectoryEntry, readNumberChange, readPackageProvider, readReferral, readRestriction, readService,
} from '../../src/domain/extract/other-lines.ts'; // prettier-ignore
import { isRestricted } from '../../src/domain/policy.ts';
import { isoDate } from '../support/arbitraries.ts';

const today = '2026-09-30';
const cells =
  (row: Record<string, string>, changes: Record<string, string> = {}): Cells =>
  (column) =>
    ({ ...row, ...changes })[column] ?? '';

const named = { 'LA Code': '999', 'LA Person Unique Identifier': 'M100001', 'NHS Number': '9990000018' };
const referral = {
  ...named,
  'Safeguarding Reference': 'SG-1',
  Stage: 'Concern',
  Status: 'Open',
  'Date Opened': '12/09/2026',
};
const restriction = { ...named, Reason: 'Objection', From: '01/08/2026' };

function state(changes: Record<string, string>): string | null {
  return readReferral(cells(referral, changes), '999', today).row?.state ?? null;
}

test('a referral is open, or closed, by its status', () => {
  assert.equal(state({}), 'open');
  assert.equal(state({ Status: 'OPEN', Stage: 'section 42 ENQUIRY' }), 'open');
  assert.equal(state({ Status: 'Closed', 'Date Closed': '30/09/2026' }), 'closed');
  assert.equal(state({ Status: 'Closed' }), 'closed');
  assert.equal(state({ 'Date Opened': '30/09/2026' }), 'open');
});

const unsure: Record<string, string>[] = [
  { Status: 'Parked' }, { Status: '' }, { Status: 'Closed?' }, { Status: 'No' }, { Stage: '' }, { Stage: 'S42' },
  { 'Safeguarding Reference': '' }, { 'Date Opened': '' }, { 'Date Opened': '31/02/2026' }, { 'Date Opened': '01/10/2026' },
  { 'Date Closed': '20/09/2026' }, { 'Date Closed': 'x' }, { Status: 'Closed', 'Date Closed': 'x' },
  { Status: 'Closed', 'Date Closed': '01/10/2026' }, { Status: 'Closed', 'Date Closed': '11/09/2026' },
  { Status: 'Closed', 'Date Opened': '01/10/2026' },
]; // prettier-ignore
for (const changes of unsure) {
  test(`H12: a referral with ${JSON.stringify(changes)} is neither open nor closed but not known`, () => {
    assert.equal(state(changes), 'not-known');
  });
}

test('H12 H20: no text but Open and Closed is ever read as open or closed', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('Close', 'Reopened', 'constructor', '0', 'none', 'Open/Closed', '＿Open')),
      (status) => {
        const read = state({ Status: status });
        const known = status.trim().toLowerCase();
        assert.equal(read, known === 'open' ? 'open' : known === 'closed' ? 'closed' : 'not-known');
      },
    ),
    { numRuns: 10_000 },
  );
});

test('H12: whatever stands in a referral’s line of somebody, it is never lost, and closed only if all of it is right', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 8 }),
    isoDate(2025, 2027),
    fc.constantFrom('Open', 'Closed', 'Concern', ''),
  );
  const columns = fc.constantFrom(
    'Safeguarding Reference',
    'Stage',
    'Status',
    'Date Opened',
    'Date Closed',
    'NHS Number',
  );
  let closed = 0;
  fc.assert(
    fc.property(fc.dictionary(columns, cell, { maxKeys: 4 }), fc.constantFrom('Open', 'Closed'), (changes, Status) => {
      const line = readReferral(cells({ ...referral, Status }, changes), '999', today);
      assert.equal(line.row?.councilId, 'M100001');
      assert.equal(line.row.state === 'not-known', line.quarantined !== null);
      if (line.row.state === 'closed') closed++;
    }),
    { numRuns: 10_000 },
  );
  assert.ok(closed > 100);
});

test('a line names somebody by either number, and an NHS number that cannot be read is not guessed', () => {
  const who = (changes: Record<string, string>): unknown => {
    const { row } = readReferral(cells(referral, changes), '999', today);
    return row && [row.councilId, row.nhsNumber];
  };
  assert.deepEqual(who({}), ['M100001', '9990000018']);
  assert.deepEqual(who({ 'NHS Number': '' }), ['M100001', null]);
  assert.deepEqual(who({ 'NHS Number': '9990000019' }), ['M100001', null]);
  assert.deepEqual(who({ 'LA Person Unique Identifier': '' }), [null, '9990000018']);
  assert.equal(who({ 'LA Person Unique Identifier': '', 'NHS Number': '9990000019' }), null);
});

function holds(changes: Record<string, string>, on = today): boolean {
  const { row } = readRestriction(cells(restriction, changes), '999');
  assert.ok(row);
  return isRestricted({ restrictions: [row] }, on);
}

test('a restriction holds between its days', () => {
  assert.equal(holds({}), true);
  assert.equal(holds({}, '2026-07-31'), false);
  assert.equal(holds({ Until: '30/09/2026' }), true);
  assert.equal(holds({ Until: '29/09/2026' }), false);
  assert.equal(holds({ Until: '01/08/2026' }, '2026-08-01'), true, 'one day only');
});

const doubtful: Record<string, string>[] = [
  { Reason: '' }, { Reason: 'Opt-out' }, { From: '' }, { From: '31/02/2026' }, { From: '01/08/26' }, { Until: 'n/a' },
  { Until: '31/02/2026' }, { Until: '31/12/25' }, { Reason: '', From: '', Until: 'x' }, { Until: '31/07/2026' },
  { From: '01/08/2062', Until: '31/12/2026' },
]; // prettier-ignore
for (const changes of doubtful) {
  test(`H23: a restriction with ${JSON.stringify(changes)} holds all the same, and is reported`, () => {
    assert.equal(holds(changes), true);
    assert.notEqual(readRestriction(cells(restriction, changes), '999').quarantined, null);
  });
}

test('H23: whatever stands in a restriction’s line of somebody, it restricts unless all of it was read and is over or to come', () => {
  const cell = fc.oneof(fc.string({ maxLength: 8 }), isoDate(2025, 2027), fc.constantFrom('Objection', ''));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('Reason', 'From', 'Until', 'NHS Number'), cell, { maxKeys: 4 }),
      (changes) => {
        const { row, quarantined } = readRestriction(cells(restriction, changes), '999');
        assert.ok(row);
        if (isRestricted({ restrictions: [row] }, today)) return;
        const over = row.until !== null && row.until < today;
        const toCome = row.from > today && (quarantined === null || quarantined.column !== 'From');
        assert.ok(over || toCome);
      },
    ),
    { numRuns: 10_000 },
  );
});

const contact = {
  'CQC Location ID': '1-000000001', 'Local Provider Reference': 'ORG-1', 'Provider Name': 'Fictional Home Care', Telephone: '01632 960101',
  'Office Hours': 'Mon-Fri 08:00-18:00', 'Out Of Hours Telephone': '01632 960102', Email: 'duty@homecare.example', 'Contact Notes': 'Ask for Jo',
  'Last Confirmed': '01/09/2026',
}; // prettier-ignore

test('a provider’s contacts are read as they stand; a doubtful date leaves the phone in and "confirmed" out', () => {
  const { row, quarantined } = readContact(cells(contact), today);
  assert.equal(quarantined, null);
  assert.deepEqual(row, {
    cqcLocationId: '1-000000001', localReference: 'ORG-1', name: 'Fictional Home Care', phone: '01632 960101', officeHours: 'Mon-Fri 08:00-18:00',
    outOfHoursPhone: '01632 960102', email: 'duty@homecare.example', notes: 'Ask for Jo', lastConfirmed: '2026-09-01',
  }); // prettier-ignore
  for (const doubt of ['01/10/2026', 'recently', '31/02/2026']) {
    assert.deepEqual(readContact(cells(contact, { 'Last Confirmed': doubt }), today).row, {
      ...row,
      lastConfirmed: null,
    });
  }
  const bare = readContact(cells({ 'CQC Location ID': '1-1', 'Provider Name': 'Bare' }), today);
  assert.deepEqual([bare.row?.phone, bare.row?.lastConfirmed, bare.quarantined], [null, null, null]);
});

test('a directory entry is a name and perhaps a phone; a package’s local provider needs all three of its ids', () => {
  const entry = {
    'CQC Location ID (for office use only)': '1-1',
    Name: 'Fictional Lodge',
    'Phone number': '1632960120',
  };
  assert.deepEqual(readDirectoryEntry(cells(entry)).row, {
    cqcLocationId: '1-1',
    name: 'Fictional Lodge',
    phone: '1632960120',
  });
  assert.equal(readDirectoryEntry(cells(entry, { 'Phone number': '' })).row?.phone, null);
  const delivered = { ...named, 'Event Reference': 'P-1', 'Local Provider Reference': 'ORG-1' };
  assert.deepEqual(readPackageProvider(cells(delivered), '999').row, {
    councilId: 'M100001',
    reference: 'P-1',
    localReference: 'ORG-1',
  });
});

test('H04: a change of number is read; a withdrawal names no new number, whatever stands there', () => {
  const change = {
    'Old NHS Number': '999 000 0166',
    'New NHS Number': '9990000123',
    'Changed On': '10/05/2026',
    Reason: 'merged',
  };
  assert.deepEqual(readNumberChange(cells(change)).row, {
    old: '9990000166', current: '9990000123', reason: 'Merged', changedOn: '2026-05-10',
  }); // prettier-ignore
  for (const text of ['', '9990000123', '9990000019']) {
    assert.equal(readNumberChange(cells(change, { Reason: 'Invalidated', 'New NHS Number': text })).row?.current, null);
  }
});

test('H20: a service is shown only on a plain Y, and its component is never mapped by likeness', () => {
  const service = (changes: Record<string, string>): unknown =>
    readService(cells({ 'Service Component': 'reablement', Shown: 'y', Label: 'Getting back on your feet' }, changes))
      .row;
  assert.deepEqual(service({}), { component: 'Reablement', shown: true, label: 'Getting back on your feet' });
  assert.deepEqual(service({ Shown: 'N', Label: '' }), { component: 'Reablement', shown: false, label: 'Reablement' });
  for (const Shown of ['', 'Yes', 'TRUE', '1', 'YN']) assert.equal(service({ Shown }), null);
  assert.equal(service({ 'Service Component': 'Reablemnt' }), null);
});
