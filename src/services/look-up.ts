/**
 * Use case: a person is looked up. The only door to a care record. What comes out of it exists
 * only after its audit row is committed (product rule 6): an {@link AuditedAnswer} cannot be made
 * anywhere else.
 */
import { randomUUID } from 'node:crypto';
import type { Agreement } from '../domain/agreement.ts';
import type { Answer } from '../domain/answer.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { composeAnswer } from '../domain/compose-answer.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import type { HolidayCalendar } from '../domain/office-hours.ts';
import { decideBeforeAsking, decideOnRecord, isRestricted } from '../domain/policy.ts';
import type { Decision, LookUpRequest } from '../domain/policy.ts';
import type { NumberResolution, PartStates } from '../domain/record.ts';
import { forgetAnswers, insertAnswer, takeAnswer } from '../store/answers.ts';
import type { StoredAnswer } from '../store/answers.ts';
import { raiseAlert, writeAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { readRecord } from '../store/records.ts';
import { countUse } from '../store/use-counts.ts';

export interface LookUpDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
  readonly holidays: HolidayCalendar;
}

const hour = 3_600_000;

const madeHere = Symbol('made by the look-up after its audit row was committed');

/** An answer that may be shown, because its audit row is durable. */
export class AuditedAnswer {
  readonly id: string;
  readonly answer: Answer;
  /** Shown before: this is a later view of the same answer. */
  readonly again: boolean;

  constructor(proof: typeof madeHere, id: string, answer: Answer, again: boolean) {
    if (proof !== madeHere) throw new TypeError('Only the look-up service makes answers');
    this.id = id;
    this.answer = answer;
    this.again = again;
  }
}

interface Found {
  readonly decision: Decision;
  readonly found: NumberResolution | null;
  readonly parts: PartStates;
}

/**
 * Looks a person up.
 * @throws HomewardError AUDIT_NOT_WRITTEN when the audit row, or anything it rests on, could not
 *   be committed; nothing may be shown then
 */
export async function lookUp(deps: LookUpDeps, caller: Caller, request: LookUpRequest): Promise<AuditedAnswer> {
  const id = randomUUID();
  const answer = await audited(() => deps.db.transaction((trx) => answerInside(trx, deps, caller, request, id)));
  return new AuditedAnswer(madeHere, id, answer, false);
}

async function answerInside(
  trx: Trx,
  deps: LookUpDeps,
  caller: Caller,
  request: LookUpRequest,
  id: string,
): Promise<Answer> {
  const now = deps.clock.now();
  const agreement = agreementFor(deps, caller, request.council);
  const number = parseNhsNumber(request.nhsNumber);
  const counts = await countUse(trx, caller, number.ok ? number.value : null, now);
  const refusal = decideBeforeAsking({ caller, agreement, request, number, counts, now });
  let result: Found;
  if (refusal !== null) {
    result = { decision: refusal, found: null, parts: {} };
  } else if (number.ok && agreement) {
    const record = await readRecord(trx, request.council, number.value);
    result = { ...record, decision: decideOnRecord({ agreement, request, counts, ...record, now }) };
  } else {
    throw new Error('Policy let a look-up pass without a number or an agreement');
  }
  const { decision, found, parts } = result;
  const answer = composeAnswer({
    decision,
    caller,
    agreement,
    request,
    number,
    found,
    parts,
    holidays: deps.holidays,
    now,
  });
  const personKey = found?.person?.personKey ?? null;
  const auditId = await writeAudit(trx, now, caller, {
    action: 'look-up',
    outcome: decision.kind,
    rule: decision.rule,
    council: request.council,
    personKey,
    numberAsked: number.ok ? number.value : null,
    numberCurrent: found?.superseded ? found.current : null,
    reason: request.reason,
    permission: request.permission,
    cannotAskReason: request.cannotAskReason,
    relationship: 'self-claimed',
    agreement: agreement ? { id: agreement.id, version: agreement.version } : null,
    sharedFields: disclosedFields(answer, agreement),
    sources: found ? parts : null,
    answerId: id,
    detail: decision.alert === 'repeated-mismatch' ? { mismatch: true } : null,
  });
  if (decision.alert) {
    await raiseAlert(trx, now, {
      kind: decision.alert,
      organisation: caller.organisation,
      council: request.council,
      auditId,
    });
  }
  await insertAnswer(trx, {
    id,
    session: caller.session,
    personKey,
    expiresAt: new Date(now.getTime() + (agreement?.retention.answers ?? hour)),
    answer,
    request: decision.kind === 'sign-in-again' ? request : null,
  });
  return answer;
}

/**
 * Shows an answer again: reload and back run no second look-up. Every view after the first is
 * audited, and a restriction that has come since blanks it.
 * @throws HomewardError ANSWER_GONE when it is another session's, or its time is over;
 *   AUDIT_NOT_WRITTEN when the view could not be recorded
 */
export async function viewAnswer(
  deps: LookUpDeps,
  caller: Caller,
  id: string,
  action: 'view-answer-again' | 'print-card' = 'view-answer-again',
): Promise<AuditedAnswer> {
  const seen = await audited(() => deps.db.transaction((trx) => viewInside(trx, deps, caller, id, action)));
  if (!seen) throw new HomewardError('ANSWER_GONE');
  return new AuditedAnswer(madeHere, id, seen.answer, seen.viewsBefore > 0);
}

async function viewInside(
  trx: Trx,
  deps: LookUpDeps,
  caller: Caller,
  id: string,
  action: 'view-answer-again' | 'print-card',
): Promise<StoredAnswer | null> {
  const now = deps.clock.now();
  const stored = await takeAnswer(trx, id, caller.session, now);
  if (!stored || (stored.viewsBefore === 0 && action === 'view-answer-again')) return stored;
  const { council, personKey } = stored;
  const answer = (await isWithdrawn(trx, stored, londonDate(now))) ? withhold(stored.answer) : stored.answer;
  await writeAudit(trx, now, caller, {
    action,
    outcome: answer.kind,
    council,
    personKey,
    numberAsked: answer.asked,
    answerId: id,
    sharedFields: disclosedFields(answer, agreementFor(deps, caller, council)),
  });
  return { ...stored, answer };
}

/**
 * Goes on with a look-up that waited for the person to sign in again.
 * @throws HomewardError ANSWER_GONE when there is nothing to go on with
 */
export async function continueLookUp(deps: LookUpDeps, caller: Caller, id: string): Promise<AuditedAnswer> {
  const stored = await audited(() =>
    deps.db.transaction((trx) => takeAnswer(trx, id, caller.session, deps.clock.now())),
  );
  if (!stored?.request) throw new HomewardError('ANSWER_GONE');
  return lookUp(deps, caller, stored.request);
}

// Also when the number no longer means this one person: whose objection would then be looked for?
async function isWithdrawn(trx: Trx, { council, personKey, answer }: StoredAnswer, today: string): Promise<boolean> {
  const number = parseNhsNumber(answer.asked);
  if (personKey === null || !number.ok) return false;
  const { person } = (await readRecord(trx, council, number.value)).found;
  return person?.personKey !== personKey || person.underReview || isRestricted(person, today);
}

function withhold({ at, council, hospital, asked }: Answer): Answer {
  return { kind: 'cannot-show', at, council, hospital, asked, supersededBy: null };
}

function agreementFor(deps: LookUpDeps, caller: Caller, council: string): Agreement | null {
  return deps.agreements.find((one) => one.council === council && one.hospital === caller.organisation) ?? null;
}

function disclosedFields(answer: Answer, agreement: Agreement | null): string[] {
  if (!agreement) return [];
  if ('care' in answer && answer.care) {
    const shown = answer.care.safeguarding !== 'not-your-role';
    return agreement.fields.filter((field) => field !== 'safeguarding' || shown);
  }
  if (answer.kind === 'died')
    return agreement.fields.filter((field) => field === 'name' || field === 'gender' || field === 'council-id');
  return [];
}

/** Any failure before or at the commit is one thing to the person: nothing may be shown. */
async function audited<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof HomewardError && cause.code === 'BUSY') throw cause;
    throw new HomewardError('AUDIT_NOT_WRITTEN', undefined, { cause });
  }
}

/** Deletes answers whose time is over. @returns how many went */
export function forgetOldAnswers(deps: LookUpDeps): Promise<number> {
  return forgetAnswers(deps.db, deps.clock.now());
}
