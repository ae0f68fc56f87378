/**
 * The course of a visit: what stands of it, read in the order in which it happened, as a state that
 * one thing after another changes.
 */
import { isStart } from './stay-fates.ts';
import type { Statement } from './stay-fates.ts';
import type { StayClass } from './stay-event.ts';

/**
 * Where a stay stands. `arrived` is in the emergency department; `transferred` to another hospital,
 * so not home; `closed` by hand, because the end never came.
 */
export type StayStatus =
  | 'expected'
  | 'arrived'
  | 'admitted'
  | 'on-leave'
  | 'discharged'
  | 'transferred'
  | 'died'
  | 'closed'
  | 'cancelled'
  | 'deleted';

/** Whether somebody is in hospital: on leave too, since a bed waits for them. */
export function isOpen(status: StayStatus): boolean {
  return status === 'arrived' || status === 'admitted' || status === 'on-leave';
}

/** Where the course has led. */
export interface Course {
  readonly status: StayStatus;
  readonly since: Date;
  readonly patientClass: StayClass | null;
  /** The first thing that stands of the person being there; null when only the end was seen. */
  readonly start: Statement | null;
  /** How many beginnings stand: an admission after an arrival is a second one. */
  readonly starts: number;
  readonly end: Statement | null;
}

/**
 * Reads a visit's course.
 * @param line what stands, in the order in which it happened
 * @param startSeen whether the hospital ever said how the visit began
 * @returns null when nothing stands
 */
export function readCourse(line: readonly Statement[], startSeen: boolean): Course | null {
  let course: Course | null = null;
  for (const one of line) course = next(course, one, startSeen);
  return course;
}

function next(course: Course | null, one: Statement, startSeen: boolean): Course | null {
  const { event } = one;
  const open = course !== null && isOpen(course.status);
  const before = course?.patientClass ?? null;
  const enter = (patientClass: StayClass, onLeave = false): Course => {
    const status = onLeave ? 'on-leave' : patientClass === 'inpatient' ? 'admitted' : 'arrived';
    return {
      status,
      since: course?.status === status ? course.since : event.at,
      patientClass,
      start: course?.start ?? one,
      starts: (course?.starts ?? 0) + (isStart(event) ? 1 : 0),
      end: null,
    };
  };
  switch (event.kind) {
    case 'expected':
      return course ?? { status: 'expected', since: event.at, patientClass: null, start: null, starts: 0, end: null };
    case 'arrived':
      // Arriving in the emergency department does not undo an admission; a change of class does.
      return enter(open && before === 'inpatient' ? 'inpatient' : 'emergency');
    case 'admitted':
      return enter('inpatient');
    case 'class-changed':
      return enter(event.patientClass ?? before ?? 'inpatient', course?.status === 'on-leave');
    case 'discharged':
      return end(course, one, event.outcome ?? (event.death ? 'died' : 'discharged'));
    case 'closed-by-hand':
      return open ? end(course, one, 'closed') : course;
    default: {
      // A move, a leave, a return: somebody of whom nothing else is known is in hospital all the same,
      // and somebody who was moved after a closing by hand has not gone home. After a discharge it is
      // only a ward tidying up.
      const there =
        open || course?.status === 'closed' || ((course?.start ?? null) === null && !startSeen && !course?.end);
      if (!there) return course;
      const stillAway = event.kind !== 'leave-ended' && course?.status === 'on-leave';
      return enter(event.patientClass ?? before ?? 'inpatient', event.kind === 'leave-started' || stillAway);
    }
  }
}

function end(course: Course | null, one: Statement, status: StayStatus): Course {
  return {
    status,
    since: one.event.at,
    patientClass: course?.patientClass ?? null,
    start: course?.start ?? null,
    starts: course?.starts ?? 0,
    end: one,
  };
}
