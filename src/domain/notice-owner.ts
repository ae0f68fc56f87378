/**
 * Whose an open notice is: exactly one organisation's at every moment (issue's rule "no combination leaves a
 * notice without an owner"). Whoever was told last owns it, since nobody can own what nobody told them of.
 */
import { nextStep, planOf, stepsDone } from './escalation.ts';
import type { Duty, EscalationTerms, Party } from './escalation.ts';
import type { NoticeState } from './notice-state.ts';

/** The one who has to act now. */
export interface Owner {
  readonly party: Party;
  readonly organisation: string;
  /** Of a sender: the team, since a shift ends before a notice does. */
  readonly team: string | null;
  readonly duty: Duty;
}

/** By so much the machinery may be late; after that the sender's own page, which reckons for itself, takes over. */
export const lateAfter = 2 * 60_000;

/** Who has to act on a notice now; null when it is closed. */
export function ownerOf(state: NoticeState, terms: EscalationTerms, now: Date): Owner | null {
  const plan = planOf(state, terms);
  if (!plan) return null;
  const next = nextStep(state, terms, now);
  if (next && now.getTime() - next.at.getTime() > lateAfter) return ownerAs('sender', 'phone', state);
  // By the plan's order and not by time: after a standstill several may have been told in one and the same moment.
  const done = stepsDone(plan, state);
  const told = plan.steps.findLast(({ step }) => done.some((one) => one.step === step && one.told));
  if (!told) return ownerAs(plan.first, plan.duty, state);
  // A reminder of what never arrived is nobody else's yet.
  if (told.step === 'reminder') return ownerAs(plan.first, plan.duty, state);
  if (told.step !== 'out-of-hours') return ownerAs(told.step, plan.afterwards, state);
  // They have it until the next one is told. Where there is nobody left to tell, it does not stay with them.
  return next ? ownerAs(told.step, 'answer', state) : ownerAs('sender', plan.afterwards, state);
}

function ownerAs(party: Party, duty: Duty, { notice }: NoticeState): Owner {
  const { sender, council, recipient } = notice;
  if (party === 'sender') return { party, organisation: sender.organisation, team: sender.team, duty };
  return { party, organisation: party === 'council' ? council : recipient.id, team: null, duty };
}
