/**
 * Writes messages: what is built here reads back exactly, whatever the texts hold.
 */
import { escape } from './escapes.ts';
import { encodingCharacters, none, standardSeparators } from './separators.ts';
import type { Separators } from './separators.ts';

/** "Remove what you hold": written `""`. */
export const remove: unique symbol = Symbol('remove');

/** One text, or the order to remove one. */
export type Leaf = string | typeof remove;

/** A component made of subcomponents. */
export interface Subcomponents {
  readonly subcomponents: readonly Leaf[];
}

/** A field made of components. */
export interface Components {
  readonly components: readonly (Leaf | Subcomponents)[];
}

/** A field that is sent several times. */
export interface Repetitions {
  readonly repetitions: readonly (Leaf | Components)[];
}

/** Something copied from another message, escapes and all, whose separators must be the same. */
export interface AsSent {
  readonly asSent: string;
}

export type FieldContent = Leaf | Components | Repetitions | AsSent;

/** A segment: its name and its fields by their HL7 number. */
export interface SegmentContent {
  readonly name: string;
  readonly fields: Readonly<Record<number, FieldContent>>;
}

/** A field of several components: `components('9990000018', '', '', 'NHS', 'NH')`. */
export function components(...parts: readonly (Leaf | Subcomponents)[]): Components {
  return { components: parts };
}

/** A component of several subcomponents. */
export function subcomponents(...parts: readonly Leaf[]): Subcomponents {
  return { subcomponents: parts };
}

/** A field sent several times. */
export function repetitions(...parts: readonly (Leaf | Components)[]): Repetitions {
  return { repetitions: parts };
}

/** A segment with its fields by number: `segment('PID', { 3: components(…) })`. */
export function segment(name: string, fields: Readonly<Record<number, FieldContent>>): SegmentContent {
  return { name, fields };
}

/**
 * The text of a message, every segment ended by a carriage return. MSH-1 and MSH-2 are written from the separators.
 * @param header fields of MSH from 3 on
 * @throws RangeError for a segment name or field number that HL7 does not have, or a level without a separator
 */
export function buildMessage(
  header: Readonly<Record<number, FieldContent>>,
  segments: readonly SegmentContent[],
  separators: Separators = standardSeparators,
): string {
  const fields = writeFields(header, 3, separators);
  const first = ['MSH', encodingCharacters(separators), ...fields].join(separators.field);
  return `${first}\r${segments.map((one) => writeSegment(one, separators)).join('')}`;
}

/** The text of one segment but MSH, ended by a carriage return. @throws RangeError as `buildMessage` */
export function writeSegment({ name, fields }: SegmentContent, separators: Separators): string {
  if (!/^[A-Z][A-Z0-9]{2}$/.test(name) || name === 'MSH') throw new RangeError(`Not a segment: ${name}`);
  return `${[name, ...writeFields(fields, 1, separators)].join(separators.field)}\r`;
}

function writeFields(
  content: Readonly<Record<number, FieldContent>>,
  from: number,
  separators: Separators,
): readonly string[] {
  const fields: string[] = [];
  for (const [key, field] of Object.entries(content)) {
    const number = Number(key);
    if (!Number.isInteger(number) || number < from || number > 999) {
      throw new RangeError(`Fields are numbered from ${from} to 999`);
    }
    while (fields.length < number - from) fields.push('');
    fields[number - from] = writeField(field, separators);
  }
  return fields;
}

function writeField(content: FieldContent, separators: Separators): string {
  if (typeof content === 'object' && 'asSent' in content) return content.asSent;
  if (typeof content === 'object' && 'repetitions' in content) {
    return join(content.repetitions, separators.repetition, (one) => writeRepetition(one, separators));
  }
  return writeRepetition(content, separators);
}

function writeRepetition(content: Leaf | Components, separators: Separators): string {
  if (typeof content !== 'object') return writeLeaf(content, separators);
  return join(content.components, separators.component, (one) =>
    typeof one === 'object'
      ? join(one.subcomponents, separators.subcomponent, (leaf) => writeLeaf(leaf, separators))
      : writeLeaf(one, separators),
  );
}

function writeLeaf(content: Leaf, separators: Separators): string {
  return content === remove ? '""' : escape(content, separators);
}

function join<Part>(parts: readonly Part[], separator: string, write: (part: Part) => string): string {
  if (parts.length > 1 && separator === none) throw new RangeError('These separators leave this level out');
  return parts.map(write).join(separator);
}
