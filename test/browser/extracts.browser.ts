/** The data steward: hands extracts in, checks, releases, goes back one, and is told what is wrong. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { writeDemoBundles } from '../../src/demo/bundle.ts';
import { generateCouncil } from '../../src/demo/generate.ts';
import { openSite } from '../support/browser.ts';
import type { Visitor } from '../support/browser.ts';
import { zipBundle } from '../support/bundle.ts';
import { serverUrl } from '../support/database.ts';

const site = await openSite();
after(() => site.close());
const { app } = site;
const scratch = join(app.dataDir, 'handed-in');

/** Sherwood's extract as it is so many minutes from now (fewer than a session lasts); the clock goes there. */
async function laterExtract(minutes: number): Promise<string> {
  app.clock.advance(minutes);
  const folder = join(scratch, String(app.clock.now().getTime()));
  const [sherwood = ''] = await writeDemoBundles(folder, app.clock.now());
  return zipBundle(sherwood);
}

describe('the data steward', () => {
  let visitor: Visitor;
  let page: Page;
  before(async () => {
    visitor = await site.visitAs('stefan');
    ({ page } = visitor);
  });
  after(() => visitor.leave());

  const upload = async (file: string, what: 'check' | 'import'): Promise<void> => {
    await visitor.open('/extracts');
    await page.check(`[value="${what}"]`);
    await page.setInputFiles('#bundle', file);
    await visitor.press('text=Upload');
  };
  /** Reloads, as the steward would, until the job is done; returns what was shown meanwhile. */
  const finished = async (): Promise<string[]> => {
    const shown: string[] = [];
    for (;;) {
      const text = await visitor.text();
      if (!(await page.locator('progress').count())) return shown;
      shown.push(text);
      await visitor.press('text=Show how far it is now');
    }
  };
  const states = (): Promise<string[]> => page.locator('main tbody tr .nhsuk-tag').allInnerTexts();

  it('lands on the extracts of their own council', async () => {
    assert.equal(await visitor.text('h1'), 'Extracts of Sherwood County Council');
    assert.deepEqual(await states(), ['Taken in']);
    await visitor.inspect('extracts');
  });

  it('checks an extract without changing anything, and reads the report', async () => {
    await upload(await laterExtract(10), 'check');
    await finished();
    assert.match(await visitor.text(), /Checked: it would be taken in\. Nothing was changed\./);
    assert.deepEqual(await states(), ['Taken in']);
    await visitor.press('text=Read the report');
    assert.match(await visitor.text(), /NHS number match [\d.]+ % \(go-live gate 95 %/);
    assert.match(await visitor.text(), /NHS_NUMBER_SHARED/);
    assert.match(await visitor.text(), /Providers of packages .*Requests, assessments and reviews/);
    await visitor.inspect('extract-check-report');
  });

  it('takes a large extract in and can watch how far it is', async () => {
    app.clock.advance(10);
    const folder = join(scratch, 'large');
    await generateCouncil({ people: 1500, seed: 7, out: folder, now: app.clock.now(), council: '999' });
    await upload(await zipBundle(folder), 'import');
    if (await page.locator('progress').count()) await visitor.inspect('extract-progress');
    const shown = await finished();
    // The embedded database serves one at a time: there the page comes when the extract has landed.
    if (serverUrl !== null) assert.ok(shown.some((text) => /Taking an extract in [\d,]+ rows read/.test(text)));
    assert.match(await visitor.text(), /Taken in as extract \d+\./);
    assert.deepEqual(await states(), ['Taken in', 'Taken in']);
    await visitor.inspect('extract-landed');
  });

  it('downloads every line set aside as CSV, by the council’s own ids', async () => {
    await visitor.press('main tbody tr a');
    assert.match(await visitor.text('h1'), /^Extract \d+$/);
    await visitor.inspect('extract');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('text=Download every line set aside'),
    ]);
    assert.match(download.suggestedFilename(), /^extract-\d+-set-aside\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    assert.equal(lines[0], '\ufeffPart,Row,LA Person Unique Identifier,Reference,Column,Value,Code,What to do');
    assert.ok(lines.length > 5);
    assert.equal(await app.audited('download-quarantine'), 1);
  });

  it('sees an extract held that would end most packages, with the reason, and releases it', async () => {
    await upload(await laterExtract(10), 'import');
    await finished();
    assert.match(await visitor.text(), /Held as extract \d+: somebody must look at the reasons\./);
    assert.deepEqual(await states(), ['Held', 'Taken in', 'Taken in']);
    await visitor.press('main tbody tr a');
    assert.match(
      await visitor.text('.hw-caution'),
      /Held for a person to release care: open packages fell from [\d,]+ to \d+\./,
    );
    await visitor.inspect('extract-held');
    await visitor.press('text=Release: take it in');
    await finished();
    assert.equal((await states())[0], 'Taken in');
  });

  it('takes the newest extract back', async () => {
    await page.click('text=Go back one extract');
    await visitor.inspect('extract-roll-back');
    await visitor.press('text=Take the newest extract back');
    assert.ok((await states()).includes('Taken back'));
    assert.equal(await app.audited('roll-back-bundle'), 1);
  });

  it('discards a held one', async () => {
    await upload(await laterExtract(10), 'import');
    await finished();
    await visitor.press('main tbody tr a');
    await visitor.press('text=Discard');
    assert.equal((await states())[0], 'Discarded');
  });

  const wrong: readonly [name: string, says: RegExp, make: (folder: string) => Promise<string>][] = [
    ['a file that is no zip', /Stopped: The zip file cannot be read\..*\(BUNDLE_ZIP\)/, async (folder) => write(join(folder, 'letter.zip'), 'Dear Homeward')],
    ['a zip without a manifest', /\(BUNDLE_MANIFEST\)/, async (folder) => zipBundle(folderWith(join(folder, 'none'), { 'cld.csv': 'a,b\r\n' }))],
    ['an extract of another council', /\(BUNDLE_COUNCIL\)/, async (folder) => {
      const [, trentside = ''] = await writeDemoBundles(join(folder, 'both'), app.clock.now());
      return zipBundle(trentside);
    }],
    ['an extract older than what is here', /\(BUNDLE_OLDER\)/, async (folder) => {
      const [sherwood = ''] = await writeDemoBundles(join(folder, 'old'), new Date(app.clock.now().getTime() - 90_000_000));
      return zipBundle(sherwood);
    }],
  ]; // prettier-ignore
  for (const [name, says, make] of wrong) {
    it(`is told by a code what is wrong with ${name}, and nothing changes`, async () => {
      const before = await states();
      mkdirSync(scratch, { recursive: true });
      await upload(await make(scratch), 'import');
      await finished();
      assert.match(await visitor.text(), says);
      assert.deepEqual(await states(), before);
      if (name === 'a file that is no zip') await visitor.inspect('extract-bad-zip');
    });
  }

  it('is told to choose a file when none was chosen', async () => {
    await visitor.open('/extracts');
    await visitor.press('text=Upload');
    assert.match(await visitor.text(), /UPLOAD_INVALID/);
    await visitor.inspect('error-upload');
  });
});

function write(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}

function folderWith(folder: string, files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
