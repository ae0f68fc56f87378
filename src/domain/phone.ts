/**
 * Phone numbers for display and for `tel:` links. A number is never hidden because a library
 * doubts it: 116 123 and Ofcom's drama numbers are "invalid" to libphonenumber and still ring.
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { memo } from './memo.ts';

export interface Phone {
  /** As shown: grouped when it could be read, else exactly as given. */
  readonly text: string;
  /** `tel:` address, or null when no digits could be found. */
  readonly href: string | null;
}

/**
 * Reads a phone number for display.
 * @param given as the council or CQC wrote it; CQC's directory has lost the leading 0
 * @returns null when nothing was given
 */
export function readPhone(given: string | null | undefined): Phone | null {
  const text = (given ?? '').trim();
  return text === '' ? null : readText(text);
}

const readText = memo((text: string): Phone => {
  // Not extracted from among words: "01632 96010A" would become a shorter number that rings elsewhere.
  const parsed = parsePhoneNumberFromString(text, { defaultCountry: 'GB', extract: false });
  const digits = text.replace(/\D/g, '');
  if (parsed && parsed.countryCallingCode === '44' && /^\d{9,10}$/.test(parsed.nationalNumber)) {
    const national = `0${parsed.nationalNumber}`;
    const extension = parsed.ext ? ` extension ${parsed.ext}` : '';
    return {
      text: group(national) + extension,
      href: `tel:${national}${parsed.ext ? `;ext=${parsed.ext}` : ''}`,
    };
  }
  // From abroad only when it says so: two numbers run together can begin with 00 by chance.
  if (parsed && parsed.countryCallingCode !== '44' && text.startsWith('+') && parsed.isPossible()) {
    return { text: parsed.formatInternational(), href: `tel:${parsed.number}` };
  }
  // Something like "Jane's mobile 07700 900 123 or reception": show all of it, link nothing long.
  const dialled = /^\+?[\d\s()-]+$/.test(text) && digits.length >= 3 && digits.length <= 15;
  return { text, href: dialled ? `tel:${text.startsWith('+') ? '+' : ''}${digits}` : null };
});

/** Puts back the 0 that spreadsheets took from a UK number of 9 or 10 digits. */
export function restoreLeadingZero(given: string): string {
  const digits = given.replace(/\s/g, '');
  return /^[1-9]\d{8,9}$/.test(digits) ? `0${digits}` : given;
}

function group(national: string): string {
  const cut = (...sizes: number[]): string => {
    let at = 0;
    return sizes.map((size) => national.slice(at, (at += size))).join('\u00a0');
  };
  if (national.length !== 11) return cut(4, 3, 4);
  if (national.startsWith('02')) return cut(3, 4, 4);
  if (/^0(3|8|9|11|1\d1)/.test(national)) return cut(4, 3, 4);
  return cut(5, 3, 3);
}
