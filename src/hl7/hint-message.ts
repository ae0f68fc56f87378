/**
 * The short "council care recorded" hint as a hospital's own system takes it: an update with an alert (ADT^A08),
 * a result (ORU^R01) or a document (MDM^T02), and what takes it back. It holds the patient's identifiers as the
 * hospital itself sent them, the visit number and one fixed text under the hospital's own code: no provider, no
 * service, nothing clinical, nothing about safeguarding.
 * Sources: HL7 v2.3 to v2.8, chapter 3 (ADT^A08; EVN, PID, PV1), chapter 7 (ORU^R01; OBR, OBX), chapter 9
 * (MDM^T02, T11; TXA), chapter 2 (MSH). What stands elsewhere in one version than in another is marked below.
 */
import type { Feed, FeedHint } from '../domain/hospital-feed.ts';
import { destinationOf } from '../services/hints.ts';
import type { HintContent, HintDestination, HintSubject } from '../services/hints.ts';
import type { AdtFeed } from './adt-feed.ts';
import { components, remove, repetitions, segment, subcomponents } from './build.ts';
import type { Components, FieldContent, SegmentContent, Subcomponents } from './build.ts';
import { formatTimestamp } from './timestamp.ts';
import { isSince, writeMessage } from './write-message.ts';
import type { Version } from './write-message.ts';

/** The only words that a hint has of its own. */
export const hintText = 'Council care recorded';

/** What of a feed's file a hint is written by. */
export interface HintFeed extends Pick<AdtFeed, 'processing' | 'patient' | 'visitNumber' | 'patientClasses'> {
  readonly id: string;
  readonly enabled: boolean;
  readonly ours: Feed['ours'];
  readonly characterSet: 'as-declared' | 'utf-8' | 'latin-1';
  readonly retention: { readonly raw: number };
  readonly hints: readonly FeedHint[];
}

/** Every place that hints are sent to, as `HintQueue` needs them. */
export function hintDestinations(feeds: readonly HintFeed[]): HintDestination[] {
  return feeds
    .filter(({ enabled }) => enabled)
    .flatMap((feed) =>
      feed.hints.map((hint) => ({
        id: destinationOf(feed, hint),
        giveUpAfter: hint.timing.giveUpAfter,
        keptFor: feed.retention.raw,
        build: (content: HintContent) => buildHint(feed, hint, content),
      })),
    );
}

/**
 * Writes a hint, or what takes one back. The same content gives the same bytes.
 * @returns the message without its MLLP frame
 */
export function buildHint(feed: HintFeed, hint: FeedHint, content: HintContent): Buffer {
  const { event, structure, segments } = bodies[hint.kind](feed, hint, content);
  const [type = ''] = hint.kind.split('^');
  const plain = header(feed, hint, content, components(type, event, ...(since(hint, '2.3.1') ? [structure] : [])));
  return writeMessage(plain, segments, { version: hint.version, latin: feed.characterSet === 'latin-1' });
}

interface Body {
  readonly event: string;
  /** MSH-9.3, of tables 0354; from v2.3.1 on. */
  readonly structure: string;
  readonly segments: readonly SegmentContent[];
}

type BodyOf = (feed: HintFeed, hint: FeedHint, content: HintContent) => Body;

const bodies: Record<FeedHint['kind'], BodyOf> = {
  'ADT^A08': (feed, hint, content) => ({
    event: 'A08',
    structure: 'ADT_A01',
    segments: [
      eventSegment(hint, 'A08', content.at),
      ...patientSegments(feed, content.subject),
      observation(hint, content),
    ],
  }),
  // OBR-3 names the result for good: what takes it back carries the number of what it takes back. Table 0123: X, no
  // results available; table 0085: D, delete.
  'ORU^R01': (feed, hint, content) => ({
    event: 'R01',
    structure: 'ORU_R01',
    segments: [
      ...patientSegments(feed, content.subject),
      segment('OBR', {
        1: '1',
        3: components(content.reference, feed.ours.application),
        4: codeOf(hint),
        ...(content.kind === 'hint' ? { 7: formatTimestamp(content.at) } : {}),
        22: formatTimestamp(content.at),
        25: content.kind === 'hint' ? 'F' : 'X',
      }),
      observation(hint, content),
    ],
  }),
  // Taken back by T11, document cancel notification, which has no content: what UK receivers delete a document by.
  'MDM^T02': (feed, hint, content) => {
    const event = content.kind === 'hint' ? 'T02' : 'T11';
    const segments = [
      eventSegment(hint, event, content.at),
      ...patientSegments(feed, content.subject),
      documentSegment(feed, hint, content),
    ];
    return content.kind === 'hint'
      ? { event, structure: 'MDM_T02', segments: [...segments, observation(hint, content)] }
      : { event, structure: 'MDM_T01', segments };
  },
};

function header(
  { ours, processing }: HintFeed,
  { receiver, version }: FeedHint,
  { at, controlId }: HintContent,
  type: Components,
): Record<number, FieldContent> {
  return {
    3: ours.application, 4: ours.facility, 5: receiver.application, 6: receiver.facility, 7: formatTimestamp(at), 9: type,
    10: controlId, 11: processing.find((one) => one !== '') ?? 'P', 12: version,
    // Enhanced mode: tell that it is kept; what an application thinks of it later is not waited for.
    15: 'AL', 16: 'NE',
  }; // prettier-ignore
}

// EVN-1 was withdrawn in v2.7 (3.4.1.1).
function eventSegment(hint: FeedHint, event: string, at: Date): SegmentContent {
  return segment('EVN', { ...(since(hint, '2.7') ? {} : { 1: event }), 2: formatTimestamp(at) });
}

function patientSegments(feed: HintFeed, subject: HintSubject): SegmentContent[] {
  const { name, birthDate, visit } = subject;
  const pid: Record<number, FieldContent> = { 1: '1', 3: repetitions(...identifiers(feed, subject)) };
  if (name) pid[5] = components(name.family, name.given);
  if (birthDate) pid[7] = birthDate.replaceAll('-', '');
  const pv1: Record<number, FieldContent> = { 1: '1', 2: classCode(feed, subject) };
  if (feed.visitNumber === 'PID-18') pid[18] = visit;
  else pv1[Number(feed.visitNumber.slice(4))] = visit;
  return [segment('PID', pid), segment('PV1', pv1)];
}

/** The hospital number, then the NHS number, each under the names that the feed's file first finds it by. */
function identifiers({ patient: rules }: HintFeed, { patient, nhsNumber }: HintSubject): Components[] {
  const found: Components[] = [];
  if (rules.hospitalNumber) {
    const [rule] = rules.hospitalNumber.where;
    found.push(identifier(patient.value, rule?.authority ?? rules.hospitalNumber.authority, rule?.type ?? ''));
  }
  const number = nhsNumber ?? (rules.hospitalNumber ? null : patient.value);
  if (number !== null) {
    const rule = rules.nhsNumber.find(({ field }) => field === 'PID-3');
    // `NHS` and `NH` unless the file says otherwise: NW England guide, NHS number in CX.
    found.push(identifier(number, rule?.authority ?? (rule?.type === 'NHS' ? '' : 'NHS'), rule?.type ?? 'NH'));
  }
  return found;
}

function identifier(value: string, authority: string, type: string): Components {
  // CX.4 is a hierarchic designator: an OID stands in its second part.
  const oid: Subcomponents | null = /^\d+(?:\.\d+)+$/.test(authority) ? subcomponents('', authority, 'ISO') : null;
  return components(value, '', '', oid ?? authority, ...(type === '' ? [] : [type]));
}

/** The hospital's own code for the class: PV1-2 must be there (3.4.3.2), and an A08 must not change it. */
function classCode({ patientClasses }: HintFeed, { patientClass }: HintSubject): string {
  if (patientClass === null) return 'U';
  const usual = patientClass === 'emergency' ? 'E' : 'I';
  if (patientClasses[usual] === patientClass) return usual;
  return Object.keys(patientClasses).find((code) => code !== '' && patientClasses[code] === patientClass) ?? usual;
}

/** OBX: the same place in every version. `""` and status D delete what the hint said (table 0085). */
function observation(hint: FeedHint, { kind, at }: HintContent): SegmentContent {
  return segment('OBX', {
    1: '1',
    2: hint.kind === 'MDM^T02' ? 'TX' : 'ST',
    3: codeOf(hint),
    5: kind === 'hint' ? hintText : remove,
    11: kind === 'hint' ? 'F' : 'D',
    14: formatTimestamp(at),
  });
}

// TXA-2 was one code of a table until v2.6, and a coded element since v2.7 (9.6.1.2). TXA-12 names the document for good.
function documentSegment({ ours }: HintFeed, hint: FeedHint, { kind, reference, at }: HintContent): SegmentContent {
  const told = kind === 'hint';
  return segment('TXA', {
    1: '1',
    2: since(hint, '2.7') ? codeOf(hint) : hint.code.value,
    ...(told ? { 3: 'TX' } : {}),
    4: formatTimestamp(at),
    12: components(reference, ours.application),
    17: 'DO',
    19: told ? 'AV' : 'CA',
  });
}

function codeOf({ code }: FeedHint): Components {
  return components(code.value, code.text, code.system);
}

function since({ version }: FeedHint, first: Version): boolean {
  return isSince(version, first);
}
