/** Puts the use cases of notices together for the composition root: deps, what runs by itself, and what is forgotten. */
import { forgetPermissions } from '../../store/notices/permissions.ts';
import { forgetTellings } from '../../store/notices/tellings.ts';
import { endLongOver } from './long-over.ts';
import { NoticeSignal } from './signal.ts';
import type { NoticeDeps } from './deps.ts';
import { NoticeRunner } from './run.ts';

export interface Notices {
  readonly deps: NoticeDeps;
  readonly signal: NoticeSignal;
  /** Begins to look for what is due, every few seconds and whenever something has changed. */
  start(): void;
  /** Ends after what is being done now. */
  stop(): Promise<void>;
  /** Does everything that is due by now. */
  run(): Promise<number>;
  /** Deletes what may not be kept any longer. */
  forget(): Promise<void>;
}

/** How often it is looked for what has become due: a fraction of the shortest step anybody agrees on. */
const every = 5_000;

/** Makes the use cases of notices. @param failed told what went wrong with the looking itself; must not throw */
export function composeNotices(
  given: Omit<NoticeDeps, 'wake'>,
  failed: (error: unknown) => void = () => undefined,
): Notices {
  const signal = new NoticeSignal();
  const deps: NoticeDeps = { ...given, wake: () => signal.wake() };
  const { rounds } = new NoticeRunner(deps, failed);
  let asked = false;
  signal.on(() => {
    if (asked || !rounds.started) return;
    asked = true;
    // Not in the middle of the call that woke it, and once for many.
    setImmediate(() => {
      asked = false;
      rounds.wake();
    });
  });
  return {
    deps,
    signal,
    start: () => rounds.start(every),
    stop: () => rounds.stop(),
    run: () => rounds.run(),
    async forget() {
      // First what is to be forgotten later: nothing else would ever end it.
      await endLongOver(deps);
      const now = deps.clock.now();
      await forgetTellings(deps.db, now);
      await forgetPermissions(deps.db, now);
    },
  };
}
