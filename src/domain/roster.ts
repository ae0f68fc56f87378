/**
 * A provider's own list of clients, so that people who pay privately are covered (HANS; product.md, "Match"). What a
 * provider reads of its list follows from what it handed in and from nothing else: whether number and birth date are
 * those of somebody is decided inside a question or an arrival, behind all its bars (docs/adr/0014). Such a client is
 * no council package and can never become one: it holds nothing of care.
 */
import { ageOn, parseDate } from './dates.ts';
import type { IsoDate } from './dates.ts';
import { parseNhsNumber } from './nhs-number.ts';
import type { NhsNumber, NhsNumberFault } from './nhs-number.ts';
import type { RosterTerms } from './notice-terms.ts';

/** Why a row was set aside, and what the provider can do about it. */
export const rosterCodes = {
  NHS_NUMBER_MISSING: 'NHS Number is empty.',
  NHS_NUMBER_SPREADSHEET: 'NHS Number was changed by a spreadsheet (9.99E+09). Save the column as text.',
  NHS_NUMBER_OLD_STYLE: 'NHS Number is old-style, with letters. Ask for the 10-digit number.',
  NHS_NUMBER_NOT_DIGITS: 'NHS Number has characters that are not digits.',
  NHS_NUMBER_LENGTH: 'NHS Number does not have 10 digits.',
  NHS_NUMBER_DUMMY: 'NHS Number is a dummy such as 9999999999.',
  NHS_NUMBER_CHECK_DIGIT: 'NHS Number fails its check digit. Look for a typing mistake.',
  BIRTH_DATE_MISSING: 'Date of Birth is empty.',
  BIRTH_DATE_NOT_READ: 'Date of Birth is not a real date in the past (DD/MM/YYYY or ISO).',
  UNDER_18: 'Only people of 18 and over can be on this list.',
  NAME_MISSING: 'Last Name or First Name is empty.',
  REFERENCE_MISSING: 'Your own reference is empty.',
  REFERENCE_TWICE: 'Your own reference stands for more than one person.',
  CLIENT_TWICE: 'The same NHS number stands in rows that differ. Keep the right one.',
  PERMISSION_MISSING: 'The person’s permission is not recorded: Y and the day on which it was given.',
  PERMISSION_DATE_NOT_READ: 'The day of permission is not a real date, or lies ahead.',
  PERMISSION_OLD: 'The person agreed too long ago. Ask again, and put in the new day.',
  BIRTH_DATES_MANY: 'This NHS number was handed in with too many birth dates in 30 days. Phone the council.',
} as const;
export type RosterCode = keyof typeof rosterCodes;

/** A row as uploaded, every cell as text. */
export interface RosterRow {
  readonly nhsNumber: string;
  readonly birthDate: string;
  readonly family: string;
  readonly given: string;
  readonly reference: string;
  /** `Y` when the person agreed that hospitals tell this provider. */
  readonly permission: string;
  readonly permissionOn: string;
}

/** A client as the provider names them. Holds identity and permission only. */
export interface RosterClient {
  readonly source: 'roster';
  readonly provider: string;
  /** As handed in: a newer number must not be learnt from a list. */
  readonly nhsNumber: NhsNumber;
  readonly birthDate: IsoDate;
  readonly family: string;
  readonly given: string;
  readonly reference: string;
  readonly permissionOn: IsoDate;
}

/** Somebody on a provider's list, as a notice names them: with a key of their own, since no council may know them. */
export interface RosterPerson extends Pick<RosterClient, 'nhsNumber' | 'birthDate' | 'family' | 'given' | 'reference'> {
  readonly personKey: string;
}

/** What rows are judged by. */
export interface RosterRules {
  readonly today: IsoDate;
  /** Whoever agreed before this day must be asked again. */
  readonly agreedSince: IsoDate;
}

export type CheckedRow =
  { readonly ok: true; readonly client: RosterClient } | { readonly ok: false; readonly code: RosterCode };

const faultCodes: Record<NhsNumberFault, RosterCode> = {
  missing: 'NHS_NUMBER_MISSING',
  spreadsheet: 'NHS_NUMBER_SPREADSHEET',
  'old-style': 'NHS_NUMBER_OLD_STYLE',
  'not-digits': 'NHS_NUMBER_NOT_DIGITS',
  length: 'NHS_NUMBER_LENGTH',
  dummy: 'NHS_NUMBER_DUMMY',
  'check-digit': 'NHS_NUMBER_CHECK_DIGIT',
};

/** Judges one row by what stands in it. */
export function checkRow(provider: string, row: RosterRow, { today, agreedSince }: RosterRules): CheckedRow {
  const fail = (code: RosterCode): CheckedRow => ({ ok: false, code });
  const number = parseNhsNumber(row.nhsNumber);
  if (!number.ok) return fail(faultCodes[number.fault]);
  if (row.birthDate.trim() === '') return fail('BIRTH_DATE_MISSING');
  const birthDate = bornOn(row, today);
  if (birthDate === null) return fail('BIRTH_DATE_NOT_READ');
  if (ageOn(birthDate, today) < 18) return fail('UNDER_18');
  const [family, given, reference] = [row.family.trim(), row.given.trim(), row.reference.trim()];
  if (family === '' || given === '') return fail('NAME_MISSING');
  if (reference === '') return fail('REFERENCE_MISSING');
  if (!/^y(es)?$/i.test(row.permission.trim()) || row.permissionOn.trim() === '') return fail('PERMISSION_MISSING');
  const permissionOn = parseDate(row.permissionOn);
  if (permissionOn === null || permissionOn > today) return fail('PERMISSION_DATE_NOT_READ');
  if (permissionOn < agreedSince) return fail('PERMISSION_OLD');
  return {
    ok: true,
    client: { source: 'roster', provider, nhsNumber: number.value, birthDate, family, given, reference, permissionOn },
  };
}

/** Nobody is older: so far back a year was mistyped. */
const oldest = 120;

function bornOn(row: RosterRow, today: IsoDate): IsoDate | null {
  const birthDate = parseDate(row.birthDate);
  return birthDate === null || birthDate > today || ageOn(birthDate, today) > oldest ? null : birthDate;
}

/** A number and a birth date that a provider handed in together. */
export interface Pair {
  readonly nhsNumber: NhsNumber;
  readonly birthDate: IsoDate;
}

/** So many birth dates a provider may hand one number in with in {@link triesDays} days: a typing mistake, and its mending. */
export const mostBirthDates = 3;
export const triesDays = 30;

/**
 * The birth dates with which numbers stand in a file, in whatever rows: each once, and of one number no more than it
 * takes to close it.
 */
export function pairsOf(rows: readonly RosterRow[], today: IsoDate): Pair[] {
  const dates = new Map<NhsNumber, Set<IsoDate>>();
  for (const row of rows) {
    const number = parseNhsNumber(row.nhsNumber);
    const birthDate = bornOn(row, today);
    if (!number.ok || birthDate === null) continue;
    const known = dates.get(number.value) ?? new Set();
    if (known.size <= mostBirthDates) dates.set(number.value, known.add(birthDate));
  }
  return [...dates].flatMap(([nhsNumber, all]) => [...all].map((birthDate) => ({ nhsNumber, birthDate })));
}

/**
 * Judges a whole list. Equal rows count once. Rows of one number that contradict each other are all set aside, none is
 * preferred: a list of birth dates must not find the right one.
 * @param isClosed whether the number was handed in with too many birth dates for this one to count
 * @returns for each row in order what became of it
 */
export function checkRoster(
  provider: string,
  rows: readonly RosterRow[],
  rules: RosterRules,
  isClosed: (pair: Pair) => boolean,
): CheckedRow[] {
  const checked = rows.map((row) => checkRow(provider, row, rules));
  const contents = { number: new Map<string, Set<string>>(), reference: new Map<string, Set<string>>() };
  const note = (map: Map<string, Set<string>>, key: string, value: string): void => void map.set(key, (map.get(key) ?? new Set()).add(value)); // prettier-ignore
  for (const [index, row] of rows.entries()) {
    const one = checked[index];
    const number = parseNhsNumber(row.nhsNumber);
    // A row with a fault speaks of the person too: that permission was not given, or that the birth date is another.
    if (number.ok) note(contents.number, number.value, JSON.stringify(one?.ok ? one.client : row));
    if (one?.ok) note(contents.reference, one.client.reference, one.client.nhsNumber);
  }
  return checked.map((one) => {
    if (!one.ok) return one;
    const { nhsNumber, reference } = one.client;
    if ((contents.number.get(nhsNumber)?.size ?? 0) > 1) return { ok: false, code: 'CLIENT_TWICE' };
    if ((contents.reference.get(reference)?.size ?? 0) > 1) return { ok: false, code: 'REFERENCE_TWICE' };
    return isClosed(one.client) ? { ok: false, code: 'BIRTH_DATES_MANY' } : one;
  });
}

/** Codes of rows that speak of somebody who may not be kept: a child, and whoever did not agree. */
export const notKept: readonly RosterCode[] = ['UNDER_18', 'PERMISSION_MISSING', 'PERMISSION_OLD'];

/** What the hospital sees of a list: that a provider says so, and only where the provider's agreement lets it. */
export function rosterLine(provider: string, { enabled, shownToHospital }: RosterTerms): string | null {
  return enabled && shownToHospital ? `${provider} says this person is its client. This is not care that the council arranges.` : null; // prettier-ignore
}
