/**
 * Closes by hand a stay whose end never came, and takes that back. It is a statement beside the feed's own:
 * what the hospital says later still counts.
 */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { closeByHand, reopenByHand } from '../domain/stay-by-hand.ts';
import { isOpen } from '../domain/stay-course.ts';
import { isStale } from '../domain/stay.ts';
import { writeAudit } from '../store/audit.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { knownAs } from '../store/hospital/care.ts';
import { takeFeed } from '../store/hospital/messages.ts';
import { stayById } from '../store/hospital/stays.ts';
import type { StoredStay } from '../store/hospital/stays.ts';
import { applyEvents } from './apply-events.ts';
import type { HospitalDeps } from './hospital-deps.ts';

type Deps = Pick<HospitalDeps, 'db' | 'clock' | 'feeds' | 'wake'>;

/**
 * Closes a stale stay.
 * @throws HomewardError NOT_ALLOWED; STAY_GONE when it is none of the caller's hospital, or not stale (any more)
 */
export function closeStay(deps: Deps, caller: Caller, stayId: string): Promise<void> {
  return byHand(deps, caller, stayId, 'close');
}

/**
 * Takes a closing by hand back.
 * @throws HomewardError NOT_ALLOWED; STAY_GONE when it is none of the caller's hospital, or not closed by hand
 */
export function reopenStay(deps: Deps, caller: Caller, stayId: string): Promise<void> {
  return byHand(deps, caller, stayId, 'reopen');
}

async function byHand(deps: Deps, caller: Caller, stayId: string, what: 'close' | 'reopen'): Promise<void> {
  requirePermission(caller, 'close-stay');
  const now = deps.clock.now();
  const seen = /^[0-9a-f-]{36}$/.test(stayId) ? await stayById(deps.db, stayId) : null;
  const feed = deps.feeds.find(({ id }) => id === seen?.feed);
  if (!feed) throw new HomewardError('STAY_GONE');
  await deps.db.transaction(async (trx) => {
    await takeFeed(trx, feed.id, true);
    const stay = await stayById(trx, stayId);
    const may = what === 'close' ? stay && isOpen(stay.status) && isStale(stay, now) : stay?.status === 'closed';
    if (!stay || !may || stay.organisation !== caller.organisation) throw new HomewardError('STAY_GONE');
    const say = what === 'close' ? closeByHand : reopenByHand;
    const event = say(stay, `by-hand-${randomUUID()}`, now);
    // However much has been said of a person: the way out of a list is never barred.
    await applyEvents(trx, feed, [{ events: [event], before: [] }], now, Number.POSITIVE_INFINITY);
    await writeAudit(trx, now, caller, {
      action: `${what}-stay`,
      outcome: 'done',
      ...(await whose(trx, stay)),
      detail: { stay: stayId },
    });
  });
  deps.wake();
}

// The trail must say whose stay somebody closed, as it says whom they took from the board. Of anybody with whom no
// list and no question had to do, such as a child, it says only which stay it was.
async function whose(trx: Trx, { stayId, person }: StoredStay): Promise<Partial<AuditEntry>> {
  const number = person.nhsNumber?.value;
  const known = number === undefined ? null : await knownAs(trx, { stayId, number });
  return number !== undefined && known ? { numberAsked: number, ...known } : {};
}
