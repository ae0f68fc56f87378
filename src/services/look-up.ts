/**
 * Use case: a person is looked up. The only door to a care record. What comes out of it exists
 * only after its audit row is committed (product rule 6): an {@link AuditedAnswer} cannot be made
 * anywhere else.
 */
import { randomUUID } from 'node:crypto';
import { isInForce, seesSafeguarding } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import type { Answer } from '../domain/answer.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { composeAnswer } from '../domain/compose-answer.ts';
import type { Composition } from '../domain/compose-answer.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import type { HolidayCalendar } from '../domain/office-hours.ts';
import type { NhsNumberResult } from '../domain/nhs-number.ts';
import { decideBeforeAsking, decideOnRecord, unused } from '../domain/policy.ts';
import type { BeforeAsking, Decision, LookUpRequest, UseCounts } from '../domain/policy.ts';
import type { OwnContact } from '../domain/provider-contact.ts';
import type { NumberResolution, PartStates } from '../domain/record.ts';
import type { RosterAgreement } from '../domain/roster-agreement.ts';
import { relationshipOf } from '../domain/stay-relationship.ts';
import type { Whereabouts } from '../domain/stay-relationship.ts';
import { forgetAnswers, takeAnswer } from '../store/answers.ts';
import type { StoredAnswer } from '../store/answers.ts';
import { auditRow, writeAudit } from '../store/audit.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { LookUpWriter } from '../store/look-up-writer.ts';
import { RecordReader } from '../store/records.ts';
import type { Mismatches } from '../store/use.ts';
import { Turns } from './turns.ts';
import { listedFor, stillListed } from './look-up-lists.ts';
import { UseBook } from './use-book.ts';

/** What the look-up is made on: see {@link lookUpsOn}. */
export interface LookUpBasis {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
  readonly holidays: HolidayCalendar;
  /** Hospitals whose own feed says who is there: only there does a look-up without a stay stand out. */
  readonly withFeed?: ReadonlySet<string>;
  /** How providers say themselves that they are reached; nobody's when not given. */
  readonly ownContacts?: { at(now: Date): Promise<ReadonlyMap<string, OwnContact>> };
  /** Providers' agreements about their own lists of clients; none when not given. */
  readonly rosters?: readonly RosterAgreement[];
  /** Told when somebody was refused permission, so that hint and lists follow. Must not throw. */
  readonly onRefusal?: () => void;
}

export interface LookUpDeps extends LookUpBasis {
  readonly records: RecordReader;
  readonly writer: LookUpWriter;
  readonly use: UseBook;
  readonly turns: Turns;
}

/** Makes what look-ups share while the process lives. */
export function lookUpsOn(basis: LookUpBasis): LookUpDeps {
  const { db } = basis;
  return {
    ...basis,
    records: new RecordReader(db),
    writer: new LookUpWriter(db),
    use: new UseBook(db),
    turns: new Turns(),
  };
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
  readonly stays: readonly Whereabouts[];
  readonly mismatches: Mismatches;
}

/** How often a look-up is decided anew because another process used its place in a row: each time, that one got its answer. */
const attempts = 50;

/**
 * Looks a person up.
 * @throws HomewardError AUDIT_NOT_WRITTEN when the audit row, or anything it rests on, could not
 *   be committed; nothing may be shown then. BUSY when others kept coming first
 */
export async function lookUp(deps: LookUpDeps, caller: Caller, request: LookUpRequest): Promise<AuditedAnswer> {
  const number = parseNhsNumber(request.nhsNumber);
  const asked = number.ok ? number.value : null;
  // First the person, then the number, by everybody: so nobody ever waits in a circle.
  const keys = [`person ${caller.userId}`, `number ${caller.organisation} ${asked ?? caller.userId}`];
  return audited(() =>
    deps.turns.take(keys, async () => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const made = await decideAndKeep(deps, caller, request, number);
        if (made) return made;
      }
      throw new HomewardError('BUSY');
    }),
  );
}

/** @returns null when what it was decided on had changed by the time it was written: nothing is kept then */
async function decideAndKeep(
  deps: LookUpDeps,
  caller: Caller,
  request: LookUpRequest,
  number: NhsNumberResult,
): Promise<AuditedAnswer | null> {
  const now = deps.clock.now();
  const asked = number.ok ? number.value : null;
  const agreement = agreementFor(deps, caller, request.council);
  const use = await deps.use.of(caller, asked, now);
  const result = await decide(deps, { caller, agreement, request, number, now, counts: use.counts });
  const { decision, found, parts, stays, mismatches } = result;
  const lists = await listedFor(deps, caller, request, { agreement, decision, found }, now);
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
    listed: lists.listed,
    ...(await ownContactsAt(deps, now)),
  });
  const person = found?.person ?? null;
  const personKey = person?.personKey ?? null;
  const mismatch = Boolean(person?.birthDate && person.birthDate !== request.birthDate);
  const relationship = relationshipOf(stays, caller.organisation, now);
  // Known only where the hospital says who is there, and of no matter where no record was read.
  const unexplained = relationship === 'none' && found !== null && (deps.withFeed?.has(caller.organisation) ?? false);
  const detail = {
    ...(mismatch && { mismatch }),
    ...(unexplained && { unexplained }),
    ...(lists.agreements.length > 0 && { lists: lists.agreements }),
  };
  const id = randomUUID();
  const entry: AuditEntry = {
    action: 'look-up',
    outcome: decision.kind,
    rule: decision.rule,
    council: request.council,
    personKey,
    numberAsked: asked,
    numberCurrent: found?.superseded ? found.current : null,
    reason: request.reason,
    permission: request.permission,
    cannotAskReason: request.cannotAskReason,
    relationship: relationship === 'none' ? 'self-claimed' : relationship,
    agreement: agreement ? { id: agreement.id, version: agreement.version } : null,
    sharedFields: disclosedFields(answer, agreement),
    sources: found ? parts : null,
    answerId: id,
    detail: Object.keys(detail).length > 0 ? detail : null,
  };
  const kept = await deps.writer
    .write({
      audit: auditRow(randomUUID(), now, caller, entry),
      turn: use.turn,
      guess: mismatch ? mismatches.last + 1 : null,
      alert: decision.alert ?? null,
      expiresAt: new Date(now.getTime() + (agreement?.retention.answers ?? hour)),
      answer,
      request: decision.kind === 'sign-in-again' ? request : null,
    })
    .catch((error: unknown) => {
      // Whether it was kept is not known: the trail is asked before the next.
      deps.use.forget(caller.userId);
      throw error;
    });
  if (!kept) {
    deps.use.forget(caller.userId);
    return null;
  }
  deps.use.add(caller, use.turn, {
    at: now,
    number: asked,
    asked: found !== null,
    missed: mismatch || decision.kind === 'no-record' || decision.kind === 'birth-date-mismatch',
    emergency: request.permission === 'cannot-ask' && found !== null,
  });
  if (decision.kind === 'permission-refused') deps.onRefusal?.();
  return new AuditedAnswer(madeHere, id, answer, false);
}

async function decide(
  deps: LookUpDeps,
  asking: Omit<BeforeAsking, 'counts'> & { counts: Omit<UseCounts, 'mismatchesOnPerson'> },
): Promise<Found> {
  const { caller, agreement, request, number, now } = asking;
  const before = { ...asking.counts, mismatchesOnPerson: 0 };
  const refusal = decideBeforeAsking({ ...asking, counts: before });
  if (refusal !== null) {
    return { decision: refusal, found: null, parts: {}, stays: [], mismatches: { lately: 0, last: 0 } };
  }
  if (!number.ok || !agreement) throw new Error('Policy let a look-up pass without a number or an agreement');
  const alike = !seesSafeguarding(agreement, caller.role);
  const record = await deps.records.read(request.council, number.value, caller.organisation, now, alike);
  const counts = { ...before, mismatchesOnPerson: record.mismatches.lately };
  return { ...record, decision: decideOnRecord({ agreement, request, counts, ...record, now }) };
}

/**
 * Shows an answer again: reload and back run no second look-up. Before each view the record is
 * read anew: a restriction that has come since blanks the answer, and anything else that would be
 * said differently now ends it. Views later than the look-up's own redirect are audited.
 * @throws HomewardError ANSWER_GONE when it is another session's, its time is over, or it is no
 *   longer true; AUDIT_NOT_WRITTEN when the view could not be recorded
 */
export async function viewAnswer(
  deps: LookUpDeps,
  caller: Caller,
  id: string,
  action: 'view-answer-again' | 'print-card' = 'view-answer-again',
): Promise<AuditedAnswer> {
  const seen = await audited(() => view(deps, caller, id, action));
  if (!seen) throw new HomewardError('ANSWER_GONE');
  if (seen.standing === 'changed') {
    throw new HomewardError('ANSWER_GONE', 'What the council says has changed since. Look up again.');
  }
  return new AuditedAnswer(madeHere, id, seen.answer, seen.viewsBefore > 0);
}

/** The look-up's own redirect brings the first view within this time; its audit row is the look-up's. */
const firstViewWithin = 30_000;

async function view(
  deps: LookUpDeps,
  caller: Caller,
  id: string,
  action: 'view-answer-again' | 'print-card',
): Promise<(StoredAnswer & { standing: Standing }) | null> {
  const now = deps.clock.now();
  const stored = await takeAnswer(deps.db, id, caller.session, now);
  if (!stored) return null;
  const { standing, answer } = await standingOf(deps, caller, stored);
  const ownRedirect = stored.viewsBefore === 0 && now.getTime() - stored.answer.at.getTime() < firstViewWithin;
  if (!ownRedirect || action !== 'view-answer-again' || standing !== 'true') {
    const entry: AuditEntry = {
      action,
      outcome: standing === 'changed' ? 'changed-since' : answer.kind,
      council: stored.council,
      personKey: stored.personKey,
      numberAsked: answer.asked,
      answerId: id,
      sharedFields: standing === 'changed' ? [] : disclosedFields(answer, agreementFor(deps, caller, stored.council)),
    };
    await deps.db.transaction((trx) => writeAudit(trx, now, caller, entry));
  }
  return { ...stored, answer, standing };
}

/**
 * Goes on with a look-up that waited for the person to sign in again.
 * @throws HomewardError ANSWER_GONE when there is nothing to go on with
 */
export async function continueLookUp(deps: LookUpDeps, caller: Caller, id: string): Promise<AuditedAnswer> {
  const stored = await audited(() => takeAnswer(deps.db, id, caller.session, deps.clock.now()));
  if (!stored?.request) throw new HomewardError('ANSWER_GONE');
  return lookUp(deps, caller, stored.request);
}

/** Whether an answer may still be shown as it was given. */
type Standing = 'true' | 'withdrawn' | 'changed';

// An old "no referral recorded" beside a provider's number is the most dangerous thing on this page:
// what would be said now is worked out in full, and only the very same may be shown.
async function standingOf(
  deps: LookUpDeps,
  caller: Caller,
  stored: StoredAnswer,
): Promise<{ standing: Standing; answer: Answer }> {
  const { answer, council, personKey } = stored;
  const changed = { standing: 'changed', answer } as const;
  if (!(await stillListed(deps, caller, stored, deps.clock.now()))) return changed;
  const banner = answer.kind === 'died' ? answer.banner : 'care' in answer ? answer.care?.banner : null;
  const number = parseNhsNumber(answer.asked);
  if (!banner || !number.ok) return { standing: 'true', answer };
  const now = deps.clock.now();
  const agreement = agreementFor(deps, caller, council);
  if (!agreement || !isInForce(agreement, londonDate(now))) return changed;
  const request: LookUpRequest = {
    council,
    nhsNumber: number.value,
    birthDate: banner.birthDate,
    familyName: null,
    reason: 'decide-admission',
    permission: 'given',
    cannotAskReason: null,
  };
  const alike = !seesSafeguarding(agreement, caller.role);
  const record = await deps.records.read(council, number.value, caller.organisation, now, alike);
  const decision = decideOnRecord({ agreement, request, counts: unused, ...record, now });
  if (record.found.person?.personKey !== personKey || decision.kind === 'cannot-show') {
    return { standing: 'withdrawn', answer: withhold(answer) };
  }
  const again = composeAnswer({
    decision,
    caller,
    agreement,
    request,
    number,
    ...record,
    holidays: deps.holidays,
    now,
    listed: 'listed' in answer ? (answer.listed ?? null) : null,
    ...(await ownContactsAt(deps, now)),
  });
  if (sayingOf(again) !== sayingOf(answer)) return changed;
  // The number to phone is that of the hour of this view; the answer stays that of its look-up.
  return { standing: 'true', answer: asGiven(again, answer) };
}

/** What matters of an answer to somebody about to act on it: its kind, referral state, and each package's provider and status. */
function sayingOf(answer: Answer): string {
  const care = 'care' in answer ? answer.care : null;
  const packages = care?.packages.map((one) => [one.service, one.provider, one.status]);
  return JSON.stringify([answer.kind, care?.safeguarding, packages]);
}

function asGiven(again: Answer, given: Answer): Answer {
  const answer = { ...again, at: given.at };
  if (!('care' in answer) || !answer.care || !('care' in given) || !given.care) return answer;
  return { ...answer, care: { ...answer.care, nameDiffers: given.care.nameDiffers } } as Answer;
}

function withhold({ at, council, hospital, asked }: Answer): Answer {
  return { kind: 'cannot-show', at, council, hospital, asked, supersededBy: null };
}

function agreementFor(deps: LookUpDeps, caller: Caller, council: string): Agreement | null {
  return deps.agreements.find((one) => one.council === council && one.hospital === caller.organisation) ?? null;
}

function disclosedFields(answer: Answer, agreement: Agreement | null): string[] {
  if (!agreement) return [];
  const listed = 'listed' in answer && answer.listed ? ['provider-list'] : [];
  return [...fieldsOfRecord(answer, agreement), ...listed];
}

function fieldsOfRecord(answer: Answer, agreement: Agreement): string[] {
  if ('care' in answer && answer.care) {
    const shown = answer.care.safeguarding !== 'not-your-role';
    return agreement.fields.filter((field) => field !== 'safeguarding' || shown);
  }
  if (answer.kind === 'died')
    return agreement.fields.filter((field) => field === 'name' || field === 'gender' || field === 'council-id');
  return [];
}

async function ownContactsAt({ ownContacts }: LookUpDeps, now: Date): Promise<Pick<Composition, 'ownContacts'>> {
  return ownContacts ? { ownContacts: await ownContacts.at(now) } : {};
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
