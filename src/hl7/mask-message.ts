/**
 * A message as an engineer may see it: its structure, and those codes by which a feed's file is mended. A list of
 * what is shown, not of what is hidden: whatever is not named here, or does not look like a code where it stands, is
 * a dot for each character.
 */
import { parseMessage } from './message.ts';
import type { Segment } from './segment.ts';

/** What a text must look like to be shown. */
type Shape = (text: string) => boolean;

// A number of a patient is longer, and so is a birth date.
const digits = /\d[\d .-]*\d[\d .-]*\d[\d .-]*\d/;
const code: Shape = (text) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,19}$/.test(text) && !digits.test(text);
const version: Shape = (text) => /^\d\.\d(\.\d)?$/.test(text);
const oneOf =
  (...words: string[]): Shape =>
  (text) =>
    words.includes(text);
const event: Shape = (text) => /^[A-Z]\d\d$/.test(text);
const kinds = 'ACK ADR ADT BAR DFT MDM MFN OMG OML ORL ORM ORR ORU PPR QBP QRY REF RDE RSP SIU SRM VXU'.split(' ');
const structure: Shape = (text) => kinds.includes(text.slice(0, 3)) && /^\w{3}_[A-Z]\d\d$/.test(text);
const oid: Shape = (text) => /^[0-2](\.\d{1,6}){2,}$/.test(text);
const characters: Shape = (text) => /^(ASCII|8859\/\d\d?|UNICODE( UTF-\d\d?)?|UTF-?8|ISO IR\d+)$/i.test(text);
const authority: Shape = (text) => code(text) || oid(text);

/** Fields that are shown, component by component: the shape of all, or of those at places. */
const shown: Readonly<Record<string, Readonly<Record<number, Shape | Readonly<Record<number, Shape>>>>>> = {
  MSH: {
    9: { 1: oneOf(...kinds), 2: event, 3: structure }, 11: oneOf('P', 'T', 'D'), 12: version, 15: oneOf('AL', 'NE', 'ER', 'SU'), 16: oneOf('AL', 'NE', 'ER', 'SU'), 18: characters,
  },
  EVN: { 1: event },
  // The place is what `sites` maps: point of care, facility, status, type, building; never room and bed.
  PV1: { 2: code, 3: { 1: code, 4: authority, 5: code, 6: code, 7: code }, 36: code, 37: code },
}; // prettier-ignore

/** Times, of which it is shown how exact they are and whether they name an offset. */
const times: Readonly<Record<string, readonly number[]>> = { MSH: [7], EVN: [2, 6], PV1: [44, 45] };

/** Lists of identifiers, of which it is shown who gave the number and what kind of number it is. */
const identifiers: Readonly<Record<string, readonly number[]>> = {
  PID: [2, 3, 4, 18, 19],
  PV1: [19, 50],
  MRG: [1, 2, 3, 4, 5],
};

/** Segments of ADT messages: what else begins a line may be anything. */
const names = new Set(
  `ACC AL1 ARV AUT CTD DB1 DG1 DRG DSC EVN FTS GP1 GP2 GT1 IAM IN1 IN2 IN3 MRG MSA MSH NK1 NPU NTE OBR OBX ORC PD1 PDA
   PID PR1 PRB PRD PRT PV1 PV2 RF1 ROL SFT UAC UB1 UB2`.split(/\s+/),
);

/** Segments longer than this are cut: nobody reads on. */
const mostSegments = 60;
const mostInField = 200;

/** Its segments as text, masked; one line that says so when it cannot be read. */
export function maskMessage(content: Uint8Array): string[] {
  const parsed = parseMessage(content);
  if (!parsed.ok) return [`${parsed.fault}: ${content.length} bytes that cannot be read as a message`];
  const segments = parsed.message.segments();
  const lines = segments.slice(0, mostSegments).map((segment) => maskSegment(segment));
  return segments.length > mostSegments ? [...lines, `… ${segments.length - mostSegments} more segments`] : lines;
}

function maskSegment(segment: Segment): string {
  const { name } = segment;
  const isKnown = names.has(name) || /^Z[A-Z][A-Z0-9]$/.test(name);
  // MSH-2 is how the rest is written, and nothing else.
  const fields: string[] = name === 'MSH' ? [name, '^~\\&'] : [isKnown ? name : '•••'];
  for (let field = name === 'MSH' ? 3 : 1; field <= segment.fieldCount; field++)
    fields.push(maskField(segment, field).slice(0, mostInField));
  return fields.join('|').replace(/\|+$/, '');
}

function maskField(segment: Segment, field: number): string {
  const { name } = segment;
  const rule = shown[name]?.[field];
  const isList = identifiers[name]?.includes(field) ?? false;
  const { rawField, repetitions } = segment.field(field);
  if (times[name]?.includes(field)) return rawField.replace(/[^.+-]/g, '•').slice(0, 40);
  if (rule === undefined && !isList) return hide(rawField);
  return repetitions
    .map(({ components }) =>
      components
        .map((text, at) => {
          if (isList) return at === 3 ? parts(text, authority) : at === 4 ? parts(text, code) : hide(text);
          return parts(text, typeof rule === 'function' ? rule : rule?.[at + 1]);
        })
        .join('^'),
    )
    .join('~');
}

// Subcomponents, as of an authority that is named by its name and its OID.
function parts(text: string, shape: Shape | undefined): string {
  if (shape === undefined) return hide(text);
  return text.split('&').map((part) => (part === '' || part === '""' || shape(part) ? part : hide(part))).join('&'); // prettier-ignore
}

// As long as it was, so that an empty field, a deletion and a number cut short can be told apart.
function hide(text: string): string {
  return text === '""' ? text : text.replace(/[^|^~&\\]/g, '•').slice(0, 40);
}
