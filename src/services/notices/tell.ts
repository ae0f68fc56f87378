/**
 * Use case: a person at the hospital tells the care providers and the council where somebody is and what is asked.
 * Looking never does this (product rule 8): it is an act of its own, with its text shown before it is sent.
 */
import { randomUUID } from 'node:crypto';
import { seesSafeguarding } from '../../domain/agreement.ts';
import type { Agreement } from '../../domain/agreement.ts';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { refuseTexts } from '../../domain/interlock.ts';
import type { PermissionToTell, RefuseReason, TellDecision } from '../../domain/interlock.ts';
import { textForOthers } from '../../domain/notice-text.ts';
import type { NoticeText } from '../../domain/notice-text.ts';
import type { Ask, FactKind, Recipient } from '../../domain/notice.ts';
import { writeAudit } from '../../store/audit.ts';
import type { AuditEntry } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import type { NoticeStatus } from '../../domain/notice-state.ts';
import { noticesOfPerson } from '../../store/notices/lists.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { keepTelling, tellingOfToken } from '../../store/notices/tellings.ts';
import type { StoredTelling } from '../../store/notices/tellings.ts';
import { humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { keepGiven } from './permission.ts';
import type { PermissionGiven } from './permission.ts';
import { markOf, requireShown } from './shown.ts';
import type { Shown } from './shown.ts';
import { decideNow, standingOf } from './standing.ts';
import type { Standing } from './standing.ts';
import { subjectOf } from './subject.ts';
import type { Subject } from './subject.ts';
import { personIn } from './trail.ts';
import { draftNotice, writeNotice } from './write.ts';
import type { Draft } from './write.ts';

/** What somebody wants to tell about the person of an answer. */
export interface TellRequest {
  readonly answerId: string;
  readonly of: FactKind;
  readonly ask: Ask;
  /** What the person said to it; null where the last answer is to count, or the agreement does not ask. */
  readonly permission: PermissionGiven | null;
  /** When the provider's next visit is due, if anybody at the hospital knows. */
  readonly nextVisit?: Date | null;
  /** Ids of recipients to leave out. */
  readonly without?: readonly string[];
}

/** One recipient, and what would become of a message. */
export interface Previewed {
  readonly recipient: Recipient;
  /** Null where the agreement does not share the provider's name; of the council, its name. */
  readonly name: string | null;
  readonly decision: 'tell' | 'refuse';
  /** Advise to phone the council's duty team before it is sent. */
  readonly phoneFirst: boolean;
  /** Why not. */
  readonly why: RefuseReason | null;
  readonly whyText: string | null;
  /** The message, word by word; null when it is not sent. */
  readonly text: NoticeText | null;
  /** Of the message, for the form to bring back; null without one. */
  readonly mark: string | null;
  /** When they were last told the same kind of thing, and it stands; null when they were not. */
  readonly toldBefore: Date | null;
}

export interface TellingPreview {
  readonly recipients: readonly Previewed[];
  /** The person must be asked before a provider is told, and has not been. */
  readonly mustAsk: boolean;
  /** The agreement has the person asked at all. */
  readonly asks: boolean;
  /** The person's last answer. */
  readonly permission: PermissionToTell;
}

/**
 * Shows what would be sent to whom, and what would not and why. Nothing is sent or kept but the audit row.
 * @throws HomewardError NOT_ALLOWED, ANSWER_GONE, TELLING_REFUSED when there is nobody to tell of
 */
export async function previewTelling(deps: NoticeDeps, caller: Caller, request: TellRequest): Promise<TellingPreview> {
  requirePermission(caller, 'tell');
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const subject = await subjectOf(trx, caller, request.answerId, now);
    const asked = await standingOf(trx, deps, subject, now);
    const agreement = agreementFor(asked, caller);
    const mustAsk = agreement.notices.permissionToTell === 'ask' && asked.permission === 'not-asked' && !request.permission; // prettier-ignore
    // As if the person had said yes, where the answer is still to come: the words are wanted before it.
    // Who said no is not asked again by being unable to answer.
    const said = request.permission?.answer;
    const permission =
      said && !(said === 'cannot-ask' && asked.permission === 'refused')
        ? said
        : asked.permission === 'not-asked'
          ? 'given'
          : asked.permission;
    const standing: Standing = { ...asked, permission };
    const planned = await planTelling(trx, deps, caller, { subject, request, standing, now });
    await writeAudit(trx, now, caller, entryOf('preview-telling', subject, agreement, planned));
    const asks = agreement.notices.permissionToTell === 'ask';
    const before = await noticesOfPerson(trx, subject);
    return {
      mustAsk,
      asks,
      permission: asked.permission,
      recipients: planned.map((one) => ({
        ...toPreview(one, agreement, caller, now),
        toldBefore: toldBefore(before, one, request.of),
      })),
    };
  });
}

const over = new Set<NoticeStatus>(['replaced', 'withdrawn', 'cancelled', 'stopped']);

function toldBefore(notices: readonly StoredNotice[], { recipient }: Planned, of: FactKind): Date | null {
  const same = notices.find(({ state: { notice, status } }) => notice.recipient.id === recipient.id && notice.of === of && notice.kind !== 'cancellation' && !over.has(status));
  return same?.state.notice.createdAt ?? null;
} // prettier-ignore

/** What came of a telling. */
export interface Told {
  /** Null when nobody may be told. */
  readonly telling: string | null;
  /** Who is told; nobody when the form was sent before. */
  readonly recipients: readonly Previewed[];
  /** The form had been sent before: nothing was sent now. */
  readonly again: boolean;
}

/**
 * Tells. Audit, permission, notices and what delivery has to do are kept together or not at all.
 * @param request with the form's `token`: however often it comes, it tells once (hazard H15)
 * @throws HomewardError NOT_ALLOWED, ANSWER_GONE, TELLING_REFUSED, FORM_INVALID; TELLING_CHANGED when what would be
 *   sent was not shown
 */
export async function sendTelling(
  deps: NoticeDeps,
  caller: Caller,
  request: TellRequest & { readonly token: string; readonly shown: Shown },
): Promise<Told> {
  requirePermission(caller, 'tell');
  const told = await deps.db.transaction(async (trx) => {
    const subject = await subjectOf(trx, caller, request.answerId, deps.clock.now());
    await holdPerson(trx, personOf(subject));
    // Not before: whoever held the person meanwhile wrote down earlier moments than this one.
    const now = deps.clock.now();
    const token = tokenOf(caller, request.token);
    const before = await tellingOfToken(trx, caller.organisation, token);
    if (before) return { telling: before.id, recipients: [], again: true };
    if (request.permission) await keepGiven(trx, deps, caller, subject, request.permission, request.answerId);
    const standing = await standingOf(trx, deps, subject, now);
    const agreement = agreementFor(standing, caller);
    const planned = await planTelling(trx, deps, caller, { subject, request, standing, now });
    // Half a telling helps nobody: the question whether the person agrees is answered first.
    if (planned.some(({ decision }) => decision.do === 'refuse' && decision.why === 'permission-not-asked'))
      throw new HomewardError('FORM_INVALID');
    const going = planned.flatMap(({ decision, draft }) => (decision.do === 'tell' && draft ? [draft] : []));
    requireShown(request.shown, going);
    const audit = await writeAudit(trx, now, caller, entryOf('send-telling', subject, agreement, planned));
    const recipients = planned.map((one) => toPreview(one, agreement, caller, now));
    const telling = planned[0]?.telling;
    if (!telling || going.length === 0) return { telling: null, recipients, again: false };
    await keepTelling(trx, telling, token, audit);
    for (const draft of going) await writeNotice(trx, deps, { telling, standing, draft, wait: null });
    return { telling: telling.id, recipients, again: false };
  });
  deps.wake();
  return told;
}

/** A form's token, one person's own: nobody else's can stand for it. */
export function tokenOf({ userId }: Caller, token: string): string {
  if (token.trim() === '') throw new HomewardError('FORM_INVALID');
  return `${userId} ${token}`;
}

function agreementFor({ agreement }: Standing, { role }: Caller): Agreement {
  // An agreement can only narrow what a role may do at all.
  if (!agreement || !agreement.roles[role]) throw new HomewardError('NOT_ALLOWED');
  return agreement;
}

interface Planned {
  readonly telling: StoredTelling;
  readonly recipient: Recipient;
  readonly name: string | null;
  readonly decision: TellDecision;
  readonly draft: Draft | null;
}

/** Everybody whom the facts concern, with the interlock's word and the message. */
async function planTelling(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  { subject, request, standing, now }: {
    readonly subject: Subject;
    readonly request: TellRequest;
    readonly standing: Standing;
    readonly now: Date;
  },
): Promise<Planned[]> {
  const { of, ask, nextVisit = null, without = [] } = request;
  const { council } = subject;
  const telling: StoredTelling = {
    ...subject,
    nhsNumber: standing.number,
    id: randomUUID(),
    kind: 'fact',
    of,
    ask,
    undoes: null,
    automatic: false,
    question: null,
    team: caller.team,
    sender: humanOf(caller),
    createdAt: now,
  };
  const planned: Planned[] = [];
  for (const { recipient, name } of recipientsOf(deps, standing, council)) {
    if (without.includes(recipient.id)) continue;
    const decision = decideNow(standing, { recipient, kind: of, of, automatic: false, released: false });
    const draft =
      decision.do === 'refuse'
        ? null
        : await draftNotice(trx, deps, { telling, recipient, recipientName: name, kind: of, thread: null, nextVisit, standing });
    planned.push({ telling, recipient, name, decision, draft });
  }
  return planned;
} // prettier-ignore

/** Providers of active packages, and the council with the same facts. */
export function recipientsOf(
  { councils }: Pick<NoticeDeps, 'councils'>,
  { providers }: Pick<Standing, 'providers'>,
  council: string,
): { recipient: Recipient; name: string | null }[] {
  return [
    ...[...providers].map(([id, name]) => ({ recipient: { kind: 'provider', id, link: 'package' } as const, name })),
    { recipient: { kind: 'council', id: council }, name: councils.find(({ id }) => id === council)?.name ?? council },
  ];
}

function toPreview(
  { recipient, name, decision, draft }: Planned,
  agreement: Agreement,
  caller: Caller,
  now: Date,
): Previewed {
  const why = decision.do === 'refuse' ? decision.why : draft ? null : 'not-shown';
  // A role that may not know of referrals is always advised to phone first: the advice must not tell.
  const advised = !seesSafeguarding(agreement, caller.role) || (decision.do === 'tell' && decision.phoneFirst);
  return {
    recipient,
    name,
    decision: why === null ? 'tell' : 'refuse',
    phoneFirst: recipient.kind === 'provider' && advised,
    why,
    whyText: why && refuseTexts[why],
    text: why === null && draft ? textForOthers(draft.content, now, recipient.kind, { before: true }) : null,
    mark: why === null && draft ? markOf(draft) : null,
    toldBefore: null,
  };
}

function entryOf(
  action: 'preview-telling' | 'send-telling',
  subject: Subject,
  agreement: Agreement,
  planned: readonly Planned[],
): AuditEntry {
  const going = planned.flatMap(({ recipient, draft }) => (draft ? [{ to: recipient.id, notice: draft.notice.id }] : []));
  const refused = planned.flatMap(({ recipient, decision }) =>
    decision.do === 'refuse' ? [{ to: recipient.id, why: decision.why }] : [],
  );
  return {
    action,
    outcome: going.length > 0 ? (action === 'send-telling' ? 'told' : 'shown') : 'nobody-told',
    council: subject.council,
    personKey: subject.personKey,
    agreement: { id: agreement.id, version: agreement.version },
    sharedFields: agreement.notices.identifiers,
    answerId: subject.answerId,
    detail: { fact: planned[0]?.telling.of, told: action === 'send-telling' ? going : going.map(({ to }) => ({ to })), refused },
    people: personIn(subject),
  };
} // prettier-ignore
