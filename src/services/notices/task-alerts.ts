/**
 * A provider's task of a hold is brought to its phone: as with a message, all that leaves is that there is something to
 * open. Once a task, on the ways that people read, and never while the task may not be shown (product rules 4 and 10).
 */
import type { DeliveryReason } from '../../domain/courier.ts';
import type { Trx } from '../../store/database.ts';
import { alertedTasks, keepAlerted } from '../../store/notices/holds.ts';
import { noticeById } from '../../store/notices/lists.ts';
import { holdPerson, personOf } from '../../store/notices/person-lock.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { lastNotice, openTasks, readHeld } from './held.ts';
import type { Held, NamedTask } from './held.ts';
import { mayShowTasks } from './hold-words.ts';
import { mayLeave } from './recheck.ts';
import type { LeavingNotice } from './recheck.ts';

/** Tasks that may not be shown yet are looked at again after so long: what bars them is no change of the stay. */
const againAfter = 5 * 60_000;

/**
 * Queues the alerts of a stay's tasks of which their provider has not been told.
 * @returns when to look again because a task could not be told of yet; null where there is none
 */
export async function alertOfTasks(deps: NoticeDeps, stayId: string): Promise<Date | null> {
  const now = deps.clock.now();
  const waiting = (await readHeld(deps.db, [stayId])).flatMap((held) =>
    providerTasks(deps, held, now).map((task) => ({ task, council: held.council })),
  );
  const told = await alertedTasks(deps.db, waiting.map(({ task }) => task.id)); // prettier-ignore
  let left = false;
  for (const { task, council } of waiting.filter((one) => !told.has(one.task.id)))
    if (!(await deps.db.transaction((trx) => alertOf(trx, deps, task, { stayId, council })))) left = true;
  return left ? new Date(now.getTime() + againAfter) : null;
}

function providerTasks(deps: NoticeDeps, held: Held, now: Date): NamedTask[] {
  if (!agreementInForce(deps, held.council, held.hospital, now)) return [];
  return openTasks(deps, held, now).filter(({ party }) => party === 'provider');
}

/** @returns whether nothing is left to do about it */
async function alertOf(
  trx: Trx,
  deps: NoticeDeps,
  { id, provider }: NamedTask,
  { stayId, council }: { readonly stayId: string; readonly council: string },
): Promise<boolean> {
  const of = (all: readonly Held[]): Held | undefined => all.find((one) => one.council === council);
  const before = of(await readHeld(trx, [stayId]));
  const person = before && lastNotice(before, provider);
  if (!person) return true;
  await holdPerson(trx, personOf(person));
  // What the lock was waited for may have changed it: asked again, with all that is so now.
  const at = deps.clock.now();
  const held = of(await readHeld(trx, [stayId]));
  const last = held && lastNotice(held, provider);
  if (!held || !last || !providerTasks(deps, held, at).some((task) => task.id === id)) return true;
  if ((await mayShowTasks(trx, deps, held, provider))(held.released.has(id)) !== 'tell') return false;
  if (await keepAlerted(trx, id, stayId, at))
    await deps.desk.deliver(trx, { notice: last.state.notice, person: personOf(last), reason: 'task', at });
  return true;
}

/**
 * The last question before anything leaves, whatever its reason; of a task: does its provider still have one that may
 * be shown? Take the person's lock first.
 * @returns null when nothing may leave, or need leave, any more
 */
export async function mayLeaveFor(
  trx: Trx,
  deps: NoticeDeps,
  id: string,
  reason: DeliveryReason,
): Promise<LeavingNotice | null> {
  if (reason !== 'task') return mayLeave(trx, deps, id, reason);
  const notice = await noticeById(trx, id);
  if (!notice) return null;
  const now = deps.clock.now();
  const held = (await readHeld(trx, [notice.holdId])).find(({ council }) => council === notice.council);
  const provider = notice.state.notice.recipient.id;
  const open = held ? providerTasks(deps, held, now).filter((task) => task.provider === provider) : [];
  if (!held || open.length === 0) return null;
  const mayShow = await mayShowTasks(trx, deps, held, provider);
  const shown = open.some((task) => mayShow(held.released.has(task.id)) === 'tell');
  return shown ? { notice: notice.state.notice, content: notice.content } : null;
}
