/** Bundles of one council in folders of a test file's own, read as on a morning of September 2026. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { BundleOptions } from '../../src/sources/extract-bundle.ts';
import { writeBundle } from './bundle.ts';
import type { PartSpec } from './bundle.ts';

/** When parts are as at: a quarter of an hour before they are read. */
export const asAt = '2026-09-30T05:10:00+01:00';

export const services: PartSpec = {
  kind: 'services',
  asAt,
  header: ['Service Component', 'Shown', 'Label'],
  rows: [['Day support', 'Y', 'Day centre, “Elm”'], ['Meals', 'N', '']], // prettier-ignore
};

export interface BundleFolders {
  /** The folder that holds all the others. */
  readonly root: string;
  /** How bundles are opened. */
  readonly options: BundleOptions;
  /** A folder that is not there yet. */
  fresh(): string;
  /** Writes a bundle of these parts. @returns its folder */
  written(...parts: PartSpec[]): Promise<string>;
}

/** Folders that are removed when the calling test file ends. */
export function bundleFolders(): BundleFolders {
  const root = mkdtempSync(join(tmpdir(), 'homeward-bundle-'));
  after(() => rm(root, { recursive: true }));
  let folders = 0;
  const fresh = (): string => join(root, `bundle${folders++}`);
  return {
    root,
    options: { workDir: join(root, 'work'), now: new Date('2026-09-30T06:00:00+01:00') },
    fresh,
    written: (...parts) =>
      writeBundle(fresh(), { council: '999', source: 'SYNTHETIC', extractedAt: '2026-09-30T05:12:00+01:00', parts }),
  };
}
