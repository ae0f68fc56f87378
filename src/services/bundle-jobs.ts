/**
 * Uploads in progress: one at a time a council, watched from a page that may be reloaded at will.
 * Kept in memory: after a restart the bundle is either in the list of extracts, whole, or not there.
 */
import { HomewardError } from '../domain/error.ts';
import type { ImportResult } from './import-bundle.ts';
import type { CheckReport } from './import-report.ts';

export interface BundleJob {
  readonly dryRun: boolean;
  /** 0 to 100 of reading the files; landing comes after. */
  percent: number;
  rows: number;
  result: ImportResult | null;
  /** Code and sentence of what stopped it. */
  failure: { code: string; message: string } | null;
}

/** The jobs of this process, by council. */
export class BundleJobs {
  readonly #jobs = new Map<string, BundleJob>();
  readonly #running = new Set<Promise<void>>();
  readonly #onFailure: (error: unknown) => void;
  readonly #onLanded: () => void;

  /**
   * @param onFailure told of every error that no code of ours explains
   * @param onLanded told each time a council's facts have changed, after the commit; must not throw
   */
  constructor(onFailure: (error: unknown) => void, onLanded: () => void = () => undefined) {
    this.#onFailure = onFailure;
    this.#onLanded = onLanded;
  }

  /** To be told when a council's facts have changed without a job, as by going back an extract. */
  landed(): void {
    this.#onLanded();
  }

  /** The newest job of a council, or null. */
  latest(council: string): BundleJob | null {
    return this.#jobs.get(council) ?? null;
  }

  /** The report of a council's newest finished job, or null. */
  report(council: string): CheckReport | null {
    return this.latest(council)?.result?.report ?? null;
  }

  /**
   * Starts a job.
   * @param work told how to report progress
   * @throws HomewardError BUSY while another job of the council runs
   */
  start(
    council: string,
    dryRun: boolean,
    work: (progress: (percent: number, rows: number) => void) => Promise<ImportResult>,
  ): void {
    const before = this.#jobs.get(council);
    if (before && !before.result && !before.failure)
      throw new HomewardError('BUSY', 'Another extract is being read: wait until it is done.');
    const job: BundleJob = { dryRun, percent: 0, rows: 0, result: null, failure: null };
    this.#jobs.set(council, job);
    const running = work((percent, rows) => {
      job.percent = percent;
      job.rows = rows;
    })
      .then((result) => {
        job.result = result;
        // Whoever is restricted since must go off the hospital's lists now, not when somebody next looks.
        if (result.outcome === 'landed') this.#onLanded();
      })
      .catch((error: unknown) => {
        if (!(error instanceof HomewardError)) this.#onFailure(error);
        job.failure = failureOf(error);
      });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** Waits until nothing runs any more: part of stopping cleanly. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }
}

function failureOf(error: unknown): { code: string; message: string } {
  return error instanceof HomewardError
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL', message: 'Something went wrong; nothing was changed.' };
}
