/**
 * Who is in hospital, worked out from everything that a hospital's feed has said. A pure function of the
 * set of statements: they are sorted by what they say, and a repetition falls together with the first,
 * so any order of arrival and any repetition end in the same stays. Rules for stays follow Denmark's
 * HospitalNotification; order by time and not by arrival is the answer to hazards H04, H15 and H16.
 */
import type { DayOrTime, EventKind, HospitalEvent, StayClass } from './stay-event.ts';
import { compareText, inRecordedOrder } from './stay-event.ts';
import { isOpen } from './stay-course.ts';
import type { StayStatus } from './stay-course.ts';
import { isHappening } from './stay-fates.ts';
import type { Fate, Statement } from './stay-fates.ts';
import { joinVisits } from './stay-join.ts';
import type { NumberedVisit } from './stay-join.ts';
import { readLinks } from './stay-links.ts';
import { foldVisits } from './stay-number.ts';
import type { OwnedVisit } from './stay-number.ts';
import { applyDeath, readPersons } from './stay-person.ts';
import type { StayPerson } from './stay-person.ts';
import { reopenedAt } from './stay-reopened.ts';
import type { StayPlace } from './stay-visit.ts';

/** What a feed's file settles about its stays, in milliseconds. */
export interface StayRules {
  /** How long after an emergency attendance an admission under another visit number is still the same stay. */
  readonly edToAdmission: number;
  /** How long nothing may be heard of a stay, by its status, before it counts as stale. */
  readonly staleAfter: {
    readonly expected: number;
    readonly arrived: number;
    readonly admitted: number;
    readonly onLeave: number;
  };
}

/** Something that a person should look at. */
export type StayCaution =
  /** Statements under one visit number named two people, and no merge or move says why. */
  | 'patient-contradicted'
  /** The person is recorded as dead, and this began to be said afterwards. */
  | 'started-after-death'
  /** The hospital never said how it began: the feed was switched on later, or a message was lost. */
  | 'start-not-seen';

/** One statement in a stay's history. */
export interface HistoryLine {
  readonly id: string;
  readonly kind: EventKind;
  readonly visit: string | null;
  readonly at: Date;
  readonly recordedAt: Date;
  readonly fate: Fate;
  /** Written down after something that happened later. */
  readonly late: boolean;
}

/** Somebody's time in hospital: one visit, or an emergency attendance and the admission that followed. */
export interface Stay {
  readonly feed: string;
  /** Visit number with which it began. It may change when an earlier visit comes to light: match stays by `visits`. */
  readonly id: string;
  /** Visit numbers that stand, in order, and the old ones that now mean them. */
  readonly visits: readonly string[];
  readonly person: StayPerson;
  readonly status: StayStatus;
  /** When the status began. */
  readonly since: Date;
  readonly patientClass: StayClass | null;
  /** Null when the hospital never said. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Where the person is, or was last; null when no statement said. */
  readonly organisation: string | null;
  readonly team: string | null;
  readonly places: readonly StayPlace[];
  /** Null when not known, and when the stay is over. */
  readonly expectedDischarge: DayOrTime | null;
  readonly lastHeardAt: Date;
  /** From then on the stay is stale, if nothing more is heard; null when it is over. */
  readonly staleAt: Date | null;
  /** Since when the person is in hospital again, by what was written down, after an ending that counts no more; null when there was none. */
  readonly reopenedAt: Date | null;
  readonly cautions: readonly StayCaution[];
  /** In the order in which things happened. */
  readonly history: readonly HistoryLine[];
}

/**
 * Folds statements into stays.
 * @param events of one feed, in any order and with any repetition; with each, all that share a key with it (`keysOf`)
 * @returns stays in the order of their ids; cancelled and deleted ones too, which must be shown as such
 */
export function foldStays(events: Iterable<HospitalEvent>, rules: StayRules): Stay[] {
  const inOrder = inRecordedOrder(events);
  const links = readLinks(inOrder);
  const visits = foldVisits(inOrder, links);
  const undone = new Set<HospitalEvent>();
  for (const { visit } of visits) {
    for (const { event, fate } of visit?.statements ?? []) {
      if (fate === 'cancelled' || fate === 'deleted') undone.add(event);
    }
  }
  const persons = readPersons(inOrder, links, (event) => undone.has(event));
  const stays: Stay[] = [];
  for (const [key, read] of persons) {
    const own = visits.flatMap((one) => {
      if (one.owner !== key || one.visit === null) return [];
      return [{ ...one, ...applyDeath(one.visit, read) }];
    });
    for (const joined of joinVisits(own, rules.edToAdmission)) stays.push(stayOf(joined, read.person, rules));
  }
  return stays.sort((a, b) => compareText(a.id, b.id));
}

/** Whether nothing has been heard of an open or expected stay for longer than its feed's limit. */
export function isStale(stay: Pick<Stay, 'staleAt'>, now: Date): boolean {
  return stay.staleAt !== null && stay.staleAt.getTime() <= now.getTime();
}

interface JoinedVisit extends NumberedVisit, Omit<OwnedVisit, 'visit'> {
  readonly startedAfterDeath: boolean;
}

function stayOf(joined: readonly JoinedVisit[], person: StayPerson, rules: StayRules): Stay {
  const first = joined[0] as JoinedVisit;
  const last = joined.at(-1) as JoinedVisit;
  const { status, since, patientClass, endedAt } = last.visit;
  const places = joined.flatMap(({ visit }, index) => untilNext(visit.places, joined[index + 1]?.visit.places[0]));
  const place = places.at(-1);
  const lastHeardAt = new Date(Math.max(...joined.map(({ visit }) => visit.lastHeardAt.getTime())));
  const limit = staleLimit(status, rules);
  return {
    feed: first.visit.statements[0]?.event.feed ?? '',
    id: first.number,
    visits: joined.flatMap(({ number, formerNumbers }) => [...formerNumbers, number]),
    person,
    status,
    since,
    patientClass,
    startedAt: first.visit.startedAt,
    endedAt,
    organisation: place?.organisation ?? null,
    team: place?.team ?? null,
    places,
    expectedDischarge: endedAt === null ? (last.visit.expectedDischarge ?? first.visit.expectedDischarge) : null,
    lastHeardAt,
    staleAt: limit === null ? null : new Date(lastHeardAt.getTime() + limit),
    reopenedAt: reopenedAt(status, joined.map(({ visit }) => visit.statements)), // prettier-ignore
    cautions: cautionsOf(joined),
    history: joined.flatMap(({ visit }) => historyOf(visit.statements)).sort((a, b) => a.at.getTime() - b.at.getTime()),
  };
}

function untilNext(places: readonly StayPlace[], next: StayPlace | undefined): StayPlace[] {
  if (!next) return [...places];
  return places.map((place) => (place.to === null || place.to > next.from ? { ...place, to: next.from } : place));
}

function staleLimit(status: StayStatus, { staleAfter }: StayRules): number | null {
  if (status === 'on-leave') return staleAfter.onLeave;
  return status === 'expected' || isOpen(status) ? staleAfter[status as 'expected' | 'arrived' | 'admitted'] : null;
}

function cautionsOf(joined: readonly JoinedVisit[]): StayCaution[] {
  const cautions: StayCaution[] = [];
  if (joined.some(({ contradicted }) => contradicted)) cautions.push('patient-contradicted');
  if (joined.some(({ startedAfterDeath }) => startedAfterDeath)) cautions.push('started-after-death');
  if (joined[0]?.visit.startNotSeen) cautions.push('start-not-seen');
  return cautions;
}

function historyOf(statements: readonly Statement[]): HistoryLine[] {
  let latest = Number.NEGATIVE_INFINITY;
  return statements.map(({ event, fate }) => {
    const { id, kind, visit, at, recordedAt } = event;
    const late = isHappening(event) && at.getTime() < latest;
    if (isHappening(event)) latest = Math.max(latest, at.getTime());
    return { id, kind, visit, at, recordedAt, fate, late };
  });
}
