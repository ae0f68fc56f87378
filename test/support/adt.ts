/** ADT messages of Kings Vale Hospital, written short, and what its feed file makes of them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readFeedFiles } from '../../src/config/feed.ts';
import type { Feed } from '../../src/config/feed.ts';
import type { HospitalEvent } from '../../src/domain/stay-event.ts';
import { readAdt } from '../../src/hl7/adt.ts';
import type { AdtOutcome } from '../../src/hl7/adt-codes.ts';
import type { AdtFeed } from '../../src/hl7/adt-feed.ts';
import { parseMessage } from '../../src/hl7/message.ts';
import type { Message } from '../../src/hl7/message.ts';

const [file] = readFeedFiles(join(import.meta.dirname, '../../config/demo'));
assert.ok(file);
/** The demo's own feed file. */
export const kingsVale: Feed = file.value;

/** Fields of segments by their HL7 positions: `{ 'PID-7': '19410314' }`. */
export type Fields = Readonly<Record<string, string>>;

const usual: Fields = {
  'MSH-3': 'KVPAS',
  'MSH-4': 'KVH',
  'MSH-5': 'HOMEWARD',
  'MSH-6': 'KVH',
  'MSH-7': '20260302090012',
  'MSH-10': 'KV0001',
  'MSH-11': 'P',
  'MSH-12': '2.4',
  'EVN-2': '20260302090000',
  'PID-3': 'K100^^^KVH^MR~9990000018^^^NHS^NH',
  'PID-5': 'HOLMES^Barbara',
  'PID-7': '19410314',
  'PV1-2': 'E',
  'PV1-3': 'ED^BAY^3',
  'PV1-19': 'KV-V1',
};

/**
 * A message.
 * @param trigger `A04`
 * @param fields changes of the usual ones; a segment is there when one of its fields is
 * @param without names of segments to leave out
 */
export function adt(trigger: string, fields: Fields = {}, ...without: string[]): Message {
  const all: Fields = { 'MSH-9': `ADT^${trigger}`, 'EVN-1': trigger, ...usual, ...fields };
  const names = [...new Set(['MSH', 'EVN', 'PID', ...Object.keys(all).map((key) => key.slice(0, 3))])];
  return parsed(names.filter((name) => !without.includes(name)).map((name) => segment(name, all)).join('\r')); // prettier-ignore
}

/** One segment of some fields. */
export function segment(name: string, fields: Fields): string {
  const shift = name === 'MSH' ? 1 : 0;
  const parts: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith(`${name}-`)) parts[Number(key.slice(4)) - shift] = value;
  }
  if (name === 'MSH') parts[1] = '^~\\&';
  parts[0] = name;
  return Array.from(parts, (part) => part ?? '').join('|');
}

/** Reads a text as a message; fails the test when it is none. */
export function parsed(text: string | Uint8Array): Message {
  const result = parseMessage(typeof text === 'string' ? Buffer.from(text) : text);
  assert.ok(result.ok);
  return result.message;
}

export const received = new Date('2026-03-10T09:00:00Z');

/** What a feed makes of a message. */
export function outcome(message: Message, feed: AdtFeed = kingsVale): AdtOutcome {
  return readAdt(message, feed, received);
}

/** The one event that a message becomes; fails the test when it becomes anything else. */
export function eventOf(message: Message, feed: AdtFeed = kingsVale): HospitalEvent {
  const events = eventsOf(message, feed);
  assert.equal(events.length, 1);
  return events[0] as HospitalEvent;
}

/** The events that a message becomes. */
export function eventsOf(message: Message, feed: AdtFeed = kingsVale): readonly HospitalEvent[] {
  const read = outcome(message, feed);
  assert.equal(read.kind, 'events', JSON.stringify(read));
  return read.kind === 'events' ? read.events : [];
}

/** The remarks with which a message was read. */
export function remarksOf(message: Message, feed: AdtFeed = kingsVale): readonly string[] {
  const read = outcome(message, feed);
  return read.kind === 'events' ? read.remarks : [read.kind];
}

/** What else a message becomes, in one text: `AE PATIENT_MISSING PID`, `quarantined CLASS_UNMAPPED PV1-2 X`, `ignored echo`. */
export function refusalOf(message: Message, feed: AdtFeed = kingsVale): string {
  const read = outcome(message, feed);
  if (read.kind === 'ignored') return `ignored ${read.reason}`;
  if (read.kind === 'refused') return `${read.ack} ${read.code} ${read.field}`;
  return read.kind === 'quarantined' ? `quarantined ${read.code} ${read.field} ${read.value}`.trim() : 'taken';
}
