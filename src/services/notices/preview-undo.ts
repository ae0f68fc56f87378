/** What a correction or cancellation would say, to whom, before it is sent. */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { textForOthers } from '../../domain/notice-text.ts';
import type { NoticeText } from '../../domain/notice-text.ts';
import type { Ask, FactKind, Recipient } from '../../domain/notice.ts';
import { writeAudit } from '../../store/audit.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { tellingById } from '../../store/notices/tellings.ts';
import type { NoticeDeps } from './deps.ts';
import { markOf } from './shown.ts';
import { planUndo } from './undo-plan.ts';
import type { UndoStep } from './undo-plan.ts';

/** One recipient of what was told. */
export interface UndoLine {
  readonly recipient: Recipient;
  readonly name: string | null;
  /**
   * `told`: gets this text · `silent`: nothing had reached it, and it hears nothing · `to-phone`: may not be sent
   * anything now, though the wrong message may have reached it.
   */
  readonly how: 'told' | 'silent' | 'to-phone';
  readonly text: NoticeText | null;
  /** Of the text, for the form to bring back; null without one. */
  readonly mark: string | null;
}

export interface UndoPreview {
  /** What was told, for the form to begin with. */
  readonly of: FactKind;
  readonly ask: Ask;
  readonly lines: readonly UndoLine[];
}

/** What is wanted in the place of what was told; nothing, where it is taken back. */
export type Instead = { readonly of: FactKind; readonly ask: Ask } | null;

/**
 * Shows what undoing would send. Nothing is sent or kept but the audit row.
 * @param instead null to take it back; `as-told` to begin a correction with what was told
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is none of the caller's hospital, or nothing of it stands
 */
export async function previewUndo(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  instead: Instead | 'as-told',
): Promise<UndoPreview> {
  requirePermission(caller, 'tell');
  return deps.db.transaction(async (trx) => {
    const old = await tellingById(trx, id);
    if (!old || old.hospital !== caller.organisation) throw new HomewardError('NOTICE_GONE');
    await holdPerson(trx, personOf(old));
    const now = deps.clock.now();
    const { of, ask } = instead === 'as-told' || instead === null ? old : instead;
    const undoing = instead === null ? ({ as: 'cancellation' } as const) : ({ as: 'correction', of, ask } as const);
    const { agreement, steps } = await planUndo(trx, deps, caller, old, undoing, now);
    const lines = linesOf(steps, now);
    await writeAudit(trx, now, caller, {
      action: 'preview-telling',
      outcome: 'shown',
      council: old.council,
      personKey: old.personKey,
      agreement: { id: agreement.id, version: agreement.version },
      detail: { undoes: id, told: lines.map(({ recipient, how }) => ({ to: recipient.id, how })) },
    });
    return { of: old.of, ask: old.ask, lines };
  });
}

function linesOf(steps: readonly UndoStep[], now: Date): UndoLine[] {
  const anew = new Set(steps.filter(({ how }) => how === 'first').map(({ recipient }) => recipient.id));
  return steps.flatMap((step): UndoLine[] => {
    const { recipient, name } = step;
    if ('draft' in step) {
      const text = textForOthers(step.draft.content, now, recipient.kind, { before: true });
      return [{ recipient, name, how: 'told', text, mark: markOf(step.draft) }];
    }
    // What reached nobody goes as a first message, with the facts as they are: that is its line.
    if (step.how === 'withdraw' && anew.has(recipient.id)) return [];
    return [{ recipient, name, how: step.how === 'phone' ? 'to-phone' : 'silent', text: null, mark: null }];
  });
}
