/**
 * The extracts of the import benchmark: a generated council in all its parts, the same the next
 * hour with nothing changed, and the hour after with one person in a hundred changed. The same
 * bytes on every machine, without planted faults: psql's `\copy` stops at the first line that has
 * a cell too many.
 */
import { linkSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { partFiles, writeManifest } from '../../src/demo/bundle-writer.ts';
import type { WrittenPart } from '../../src/demo/bundle-writer.ts';
import { openBundleFiles } from '../../src/demo/generator/bundle-files.ts';
import type { BundleFiles } from '../../src/demo/generator/bundle-files.ts';
import { dayNumber, ukDay } from '../../src/demo/generator/day.ts';
import { numberSequence } from '../../src/demo/generator/number-sequence.ts';
import { inventProviders } from '../../src/demo/generator/providers.ts';
import { seededRandom } from '../../src/demo/generator/random.ts';
import { writePerson } from '../../src/demo/generator/write-person.ts';
import { cldColumns } from '../../src/demo/part-headers.ts';
import { serviceMap } from '../../src/demo/service-map.ts';

/** The council of the demo's configuration, under whose agreement it is imported. */
export const importCouncil = '999';
const day = '2026-09-30';
const start = Date.parse(`${day}T05:00:00Z`);
const hour = 3_600_000;
const seed = 20_260_930;

export interface ImportExtract {
  readonly folder: string;
  /** Lines of the care part. */
  readonly rows: number;
  /** The instant at which it is handed in. */
  readonly now: Date;
}

export interface ImportExtracts {
  readonly first: ImportExtract;
  readonly unchanged: ImportExtract;
  readonly changed: ImportExtract;
}

/** Writes the three extracts into a folder. */
export async function writeImportExtracts(folder: string, people: number): Promise<ImportExtracts> {
  const first = await generate(join(folder, 'first'), people, 0, false);
  const changed = await generate(join(folder, 'changed'), people, 2, true);
  return { first, unchanged: await again(first, join(folder, 'unchanged')), changed };
}

async function generate(folder: string, people: number, hours: number, change: boolean): Promise<ImportExtract> {
  mkdirSync(folder, { recursive: true });
  const files = await openBundleFiles(folder, '28 September 2026');
  const random = seededRandom(seed);
  const today = dayNumber(day);
  const numbers = numberSequence(random);
  const providers = inventProviders(random, people, today);
  const work = {
    council: importCouncil,
    random,
    numbers,
    providers,
    files: change ? withChanges(files, today) : files,
    today,
    someone: null,
  };
  for (const cells of providers.directoryRows) files.line('directory', cells);
  for (const cells of providers.contactRows) files.line('contacts', cells);
  for (const cells of serviceMap) files.line('services', cells);
  for (let index = 0; index < people; index++) {
    writePerson(work, index);
    if (index % 200 === 0) await files.drain();
  }
  const asAt = new Date(start + hours * hour);
  const parts = await files.close(() => asAt);
  return finish(folder, parts, asAt);
}

const family = cldColumns.indexOf('Last Name');
const id = cldColumns.indexOf('LA Person Unique Identifier');
const end = cldColumns.indexOf('Event End Date');

// One person in a hundred has another name and another end date, on all their lines: one line in a hundred.
function withChanges(files: BundleFiles, today: number): BundleFiles {
  return {
    ...files,
    line(kind, cells, code) {
      if (kind !== 'care' || !cells[id]?.endsWith('50')) return files.line(kind, cells, code);
      const changed: Record<number, string> = { [family]: `${cells[family]}-Newname`, [end]: ukDay(today + 30) };
      return files.line(
        kind,
        cells.map((cell, at) => changed[at] ?? cell),
        code,
      );
    },
  };
}

async function again(first: ImportExtract, folder: string): Promise<ImportExtract> {
  mkdirSync(folder, { recursive: true });
  const { parts } = JSON.parse(readFileSync(join(first.folder, 'manifest.json'), 'utf8')) as { parts: WrittenPart[] };
  for (const file of Object.values(partFiles)) linkSync(join(first.folder, file), join(folder, file));
  return finish(folder, parts, new Date(start + hour));
}

async function finish(folder: string, parts: readonly WrittenPart[], asAt: Date): Promise<ImportExtract> {
  await writeManifest(folder, {
    council: importCouncil,
    source: 'Generated for a benchmark (fictional)',
    extractedAt: asAt,
    parts: parts.map((part) => ({ ...part, asAt: asAt.toISOString() })),
  });
  return {
    folder,
    rows: parts.find(({ kind }) => kind === 'care')?.rows ?? 0,
    now: new Date(asAt.getTime() + 10 * 60_000),
  };
}
