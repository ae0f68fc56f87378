/** What of the hospital's interfaces somebody should look at now, in words: for the page and the command line. */
import { formatAge, formatInstant } from '../domain/dates.ts';
import type { ListenerState } from './feed-status.ts';
import type { InterfaceStatus } from './interface-status.ts';
import { setAsideAlarms } from './set-aside-alarms.ts';

/** A message is usually applied within a second. */
const waitsTooLong = 60_000;
/** A hint is usually acknowledged within seconds. */
const sentTooLate = 5 * 60_000;
/** Whoever refuses or objects is off every screen within a minute; a hint goes only when its retraction is taken. */
const takenBackTooLate = 60_000;

/**
 * The alarms, the gravest first; none when all is well.
 * @param listener of this process; null when it is another's, of which nothing is known here
 */
export function alarmsOf(status: InterfaceStatus, listener: ListenerState | null): string[] {
  const { at, feeds, destinations, stranded, nearlyTooMany, untold } = status;
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
    if (enabled && oldestWaitingAt !== null && (waitingFor ?? 0) >= waitsTooLong)
      alarms.push(`Messages of feed ${feed} are not being applied: the oldest came ${formatAge(oldestWaitingAt, at)}.`);
  }
  if (untold.since !== null)
    alarms.push(
      `${untold.stays === 1 ? '1 stay has' : `${untold.more ? 'More than ' : ''}${untold.stays.toLocaleString('en-GB')} stays have`} not been told of, waiting since ${formatInstant(untold.since, at)}: care providers and councils may not know that somebody has come, or has gone home. Hospital staff see it on their lists. Look in the log for “a notice could not be followed up”; once that is mended, they are told automatically.`,
    );
  for (const { feed, count, firstExpiresAt } of stranded)
    alarms.push(
      `${messages(count)} of feed ${feed}, which no enabled feed file names, ${count === 1 ? 'waits' : 'wait'} to be applied: turn the feed on again, or what ${count === 1 ? 'it says' : 'they say'} is lost from ${formatInstant(firstExpiresAt, at)} on.`,
    );
  for (const { feed } of nearlyTooMany)
    alarms.push(
      `A patient of feed ${feed} has more than 80% of the statements that may hang together: look for a number that many people share; if it is one person, raise stays.mostStatements before moves are set aside.`,
    );
  for (const {
    destination,
    configured,
    waiting,
    oldestWaiting,
    oldestRetraction,
    lastFault,
    dead,
    standing,
    stuck,
  } of destinations) {
    if (oldestRetraction !== null && at.getTime() - oldestRetraction.getTime() >= takenBackTooLate)
      alarms.push(
        `A hint still stands at ${destination} that should not: it was to be taken back ${formatAge(oldestRetraction, at)}. Messages go strictly in order: whoever runs ${destination} must take, or reject, the first that waits.`,
      );
    if (!configured && standing > 0)
      alarms.push(
        `${hints(standing)} may stand at ${destination}, which no enabled feed file names: nothing takes ${standing === 1 ? 'it' : 'them'} back there until its feed is turned on again.`,
      );
    if (configured && stuck > 0)
      alarms.push(
        `${hints(stuck)} at ${destination} cannot be taken back: the key with which ${stuck === 1 ? 'it was' : 'they were'} sealed is missing (FEED_KEY_OLD).`,
      );
    if (!configured && waiting > 0)
      alarms.push(`${messages(waiting)} wait for ${destination}, which no enabled feed file names.`);
    else if (oldestWaiting !== null && (at.getTime() - oldestWaiting.getTime() >= sentTooLate || lastFault !== null))
      alarms.push(
        `${destination} does not take our messages${lastFault === null ? '' : ` (${lastFault})`}: the oldest was queued ${formatAge(oldestWaiting, at)}.`,
      );
    if (dead > 0) alarms.push(`${messages(dead)} to ${destination} ${dead === 1 ? 'was' : 'were'} given up.`);
  }
  return [...alarms, ...setAsideAlarms(status)];
}

function hints(count: number): string {
  return count === 1 ? '1 hint' : `${count.toLocaleString('en-GB')} hints`;
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count.toLocaleString('en-GB')} messages`;
}
