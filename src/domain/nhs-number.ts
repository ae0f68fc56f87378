/**
 * NHS numbers: ten digits, the last a modulus-11 check digit.
 * Source: NHS Data Model and Dictionary, "NHS NUMBER"; display 3 3 4 as the NHS digital
 * service manual asks.
 */

declare const brand: unique symbol;
/** Ten digits that passed the check digit and are not a known dummy. */
export type NhsNumber = string & { readonly [brand]: 'NhsNumber' };

/** Why a text is not an NHS number. Each has its own message: "invalid" alone helps nobody. */
export type NhsNumberFault =
  'missing' | 'spreadsheet' | 'old-style' | 'not-digits' | 'length' | 'dummy' | 'check-digit';

export type NhsNumberResult = { ok: true; value: NhsNumber } | { ok: false; fault: NhsNumberFault };

// Spaces of every kind and the dashes people paste from letters and spreadsheets.
const separators = /[\s\u00a0\u2007\u202f\u2010-\u2015\u2212-]/g;

/**
 * Reads an NHS number as people and systems write it.
 * @param text may hold spaces or dashes between the digits
 * @returns the ten digits, or the one fault that explains the refusal; never throws
 */
export function parseNhsNumber(text: string | null | undefined): NhsNumberResult {
  const compact = (text ?? '').replace(separators, '');
  if (compact === '') return { ok: false, fault: 'missing' };
  // "9.99E+09" and "9990000018.0" are what Excel leaves of a number column: the digits are gone
  // or doubtful, and guessing them could show another person's care.
  if (/^\d+([.,]\d*)?e\+?\d+$/i.test(compact) || /^\d+[.,]0*$/.test(compact)) {
    return { ok: false, fault: 'spreadsheet' };
  }
  if (/^(?=.*[a-z])(?=.*\d)[a-z0-9/.]{4,17}$/i.test(compact)) {
    return { ok: false, fault: 'old-style' };
  }
  if (!/^\d+$/.test(compact)) return { ok: false, fault: 'not-digits' };
  if (compact.length !== 10) return { ok: false, fault: 'length' };
  // 3333333333 and 9999999999 pass modulus 11 and stand in real systems for "unknown".
  if (/^(\d)\1{9}$/.test(compact)) return { ok: false, fault: 'dummy' };
  if (checkDigit(compact) !== Number(compact[9])) return { ok: false, fault: 'check-digit' };
  return { ok: true, value: compact as NhsNumber };
}

/**
 * The modulus-11 check digit for the first nine digits; 10 means that no number exists for them.
 * @param digits at least nine decimal digits
 */
export function checkDigit(digits: string): number {
  let sum = 0;
  for (let place = 0; place < 9; place++) sum += (digits.charCodeAt(place) - 48) * (10 - place);
  const digit = 11 - (sum % 11);
  return digit === 11 ? 0 : digit;
}

/** Ten digits as they are read aloud: `999 000 0018`, kept on one line by no-break spaces. */
export function formatNhsNumber(number: string): string {
  return `${number.slice(0, 3)}\u00a0${number.slice(3, 6)}\u00a0${number.slice(6)}`;
}

/** What to tell the person who typed it. */
export const nhsNumberMessages: Record<NhsNumberFault, string> = {
  missing: 'Enter an NHS number',
  spreadsheet:
    'This is a number that a spreadsheet has changed (for example 9.99E+09). Copy it from the patient record',
  'old-style': 'This is an old-style NHS number, with letters. Find the 10-digit number in the patient record',
  'not-digits': 'An NHS number has only digits. Check for other characters',
  length: 'An NHS number has 10 digits. Check for missing or extra digits',
  dummy: 'This is a dummy number that systems use for “not known”. Find the patient’s real NHS number',
  'check-digit': 'This is not a real NHS number: its last digit does not fit. Check it for a typing mistake',
};
