/**
 * Whether a feed is quiet for longer than is usual at that hour (hazard H09: an interface that fails without
 * anybody noticing). Nights are quiet by themselves, so a day and a night have limits of their own.
 */
import { londonClock } from './dates.ts';
import type { FeedSilence } from './hospital-feed.ts';

const minute = 60_000;

/**
 * Since when a feed has been too quiet.
 * @param last when something last came; null when nothing ever has, or not for as long as is kept
 * @returns the moment at which a limit was passed; null while none is. An alarm that the day raised stays in
 *   the night, until something comes
 */
export function silentSince(silence: FeedSilence, last: Date | null, now: Date): Date | null {
  if (last === null) return now;
  const longest = last.getTime() + Math.max(silence.day, silence.night);
  let began = last.getTime();
  let limit = limitAt(silence, last);
  // From one change of the hour to the next: what is quiet for too long within either is too quiet.
  for (let at = last.getTime(); at < now.getTime();) {
    const next = Math.min(nextMinute(at), now.getTime());
    const then = limitAt(silence, new Date(next));
    if (next - began >= limit) return new Date(Math.min(began + limit, longest));
    if (next >= longest) return new Date(longest);
    if (then !== limit) began = next;
    limit = then;
    at = next;
  }
  return null;
}

/** How long the feed may be quiet at an instant, in milliseconds. */
export function limitAt({ day, night, nightFrom, nightUntil }: FeedSilence, at: Date): number {
  const now = londonClock(at).minute;
  const [from, until] = [minuteOf(nightFrom), minuteOf(nightUntil)];
  const isNight = from <= until ? from <= now && now < until : now >= from || now < until;
  return isNight ? night : day;
}

function nextMinute(at: number): number {
  return (Math.floor(at / minute) + 1) * minute;
}

function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}
