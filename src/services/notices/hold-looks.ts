/**
 * Works out ahead of anybody's asking which stays have tasks of holds, so that lists need not work out every stay. It
 * saves work and decides nothing: a stay that was not looked at since it changed is worked out by whoever lists it.
 * Whoever has a task and keeps no page open is alerted on the way.
 */
import { createHash } from 'node:crypto';
import { canonical } from '../../domain/canonical.ts';
import { holdsChangeAt } from '../../domain/hold-tasks.ts';
import { isOpen } from '../../domain/stay-course.ts';
import type { Trx } from '../../store/database.ts';
import { keepLook, staysWithTasks } from '../../store/notices/holds.ts';
import type { HeldRow } from '../../store/notices/holds.ts';
import type { NoticeDeps } from './deps.ts';
import { factsOf, openTasks, readHeld } from './held.ts';
import { refreshWords, wordsOn, wordsWanted } from './hold-words.ts';
import { alertOfTasks } from './task-alerts.ts';

const atOnce = 100;

interface Party {
  readonly council: string;
  readonly hospital: string;
}

/**
 * What of the agreements decides about tasks, a short word for each council and hospital: when one changes its stays are
 * worked out anew, and no other's.
 * @returns all words that are good now, and those of some parties with a space between
 */
export function termWords({ agreements }: Pick<NoticeDeps, 'agreements'>): {
  readonly all: readonly string[];
  of(parties: readonly Party[]): string;
} {
  const key = ({ council, hospital }: Party): string => `${council}|${hospital}`;
  const short = (of: unknown): string => createHash('sha256').update(canonical(of)).digest('hex').slice(0, 16);
  const parties = Map.groupBy(agreements, key);
  const words = new Map([...parties].map(([id, own]) => [id, short([id, own.map(({ notices }) => notices.restart)])]));
  // Of those that have no agreement; another one as soon as any of them has.
  const none = short([...parties.keys()].sort());
  const of = (some: readonly Party[]): string => [...new Set(some.map((one) => words.get(key(one)) ?? none))].join(' ');
  return { all: [...words.values(), none], of };
}

/**
 * Looks at every stay that has changed since it was last looked at, or of which time has brought something.
 * @returns how many were found with tasks where there had been none, or the other way
 * @throws what the database throws when it cannot be asked at all
 */
export async function lookAtHolds(deps: NoticeDeps): Promise<number> {
  const terms = termWords(deps);
  const without: string[] = [];
  let changed = 0;
  for (;;) {
    const rows = await staysWithTasks(deps.db, { of: 'all', without, limit: atOnce }, terms.all, deps.clock.now());
    for (const row of rows) {
      without.push(row.stayId);
      try {
        // Before the look is kept: what fails here is looked at again.
        const again = await alertOfTasks(deps, row.stayId);
        if (await deps.db.transaction((trx) => look(trx, deps, row, terms.of, again))) changed++;
      } catch (error) {
        deps.failed?.(error);
      }
    }
    if (rows.length < atOnce) break;
  }
  await refreshWords(deps);
  return changed;
}

// What changes while it is being looked at leaves an older version behind, and is looked at again.
async function look(
  trx: Trx,
  deps: NoticeDeps,
  row: HeldRow,
  termsOf: (parties: readonly Party[]) => string,
  again: Date | null,
): Promise<boolean> {
  const now = deps.clock.now();
  const all = await readHeld(trx, [row.stayId]);
  const tasks = all.flatMap((held) => openTasks(deps, held, now).map((task) => ({ held, task })));
  const open = tasks.length > 0;
  const times = [again, ...all.map((held) => holdsChangeAt(factsOf(deps, held, now)))].filter((at) => at !== null);
  const lookAt = times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime())));
  const stay = all[0]?.stay;
  const over = !open && lookAt === null && (stay ? !isOpen(stay.status) && stay.status !== 'expected' : true);
  // Asked here, so that no list has to.
  await wordsOn(trx, deps, tasks.flatMap(({ held, task }) => wordsWanted(held, [task])), now); // prettier-ignore
  const ids = tasks.map(({ task }) => task.id);
  return keepLook(trx, {
    ...row,
    terms: termsOf(all.flatMap(({ notices }) => notices)),
    open,
    over,
    lookAt,
    tasks: ids,
  });
}
