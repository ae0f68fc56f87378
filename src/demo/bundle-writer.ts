/**
 * Writes a bundle of `homeward-extract/1`: parts line by line with their checksum and number of
 * rows counted on the way, then the manifest that vouches for them. Only a few lines of a part are
 * in memory at a time, so a council of any size can be written.
 */
import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartKind } from '../domain/agreement.ts';
import { csvLine } from './csv.ts';

/** A part as its manifest names it. */
export interface WrittenPart {
  readonly kind: PartKind;
  readonly file: string;
  /** When the facts were true, ISO 8601. */
  readonly asAt: string;
  readonly rows: number;
  readonly sha256: string;
}

/** A CSV file being written. */
export interface TableWriter {
  /** Adds a line; returns its row as a spreadsheet shows it (the first line under a one-line header is row 2). */
  line(cells: readonly string[]): number;
  /** Puts what has gathered on disk: call it often, it decides itself whether that is worth a write. */
  drain(): Promise<void>;
  /** Puts the rest on disk and closes the file. */
  close(): Promise<{ rows: number; sha256: string }>;
  /** Closes the file as it is, after a failure elsewhere. */
  abandon(): Promise<void>;
}

/** File names as the bundle's description gives them. */
export const partFiles: Record<PartKind, string> = {
  care: 'cld.csv',
  'package-providers': 'package_providers.csv',
  directory: 'cqc_directory.csv',
  contacts: 'provider_contacts.csv',
  safeguarding: 'safeguarding.csv',
  restrictions: 'restricted.csv',
  numbers: 'nhs_number_changes.csv',
  services: 'service_map.csv',
};

const worthAWrite = 256 * 1024;

/**
 * Starts a CSV file, over any former one.
 * @param head the lines before the first fact: the header, and for CQC's directory its preamble too
 */
export async function openTable(path: string, head: readonly (readonly string[])[]): Promise<TableWriter> {
  const handle = await open(path, 'w');
  const hash = createHash('sha256');
  let gathered = head.map(csvLine).join('');
  let rows = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(gathered, 'utf8');
    gathered = '';
    hash.update(bytes);
    await handle.writeFile(bytes);
  };
  return {
    line(cells) {
      gathered += csvLine(cells);
      return ++rows + head.length;
    },
    async drain() {
      if (gathered.length >= worthAWrite) await flush();
    },
    async close() {
      await flush();
      await handle.close();
      return { rows, sha256: hash.digest('hex') };
    },
    abandon: () => handle.close(),
  };
}

/** Writes `manifest.json` over the finished parts. */
export async function writeManifest(
  folder: string,
  bundle: { council: string; source: string; extractedAt: Date; parts: readonly WrittenPart[] },
): Promise<void> {
  const manifest = {
    format: 'homeward-extract/1',
    council: bundle.council,
    source: bundle.source,
    extractedAt: bundle.extractedAt.toISOString(),
    parts: bundle.parts,
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
