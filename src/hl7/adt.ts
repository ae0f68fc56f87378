/**
 * From an ADT message to what it says of who is in hospital, in the domain's own words; or why it says
 * nothing, cannot be taken, or must wait for somebody to mend the feed's file. Pure: sockets, storage and
 * acknowledgement are others' work.
 */
import { fault, ignore, quarantine, reject, Stop } from './adt-codes.ts';
import type { AdtOutcome, AdtRemark } from './adt-codes.ts';
import type { AdtFeed, Party } from './adt-feed.ts';
import { AdtReader } from './adt-reader.ts';
import { isTrigger, triggers } from './adt-triggers.ts';
import type { Reading } from './adt-triggers.ts';
import type { Message } from './message.ts';

/**
 * Reads an ADT message.
 * @param receivedAt when the message first came, also for a replay: events later than that are set aside
 * @returns one event, or one for each person or visit that the message speaks of; never throws
 */
export function readAdt(message: Message, feed: AdtFeed, receivedAt: Date): AdtOutcome {
  const reader = new AdtReader(message, feed, receivedAt);
  try {
    const reading = judgeHeader(message, feed, reader.remark);
    if (reading.as === 'nothing') return { kind: 'ignored', reason: 'event-ignored' };
    return { kind: 'events', events: reader.read(reading), remarks: reader.remarks };
  } catch (stop) {
    if (stop instanceof Stop) return stop.outcome;
    throw stop;
  }
}

/** The feed that a message comes from by MSH-3 and MSH-4, or whose engine sends our own message back; null for none. */
export function feedOf<F extends Pick<AdtFeed, 'senders' | 'ours'>>(message: Message, feeds: readonly F[]): F | null {
  const isFrom = ({ senders }: F): boolean => senders.some((party) => isParty(message, party));
  return feeds.find(isFrom) ?? feeds.find(({ ours }) => isParty(message, ours)) ?? null;
}

/** Whether a message is one of our own, sent back by an engine that sends everything to everybody. */
export function isEcho(message: Message, { ours }: Pick<AdtFeed, 'ours'>): boolean {
  return isParty(message, ours);
}

function isParty(message: Message, { application, facility }: Party): boolean {
  const [app, place] = [message.value('MSH', 3).trim(), message.value('MSH', 4).trim()];
  return app === application && (facility === undefined || place === facility);
}

function judgeHeader(message: Message, feed: AdtFeed, remark: (remark: AdtRemark) => void): Reading {
  const { senders, processing, events } = feed;
  if (isEcho(message, feed)) ignore('echo');
  if (!senders.some((party) => isParty(message, party))) reject('SENDER_UNKNOWN', 'MSH-3');
  if (message.value('MSH', 9).trim() !== 'ADT') reject('MESSAGE_TYPE', 'MSH-9');
  if (!/^2\.[1-9](\.\d)?$/.test(message.value('MSH', 12).trim())) reject('MESSAGE_VERSION', 'MSH-12');
  if (!processing.includes(message.value('MSH', 11).trim())) reject('PROCESSING_ID', 'MSH-11');
  const id = message.value('MSH', 10).trim();
  if (id === '' || id.length > 199) fault('CONTROL_ID_MISSING', 'MSH-10');
  const trigger = triggerOf(message, remark);
  const use = Object.hasOwn(events, trigger) ? events[trigger] : 'apply';
  if (use === 'refuse') reject('EVENT_REFUSED', 'MSH-9');
  if (use === 'ignore') return { as: 'nothing' };
  return isTrigger(trigger) ? triggers[trigger] : quarantine('EVENT_UNMAPPED', 'MSH-9', trigger);
}

// MSH-9.2 says what the message is; EVN-1 is kept for old receivers, and often forgotten by senders.
function triggerOf(message: Message, remark: (remark: AdtRemark) => void): string {
  const [inHeader, inEvent] = [message.value('MSH', 9, 2).trim(), message.value('EVN', 1).trim()];
  if (inHeader !== '' && inEvent !== '' && inHeader !== inEvent) remark('event-code-differs');
  return inHeader === '' ? inEvent : inHeader;
}
