/** Finds and shows open tasks of holds: whose they are, what each says, and what the provider sees of it. */
import { may, requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { closingsOf, isClosing } from '../../domain/hold-closing.ts';
import type { Closing, TaskCause, TaskParty } from '../../domain/hold-tasks.ts';
import { holdTexts } from '../../domain/hold-texts.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import type { NoticeStatus } from '../../domain/notice-state.ts';
import { noticeText, textForOthers } from '../../domain/notice-text.ts';
import type { NoticeText } from '../../domain/notice-text.ts';
import type { Trx } from '../../store/database.ts';
import { staysWithTasks } from '../../store/notices/holds.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { lastNotice, openTasks, readHeld } from './held.ts';
import type { Held, NamedTask } from './held.ts';
import { termWords } from './hold-looks.ts';
import type { WordOn } from './hold-words.ts';

/** A provider's own message by which its task is done: whether the first visit took place, or when it is to be. */
export interface TaskAnswer {
  readonly notice: string;
  readonly is: 'confirm' | 'agree';
}

/** A task as the one who has it sees it. */
export interface HoldTaskView {
  /** Names the task on forms; says nothing of anybody. */
  readonly id: string;
  readonly cause: TaskCause;
  readonly party: TaskParty;
  readonly since: Date;
  readonly text: string;
  readonly hospital: string;
  /** The hospital's name and number, as it was told. */
  readonly where: string;
  /** The same, for a page on which the number can be pressed. */
  readonly place: NoticeContent['where'];
  readonly who: readonly string[];
  /** Ways to close it, by their names. */
  readonly closings: Readonly<Record<string, string>>;
  /** The last notice of it to this provider. */
  readonly notice: string;
  /** Of a provider's: the message that is its answer, and what is answered there; null where none is. */
  readonly answer: TaskAnswer | null;
  /** Of a provider's: whether "We are visiting" is said with a time. */
  readonly asksWhen: boolean;
  /** Of sender's and council's: what the provider has said to its own task, and when it is visiting. */
  readonly said: Closing | null;
  /** The rest is not for providers, and empty there. */
  readonly stay: string | null;
  readonly council: string | null;
  /** For the trail, and on no screen. */
  readonly personKey: string | null;
  readonly team: string | null;
  readonly provider: string | null;
  readonly providerName: string | null;
  /** The provider's own task of the same cause: it waits for a person to release it, or may not be shown at all. */
  readonly providerSees: 'task' | 'waits' | 'nothing' | null;
  /** By which it is released. */
  readonly release: string | null;
}

/** As which party somebody works on tasks. @throws HomewardError NOT_ALLOWED */
export function partyOf({ role, organisation }: Caller): TaskParty {
  if (organisation === '') throw new HomewardError('NOT_ALLOWED');
  if (may(role, 'tell')) return 'sender';
  if (may(role, 'answer-notices')) return 'provider';
  requirePermission({ role } as Caller, 'work-council-lists');
  return 'council';
}

const scopes = { sender: 'hospital', council: 'council', provider: 'provider' } as const;

/** An open task of the caller's. */
export interface Found {
  readonly task: NamedTask;
  readonly held: Held;
  /** The provider's own of the same cause; the task itself where the caller is the provider. */
  readonly theirs: NamedTask | null;
}

/**
 * Open tasks of the caller's organisation, whoever may see them.
 * @param only of these stays alone
 */
export async function findTasks(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  now: Date,
  only: readonly string[] | null = null,
): Promise<Found[]> {
  const party = partyOf(caller);
  const scope = { of: scopes[party], id: caller.organisation } as const;
  const stays = only ?? (await staysWithTasks(trx, scope, termWords(deps).all, now)).map(({ stayId }) => stayId);
  const found: Found[] = [];
  for (const held of await readHeld(trx, stays)) {
    if (!isTheirs(deps, caller, party, held, now)) continue;
    const tasks = openTasks(deps, held, now);
    for (const task of tasks) {
      if (task.party !== party || task.organisation !== caller.organisation) continue;
      if (!lastNotice(held, task.provider) || holdTexts[task.cause][party] === undefined) continue;
      const theirs = tasks.find(
        (one) => one.party === 'provider' && one.provider === task.provider && one.cause === task.cause,
      );
      found.push({ task, held, theirs: theirs ?? null });
    }
  }
  return found;
}

// A hold whose agreement has ended is somebody's all the same.
function isTheirs(
  deps: NoticeDeps,
  { role }: Caller,
  party: TaskParty,
  { council, hospital }: Held,
  now: Date,
): boolean {
  const agreement = agreementInForce(deps, council, hospital, now);
  if (party === 'provider') return agreement !== null;
  if (!agreement) return true;
  return party === 'council' ? agreement.notices.council : agreement.roles[role] !== undefined;
}

/** What the provider of a task sees of it: null when it has none of this cause. */
export function providerSees({ held, theirs }: Found, word: WordOn): HoldTaskView['providerSees'] {
  if (!theirs) return null;
  const said = word(held, theirs.provider, held.released.has(theirs.id));
  return said === 'tell' ? 'task' : said === 'wait' ? 'waits' : 'nothing';
}

/**
 * A task as whoever has it sees it.
 * @param sees what its provider sees of it
 */
export function taskView({ held, task, theirs }: Found, sees: HoldTaskView['providerSees'], now: Date): HoldTaskView {
  const { cause, party, provider, team } = task;
  const last = lastNotice(held, provider);
  const text = holdTexts[cause][party];
  if (!last || text === undefined) throw new TypeError('There is no such task');
  const forProvider = party === 'provider';
  const { who, where }: NoticeText = forProvider
    ? noticeText(last.content, now)
    : textForOthers(last.content, now, 'provider');
  const hidden = last.state.withdrawn?.why === 'not-shown';
  return {
    id: task.id,
    cause,
    party,
    since: task.since,
    text,
    hospital: held.hospital,
    where,
    place: last.content.where,
    who,
    closings: closingsOf(party, cause),
    notice: last.id,
    answer: forProvider ? answerOf(held, task) : null,
    asksWhen: asksWhen(task, 'visiting'),
    // What the service ended after all that time nobody has said.
    said: task.said && isClosing('provider', cause, task.said.how) ? task.said : null,
    stay: forProvider || held.noStay ? null : held.stayId,
    council: forProvider ? null : held.council,
    personKey: forProvider ? null : last.personKey,
    team,
    provider: forProvider ? null : provider,
    providerName: forProvider || hidden ? null : last.recipientName,
    providerSees: forProvider ? null : sees,
    release: !forProvider && sees === 'waits' ? (theirs?.id ?? null) : null,
  };
}

/** Causes of which a provider is asked for the time of its first visit. */
const asksVisit: ReadonlySet<TaskCause> = new Set(['discharged', 'closed-by-hand']);

/**
 * Whether a way of closing a task is said with a time: "We are visiting" could be tomorrow noon, and two people would
 * phone at night to hear it.
 */
export function asksWhen({ party, cause }: Pick<NamedTask, 'party' | 'cause'>, how: string): boolean {
  return party === 'provider' && how === 'visiting' && asksVisit.has(cause);
}

// Of what was taken back or replaced nothing is agreed any more.
const over: ReadonlySet<NoticeStatus> = new Set(['replaced', 'withdrawn', 'cancelled', 'stopped']);

function answerOf({ notices }: Held, { provider, cause, notice }: NamedTask): TaskAnswer | null {
  const own = notices.filter(({ state }) => state.notice.recipient.id === provider && state.out);
  if (cause === 'first-visit-to-confirm') return notice && own.some(({ id }) => id === notice) ? { notice, is: 'confirm' } : null;
  if (!asksVisit.has(cause)) return null;
  const asked = own.filter(({ state: { notice: of, status } }) => of.of === 'restart' && of.kind !== 'cancellation' && !over.has(status));
  const last = asked.toSorted((a, b) => b.state.notice.createdAt.getTime() - a.state.notice.createdAt.getTime())[0];
  return last ? { notice: last.id, is: 'agree' } : null;
} // prettier-ignore
