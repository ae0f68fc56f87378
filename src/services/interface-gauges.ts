/** How feeds and destinations stand, as figures for a monitoring system. Names of the configuration, never of people. */
import type { ListenerState } from './feed-status.ts';
import type { InterfaceStatus } from './interface-status.ts';

/** One figure. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Add = (name: string, help: string, labels: Record<string, string>, value: number | null) => void;

/** The figures. One that is not known, such as the time of what never came, is left out. */
export function interfaceGauges(
  status: InterfaceStatus,
  listener: ListenerState | null,
  senders: readonly { readonly destination: string; readonly hasTurn: boolean; readonly connected: boolean }[],
): Figure[] {
  const figures: Figure[] = [];
  const add: Add = (name, help, labels, value) => {
    if (value !== null) figures.push({ name: `homeward_${name}`, help, labels, value });
  };
  listenerGauges(add, listener);
  feedGauges(add, status);
  hintGauges(add, status, senders);
  return figures;
}

const seconds = (at: Date | null): number | null => (at === null ? null : at.getTime() / 1000);
const since = (at: Date | null, now: Date): number => (at === null ? 0 : (now.getTime() - at.getTime()) / 1000);

function listenerGauges(add: Add, listener: ListenerState | null): void {
  add('feed_listening', '1 while this process listens for feeds', {}, listener?.port == null ? 0 : 1);
  add('feed_connections', 'Connections of feeds to this process', {}, listener?.connections ?? 0);
  add('feed_buffered_bytes', 'Bytes of messages in memory', {}, listener?.bufferedBytes ?? 0);
  add(
    'feed_strangers_not_listed',
    'Messages of senders whom no feed knows that were answered and not kept',
    {},
    listener?.notListed ?? 0,
  );
  const canary = listener?.canary ?? null;
  add('feed_canary_ok', '1 when our own test message was answered the last time', {}, canary && Number(canary.ok));
  add('feed_canary_time_seconds', 'When our own test message was last sent', {}, seconds(canary?.at ?? null));
}

function feedGauges(
  add: Add,
  { at, feeds, setAside, stranded, nearlyTooMany, expired, arrivals }: InterfaceStatus,
): void {
  for (const { feed, enabled, lastReceivedAt, silentSince, oldestWaitingAt, states } of feeds) {
    add('feed_enabled', '1 when the feed file switches the feed on', { feed }, Number(enabled));
    add('feed_last_message_time_seconds', 'When something last came', { feed }, seconds(lastReceivedAt));
    add('feed_silent', '1 when nothing has come for longer than is usual at the hour', { feed }, Number(silentSince !== null)); // prettier-ignore
    add('feed_oldest_waiting_seconds', 'How long the oldest message has waited to be applied', { feed }, since(oldestWaitingAt, at)); // prettier-ignore
    for (const state of ['waiting', 'applied', 'ignored', 'quarantined', 'faulty', 'rejected', 'conflict'])
      add('feed_messages_kept', 'Messages that are kept, by what became of them', { feed, state }, states[state] ?? 0);
    add('stays_open', 'Patients in hospital by this feed', { feed }, arrivals.openStays[feed] ?? 0);
  }
  // Codes are words of ours, and states too; values and fields of messages are no labels.
  for (const { feed, state, code, count } of setAside)
    add('feed_set_aside', 'Messages set aside or refused that are kept, by reason', { feed: feed ?? 'unknown', state, code }, count); // prettier-ignore
  const expires = setAside
    .filter(({ state }) => state === 'quarantined')
    .map(({ firstExpiresAt }) => firstExpiresAt.getTime());
  add('feed_quarantine_expires_seconds', 'How long until the first message that is set aside is deleted', {}, expires.length === 0 ? null : (Math.min(...expires) - at.getTime()) / 1000); // prettier-ignore
  for (const { feed, count } of stranded)
    add('feed_stranded', 'Messages that wait to be applied of feeds that no enabled feed file names', { feed }, count);
  for (const { feed, count } of nearlyTooMany)
    add('feed_nearly_too_many', 'Messages of the last day after which a patient has more than 80% of the statements that may be', { feed }, count); // prettier-ignore
  for (const { feed, code, count } of expired)
    add('feed_expired_unread', 'Messages deleted in the last 30 days while they were set aside or waited, by reason', { feed, code }, count); // prettier-ignore
  add('arrivals_waiting', 'Changes of stays whose question is still to be asked', {}, arrivals.changesWaiting);
  add('arrivals_oldest_waiting_seconds', 'How long the oldest of them has waited', {}, since(arrivals.oldestChangeAt, at)); // prettier-ignore
  for (const result of ['yes', 'no', 'cannot-say'])
    add('arrivals_learnt', 'What is known of stays that are open', { result }, arrivals.learnt[result] ?? 0);
}

function hintGauges(
  add: Add,
  { at, destinations }: InterfaceStatus,
  senders: Parameters<typeof interfaceGauges>[2],
): void {
  for (const {
    destination,
    waiting,
    oldestWaiting,
    oldestRetraction,
    dead,
    lastAcknowledged,
    standing,
    stuck,
  } of destinations) {
    const sender = senders.find((one) => one.destination === destination);
    add('hint_waiting', 'Messages of ours that wait to be sent', { destination }, waiting);
    add('hint_oldest_waiting_seconds', 'How long the oldest of them has waited', { destination }, since(oldestWaiting, at)); // prettier-ignore
    add('hint_oldest_retraction_seconds', 'How long the oldest retraction has waited, or was given up', { destination }, since(oldestRetraction, at)); // prettier-ignore
    add('hint_dead', 'Messages of ours that were given up', { destination }, dead);
    add('hint_standing', 'Hints that may stand there: nothing that takes them back was acknowledged', { destination }, standing); // prettier-ignore
    add('hint_stuck', 'Hints that should not stand and cannot be taken back, for want of their key', { destination }, stuck); // prettier-ignore
    add('hint_last_acknowledged_time_seconds', 'When one was last acknowledged', { destination }, seconds(lastAcknowledged)); // prettier-ignore
    add('hint_connected', '1 while this process has a connection there', { destination }, Number(sender?.connected ?? false)); // prettier-ignore
  }
}
