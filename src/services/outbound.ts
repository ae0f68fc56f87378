/**
 * Use cases of those who run the service: how each destination stands, which messages were given up, and
 * sending those again.
 */
import type { Caller } from '../domain/caller.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { HomewardError } from '../domain/error.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { countDestinations, deadLetters, forgetOutbound, reviveDead, settleAll, settleDead } from '../store/hospital/outbound-letters.ts'; // prettier-ignore
import type { DestinationCounts, StoredDeadLetter } from '../store/hospital/outbound-letters.ts';
import { openHint } from './hints.ts';
import type { HintDestination, HintQueue } from './hints.ts';
import type { Sealer } from './sealing.ts';

export interface OutboundDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly seal: Sealer;
  readonly destinations: readonly Pick<HintDestination, 'id' | 'giveUpAfter' | 'keptFor'>[];
  readonly queue: Pick<HintQueue, 'wake'>;
}

export interface DestinationStatus extends DestinationCounts {
  /** False: messages are kept for it, and no feed file names it any more. Nothing is sent there. */
  readonly configured: boolean;
}

/** How each destination stands: those that are configured, and those that something is still kept of. */
export async function destinationStatus(deps: Pick<OutboundDeps, 'db' | 'destinations'>): Promise<DestinationStatus[]> {
  const counted = await countDestinations(deps.db);
  const known = new Set(deps.destinations.map(({ id }) => id));
  const quiet = deps.destinations.filter(({ id }) => !counted.some((one) => one.destination === id));
  return [
    ...counted.map((one) => ({ ...one, configured: known.has(one.destination) })),
    ...quiet.map(({ id }) => ({
      destination: id, waiting: 0, oldestWaiting: null, oldestRetraction: null, nextAttempt: null, lastFault: null, dead: 0,
      lastAcknowledged: null, standing: 0, stuck: 0, configured: true,
    })),
  ].sort((a, b) => (a.destination < b.destination ? -1 : 1)); // prettier-ignore
}

export interface DeadLetter extends Omit<StoredDeadLetter, 'sealed'> {
  /** Whom it is about, with all but the last digits hidden; null when its key is gone. */
  readonly visit: string | null;
  readonly hospitalNumber: string | null;
}

/**
 * Messages that were given up, in the order in which they were queued, with identifiers masked.
 * @throws HomewardError NOT_ALLOWED
 */
export async function listDeadLetters(
  deps: Pick<OutboundDeps, 'db' | 'seal' | 'destinations'>,
  caller: Caller,
  limit = 200,
): Promise<DeadLetter[]> {
  requirePermission(caller, 'run-interfaces');
  const ids = deps.destinations.map(({ id }) => id);
  return (await deadLetters(deps.db, ids, limit)).map(({ sealed, ...letter }) => ({
    ...letter,
    ...whom(deps.seal, sealed, letter.controlId),
  }));
}

function whom(seal: Sealer, sealed: Buffer, controlId: string): Pick<DeadLetter, 'visit' | 'hospitalNumber'> {
  try {
    const { subject } = openHint(seal, sealed, controlId);
    return { visit: masked(subject.visit), hospitalNumber: masked(subject.patient.value) };
  } catch (error) {
    if (!(error instanceof HomewardError)) throw error;
    return { visit: null, hospitalNumber: null };
  }
}

/** All but the last three characters hidden, and no more than half of a short one shown. */
function masked(text: string): string {
  const shown = Math.min(3, Math.floor(text.length / 2));
  return '•'.repeat(text.length - shown) + text.slice(text.length - shown);
}

/**
 * Sends dead letters again, with their own control ids and bytes, so that a receiver that has one already can
 * tell. Each takes the place at which it was first queued: before everything that still waits, in their old
 * order. One after which something else was meant for its stay is not sent but withdrawn: it would undo that.
 * @param ids of dead letters of this destination; null for all of them
 * @returns how many wait again, and how many were withdrawn
 * @throws HomewardError NOT_ALLOWED; MESSAGE_GONE when nothing of it is a dead letter any more
 */
export async function replayDeadLetters(
  deps: OutboundDeps,
  caller: Caller,
  destination: string,
  ids: readonly string[] | null,
): Promise<{ waiting: number; withdrawn: number }> {
  requirePermission(caller, 'run-interfaces');
  const known = deps.destinations.find(({ id }) => id === destination);
  if (!known || ids?.some((id) => !/^\d{1,18}$/.test(id))) throw new HomewardError('MESSAGE_GONE');
  const now = deps.clock.now();
  const giveUpAt = new Date(now.getTime() + known.giveUpAfter);
  const expiresAt = new Date(giveUpAt.getTime() + known.keptFor);
  const done = await deps.db.transaction(async (trx) => {
    const all = ids ?? (await deadLetters(trx, [destination], 10_000)).map(({ id }) => id);
    const revived = await reviveDead(trx, destination, all, now, { giveUpAt, expiresAt });
    const counts = { waiting: revived.waiting.length, withdrawn: revived.withdrawn.length };
    if (counts.waiting + counts.withdrawn === 0) throw new HomewardError('MESSAGE_GONE');
    await writeAudit(trx, now, caller, {
      action: 'replay-dead-letters',
      outcome: 'queued',
      detail: { destination, ...counts, ids: revived.waiting },
    });
    return counts;
  });
  deps.queue.wake();
  return done;
}

/**
 * Records that somebody has taken hints back at the destination by hand, whose retractions were given up: they are
 * not sent again, and need not be kept any longer.
 * @param ids of dead letters of this destination; null, where no enabled feed file names it any more, for all that
 *   may stand or wait there
 * @returns how many messages are settled
 * @throws HomewardError NOT_ALLOWED; MESSAGE_GONE when nothing of it is to be settled
 */
export async function settleDeadLetters(
  deps: OutboundDeps,
  caller: Caller,
  destination: string,
  ids: readonly string[] | null,
): Promise<number> {
  requirePermission(caller, 'run-interfaces');
  const isConfigured = deps.destinations.some(({ id }) => id === destination);
  if (ids === null ? isConfigured : ids.some((id) => !/^\d{1,18}$/.test(id))) throw new HomewardError('MESSAGE_GONE');
  const now = deps.clock.now();
  return deps.db.transaction(async (trx) => {
    const settled =
      ids === null ? await settleAll(trx, destination, now) : await settleDead(trx, destination, ids, now);
    if (settled === 0) throw new HomewardError('MESSAGE_GONE');
    await writeAudit(trx, now, caller, {
      action: 'settle-dead-letters',
      outcome: 'settled-by-hand',
      detail: { destination, settled, ids: ids ?? 'all' },
    });
    return settled;
  });
}

/** Deletes what is kept too long; not what is needed to take a hint back. @returns how many messages went */
export function forgetOldOutbound({ db, clock }: Pick<OutboundDeps, 'db' | 'clock'>): Promise<number> {
  return forgetOutbound(db, clock.now());
}
