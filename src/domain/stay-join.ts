/**
 * An emergency attendance and the admission that follows it are one stay, also where the hospital
 * gives the admission a visit number of its own. Nobody is told that the person went home between.
 */
import { isOpen } from './stay-course.ts';
import { compareText } from './stay-event.ts';
import type { Visit } from './stay-visit.ts';

/** A visit with the number that stands for it. */
export interface NumberedVisit {
  readonly number: string;
  readonly visit: Visit;
}

/**
 * Joins one person's visits into stays.
 * @param window milliseconds from the end of the attendance to the admission; from the last thing that
 *   happened in it, when it has no end
 * @returns stays, each a visit or an attendance followed by its admission
 */
export function joinVisits<V extends NumberedVisit>(visits: readonly V[], window: number): V[][] {
  const inOrder = [...visits].sort((a, b) => startOf(a) - startOf(b) || compareText(a.number, b.number));
  const followedBy = new Map<V, V>();
  const joined = new Set<V>();
  for (const admission of inOrder.filter(beginsAdmitted)) {
    // The latest attendance that qualifies: an earlier one had an admission of its own, or none.
    const attendance = inOrder.findLast((one) => !followedBy.has(one) && leadsTo(one, admission, window));
    if (!attendance) continue;
    followedBy.set(attendance, admission);
    joined.add(admission);
  }
  return inOrder
    .filter((one) => !joined.has(one))
    .map((one) => {
      const next = followedBy.get(one);
      return next ? [one, next] : [one];
    });
}

function startOf({ visit }: NumberedVisit): number {
  return (visit.startedAt ?? visit.since).getTime();
}

function beginsAdmitted({ visit }: NumberedVisit): boolean {
  return visit.beganAs === 'inpatient';
}

function leadsTo(attendance: NumberedVisit, admission: NumberedVisit, window: number): boolean {
  const { visit } = attendance;
  // Only an attendance that was never an admission itself, and that did not end in death or elsewhere.
  if (visit.beganAs !== 'emergency' || visit.patientClass !== 'emergency') return false;
  if (!isOpen(visit.status) && visit.status !== 'discharged' && visit.status !== 'closed') return false;
  const begins = startOf(admission);
  const until = (visit.endedAt ?? visit.lastAt).getTime() + window;
  return startOf(attendance) <= begins && begins <= until;
}
