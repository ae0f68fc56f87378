/**
 * One visit: what the hospital's statements about one visit number come to. The second half of its
 * fold: what stands (stay-fates.ts) is read in the order in which it happened (stay-course.ts), and
 * joined by what was merely said beside it: times, place, expected discharge.
 */
import { readCourse } from './stay-course.ts';
import type { Course, StayStatus } from './stay-course.ts';
import { isHappening, isStart, judge, timeline } from './stay-fates.ts';
import type { Deletion, Statement } from './stay-fates.ts';
import type { DayOrTime, HospitalEvent, Place, StayClass } from './stay-event.ts';

const day = 24 * 3_600_000;

/** Where the person was, until `to` (null: still there). */
export interface StayPlace extends Place {
  readonly from: Date;
  readonly to: Date | null;
}

/** What is known of one visit number, old numbers of it included. */
export interface Visit {
  readonly status: StayStatus;
  /** When the status began. */
  readonly since: Date;
  readonly patientClass: StayClass | null;
  /** Class in which it began; null when that was not seen, or was taken back. */
  readonly beganAs: StayClass | null;
  /** Null when the hospital never said. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Place, in recorded order, of the first statement of its beginning; a correction of it comes later. */
  readonly startSaid: number;
  readonly places: readonly StayPlace[];
  readonly expectedDischarge: DayOrTime | null;
  /** The last thing that happened in it. */
  readonly lastAt: Date;
  /** The last time at which anything was said of it. */
  readonly lastHeardAt: Date;
  readonly startNotSeen: boolean;
  readonly statements: readonly Statement[];
}

/**
 * Folds the statements about one visit.
 * @param events in the order in which they were written down, with their places in it
 * @param deletionOf the last deletion that concerns a statement
 * @returns null when by these statements nobody is, was or will be in hospital
 */
export function foldVisit(
  events: readonly { event: HospitalEvent; index: number }[],
  deletionOf: (event: HospitalEvent) => Deletion | null,
): Visit | null {
  const statements = judge(events, deletionOf);
  const starts = statements.filter(({ event }) => isStart(event));
  const startSeen = starts.length > 0;
  // Whatever else was said of it: a visit whose every beginning was taken back never was.
  if (startSeen && starts.every(isUndone)) return withdrawn(starts, statements);
  const line = timeline(statements);
  const course = readCourse(line, startSeen);
  if (course === null) return withdrawn(statements.filter(isUndone), statements);
  const endedAt = endOf(course, statements);
  return {
    status: course.status,
    since: course.since,
    patientClass: course.patientClass,
    beganAs: classAtStart(course),
    startedAt: startOf(course, statements),
    endedAt,
    startSaid: (starts.find((one) => !isUndone(one)) ?? course.start)?.index ?? -1,
    places: placesOf(line, endedAt),
    expectedDischarge: endedAt === null ? expectedDischarge(statements) : null,
    lastAt: line.at(-1)?.event.at ?? course.since,
    lastHeardAt: lastHeard(statements),
    startNotSeen: !startSeen && course.status !== 'expected',
    statements,
  };
}

function isUndone({ event, fate }: Statement): boolean {
  return isHappening(event) && (fate === 'cancelled' || fate === 'deleted');
}

function withdrawn(undone: readonly Statement[], statements: readonly Statement[]): Visit | null {
  const last = undone.reduce<Statement | null>((a, b) => (a?.undoneAt && b.undoneAt && a.undoneAt > b.undoneAt ? a : b), null); // prettier-ignore
  if (!last?.undoneAt) return null;
  return {
    status: last.fate === 'deleted' ? 'deleted' : 'cancelled',
    since: last.undoneAt,
    patientClass: last.event.patientClass ?? null,
    beganAs: null,
    startedAt: new Date(Math.min(...undone.map(({ event }) => event.at.getTime()))),
    endedAt: last.undoneAt,
    startSaid: last.index,
    places: placesOf(undone, last.undoneAt),
    expectedDischarge: null,
    lastAt: last.undoneAt,
    lastHeardAt: lastHeard(statements),
    startNotSeen: false,
    statements,
  };
}

function classAtStart({ start }: Course): StayClass | null {
  const kind = start?.event.kind;
  if (kind === 'arrived') return 'emergency';
  return kind === 'admitted' ? 'inpatient' : (start?.event.patientClass ?? null);
}

// The sender's own admission time is the better one where it speaks of this very beginning: on the
// statement itself or, when there is no second beginning that it could mean, on a later update.
function startOf({ start, starts }: Course, statements: readonly Statement[]): Date | null {
  const admitTime = (one: Statement | undefined): Date | undefined => one?.event.admitTime;
  if (start && isStart(start.event)) {
    const corrected = starts > 1 ? undefined : statements.findLast((one) => {
      return one.fate === 'stands' && one.event.kind === 'updated' && one.index > start.index && admitTime(one);
    }); // prettier-ignore
    return admitTime(corrected) ?? admitTime(start) ?? start.event.at;
  }
  return admitTime(statements.findLast((one) => one.fate === 'stands' && admitTime(one) !== undefined)) ?? null;
}

// The same for the end: what was said with the discharge or since, never what an undone one left behind.
function endOf({ end }: Course, statements: readonly Statement[]): Date | null {
  if (!end) return null;
  const said = statements.findLast(
    ({ event, index, fate }) => fate === 'stands' && index >= end.index && isKnownEnd(event),
  );
  return said?.event.dischargeTime ?? end.event.at;
}

// An end that lies ahead of the statement itself is a slip: it would keep the stay, and what it explains, until then.
function isKnownEnd({ dischargeTime, at, recordedAt }: HospitalEvent): boolean {
  return dischargeTime !== undefined && dischargeTime.getTime() <= Math.max(at.getTime(), recordedAt.getTime()) + day;
}

function placesOf(line: readonly Statement[], endedAt: Date | null): StayPlace[] {
  const places: StayPlace[] = [];
  for (const { event } of line) {
    const { place, kind, at } = event;
    if (!place || kind === 'expected' || kind === 'cancelled') continue;
    const before = places.at(-1);
    // Going is no move, but it tells where from when nothing else did.
    if (before && (kind === 'discharged' || kind === 'leave-started')) continue;
    if (before?.organisation === place.organisation && before.team === place.team) continue;
    if (before) places[places.length - 1] = { ...before, to: at };
    places.push({ ...place, from: at, to: null });
  }
  const last = places.at(-1);
  if (last) places[places.length - 1] = { ...last, to: endedAt };
  return places;
}

function expectedDischarge(statements: readonly Statement[]): DayOrTime | null {
  let expected: DayOrTime | null = null;
  for (const { event, fate } of statements) {
    if (fate === 'cancelled' || fate === 'deleted') continue;
    if (event.cancels === 'pending-discharge') expected = null;
    else if (event.expectedDischarge !== undefined) expected = event.expectedDischarge;
  }
  return expected;
}

function lastHeard(statements: readonly Statement[]): Date {
  return new Date(Math.max(...statements.flatMap(({ event }) => [event.at.getTime(), event.recordedAt.getTime()])));
}
