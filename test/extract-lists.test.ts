/** An extract that changes a council's facts is told at once to what settles arrivals, whatever way it came in. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BundleJobs } from '../src/services/bundle-jobs.ts';
import type { ImportResult } from '../src/services/import-bundle.ts';
import { receiveBundle } from '../src/services/manage-bundles.ts';
import { extractPages } from '../src/web/pages/extract-pages.ts';
import { nhs } from './support/import-lines.ts';
import { Site, scratchFolder } from './support/import-site.ts';
import { signIn, startWeb } from './support/web.ts';
import type { RunningWeb, SignedIn } from './support/web.ts';

let web: RunningWeb;
let site: Site;
let stefan: SignedIn;
let told = 0;
const jobs = new BundleJobs(
  (error) => assert.fail(String(error)),
  () => void told++,
);

before(async () => {
  web = await startWeb((db) => {
    site = new Site(db, '999');
    return extractPages({ bundles: (id) => (id === '999' ? site.deps : null), jobs, workDir: scratchFolder() });
  });
  stefan = await signIn(web.baseUrl, 'stefan');
});
after(() => web.close());

/** What a job's work is, and what was told by its end. */
async function job(work: () => Promise<ImportResult>): Promise<number> {
  const before = told;
  jobs.start('999', false, work);
  await jobs.settle();
  return told - before;
}

describe('who settles arrivals (H23)', () => {
  it('is told when an extract has landed, and not when it was checked, held or here already', async () => {
    const lines = Array.from({ length: 10 }, (_, n) => ({ id: `M${n}`, number: nhs(n + 1) }));
    const path = await site.write(site.whole(lines));
    const take =
      (file: string, dryRun = false) =>
      (): Promise<ImportResult> =>
        receiveBundle(site.deps, site.steward, file, { dryRun });
    assert.equal(await job(take(path, true)), 0);
    assert.equal(await job(take(path)), 1);
    assert.equal(await job(take(path)), 0);
    const fewer = await site.write(site.whole(lines.slice(0, 2)));
    assert.equal(await job(take(fewer)), 0);
    assert.equal(jobs.latest('999')?.result?.outcome, 'held');
  });

  it('is told when a held one was released, and when one was taken back', async () => {
    const held = jobs.latest('999')?.result?.bundle;
    const before = told;
    assert.equal((await stefan.post(`/extracts/${held}/release`)).status, 303);
    await jobs.settle();
    assert.equal(told, before + 1);
    assert.equal((await stefan.post('/extracts/roll-back')).status, 303);
    assert.equal(told, before + 2);
  });

  it('is not told when nothing could be taken back', async () => {
    const before = told;
    for (let times = 0; times < 3; times++) await stefan.post('/extracts/roll-back');
    // One more extract was there to go back from.
    assert.equal(told, before + 1);
  });
});
