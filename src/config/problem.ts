/** What is wrong with settings or folder: found all together, so that whoever mends it need not start once for each. */
import { HomewardError, errorCatalogue } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error.ts';

/** One thing wrong, as whoever mends it reads it. Never the value of a setting: it may be a secret. */
export interface Problem {
  readonly code: ErrorCode;
  /** What to do, for a file with its line; empty where the code's own sentence says all. */
  readonly detail: string;
  /** The setting that is wrong, where it is one. */
  readonly setting?: string;
}

/** Something wrong with the environment. @param setting whose value is wrong, so that nothing else is said of it */
export function settingProblem(detail: string, setting?: string): Problem {
  return { code: 'SETTINGS_INVALID', detail, ...(setting !== undefined && { setting }) };
}

/** Stops the start where something is wrong. @throws HomewardError of the first problem, with all others of its code */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const same = problems.filter(({ code }) => code === first.code).map(({ detail }) => detail);
  throw new HomewardError(first.code, same.join(first.code === 'CONFIG_INVALID' ? '\n' : ' '));
}

/**
 * Without what only follows from another: a setting that cannot be read counts as not set, and to be told that it is
 * missing would send somebody looking in the wrong place. Nothing is said twice.
 */
export function withoutEchoes(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ code, detail }, at) => {
    const said = `${errorCatalogue[code]} ${detail}`;
    return !problems
      .slice(0, at)
      .some(
        (one) =>
          (one.code === code && one.detail === detail) ||
          (one.setting !== undefined && new RegExp(`\\b${one.setting}\\b`).test(said)),
      );
  });
}
