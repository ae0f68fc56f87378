/** How many notices and tasks of a team are open, for the menu: a number that names nobody, remembered for a moment. */
import { may } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import { countOpenOfTeam } from '../../store/notices/team-count.ts';
import { teamOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { holdTaskCount } from './holds.ts';
import { Remembered } from '../remembered.ts';

/** So long a number may be older than the notices: every page that somebody opens would ask otherwise. */
const rememberedFor = 2_000;
/** Tasks of holds are worked out of many rows, and open by minutes and not by seconds. */
const tasksRememberedFor = 20_000;

export class TeamCounts {
  readonly #deps: NoticeDeps;
  readonly #notices: Remembered<number>;
  readonly #tasks: Remembered<number>;

  constructor(deps: NoticeDeps) {
    this.#deps = deps;
    this.#notices = new Remembered(deps.clock, rememberedFor);
    this.#tasks = new Remembered(deps.clock, tasksRememberedFor);
  }

  /** Asks anew about notices from now on. */
  forget(): void {
    this.#notices.forget();
  }

  /** Asks anew about everything: somebody has closed a task. */
  forgetAll(): void {
    this.forget();
    this.#tasks.forget();
  }

  /** Open notices and tasks of somebody's team; null for roles without any, and where they cannot be read: the menu works without. */
  async of(caller: Caller): Promise<number | null> {
    if (!may(caller.role, 'tell')) return null;
    const { organisation, team } = caller;
    const notices = this.#notices.of([organisation, team], () =>
      countOpenOfTeam(this.#deps.db, teamOf(this.#deps, caller)),
    );
    const tasks = this.#tasks.of([organisation, team], () => holdTaskCount(this.#deps, caller));
    const counts = [await notices, await tasks];
    return counts.every((one) => one === null) ? null : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }
}
