/**
 * What undoing a telling takes, recipient by recipient, with each message drafted from what is so now: preview-undo.ts
 * shows it and undo.ts sends it, so that nobody reads one thing and sends another.
 */
import { randomUUID } from 'node:crypto';
import type { Agreement } from '../../domain/agreement.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import type { Ask, FactKind, NoticeKind, Recipient } from '../../domain/notice.ts';
import { planCancellation, planCorrection } from '../../domain/told.ts';
import type { Undo } from '../../domain/told.ts';
import type { Trx } from '../../store/database.ts';
import { noticesOfTelling } from '../../store/notices/lists.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import { humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { aboutOf } from './recheck.ts';
import { decideNow, standingOf } from './standing.ts';
import type { Standing } from './standing.ts';
import { recipientsOf } from './tell.ts';
import { draftNotice } from './write.ts';
import type { Draft } from './write.ts';

/** What is wanted in the place of what was told; of a cancellation what was told is not so. */
export type Undoing =
  { readonly as: 'cancellation' } | { readonly as: 'correction'; readonly of: FactKind; readonly ask: Ask };

/** What is done about one recipient. */
export type UndoStep = { readonly recipient: Recipient; readonly name: string | null } & (
  | { readonly how: 'replace'; readonly kept: StoredNotice; readonly telling: StoredTelling; readonly draft: Draft }
  /** `withdraw`: it reached nobody, and nobody hears of it · `phone`: it may have, and nothing may be sent now. */
  | { readonly how: 'withdraw' | 'phone'; readonly kept: StoredNotice }
  /** Told for the first time, with the facts as they are. */
  | { readonly how: 'first'; readonly telling: StoredTelling; readonly draft: Draft }
);

export interface UndoPlan {
  /** The act that undoes, not kept yet. */
  readonly telling: StoredTelling;
  readonly standing: Standing;
  readonly agreement: Agreement;
  readonly steps: readonly UndoStep[];
}

/**
 * Works out what undoing takes. Take the person's lock first.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when nothing of it stands
 */
export async function planUndo(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  old: StoredTelling,
  undoing: Undoing,
  now: Date,
): Promise<UndoPlan> {
  const notices = await noticesOfTelling(trx, old.id);
  const [first] = notices;
  if (!first) throw new HomewardError('NOTICE_GONE');
  const standing = await standingOf(trx, deps, aboutOf(first), now);
  const { agreement } = standing;
  if (!agreement?.roles[caller.role]) throw new HomewardError('NOT_ALLOWED');
  const { of, ask } = undoing.as === 'correction' ? undoing : old;
  const telling: StoredTelling = {
    ...old,
    id: randomUUID(),
    kind: undoing.as,
    of,
    ask,
    undoes: old.id,
    automatic: false,
    question: null,
    team: caller.team,
    sender: humanOf(caller),
    createdAt: now,
  };
  const may = (recipient: Recipient, kind: NoticeKind, fact: FactKind): boolean =>
    decideNow(standing, { recipient, kind, of: fact, automatic: false, released: false }).do === 'tell';
  const states = notices.map(({ state }) => state);
  const plan =
    undoing.as === 'cancellation' ? planCancellation(states) : planCorrection(states, (one) => may(one, 'correction', of));
  if (plan.length === 0) throw new HomewardError('NOTICE_GONE');
  const work: Work = { trx, deps, standing, may };
  const steps: UndoStep[] = [];
  for (const one of plan) {
    const kept = notices.find(({ id }) => id === one.notice);
    if (kept) steps.push(await stepOf(work, one, kept, telling));
  }
  if (undoing.as === 'correction') steps.push(...(await firstOnes(work, steps, notices, telling)));
  return { telling, standing, agreement, steps };
} // prettier-ignore

interface Work {
  readonly trx: Trx;
  readonly deps: NoticeDeps;
  readonly standing: Standing;
  readonly may: (recipient: Recipient, kind: NoticeKind, fact: FactKind) => boolean;
}

async function stepOf(work: Work, one: Undo, kept: StoredNotice, telling: StoredTelling): Promise<UndoStep> {
  const { trx, deps, standing, may } = work;
  const { recipient, thread, of: wrong, nextVisit } = kept.state.notice;
  const name = kept.recipientName;
  if (one.how === 'withdraw') return { recipient, name, how: 'withdraw', kept };
  const kind = one.how === 'correct' ? 'correction' : 'cancellation';
  // A cancellation says that what was told is not so: it is about the fact that was told.
  const about = kind === 'correction' ? telling : { ...telling, of: wrong };
  const draft = may(recipient, kind, about.of)
    ? await draftNotice(trx, deps, { telling: about, recipient, recipientName: name, kind, thread, nextVisit, standing })
    : null;
  return draft ? { recipient, name, how: 'replace', kept, telling: about, draft } : { recipient, name, how: 'phone', kept };
} // prettier-ignore

// Who was never told gets the facts as they are; whom the first message left out stays left out.
async function firstOnes(
  { trx, deps, standing, may }: Work,
  steps: readonly UndoStep[],
  notices: readonly StoredNotice[],
  telling: StoredTelling,
): Promise<UndoStep[]> {
  const { of } = telling;
  const has = (id: string, how: UndoStep['how']): boolean => steps.some((one) => one.recipient.id === id && one.how === how);
  const found: UndoStep[] = [];
  for (const { recipient, name } of recipientsOf(deps, standing, telling.council)) {
    const joined = recipient.kind === 'provider' && !notices.some(({ state }) => state.notice.recipient.id === recipient.id);
    if (has(recipient.id, 'replace') || !(joined || has(recipient.id, 'withdraw')) || !may(recipient, of, of)) continue;
    const draft = await draftNotice(trx, deps, { telling, recipient, recipientName: name, kind: of, thread: null, nextVisit: null, standing });
    if (draft) found.push({ recipient, name, how: 'first', telling, draft });
  }
  return found;
} // prettier-ignore
