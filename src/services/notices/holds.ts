/**
 * Use cases of tasks of holds: a hold never outlives its stay (product rule 10, hazard H27). Sender's team, council and
 * provider each see their own, from the moment at which the stay changed; a named person closes them.
 */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { isClosing } from '../../domain/hold-closing.ts';
import { replyFault } from '../../domain/notice-reply.ts';
import type { AuditAction } from '../../domain/audit-action.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { keepClosed, keepReleased, staysOfTask } from '../../store/notices/holds.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { humanOf, isOnTeamsList } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { lastNotice } from './held.ts';
import { asksWhen, findTasks, partyOf, providerSees, taskView } from './hold-find.ts';
import type { Found, HoldTaskView } from './hold-find.ts';
import { mayShowTasks, wordsOn } from './hold-words.ts';
import type { WordWanted } from './hold-words.ts';
import { peopleIn } from './trail.ts';

/**
 * Open tasks of the caller's: of the hospital's team (or of all its teams), of the council, or of the provider.
 * @throws HomewardError NOT_ALLOWED
 */
export async function holdTasksOf(
  deps: NoticeDeps,
  caller: Caller,
  { wholeHospital = false }: { readonly wholeHospital?: boolean } = {},
): Promise<HoldTaskView[]> {
  const party = partyOf(caller);
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const all = await findTasks(trx, deps, caller, now);
    const mine = all.filter(({ task: { team } }) => party !== 'sender' || wholeHospital || isOnTeamsList(deps, caller, team));
    const word = await wordsOn(trx, deps, wanted(mine), now);
    const found = mine.map((one) => ({ ...one, sees: providerSees(one, word) }));
    const own = found.filter(({ sees }) => party !== 'provider' || sees === 'task').map((one) => ({ ...one, view: taskView(one, one.sees, now) }));
    const stays = [...new Set(own.map(({ held }) => held.stayId))];
    const people = new Set(own.map(({ held }) => `${held.council}|${held.notices[0]?.personKey}`));
    const one = people.size === 1 ? own[0]?.held : undefined;
    await writeAudit(trx, now, caller, {
      action: 'see-hold-tasks',
      outcome: 'listed',
      council: one?.council ?? (party === 'council' ? caller.organisation : null),
      personKey: one?.notices[0]?.personKey ?? null,
      detail: { shown: own.length, stays, notices: own.flatMap(({ view }) => view.notice) },
      people: peopleIn(own.flatMap(({ held, task }) => lastNotice(held, task.provider) ?? [])),
    });
    return own.map(({ view }) => view).sort((a, b) => a.since.getTime() - b.since.getTime());
  });
} // prettier-ignore

/** How many tasks {@link holdTasksOf} would list: a number that says nothing of anybody. @throws HomewardError NOT_ALLOWED */
export async function holdTaskCount(deps: NoticeDeps, caller: Caller): Promise<number> {
  const party = partyOf(caller);
  return deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const found = await findTasks(trx, deps, caller, now);
    if (party === 'sender') return found.filter(({ task: { team } }) => isOnTeamsList(deps, caller, team)).length;
    if (party === 'council') return found.length;
    const word = await wordsOn(trx, deps, wanted(found), now);
    return found.filter((one) => providerSees(one, word) === 'task').length;
  });
}

/** As {@link holdTaskCount}, of a council, with since when the oldest has been open. @throws HomewardError NOT_ALLOWED */
export async function holdTaskSummary(
  deps: NoticeDeps,
  caller: Caller,
): Promise<{ readonly count: number; readonly oldest: Date | null }> {
  requirePermission(caller, 'work-council-lists');
  return deps.db.transaction(async (trx) => {
    const found = await findTasks(trx, deps, caller, deps.clock.now());
    const since = found.map(({ task }) => task.since.getTime());
    return { count: found.length, oldest: since.length > 0 ? new Date(Math.min(...since)) : null };
  });
}

/**
 * Closes a task, by a named person of the organisation that has it. Twice is once.
 * @returns the task as it was
 * @param how a key of the task's `closings`
 * @param firstVisit of a provider that says that it is visiting, and was asked when
 * @throws HomewardError NOT_ALLOWED, FORM_INVALID; REPLY_INVALID when the visit has no time that can be; NOTICE_GONE when there is no such task of theirs any more
 */
export async function closeHoldTask(
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  how: string,
  firstVisit: Date | null = null,
): Promise<HoldTaskView> {
  return act(deps, caller, { id, action: 'close-hold-task', outcome: how, firstVisit }, keepClosed);
}

/**
 * Lets a provider's task be shown that waits for a person, by somebody of the hospital or the council.
 * @param id the view's `release`
 * @throws HomewardError NOT_ALLOWED; NOTICE_GONE when it does not wait (any more)
 */
export async function releaseHoldTask(deps: NoticeDeps, caller: Caller, id: string): Promise<void> {
  if (partyOf(caller) === 'provider') throw new HomewardError('NOT_ALLOWED');
  await act(deps, caller, { id, action: 'release-hold-task', outcome: 'released' }, keepReleased);
}

// Of tasks that their provider has too: of nothing else is there anything to see.
function wanted(found: readonly Found[]): WordWanted[] {
  return found.flatMap(({ held, theirs }) => (theirs ? [{ held, provider: theirs.provider }] : []));
}

interface Acting {
  readonly id: string;
  readonly action: AuditAction;
  readonly outcome: string;
  readonly firstVisit?: Date | null;
}

const restart = { kind: 'restart', of: 'restart' } as const;

async function act(
  deps: NoticeDeps,
  caller: Caller,
  { id, action, outcome, firstVisit = null }: Acting,
  keep: typeof keepClosed,
): Promise<HoldTaskView> {
  const party = partyOf(caller);
  const isIt = ({ task, theirs }: Found): boolean => (keep === keepClosed ? task.id : theirs?.id) === id;
  const done = await deps.db.transaction(async (trx) => {
    const seen = await findTask(trx, deps, caller, id, isIt);
    const person = seen && lastNotice(seen.held, seen.task.provider);
    if (!seen || !person) throw new HomewardError('NOTICE_GONE');
    // What the lock was waited for may have changed the task: the same word as everywhere, asked again.
    await holdPerson(trx, personOf(person));
    const now = deps.clock.now();
    const found = (await findTasks(trx, deps, caller, now, [seen.held.stayId])).find(isIt);
    const last = found && lastNotice(found.held, found.task.provider);
    if (!found || !last) throw new HomewardError('NOTICE_GONE');
    const { task, held, theirs } = found;
    // Sender and council close theirs whatever the provider sees.
    const asks = theirs !== null && (party === 'provider' || keep === keepReleased);
    const may = asks ? await mayShowTasks(trx, deps, held, task.provider) : null;
    const sees = may ? providerSees(found, (_, __, released) => may(released)) : null;
    if (asks && sees !== (keep === keepReleased ? 'waits' : 'task')) throw new HomewardError('NOTICE_GONE');
    if (keep === keepClosed && !isClosing(party, task.cause, outcome)) throw new HomewardError('FORM_INVALID');
    const wants = keep === keepClosed && asksWhen(task, outcome);
    if (wants && replyFault(restart, { kind: 'accepted', firstVisit }, now)) throw new HomewardError('REPLY_INVALID');
    const { council, personKey } = last;
    const detail = { task: id, cause: task.cause, stay: held.stayId, provider: task.provider };
    const people = peopleIn([last]);
    const audit = await writeAudit(trx, now, caller, { action, outcome, council, personKey, detail, people });
    const by = humanOf(caller);
    await keep(trx, { task: id, stayId: held.stayId, by, at: now, audit }, outcome, wants ? firstVisit : null);
    return taskView(found, sees, now);
  });
  deps.wake();
  return done;
}

// By its stay, where it was worked out in which it is; of what has only just come about every stay is looked at.
async function findTask(
  trx: Trx,
  deps: NoticeDeps,
  caller: Caller,
  id: string,
  isIt: (found: Found) => boolean,
): Promise<Found | null> {
  const now = deps.clock.now();
  const stays = await staysOfTask(trx, id);
  const found = stays.length > 0 ? await findTasks(trx, deps, caller, now, stays) : [];
  return found.find(isIt) ?? (await findTasks(trx, deps, caller, now)).find(isIt) ?? null;
}
