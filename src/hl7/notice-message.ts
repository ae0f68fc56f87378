/**
 * A notice as an HL7 v2 document (MDM^T02) for a provider's or council's own system: whom it is about, the words that a
 * reader of the inbox sees, and the same facts coded. Every field is named here; nothing else of a notice can leave by
 * it: no ward, no team, no reason, nothing clinical, nothing about safeguarding.
 * Sources: HL7 v2.3 to v2.8, chapter 9 (MDM^T02; TXA), chapter 3 (EVN, PID, PV1), chapter 7 (OBX), chapter 2 (MSH).
 */
import { createHash } from 'node:crypto';
import type { SystemMessage } from '../domain/courier.ts';
import type { NoticeContent } from '../domain/notice-content.ts';
import { noticeText } from '../domain/notice-text.ts';
import { components, repetitions, segment } from './build.ts';
import type { Components, FieldContent, SegmentContent } from './build.ts';
import { formatTimestamp } from './timestamp.ts';
import { isSince, writeMessage } from './write-message.ts';

/** How a system takes HL7: what its file says. */
export interface NoticeReceiver {
  readonly sender: { readonly application: string; readonly facility: string };
  readonly receiver: { readonly application: string; readonly facility: string };
  readonly version: string;
  readonly processing: 'P' | 'T' | 'D';
  readonly characterSet: 'utf-8' | 'latin-1';
  /** The document's type in the receiver's own code list. */
  readonly code: { readonly value: string; readonly text: string; readonly system: string };
}

const eventOf = { first: 'told', reminder: 'reminder', 'out-of-hours': 'reminder', council: 'unanswered' } as const;

/** Our own codes of OBX-3; 99…: a local coding system (table 0396). */
const ourCodes = '99HOMEWARD';

/** MSH-10 of a delivery: the same at every attempt, and of the 20 characters that every version has room for. */
export function noticeControlId(key: string): string {
  return short(key);
}

/**
 * Writes the message without its MLLP frame; the same bytes at every attempt, so that its receiver can tell a repetition.
 * @param key of the delivery
 */
export function buildNotice(to: NoticeReceiver, what: SystemMessage, key: string): Buffer {
  const { notice, content, reason } = what;
  const at = formatTimestamp(notice.createdAt);
  const type = components('MDM', 'T02', ...(isSince(to.version, '2.3.1') ? ['MDM_T02'] : []));
  const header: Record<number, FieldContent> = {
    3: to.sender.application, 4: to.sender.facility, 5: to.receiver.application, 6: to.receiver.facility, 7: at, 9: type,
    10: noticeControlId(key), 11: to.processing, 12: to.version,
    // Enhanced mode: tell that it is kept. What a person thinks of it is said in the portal.
    15: 'AL', 16: 'NE',
  }; // prettier-ignore
  // A reminder is a document of its own; whatever belongs to an earlier one names it as its parent.
  const first = reason === 'first';
  const parent = !first ? notice.id : notice.thread === notice.id ? null : notice.thread;
  const segments = [
    // EVN-1 was withdrawn in v2.7 (3.4.1.1).
    segment('EVN', { ...(isSince(to.version, '2.7') ? {} : { 1: 'T02' }), 2: at }),
    patient(content),
    // PV1-2 must be there (3.4.3.2), and which it is would say more than may be told.
    segment('PV1', { 1: '1', 2: 'U' }),
    segment('TXA', {
      1: '1',
      2: isSince(to.version, '2.7') ? codeOf(to) : to.code.value,
      3: 'TX',
      4: at,
      12: components(short(first ? notice.id : key), to.sender.application),
      ...(parent !== null && { 13: components(short(parent), to.sender.application) }),
      17: 'DO',
      19: 'AV',
    }),
    ...observations(to, what, eventOf[reason]),
  ];
  return writeMessage(header, segments, { version: to.version, latin: to.characterSet === 'latin-1' });
}

function patient({ who: { family, given, birthDate, nhsNumber, ownReference } }: NoticeContent): SegmentContent {
  const ids: Components[] = [];
  // `NHS` and `NH`: NW England guide, NHS number in CX. `PI`: the receiver's own number (table 0203).
  if (nhsNumber !== undefined) ids.push(components(nhsNumber, '', '', 'NHS', 'NH'));
  if (ownReference !== undefined) ids.push(components(ownReference, '', '', '', 'PI'));
  const pid: Record<number, FieldContent> = { 1: '1' };
  if (ids.length > 0) pid[3] = repetitions(...ids);
  if (family !== undefined || given !== undefined) pid[5] = components(family ?? '', given ?? '');
  if (birthDate !== undefined) pid[7] = birthDate.replaceAll('-', '');
  return segment('PID', pid);
}

type Fact = readonly [code: string, name: string, type: 'ST' | 'DT' | 'moment', value: string];

function observations(to: NoticeReceiver, { notice, content, link }: SystemMessage, event: string): SegmentContent[] {
  const text = noticeText(content, notice.createdAt, notice.recipient.kind);
  const lines = [text.heading, text.where, ...text.what, ...(text.answer === null ? [] : [text.answer]), link];
  const moment = isSince(to.version, '2.6') ? 'DTM' : 'TS';
  const made: Record<number, FieldContent>[] = [
    ...lines.map((line, index) => ({ 2: 'TX', 3: codeOf(to), 4: String(index + 1), 5: breakable(line) })),
    ...facts(notice, content, event, link).map(([code, name, type, value]) => ({
      2: type === 'moment' ? moment : type,
      3: components(code, name, ourCodes),
      5: breakable(value),
    })),
  ];
  const at = formatTimestamp(notice.createdAt);
  return made.map((fields, index) => segment('OBX', { 1: String(index + 1), ...fields, 11: 'F', 14: at }));
}

function facts(notice: SystemMessage['notice'], content: NoticeContent, event: string, link: string): Fact[] {
  const { where, expectedHome, restartFrom, goneAt, answerBy } = content;
  const found: Fact[] = [
    ['EVENT', 'Why it is sent', 'ST', event],
    ['NOTICE', 'Message', 'ST', notice.id],
    ['THREAD', 'First message of this line', 'ST', notice.thread],
    ['KIND', 'Kind', 'ST', notice.kind],
    ['OF', 'Fact that it is about', 'ST', notice.of],
    ['HOSPITAL', 'Hospital', 'ST', where.hospital],
  ];
  if (where.phone) found.push(['PHONE', 'Number of the hospital', 'ST', where.phone.text]);
  if (expectedHome?.at)
    found.push(['EXPECTED-HOME', 'Expected home', 'moment', formatTimestamp(expectedHome.at, true)]);
  else if (expectedHome) found.push(['EXPECTED-HOME', 'Expected home', 'DT', expectedHome.date.replaceAll('-', '')]);
  if (restartFrom) found.push(['RESTART-FROM', 'First visit wanted', 'DT', restartFrom.date.replaceAll('-', '')]);
  if (restartFrom?.visit) found.push(['RESTART-VISIT', 'Visit of that day', 'ST', restartFrom.visit]);
  if (goneAt) found.push(['GONE-AT', 'Left', 'moment', formatTimestamp(goneAt, true)]);
  if (answerBy) found.push(['ANSWER-BY', 'To be answered by', 'moment', formatTimestamp(answerBy, true)]);
  found.push(['LINK', 'Where a person answers', 'ST', link]);
  return found;
}

function codeOf({ code }: NoticeReceiver): Components {
  return components(code.value, code.text, code.system);
}

// A screen keeps a number's parts together by spaces that few engines' characters have.
function breakable(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ');
}

function short(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 20).toUpperCase();
}
