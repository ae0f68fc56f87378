/**
 * Use cases of those who look at who is in hospital: the hospital's own board of people with council care,
 * the way from there to a look-up, and the council's list of its people. Each view is audited before it is
 * shown; nothing of the care itself, and nothing of safeguarding, is on either.
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import type { DayOrTime } from '../domain/stay-event.ts';
import { isStale } from '../domain/stay.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { peopleOfCouncil, peopleOnBoard } from '../store/hospital/board.ts';
import type { OnBoard } from '../store/hospital/board.ts';
import type { StoredStay } from '../store/hospital/stays.ts';

export interface BoardDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
}

/** Whom a line is about, by the hospital's word. */
export interface BoardName {
  readonly family: string;
  readonly given: string;
}

export interface BoardPerson {
  readonly stayId: string;
  readonly name: BoardName | null;
  readonly nhsNumber: string | null;
  readonly birthDate: string | null;
  readonly team: string | null;
  readonly status: 'arrived' | 'admitted' | 'on-leave';
  readonly since: Date;
  /** `not-needed` where the agreement does not ask; null: not asked yet. */
  readonly permission: { readonly answer: 'given' | 'cannot-ask'; readonly at: Date } | 'not-needed' | null;
  /** When nothing had been heard of the stay for too long; null while that is not so. */
  readonly staleSince: Date | null;
  readonly lastHeardAt: Date;
}

export interface Board {
  /** False when no agreement lets this person see it. */
  readonly switchedOn: boolean;
  readonly people: readonly BoardPerson[];
}

/** Everybody at the caller's hospital with council care on record. @throws HomewardError NOT_ALLOWED */
export async function boardOf(deps: BoardDeps, caller: Caller): Promise<Board> {
  requirePermission(caller, 'see-board');
  const now = deps.clock.now();
  const agreements = boardAgreements(deps, caller, now);
  return deps.db.transaction(async (trx) => {
    const councils = agreements.map((one) => one.council);
    const people = councils.length > 0 ? await peopleOnBoard(trx, caller.organisation, councils) : [];
    await writeAudit(trx, now, caller, {
      action: 'see-board',
      outcome: agreements.length > 0 ? 'listed' : 'switched-off',
      // By the questions that put them there, each person can be found for as long as the trail is kept.
      detail: { shown: people.length, questions: people.flatMap((one) => one.questions) },
    });
    return { switchedOn: agreements.length > 0, people: people.map((one) => toPerson(one, agreements, now)) };
  });
}

/** What a look-up from the board begins with: who, by the hospital's own word, and at which council. */
export interface FromBoard {
  readonly person: BoardPerson;
  /** Says at which council, for what, and whether the person must be asked first. */
  readonly agreement: Agreement;
}

/**
 * Takes somebody from the board to a look-up. It discloses nothing that the board did not: the hospital's
 * own word on who this is.
 * @throws HomewardError NOT_ALLOWED; STAY_GONE when the person is not on the caller's board any more
 */
export async function takeFromBoard(deps: BoardDeps, caller: Caller, stayId: string): Promise<FromBoard> {
  requirePermission(caller, 'see-board');
  requirePermission(caller, 'look-up');
  const now = deps.clock.now();
  const agreements = boardAgreements(deps, caller, now);
  const councils = agreements.map((one) => one.council);
  const found = isUuid(stayId) ? await peopleOnBoard(deps.db, caller.organisation, councils, stayId) : [];
  const [one] = found;
  const agreement = agreements.find(({ council }) => one?.councils.includes(council));
  if (!one || !agreement) throw new HomewardError('STAY_GONE');
  return { person: toPerson(one, agreements, now), agreement };
}

function boardAgreements({ agreements }: BoardDeps, caller: Caller, now: Date): Agreement[] {
  return agreements.filter(
    ({ arrival, hospital, roles, ...dates }) =>
      arrival.ask &&
      arrival.board &&
      hospital === caller.organisation &&
      roles[caller.role] !== undefined &&
      isInForce(dates, londonDate(now)),
  );
}

function toPerson({ stay, councils, permission }: OnBoard, agreements: readonly Agreement[], now: Date): BoardPerson {
  const asks = agreements.some((one) => councils.includes(one.council) && one.permission === 'ask');
  return {
    stayId: stay.stayId,
    name: stay.person.name,
    nhsNumber: stay.person.nhsNumber?.value ?? null,
    birthDate: stay.person.birthDate,
    team: stay.team,
    status: stay.status as BoardPerson['status'],
    since: stay.since,
    permission: asks ? permission : 'not-needed',
    staleSince: staleSince(stay, now),
    lastHeardAt: stay.lastHeardAt,
  };
}

function staleSince(stay: StoredStay, now: Date): Date | null {
  return isStale(stay, now) ? stay.staleAt : null;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** One of the council's people in hospital: where, since when and until when, and nothing clinical. */
export interface PersonInHospital {
  readonly name: BoardName | null;
  readonly nhsNumber: string | null;
  readonly birthDate: string | null;
  readonly councilId: string | null;
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
}

/** The caller's council's people with care on record who are in hospital now. @throws HomewardError NOT_ALLOWED */
export async function peopleInHospital(deps: BoardDeps, caller: Caller): Promise<PeopleInHospital> {
  requirePermission(caller, 'see-people-in-hospital');
  const now = deps.clock.now();
  const council = caller.organisation;
  const hospitals = deps.agreements
    .filter(
      ({ arrival, ...one }) =>
        arrival.ask && arrival.councilList && one.council === council && isInForce(one, londonDate(now)),
    )
    .map((one) => one.hospital);
  return deps.db.transaction(async (trx) => {
    const people = hospitals.length > 0 ? await peopleOfCouncil(trx, council, hospitals) : [];
    await writeAudit(trx, now, caller, {
      action: 'see-people-in-hospital',
      council,
      outcome: hospitals.length > 0 ? 'listed' : 'switched-off',
      detail: { shown: people.length, questions: people.map((one) => one.question) },
    });
    return {
      switchedOn: hospitals.length > 0,
      hospitals,
      people: people.map(({ stay, councilId }) => ({
        name: stay.person.name,
        nhsNumber: stay.person.nhsNumber?.value ?? null,
        birthDate: stay.person.birthDate,
        councilId,
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
