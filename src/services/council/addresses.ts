/**
 * Use cases of addresses at which nobody is reached any more: the council's list of them, and closing one. A message
 * that nobody receives is found out here, and not by a person who waits at home (hazard H08).
 */
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { writeAudit } from '../../store/audit.ts';
import { closeTasksOf, openTasks } from '../../store/notices/delivery-tasks.ts';
import type { DeliveryTask } from '../../store/notices/delivery-tasks.ts';
import type { NoticeDeps } from '../notices/deps.ts';
import { providerNames } from './providers.ts';

type AddressDeps = Pick<NoticeDeps, 'db' | 'clock' | 'councils'>;

/** Something that keeps messages from arriving, at one of the council's providers or at the council itself. */
export interface DeadAddress extends Omit<DeliveryTask, 'council' | 'owner'> {
  readonly recipientName: string | null;
  /** It is the council's own. */
  readonly own: boolean;
}

/** How a council's worker closes one; whatever fails again is there again. */
export const addressClosings = {
  told: 'I have told them, and they will put it right',
  'not-used': 'They do not use it any more',
} as const;
export type AddressClosing = keyof typeof addressClosings;

/** What keeps messages of the caller's council from arriving, the oldest first. @throws HomewardError NOT_ALLOWED */
export async function deadAddresses(deps: AddressDeps, caller: Caller): Promise<DeadAddress[]> {
  requirePermission(caller, 'work-council-lists');
  const council = caller.organisation;
  return deps.db.transaction(async (trx) => {
    const tasks = await openTasks(trx, { council });
    const nameOf = await providerNames(trx, council);
    await writeAudit(trx, deps.clock.now(), caller, {
      action: 'see-dead-addresses',
      outcome: 'listed',
      council,
      detail: { shown: tasks.length },
    });
    return tasks.map(({ council: _council, owner: _owner, ...task }) => {
      const own = task.recipient === council;
      const ownName = deps.councils.find(({ id }) => id === council)?.name ?? null;
      return { ...task, own, recipientName: own ? ownName : nameOf(task.recipient) };
    });
  });
}

/**
 * Closes one, by a named person. Nothing is sent there because of it: the address stays as it is until its owner
 * changes it, and a message that fails again opens the task again.
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when it is not the council's, or is closed already
 */
export async function closeDeadAddress(deps: AddressDeps, caller: Caller, id: string, how: string): Promise<void> {
  requirePermission(caller, 'work-council-lists');
  if (!Object.hasOwn(addressClosings, how)) throw new HomewardError('FORM_INVALID');
  const council = caller.organisation;
  await deps.db.transaction(async (trx) => {
    const now = deps.clock.now();
    const task = (await openTasks(trx, { council })).find((one) => one.id === id);
    if (!task) throw new HomewardError('FORM_INVALID');
    const detail = { task: id, recipient: task.recipient, channel: task.channel };
    await writeAudit(trx, now, caller, { action: 'close-dead-address', outcome: how, council, detail });
    await closeTasksOf(trx, task, caller.userId, now);
  });
}
