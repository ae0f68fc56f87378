/** What the sender's side and the council see of notices: where each stands, whose it is, what comes next, who was told. */
import type { AuditAction } from '../../domain/audit-action.ts';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { dealtWith, nextStep } from '../../domain/escalation.ts';
import { HomewardError } from '../../domain/error.ts';
import { ownerOf } from '../../domain/notice-owner.ts';
import type { Owner } from '../../domain/notice-owner.ts';
import type { EscalationStep, WithdrawReason } from '../../domain/notice-event.ts';
import { isDone, isOpenNotice } from '../../domain/notice-state.ts';
import type { NoticeState, NoticeStatus } from '../../domain/notice-state.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import { textForOthers, whoForOthers } from '../../domain/notice-text.ts';
import type { NoticeText } from '../../domain/notice-text.ts';
import type { FactKind, NoticeKind, Recipient } from '../../domain/notice.ts';
import type { DayOrTime } from '../../domain/stay-event.ts';
import { everyoneTold } from '../../domain/told.ts';
import type { Told } from '../../domain/told.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import {
  noticesOfCouncil, noticesOfPerson, noticesOfStay, openOfHospital, openOfTeam, versionOfPerson, versionOfStay,
  versionOfTelling,
} from '../../store/notices/lists.ts'; // prettier-ignore
import type { CouncilFilter, OfPerson } from '../../store/notices/lists.ts';
import { tellingById } from '../../store/notices/tellings.ts';
import type { StoredNotice } from '../../store/notices/notices.ts';
import { agreementInForce, teamOf, termsOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { noticeToTake } from './delivered.ts';
import { checkedAmong, freshen } from './recheck.ts';
import { subjectOf } from './subject.ts';
import { peopleIn } from './trail.ts';

export type { CouncilFilter } from '../../store/notices/lists.ts';

/** A notice as the sender's side and the council see it. */
export interface NoticeView {
  readonly id: string;
  readonly telling: string;
  readonly thread: string;
  readonly kind: NoticeKind;
  readonly of: FactKind;
  readonly hospital: string;
  readonly council: string;
  readonly team: string | null;
  readonly sentBy: string | null;
  readonly automatic: boolean;
  readonly stay: string | null;
  readonly recipient: Recipient;
  readonly recipientName: string | null;
  readonly status: NoticeStatus;
  readonly open: boolean;
  /** Only now may a screen be green (product rule 9). */
  readonly done: boolean;
  /** A person must release it, or what is still to go out; never why (product rule 4). Not of what is over or stopped. */
  readonly waits: boolean;
  readonly text: NoticeText;
  /** The hospital and its number, for a page on which it can be pressed. */
  readonly place: NoticeContent['where'];
  /** Whom it is about, as far as the agreement lets the recipient be told. */
  readonly subject: NoticeContent['who'];
  /** Nothing of the recipient may be said any more, its number neither. */
  readonly hidden: boolean;
  /** By which both the hospital and the council know the person. */
  readonly nhsNumber: string;
  /** For the trail, and on no screen. */
  readonly personKey: string;
  /** As it was told; null where the notice says nothing of it. */
  readonly expectedHome: DayOrTime | null;
  readonly goneAt: Date | null;
  readonly createdAt: Date;
  readonly answerBy: Date | null;
  /** Later than it was written where the recipient takes such kinds once a day. */
  readonly deliverFrom: Date;
  readonly owner: Owner | null;
  readonly next: { readonly step: EscalationStep; readonly at: Date } | null;
  readonly steps: NoticeState['steps'];
  readonly channels: NoticeState['channels'];
  readonly seen: NoticeState['seen'];
  readonly reply: NoticeState['reply'];
  readonly visited: NoticeState['visited'];
  /** Who deals with it, as long as that counts. */
  readonly taken: NoticeState['taken'];
  readonly settled: NoticeState['settled'];
  readonly withdrawn: { readonly why: WithdrawReason; readonly at: Date } | null;
  readonly followedBy: string | null;
  readonly answeredAfterClosing: boolean;
  readonly version: string;
}

/** A notice as it stands at an instant. */
export function viewOf(deps: NoticeDeps, kept: StoredNotice, now: Date): NoticeView {
  const { state, content, council, hospital } = kept;
  const { notice, withdrawn } = state;
  const terms = termsOf(deps, council, hospital);
  const next = nextStep(state, terms, now);
  // Of a record that may not be shown any more not even the provider is named.
  const hidden = withdrawn?.why === 'not-shown' || kept.hidden === 'not-shown';
  return {
    id: kept.id,
    telling: kept.telling,
    thread: notice.thread,
    kind: notice.kind,
    of: notice.of,
    hospital,
    council,
    team: notice.sender.team,
    sentBy: notice.sender.person?.name ?? null,
    automatic: kept.automatic,
    stay: notice.stay,
    recipient: notice.recipient,
    recipientName: hidden ? null : kept.recipientName,
    hidden,
    status: state.status,
    open: isOpenNotice(state),
    done: isDone(state),
    waits: state.waits !== null && isOpenNotice(state) && state.status !== 'stopped',
    text: textForOthers(content, now, notice.recipient.kind),
    place: content.where,
    subject: whoForOthers(content),
    nhsNumber: kept.nhsNumber,
    personKey: kept.personKey,
    expectedHome: content.expectedHome ?? null,
    goneAt: content.goneAt ?? null,
    createdAt: notice.createdAt,
    answerBy: content.answerBy,
    deliverFrom: notice.deliverFrom,
    owner: ownerOf(state, terms, now),
    next: next && { step: next.step, at: next.at },
    steps: state.steps,
    channels: state.channels,
    seen: state.seen,
    reply: state.reply,
    visited: state.visited,
    taken: dealtWith(state, terms, now),
    settled: state.settled,
    withdrawn,
    followedBy: state.followedBy,
    answeredAfterClosing: state.answeredAfterClosing,
    version: kept.version,
  };
}

/** By what the sender's notices are found: the answer before them, a stay at their hospital, or one thing told of the person. */
export type ToldAbout = { readonly answerId: string } | { readonly stayId: string } | { readonly telling: string };

export interface Tellings {
  /** The latest first. */
  readonly notices: readonly NoticeView[];
  /** Everybody who was told or may have been, in order of time. */
  readonly told: readonly Told[];
  /** Grows with every change of any of them: what {@link tellingsVersion} gives. */
  readonly version: string;
}

/**
 * The sender's list of what was told about a person, live: whoever is shown it again has it audited again.
 * @throws HomewardError NOT_ALLOWED, ANSWER_GONE, TELLING_REFUSED when the answer showed nobody
 */
export async function tellingsOf(deps: NoticeDeps, caller: Caller, about: ToldAbout): Promise<Tellings> {
  requirePermission(caller, 'tell');
  const list = (again: boolean): Promise<{ readonly old: readonly StoredNotice[]; readonly shown: Tellings | null }> =>
    deps.db.transaction(async (trx) => {
      const found = await find(trx, deps, caller, about);
      const now = deps.clock.now();
      // Of what is over, whether it would still be told is asked when somebody looks, and by nobody before.
      const over = found.notices.filter(({ state }) => !isOpenNotice(state));
      const checked = await checkedAmong(trx, deps, again ? [] : over, now);
      const old = again ? [] : over.filter(({ id }) => !checked.has(id));
      if (old.length > 0) return { old, shown: null };
      const notices = found.notices.filter(({ council }) => mayTell(deps, caller, council));
      await audit(trx, deps, caller, 'see-tellings', notices, found.answerId);
      const views = notices.map((one) => viewOf(deps, one, now));
      return { old, shown: { notices: views, told: everyoneTold(notices.map(({ state }) => state)), version: found.version } };
    }); // prettier-ignore
  const first = await list(false);
  await freshen(deps, first.old);
  const { shown } = first.shown ? first : await list(true);
  if (!shown) throw new TypeError('Nothing was listed');
  return shown;
}

/** Whether something has changed in {@link tellingsOf}: a number that says nothing of anybody, and is not audited. @throws HomewardError as there */
export async function tellingsVersion(deps: NoticeDeps, caller: Caller, about: ToldAbout): Promise<string> {
  requirePermission(caller, 'tell');
  // Every open page asks this after each change of anybody's: one statement, and no transaction about it.
  if ('stayId' in about) return versionOfStay(deps.db, caller.organisation, about.stayId);
  if ('telling' in about) {
    const version = await versionOfTelling(deps.db, caller.organisation, about.telling);
    if (version === null) throw new HomewardError('NOTICE_GONE');
    return version;
  }
  const { answerId } = about;
  return deps.db.transaction(async (trx) =>
    versionOfPerson(trx, await subjectOf(trx, caller, answerId, deps.clock.now())),
  );
}

async function find(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  about: ToldAbout,
): Promise<{ notices: StoredNotice[]; version: string; answerId: string | null }> {
  if ('stayId' in about) {
    const version = await versionOfStay(trx, caller.organisation, about.stayId);
    const all = await noticesOfStay(trx, about.stayId);
    return { notices: all.filter(({ hospital }) => hospital === caller.organisation), version, answerId: null };
  }
  const subject = 'telling' in about ? await personToldOf(trx, caller, about.telling) : await subjectOf(trx, caller, about.answerId, deps.clock.now()); // prettier-ignore
  // Read before the notices: what comes in between is seen as new the next time, never overlooked.
  const version = await versionOfPerson(trx, subject);
  return {
    notices: await noticesOfPerson(trx, subject),
    version,
    answerId: 'answerId' in about ? about.answerId : null,
  };
}

async function personToldOf(trx: Trx, { organisation }: Caller, id: string): Promise<OfPerson> {
  const telling = await tellingById(trx, id);
  if (!telling || telling.hospital !== organisation) throw new HomewardError('NOTICE_GONE');
  return telling;
}

function mayTell(deps: NoticeDeps, caller: Caller, council: string): boolean {
  const agreement = agreementInForce(deps, council, caller.organisation, deps.clock.now());
  return agreement?.roles[caller.role] !== undefined;
}

/**
 * Open notices of the caller's team and those that are no team's, or of the whole hospital: whose shift ended hands
 * them over by this list.
 */
export async function teamNotices(
  deps: NoticeDeps,
  caller: Caller,
  { wholeHospital = false }: { readonly wholeHospital?: boolean } = {},
): Promise<NoticeView[]> {
  requirePermission(caller, 'tell');
  return deps.db.transaction(async (trx) => {
    const all = wholeHospital
      ? await openOfHospital(trx, caller.organisation)
      : await openOfTeam(trx, teamOf(deps, caller));
    const notices = all.filter(({ council }) => mayTell(deps, caller, council));
    await audit(trx, deps, caller, 'see-team-notices', notices, null);
    const now = deps.clock.now();
    return notices.map((one) => viewOf(deps, one, now));
  });
}

/**
 * Notices about the council's own people: those sent to it, those that no provider has answered, those that are
 * its own to deal with. To be listed for a person of the council is to have arrived there.
 * @throws HomewardError NOT_ALLOWED
 */
export async function councilNotices(deps: NoticeDeps, caller: Caller, filter: CouncilFilter): Promise<NoticeView[]> {
  requirePermission(caller, 'work-council-lists');
  const council = caller.organisation;
  await noticeToTake(deps, { kind: 'council', id: council });
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const all = await noticesOfCouncil(trx, council, filter, now);
    const notices = all.filter(({ hospital }) => agreementInForce(deps, council, hospital, now)?.notices.council);
    await audit(trx, deps, caller, 'see-council-notices', notices, null);
    return notices.map((one) => viewOf(deps, one, now)).filter((one) => filter.which !== 'ours' || isOf(one, council));
  });
}

function isOf({ owner }: NoticeView, council: string): boolean {
  return owner?.organisation === council;
}

async function audit(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  action: AuditAction,
  notices: readonly StoredNotice[],
  answerId: string | null,
): Promise<void> {
  const [first] = notices;
  const one = first && notices.every(({ personKey, council }) => personKey === first.personKey && council === first.council);
  await writeAudit(trx, deps.clock.now(), caller, {
    action,
    outcome: 'listed',
    council: one ? first.council : action === 'see-council-notices' ? caller.organisation : null,
    personKey: one ? first.personKey : null,
    answerId,
    detail: { shown: notices.length, notices: notices.map(({ id }) => id) },
    people: peopleIn(notices),
  });
} // prettier-ignore
