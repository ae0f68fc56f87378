/**
 * Use case of whoever tidies up after a hospital's system that forgot to say that somebody left: its stays that may
 * be over, with the hospital's own word on each and nothing of any council's.
 */
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { writeAudit } from '../store/audit.ts';
import { peopleOfStale } from '../store/hospital/stale-stays.ts';
import type { HospitalDeps } from './hospital-deps.ts';

/** A stay of which nothing has been heard for longer than its feed's file allows. */
export interface StaleStay {
  readonly stayId: string;
  readonly name: { readonly family: string; readonly given: string } | null;
  /** By the hospital's own number the stay is found in the hospital's own system. */
  readonly hospitalNumber: string;
  readonly team: string | null;
  readonly since: Date;
  readonly lastHeardAt: Date;
  /** It is on no board, list or hint any more. */
  readonly offLists: boolean;
}

/** Most stays of one list: a feed that never says an end must not make it endless. */
export const mostStale = 100;

/** Stale stays at the caller's hospital, those silent longest first. @throws HomewardError NOT_ALLOWED */
export async function staleStays(
  { db, clock }: Pick<HospitalDeps, 'db' | 'clock'>,
  caller: Caller,
): Promise<readonly StaleStay[]> {
  requirePermission(caller, 'close-stay');
  const now = clock.now();
  return db.transaction(async (trx) => {
    const stays = await peopleOfStale(trx, caller.organisation, now, mostStale);
    await writeAudit(trx, now, caller, {
      action: 'see-stale-stays',
      outcome: 'listed',
      detail: { shown: stays.length, stays: stays.map(({ stayId }) => stayId) },
    });
    return stays.map(({ stayId, person, team, since, lastHeardAt, shelvedAt }) => ({
      stayId,
      name: person.name,
      hospitalNumber: person.patient.value,
      team,
      since,
      lastHeardAt,
      offLists: shelvedAt !== null,
    }));
  });
}
