/**
 * Use case: a care provider asks whether a client of its own is in hospital. What it reads is one of three answers;
 * whoever is not its client, and whoever must not be told of, gives the very same one as a feed that cannot say
 * (product rules 1, 4 and 5). Nothing is shown before its audit row is committed.
 */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import type { Agreement } from '../../domain/agreement.ts';
import { councilPhones } from '../../domain/council-phone.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { HomewardError } from '../../domain/error.ts';
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import type { NhsNumber } from '../../domain/nhs-number.ts';
import type { Human } from '../../domain/notice.ts';
import { openUntil, overQuestionBudget } from '../../domain/open-question.ts';
import type { Phone } from '../../domain/phone.ts';
import type { AlertKind } from '../../domain/policy.ts';
import { strictestTerms } from '../../domain/asking.ts';
import { patientKey } from '../../domain/stay-event.ts';
import { answerWhereabouts } from '../../domain/whereabouts.ts';
import type { WhereaboutsAnswer } from '../../domain/whereabouts.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import {
  holdProvider, keepQuestion, questionOfToken, questionsSince, raiseAlert,
} from '../../store/whereabouts/questions.ts'; // prettier-ignore
import type { PastQuestion, StoredQuestion } from '../../store/whereabouts/questions.ts';
import { askable, councilsToAsk } from './deps.ts';
import type { WhereaboutsDeps } from './deps.ts';
import { readWhereabouts } from './facts.ts';
import type { Read } from './facts.ts';
import { peopleAsked, sharedBy } from './trail.ts';

/** What is asked, as typed. */
export interface Question {
  readonly council: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  /** Of the form: however often it is sent, it is one question. */
  readonly token: string;
}

/** The question was asked, or the provider has asked too often for now. */
export type AskResult =
  { readonly is: 'asked'; readonly id: string } | { readonly is: 'over-budget'; readonly phone: Phone };

const minute = 60_000;
const day = 24 * 60 * minute;

/** Why it was asked, in the audit trail; nobody can choose it. */
export const questionReason = 'is-client-with-you';

/**
 * Asks.
 * @throws HomewardError NOT_ALLOWED, FORM_INVALID when number, birth date or council cannot be, AUDIT_NOT_WRITTEN when
 *   anything could not be committed: nothing may be shown then
 */
export async function askWhereabouts(deps: WhereaboutsDeps, caller: Caller, question: Question): Promise<AskResult> {
  requirePermission(caller, 'ask-whereabouts');
  const number = parseNhsNumber(question.nhsNumber);
  const now = deps.clock.now();
  const councils = councilsToAsk(deps, caller.organisation, now);
  if (!number.ok || question.token.trim() === '') throw new HomewardError('FORM_INVALID');
  if (!councils.some(({ id }) => id === question.council)) throw new HomewardError('NOT_ALLOWED');
  if (deps.refused.has(refusalKey(caller, question.council), now)) return overBudgetAt(deps, question.council, now);
  try {
    const result = await deps.db.transaction((trx) => ask(trx, deps, caller, { ...question, nhsNumber: number.value }, now), { prepared: true }); // prettier-ignore
    if (result.is === 'asked' && result.told) deps.wake();
    return result.is === 'asked' ? { is: 'asked', id: result.id } : result;
  } catch (cause) {
    if (cause instanceof HomewardError && cause.code !== 'STORE_UNAVAILABLE') throw cause;
    throw new HomewardError('AUDIT_NOT_WRITTEN', undefined, { cause });
  }
}

function refusalKey({ userId, organisation }: Caller, council: string): string {
  return `${organisation} ${userId} ${council}`;
}

type Valid = Question & { readonly nhsNumber: NhsNumber };

async function ask(
  trx: Trx,
  deps: WhereaboutsDeps,
  caller: Caller,
  question: Valid,
  now: Date,
): Promise<{ is: 'asked'; id: string; told: boolean } | { is: 'over-budget'; phone: Phone }> {
  const { council, nhsNumber, birthDate, token } = question;
  const provider = caller.organisation;
  await holdProvider(trx, provider);
  const before = await questionOfToken(trx, provider, token);
  if (before) return { is: 'asked', id: before.id, told: false };
  const past = await questionsSince(trx, provider, new Date(now.getTime() - day));
  const over = overBudget(deps, caller, council, past, now);
  if (over) return refuse(trx, deps, caller, question, over, now);
  const read = await readWhereabouts(trx, deps, { provider, council, nhsNumber, birthDate }, now);
  if (!read) throw new HomewardError('NOT_ALLOWED');
  const id = randomUUID();
  const { answer, notice } = await answerAndTell(trx, deps, caller, question, id, read);
  const { agreement, link, onList, usable } = read;
  // Of every agreement by which it may be asked, whichever speaks: how long it waits or is kept must not tell where
  // somebody is.
  const leastOf = (of: (one: Agreement) => number): Date => new Date(now.getTime() + Math.min(...usable.map(of)));
  const stored: StoredQuestion = {
    id,
    provider,
    council,
    nhsNumber,
    currentNumber: read.current,
    birthDate,
    askedBy: humanOf(caller),
    askedAt: now,
    answered: answer.kind,
    answer,
    answerUntil: leastOf(({ retention }) => retention.answers),
    link,
    personKey: read.personKey,
    councilPerson: read.councilPerson,
    openUntil: null,
    closedAt: null,
    notice: null,
    expiresAt: leastOf(({ retention }) => retention.notices),
  };
  const open = openUntil(stored, strictestTerms(usable));
  const asked = usable.map(({ hospital }) => hospital);
  const audit = await writeAudit(trx, now, caller, {
    action: 'ask-whereabouts',
    outcome: answer.kind,
    rule: link === null ? 'R2' : 'R18',
    council,
    personKey: read.personKey,
    numberAsked: nhsNumber,
    numberCurrent: read.current === nhsNumber ? null : read.current,
    reason: questionReason,
    relationship: link === null ? null : `client-by-${link}`,
    agreement: { id: agreement.id, version: agreement.version },
    sharedFields: sharedBy(answer.kind),
    sources: read.parts,
    answerId: id,
    // By what the provider itself handed in: were it a miss only when nothing is confirmed, the lock would tell that.
    detail: { asked, ...(link === null && (onList ? { unconfirmed: true } : { missed: true })) },
    people: peopleAsked([stored], asked, read.stay?.organisation ?? null),
  });
  await keepQuestion(trx, { ...stored, openUntil: open, notice }, token, audit);
  if (link === null) {
    const misses = missesOf(caller, past, now) + 1;
    const watched = Math.min(...askable(deps, council, now).map(({ budget }) => budget.missesBeforeSignIn));
    const strange = onList ? unconfirmedIn(past, nhsNumber) >= manyUnconfirmed : misses === watched;
    if (strange) await raiseAlert(trx, { at: now, kind: 'repeated-misses', council, audit, by: caller });
  }
  return { is: 'asked', id, told: notice !== null };
}

/** Answers, and writes down that it was told. What cannot be written down as told is not told. */
async function answerAndTell(
  trx: Trx,
  deps: WhereaboutsDeps,
  caller: Caller,
  { council, nhsNumber, birthDate }: Valid,
  question: string,
  { facts, terms, link, stay, personKey, current, record, readFor, elsewhere }: Read,
): Promise<{ answer: WhereaboutsAnswer; notice: string | null }> {
  const answer = answerWhereabouts(facts, terms);
  if (answer.kind !== 'with-us') return { answer, notice: null };
  const cannotSay = { kind: 'cannot-say', at: answer.at, phone: facts.councilPhone } as const;
  if (!stay || !stay.organisation || link === null || personKey === null) return { answer: cannotSay, notice: null };
  const told = await deps.tell(trx, {
    question,
    about: { hospital: stay.organisation, council, personKey, nhsNumber: current, birthDate, stayId: stay.stayId },
    patient: patientKey(stay.person.patient),
    team: stay.team,
    provider: caller.organisation,
    link,
    // By another number, or for another hospital, it would say other things.
    known: { elsewhere, ...(current === nhsNumber && readFor === stay.organisation && { record }) },
    told: humanOf(caller),
  });
  return told.is === 'told' ? { answer, notice: told.notice } : { answer: cannotSay, notice: null };
}

function humanOf({ userId, name, organisation }: Caller): Human {
  return { id: userId, name, organisation };
}

function missesOf({ userId }: Caller, past: readonly PastQuestion[], now: Date): number {
  return past.filter((one) => one.missed && one.userId === userId && now.getTime() - one.at.getTime() < 30 * minute)
    .length;
}

/** So many people of its list in a day whom nothing confirms: the council hears of it, the provider does not. */
const manyUnconfirmed = 10;

function unconfirmedIn(past: readonly PastQuestion[], now: NhsNumber): number {
  const numbers = past.flatMap(({ unconfirmed }) => (unconfirmed === null ? [] : [unconfirmed]));
  return new Set([...numbers, now]).size;
}

// Questions are the provider's, misses each person's own: one who guesses must not silence the others.
function overBudget(
  deps: WhereaboutsDeps,
  caller: Caller,
  council: string,
  past: readonly PastQuestion[],
  now: Date,
): AlertKind | null {
  const usable = askable(deps, council, now);
  const lock = Math.min(...usable.map(({ budget }) => budget.missesBeforeLock));
  if (missesOf(caller, past, now) >= lock) return 'repeated-misses';
  return overQuestionBudget(past.map(({ at }) => at), strictestTerms(usable), now) ? 'over-budget' : null; // prettier-ignore
}

async function refuse(
  trx: Trx,
  deps: WhereaboutsDeps,
  caller: Caller,
  { council, nhsNumber }: Valid,
  kind: AlertKind,
  now: Date,
): Promise<{ is: 'over-budget'; phone: Phone }> {
  const times = deps.refused.add(refusalKey(caller, council), now);
  const audit = await writeAudit(trx, now, caller, {
    action: 'ask-whereabouts',
    outcome: 'over-budget',
    rule: 'R14',
    council,
    numberAsked: nhsNumber,
    reason: questionReason,
    detail: times > 1 ? { times } : null,
  });
  await raiseAlert(trx, { at: now, kind, council, audit, by: caller, times });
  return overBudgetAt(deps, council, now);
}

function overBudgetAt(deps: WhereaboutsDeps, council: string, now: Date): { is: 'over-budget'; phone: Phone } {
  const own = deps.councils.find(({ id }) => id === council);
  if (!own) throw new HomewardError('NOT_ALLOWED');
  return { is: 'over-budget', phone: councilPhones(own, now, deps.holidays).now.phone };
}
