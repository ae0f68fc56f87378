/** The commands of a council's data: check, import, release, discard, rollback. */
import type { Caller } from '../domain/caller.ts';
import type { PartKind } from '../domain/agreement.ts';
import { discardBundle, receiveBundle, releaseBundle, rollBack } from '../services/manage-bundles.ts';
import type { BundleDeps } from '../services/manage-bundles.ts';
import type { ImportResult } from '../services/import-bundle.ts';
import { reportText } from './report-text.ts';

/** How a command shows how far it is; a no-op where nobody is looking. */
export interface Progress {
  update(bytes: number, totalBytes: number, rows: number, part: PartKind): void;
  stop(): void;
}

export interface CommandResult {
  readonly text: string;
  readonly exitStatus: 0 | 1;
}

/** Somebody with access to the machine acts as the council's data steward, under the machine's user name. */
export function commandLineCaller(user: string, council: string, now: Date): Caller {
  return {
    userId: `command-line|${user}`,
    name: `${user} (command line)`,
    role: 'council-data-steward',
    organisation: council,
    team: 'command line',
    authenticatedBy: 'command-line',
    authenticatedAt: now,
    session: `command-line|${user}`,
  };
}

/** `homeward check BUNDLE`: a dry run. Exit status 1 when the bundle would be held. */
export async function checkCommand(
  deps: BundleDeps,
  caller: Caller,
  path: string,
  progress: Progress,
): Promise<CommandResult> {
  const result = await receive(deps, caller, path, true, progress);
  const verdict =
    result.report.hold.length > 0 ? 'It would be held. Nothing was changed.' : 'It would land. Nothing was changed.';
  // In memory there is nothing to compare with: what has ended, or is less than before, cannot be found.
  const against = deps.heldFolder === null ? ' It was compared with an empty record: DATABASE_URL is not set.' : '';
  return {
    text: `${reportText(result.report, deps.clock.now())}\n\n${verdict}${against}`,
    exitStatus: result.report.hold.length > 0 ? 1 : 0,
  };
}

/** `homeward import BUNDLE`. Exit status 1 when the bundle is held. */
export async function importCommand(
  deps: BundleDeps,
  caller: Caller,
  path: string,
  progress: Progress,
): Promise<CommandResult> {
  const result = await receive(deps, caller, path, false, progress);
  return {
    text: `${reportText(result.report, deps.clock.now())}\n\n${verdictOf(result)}`,
    exitStatus: result.outcome === 'held' ? 1 : 0,
  };
}

/** `homeward release ID` */
export async function releaseCommand(deps: BundleDeps, caller: Caller, id: string): Promise<CommandResult> {
  const result = await releaseBundle(deps, caller, id);
  return { text: verdictOf(result), exitStatus: 0 };
}

/** `homeward discard ID` */
export async function discardCommand(deps: BundleDeps, caller: Caller, id: string): Promise<CommandResult> {
  await discardBundle(deps, caller, id);
  return { text: `Bundle ${id} was discarded.`, exitStatus: 0 };
}

/** `homeward rollback` */
export async function rollbackCommand(deps: BundleDeps, caller: Caller): Promise<CommandResult> {
  const undone = await rollBack(deps, caller);
  return {
    text: `Bundle ${undone.id} was taken back; facts stand as before it. Restrictions and objections that it brought stay in force.`,
    exitStatus: 0,
  };
}

async function receive(
  deps: BundleDeps,
  caller: Caller,
  path: string,
  dryRun: boolean,
  progress: Progress,
): Promise<ImportResult> {
  try {
    return await receiveBundle(deps, caller, path, {
      dryRun,
      onProgress: ({ bytes, totalBytes, rows, part }) => progress.update(bytes, totalBytes, rows, part),
    });
  } finally {
    progress.stop();
  }
}

function verdictOf({ outcome, bundle }: ImportResult): string {
  switch (outcome) {
    case 'landed':
      return `Landed as bundle ${bundle}.`;
    case 'held':
      return `Held as bundle ${bundle}; nothing has changed. When somebody has looked into the reasons: homeward release ${bundle}, or homeward discard ${bundle}.`;
    case 'unchanged':
      return 'This bundle is here already. Nothing has changed.';
    case 'checked':
      return 'Checked. Nothing was changed.';
  }
}
