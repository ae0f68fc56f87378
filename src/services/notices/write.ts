/** Writes a notice: its content from what is so now, its first events, and the handing over to delivery. */
import { randomUUID } from 'node:crypto';
import { nextStep } from '../../domain/escalation.ts';
import { isIdentified, noticeContent } from '../../domain/notice-content.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import type { WaitReason } from '../../domain/notice-event.ts';
import { foldNotice } from '../../domain/notice-fold.ts';
import type { Notice, NoticeKind, Recipient } from '../../domain/notice.ts';
import type { Trx } from '../../store/database.ts';
import { keepDelivery, keepNotice } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { personOf } from '../../store/notices/person-lock.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import type { NoticeDeps } from './deps.ts';
import { recordEvent, recordEvents } from './record.ts';
import type { NewEvent } from './record.ts';
import type { Standing } from './standing.ts';

/** A notice before it is kept. */
export interface Draft {
  readonly notice: Notice;
  readonly recipientName: string | null;
  readonly content: NoticeContent;
}

export interface ToDraft {
  readonly telling: StoredTelling;
  readonly recipient: Recipient;
  readonly recipientName: string | null;
  readonly kind: NoticeKind;
  /** Id of the first notice of the line; null for a first one. */
  readonly thread: string | null;
  readonly nextVisit: Date | null;
  readonly standing: Standing;
}

/**
 * Drafts a notice to one recipient.
 * @returns null when what may be told does not say whom it is about, so that it could be taken for somebody else
 */
export async function draftNotice(trx: Trx, deps: NoticeDeps, one: ToDraft): Promise<Draft | null> {
  const { telling, recipient, recipientName, kind, nextVisit, standing } = one;
  const { agreement, person } = standing;
  if (!agreement || !person) return null;
  const id = randomUUID();
  const now = telling.createdAt;
  const { council, of, ask, hospital } = telling;
  const notice: Notice = {
    id,
    telling: telling.id,
    thread: one.thread ?? id,
    kind,
    of,
    stay: telling.stayId,
    patient: telling.patient,
    recipient,
    sender: { organisation: hospital, team: telling.team, person: telling.sender },
    council,
    ask,
    createdAt: now,
    deliverFrom: await deps.desk.whenToDeliver(trx, { kind, recipient }, now),
    nextVisit,
  };
  const state = foldNotice([{ kind: 'queued', notice: id, id, at: now, what: notice }]);
  const { name, phone } = deps.hospitals.find((own) => own.id === hospital) ?? { name: hospital, phone: null };
  const provider = recipient.kind === 'provider' ? recipient.id : null;
  const content = noticeContent(
    {
      person: {
        family: person.family,
        given: person.given,
        birthDate: person.birthDate,
        nhsNumber: standing.number,
        ownReference: provider && deps.ownReference ? await deps.ownReference(trx, provider, standing.number) : null,
      },
      hospital: { name, phone: phone ?? '' },
      kind,
      of,
      ask,
      answerBy: state && (nextStep(state, agreement.notices, now)?.at ?? null),
    },
    agreement.notices.identifiers,
  );
  return isIdentified(content) ? { notice, recipientName, content } : null;
}

/** Keeps a draft, held where a person must release it, and hands over to delivery what is due. */
export async function writeNotice(
  trx: Trx,
  deps: NoticeDeps,
  { telling, standing, draft, wait, read = [] }: {
    readonly telling: StoredTelling;
    readonly standing: Standing;
    readonly draft: Draft;
    readonly wait: WaitReason | null;
    /** What has happened already to one that somebody has read on the screen: it is not delivered then. */
    readonly read?: readonly NewEvent[];
  }, // prettier-ignore
): Promise<StoredNotice> {
  const { notice } = draft;
  const { hospital, personKey, automatic, createdAt: at } = telling;
  const { bundle, until } = standing;
  await keepNotice(trx, { ...draft, hospital, personKey, automatic, checkedBundle: bundle, checkAt: until });
  const kept = await recordEvents(trx, deps, [{ kind: 'queued', notice: notice.id, at, what: notice }, ...read]);
  if (read.length > 0) return kept;
  await keepDelivery(trx, notice.id, notice.deliverFrom);
  if (wait) return recordEvent(trx, deps, { kind: 'held', notice: notice.id, at, why: wait });
  if (notice.deliverFrom <= at) await handOver(trx, deps, kept, at);
  return kept;
}

/** Hands a notice over to delivery for the first time. */
export async function handOver(trx: Trx, deps: NoticeDeps, kept: StoredNotice, at: Date): Promise<void> {
  await deps.desk.deliver(trx, { notice: kept.state.notice, person: personOf(kept), reason: 'first', at });
  await keepDelivery(trx, kept.id, null);
}
