/** The council's extracts: hand in, watch, read the report, release, discard, go back one. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { HomewardError } from '../../domain/error.ts';
import { formatInstant } from '../../domain/dates.ts';
import type { BundleJob, BundleJobs } from '../../services/bundle-jobs.ts';
import {
  bundleOf,
  bundlesOf,
  discardBundle,
  quarantineCsv,
  receiveBundle,
  releaseBundle,
  rollBack,
} from '../../services/manage-bundles.ts';
import type { BundleDeps } from '../../services/manage-bundles.ts';
import type { CheckReport } from '../../services/import-report.ts';
import { definePage } from '../page.ts';
import type { Page } from '../page.ts';
import { reportView, setAside, stateWords } from './extract-view.ts';

export interface ExtractDeps {
  /** The use cases of one council, by its id. */
  readonly bundles: (council: string) => BundleDeps | null;
  readonly jobs: BundleJobs;
  /** Where an upload waits while it is read; private to the service. */
  readonly workDir: string;
}

const mostBytes = 2 * 1024 ** 3;
const params = z.object({ id: z.string() });
const nothingOfPeople = 'none: counts of the council’s own extract, nobody named';

/** The pages of a council's data steward. */
export function extractPages(deps: ExtractDeps): Page[] {
  return [...readPages(deps), ...actPages(deps)];
}

function ofCouncil(deps: ExtractDeps, caller: Caller): BundleDeps {
  const bundles = deps.bundles(caller.organisation);
  if (!bundles) throw new HomewardError('NOT_ALLOWED');
  return bundles;
}

function readPages(deps: ExtractDeps): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/extracts',
      permission: 'steward-bundles',
      audit: nothingOfPeople,
      title: 'Extracts',
      navigation: { text: 'Extracts', order: 1 },
      async handle({ caller, clock, render }) {
        const own = ofCouncil(deps, caller);
        // The job first: when it says "landed", the list below must hold what landed.
        const job = jobView(deps.jobs.latest(caller.organisation));
        const bundles = await bundlesOf(own, caller);
        const now = clock.now();
        return render('bundles.njk', {
          council: own.council.name,
          job,
          canRollBack: bundles.some((one) => one.state === 'landed'),
          rows: bundles.map((one) => ({
            id: one.id,
            received: formatInstant(one.receivedAt, now),
            by: one.receivedBy,
            ...stateWords(one.state),
            setAside: setAside(one.report as CheckReport),
          })),
        });
      },
    }),
    definePage({
      method: 'GET',
      path: '/extracts/check-report',
      permission: 'steward-bundles',
      audit: nothingOfPeople,
      title: 'Report',
      handle({ caller, clock, render }) {
        const report = deps.jobs.report(caller.organisation);
        if (!report) throw new HomewardError('PAGE_NOT_FOUND');
        const lead = 'What reading this extract found. Only counts: nobody is named here.';
        return render('bundle.njk', {
          ...reportView(report, null, clock.now()),
          heading: 'Report of the last upload',
          lead,
          held: false,
          id: '',
        });
      },
    }),
    definePage({
      method: 'GET',
      path: '/extracts/:id',
      permission: 'steward-bundles',
      audit: nothingOfPeople,
      title: 'Extract',
      params,
      async handle({ caller, params: { id }, clock, render }) {
        const bundle = await bundleOf(ofCouncil(deps, caller), caller, id);
        const now = clock.now();
        const lead = `${stateWords(bundle.state).state}. Received ${formatInstant(bundle.receivedAt, now)} from ${bundle.receivedBy}.`;
        return render('bundle.njk', {
          ...reportView(bundle.report as CheckReport, bundle, now),
          heading: `Extract ${bundle.id}`,
          lead,
          held: bundle.state === 'held',
          id: bundle.id,
        });
      },
    }),
    definePage({
      method: 'GET',
      path: '/extracts/:id/quarantine.csv',
      permission: 'steward-bundles',
      audit: 'download-quarantine',
      title: 'Lines set aside',
      params,
      async handle({ caller, params: { id }, download }) {
        const csv = await quarantineCsv(ofCouncil(deps, caller), caller, id);
        return download(csv, { filename: `extract-${id}-set-aside.csv`, type: 'text/csv; charset=utf-8' });
      },
    }),
  ];
}

function actPages(deps: ExtractDeps): Page[] {
  return [
    definePage({
      method: 'POST',
      path: '/extracts',
      permission: 'steward-bundles',
      audit: 'import-bundle',
      title: 'Extracts',
      upload: { maxBytes: mostBytes },
      async handle({ caller, upload, redirect }) {
        const own = ofCouncil(deps, caller);
        const file = join(deps.workDir, `upload-${randomUUID()}.zip`);
        const { stream, fields } = await upload();
        // Nothing is taken in unless that was plainly asked.
        const dryRun = fields['do'] !== 'import';
        const uploaded = Promise.withResolvers<void>();
        // The council's one place is taken before a byte is written: uploads side by side could fill the disk.
        deps.jobs.start(caller.organisation, dryRun, async (progress) => {
          try {
            await pipeline(stream, createWriteStream(file, { mode: 0o600 }));
            uploaded.resolve();
            return await read(own, caller, file, dryRun, progress);
          } catch (error) {
            uploaded.reject(error);
            throw error;
          } finally {
            await rm(file, { force: true });
          }
        });
        await uploaded.promise;
        return redirect('/extracts');
      },
    }),
    definePage({
      method: 'POST',
      path: '/extracts/roll-back',
      permission: 'steward-bundles',
      audit: 'roll-back-bundle',
      title: 'Extracts',
      async handle({ caller, redirect }) {
        await rollBack(ofCouncil(deps, caller), caller);
        deps.jobs.landed();
        return redirect('/extracts');
      },
    }),
    definePage({
      method: 'POST',
      path: '/extracts/:id/release',
      permission: 'steward-bundles',
      audit: 'release-bundle',
      title: 'Extract',
      params,
      handle({ caller, params: { id }, redirect }) {
        deps.jobs.start(caller.organisation, false, () => releaseBundle(ofCouncil(deps, caller), caller, id));
        return redirect('/extracts');
      },
    }),
    definePage({
      method: 'POST',
      path: '/extracts/:id/discard',
      permission: 'steward-bundles',
      audit: 'discard-bundle',
      title: 'Extract',
      params,
      async handle({ caller, params: { id }, redirect }) {
        await discardBundle(ofCouncil(deps, caller), caller, id);
        return redirect('/extracts');
      },
    }),
  ];
}

function read(
  own: BundleDeps,
  caller: Caller,
  file: string,
  dryRun: boolean,
  progress: (percent: number, rows: number) => void,
): ReturnType<typeof receiveBundle> {
  return receiveBundle(own, caller, file, {
    dryRun,
    onProgress: ({ bytes, totalBytes, rows }) => progress(Math.floor((bytes / Math.max(totalBytes, 1)) * 100), rows),
  });
}

function jobView(job: BundleJob | null): object | null {
  if (!job) return null;
  const title = job.dryRun ? 'Checking an extract' : 'Taking an extract in';
  if (job.failure) return { title, done: true, text: `Stopped: ${job.failure.message} (${job.failure.code})` };
  if (!job.result)
    return { title, done: false, percent: job.percent, text: `${job.rows.toLocaleString('en-GB')} rows read` };
  const text = {
    landed: `Taken in as extract ${job.result.bundle}.`,
    held: `Held as extract ${job.result.bundle}: somebody must look at the reasons.`,
    unchanged: 'This extract is here already. Nothing has changed.',
    checked:
      job.result.report.hold.length > 0
        ? 'Checked: it would be held. Nothing was changed.'
        : 'Checked: it would be taken in. Nothing was changed.',
  }[job.result.outcome];
  return { title, done: true, text, report: true };
}
