/**
 * Which characters the bytes of a message stand for. MSH-18 says so, in many spellings, or not at
 * all; a message whose bytes do not fit what it says is still read, and flagged.
 * Source: HL7 table 0211; what UK feeds send (blank, ASCII, 8859/1, UNICODE).
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** `latin-1` also reads the curly quotes that Windows puts where Latin-1 has control characters. */
export type CharacterSet = 'ascii' | 'utf-8' | 'latin-1' | `iso-8859-${number}`;

/**
 * Why the characters may be others than the sender meant: MSH-18 is blank (`guessed`), names a set that is
 * not known here (`unknown`), names one that the bytes do not fit (`wrong`), or names a single-byte set
 * although the bytes read as UTF-8 (`doubtful`).
 */
export type CharacterSetFlag =
  'character-set-guessed' | 'character-set-unknown' | 'character-set-wrong' | 'character-set-doubtful';

export interface Decoded {
  readonly text: string;
  readonly characterSet: CharacterSet;
  readonly flag: CharacterSetFlag | null;
}

const spellings: Readonly<Record<string, CharacterSet>> = {
  ASCII: 'ascii', USASCII: 'ascii', ISOIR6: 'ascii', ISO646: 'ascii', ISO646US: 'ascii', ANSIX341968: 'ascii',
  UTF8: 'utf-8', UNICODE: 'utf-8', UNICODEUTF8: 'utf-8', ISO10646: 'utf-8', ISO106461: 'utf-8', ISOIR192: 'utf-8',
  LATIN1: 'latin-1', L1: 'latin-1', ISOLATIN1: 'latin-1', ISOIR100: 'latin-1', IBM819: 'latin-1', CP819: 'latin-1',
  WINDOWS1252: 'latin-1', WIN1252: 'latin-1', CP1252: 'latin-1', '1252': 'latin-1', ANSI: 'latin-1',
}; // prettier-ignore

/**
 * The character set that a text of MSH-18 names, however it is spelt (`8859/1`, `ISO-8859-1`, `UNICODE UTF-8`).
 * @returns null when the name is not known, or no message can be sent in it (UTF-16)
 */
export function nameCharacterSet(text: string): CharacterSet | null {
  const name = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const known = Object.hasOwn(spellings, name) ? spellings[name] : undefined;
  if (known) return known;
  const part = /^(?:ISO)?(?:IEC)?8859(1[0-6]|[1-9])(?:19\d\d)?$/.exec(name)?.[1];
  if (part === undefined) return null;
  if (part === '1') return 'latin-1';
  return decoderOf(`iso-8859-${Number(part)}`) ? `iso-8859-${Number(part)}` : null;
}

/** The bytes are UTF-16 or UTF-32: every other one of its first is a NUL, or it is marked so. */
export function looksWide(bytes: Buffer): boolean {
  const first = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  return first === 0xfeff || first === 0xfffe || first === 0x4d00 || first === 0x004d || first === 0x0b00;
}

/**
 * Reads bytes as text; every byte becomes something, so nothing is ever refused here.
 * @param declared the text of MSH-18, empty when there is none
 * @param known what the sender is known to use, which stands before what it declares
 */
export function decode(bytes: Buffer, declared: string, known?: CharacterSet): Decoded {
  if (isAscii(bytes)) return { text: bytes.toString('latin1'), characterSet: 'ascii', flag: null };
  const named = known ?? nameCharacterSet(declared);
  const utf8 = isUtf8(bytes);
  if (named !== null && named !== 'ascii' && (named !== 'utf-8' || utf8)) {
    const flag = named !== 'utf-8' && utf8 && known === undefined ? 'character-set-doubtful' : null;
    return { text: decodeAs(bytes, named), characterSet: named, flag };
  }
  const characterSet = utf8 ? 'utf-8' : 'latin-1';
  const blank = declared === '' && known === undefined;
  const flag = blank ? 'character-set-guessed' : named === null ? 'character-set-unknown' : 'character-set-wrong';
  return { text: decodeAs(bytes, characterSet), characterSet, flag };
}

/**
 * The bytes of a text in a character set. A letter that the set lacks loses its accent; what is left without
 * a likeness becomes `?`.
 * @returns the bytes, and whether every character has arrived as it was
 */
export function encode(text: string, characterSet: CharacterSet): { bytes: Buffer; exact: boolean } {
  const utf8 = Buffer.from(text, 'utf8');
  // As many bytes as characters: nothing but ASCII, which every set has in the same places.
  if (characterSet === 'utf-8' || utf8.length === text.length) return { bytes: utf8, exact: true };
  let exact = true;
  let fitting = '';
  for (const character of text) {
    const byte = fit(character, characterSet);
    exact &&= byte !== null;
    fitting += byte ?? likeness(character, characterSet);
  }
  return { bytes: Buffer.from(fitting, 'latin1'), exact };
}

const windows = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const plain: Readonly<Record<string, string>> = { '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-' };

/** A character as the byte that stands for it, in the shape of a Latin-1 character; null when there is none. */
function fit(character: string, characterSet: CharacterSet): string | null {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0x7f) return character;
  if (characterSet !== 'latin-1') return null;
  const place = windows.indexOf(character);
  if (place !== -1) return String.fromCharCode(0x80 + place);
  return code >= 0xa0 && code <= 0xff ? character : null;
}

function likeness(character: string, characterSet: CharacterSet): string {
  const simple = plain[character] ?? character.normalize('NFD').replace(/\p{M}/gu, '');
  return simple !== '' && [...simple].every((one) => fit(one, characterSet) === one) ? simple : '?';
}

function decodeAs(bytes: Buffer, characterSet: CharacterSet): string {
  if (characterSet === 'utf-8') return bytes.toString('utf8');
  const decoder = characterSet === 'latin-1' || characterSet === 'ascii' ? null : decoderOf(characterSet);
  if (decoder) return decoder.decode(bytes);
  // By hand: some versions of Node read windows-1252 as if it were Latin-1.
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (byte) => windows.charAt(byte.charCodeAt(0) - 0x80));
}

const decoders = new Map<string, TextDecoder | null>();

function decoderOf(label: string): TextDecoder | null {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(label);
    } catch {
      decoder = null;
    }
    decoders.set(label, decoder);
  }
  return decoder;
}
