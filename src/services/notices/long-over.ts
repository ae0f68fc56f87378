/**
 * Ends what nobody has ended. An open notice and an open task are somebody's at every moment, and stay on their lists
 * until they deal with them; but when the stay has been over for as long as notices are kept, nobody will, and what says
 * where a person was would be kept for ever. The service says in its own name that the time was over, and never that
 * anything was arranged: from then on it is kept as long as everything else that is done with, and no longer.
 */
import { homewardItself } from '../../domain/arrival.ts';
import { timeOver } from '../../domain/notice-event.ts';
import { isOpenNotice } from '../../domain/notice-state.ts';
import type { Caller } from '../../domain/caller.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import { keepClosed } from '../../store/notices/holds.ts';
import { holdsPastTime, openLongOver, partiesWithOpen } from '../../store/notices/long-over.ts';
import { holdNotice } from '../../store/notices/notices.ts';
import type { DueNotice } from '../../store/notices/due.ts';
import { holdPerson, personOf, tryPerson } from '../../store/notices/person-lock.ts';
import { agreementOf, humanOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { lastNotice, openTasks, readHeld } from './held.ts';
import { recordEvent } from './record.ts';
import { peopleIn } from './trail.ts';

const atOnce = 100;
/** Where no agreement says how long notices are kept. */
const usuallyKept = 42 * 86_400_000;

/**
 * Ends open notices and open tasks of holds whose stay is long over.
 * @returns how many it ended
 * @throws what the database throws when it cannot be asked at all
 */
export async function endLongOver(deps: NoticeDeps): Promise<number> {
  const ended = (await endNotices(deps)) + (await endTasks(deps));
  if (ended > 0) deps.wake();
  return ended;
}

async function endNotices(deps: NoticeDeps): Promise<number> {
  let ended = 0;
  for (const party of await partiesWithOpen(deps.db)) {
    const kept = agreementOf(deps, party.council, party.hospital)?.retention.notices ?? usuallyKept;
    const before = new Date(deps.clock.now().getTime() - kept);
    const done: string[] = [];
    for (;;) {
      const some = await openLongOver(deps.db, party, before, done, atOnce);
      for (const one of some) {
        // Once each: another process has it, or it failed.
        done.push(one.id);
        if (await within(deps, (trx) => endNotice(trx, deps, one))) ended++;
      }
      if (some.length < atOnce) break;
    }
  }
  return ended;
}

async function endNotice(trx: Trx, deps: NoticeDeps, one: DueNotice): Promise<boolean> {
  if (!(await tryPerson(trx, personOf(one)))) return false;
  const now = deps.clock.now();
  const kept = await holdNotice(trx, one.id);
  if (!kept || !isOpenNotice(kept.state)) return false;
  const { council, personKey, hospital } = kept;
  const by = itself(kept.state.notice.sender.organisation, now);
  await writeAudit(trx, now, by, {
    action: 'settle-notice',
    outcome: timeOver,
    council,
    personKey,
    detail: { notices: [kept.id], hospital },
    people: peopleIn([kept]),
  });
  await recordEvent(trx, deps, { kind: 'settled', notice: kept.id, at: now, by: humanOf(by), how: timeOver });
  return true;
}

async function endTasks(deps: NoticeDeps): Promise<number> {
  let ended = 0;
  for (const hold of await holdsPastTime(deps.db, deps.clock.now()))
    for (const { council } of await readHeld(deps.db, [hold]))
      if (await within(deps, (trx) => endTasksOf(trx, deps, hold, council))) ended++;
  return ended;
}

async function endTasksOf(trx: Trx, deps: NoticeDeps, hold: string, council: string): Promise<boolean> {
  const read = async () => (await readHeld(trx, [hold])).find((one) => one.council === council);
  const person = (await read())?.notices[0];
  if (!person) return false;
  await holdPerson(trx, personOf(person));
  const now = deps.clock.now();
  const held = await read();
  const tasks = held ? openTasks(deps, held, now) : [];
  for (const { id: task, provider, cause } of tasks) {
    const last = held && lastNotice(held, provider);
    if (!held || !last) continue;
    const by = itself(held.hospital, now);
    const audit = await writeAudit(trx, now, by, {
      action: 'close-hold-task',
      outcome: timeOver,
      council,
      personKey: last.personKey,
      detail: { task, cause, stay: held.stayId, provider },
      people: peopleIn([last]),
    });
    await keepClosed(trx, { task, stayId: held.stayId, by: humanOf(by), at: now, audit }, timeOver);
  }
  return tasks.length > 0;
}

async function within(deps: NoticeDeps, work: (trx: Trx) => Promise<boolean>): Promise<boolean> {
  try {
    return await deps.db.transaction(work);
  } catch (error) {
    deps.failed?.(error);
    return false;
  }
}

function itself(hospital: string, now: Date): Caller {
  return { ...homewardItself(hospital, now), userId: 'service|notices' };
}
