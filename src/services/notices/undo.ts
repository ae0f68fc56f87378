/**
 * Corrects or takes back what was told (Denmark's HospitalNotification): a correction replaces, and a cancellation
 * reaches whoever got the wrong notice. What reached nobody ends here, and nobody hears of it.
 */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Ask, FactKind } from '../../domain/notice.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { keepTelling, tellingById, tellingOfToken } from '../../store/notices/tellings.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import { humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { recordEvent } from './record.ts';
import { personTold } from './trail.ts';
import { requireShown } from './shown.ts';
import type { Shown } from './shown.ts';
import { tokenOf } from './tell.ts';
import { planUndo } from './undo-plan.ts';
import type { Undoing, UndoStep } from './undo-plan.ts';
import { writeNotice } from './write.ts';

/** What came of a correction or cancellation: recipients by what is done about each. */
export interface Undone {
  readonly telling: string;
  /** Sent a correction or a cancellation. */
  readonly told: readonly string[];
  /** Reached by nothing, and told nothing. */
  readonly silent: readonly string[];
  /** Told for the first time, with the corrected facts. */
  readonly new: readonly string[];
  /** May not be sent anything now, though the wrong notice may have reached them: somebody has to phone. */
  readonly toPhone: readonly string[];
  readonly again: boolean;
}

/** A form that undoes. */
export interface UndoForm {
  /** The form's own: however often it comes, it undoes once (hazard H15). */
  readonly token: string;
  readonly shown: Shown;
}

/**
 * Takes a telling back.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is none of the caller's hospital, or nothing of it stands;
 *   TELLING_CHANGED when what would be sent was not shown
 */
export function cancelTelling(deps: NoticeDeps, caller: Caller, telling: string, form: UndoForm): Promise<Undone> {
  return undo(deps, caller, telling, form, () => ({ as: 'cancellation' }));
}

/**
 * Corrects a telling: its recipients get the corrected facts, and who should not have had it gets a cancellation.
 * @throws HomewardError as {@link cancelTelling}
 */
export function correctTelling(
  deps: NoticeDeps,
  caller: Caller,
  telling: string,
  { ask, of, ...form }: UndoForm & { readonly ask: Ask; readonly of?: FactKind },
): Promise<Undone> {
  return undo(deps, caller, telling, form, (old) => ({ as: 'correction', ask, of: of ?? old.of }));
}

async function undo(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  { token: given, shown }: UndoForm,
  undoing: (old: StoredTelling) => Undoing,
): Promise<Undone> {
  requirePermission(caller, 'tell');
  const token = tokenOf(caller, given);
  const undone = await deps.db.transaction(async (trx) => {
    const old = await tellingById(trx, id);
    if (!old || old.hospital !== caller.organisation) throw new HomewardError('NOTICE_GONE');
    await holdPerson(trx, personOf(old));
    const before = await tellingOfToken(trx, caller.organisation, token);
    if (before) return { telling: before.id, told: [], silent: [], new: [], toPhone: [], again: true };
    return undoIn(trx, deps, caller, old, undoing(old), { token, shown });
  });
  deps.wake();
  return undone;
}

async function undoIn(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  old: StoredTelling,
  undoing: Undoing,
  { token, shown }: UndoForm,
): Promise<Undone> {
  const now = deps.clock.now();
  const { telling, agreement, standing, steps } = await planUndo(trx, deps, caller, old, undoing, now);
  requireShown(
    shown,
    steps.flatMap((one) => ('draft' in one ? [one.draft] : [])),
  );
  const audit = await writeAudit(trx, now, caller, {
    action: undoing.as === 'correction' ? 'correct-telling' : 'cancel-telling',
    outcome: 'done',
    council: old.council,
    personKey: old.personKey,
    agreement: { id: agreement.id, version: agreement.version },
    sharedFields: agreement.notices.identifiers,
    detail: { telling: telling.id, undoes: old.id, plan: steps.map((one) => ({ to: one.recipient.id, how: one.how })) },
    people: personTold(steps.flatMap((one) => ('kept' in one ? [one.kept] : []))),
  });
  await keepTelling(trx, telling, token, audit);
  for (const step of steps) {
    await endOld(trx, deps, caller, step, now);
    if ('draft' in step) await writeNotice(trx, deps, { telling: step.telling, standing, draft: step.draft, wait: null });
  }
  const of = (how: UndoStep['how']): string[] => steps.filter((one) => one.how === how).map(({ recipient }) => recipient.id);
  return { telling: telling.id, told: of('replace'), silent: of('withdraw'), new: of('first'), toPhone: of('phone'), again: false };
} // prettier-ignore

async function endOld(trx: Trx, deps: NoticeDeps, caller: Caller, step: UndoStep, at: Date): Promise<void> {
  if (step.how === 'first') return;
  const notice = step.kept.id;
  if (step.how === 'replace') {
    const kind = step.draft.notice.kind === 'correction' ? 'replaced' : 'cancelled';
    await recordEvent(trx, deps, { kind, notice, at, with: step.draft.notice.id });
  } else {
    await recordEvent(trx, deps, { kind: 'withdrawn', notice, at, why: 'sent-in-error', by: humanOf(caller) });
  }
}
