/** Permission to tell a provider: asked and recorded apart from permission to look somebody up (product rule 5). */
import type { CannotAskReason } from '../../domain/agreement.ts';
import { cannotAskReasons } from '../../domain/agreement.ts';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { openToProviders } from '../../store/notices/lists.ts';
import { keepPermission } from '../../store/notices/permissions.ts';
import { agreementOf, humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { aboutOf, settleBy } from './recheck.ts';
import { standingOf } from './standing.ts';
import type { About } from './standing.ts';
import { speakerOf } from './subject.ts';
import type { Speaker, WhoseWord } from './subject.ts';

/** The person's answer, or why nobody could ask. */
export interface PermissionGiven {
  readonly answer: 'given' | 'refused' | 'cannot-ask';
  readonly cannotAskReason: CannotAskReason | null;
}

/**
 * Records whether a person agreed to a provider's being told, of whom an answer is shown or something was told: also
 * where no council knows them, or the agreement does not have them asked. A refusal acts at once on whatever is under
 * way, and by the person's number on what other councils' agreements let be told (product rule 5).
 * @throws HomewardError NOT_ALLOWED, FORM_INVALID; ANSWER_GONE, NOTICE_GONE when it is not the caller's;
 *   TELLING_REFUSED when the answer is about nobody
 */
export async function recordPermission(
  deps: NoticeDeps,
  caller: Caller,
  of: WhoseWord,
  given: PermissionGiven,
): Promise<void> {
  requirePermission(caller, 'tell');
  await deps.db.transaction(async (trx) => {
    const speaker = await speakerOf(trx, caller, of, deps.clock.now());
    const { council, personKey, answerId } = speaker;
    if (personKey !== null) await holdPerson(trx, personOf({ council, personKey }));
    await keepGiven(trx, deps, caller, speaker, given, answerId);
  });
  deps.wake();
}

/**
 * As {@link recordPermission}, within a transaction that holds the lock of a person whom a council knows.
 * @param asked the answer, or the notice, on whose page it was asked
 */
export async function keepGiven(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  about: Omit<Speaker, 'answerId'>,
  given: PermissionGiven,
  asked: string | { readonly notice: string } | null,
): Promise<void> {
  const { answer, cannotAskReason } = given;
  const why = answer === 'cannot-ask' ? cannotAskReason : null;
  if (answer === 'cannot-ask' && (why === null || !Object.hasOwn(cannotAskReasons, why)))
    throw new HomewardError('FORM_INVALID');
  const now = deps.clock.now();
  const { council, hospital, personKey } = about;
  const agreement = agreementOf(deps, council, hospital);
  const audit = await writeAudit(trx, now, caller, {
    action: 'permission-to-tell',
    outcome: answer,
    council,
    personKey,
    // By the number where it is all that is known, so that the trail can be searched for it.
    numberAsked: personKey === null ? about.nhsNumber : null,
    permission: answer,
    cannotAskReason: why,
    agreement: agreement && { id: agreement.id, version: agreement.version },
    answerId: typeof asked === 'string' ? asked : null,
    detail: typeof asked === 'string' ? null : asked,
    people: [{ council, personKey, nhsNumber: about.nhsNumber, hospitals: [hospital] }],
  });
  const expires = new Date(now.getTime() + (agreement?.retention.notices ?? unknownKept));
  await keepPermission(trx, about, { answer, cannotAskReason: why, at: now, by: humanOf(caller) }, audit, expires);
  // What rests on other councils' agreements is found by the number, by whoever shows or sends it next (run.ts).
  if (personKey !== null) await settlePerson(trx, deps, { hospital, council, personKey });
}

/** How long an answer is kept where no agreement says. */
const unknownKept = 42 * 24 * 3_600_000;

/** Asks again about every notice of a person that is under way. Take the person's lock first. */
export async function settlePerson(
  trx: Trx,
  deps: NoticeDeps,
  of: Pick<About, 'hospital' | 'council' | 'personKey'>,
): Promise<void> {
  const now = deps.clock.now();
  const notices = await openToProviders(trx, of);
  for (const one of notices) await settleBy(trx, deps, one, await standingOf(trx, deps, aboutOf(one), now), now);
}
