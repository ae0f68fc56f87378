/** What of the hospital's interfaces somebody should look at now, in words: for the page and the command line. */
import { formatAge, formatInstant } from '../domain/dates.ts';
import type { ListenerState } from './feed-status.ts';
import type { InterfaceStatus } from './interface-status.ts';

/** A message is usually applied within a second. */
const waitsTooLong = 60_000;
/** A hint is usually acknowledged within seconds. */
const sentTooLate = 5 * 60_000;

/**
 * The alarms, the gravest first; none when all is well.
 * @param listener of this process; null when it is another's, of which nothing is known here
 */
export function alarmsOf(
  { at, feeds, destinations, setAside }: InterfaceStatus,
  listener: ListenerState | null,
): string[] {
  const alarms: string[] = [];
  if (listener?.canary?.ok === false) {
    alarms.push(`Our own listener did not answer our own test message ${formatInstant(listener.canary.at, at)}.`);
  }
  for (const { feed, enabled, lastReceivedAt, silentSince, oldestWaitingAt, waitingFor } of feeds) {
    if (enabled && lastReceivedAt === null)
      alarms.push(`Nothing has come from feed ${feed} for as long as messages are kept.`);
    else if (lastReceivedAt !== null && silentSince !== null)
      alarms.push(
        `Feed ${feed} is silent: nothing has come since ${formatInstant(lastReceivedAt, at)}, longer than is usual at this hour.`,
      );
    if (oldestWaitingAt !== null && (waitingFor ?? 0) >= waitsTooLong)
      alarms.push(`Messages of feed ${feed} are not being applied: the oldest came ${formatAge(oldestWaitingAt, at)}.`);
  }
  for (const { destination, configured, waiting, oldestWaiting, lastFault, dead } of destinations) {
    if (!configured && waiting > 0)
      alarms.push(`${messages(waiting)} wait for ${destination}, which no enabled feed file names.`);
    else if (oldestWaiting !== null && (at.getTime() - oldestWaiting.getTime() >= sentTooLate || lastFault !== null))
      alarms.push(
        `${destination} does not take our messages${lastFault === null ? '' : ` (${lastFault})`}: the oldest was queued ${formatAge(oldestWaiting, at)}.`,
      );
    if (dead > 0) alarms.push(`${messages(dead)} to ${destination} ${dead === 1 ? 'was' : 'were'} given up.`);
  }
  const quarantined = setAside
    .filter(({ state }) => state === 'quarantined')
    .reduce((sum, { count }) => sum + count, 0);
  if (quarantined > 0)
    alarms.push(
      `${messages(quarantined)} ${quarantined === 1 ? 'is' : 'are'} set aside until the feed file is mended.`,
    );
  return alarms;
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count.toLocaleString('en-GB')} messages`;
}
