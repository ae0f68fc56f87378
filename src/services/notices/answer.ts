/**
 * Use cases of those to whom a notice goes: a care provider's people, and the council's. They see their own
 * organisation's notices alone, and of each what it says, where it stands and what they answered: nothing of other
 * providers, of safeguarding, of who else was told or of the steps behind it.
 */
import type { AuditAction } from '../../domain/audit-action.ts';
import { may, requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { canonical } from '../../domain/canonical.ts';
import { replyFault } from '../../domain/notice-reply.ts';
import type { Reply } from '../../domain/notice-reply.ts';
import { isDone } from '../../domain/notice-state.ts';
import type { NoticeState, NoticeStatus } from '../../domain/notice-state.ts';
import { noticeText } from '../../domain/notice-text.ts';
import type { NoticeText } from '../../domain/notice-text.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import type { FactKind, NoticeKind } from '../../domain/notice.ts';
import { actsUnknowing, isPastStay } from '../../domain/overtaken.ts';
import { mayAnswer, mayConfirm, visitMoves } from '../../domain/reply-until.ts';
import { agreedVisit } from '../../domain/restart.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { staysById } from '../../store/hospital/stays.ts';
import { historyRows, inboxRows } from '../../store/notices/lists.ts';
import { holdNotice, personOfNotice } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { isVisible, noticeToTake, shownFor } from './delivered.ts';
import type { InboxOf } from './delivered.ts';
import { humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { checkedAmong, freshen, recheckNotice } from './recheck.ts';
import { recordEvent } from './record.ts';
import { peopleIn } from './trail.ts';

/** Where a notice stands for its recipient. */
export type InboxStatus =
  | 'to-answer'
  | 'accepted'
  | 'cannot'
  | 'call-me'
  | 'replaced'
  /** Asked for a time in hospital that has ended: an answer would be worth nothing. */
  | 'over'
  | 'cancelled'
  | 'taken-back'
  | 'settled';

/** A message that was taken back from somebody who may act on it; says nothing of whom, nor why. */
export interface TakenBack {
  readonly saidYes: boolean;
  /** When it was answered, or else opened. */
  readonly at: Date;
  readonly firstVisit: Date | null;
  readonly council: string;
  /** Who can say whom it was about: of a client by the provider's own list alone the council knows nothing. */
  readonly phone: 'council' | 'hospital';
  readonly where: NoticeContent['where'];
}

/** A notice as its recipient sees it. */
export interface InboxNotice {
  readonly id: string;
  readonly thread: string;
  readonly kind: NoticeKind;
  readonly of: FactKind;
  readonly status: InboxStatus;
  /** Null of one that was taken back: it says nothing any more. */
  readonly text: NoticeText | null;
  readonly content: NoticeContent | null;
  readonly createdAt: Date;
  readonly answerBy: Date | null;
  readonly seenBy: string | null;
  readonly reply: NoticeState['reply'];
  readonly visited: NoticeState['visited'];
  /** A restart whose agreed hour has come, and of which nobody has said whether the visit took place. */
  readonly visitToConfirm: Date | null;
  /** The first visit that was agreed. */
  readonly firstVisit: Date | null;
  readonly followedBy: string | null;
  /** Whether it can be answered, first or anew. */
  readonly mayAnswer: boolean;
  /** Until somebody has said that they know; null of every other. */
  readonly takenBack: TakenBack | null;
}

const statuses: Record<NoticeStatus, InboxStatus> = {
  waiting: 'taken-back',
  queued: 'to-answer',
  bounced: 'to-answer',
  delivered: 'to-answer',
  seen: 'to-answer',
  accepted: 'accepted',
  cannot: 'cannot',
  'call-me': 'call-me',
  settled: 'settled',
  replaced: 'replaced',
  stopped: 'taken-back',
  withdrawn: 'taken-back',
  cancelled: 'cancelled',
};

function toInbox(kept: StoredNotice, now: Date, pastStay: boolean): InboxNotice {
  const { id, state, content } = kept;
  const { notice, seen, reply, visited } = state;
  const own = statusOf(kept);
  const status = pastStay && own === 'to-answer' ? 'over' : own;
  // What they may not be told any more is not told again, though they once read it.
  const told = status === 'taken-back' ? null : content;
  const firstVisit = told && (agreedVisit(state)?.firstVisit ?? null);
  return {
    id,
    thread: notice.thread,
    kind: notice.kind,
    of: notice.of,
    status,
    text: told && noticeText(told, now, notice.recipient.kind),
    content: told,
    createdAt: notice.createdAt,
    answerBy: status === 'to-answer' ? content.answerBy : null,
    seenBy: seen?.by.name ?? null,
    reply,
    visited,
    visitToConfirm: firstVisit && !visited && firstVisit <= now ? firstVisit : null,
    firstVisit,
    followedBy: state.followedBy,
    mayAnswer: !pastStay && answerable.has(status) && mayAnswer(state, now),
    takenBack: status === 'taken-back' ? takenBackOf(kept) : null,
  };
}

function takenBackOf({ state, council, content }: StoredNotice): TakenBack | null {
  const { reply, seen, notice } = state;
  const at = reply?.at ?? seen?.at;
  if (notice.recipient.kind !== 'provider' || at === undefined || !actsUnknowing(state)) return null;
  const said = reply?.reply.kind === 'accepted' ? reply.reply : null;
  const phone = notice.recipient.link === 'roster' ? 'hospital' : 'council';
  return { saidYes: said !== null, at, firstVisit: said?.firstVisit ?? null, council, phone, where: content.where };
}

const answerable = new Set<InboxStatus>(['to-answer', 'accepted', 'cannot', 'call-me', 'settled']);

// Whatever it is that it may not be shown for any more reads the same: a death as much as a restriction (hazard H23).
function statusOf({ state, hidden }: StoredNotice): InboxStatus {
  return hidden === null ? statuses[state.status] : 'taken-back';
}

/** The inbox that a caller's role and organisation open. @throws HomewardError NOT_ALLOWED */
function inboxOfCaller(caller: Caller): InboxOf {
  const kind = may(caller.role, 'answer-notices') ? 'provider' : 'council';
  requirePermission(caller, kind === 'provider' ? 'answer-notices' : 'work-council-lists');
  if (caller.organisation === '') throw new HomewardError('NOT_ALLOWED');
  return { kind, id: caller.organisation };
}

export interface Inbox {
  /** Those to be answered first, the oldest of them on top; of one person the newest first. */
  readonly notices: readonly InboxNotice[];
}

/**
 * What waits for the caller's organisation, and what it has dealt with lately. To be listed is to have arrived.
 * @throws HomewardError NOT_ALLOWED
 */
export async function inboxOf(deps: NoticeDeps, caller: Caller): Promise<Inbox> {
  const recipient = inboxOfCaller(caller);
  await noticeToTake(deps, recipient);
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const rows = await inboxRows(trx, recipient, now, new Date(now.getTime() - shownFor));
    const shown = await shownOf(trx, deps, rows, now);
    await audit(trx, deps, caller, 'see-inbox', shown);
    const past = await pastStays(trx, shown);
    const waits = (one: StoredNotice): boolean => statusOf(one) === 'to-answer' && !past.has(one.id);
    // Two requests about one person may ask for opposite things: the one that counts must be read first.
    const people = Map.groupBy(shown.filter(waits).toReversed(), ({ nhsNumber }) => nhsNumber);
    const waiting = [...people.values()].flatMap((own) => own.toReversed());
    const rest = shown.filter((one) => !waits(one));
    return { notices: [...waiting, ...rest].map((one) => toInbox(one, now, past.has(one.id))) };
  });
}

/** Ids of those that ask about a stay which has ended. */
async function pastStays(trx: Trx, rows: readonly StoredNotice[]): Promise<Set<string>> {
  const ids = new Set(rows.flatMap(({ state }) => state.notice.stay ?? []));
  const stays = new Map((await staysById(trx, [...ids])).map((stay) => [stay.stayId, stay]));
  return new Set(rows.filter(({ state }) => isPastStay(state, stays.get(state.notice.stay ?? '') ?? null)).map(({ id }) => id));
} // prettier-ignore

// Where an extract has landed since, it is shown with the next reading of the page, when it has been asked about: what
// was answered too, since showing it again is telling it again.
async function shownOf(trx: Trx, deps: NoticeDeps, rows: readonly StoredNotice[], now: Date): Promise<StoredNotice[]> {
  const telling = rows.filter((row) => statusOf(row) !== 'taken-back');
  const checked = await checkedAmong(trx, deps, telling, now);
  return rows.filter((row) => isVisible(row, now) && (!telling.includes(row) || checked.has(row.id)));
}

/** What the caller's organisation was sent before a moment, as long as it is kept. @throws HomewardError NOT_ALLOWED */
export async function historyOf(
  deps: NoticeDeps,
  caller: Caller,
  { before, limit = 50 }: { readonly before?: Date; readonly limit?: number } = {},
): Promise<InboxNotice[]> {
  const recipient = inboxOfCaller(caller);
  const now = deps.clock.now();
  const until = before ?? new Date(now.getTime() + 1);
  await freshen(deps, await historyRows(deps.db, recipient, until, limit));
  return deps.db.transaction(async (trx) => {
    const rows = await historyRows(trx, recipient, until, limit);
    const shown = await shownOf(trx, deps, rows, now);
    await audit(trx, deps, caller, 'see-notice-history', shown);
    const past = await pastStays(trx, shown);
    return shown.map((one) => toInbox(one, now, past.has(one.id)));
  });
}

/**
 * Opens a notice: whoever opens it has seen it, by name.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is none of theirs, or may not be told any more
 */
export async function openNotice(deps: NoticeDeps, caller: Caller, id: string): Promise<InboxNotice> {
  return acting(deps, caller, id, async (trx, kept, now) => {
    await audit(trx, deps, caller, 'open-notice', [kept]);
    if (kept.state.seen || statuses[kept.state.status] !== 'to-answer') return kept;
    return recordEvent(trx, deps, { kind: 'seen', notice: id, at: now, by: humanOf(caller) });
  });
}

/**
 * Answers a notice, by a named person of its recipient. The same answer of the same person twice is one.
 * @throws HomewardError NOT_ALLOWED, NOTICE_GONE; REPLY_LATE when it can be changed no more; REPLY_INVALID by `replyFault`
 */
export async function answerNotice(deps: NoticeDeps, caller: Caller, id: string, reply: Reply): Promise<InboxNotice> {
  return acting(deps, caller, id, async (trx, kept, now) => {
    if (!answerable.has(statusOf(kept)) || (await pastStays(trx, [kept])).has(id)) throw new HomewardError('NOTICE_GONE');
    if (isSame(kept.state.reply, caller, reply)) return kept;
    if (!mayAnswer(kept.state, now)) throw new HomewardError('REPLY_LATE');
    if (replyFault(kept.state.notice, reply, now)) throw new HomewardError('REPLY_INVALID');
    await audit(trx, deps, caller, 'answer-notice', [kept], reply.kind);
    return recordEvent(trx, deps, { kind: 'answered', notice: id, at: now, by: humanOf(caller), reply, takenBy: null });
  });
} // prettier-ignore

/**
 * Says that a message is known to have been taken back: until then it stands among what is to be seen to. Twice is once.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is none of theirs, or was not taken back
 */
export async function knowTakenBack(deps: NoticeDeps, caller: Caller, id: string): Promise<InboxNotice> {
  return acting(deps, caller, id, async (trx, kept, now) => {
    if (statusOf(kept) !== 'taken-back') throw new HomewardError('NOTICE_GONE');
    if (takenBackOf(kept) === null) return kept;
    await audit(trx, deps, caller, 'answer-notice', [kept], 'known');
    return recordEvent(trx, deps, { kind: 'seen', notice: id, at: now, by: humanOf(caller) });
  });
}

function isSame(before: NoticeState['reply'], { userId }: Caller, reply: Reply): boolean {
  return before !== null && before.by.id === userId && canonical(before.reply) === canonical(reply);
}

/**
 * Says whether the first visit after coming home took place.
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE where no visit was agreed; REPLY_LATE when their word on it can be
 *   changed no more; REPLY_INVALID before its hour
 */
export async function confirmVisit(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  happened: boolean,
): Promise<InboxNotice> {
  return acting(deps, caller, id, async (trx, kept, now) => {
    const agreed = agreedVisit(kept.state);
    if (!agreed || !isDone(kept.state) || statusOf(kept) === 'taken-back') throw new HomewardError('NOTICE_GONE');
    if (kept.state.visited?.happened === happened) return kept;
    if (!mayConfirm(kept.state, now)) throw new HomewardError('REPLY_LATE');
    // "Did not take place" may be known before; "took place" cannot.
    if (happened && now < new Date(agreed.firstVisit.getTime() - visitMoves)) throw new HomewardError('REPLY_INVALID');
    await audit(trx, deps, caller, 'confirm-visit', [kept], happened ? 'happened' : 'missed');
    return recordEvent(trx, deps, { kind: 'visited', notice: id, at: now, by: humanOf(caller), happened });
  });
}

async function acting(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  act: (trx: Trx, kept: StoredNotice, now: Date) => Promise<StoredNotice>,
): Promise<InboxNotice> {
  const recipient = inboxOfCaller(caller);
  const outcome = await deps.db.transaction(async (trx) => {
    const whose = await personOfNotice(trx, id);
    if (!whose) return null;
    await holdPerson(trx, personOf(whose));
    // Not before the lock: what it was waited for happened first, and must be read as such.
    const now = deps.clock.now();
    const found = await holdNotice(trx, id);
    const to = found?.state.notice.recipient;
    // One answer for "there is none" and "it is not yours": nobody learns from it whose it is.
    if (!found || to?.kind !== recipient.kind || to.id !== recipient.id) return null;
    const checked = await checkedAmong(trx, deps, [found], now);
    const kept = checked.has(id) ? found : await recheckNotice(trx, deps, found);
    // What the reading brought to light is kept, though the caller is told that it is gone.
    if (!isVisible(kept, now)) return null;
    const past = (await pastStays(trx, [kept])).has(id);
    return toInbox(await act(trx, kept, now), now, past);
  });
  deps.wake();
  if (!outcome) throw new HomewardError('NOTICE_GONE');
  return outcome;
}

async function audit(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  action: AuditAction,
  notices: readonly StoredNotice[],
  outcome = 'listed',
): Promise<void> {
  const [first] = notices;
  const one = notices.length === 1 ? first : undefined;
  await writeAudit(trx, deps.clock.now(), caller, {
    action,
    outcome,
    council: one?.council ?? null,
    personKey: one?.personKey ?? null,
    detail: { shown: notices.length, notices: notices.map(({ id }) => id) },
    people: peopleIn(notices),
  });
}
