/**
 * Escape sequences: how a text says a separator, a line break or a byte that it may not hold.
 * Source: HL7 v2.5.1 chapter 2, 2.7. A sequence that is not known is left as it was sent.
 */
import { decode } from './charset.ts';
import type { CharacterSet } from './charset.ts';
import { none } from './separators.ts';
import type { Separators } from './separators.ts';

/** How one message writes its texts. */
export interface Dialect {
  readonly separators: Separators;
  /** What the bytes of `\X…\` are to be read as; null when the message does not say. */
  readonly escapedSet: CharacterSet | null;
}

/** Text as it was meant. Takes time in proportion to its length, whatever stands in it. */
export function unescape(text: string, dialect: Dialect): string {
  const mark = dialect.separators.escape;
  let open = text.indexOf(mark);
  if (open === -1) return text;
  let plain = '';
  let done = 0;
  for (;;) {
    const close = text.indexOf(mark, open + 1);
    if (close === -1) return plain + text.slice(done);
    const body = text.slice(open + 1, close);
    const meant = meaning(body, dialect);
    if (meant === null) {
      // What cannot be a sequence at all, such as the folders of a path, may hide the start of one.
      open = isForeign(body) ? text.indexOf(mark, close + 1) : close;
    } else {
      plain += text.slice(done, open) + meant;
      done = close + 1;
      open = text.indexOf(mark, done);
    }
    if (open === -1) return plain + text.slice(done);
  }
}

/**
 * Text as it may stand in a message: what `unescape` reads back exactly, but for NULs, which no message
 * may hold and which are left out. Marks of MLLP frames are escaped too.
 */
export function escape(text: string, separators: Separators): string {
  // A text of two quotes is not an order to delete.
  if (text === '""') return separators.escape === none ? '" "' : hex('"', separators) + '"';
  let escaped = '';
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const instead = replacement(text.charAt(at), separators);
    if (instead === null) continue;
    escaped += text.slice(done, at) + instead;
    done = at + 1;
  }
  return done === 0 ? text : escaped + text.slice(done);
}

function replacement(character: string, separators: Separators): string | null {
  if (character === none) return '';
  const { escape: mark } = separators;
  const letter =
    character === separators.field ? 'F' :
    character === separators.component ? 'S' :
    character === separators.subcomponent ? 'T' :
    character === separators.repetition ? 'R' :
    character === mark ? 'E' :
    character === separators.truncation ? 'P' :
    character === '\n' ? '.br' : null; // prettier-ignore
  if (letter === null && character >= ' ') return null;
  // Without an escape character nothing can be said of what divides.
  if (mark === none) return letter === null && character !== '\r' && character !== '\v' ? null : ' ';
  return letter === null ? hex(character, separators) : mark + letter + mark;
}

function hex(character: string, { escape: mark }: Separators): string {
  return `${mark}X${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}${mark}`;
}

/** Sequences that the standard or a sender's agreement defines and that nothing here can say. */
function isForeign(body: string): boolean {
  return body.length < 64 && /^(?:Z\w*|C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4,6}|X[0-9A-Fa-f]*)$/.test(body);
}

function meaning(body: string, { separators, escapedSet }: Dialect): string | null {
  switch (body) {
    case 'F': return separators.field;
    case 'S': return known(separators.component);
    case 'T': return known(separators.subcomponent);
    case 'R': return known(separators.repetition);
    case 'E': return separators.escape;
    case 'P': return known(separators.truncation);
    case 'H': case 'N': return '';
    case '.br': case '.BR': case '.ce': case '.sp': return '\n';
    case '.fi': case '.nf': return '';
  } // prettier-ignore
  if (body.startsWith('X')) return ofHex(body.slice(1), escapedSet);
  const [, command = '', count = ''] = /^\.(sp|sk|in|ti)([+-]?\d)$/.exec(body) ?? [];
  if (command === '') return null;
  if (command === 'sp') return '\n'.repeat(Math.abs(Number(count)));
  return command === 'sk' ? ' '.repeat(Math.abs(Number(count))) : '';
}

function known(character: string): string | null {
  return character === none ? null : character;
}

function ofHex(digits: string, escapedSet: CharacterSet | null): string | null {
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(digits)) return null;
  const bytes = Buffer.from(digits, 'hex');
  // No store takes a NUL in a text, so it is not let in by this door either.
  return bytes.includes(0) ? null : decode(bytes, '', escapedSet ?? undefined).text;
}
