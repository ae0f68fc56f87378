/**
 * A message as an engineer may see it: its structure and its codes, which a feed's file maps, and nothing that
 * tells who the patient is. What is not named here as a code is masked.
 */
import { parseMessage } from './message.ts';
import type { Segment } from './segment.ts';

/** Fields that are codes, and shown. */
const shown: Readonly<Record<string, readonly number[]>> = {
  MSH: [2, 3, 4, 5, 6, 9, 10, 11, 12, 15, 16, 17, 18],
  EVN: [1],
  PV1: [2, 3, 36, 37],
};

/** Fields that hold a time of an event, and are shown as far as they are one. */
const times: Readonly<Record<string, readonly number[]>> = { MSH: [7], EVN: [2, 6], PV1: [44, 45] };

/** Components that are shown of lists of identifiers: who gave the number, and what kind of number it is. */
const identifiers: Readonly<Record<string, readonly number[]>> = {
  PID: [2, 3, 4, 18, 19],
  PV1: [19, 50],
  MRG: [1, 2, 3, 4, 5],
};

/** Segments longer than this are cut: nobody reads on. */
const mostSegments = 60;

/** Its segments as text, masked; one line that says so when it cannot be read. */
export function maskMessage(content: Uint8Array): string[] {
  const parsed = parseMessage(content);
  if (!parsed.ok) return [`${parsed.fault}: ${content.length} bytes that cannot be read as a message`];
  const { message } = parsed;
  const segments = message.segments();
  const lines = segments.slice(0, mostSegments).map((segment) => maskSegment(segment));
  return segments.length > mostSegments ? [...lines, `… ${segments.length - mostSegments} more segments`] : lines;
}

function maskSegment(segment: Segment): string {
  const { name } = segment;
  if (name === '') return '•••';
  const fields: string[] = [name];
  for (let field = name === 'MSH' ? 2 : 1; field <= segment.fieldCount; field++) fields.push(maskField(segment, field));
  return fields.join('|').replace(/\|+$/, '');
}

function maskField(segment: Segment, field: number): string {
  const { name } = segment;
  const content = segment.field(field);
  if (shown[name]?.includes(field)) return redact(content.rawField);
  if (times[name]?.includes(field)) return content.rawField.replace(/[^\d.:+ -]/g, '•').slice(0, 40);
  if (!identifiers[name]?.includes(field)) return hide(content.rawField);
  return content.repetitions
    .map(({ components }) => components.map((text, at) => (at === 3 || at === 4 ? redact(text) : hide(text))).join('^'))
    .join('~');
}

// As long as it was, so that an empty field, a deletion and a number cut short can be told apart.
function hide(text: string): string {
  return text === '""' ? text : text.replace(/[^|^~&\\]/g, '•').slice(0, 40);
}

// A sender whose fields are out of place may have put a number where a code belongs.
function redact(text: string): string {
  return text.replace(/\d[\d -]{5,}/g, (digits) => '•'.repeat(digits.length)).slice(0, 200);
}
