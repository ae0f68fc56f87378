/** What of messages set aside, or lost, somebody should look at now: that there are some, that they expire soon, that some have. */
import { addDays, formatInstant, londonDate } from '../domain/dates.ts';
import { waitedTooLong } from '../store/hospital/forget.ts';
import type { InterfaceStatus } from './interface-status.ts';

/** So long before messages set aside are deleted it is said that they will be. */
const warnedBefore = 86_400_000;

/** The alarms; none when nothing is set aside, and nothing was lost since yesterday. */
export function setAsideAlarms({
  at,
  setAside,
  expired,
}: Pick<InterfaceStatus, 'at' | 'setAside' | 'expired'>): string[] {
  const alarms: string[] = [];
  const own = setAside.filter(({ state }) => state === 'quarantined');
  const first = own.reduce<Date | null>((a, { firstExpiresAt: b }) => (a && a < b ? a : b), null);
  const quarantined = own.reduce((sum, { count }) => sum + count, 0);
  if (first && first.getTime() - at.getTime() <= warnedBefore)
    alarms.push(
      `Messages that are set aside will be deleted from ${formatInstant(first, at)} on, and what they say will be lost: mend the feed file and replay them before.`,
    );
  if (quarantined > 0)
    alarms.push(
      `${messages(quarantined)} ${quarantined === 1 ? 'is' : 'are'} set aside until the feed file is mended.`,
    );
  const yesterday = addDays(londonDate(at), -1);
  for (const { feed, code, count, latestDay } of expired) {
    if (latestDay >= yesterday)
      alarms.push(
        `${messages(count)} of feed ${feed} expired in the last 30 days while ${count === 1 ? 'it' : 'they'} ${lostAs(code, count)}: ask for ${count === 1 ? 'it' : 'them'} to be sent again.`,
      );
  }
  return alarms;
}

function lostAs(code: string, count: number): string {
  if (code === waitedTooLong) return `waited to be applied (${code})`;
  return `${count === 1 ? 'was' : 'were'} set aside (${code}), and nobody replayed ${count === 1 ? 'it' : 'them'}`;
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count.toLocaleString('en-GB')} messages`;
}
