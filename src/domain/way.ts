/** How a recipient wants to be reached: its channels, when each is watched, and whether what may wait comes once a day. */
import { addDays, londonClock, londonInstant } from './dates.ts';
import type { CarriedChannel, DeliveryFault, DeliveryReason } from './courier.ts';
import { mayWait } from './notice.ts';
import type { Notice } from './notice.ts';
import { numberForTheHour, parseOfficeHours } from './office-hours.ts';
import type { HolidayCalendar } from './office-hours.ts';

/** Whether the office reads it, or whoever is on duty when the office is shut. */
export type WayUse = 'office' | 'out-of-hours';

/** `portal`: somebody keeps the inbox in view, in the hours of that way. */
export type WayChannel = CarriedChannel | 'portal';

/** One channel with one address of one recipient. */
export interface Way {
  readonly id: string;
  readonly channel: WayChannel;
  /** E-mail address, phone number, or the id of a system of the configuration folder; empty for the portal. */
  readonly to: string;
  readonly use: WayUse;
  /** When it is watched (`Mon-Fri 08:00-18:00`); null: always. */
  readonly hours: string | null;
  readonly on: boolean;
  /** Since when nobody is at this address. */
  readonly dead: { readonly since: Date; readonly fault: DeliveryFault } | null;
  /** The address is not known to be the recipient's yet: a code sent to it waits to be typed in. Absent: it is known. */
  readonly unproven?: { readonly sentAt: Date | null; readonly fault: DeliveryFault | null };
}

/** Whether a message may go a way at all. */
export function isUsable({ on, dead, unproven }: Way): boolean {
  return on && dead === null && unproven === undefined;
}

/** How many ways a recipient may have: each of them is told of each message. */
export const mostWays = 10;

/**
 * Codes by which an address is proven: how often one is sent in a day, how often it may be typed, and for how long.
 * An address gets one a day from one recipient: it may be a stranger's, who asked for nothing.
 */
export const proofLimits = { toAddress: 1, toAddressFromAll: 3, byRecipient: 20, within: 86_400_000, tries: 5, counts: 86_400_000 } as const; // prettier-ignore

/** When what may wait is to come: at once, or once a day at a minute of London's day. */
export interface Timing {
  readonly dailyAt: number | null;
}

export interface ChosenWay {
  readonly way: Way;
  /** Later than now where nobody watches it at this hour. */
  readonly from: Date;
}

/**
 * The ways on which to send. An office that is shut is told when it opens, and whoever is on duty at once.
 * @returns those that are watched now come first; none when nobody is left to be told
 */
export function chooseWays(
  ways: readonly Way[],
  reason: DeliveryReason,
  now: Date,
  holidays: HolidayCalendar,
): ChosenWay[] {
  const usable = ways.filter(isUsable);
  const timed = usable.map((way) => ({ way, from: watchedFrom(way, now, holidays) }));
  const of = (use: WayUse): ChosenWay[] => timed.filter(({ way }) => way.use === use);
  const isNow = ({ from }: ChosenWay): boolean => from <= now;
  const duty = of('out-of-hours').filter(isNow);
  if (reason === 'out-of-hours') return duty;
  const office = of('office');
  const chosen = office.some(isNow) ? office : [...duty, ...office];
  return chosen.sort((a, b) => a.from.getTime() - b.from.getTime());
}

/** Hours that cannot be read with certainty count as always: a message too many wakes, one too few is lost. */
function watchedFrom({ hours }: Way, now: Date, holidays: HolidayCalendar): Date {
  const week = hours === null ? null : parseOfficeHours(hours);
  if (week === null) return now;
  const opened = (at: Date): boolean =>
    numberForTheHour({ office: true, outOfHours: true, hours: week }, at, holidays).use === 'office';
  if (opened(now)) return now;
  // Minutes of opening are written to the quarter of an hour, or nearly; a few minutes late is no harm at all.
  const quarter = 15 * 60_000;
  let at = Math.ceil(now.getTime() / quarter) * quarter;
  const last = at + 14 * 96 * quarter;
  for (; at < last; at += quarter) if (opened(new Date(at))) return new Date(at);
  return now;
}

/** From when a notice is to be delivered: at once, unless it may wait and its recipient wants such kinds once a day. */
export function deliverFromOf(notice: Pick<Notice, 'kind' | 'recipient'>, { dailyAt }: Timing, at: Date): Date {
  if (dailyAt === null || !mayWait(notice)) return at;
  const { date } = londonClock(at);
  const today = londonInstant(date, dailyAt);
  return today >= at ? today : londonInstant(addDays(date, 1), dailyAt);
}

/**
 * Reads an address as somebody typed it.
 * @returns as it is kept, or null when it is none: one mailbox, or one British mobile number
 */
export function readAddress(channel: 'email' | 'text', text: string): string | null {
  const given = text.trim();
  if (channel === 'email') return mailbox.test(given) && given.length <= 254 ? given : null;
  const digits = given.replace(/[\s()-]/g, '').replace(/^(\+44|0044)0?/, '0');
  return /^07\d{9}$/.test(digits) ? `+44${digits.slice(1)}` : null;
}

// One and nothing else: a list of them would send a letter to somebody nobody chose.
const mailbox = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)+$/i;
