/**
 * Takes up what waits of a feed, in order, and makes it into stays: all of a batch or none of it. A message
 * that cannot be applied is set aside by itself, and never keeps the others waiting.
 */
import type { Feed } from '../domain/hospital-feed.ts';
import type { Trx } from '../store/database.ts';
import { nearlyTooMany } from '../store/hospital/message-groups.ts';
import { savepoint, settleMessages, takeFeed, waitingMessages } from '../store/hospital/messages.ts';
import type { SettledMessage, WaitingMessage } from '../store/hospital/messages.ts';
import { FoldFailed, applyEvents } from './apply-events.ts';
import type { Saying } from './apply-events.ts';
import type { HospitalDeps } from './hospital-deps.ts';
import { messageSeal } from './read-message.ts';
import type { ReadMessage } from './read-message.ts';

type Deps = Pick<HospitalDeps, 'db' | 'clock' | 'seal' | 'wake'>;

/** What a turn did. `elsewhere`: another process is at it. */
export interface Turn {
  readonly taken: number;
  readonly elsewhere: boolean;
}

const settledAs = (one: WaitingMessage, state: SettledMessage['state'], more: Partial<SettledMessage> = {}): SettledMessage => ({
  messageId: one.messageId, state, code: null, field: null, value: null, remarks: [], said: null, ...more,
}); // prettier-ignore

/**
 * Applies the next messages of a feed.
 * @param limit how many at most
 * @throws what the database throws; nothing of the batch was applied then
 */
export async function applyNext(deps: Deps, feed: Feed, read: ReadMessage, limit: number): Promise<Turn> {
  try {
    return await applyBatch(deps, feed, read, limit);
  } catch (error) {
    if (!isFaultOfMessage(error)) throw error;
    return oneByOne(deps, feed, read, limit);
  }
}

async function applyBatch(deps: Deps, feed: Feed, read: ReadMessage, limit: number): Promise<Turn> {
  const { taken, changed, elsewhere } = await deps.db.transaction(async (trx) => {
    if (!(await takeFeed(trx, feed.id))) return { taken: 0, changed: 0, elsewhere: true };
    const waiting = await waitingMessages(trx, feed.id, limit);
    if (waiting.length === 0) return { taken: 0, changed: 0, elsewhere: false };
    return { taken: waiting.length, changed: await apply(deps, trx, feed, read, waiting), elsewhere: false };
  });
  if (changed > 0) deps.wake();
  return { taken, elsewhere };
}

/** @returns how many stays have changed */
async function apply(
  deps: Deps,
  trx: Trx,
  feed: Feed,
  read: ReadMessage,
  waiting: readonly WaitingMessage[],
): Promise<number> {
  const readAll = waiting.map((one) => {
    const now = readOne(deps, feed, read, one);
    return { ...now, before: now.unread ? [] : one.said };
  });
  const at = deps.clock.now();
  const { changed, said, nearly } = await applyEvents(trx, feed, readAll, at);
  const settled = readAll.map((one, place): SettledMessage => {
    const kept = said[place] ?? null;
    const remarks = nearly.has(place) ? [...one.settled.remarks, nearlyTooMany] : one.settled.remarks;
    if (kept !== null) return { ...one.settled, remarks, said: one.unread ? null : kept };
    return { ...one.settled, remarks, state: 'quarantined', code: 'STATEMENTS_TOO_MANY', field: 'PID-3', said: [] };
  });
  await settleMessages(trx, settled, at);
  return changed.length;
}

interface ReadOne {
  readonly settled: SettledMessage;
  readonly events: Saying['events'];
  /** It could not be read at all, by a fault of ours: what it said before still stands. */
  readonly unread?: true;
}

function readOne({ seal }: Deps, feed: Feed, read: ReadMessage, one: WaitingMessage): ReadOne {
  const nothing = (settled: SettledMessage): ReadOne => ({ settled, events: [] });
  try {
    const content = seal.open(one.sealed, messageSeal(feed.id, one.controlId, one.receivedAt));
    const outcome = read(feed, content, one.receivedAt);
    switch (outcome.kind) {
      case 'events':
        return { settled: settledAs(one, 'applied', { remarks: outcome.remarks }), events: outcome.events };
      case 'ignored':
        return nothing(settledAs(one, 'ignored', { code: outcome.reason }));
      default: {
        // Refused by a feed's file that has changed since it was answered as taken: its sender cannot know.
        const { code, field } = outcome;
        return nothing(
          settledAs(one, 'quarantined', { code, field, value: 'value' in outcome ? outcome.value : null }),
        );
      }
    }
  } catch (error) {
    const code = (error as { code?: unknown }).code === 'SEAL_BROKEN' ? 'SEAL_BROKEN' : 'NOT_READ';
    return { ...nothing(settledAs(one, 'quarantined', { code })), unread: true };
  }
}

// What the database says of the data, and what our own reading of it says; all else may be better later.
function isFaultOfMessage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  const ours = error instanceof FoldFailed || error instanceof TypeError || error instanceof RangeError;
  return ours || (typeof code === 'string' && /^(22|23|54)[0-9A-Z]{3}$/.test(code));
}

async function oneByOne(deps: Deps, feed: Feed, read: ReadMessage, limit: number): Promise<Turn> {
  let taken = 0;
  for (; taken < limit; taken++) {
    const turn = await applyFirst(deps, feed, read);
    if (turn.elsewhere) return { taken, elsewhere: true };
    if (turn.taken === 0) break;
  }
  return { taken, elsewhere: false };
}

/**
 * Applies the first message that waits, or sets it aside where that cannot be done. In one transaction: it
 * must be the very message that failed, and not one that came first in the meantime.
 */
async function applyFirst(deps: Deps, feed: Feed, read: ReadMessage): Promise<Turn> {
  const { taken, changed, elsewhere } = await deps.db.transaction(async (trx) => {
    if (!(await takeFeed(trx, feed.id))) return { taken: 0, changed: 0, elsewhere: true };
    const [first] = await waitingMessages(trx, feed.id, 1);
    if (!first) return { taken: 0, changed: 0, elsewhere: false };
    const at = deps.clock.now();
    const undo = await savepoint(trx);
    try {
      return { taken: 1, changed: await apply(deps, trx, feed, read, [first]), elsewhere: false };
    } catch (error) {
      if (!isFaultOfMessage(error)) throw error;
      await undo();
      await settleMessages(trx, [settledAs(first, 'quarantined', { code: 'NOT_APPLIED' })], at);
      return { taken: 1, changed: 0, elsewhere: false };
    }
  });
  if (changed > 0) deps.wake();
  return { taken, elsewhere };
}
