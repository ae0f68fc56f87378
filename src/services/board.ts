/**
 * Use cases of those who look at who is in hospital: the hospital's own board of people with council care, and
 * the way from there to a look-up. Each view is audited before it is shown; nothing of the care itself, and
 * nothing of safeguarding, is on it.
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import type { Feed } from '../domain/hospital-feed.ts';
import { isStale } from '../domain/stay.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { peopleOnBoard } from '../store/hospital/board.ts';
import type { Listed, OnBoard } from '../store/hospital/board.ts';
import type { StoredStay } from '../store/hospital/stays.ts';
import { feedsOf, gapsOf, listWithin } from './list-gaps.ts';
import type { ListGap } from './list-gaps.ts';
import { sourcesOf } from './list-sources.ts';
import type { ListSources } from './list-sources.ts';
import { recordList } from './list-views.ts';
import { untoldAt } from './notices/untold.ts';
import type { Untold } from './notices/untold.ts';

export interface BoardDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
  /** All that are configured; of those that are not enabled nobody is listed. */
  readonly feeds: readonly Feed[];
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
  /** Each council that has care on record: another's answer is not in the one's. */
  readonly councils: readonly string[];
}

export interface Board {
  /** False when no agreement lets this person see it. */
  readonly switchedOn: boolean;
  readonly people: readonly BoardPerson[];
  /** Councils whose people it lists. */
  readonly councils: readonly string[];
  /** Why somebody may be missing; none: whoever is not listed is not known to be here with council care. */
  readonly gaps: readonly ListGap[];
  /** As of when the list is: the hospital's word and the councils', and not the time of the page. */
  readonly sources: ListSources;
  /** What this service should have told by itself of people here, and has not; null while nothing is late. */
  readonly untold: Untold | null;
}

/**
 * Everybody at the caller's hospital with council care on record.
 * @param options `automatic`: the page has reloaded itself
 * @throws HomewardError NOT_ALLOWED
 */
export async function boardOf(deps: BoardDeps, caller: Caller, { automatic = false } = {}): Promise<Board> {
  requirePermission(caller, 'see-board');
  const now = deps.clock.now();
  const agreements = boardAgreements(deps, caller, now);
  const switchedOn = agreements.length > 0;
  return deps.db.transaction(async (trx) => {
    // Before the people: what is taken up in between is then said to wait, and never missing unsaid.
    const gaps = switchedOn ? await gapsOf(trx, deps, agreements) : [];
    const sources = await sourcesOf(trx, deps, agreements);
    const people = switchedOn ? await peopleOnBoard(trx, listedBy(deps, agreements, now)) : [];
    const untold = switchedOn ? await untoldAt(trx, deps, caller.organisation) : null;
    const entry = {
      action: 'see-board',
      outcome: switchedOn ? 'listed' : 'switched-off',
      // By the questions that put them there, each person can be found for as long as the trail is kept.
      detail: { shown: people.length, questions: people.flatMap((one) => one.questions) },
    } as const;
    await recordList(trx, now, caller, entry, automatic);
    return {
      switchedOn,
      people: people.map((one) => toPerson(one, agreements, now)),
      councils: agreements.map(({ council }) => council),
      gaps,
      sources,
      untold,
    };
  });
}

/** Whose word counts on a list that rests on these agreements: of feeds that are on alone. */
export function listedBy(deps: Pick<BoardDeps, 'feeds'>, agreements: readonly Agreement[], now: Date): Listed {
  const hospitals = agreements.map(({ hospital }) => hospital);
  return {
    councils: agreements.map(({ council }) => council),
    hospitals,
    feeds: feedsOf(deps, hospitals).map(({ id }) => id),
    goodAt: new Date(now.getTime() - listWithin),
  };
}

/** What a look-up from the board begins with: who, by the hospital's own word, and at which council. */
export interface FromBoard {
  readonly person: BoardPerson;
  /** Says at which council, for what, and whether the person must be asked first. */
  readonly agreement: Agreement;
}

/**
 * Takes somebody from the board, to look them up or to say that they have left. It discloses nothing that the
 * board did not, the hospital's own word on who this is, and is in the trail before it is shown: by the person
 * themself, so that "who has looked at this person" holds it.
 * @param stayId of somebody on the caller's board
 * @param purpose what for, as the trail says it
 * @param council at which to look the person up, where more than one has care on record; else the first
 * @throws HomewardError NOT_ALLOWED; STAY_GONE when the person is not on the caller's board any more
 */
export async function takeFromBoard(
  deps: BoardDeps,
  caller: Caller,
  stayId: string,
  purpose: 'look-up' | 'close-stay',
  council: string | null = null,
): Promise<FromBoard> {
  requirePermission(caller, 'see-board');
  requirePermission(caller, purpose);
  const now = deps.clock.now();
  const agreements = boardAgreements(deps, caller, now);
  return deps.db.transaction(async (trx) => {
    const found = isUuid(stayId) ? await peopleOnBoard(trx, listedBy(deps, agreements, now), stayId) : [];
    const [one] = found;
    const at = one?.councils.findIndex((id) => council === null || id === council) ?? -1;
    const agreement = agreements.find((each) => each.council === one?.councils[at]);
    if (!one || !agreement) throw new HomewardError('STAY_GONE');
    await writeAudit(trx, now, caller, {
      action: 'take-from-board',
      outcome: 'shown',
      council: agreement.council,
      personKey: one.personKeys[at] ?? null,
      numberAsked: one.stay.person.nhsNumber?.value ?? null,
      detail: { stay: stayId, questions: one.questions, for: purpose },
    });
    return { person: toPerson(one, agreements, now), agreement };
  });
}

/** The agreements in force that let the caller's role see who is at the caller's hospital with council care. */
export function boardAgreements({ agreements }: Pick<BoardDeps, 'agreements'>, caller: Caller, now: Date): Agreement[] {
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
    councils,
  };
}

/** When nothing had been heard of a stay for too long; null while that is not so. */
export function staleSince(stay: StoredStay, now: Date): Date | null {
  return isStale(stay, now) ? stay.staleAt : null;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
