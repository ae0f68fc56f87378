/**
 * Use cases of those who see to it that a notice comes to an end: the hospital that sent it and the council step in,
 * release what waits, write down an answer given by phone, and say what was arranged instead.
 */
import type { AuditAction } from '../../domain/audit-action.ts';
import { may, requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { dealtWith, nextStep } from '../../domain/escalation.ts';
import { HomewardError } from '../../domain/error.ts';
import { settlements } from '../../domain/notice-event.ts';
import type { Settlement } from '../../domain/notice-event.ts';
import { replyFault } from '../../domain/notice-reply.ts';
import type { Reply } from '../../domain/notice-reply.ts';
import { readPersonName } from '../../domain/provider-account.ts';
import { isOpenNotice } from '../../domain/notice-state.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { holdNotice, isByRoster, keepContent, keepDelivery, personOfNotice } from '../../store/notices/notices.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { agreementInForce, humanOf, termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { keepGiven } from './permission.ts';
import type { PermissionGiven } from './permission.ts';
import { aboutOf, recheckNotice } from './recheck.ts';
import { recordEvent } from './record.ts';
import { peopleIn } from './trail.ts';
import { viewOf } from './view.ts';
import type { NoticeView } from './view.ts';
import { handOver } from './write.ts';

/** "I am dealing with it". @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it is none of theirs, or over */
export function takeNotice(deps: NoticeDeps, caller: Caller, id: string): Promise<NoticeView> {
  return acting(deps, caller, id, async (trx, { kept, now }) => {
    const before = dealtWith(kept.state, termsOf(deps, kept.council, kept.hospital), now);
    if (before?.by.id === caller.userId) return kept;
    await audit(trx, deps, caller, 'take-notice', kept, 'taken');
    return recordEvent(trx, deps, { kind: 'taken', notice: id, at: now, by: humanOf(caller) });
  });
}

/** Says what was arranged where no "yes" came. @throws HomewardError NOT_ALLOWED, NOTICE_GONE, FORM_INVALID */
export async function settleNotice(deps: NoticeDeps, caller: Caller, id: string, how: Settlement): Promise<NoticeView> {
  if (!Object.hasOwn(settlements, how)) throw new HomewardError('FORM_INVALID');
  return acting(deps, caller, id, async (trx, { kept, now }) => {
    await audit(trx, deps, caller, 'settle-notice', kept, how);
    return recordEvent(trx, deps, { kind: 'settled', notice: id, at: now, by: humanOf(caller), how });
  });
}

/**
 * Writes down what somebody of the recipient's answered by phone.
 * @param by the name that was given on the phone
 * @throws HomewardError NOT_ALLOWED, NOTICE_GONE, FORM_INVALID without a name that can be shown; REPLY_INVALID by `replyFault`
 */
export async function answerByPhone(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  { by, reply }: { readonly by: string; readonly reply: Reply },
): Promise<NoticeView> {
  const name = readPersonName(by);
  if (name === null) throw new HomewardError('FORM_INVALID');
  return acting(deps, caller, id, async (trx, { kept, now }) => {
    const { notice } = kept.state;
    if (replyFault(notice, reply, now)) throw new HomewardError('REPLY_INVALID');
    await audit(trx, deps, caller, 'answer-by-phone', kept, reply.kind);
    const human = { id: `phone|${name.toLowerCase()}`, name, organisation: notice.recipient.id };
    // Whoever spoke with them has told them: it has reached them by this way, if by no other.
    await recordEvent(trx, deps, { kind: 'delivered', notice: id, at: now, channel: 'phone' });
    return recordEvent(trx, deps, { kind: 'answered', notice: id, at: now, by: human, reply, takenBy: humanOf(caller) });
  });
} // prettier-ignore

/**
 * Lets a waiting notice go. Releasing is no permission: where the person must be asked, the answer comes with it.
 * @returns the notice: it waits on, or was taken back, where the interlock says so all the same
 * @throws HomewardError NOT_ALLOWED, NOTICE_GONE when it does not wait, FORM_INVALID also where the hospital must ask the
 *   person and has not
 */
export function releaseNotice(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  permission: PermissionGiven | null,
): Promise<NoticeView> {
  return acting(deps, caller, id, async (trx, { kept, now }) => {
    if (!kept.state.waits) throw new HomewardError('NOTICE_GONE');
    // The council releases; only the hospital has the person before it to ask.
    if (permission && may(caller.role, 'tell'))
      await keepGiven(trx, deps, caller, aboutOf(kept), permission, { notice: id });
    const asked = await holdNotice(trx, id);
    if (!asked?.state.waits) return asked ?? kept;
    await audit(trx, deps, caller, 'release-notice', kept, 'released');
    const event = { kind: 'released', notice: id, at: now, by: humanOf(caller) } as const;
    const released = await recheckNotice(trx, deps, await recordEvent(trx, deps, event));
    // A release is no permission: half of it helps nobody, and would read as done.
    if (released.state.waits?.why === 'permission-not-asked' && may(caller.role, 'tell'))
      throw new HomewardError('FORM_INVALID');
    if (released.state.waits || !isOpenNotice(released.state) || released.state.status === 'stopped') return released;
    const answerBy = nextStep(released.state, termsOf(deps, kept.council, kept.hospital), now)?.at ?? null;
    if (!released.state.out) await keepContent(trx, id, { ...released.content, answerBy });
    const { deliverFrom } = released.state.notice;
    // What delivery had of it was dropped while it waited: it is handed over anew.
    await keepDelivery(trx, id, deliverFrom);
    if (deliverFrom <= now) await handOver(trx, deps, released, now);
    return (await holdNotice(trx, id)) ?? released;
  });
}

interface Acting {
  readonly kept: StoredNotice;
  readonly now: Date;
}

async function acting(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  act: (trx: Trx, acting: Acting) => Promise<StoredNotice>,
): Promise<NoticeView> {
  const side = may(caller.role, 'tell') ? 'hospital' : 'council';
  requirePermission(caller, side === 'hospital' ? 'tell' : 'work-council-lists');
  const view = await deps.db.transaction(async (trx) => {
    const whose = await personOfNotice(trx, id);
    if (!whose) throw new HomewardError('NOTICE_GONE');
    await holdPerson(trx, personOf(whose));
    // Not before: whoever held the person meanwhile wrote down earlier moments than this one.
    const now = deps.clock.now();
    const kept = await holdNotice(trx, id);
    if (
      !kept ||
      kept[side] !== caller.organisation ||
      !mayAct(deps, caller, kept, side, now) ||
      (side === 'council' && isByRoster(kept))
    )
      throw new HomewardError('NOTICE_GONE');
    if (!isOpenNotice(kept.state)) throw new HomewardError('NOTICE_GONE');
    return viewOf(deps, await act(trx, { kept, now }), now);
  });
  deps.wake();
  return view;
}

// What is under way is brought to its end also when the agreement has ended since: nobody would own it otherwise.
function mayAct(
  deps: NoticeDeps,
  caller: Caller,
  { council, hospital }: StoredNotice,
  side: 'hospital' | 'council',
  now: Date,
): boolean {
  const agreement = agreementInForce(deps, council, hospital, now);
  return !agreement || side === 'council' || agreement.roles[caller.role] !== undefined;
}

async function audit(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  action: AuditAction,
  kept: StoredNotice,
  outcome: string,
): Promise<void> {
  const { id, council, personKey } = kept;
  const detail = { notices: [id] };
  const people = peopleIn([kept]);
  await writeAudit(trx, deps.clock.now(), caller, { action, outcome, council, personKey, detail, people });
}
