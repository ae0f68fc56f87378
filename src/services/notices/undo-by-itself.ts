/**
 * Takes back, or corrects, by itself what was told by itself, when the hospital's own statements say that it is not so:
 * a stay entered in error, a discharge that was cancelled, another time of leaving. What reached nobody ends here, and
 * whoever may have read the wrong thing is told, held for a person to release where anything stands in the way.
 */
import { randomUUID } from 'node:crypto';
import { homewardItself } from '../../domain/arrival.ts';
import type { Ask } from '../../domain/notice.ts';
import { planCancellation, planCorrection } from '../../domain/told.ts';
import type { Undo } from '../../domain/told.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { noticesOfTelling } from '../../store/notices/lists.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { keepTelling, tellingOfToken } from '../../store/notices/tellings.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import { humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { aboutOf } from './recheck.ts';
import { recordEvent } from './record.ts';
import { personTold } from './trail.ts';
import { decideNow, standingOf } from './standing.ts';
import type { Standing } from './standing.ts';
import { draftNotice, writeNotice } from './write.ts';

export interface ToUndo {
  readonly as: 'correction' | 'cancellation';
  /** What is so instead; of a cancellation nothing. */
  readonly ask?: Ask;
  /** Of a correction: the hospital that says so, where it is another by now. */
  readonly at?: { readonly hospital: string; readonly team: string | null };
  /** The same for the same event. */
  readonly token: string;
}

/**
 * Undoes one telling. Take the person's lock first, and call `deps.wake()` after the commit.
 * @returns the new telling's id; null when nothing of the old one stands
 */
export async function undoByItself(trx: Trx, deps: NoticeDeps, old: StoredTelling, { as, ask = old.ask, at = old, token }: ToUndo): Promise<string | null> {
  const { hospital, team } = at;
  const before = await tellingOfToken(trx, hospital, token);
  if (before) return before.id;
  const notices = await noticesOfTelling(trx, old.id);
  const [first] = notices;
  if (!first) return null;
  const now = deps.clock.now();
  const about = aboutOf(notices.find(({ state }) => state.notice.recipient.kind === 'provider') ?? first);
  const standing = await standingOf(trx, deps, { ...about, hospital }, now);
  const states = notices.map(({ state }) => state);
  const may = (to: StoredNotice['state']['notice']['recipient']): boolean =>
    decideNow(standing, { recipient: to, kind: 'correction', of: old.of, automatic: true, released: false }).do !== 'refuse';
  const plan = as === 'cancellation' ? planCancellation(states) : planCorrection(states, may);
  if (plan.length === 0) return null;
  const telling: StoredTelling = { ...old, hospital, team, id: randomUUID(), kind: as, ask, undoes: old.id, automatic: true, question: null, createdAt: now };
  const itself = { ...homewardItself(hospital, now), userId: 'service|notices' };
  const audit = await writeAudit(trx, now, itself, {
    action: as === 'correction' ? 'correct-telling' : 'cancel-telling',
    outcome: 'done',
    council: old.council,
    personKey: old.personKey,
    agreement: standing.agreement && { id: standing.agreement.id, version: standing.agreement.version },
    sharedFields: standing.agreement?.notices.identifiers ?? [],
    detail: { telling: telling.id, undoes: old.id, plan: plan.map(({ recipient, how }) => ({ to: recipient.id, how })) },
    people: personTold(notices),
  });
  await keepTelling(trx, telling, token, audit);
  for (const one of plan) {
    const kept = notices.find(({ id }) => id === one.notice);
    if (kept) await undoOne(trx, deps, { one, kept, telling, standing });
  }
  return telling.id;
} // prettier-ignore

interface UndoingOne {
  readonly one: Undo;
  readonly kept: StoredNotice;
  readonly telling: StoredTelling;
  readonly standing: Standing;
}

async function undoOne(trx: Trx, deps: NoticeDeps, { one, kept, telling, standing }: UndoingOne): Promise<void> {
  const at = telling.createdAt;
  const { recipient, thread, nextVisit, of } = kept.state.notice;
  const kind = one.how === 'correct' ? 'correction' : 'cancellation';
  const decision = decideNow(standing, { recipient, kind, of, automatic: true, released: false });
  const replaces = one.how !== 'withdraw' || telling.kind === 'correction';
  const draft =
    replaces && decision.do !== 'refuse'
      ? await draftNotice(trx, deps, {
          telling, recipient, recipientName: kept.recipientName, nextVisit, standing,
          // What reached nobody is not corrected: the right thing is told in its place, for the first time.
          ...(one.how === 'withdraw' ? { kind: of, thread: null } : { kind, thread }),
        })
      : null; // prettier-ignore
  if (one.how === 'withdraw') {
    const by = humanOf({ ...homewardItself(kept.hospital, at), userId: 'service|notices' });
    await recordEvent(trx, deps, { kind: 'withdrawn', notice: kept.id, at, why: 'sent-in-error', by });
  } else if (!draft) {
    // It may have reached them, and nothing more may be sent: by nobody's word, so that it is the sender's to phone.
    await recordEvent(trx, deps, { kind: 'withdrawn', notice: kept.id, at, why: 'sent-in-error', by: null });
  } else if (decision.do === 'tell') {
    const event = kind === 'correction' ? 'replaced' : 'cancelled';
    await recordEvent(trx, deps, { kind: event, notice: kept.id, at, with: draft.notice.id });
  }
  // Of one that waits the old notice says nothing in the recipient's inbox, or that would have told it already.
  if (draft)
    await writeNotice(trx, deps, { telling, standing, draft, wait: decision.do === 'wait' ? decision.why : null });
}
