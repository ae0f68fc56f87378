/**
 * The characters that divide a message: each message names its own, in MSH-1 and MSH-2.
 * Source: HL7 v2.5.1 chapter 2, 2.14.9.1 and 2.14.9.2 (v2.7 adds the truncation character).
 */

/** One character each. `none` where a message leaves a level without a character of its own. */
export interface Separators {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
  readonly truncation: string;
}

/**
 * Stands for "no such character". No text that is taken holds a NUL, so looking for it finds
 * nothing, where looking for an empty string would find something everywhere.
 */
export const none = '\0';

/** `|^~\&`, what nearly everybody sends. */
export const standardSeparators: Separators = Object.freeze({
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
  truncation: none,
});

const usual = '^~\\&';

/**
 * Reads MSH-1 and MSH-2. Characters that MSH-2 leaves out are the usual ones, unless another level
 * has taken them already.
 * @param text begins with `MSH`
 * @returns null when they cannot divide anything: missing, a letter, digit, space, quote or control, or one twice
 */
export function readSeparators(text: string): Separators | null {
  if (text.startsWith('|^~\\&|', 3)) return standardSeparators;
  const field = text.charAt(3);
  if (!mayDivide(field)) return null;
  const given = (/^[^\r\n]*/.exec(text.slice(4, 64))?.[0] ?? '').split(field, 1)[0] ?? '';
  if (given.length > 5 || ![...given].every(mayDivide)) return null;
  const [component, repetition, escape, subcomponent] = [...usual].map((character, at) => {
    if (at < given.length) return given.charAt(at);
    return field === character || given.includes(character) ? none : character;
  }) as [string, string, string, string];
  const truncation = given.charAt(4) || none;
  const taken = [field, ...given];
  if (new Set(taken).size !== taken.length) return null;
  return { field, component, repetition, escape, subcomponent, truncation };
}

/** The text of MSH-2 for these separators. */
export function encodingCharacters(separators: Separators): string {
  const { component, repetition, escape, subcomponent, truncation } = separators;
  const all = component + repetition + escape + subcomponent + truncation;
  const end = all.indexOf(none);
  return end === -1 ? all : all.slice(0, end);
}

function mayDivide(character: string): boolean {
  return /^[!#-/:-@[-`{-~]$/.test(character);
}
