/** The hospital's interfaces as their page shows them. */
import { formatAge, formatInstant } from '../../domain/dates.ts';
import type { ListenerState } from '../../services/feed-status.ts';
import { alarmsOf } from '../../services/interface-alarms.ts';
import type { InterfaceStatus, SetAsideGroup } from '../../services/interface-status.ts';

/** What this process itself listens to, and sends. */
export interface LiveState {
  readonly listener: ListenerState | null;
  readonly senders: readonly { readonly destination: string; readonly hasTurn: boolean; readonly connected: boolean }[];
}

export interface ReasonTexts {
  /** Why a message was set aside or refused. */
  readonly reason: (code: string) => string;
  /** Why one of ours was not acknowledged. */
  readonly fault: (code: string) => string;
}

interface Tag {
  readonly text: string;
  readonly tone: string;
}

const fates: Record<string, Tag> = {
  quarantined: { text: 'Set aside', tone: 'yellow' },
  faulty: { text: 'Refused as faulty', tone: 'red' },
  rejected: { text: 'Rejected', tone: 'red' },
  conflict: { text: 'Number used twice', tone: 'red' },
  waiting: { text: 'Waiting', tone: 'blue' },
  applied: { text: 'Applied', tone: 'green' },
  ignored: { text: 'Not needed', tone: 'grey' },
};

/** A message's fate in words and colour. */
export function fateTag(state: string): Tag {
  return fates[state] ?? { text: state, tone: 'grey' };
}

/** Everything that the page of all interfaces shows. */
export function interfaceView(status: InterfaceStatus, live: LiveState, texts: ReasonTexts): object {
  return {
    alarms: alarmsOf(status, live.listener),
    listener: listenerRows(status, live.listener),
    feeds: status.feeds.map((feed) => feedRow(feed, status)),
    destinations: status.destinations.map((one) => destinationRow(one, status, live, texts)),
    groups: status.setAside.map((group) => groupRow(group, status.at, texts)),
    expired: status.expired.map(({ feed, code, count: lost }) => ({
      feed,
      code,
      reason: texts.reason(code),
      count: count(lost),
      one: lost === 1,
    })),
    dead: status.destinations.reduce((sum, { dead }) => sum + dead, 0),
  };
}

function listenerRows(
  { at }: InterfaceStatus,
  listener: ListenerState | null,
): { key: string; value: string; tag?: Tag }[] {
  if (!listener || listener.port === null)
    return [{ key: 'Listening', value: 'Not in this process', tag: { text: 'Off', tone: 'grey' } }];
  const { port, connections, bufferedBytes, canary, notListed = 0 } = listener;
  return [
    { key: 'Listening', value: `on port ${port}`, tag: { text: 'On', tone: 'green' } },
    { key: 'Connections', value: count(connections) },
    { key: 'Held in memory', value: `${count(Math.ceil(bufferedBytes / 1024))} KiB` },
    canary
      ? {
          key: 'Test message',
          value: `${canary.ok ? 'answered' : 'not answered'} ${formatInstant(canary.at, at)}`,
          tag: canary.ok ? { text: 'Answered', tone: 'green' } : { text: 'Not answered', tone: 'red' },
        }
      : { key: 'Test message', value: 'None has been sent yet, or no feed file has canary: true.' },
    ...(notListed > 0
      ? [
          {
            key: 'Not listed',
            value: `${count(notListed)} messages of senders whom no feed knows, since this process began: refused, and too many to keep`,
          },
        ]
      : []),
  ];
}

function feedRow(feed: InterfaceStatus['feeds'][number], { at, arrivals }: InterfaceStatus): object {
  const { enabled, lastReceivedAt, silentSince, oldestWaitingAt, states } = feed;
  const state: Tag = !enabled
    ? { text: 'Switched off', tone: 'grey' }
    : lastReceivedAt === null
      ? { text: 'Never heard', tone: 'red' }
      : silentSince === null
        ? { text: 'Heard', tone: 'green' }
        : { text: 'Silent', tone: 'red' };
  const refused = (states['faulty'] ?? 0) + (states['rejected'] ?? 0) + (states['conflict'] ?? 0);
  return {
    name: feed.feed,
    version: feed.version,
    state,
    last: lastReceivedAt
      ? `${formatAge(lastReceivedAt, at)} (${formatInstant(lastReceivedAt, at)})`
      : 'nothing is kept',
    lastMinute: count(feed.lastMinute),
    waiting: oldestWaitingAt ? `${count(states['waiting'] ?? 0)}, oldest ${formatAge(oldestWaitingAt, at)}` : '0',
    applied: count(states['applied'] ?? 0),
    setAside: `${count(states['quarantined'] ?? 0)}${refused > 0 ? `, ${count(refused)} refused` : ''}`,
    inHospital: count(arrivals.openStays[feed.feed] ?? 0),
  };
}

function destinationRow(
  one: InterfaceStatus['destinations'][number],
  { at }: InterfaceStatus,
  { senders }: LiveState,
  texts: ReasonTexts,
): object {
  const {
    destination,
    configured,
    waiting,
    oldestWaiting,
    oldestRetraction,
    nextAttempt,
    lastFault,
    lastAcknowledged,
    dead,
  } = one;
  const sender = senders.find((other) => other.destination === destination);
  const state: Tag = !configured
    ? { text: 'In no feed file', tone: 'grey' }
    : waiting > 0 && lastFault !== null
      ? { text: 'Held up', tone: 'red' }
      : sender?.connected
        ? { text: 'Connected', tone: 'green' }
        : { text: 'Nothing to send', tone: 'grey' };
  return {
    name: destination,
    state: waiting > 0 && state.tone === 'grey' && configured ? { text: 'Sending', tone: 'blue' } : state,
    waiting: [
      oldestWaiting ? `${count(waiting)}, oldest ${formatAge(oldestWaiting, at)}` : '0',
      ...(oldestRetraction ? [`a hint to be taken back since ${formatInstant(oldestRetraction, at)}`] : []),
    ].join('; '),
    acknowledged: lastAcknowledged ? formatInstant(lastAcknowledged, at) : 'never, as far as is kept',
    fault: lastFault === null ? '' : texts.fault(lastFault),
    faultCode: lastFault ?? '',
    next: nextAttempt && nextAttempt > at ? `Next attempt ${formatInstant(nextAttempt, at)}.` : '',
    dead: count(dead),
    hasDead: dead > 0,
  };
}

function groupRow(
  { feed, state, code, count: all, latestAt, firstExpiresAt, places }: SetAsideGroup,
  at: Date,
  texts: ReasonTexts,
): object {
  return {
    feed,
    code,
    reason: texts.reason(code),
    fate: fateTag(state),
    count: count(all),
    many: all > 1,
    latest: formatInstant(latestAt, at),
    expires: state === 'quarantined' ? formatInstant(firstExpiresAt, at) : '',
    places: places
      .slice(0, 5)
      .map(({ field, value, count: here }) => ({ field: field ?? '', value: value ?? '', count: count(here) })),
    morePlaces: Math.max(0, places.length - 5),
    canReplay: state === 'quarantined' && feed !== null,
    link: `/interfaces/set-aside?${new URLSearchParams({ ...(feed === null ? {} : { feed }), code }).toString()}`,
  };
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}
