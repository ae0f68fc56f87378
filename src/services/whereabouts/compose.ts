/** Puts questions and lists of clients together for the composition root: deps, what runs by itself, what is forgotten. */
import type { NoticeDeps } from '../notices/deps.ts';
import { tellAsked } from '../notices/asked.ts';
import { Rounds } from '../rounds.ts';
import { compareRosters, countRosters, forgetOldRosters } from '../roster/compare.ts';
import type { RosterUploadDeps } from '../roster/upload.ts';
import type { WhereaboutsDeps } from './deps.ts';
import { forgetOldQuestions } from './questions.ts';
import { recheckQuestions } from './recheck.ts';
import { RefusedLately } from './refused.ts';

export interface Whereabouts {
  readonly deps: WhereaboutsDeps;
  readonly roster: RosterUploadDeps;
  /** Looks at all open questions, and at what was handed in, now. Called while it runs, it looks once more. Never throws. */
  run(): Promise<void>;
  /** Begins to look by itself every few seconds. */
  start(): void;
  /** Ends after what is being done now. */
  stop(): Promise<void>;
  /** Deletes what may not be kept any longer, and counts who on a list was not confirmed. */
  forget(): Promise<void>;
}

/** Whoever has arrived is told of within so long. */
const every = 5_000;
/** What could not be told yet is looked at again so many rounds later: what bars it seldom changes. */
const roundsBetween = 12;

/** Makes the use cases. @param failed told what went wrong with the looking itself; must not throw */
export function composeWhereabouts(
  given: Omit<WhereaboutsDeps, 'tell' | 'wake' | 'refused'>,
  notices: NoticeDeps,
  failed: (error: unknown) => void = () => undefined,
): Whereabouts {
  const deps: WhereaboutsDeps = {
    ...given,
    refused: new RefusedLately(),
    tell: (trx, asked) => tellAsked(trx, notices, asked),
    wake: () => notices.wake(),
  };
  const { db, clock, rosters } = given;
  const roster = { db, clock, rosters };
  let looked = new Set<string>();
  let round = 0;
  const rounds = new Rounds(async () => {
    if (round++ % roundsBetween === 0) looked = new Set();
    // One of them may fail, and the other goes on.
    const told = await recheckQuestions(deps, looked).catch(failed);
    await compareRosters(roster).catch(failed);
    return told ?? 0;
  });
  return {
    deps,
    roster,
    async run() {
      round = 0;
      await rounds.run();
    },
    start: () => rounds.start(every),
    stop: () => rounds.stop(),
    async forget() {
      await forgetOldQuestions(deps);
      await forgetOldRosters(roster);
      await compareRosters(roster);
      await countRosters(roster);
    },
  };
}
