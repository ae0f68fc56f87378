/** Records what happened to a notice, and works its row out anew. */
import { randomUUID } from 'node:crypto';
import { nextStep } from '../../domain/escalation.ts';
import type { NoticeEvent } from '../../domain/notice-event.ts';
import { ownerOf } from '../../domain/notice-owner.ts';
import { givesWayTo, overtakes } from '../../domain/overtaken.ts';
import type { Trx } from '../../store/database.ts';
import { noticesOfStays } from '../../store/notices/lists.ts';
import { addEvents, holdNotice, keepStanding } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { agreementOf, termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';

const day = 86_400_000;

/** An event without its id, which is made. */
export type NewEvent = NoticeEvent extends infer E ? (E extends NoticeEvent ? Omit<E, 'id'> : never) : never;

/**
 * Adds an event and works the notice out anew. Take the person's lock first, and call `deps.wake()` after the commit.
 * An event that says what another said changes nothing.
 * @throws TypeError when there is no such notice
 */
export async function recordEvent(
  trx: Trx,
  deps: NoticeDeps,
  event: NewEvent & { readonly id?: string },
): Promise<StoredNotice> {
  return recordEvents(trx, deps, [event]);
}

/**
 * As {@link recordEvent}, of several events of one notice that are known at once.
 * @throws TypeError when there is no such notice, or no event
 */
export async function recordEvents(
  trx: Trx,
  deps: NoticeDeps,
  events: readonly (NewEvent & { readonly id?: string })[],
): Promise<StoredNotice> {
  const all = events.map((event) => ({ ...event, id: event.id ?? randomUUID() }) as NoticeEvent);
  const added = await addEvents(trx, all);
  const kept = await holdNotice(trx, all[0]?.notice ?? '');
  if (!kept) throw new TypeError('No such notice');
  if (!added) return kept;
  const { state, council, hospital } = kept;
  const now = deps.clock.now();
  const terms = termsOf(deps, council, hospital);
  await keepStanding(trx, {
    state,
    owner: ownerOf(state, terms, now),
    stepAt: nextStep(state, terms, now)?.at ?? null,
    now,
    kept: agreementOf(deps, council, hospital)?.retention.notices ?? 42 * day,
  });
  if (overtakes(state)) await replaceOlder(trx, deps, kept, now);
  return kept;
}

// The person's lock is held: nobody answers the older ones meanwhile.
async function replaceOlder(trx: Trx, deps: NoticeDeps, newer: StoredNotice, at: Date): Promise<void> {
  const { id, council, holdId } = newer;
  for (const older of await noticesOfStays(trx, [holdId]))
    if (older.council === council && givesWayTo(older.state, newer.state))
      await recordEvents(trx, deps, [{ kind: 'replaced', notice: older.id, at, with: id }]);
}
