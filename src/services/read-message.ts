/** What reading a hospital's message can come to: the edge that knows its language does the reading. */
import type { Feed } from '../domain/hospital-feed.ts';
import { memo } from '../domain/memo.ts';
import type { HospitalEvent } from '../domain/stay-event.ts';

export type MessageRead =
  | { readonly kind: 'events'; readonly events: readonly HospitalEvent[]; readonly remarks: readonly string[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'quarantined'; readonly code: string; readonly field: string; readonly value: string }
  | { readonly kind: 'refused'; readonly code: string; readonly field: string };

/**
 * Reads a message by a feed's file as it is now.
 * @param receivedAt when it first came, also when it is read again
 */
export type ReadMessage = (feed: Feed, content: Uint8Array, receivedAt: Date) => MessageRead;

/** What a sealed message belongs to: it opens for no other row. */
export function messageSeal(feed: string | null, controlId: string, receivedAt: Date): string {
  return `in|${feed ?? ''}|${controlId}|${isoOf(receivedAt.getTime())}`;
}

// Messages that come together share their time, and writing it takes as long as sealing a short text.
const isoOf = memo((at: number) => new Date(at).toISOString(), 100);
