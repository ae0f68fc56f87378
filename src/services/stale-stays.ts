/**
 * Use case of whoever tidies up after a hospital's system that forgot to say that somebody left: its stays that may
 * be over. Named are those alone who are on the caller's board; the rest are found by their hospital number in the
 * hospital's own system, so that this list shows nobody whom no agreement lets anybody see.
 */
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { londonDate } from '../domain/dates.ts';
import { writeAudit } from '../store/audit.ts';
import { peopleOfStale } from '../store/hospital/stale-stays.ts';
import { boardAgreements, listedBy } from './board.ts';
import type { BoardDeps, BoardName } from './board.ts';

/** A stay of which nothing has been heard for longer than its feed's file allows. */
export interface StaleStay {
  readonly stayId: string;
  /** Null of whoever is not on the board: nobody may be named for this list alone. */
  readonly name: BoardName | null;
  /** By the hospital's own number the stay is found in the hospital's own system. */
  readonly hospitalNumber: string;
  readonly team: string | null;
  readonly since: Date;
  readonly lastHeardAt: Date;
  /** It is on no board, list or hint any more. */
  readonly offLists: boolean;
}

export interface StaleStays {
  /** False when no agreement lets this person see the board. */
  readonly switchedOn: boolean;
  readonly stays: readonly StaleStay[];
}

/** Most stays of one list: a feed that never says an end must not make it endless. */
export const mostStale = 100;

/**
 * Stale stays at the caller's hospital, those silent longest first, of nobody under 18; none where no agreement in
 * force lets the caller's role see the board.
 * @throws HomewardError NOT_ALLOWED
 */
export async function staleStays(deps: BoardDeps, caller: Caller): Promise<StaleStays> {
  requirePermission(caller, 'close-stay');
  const now = deps.clock.now();
  const agreements = boardAgreements(deps, caller, now);
  const switchedOn = agreements.length > 0;
  return deps.db.transaction(async (trx) => {
    const which = { now, today: londonDate(now), limit: mostStale };
    const found = switchedOn
      ? await peopleOfStale(trx, caller.organisation, which, listedBy(deps, agreements, now))
      : [];
    await writeAudit(trx, now, caller, {
      action: 'see-stale-stays',
      outcome: switchedOn ? 'listed' : 'switched-off',
      detail: {
        shown: found.length,
        stays: found.map(({ stay }) => stay.stayId),
        questions: found.flatMap(({ questions }) => questions),
      },
    });
    const stays = found.map(({ questions, stay: { stayId, person, team, since, lastHeardAt, shelvedAt } }) => ({
      stayId,
      name: questions.length > 0 ? person.name : null,
      hospitalNumber: person.patient.value,
      team,
      since,
      lastHeardAt,
      offLists: shelvedAt !== null,
    }));
    return { switchedOn, stays };
  });
}
