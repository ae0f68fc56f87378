/**
 * Which statements about one visit stand: those that were neither taken back, nor deleted, nor
 * replaced by a correction. The first half of a visit's fold; the second reads what stands in the
 * order in which it happened (stay-visit.ts).
 */
import type { CancelTarget, EventKind, HospitalEvent } from './stay-event.ts';

/** What became of a statement. */
export type Fate = 'stands' | 'replaced' | 'cancelled' | 'deleted' | 'without-effect';

export interface Statement {
  readonly event: HospitalEvent;
  /** Place in the order in which statements were written down. */
  readonly index: number;
  fate: Fate;
  /** When it was taken back or deleted. */
  undoneAt: Date | null;
}

/** A deletion: what was written down before this place is gone. */
export interface Deletion {
  readonly index: number;
  readonly at: Date;
}

/** What a statement is about, so that a second one about the same can be seen as its correction. */
const families: Partial<Record<EventKind, 'phase' | 'move' | 'expected' | 'closing'>> = {
  arrived: 'phase',
  admitted: 'phase',
  'class-changed': 'phase',
  'leave-started': 'phase',
  'leave-ended': 'phase',
  discharged: 'phase',
  moved: 'move',
  expected: 'expected',
  'closed-by-hand': 'closing',
};

/** Whether a statement begins a stay, as against one that only shows that somebody is there. */
export function isStart({ kind, patientClass }: HospitalEvent): boolean {
  return kind === 'arrived' || kind === 'admitted' || (kind === 'class-changed' && patientClass === 'inpatient');
}

const targets: Record<CancelTarget, (event: HospitalEvent) => boolean> = {
  start: isStart,
  move: ({ kind }) => kind === 'moved',
  discharge: ({ kind }) => kind === 'discharged',
  leave: ({ kind }) => kind === 'leave-started',
  return: ({ kind }) => kind === 'leave-ended',
  expected: ({ kind }) => kind === 'expected',
  closing: ({ kind }) => kind === 'closed-by-hand',
  // Takes back an expected date, which is no event on the time line.
  'pending-discharge': () => false,
};

/**
 * Judges the statements about one visit.
 * @param events in the order in which they were written down, with their places
 * @param deletionOf the last deletion that concerns a statement
 */
export function judge(
  events: readonly { event: HospitalEvent; index: number }[],
  deletionOf: (event: HospitalEvent) => Deletion | null,
): Statement[] {
  const statements = events.map(({ event, index }): Statement => {
    const deletion = deletionOf(event);
    return deletion && index < deletion.index
      ? { event, index, fate: 'deleted', undoneAt: deletion.at }
      : { event, index, fate: 'stands', undoneAt: null };
  });
  for (const statement of statements) {
    if (statement.fate === 'stands' && statement.event.kind === 'cancelled') cancel(statement, statements);
  }
  for (const run of runsOf(statements.filter(stands))) {
    const last = latestOf(run);
    for (const one of run) if (one !== last) one.fate = 'replaced';
  }
  return statements;
}

/** Whether a statement says that something happened to somebody, rather than what is known of them. */
export function isHappening({ kind }: HospitalEvent): boolean {
  return families[kind] !== undefined;
}

/**
 * What stands, in the order in which it happened. Taking back a move, a discharge or a leave says that
 * the person is there, which matters when nothing else of the visit was ever seen.
 */
export function timeline(statements: readonly Statement[]): Statement[] {
  return statements.filter((one) => (stands(one) && isHappening(one.event)) || isStillThere(one)).sort(byTime);
}

/** Whether a taking back of a move, a discharge or a leave counts as a sign that the person is there. */
export function isStillThere({ event, fate }: Statement): boolean {
  const { cancels } = event;
  return fate !== 'deleted' && (cancels === 'move' || cancels === 'discharge' || cancels === 'leave');
}

function stands({ fate }: Statement): boolean {
  return fate === 'stands';
}

// Only what was written down before can be taken back: nobody cancels what nobody has said.
function cancel(cancellation: Statement, statements: readonly Statement[]): void {
  const { event, index } = cancellation;
  const isTarget = targets[event.cancels ?? 'pending-discharge'];
  if (event.cancels === 'pending-discharge') return;
  const earlier = statements.filter((one) => one.index < index && stands(one));
  const candidates = earlier.filter((one) => isTarget(one.event)).sort(byTime);
  const named = event.namesTime ? candidates.filter((one) => one.event.at.getTime() === event.at.getTime()) : [];
  const chosen = named.at(-1) ?? candidates.at(-1);
  if (!chosen) {
    cancellation.fate = 'without-effect';
    return;
  }
  const run = runsOf(earlier).find((one) => one.includes(chosen)) ?? [chosen];
  // Taking back the last word takes back what it had corrected; taking back, by its time, an earlier word
  // that was corrected since leaves the correction.
  const corrected = named.length > 0 && !named.includes(latestOf(run) ?? chosen);
  for (const one of corrected ? named : run) {
    one.fate = 'cancelled';
    one.undoneAt = event.recordedAt;
  }
}

/**
 * Runs of statements about one and the same: of the same kind, with nothing of another kind between
 * them in the order in which it happened: a second admission without a discharge between is the first,
 * corrected. A move is never taken for the correction of another: most are from bed to bed, in a place
 * that is one and the same here.
 */
function runsOf(statements: readonly Statement[]): Statement[][] {
  const open = new Map<string, { slot: string; run: Statement[] }>();
  const runs: Statement[][] = [];
  for (const one of [...statements].sort(byTime)) {
    const family = families[one.event.kind];
    if (family === undefined) continue;
    const { kind, patientClass } = one.event;
    const slot = kind === 'class-changed' ? `${kind} ${patientClass}` : kind;
    const current = open.get(family);
    if (current?.slot === slot && family !== 'move') current.run.push(one);
    else {
      const run = [one];
      runs.push(run);
      open.set(family, { slot, run });
    }
  }
  return runs;
}

function latestOf(run: readonly Statement[]): Statement | undefined {
  return run.reduce<Statement | undefined>((last, one) => (last && last.index > one.index ? last : one), undefined);
}

function byTime(a: Statement, b: Statement): number {
  return a.event.at.getTime() - b.event.at.getTime() || a.index - b.index;
}
