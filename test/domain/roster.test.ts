/** A provider's own list of clients: what is taken, each reason for which a row is set aside, and what confirms anybody. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NhsNumber } from '../../src/domain/nhs-number.ts';
import { rosterTerms } from '../../src/domain/notice-terms.ts';
import { isConfirmed, roundedCount } from '../../src/domain/roster-confirmed.ts';
import { checkRoster, checkRow, pairsOf, rosterCodes, rosterLine } from '../../src/domain/roster.ts';
import type { RosterCode, RosterRow } from '../../src/domain/roster.ts';

const today = '2026-03-02';
const rules = { today, agreedSince: '2024-03-02' };
const number = '9990000018' as NhsNumber;
const row = (changes: Partial<RosterRow> = {}): RosterRow => ({
  nhsNumber: '999 000 0018', birthDate: '14/03/1941', family: 'Holmes', given: 'Barbara', reference: 'BH-7', permission: 'Y', permissionOn: '2026-01-05', ...changes,
}); // prettier-ignore
const check = (changes: Partial<RosterRow> = {}): string => {
  const checked = checkRow('PRV1', row(changes), rules);
  return checked.ok ? 'ok' : checked.code;
};

const wrong: [code: RosterCode, changes: Partial<RosterRow>][] = [
  ['NHS_NUMBER_MISSING', { nhsNumber: '' }],
  ['NHS_NUMBER_SPREADSHEET', { nhsNumber: '9.99E+09' }],
  ['NHS_NUMBER_OLD_STYLE', { nhsNumber: 'ABCD123' }],
  ['NHS_NUMBER_NOT_DIGITS', { nhsNumber: '99900000!8' }],
  ['NHS_NUMBER_LENGTH', { nhsNumber: '999000001' }],
  ['NHS_NUMBER_DUMMY', { nhsNumber: '9999999999' }],
  ['NHS_NUMBER_CHECK_DIGIT', { nhsNumber: '9990000019' }],
  ['BIRTH_DATE_MISSING', { birthDate: ' ' }],
  ['BIRTH_DATE_NOT_READ', { birthDate: '31/02/1941' }],
  ['BIRTH_DATE_NOT_READ', { birthDate: '2026-03-03' }],
  ['UNDER_18', { birthDate: '2008-03-03' }],
  ['NAME_MISSING', { family: '' }],
  ['NAME_MISSING', { given: ' ' }],
  ['REFERENCE_MISSING', { reference: '' }],
  ['PERMISSION_MISSING', { permission: '' }],
  ['PERMISSION_MISSING', { permission: 'N' }],
  ['PERMISSION_MISSING', { permissionOn: '' }],
  ['PERMISSION_DATE_NOT_READ', { permissionOn: 'last week' }],
  ['PERMISSION_DATE_NOT_READ', { permissionOn: '2026-03-03' }],
  ['PERMISSION_OLD', { permissionOn: '2024-03-01' }],
  ['BIRTH_DATE_NOT_READ', { birthDate: '1905-03-01' }],
]; // prettier-ignore

describe('a row of a provider’s list', () => {
  it('is taken as it was handed in when it can be read and permission is recorded', () => {
    assert.deepEqual(checkRow('PRV1', row(), rules), {
      ok: true,
      client: {
        source: 'roster', provider: 'PRV1', nhsNumber: number, birthDate: '1941-03-14', family: 'Holmes', given: 'Barbara',
        reference: 'BH-7', permissionOn: '2026-01-05',
      },
    }); // prettier-ignore
  });

  for (const [code, changes] of wrong) {
    it(`is set aside as ${code}: ${JSON.stringify(changes)}`, () => assert.equal(check(changes), code));
  }

  it('has a reason with words for every code that a row or a list can get', () => {
    const met = new Set([...wrong.map(([code]) => code), 'CLIENT_TWICE', 'REFERENCE_TWICE', 'BIRTH_DATES_MANY']);
    assert.deepEqual(new Set(Object.keys(rosterCodes)), met);
  });

  it('is taken from the 18th birthday on', () => {
    assert.equal(check({ birthDate: '2008-03-02' }), 'ok');
    assert.equal(check({ birthDate: '2008-03-03' }), 'UNDER_18');
  });
});

describe('a whole list', () => {
  const other = '9990000026';
  const all = (...rows: RosterRow[]): string[] =>
    checkRoster('PRV1', rows, rules, ({ birthDate }) => birthDate === '1941-03-20').map((one) => (one.ok ? 'ok' : one.code)); // prettier-ignore

  it('counts equal rows once, each taken', () => {
    assert.deepEqual(all(row(), row({ nhsNumber: number })), ['ok', 'ok']);
  });

  it('sets aside all rows that contradict each other, and no others', () => {
    assert.deepEqual(all(row(), row({ reference: 'BH-8' }), row({ nhsNumber: other, reference: 'X' })), ['CLIENT_TWICE', 'CLIENT_TWICE', 'ok']); // prettier-ignore
    assert.deepEqual(all(row(), row({ nhsNumber: other })), ['REFERENCE_TWICE', 'REFERENCE_TWICE']);
    assert.deepEqual(all(row(), row({ permission: 'N' })), ['CLIENT_TWICE', 'PERMISSION_MISSING']);
  });

  it('H13: takes none of many birth dates for one number, in whatever form number and date are written', () => {
    const dates = Array.from({ length: 28 }, (_, day) => `${day + 1}/03/1941`);
    const numbers = ['9990000018', '999 000 0018', '999-000-0018'];
    const rows = dates.map((birthDate, at) => row({ birthDate, nhsNumber: numbers[at % 3] ?? '' }));
    assert.deepEqual(new Set(all(...rows)), new Set(['CLIENT_TWICE']));
  });

  it('leaves out a birth date that is one too many for its number', () => {
    assert.deepEqual(all(row({ birthDate: '1941-03-20' })), ['BIRTH_DATES_MANY']);
  });

  it('gives each birth date of a number once, and no more of them than close it', () => {
    const rows = [row(), row({ birthDate: '1941-03-14' }), row({ nhsNumber: 'x' }), row({ birthDate: '' })];
    assert.deepEqual(pairsOf(rows, today), [{ nhsNumber: number, birthDate: '1941-03-14' }]);
    const many = Array.from({ length: 28 }, (_, day) => row({ birthDate: `${day + 1}/03/1941` }));
    assert.equal(pairsOf(many, today).length, 4);
  });
});

describe('somebody on a list is confirmed', () => {
  const stay = (birthDate: string | null, status: 'admitted' | 'discharged' | 'expected' = 'admitted', doubt = false) =>
    ({ status, cautions: doubt ? (['patient-contradicted'] as const) : [], person: { birthDate } }); // prettier-ignore

  it('by every council that knows the number, and against all of them by no hospital', () => {
    assert.equal(isConfirmed('1941-03-14', ['1941-03-14', null], []), true);
    assert.equal(isConfirmed('1941-03-14', ['1941-03-14', '1941-03-15'], []), false);
    assert.equal(isConfirmed('1941-03-14', ['1941-03-15'], [stay('1941-03-14')]), false);
  });

  it('where no council knows it, by a hospital where the person is now, and by no stay that is over or in doubt', () => {
    assert.equal(isConfirmed('1941-03-14', [null], []), false);
    assert.equal(isConfirmed('1941-03-14', [], [stay('1941-03-14')]), true);
    for (const one of [
      stay('1941-03-15'),
      stay(null),
      stay('1941-03-14', 'discharged'),
      stay('1941-03-14', 'expected'),
      stay('1941-03-14', 'admitted', true),
    ])
      // prettier-ignore
      assert.equal(isConfirmed('1941-03-14', [], [one]), false, JSON.stringify(one));
  });
});

it('a count of those who were not confirmed is rounded up to ten, and never given of few', () => {
  const counts = [[0, 49], [0, 50], [1, 50], [10, 300], [12, 300], [55, 57]] as const; // prettier-ignore
  assert.deepEqual(counts.map(([of, all]) => roundedCount(of, all)), [null, 0, 10, 10, 20, 57]); // prettier-ignore
});

it('a client of a list is never a council package, and the hospital hears of it only where agreed', () => {
  const checked = checkRow('PRV1', row(), rules);
  assert.ok(checked.ok);
  const care = ['component', 'label', 'start', 'end', 'status', 'packages', 'service', 'fullCost'];
  assert.deepEqual(Object.keys(checked.client).filter((key) => care.includes(key)), []); // prettier-ignore
  assert.equal(rosterLine('Fernleaf Care', rosterTerms.parse({})), null);
  assert.equal(rosterLine('Fernleaf Care', rosterTerms.parse({ enabled: true })), null);
  assert.equal(rosterLine('Fernleaf Care', rosterTerms.parse({ shownToHospital: true })), null);
  assert.equal(
    rosterLine('Fernleaf Care', rosterTerms.parse({ enabled: true, shownToHospital: true })),
    'Fernleaf Care says this person is its client. This is not care that the council arranges.',
  );
});
