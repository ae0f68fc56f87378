/**
 * What is due next for a notice that nobody has answered (product rule 9, hazard H08), as a plan read from the
 * agreement: who has it first, and to whom it is brought when. Whose it is meanwhile is read from the same plan
 * (notice-owner.ts), so that no notice can fall between the two.
 */
import type { EscalationStep } from './notice-event.ts';
import { isOpenNotice } from './notice-state.ts';
import type { NoticeState } from './notice-state.ts';
import type { NoticeTerms } from './notice-terms.ts';

export type Party = 'sender' | 'recipient' | 'out-of-hours' | 'council';

/** `deliver`: see that it arrives; `settle`: find another way. */
export type Duty = 'deliver' | 'release' | 'answer' | 'phone' | 'settle';

export interface Plan {
  /** Who has it until somebody else has been told. */
  readonly first: Party;
  /** Steps done before this instant belong to what came before, and count for nothing now. */
  readonly since: Date;
  readonly steps: readonly PlannedStep[];
  /** What whoever has it first is to do. */
  readonly duty: Duty;
  /** What sender and council are to do once a step has brought it to them. */
  readonly afterwards: Duty;
}

interface PlannedStep {
  readonly step: EscalationStep;
  readonly at: Date;
}

export interface NextStep extends PlannedStep {
  readonly due: boolean;
}

/** What of an agreement decides about escalation. */
export type EscalationTerms = Pick<NoticeTerms, 'escalation'>;

/**
 * The next thing to be done about a notice and when; null when it is closed, or when the last one has been told.
 * @param now decides only whether it is due
 */
export function nextStep(state: NoticeState, terms: EscalationTerms, now: Date): NextStep | null {
  const plan = planOf(state, terms);
  if (!plan) return null;
  let soonest = Number.POSITIVE_INFINITY;
  for (const { step, at } of plan.steps) {
    const done = stepsDone(plan, state).find((one) => one.step === step);
    if (!done) {
      const when = new Date(Math.min(at.getTime(), soonest));
      return { step, at: when, due: when <= now };
    }
    // Nobody there: the next one is told at once.
    soonest = done.told ? Number.POSITIVE_INFINITY : done.at.getTime();
  }
  return null;
}

/** The steps of the plan that have been taken. */
export function stepsDone({ since, steps }: Plan, state: NoticeState): NoticeState['steps'] {
  return state.steps.filter(({ at, step }) => at >= since && steps.some((planned) => planned.step === step));
}

/** The plan for a notice as it stands; null when it is closed. */
export function planOf(state: NoticeState, { escalation }: EscalationTerms): Plan | null {
  if (!isOpenNotice(state)) return null;
  const { taken, reply, waits, withdrawn, notice } = state;
  const plan = (duty: Duty, since: Date, who: 'sender' | 'council' = 'sender'): Plan => {
    const steps = [
      { step: who, at: since },
      { step: who === 'sender' ? 'council' : 'sender', at: later(since, escalation.answerWithin) },
    ] as const;
    return { first: 'sender', since, steps, duty, afterwards: duty };
  };
  const untaken = (): Plan => {
    if (withdrawn) return plan('settle', withdrawn.at);
    if (reply?.reply.kind === 'cannot')
      return plan('settle', reply.at, escalation.whenCannot[notice.of === 'gone' ? 'atHome' : 'inHospital']);
    if (reply) return plan('phone', reply.at);
    return waits ? plan('release', waits.since) : unanswered(state, escalation);
  };
  return taken ? takenUp(state, taken, untaken(), escalation) : untaken();
}

/** Who deals with a notice, as long as that counts; null when nobody has said so, or it has lapsed since. */
export function dealtWith({ taken }: NoticeState, { escalation }: EscalationTerms, now: Date): NoticeState['taken'] {
  return taken && now < later(taken.at, escalation.takenFor) ? taken : null;
}

// Whoever said that they deal with it may have gone home since: it is the sender's again, and goes on from there to
// whoever has not been told yet. An answer that somebody must act on is brought to the council again.
function takenUp(
  { steps, notice }: NoticeState,
  taken: NonNullable<NoticeState['taken']>,
  before: Plan,
  { takenFor, answerWithin, stepAfter }: NoticeTerms['escalation'],
): Plan {
  const silent = before.duty === 'answer' || before.duty === 'deliver';
  const told = steps.filter((one) => one.told && one.at >= before.since && one.at < taken.at).map(({ step }) => step);
  const left = silent
    ? orderOf(notice).filter((step) => step !== 'reminder' && step !== 'sender' && !told.includes(step))
    : (['council'] as const);
  const lapsed = later(taken.at, takenFor);
  const after = left.map((step, index) => ({ step, at: later(lapsed, (index + 1) * (silent ? stepAfter : answerWithin)) }));
  const first = taken.by.organisation === notice.council ? 'council' : 'sender';
  return { first, since: taken.at, steps: [{ step: 'sender', at: lapsed }, ...after], duty: 'settle', afterwards: before.afterwards };
} // prettier-ignore

const provider: readonly EscalationStep[] = ['reminder', 'out-of-hours', 'council', 'sender'];
// The council's own duty team has no other contact behind it.
const council: readonly EscalationStep[] = ['reminder', 'council', 'sender'];

function orderOf({ recipient }: NoticeState['notice']): readonly EscalationStep[] {
  return recipient.kind === 'provider' ? provider : council;
}

function unanswered(state: NoticeState, escalation: NoticeTerms['escalation']): Plan {
  const { notice, bouncedAt, status, releasedAt } = state;
  const { answerWithin, stepAfter } = escalation;
  const order = orderOf(notice);
  const since = new Date(Math.max(notice.deliverFrom.getTime(), releasedAt?.getTime() ?? 0));
  const scale = scaleOf(state, since, answerWithin + (order.length - 1) * stepAfter, escalation);
  const planned = order.map((step, index) => ({ step, at: later(since, scale * (answerWithin + index * stepAfter)) }));
  const arrived = status === 'delivered' || status === 'seen';
  if (arrived) return { first: 'recipient', since, steps: planned, duty: 'answer', afterwards: 'phone' };
  if (!bouncedAt) return { first: 'sender', since, steps: planned, duty: 'deliver', afterwards: 'phone' };
  // A reminder to a dead address reaches nobody: the next one is told at once.
  const bounced = bouncedAt > since ? bouncedAt : since;
  const steps = planned.slice(1).map(({ step, at }, index) => {
    const afterwards = later(bounced, scale * index * stepAfter);
    return { step, at: afterwards < at ? afterwards : at };
  });
  return { first: 'sender', since, steps, duty: 'deliver', afterwards: 'phone' };
}

// Sooner, and all steps in proportion, when the last would otherwise come too late for the next visit.
function scaleOf(
  { notice: { nextVisit, createdAt } }: NoticeState,
  since: Date,
  total: number,
  { beforeVisit }: NoticeTerms['escalation'],
): number {
  if (nextVisit === null || !(nextVisit > createdAt) || total === 0) return 1;
  const room = nextVisit.getTime() - beforeVisit - since.getTime();
  return Math.min(1, Math.max(0, room) / total);
}

function later(at: Date, by: number): Date {
  return new Date(at.getTime() + Math.floor(by));
}
