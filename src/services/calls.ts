/**
 * Use cases of calls: whoever phoned a care provider from an answer says in one click what came of it, and a number
 * that is wrong becomes the council's task and a caution beside the number (hazard H07).
 */
import { isInForce } from '../domain/agreement.ts';
import type { Agreement } from '../domain/agreement.ts';
import type { Answer, ShownPackage } from '../domain/answer.ts';
import { callResults, phoneKey } from '../domain/call.ts';
import type { CallResult } from '../domain/call.ts';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { londonDate } from '../domain/dates.ts';
import { HomewardError } from '../domain/error.ts';
import { readPersonName } from '../domain/provider-account.ts';
import { seeAnswer } from '../store/answers.ts';
import { askIn } from '../store/ask-in.ts';
import { writeAudit } from '../store/audit.ts';
import { isCallKept, keepCall } from '../store/calls.ts';
import type { Database, Trx } from '../store/database.ts';
import { givenNow, putWrongNumber } from '../store/wrong-numbers.ts';

export interface CallDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agreements: readonly Agreement[];
}

/** What somebody says of a call. */
export interface CallMade {
  readonly answerId: string;
  /** Provider and number, as the answer's page has them. */
  readonly provider: string;
  readonly phone: string;
  readonly result: CallResult;
  /** The name that was given on the phone, if anybody asked. */
  readonly spokeTo: string | null;
  /** The form's own: however often it comes, it is one call (hazard H15). */
  readonly token: string;
}

/**
 * Writes a call down; a wrong number is reported to the council with it, without a word about the patient.
 * @throws HomewardError NOT_ALLOWED, ANSWER_GONE; FORM_INVALID when the answer shows no such number, or a
 *   name cannot be shown as it was given
 */
export async function recordCall(deps: CallDeps, caller: Caller, made: CallMade): Promise<void> {
  requirePermission(caller, 'record-call');
  if (!Object.hasOwn(callResults, made.result) || made.token.trim() === '') throw new HomewardError('FORM_INVALID');
  // A name with signs that do not show would read otherwise in the trail than it was given.
  const spokeTo = made.spokeTo?.trim() ? readPersonName(made.spokeTo) : null;
  if (spokeTo === null && made.spokeTo?.trim()) throw new HomewardError('FORM_INVALID');
  await deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const about = await shownTo(trx, deps, caller, made.answerId, now);
    const token = `${caller.userId} ${made.token}`;
    if (await isCallKept(trx, caller.organisation, token)) return;
    const { name, phone } = await numberOf(trx, about, made);
    const { council, personKey, agreement } = about;
    const audit = await writeAudit(trx, now, caller, {
      action: 'record-call',
      outcome: made.result,
      council,
      personKey,
      answerId: made.answerId,
      agreement: { id: agreement.id, version: agreement.version },
      detail: { provider: made.provider },
    });
    const kept = await keepCall(trx, {
      at: now,
      hospital: caller.organisation,
      council,
      personKey,
      provider: made.provider,
      phone,
      result: made.result,
      spokeTo,
      by: caller.name,
      userId: caller.userId,
      token,
      audit,
      expiresAt: new Date(now.getTime() + agreement.retention.notices),
    });
    if (!kept || made.result !== 'wrong-number') return;
    const report = { council, provider: made.provider, providerName: name, phone, phoneKey: phoneKey(phone) };
    await putWrongNumber(trx, { ...report, hospital: caller.organisation, at: now, by: caller.name });
    // A number is no person's: the report names nobody.
    await writeAudit(trx, now, caller, { action: 'report-wrong-number', outcome: 'reported', council, detail: { provider: made.provider } });
  });
} // prettier-ignore

/** The answer that somebody has before them, of a person with a record. */
export interface AnswerBefore {
  readonly answer: Answer;
  readonly council: string;
  readonly personKey: string;
  readonly agreement: Agreement;
}

/** @throws HomewardError ANSWER_GONE; NOT_ALLOWED where no agreement lets the role see it any more */
export async function shownTo(
  trx: Trx,
  { agreements }: Pick<CallDeps, 'agreements'>,
  caller: Caller,
  answerId: string,
  now: Date,
): Promise<AnswerBefore> {
  const stored = await seeAnswer(askIn(trx), answerId, caller.session, now);
  if (!stored?.personKey) throw new HomewardError('ANSWER_GONE');
  const { answer, council, personKey } = stored;
  const agreement = agreementToSee({ agreements }, caller, council, now);
  if (!agreement) throw new HomewardError('NOT_ALLOWED');
  return { answer, council, personKey, agreement };
}

/** The agreement that lets somebody see a council's records now; null when none does. */
export function agreementToSee(
  { agreements }: Pick<CallDeps, 'agreements'>,
  caller: Caller,
  council: string,
  now: Date,
): Agreement | null {
  const agreement = agreements.find((one) => one.council === council && one.hospital === caller.organisation);
  return agreement && isInForce(agreement, londonDate(now)) && agreement.roles[caller.role] ? agreement : null;
}

/** Packages that an answer shows, open and ended. */
export function packagesOf(answer: Answer): readonly ShownPackage[] {
  return 'care' in answer && answer.care ? [...answer.care.packages, ...answer.care.ended] : [];
}

// A form may come from anywhere: only a number that this answer shows, or that the provider has confirmed since.
async function numberOf(
  trx: Trx,
  { answer, council }: AnswerBefore,
  { provider, phone }: CallMade,
): Promise<{ name: string | null; phone: string }> {
  const packages = packagesOf(answer).filter(({ providerId }) => providerId === provider);
  const [first] = packages;
  if (!first) throw new HomewardError('FORM_INVALID');
  const key = phoneKey(phone);
  const shown = packages.flatMap((one) => [...(one.now ? [one.now] : []), ...one.others]).map((one) => one.phone.text);
  const own = async (): Promise<(string | null)[]> => [...((await givenNow(trx, { council, provider })).own?.phones ?? [])];
  const found =
    shown.find((text) => phoneKey(text) === key) ??
    (await own()).find((text) => text !== null && phoneKey(text) === key);
  if (!found) throw new HomewardError('FORM_INVALID');
  return { name: first.provider, phone: found.replaceAll('\u00a0', ' ') };
} // prettier-ignore
