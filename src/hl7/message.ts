/**
 * Reads an HL7 v2 message as real feeds send it: own separators, any line end, unknown segments
 * anywhere, character sets that are declared, wrong or missing. No bytes make it throw; what cannot be
 * read is a fault with a code, which says nothing about the patient.
 */
import { isAscii } from 'node:buffer';
import { decode, nameCharacterSet } from './charset.ts';
import type { CharacterSet, CharacterSetFlag } from './charset.ts';
import type { Dialect } from './escapes.ts';
import { divide, locate } from './lines.ts';
import { Segment, beginsSegment } from './segment.ts';
import { readSeparators } from './separators.ts';
import type { Separators } from './separators.ts';

/** Why a text is not a message that can be taken. */
export const messageFaults = {
  HL7_EMPTY: 'There is nothing in it.',
  HL7_NO_HEADER: 'It does not begin with an MSH segment.',
  HL7_BATCH: 'It is a batch or a file: messages must come one by one.',
  HL7_TWO_MESSAGES: 'It holds a second MSH segment: messages must come one by one.',
  HL7_TOO_MANY_SEGMENTS: 'It has more segments than are taken.',
  HL7_SEPARATORS: 'MSH-1 and MSH-2 do not name usable separators.',
  HL7_WIDE_CHARACTERS: 'It is in UTF-16 or UTF-32, which MLLP cannot carry.',
  HL7_NUL: 'It holds NUL characters: it was damaged on its way.',
} as const;

export type MessageFault = keyof typeof messageFaults;

/** What a reader may want to know of a message that was taken all the same. */
export type MessageFlag = CharacterSetFlag | 'stray-lines';

export type ParseResult =
  { readonly ok: true; readonly message: Message } | { readonly ok: false; readonly fault: MessageFault };

export interface ParseOptions {
  /** What the feed is known to send, whatever MSH-18 says. */
  readonly characterSet?: CharacterSet;
  /**
   * How many segments are taken, 5,000 when not given: far above any event of a hospital, and low enough that a
   * reader who compares each with each comes to an end.
   */
  readonly maxSegments?: number;
}

/** A message: its segments in order, each taken apart when it is asked. */
export class Message {
  /** What the bytes were read as; `ascii` when it makes no difference. */
  readonly characterSet: CharacterSet;
  readonly flags: readonly MessageFlag[];
  readonly #lines: readonly string[];
  readonly #dialect: Dialect;
  readonly #segments: (Segment | undefined)[] = [];

  /** Use `parseMessage`. */
  constructor(lines: readonly string[], separators: Separators, decoded: Omit<Decoding, 'text'>) {
    this.#lines = lines;
    this.characterSet = decoded.characterSet;
    this.flags = decoded.flags;
    this.#dialect = new LazyDialect(separators, () =>
      // As it was sent: its own escapes could not be read before it is known.
      this.characterSet === 'ascii' ? nameCharacterSet(this.at(0)?.field(18).components[0] ?? '') : this.characterSet,
    );
  }

  get separators(): Separators {
    return this.#dialect.separators;
  }

  /** How many segments it has. */
  get length(): number {
    return this.#lines.length;
  }

  /** The segment at a place, the header being 0; null beyond the last. */
  at(index: number): Segment | null {
    const line = this.#lines[index];
    if (line === undefined) return null;
    return (this.#segments[index] ??= new Segment(line, index, this.#dialect));
  }

  /** The first segment of a name, or the first after another segment; null when there is none. */
  segment(name: string, after?: Segment): Segment | null {
    const index = this.#find(name, after === undefined ? 0 : after.index + 1);
    return index === -1 ? null : this.at(index);
  }

  /** All segments of a name in their order; all there are when no name is given. */
  segments(name?: string): readonly Segment[] {
    if (name === undefined) return this.#lines.map((_, index) => this.at(index) as Segment);
    const found: Segment[] = [];
    for (let index = this.#find(name, 0); index !== -1; index = this.#find(name, index + 1)) {
      found.push(this.at(index) as Segment);
    }
    return found;
  }

  /**
   * The quick way to one text of the first segment of a name: PID-5.2 is `value('PID', 5, 2)`.
   * @returns '' when it is absent, empty or to be deleted
   */
  value(name: string, field: number, component = 1, subcomponent = 1, repetition = 1): string {
    return this.segment(name)?.value(field, component, subcomponent, repetition) ?? '';
  }

  /** The message as text, each segment ended by a carriage return. */
  serialise(): string {
    return this.#lines.join('\r') + '\r';
  }

  #find(name: string, from: number): number {
    if (name.length !== 3) return -1;
    const { field } = this.#dialect.separators;
    for (let index = from; index < this.#lines.length; index++) {
      const line = this.#lines[index] as string;
      if (line.startsWith(name) && (line.length === 3 || line.startsWith(field, 3))) return index;
    }
    return -1;
  }
}

/**
 * Reads the bytes of one message, without its MLLP frame.
 * @returns the message, or the one fault that explains the refusal; never throws
 */
export function parseMessage(bytes: Uint8Array, options: ParseOptions = {}): ParseResult {
  const found = locate(bytes);
  return typeof found === 'string' ? { ok: false, fault: found } : read(found, options);
}

/**
 * Reads only the header, of bytes that may be cut short or faulty after it, to answer them.
 * @returns a message of one segment, or null when no header can be read
 */
export function parseHeader(bytes: Uint8Array): Message | null {
  const found = locate(bytes);
  if (typeof found === 'string') return null;
  const head = found.subarray(0, longestHeader);
  const end = head.findIndex((byte) => byte === 0x0d || byte === 0x0a || byte === 0);
  const parsed = read(end === -1 ? head : head.subarray(0, end), {});
  return parsed.ok ? parsed.message : null;
}

interface Decoding {
  readonly text: string;
  readonly characterSet: CharacterSet;
  readonly flags: readonly MessageFlag[];
}

class LazyDialect implements Dialect {
  readonly separators: Separators;
  readonly #name: () => CharacterSet | null;
  #set: CharacterSet | null | undefined;

  constructor(separators: Separators, name: () => CharacterSet | null) {
    this.separators = separators;
    this.#name = name;
  }

  get escapedSet(): CharacterSet | null {
    if (this.#set === undefined) this.#set = this.#name();
    return this.#set;
  }
}

const noFlags: readonly MessageFlag[] = [];
/** Longer than any real header, so that one without an end is not searched for ever. */
const longestHeader = 8192;
const usualMaxSegments = 5000;

function read(bytes: Buffer, options: ParseOptions): ParseResult {
  const ascii = isAscii(bytes);
  const head = bytes.toString('latin1', 0, ascii ? bytes.length : longestHeader);
  const separators = readSeparators(head);
  if (separators === null) return { ok: false, fault: 'HL7_SEPARATORS' };
  const decoded: Decoding = ascii
    ? { text: head, characterSet: 'ascii', flags: noFlags }
    : withFlags(decode(bytes, declaredSet(head, separators), options.characterSet));
  if (decoded.text.includes('\0')) return { ok: false, fault: 'HL7_NUL' };
  const lines = divide(decoded.text, separators.field);
  if (lines.length > (options.maxSegments ?? usualMaxSegments)) return { ok: false, fault: 'HL7_TOO_MANY_SEGMENTS' };
  return build(lines, separators, decoded);
}

function build(lines: readonly string[], separators: Separators, decoded: Decoding): ParseResult {
  let stray = false;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    if (!beginsSegment(line, separators.field)) stray = true;
    else if (line.startsWith('MSH')) return { ok: false, fault: 'HL7_TWO_MESSAGES' };
  }
  stray ||= lines.some((line) => line.includes('\n'));
  const flags: readonly MessageFlag[] = stray ? [...decoded.flags, 'stray-lines'] : decoded.flags;
  const { characterSet } = decoded;
  return { ok: true, message: new Message(lines, separators, { characterSet, flags }) };
}

function declaredSet(head: string, separators: Separators): string {
  const line = /^[^\r\n]*/.exec(head)?.[0] ?? '';
  return (line.split(separators.field, 18)[17] ?? '').split(separators.repetition, 1)[0]?.trim() ?? '';
}

function withFlags({ text, characterSet, flag }: ReturnType<typeof decode>): Decoding {
  return { text, characterSet, flags: flag === null ? noFlags : [flag] };
}
