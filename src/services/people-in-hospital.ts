/**
 * Use case of a council's duty worker: which of the council's people with care on record are in hospital now.
 * Audited before it is shown; nothing of the care itself, and nothing of safeguarding, is on it.
 */
import { isInForce } from '../domain/agreement.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { londonDate } from '../domain/dates.ts';
import type { DayOrTime } from '../domain/stay-event.ts';
import { peopleOfCouncil } from '../store/hospital/board.ts';
import { listedBy, staleSince } from './board.ts';
import type { BoardDeps, BoardName } from './board.ts';
import { gapsOf } from './list-gaps.ts';
import type { ListGap } from './list-gaps.ts';
import { sourcesOf } from './list-sources.ts';
import type { ListSources } from './list-sources.ts';
import { recordList } from './list-views.ts';

/** One of the council's people in hospital: where, since when and until when, and nothing clinical. */
export interface PersonInHospital {
  readonly name: BoardName | null;
  readonly nhsNumber: string | null;
  readonly birthDate: string | null;
  readonly councilId: string | null;
  /** For the trail, and on no screen. */
  readonly personKey: string | null;
  readonly hospital: string;
  readonly since: Date;
  readonly onLeave: boolean;
  readonly expectedDischarge: DayOrTime | null;
  readonly staleSince: Date | null;
  readonly lastHeardAt: Date;
}

export interface PeopleInHospital {
  readonly switchedOn: boolean;
  readonly people: readonly PersonInHospital[];
  /** Hospitals whose agreement lets the council see its people. */
  readonly hospitals: readonly string[];
  /** Why somebody may be missing; none: whoever is not listed is not known to be in hospital. */
  readonly gaps: readonly ListGap[];
  /** As of when the list is: the hospitals' word and the council's own, and not the time of the page. */
  readonly sources: ListSources;
}

/**
 * The caller's council's people with care on record who are in hospital now.
 * @param options `automatic`: the page has reloaded itself
 * @throws HomewardError NOT_ALLOWED
 */
export async function peopleInHospital(
  deps: BoardDeps,
  caller: Caller,
  { automatic = false } = {},
): Promise<PeopleInHospital> {
  requirePermission(caller, 'see-people-in-hospital');
  const now = deps.clock.now();
  const council = caller.organisation;
  const agreements = deps.agreements.filter(
    ({ arrival, ...one }) =>
      arrival.ask && arrival.councilList && one.council === council && isInForce(one, londonDate(now)),
  );
  const switchedOn = agreements.length > 0;
  return deps.db.transaction(async (trx) => {
    // Before the people: what is taken up in between is then said to wait, and never missing unsaid.
    const gaps = switchedOn ? await gapsOf(trx, deps, agreements) : [];
    const sources = await sourcesOf(trx, deps, agreements);
    const people = switchedOn ? await peopleOfCouncil(trx, listedBy(deps, agreements, now)) : [];
    const entry = {
      action: 'see-people-in-hospital',
      council,
      outcome: switchedOn ? 'listed' : 'switched-off',
      detail: { shown: people.length, questions: people.map((one) => one.question) },
    } as const;
    await recordList(trx, now, caller, entry, automatic);
    return {
      switchedOn,
      hospitals: agreements.map(({ hospital }) => hospital),
      gaps,
      sources,
      people: people.map(({ stay, councilId, personKey }) => ({
        name: stay.person.name,
        nhsNumber: stay.person.nhsNumber?.value ?? null,
        birthDate: stay.person.birthDate,
        councilId,
        personKey,
        hospital: stay.organisation ?? '',
        since: stay.startedAt ?? stay.since,
        onLeave: stay.status === 'on-leave',
        expectedDischarge: stay.expectedDischarge,
        staleSince: staleSince(stay, now),
        lastHeardAt: stay.lastHeardAt,
      })),
    };
  });
}
