/** Statements by what they say: the short name under which each is kept once, whatever repeats it. */
import { createHash } from 'node:crypto';
import { contentOf } from '../../domain/stay-event.ts';
import type { HospitalEvent } from '../../domain/stay-event.ts';

/** The name of what a statement says, in the form of a UUID. */
export function contentId(event: HospitalEvent): string {
  const hex = createHash('sha256').update(contentOf(event)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** What some statements say, each once. */
export function contentsOf(events: readonly HospitalEvent[]): string[] {
  return [...new Set(events.map(contentId))];
}
