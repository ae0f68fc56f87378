/**
 * Acknowledgements: who is answered, with which code, and what the answer says. It is the sender's own
 * header turned round, and never holds anything about a patient.
 * Source: HL7 v2.5.1 chapter 2, 2.9.2 (original and enhanced mode) and 2.15.5 (ERR); tables 0008, 0155, 0357.
 */
import { components, segment, subcomponents, writeSegment } from './build.ts';
import type { FieldContent, SegmentContent } from './build.ts';
import { encode } from './charset.ts';
import { escape } from './escapes.ts';
import type { Message } from './message.ts';
import { encodingCharacters, none } from './separators.ts';
import { formatTimestamp } from './timestamp.ts';

/** What became of a message: kept; not usable or not storable now; of a kind that is not taken here. */
export type Outcome = 'accepted' | 'error' | 'rejected';

export type AckCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR';

/** How a feed wants to be answered: as each message asks, or always one way whatever it asks. */
export type AckMode = 'as-asked' | 'original' | 'enhanced';

/** HL7 table 0357: what kind of fault it was, for the other system. */
export const errorConditions = {
  100: 'Segment sequence error',
  101: 'Required field missing',
  102: 'Data type error',
  103: 'Table value not found',
  200: 'Unsupported message type',
  201: 'Unsupported event code',
  202: 'Unsupported processing id',
  203: 'Unsupported version id',
  204: 'Unknown key identifier',
  205: 'Duplicate key identifier',
  206: 'Application record locked',
  207: 'Application internal error',
} as const;

/** A fault as its sender's engineer needs it; no part of it may come from the patient's data. */
export interface AckFault {
  /** Our own code, such as HL7_NUL. */
  readonly code: string;
  /** What is wrong and what to do, in a sentence. */
  readonly text: string;
  readonly condition: keyof typeof errorConditions;
  /** Where: PID-3 is `{ segment: 'PID', field: 3 }`. */
  readonly location?: { readonly segment: string; readonly sequence?: number; readonly field?: number };
}

export interface AckContent {
  readonly code: AckCode;
  readonly at: Date;
  /** MSH-10 of the answer, at most 20 characters. */
  readonly controlId: string;
  readonly fault?: AckFault;
}

/**
 * The code to answer with. Either of MSH-15 and MSH-16 filled asks for enhanced mode, whose MSH-15 says when
 * an answer is wanted at all; where it wants none but MSH-16 does, the answer stands for both.
 * @param mode of the feed, which stands before what the message asks
 * @returns null when the sender wants no answer to this outcome
 */
export function ackCode(header: Message, outcome: Outcome, mode: AckMode = 'as-asked'): AckCode | null {
  const accept = header.value('MSH', 15).trim().toUpperCase();
  const application = header.value('MSH', 16).trim().toUpperCase();
  const letter = outcome === 'accepted' ? 'A' : outcome === 'error' ? 'E' : 'R';
  if (mode === 'original') return `A${letter}`;
  if (mode === 'enhanced') return `C${letter}`;
  if (accept === '' && application === '') return `A${letter}`;
  if (wants(accept === '' ? 'AL' : accept, outcome)) return `C${letter}`;
  return application !== '' && wants(application, outcome) ? `A${letter}` : null;
}

/**
 * The bytes of an acknowledgement: sender and receiver exchanged, the sender's separators, version, processing
 * id and characters, MSA-2 its control id; ERR in the form of its version.
 * @param header the message or only its header (`parseHeader`)
 */
export function buildAck(header: Message, { code, at, controlId, fault }: AckContent): Buffer {
  const { separators } = header;
  const msh = header.at(0);
  const mirrored = (field: number): string => msh?.sent(field) ?? '';
  const name = `MSH${separators.field}${encodingCharacters(separators)}`;
  const answer = [
    name, mirrored(5), mirrored(6), mirrored(3), mirrored(4), formatTimestamp(at), '', ackType(header),
    escape(controlId, separators),
    mirrored(11), mirrored(12),
  ]; // prettier-ignore
  const characters = msh?.field(18);
  if (characters !== undefined && characters.text !== '') answer.push('', '', '', '', '', characters.raw);
  const msa = ['MSA', code, mirrored(10)];
  if (fault !== undefined) msa.push(escape(fault.text.slice(0, 80), separators));
  let text = `${answer.join(separators.field)}\r${msa.join(separators.field)}\r`;
  if (fault !== undefined) text += writeSegment(errorSegment(header, fault), separators);
  return encode(text, header.characterSet).bytes;
}

function wants(condition: string, outcome: Outcome): boolean {
  if (condition === 'NE') return false;
  if (condition === 'ER') return outcome !== 'accepted';
  return condition === 'SU' ? outcome === 'accepted' : true;
}

function ackType(header: Message): string {
  const event = header.value('MSH', 9, 2);
  if (event === '') return 'ACK';
  const { separators } = header;
  // Words where the sender's separators leave components out.
  const between = separators.component === none ? ' ' : separators.component;
  const type = `ACK${between}${escape(event, separators)}`;
  return header.value('MSH', 9, 3) === '' ? type : `${type}${between}ACK`;
}

/** v2.5 gave ERR its present fields; before, ERR-1 said place and code together. */
function errorSegment(header: Message, { code, text, condition, location }: AckFault): SegmentContent {
  const place = location ? [location.segment, String(location.sequence ?? 1), String(location.field ?? '')] : [];
  const meaning = [String(condition), errorConditions[condition], 'HL70357'];
  const [, major = 2, minor = 0] = (/^(\d+)\.(\d+)/.exec(header.value('MSH', 12)) ?? []).map(Number);
  if (major > 2 || minor >= 5) {
    const application = parts(header, code, text);
    return segment('ERR', {
      2: parts(header, ...place),
      3: parts(header, ...meaning),
      4: 'E',
      5: application,
      8: text,
    });
  }
  const { component, subcomponent } = header.separators;
  if (component === none || subcomponent === none) return segment('ERR', { 1: [...place, ...meaning].join(' ') });
  const [name = '', sequence = '', field = ''] = place;
  return segment('ERR', { 1: components(name, sequence, field, subcomponents(...meaning)) });
}

/** Components, or words where the sender's separators leave components out. */
function parts(header: Message, ...texts: string[]): FieldContent {
  return header.separators.component === none ? texts.join(' ') : components(...texts);
}
