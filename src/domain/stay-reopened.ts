/**
 * Since when somebody is in hospital again whose going home had been written down (product rule 10, hazard H27). What
 * counts is when it was written down: a provider that was told "has gone home" until then believes in it, whether it was
 * told before or after the going home itself.
 */
import { isOpen } from './stay-course.ts';
import type { StayStatus } from './stay-course.ts';
import { isStillThere } from './stay-fates.ts';
import type { Statement } from './stay-fates.ts';

/**
 * When the last ending that counts no more was undone: by its cancellation, by a move or return after a closing by
 * hand, by another arrival or admission, by the admission that followed an emergency attendance.
 * @param visits what was said of each visit number of the stay, in order, as it was judged
 * @returns null while the stay is over, and when nobody was ever given to understand that it was
 */
export function reopenedAt(status: StayStatus, visits: readonly (readonly Statement[])[]): Date | null {
  if (!isOpen(status)) return null;
  const first = earliest(visits.flat().filter((one) => isThere(one, false)));
  const times: Date[] = [];
  // From the last to the first, so that what follows a visit is known without reading it again for each.
  let traceAfter: Statement | undefined;
  let beginningAfter: Statement | undefined;
  for (const own of visits.toReversed()) {
    for (const end of own.filter(isEnding)) {
      // Moves after a discharge are a ward tidying up; after a closing by hand they show that it was wrong.
      const any = end.event.kind === 'closed-by-hand';
      const later = earliest(own.filter((one) => isThere(one, any) && isAfter(one, end)));
      const at = undoneAt(end, sooner(later, any ? traceAfter : beginningAfter), first);
      if (at) times.push(at);
    }
    traceAfter = sooner(earliest(own.filter((one) => isThere(one, true))), traceAfter);
    beginningAfter = sooner(earliest(own.filter((one) => isThere(one, false))), beginningAfter);
  }
  return times.length === 0 ? null : new Date(Math.max(...times.map((at) => at.getTime())));
}

function isEnding({ event: { kind } }: Statement): boolean {
  return kind === 'discharged' || kind === 'closed-by-hand';
}

/** @param again the first word by which the person was there after that end */
function undoneAt(end: Statement, again: Statement | undefined, first: Statement | undefined): Date | null {
  // The word that took its place is an ending like it.
  if (end.fate === 'replaced') return null;
  // What was written down of a later hour before: by that the person was there all along.
  if (again && again.index < end.index) return null;
  const times = [again?.event.recordedAt, end.undoneAt].filter((at) => at !== null && at !== undefined);
  if (times.length === 0) return null;
  // Of a visit that was deleted with its end, and begun anew, the beginning counts.
  const back = Math.min(...times.map((at) => at.getTime()));
  return new Date(Math.max(back, first?.event.recordedAt.getTime() ?? back));
}

/** Whether by this the person is in hospital, also after an ending. @param any that alone which begins a stay, or any trace */
function isThere(one: Statement, any: boolean): boolean {
  const { event, fate } = one;
  if (any && isStillThere(one)) return true;
  if (fate !== 'stands' && fate !== 'replaced') return false;
  switch (event.kind) {
    case 'arrived':
    case 'admitted':
    case 'class-changed':
      return true;
    case 'moved':
    case 'leave-started':
    case 'leave-ended':
      return any;
    default:
      return false;
  }
}

function isAfter(one: Statement, end: Statement): boolean {
  return one.event.at.getTime() - end.event.at.getTime() > 0 || (one.event.at.getTime() === end.event.at.getTime() && one.index > end.index); // prettier-ignore
}

function earliest(statements: readonly Statement[]): Statement | undefined {
  return statements.reduce<Statement | undefined>(sooner, undefined);
}

function sooner(a: Statement | undefined, b: Statement | undefined): Statement | undefined {
  return a && (!b || a.index < b.index) ? a : b;
}
