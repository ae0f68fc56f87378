/**
 * Use case of a council's landing page: how much each list holds and since when the oldest of it waits. Numbers alone,
 * of nobody in particular; whoever is in a list is read, and recorded, with the list.
 */
import { isInForce } from '../../domain/agreement.ts';
import { endedNow } from '../../domain/call.ts';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { londonDate } from '../../domain/dates.ts';
import type { Trx } from '../../store/database.ts';
import { peopleOfCouncil } from '../../store/hospital/board.ts';
import { openTasks } from '../../store/notices/delivery-tasks.ts';
import { waitingForCouncil } from '../../store/notices/lists.ts';
import { questionsAboutCouncil } from '../../store/whereabouts/questions.ts';
import { givenNow, wrongNumbersOf } from '../../store/wrong-numbers.ts';
import { listedBy } from '../board.ts';
import { gapsOf } from '../list-gaps.ts';
import type { ListGap } from '../list-gaps.ts';
import { holdSummary } from '../notices/council-holds.ts';
import { holdTaskSummary } from '../notices/holds.ts';
import type { CouncilDeps } from './deps.ts';
import { lately } from './lists.ts';
import type { CouncilList } from './lists.ts';

/** One list in figures. */
export interface ListSummary {
  readonly list: CouncilList;
  readonly count: number;
  /** Since when the one that waits longest does; null where nothing waits, or waiting is not what the list is about. */
  readonly oldest: Date | null;
  /** Of these: with the council now (notices), kept longer than its rule (holds). */
  readonly pressing: number;
  /** Why the number may be too low; "0" is then not said (product rule 1). */
  readonly gaps: readonly ListGap[];
  /** No agreement lets the council have this list. */
  readonly off: boolean;
}

const of = (list: CouncilList, count: number, oldest: Date | null = null, pressing = 0): ListSummary => ({
  list,
  count,
  oldest,
  pressing,
  gaps: [],
  off: false,
});

/** Every list of the caller's council in figures, in the order in which they are worked. @throws HomewardError NOT_ALLOWED */
export async function councilSummary(deps: CouncilDeps, caller: Caller): Promise<ListSummary[]> {
  requirePermission(caller, 'work-council-lists');
  const council = caller.organisation;
  const { notices } = deps;
  const now = notices.clock.now();
  const holds = await holdSummary(notices, caller);
  const tasks = await holdTaskSummary(notices, caller);
  return notices.db.transaction(async (trx) => {
    const waiting = await waitingForCouncil(trx, council, toldHospitals(deps, council, now), now);
    const addresses = await openTasks(trx, { council });
    const questions = await questionsAboutCouncil(trx, council, new Date(now.getTime() - lately), 1000);
    const asked = questions.filter(({ personKey }) => personKey !== null);
    return [
      of('tasks', tasks.count, tasks.oldest),
      of('messages', waiting.messages.count, waiting.messages.oldest),
      of('notices', waiting.notices.count, waiting.notices.oldest, waiting.ours.count),
      of('holds', holds.count, holds.oldest, holds.overKept),
      await inHospital(trx, deps, council, now),
      await wrongNumbers(trx, council),
      of('addresses', addresses.length, addresses[0]?.openedAt ?? null),
      of('questions', asked.length),
    ];
  });
}

/** How much waits for somebody of the council to act: for the menu. @throws HomewardError NOT_ALLOWED */
export async function councilToDo(deps: CouncilDeps, caller: Caller): Promise<number> {
  requirePermission(caller, 'work-council-lists');
  const { notices } = deps;
  const now = notices.clock.now();
  const { count } = await holdTaskSummary(notices, caller);
  const hospitals = toldHospitals(deps, caller.organisation, now);
  const { messages, ours } = await waitingForCouncil(notices.db, caller.organisation, hospitals, now);
  return count + messages.count + ours.count;
}

function toldHospitals({ notices }: CouncilDeps, council: string, now: Date): string[] {
  const today = londonDate(now);
  return notices.agreements
    .filter((one) => one.council === council && one.notices.council && isInForce(one, today))
    .map(({ hospital }) => hospital);
}

async function inHospital(trx: Trx, { board }: CouncilDeps, council: string, now: Date): Promise<ListSummary> {
  const today = londonDate(now);
  const agreements = board.agreements.filter(
    ({ arrival, ...one }) => arrival.ask && arrival.councilList && one.council === council && isInForce(one, today),
  );
  if (agreements.length === 0) return { ...of('in-hospital', 0), off: true };
  // Before the people, as on the list itself.
  const gaps = await gapsOf(trx, board, agreements);
  const people = await peopleOfCouncil(trx, listedBy(board, agreements, now));
  return { ...of('in-hospital', people.length), gaps };
}

// What has come right by itself is no task any more, though nobody has opened the list since.
async function wrongNumbers(trx: Trx, council: string): Promise<ListSummary> {
  const open = [];
  // Of many numbers of one provider it is asked once who gives them.
  const given = new Map<string, Awaited<ReturnType<typeof givenNow>>>();
  for (const report of await wrongNumbersOf(trx, council, true)) {
    const { provider, cautionUntil } = report;
    const now = cautionUntil !== null ? null : (given.get(provider) ?? (await givenNow(trx, report)));
    if (now) given.set(provider, now);
    if (!now || endedNow(report, now) === null) open.push(report);
  }
  return of('wrong-numbers', open.length, open[0]?.reportedAt ?? null);
}
