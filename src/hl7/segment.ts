/**
 * One segment of a message and what stands in it, taken apart only as far as somebody asks.
 * Counting is HL7's own, from 1: `field(3).component(4)` is PID-3.4.
 */
import { unescape } from './escapes.ts';
import type { Dialect } from './escapes.ts';
import { none } from './separators.ts';
import type { Separators } from './separators.ts';

/**
 * What stands in a place. `absent`: the sender's text ends before it. `empty`: sent, with nothing in it (both:
 * "no news"). `delete`: the two quotes `""`, "remove what you hold". `value`: something to read.
 */
export type Presence = 'absent' | 'empty' | 'delete' | 'value';

/** MSH-1 and MSH-2 are the separators themselves: nothing divides them. */
const undivided: Dialect = {
  separators: { field: none, component: none, repetition: none, escape: none, subcomponent: none, truncation: none },
  escapedSet: null,
};

/** No honest field has more; one of a mebibyte of separators would cost a hundred times its size. */
const mostRepetitions = 1000;

/** Beyond this field, and for a third reading, a segment is divided as a whole: one look at it for all of them. */
const scanned = 24;
const readSingly = 2;

/** One repetition of a field. */
export class Repetition {
  /** As it was sent, separators and escapes included. */
  readonly raw: string;
  readonly #dialect: Dialect;
  readonly #sent: boolean;

  constructor(raw: string, dialect: Dialect, sent = true) {
    this.raw = raw;
    this.#dialect = dialect;
    this.#sent = sent;
  }

  /** Its first component's first subcomponent, which is what a reader of a simple text is to take; '' for none. */
  get text(): string {
    return this.component(1);
  }

  /** All of it, escapes resolved, separators left standing: for free text whose sender does not escape. */
  get whole(): string {
    return unescape(this.raw, this.#dialect);
  }

  /** The components as they were sent. */
  get components(): readonly string[] {
    return this.raw.split(this.#dialect.separators.component);
  }

  /** `delete` when it holds `""` and nothing else, in one component or several. */
  get presence(): Presence {
    return this.#sent ? presenceIn(this.raw, this.#dialect) : 'absent';
  }

  /** A component's text, escapes resolved; '' when it is absent, empty or to be deleted. */
  component(component: number, subcomponent = 1): string {
    return read(place(this.raw, component, subcomponent, this.#dialect) ?? '', this.#dialect);
  }

  /** What stands in a component, or in a subcomponent of it. */
  presenceOf(component: number, subcomponent?: number): Presence {
    const { separators } = this.#dialect;
    if (!this.#sent) return 'absent';
    const whole = part(this.raw, separators.component, component);
    const raw =
      whole === null || subcomponent === undefined ? whole : part(whole, separators.subcomponent, subcomponent);
    return raw === null ? 'absent' : presenceIn(raw, this.#dialect);
  }
}

/** A field: read as its first repetition, with the others beside it. */
export class Field extends Repetition {
  readonly #dialect: Dialect;
  readonly #all: string;

  constructor(all: string, dialect: Dialect, sent: boolean) {
    super(part(all, dialect.separators.repetition, 1) ?? '', dialect, sent);
    this.#dialect = dialect;
    this.#all = all;
  }

  /** The whole field as it was sent, all repetitions. */
  get rawField(): string {
    return this.#all;
  }

  /** What stands in all its repetitions together. */
  override get presence(): Presence {
    return super.presence === 'absent' ? 'absent' : presenceIn(this.#all, this.#dialect);
  }

  /** Its repetitions in order, the first thousand of them at most; none for a field that is absent or empty. */
  get repetitions(): readonly Repetition[] {
    if (this.#all === '') return [];
    const parts = this.#all.split(this.#dialect.separators.repetition, mostRepetitions);
    return parts.map((raw) => new Repetition(raw, this.#dialect));
  }
}

/** A line of a message. */
export class Segment {
  /** As it was sent, without its line end. */
  readonly raw: string;
  /** Its place in the message, the header being 0. */
  readonly index: number;
  readonly #dialect: Dialect;
  /** MSH-1 is the separator after the name, so that all later fields of the header count one higher. */
  readonly #shift: number;
  #fields: readonly string[] | undefined;
  #readings = 0;

  constructor(raw: string, index: number, dialect: Dialect) {
    this.raw = raw;
    this.index = index;
    this.#dialect = dialect;
    this.#shift = index === 0 ? 1 : 0;
  }

  /** `PID`; '' for a line that does not begin as a segment does. */
  get name(): string {
    return beginsSegment(this.raw, this.#dialect.separators.field) ? this.raw.slice(0, 3) : '';
  }

  /** How many fields were sent, counted as HL7 counts. */
  get fieldCount(): number {
    return this.#divided().length - 1 + this.#shift;
  }

  /** A field; one that was not sent is `absent` and reads ''. */
  field(field: number): Field {
    if (this.#shift === 1 && field === 1) return new Field(this.#dialect.separators.field, undivided, true);
    const raw = field < 1 ? undefined : this.#divided()[field - this.#shift];
    const dialect = this.#shift === 1 && field === 2 ? undivided : this.#dialect;
    return new Field(raw ?? '', dialect, raw !== undefined);
  }

  /** The quick way to one text: '' when it is absent, empty or to be deleted. */
  value(field: number, component = 1, subcomponent = 1, repetition = 1): string {
    if (this.#shift === 1 && field <= 2) return this.field(field).component(component, subcomponent);
    const { separators } = this.#dialect;
    const whole = this.#find(field - this.#shift);
    if (whole === null || whole === '') return '';
    if (component === 1 && subcomponent === 1 && repetition === 1) return read(first(whole, separators), this.#dialect);
    const raw = part(whole, separators.repetition, repetition);
    return raw === null ? '' : read(place(raw, component, subcomponent, this.#dialect) ?? '', this.#dialect);
  }

  /** A whole field as it was sent, all repetitions; '' when it was not. */
  sent(field: number): string {
    return (field > this.#shift ? this.#find(field - this.#shift) : this.field(field).rawField) ?? '';
  }

  #find(position: number): string | null {
    if (position < 1) return null;
    if (this.#fields !== undefined || position > scanned || ++this.#readings > readSingly)
      return this.#divided()[position] ?? null;
    return part(this.raw, this.#dialect.separators.field, position + 1);
  }

  #divided(): readonly string[] {
    this.#fields ??= this.raw.split(this.#dialect.separators.field);
    return this.#fields;
  }
}

/** Whether a line begins as a segment does: a capital, two capitals or digits, and a separator or nothing more. */
export function beginsSegment(line: string, separator: string): boolean {
  if (line.length !== 3 && !line.startsWith(separator, 3)) return false;
  const [first, second, third] = [line.charCodeAt(0), line.charCodeAt(1), line.charCodeAt(2)];
  return isCapital(first) && (isCapital(second) || isDigit(second)) && (isCapital(third) || isDigit(third));
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The nth part of a text, from 1; null when it has fewer. */
function part(text: string, separator: string, nth: number): string | null {
  let start = 0;
  for (let left = nth; left > 1; left--) {
    const found = text.indexOf(separator, start);
    if (found === -1) return null;
    start = found + 1;
  }
  if (nth < 1) return null;
  const end = text.indexOf(separator, start);
  return end === -1 ? (start === 0 ? text : text.slice(start)) : text.slice(start, end);
}

/** What stands before anything that divides. */
function first(raw: string, separators: Separators): string {
  for (let at = 0; at < raw.length; at++) {
    if (divides(raw.charAt(at), separators)) return raw.slice(0, at);
  }
  return raw;
}

function place(raw: string, component: number, subcomponent: number, { separators }: Dialect): string | null {
  const whole = part(raw, separators.component, component);
  return whole === null ? null : part(whole, separators.subcomponent, subcomponent);
}

function read(raw: string, dialect: Dialect): string {
  return raw === '""' ? '' : unescape(raw, dialect);
}

function presenceIn(raw: string, { separators }: Dialect): Presence {
  let found: Presence = 'empty';
  for (let at = 0; at < raw.length; at++) {
    const character = raw.charAt(at);
    if (divides(character, separators)) continue;
    const next = raw.charAt(at + 2);
    const alone = at === 0 || divides(raw.charAt(at - 1), separators);
    if (!alone || !raw.startsWith('""', at) || (next !== '' && !divides(next, separators))) return 'value';
    found = 'delete';
    at++;
  }
  return found;
}

function divides(character: string, { component, subcomponent, repetition }: Separators): boolean {
  return character === component || character === subcomponent || character === repetition;
}
