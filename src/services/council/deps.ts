/** What the use cases of a council's own work are made of: handed in by the composition root. */
import type { BoardDeps } from '../board.ts';
import type { NoticeDeps } from '../notices/deps.ts';
import type { WhereaboutsDeps } from '../whereabouts/deps.ts';

export interface CouncilDeps {
  readonly board: BoardDeps;
  readonly notices: NoticeDeps;
  readonly whereabouts: WhereaboutsDeps;
}
