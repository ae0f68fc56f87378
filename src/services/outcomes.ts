/**
 * Use cases of "what came of it": at most two taps, asked when the patient has left or after a day, never needed to go
 * on. What Homeward saves is measured by this and never claimed (product.md, "Figures known").
 */
import type { Answer } from '../domain/answer.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { countOutcomes as count, outcomeAskedFrom } from '../domain/outcome.ts';
import type { OutcomeAnswer, OutcomeCounts } from '../domain/outcome.ts';
import { writeAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { halfAnswered, keepAsked, keepOutcome, openLookUp, outcomesOf } from '../store/outcomes.ts';
import type { OpenLookUp } from '../store/outcomes.ts';
import { shownTo } from './calls.ts';
import type { CallDeps } from './calls.ts';

/** Which question stands on an answer's page. */
export interface OutcomeAsked {
  /** The look-up that it is about. */
  readonly lookUp: string;
  readonly question: 'outcome' | 'changed';
}

const day = 86_400_000;
const minute = 60_000;
/** Later nobody remembers. */
const longest = 14 * day;
const secondFor = 10 * minute;

/** The question to put on an answer's page now; writes down that it was put. Null when it is not time, or answered. */
export async function outcomeToAsk(
  trx: Trx,
  of: { readonly hospital: string; readonly council: string; readonly personKey: string; readonly keptFor: number },
  answer: Answer,
  now: Date,
): Promise<OutcomeAsked | null> {
  const half = await halfAnswered(trx, of, new Date(now.getTime() - secondFor));
  if (half) return { lookUp: half, question: 'changed' };
  const numbers = [answer.asked, answer.supersededBy].filter((one) => one !== null);
  const lookUp = await openLookUp(trx, of, numbers, lookUpsSince(now));
  if (!lookUp || !isTimeToAsk(lookUp, now)) return null;
  await keepAsked(trx, of, lookUp, now, new Date(now.getTime() + of.keptFor));
  return { lookUp: lookUp.id, question: 'outcome' };
}

/** Look-ups before this are asked about no more. */
export function lookUpsSince(now: Date): Date {
  return new Date(now.getTime() - longest);
}

/** Whether it is time to ask what came of a look-up. */
export function isTimeToAsk({ kind, at, endedAt }: OpenLookUp, now: Date): boolean {
  const from = outcomeAskedFrom(kind, at, endedAt);
  return from !== null && from <= now;
}

/**
 * Keeps a tap.
 * @param lookUp that the question was about
 * @throws HomewardError NOT_ALLOWED, ANSWER_GONE; FORM_INVALID when no such question was put about this person
 */
export async function recordOutcome(
  deps: CallDeps,
  caller: Caller,
  answerId: string,
  { lookUp, ...answer }: OutcomeAnswer & { readonly lookUp: string },
): Promise<void> {
  requirePermission(caller, 'record-outcome');
  await deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const { council, personKey } = await shownTo(trx, deps, caller, answerId, now);
    const of = { hospital: caller.organisation, council, personKey };
    if (!(await keepOutcome(trx, lookUp, of, answer, now))) throw new HomewardError('FORM_INVALID');
    const outcome = answer.outcome ?? `changed-${answer.changed ?? 'not-answered'}`;
    await writeAudit(trx, now, caller, { action: 'record-outcome', outcome, council, personKey, answerId: lookUp });
  });
}

/** How the questions of a hospital in a time were answered; nobody is named. @throws HomewardError NOT_ALLOWED */
export async function countOutcomes(
  deps: CallDeps,
  caller: Caller,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<OutcomeCounts> {
  requirePermission(caller, 'operate');
  return count(await outcomesOf(deps.db, caller.organisation, from, until));
}
