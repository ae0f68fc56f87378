/**
 * What stands on an answer's page beside the answer itself: calls that were made, cautions about numbers, whether
 * something was told, and the question what came of it. Read only for an answer whose view is in the audit trail.
 */
import { phoneKey } from '../domain/call.ts';
import { careNow } from '../domain/care-now.ts';
import type { CareNow } from '../domain/care-now.ts';
import { may } from '../domain/caller.ts';
import type { Answer } from '../domain/answer.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { isOpen } from '../domain/stay-course.ts';
import { callsAbout, forgetCalls } from '../store/calls.ts';
import type { StoredCall } from '../store/calls.ts';
import type { Trx } from '../store/database.ts';
import { glanceAtExtras } from '../store/extras-glance.ts';
import type { Beside } from '../store/extras-glance.ts';
import { staysOfNumbers } from '../store/hospital/stays.ts';
import { noticesOfPerson } from '../store/notices/lists.ts';
import { latestTelling } from '../store/notices/team-count.ts';
import { forgetOutcomePeople } from '../store/outcomes.ts';
import { forgetWrongNumbers } from '../store/wrong-numbers.ts';
import { agreementToSee, packagesOf } from './calls.ts';
import type { CallDeps } from './calls.ts';
import type { AuditedAnswer } from './look-up.ts';
import { endedInDeath, sinceOf } from './notices/person-stays.ts';
import { permissionNow } from './notices/standing.ts';
import { isAboutSomebody } from './notices/subject.ts';
import { isTimeToAsk, lookUpsSince, outcomeToAsk } from './outcomes.ts';
import type { OutcomeAsked } from './outcomes.ts';
import { standingCautions } from './wrong-numbers.ts';

export type { StoredCall } from '../store/calls.ts';
export type { OutcomeAsked } from './outcomes.ts';

export interface Caution {
  readonly provider: string;
  /** By which it is compared (`phoneKey`). */
  readonly key: string;
  readonly at: Date;
}

export interface AnswerExtras {
  /** Somebody can be told about the patient of this answer. */
  readonly canTell: boolean;
  /** Somebody can write down that the patient does not want a care provider told: also where no record was shown. */
  readonly canRefuse: boolean;
  /** The patient does not want a care provider told, by their last word here. */
  readonly refused: boolean;
  /** The hospital's own system says that the patient has died. */
  readonly diedHere: boolean;
  /** The last thing that was told about the patient from this hospital. */
  readonly told: string | null;
  /** What stands against care at the door by what was told, by provider. */
  readonly care: ReadonlyMap<string, CareNow>;
  /** Of the last day, the latest first. */
  readonly calls: readonly StoredCall[];
  readonly cautions: readonly Caution[];
  readonly outcome: OutcomeAsked | null;
}

const day = 86_400_000;
const none: AnswerExtras = {
  canTell: false,
  canRefuse: false,
  refused: false,
  diedHere: false,
  told: null,
  care: new Map(),
  calls: [],
  cautions: [],
  outcome: null,
};

/**
 * The extras of an answer; none where it showed nobody.
 * @param on `card`: on paper nothing is asked
 * @throws HomewardError ANSWER_GONE, NOT_ALLOWED
 */
export async function answerExtras(
  deps: CallDeps,
  caller: Caller,
  shown: AuditedAnswer,
  on: 'page' | 'card' = 'page',
): Promise<AnswerExtras> {
  const { answer } = shown;
  const banner = answer.kind === 'died' ? answer.banner : 'care' in answer ? answer.care?.banner : null;
  const canRefuse = may(caller.role, 'tell') && isAboutSomebody(answer);
  if (!banner) {
    if (!canRefuse || on === 'card') return none;
    return { ...none, canRefuse, refused: await deps.db.transaction((trx) => isRefused(trx, caller, answer, deps.clock.now())) };
  }
  const providers = [...new Set(packagesOf(answer).flatMap(({ providerId }) => providerId ?? []))];
  const numbers = [answer.asked, answer.supersededBy].filter((one) => one !== null);
  const now = deps.clock.now();
  const { session, organisation: hospital } = caller;
  const seen = await glanceAtExtras(deps.db, { answerId: shown.id, session, hospital, numbers, providers, now, lookUpsSince: lookUpsSince(now) });
  if (!seen) throw new HomewardError('ANSWER_GONE');
  const { council, personKey, beside } = seen;
  const agreement = agreementToSee(deps, caller, council, now);
  if (!agreement) throw new HomewardError('NOT_ALLOWED');
  const canTell = may(caller.role, 'tell') && (agreement.notices.providers || agreement.notices.council);
  const asks = on === 'page' && may(caller.role, 'record-outcome') && (beside.outcome || (seen.lookUp !== null && isTimeToAsk(seen.lookUp, now)));
  if (!asks && !isAnything(beside)) return { ...none, canTell, canRefuse };
  return deps.db.transaction(async (trx) => {
    const of = { hospital, council, personKey, keptFor: agreement.retention.notices };
    const told = beside.told ? await latestTelling(trx, of) : null;
    const notices = told === null ? [] : await noticesOfPerson(trx, of);
    const stays = beside.stay ? (await staysOfNumbers(trx, numbers)).filter(({ organisation, person }) => organisation === hospital && person.birthDate === banner.birthDate) : [];
    const since = sinceOf(stays.find(({ status }) => isOpen(status)) ?? null, now);
    const about = { hospital, council, personKey, birthDate: banner.birthDate };
    const cautions = beside.wrongNumber ? await standingCautions(trx, providers) : [];
    return {
      canTell,
      canRefuse,
      refused: canRefuse && beside.said && (await permissionNow(trx, about, numbers, since)) === 'refused',
      diedHere: stays.some(endedInDeath),
      told,
      care: on === 'page' ? careNow(notices.map(({ state }) => state), now) : none.care,
      calls: beside.called ? await callsAbout(trx, of, new Date(now.getTime() - day)) : none.calls,
      cautions: cautions.map((one) => ({ provider: one.provider, key: one.phoneKey, at: one.lastAt })),
      outcome: asks ? await outcomeToAsk(trx, of, answer, now) : null,
    };
  }, { prepared: true });
} // prettier-ignore

// Whatever it asks for is part of the answer's page; what came of the look-up is asked for apart.
function isAnything({ told, stay, said, called, wrongNumber }: Beside): boolean {
  return told || stay || said || called || wrongNumber;
}

// Where no record was shown, a "no" is known by the number alone.
async function isRefused(trx: Trx, { organisation }: Caller, { council, asked }: Answer, now: Date): Promise<boolean> {
  if (council === null || asked === null) return false;
  const about = { hospital: organisation, council, personKey: null, birthDate: null };
  return (await permissionNow(trx, about, [asked], sinceOf(null, now))) === 'refused';
}

/** Whether a caution is about a number. */
export function isAbout({ provider, key }: Caution, of: string | undefined, phone: string): boolean {
  return provider === of && phoneKey(phone) === key;
}

const keptFor = 400 * day;

/** Deletes what is kept no longer, and forgets of whom outcomes are. */
export async function forgetCallsAndOutcomes({ db, clock }: CallDeps): Promise<void> {
  const now = clock.now();
  await forgetCalls(db, now);
  await forgetOutcomePeople(db, now);
  await forgetWrongNumbers(db, new Date(now.getTime() - keptFor));
}
