/** Writes extract bundles for tests from plain objects, with a manifest that tells the truth unless told otherwise. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { PartKind } from '../../src/domain/agreement.ts';
import type { BundleLine, OpenBundle, PartInspection } from '../../src/domain/extract/bundle.ts';

export interface PartSpec {
  readonly kind: PartKind;
  /** The format's usual name for the kind when not given. */
  readonly file?: string;
  readonly asAt: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Records that stand above the header, as CQC's directory has them. */
  readonly preamble?: readonly (readonly string[])[];
  readonly eol?: '\r\n' | '\n';
  readonly delimiter?: string;
  readonly bom?: boolean;
  readonly encoding?: 'utf-8' | 'windows-1252' | 'utf-16le';
  /** The whole content of the file instead of header and rows; `rows` still counts for the manifest. */
  readonly content?: string | Uint8Array;
  /** Where the manifest, or the bundle, is to be wrong. */
  readonly tamper?: {
    readonly rows?: number;
    readonly sha256?: string;
    /** The name that the manifest gives. */
    readonly file?: string;
    /** The file is not written. */
    readonly missing?: boolean;
  };
}

export interface BundleSpec {
  readonly council: string;
  readonly source?: string;
  readonly extractedAt: string;
  readonly parts: readonly PartSpec[];
}

export const usualFiles: Record<PartKind, string> = {
  care: 'cld.csv',
  'package-providers': 'package_providers.csv',
  directory: 'cqc_directory.csv',
  contacts: 'provider_contacts.csv',
  safeguarding: 'safeguarding.csv',
  restrictions: 'restricted.csv',
  numbers: 'nhs_number_changes.csv',
  services: 'service_map.csv',
};

/** Writes a bundle into a folder, which is made if need be; returns the folder. */
export async function writeBundle(dir: string, spec: BundleSpec): Promise<string> {
  await mkdir(dir, { recursive: true });
  const parts = [];
  for (const part of spec.parts) {
    const { tamper = {} } = part;
    const file = part.file ?? usualFiles[part.kind];
    const content = typeof part.content === 'string' ? Buffer.from(part.content) : (part.content ?? contentOf(part));
    if (!tamper.missing) await writeFile(join(dir, file), content);
    parts.push({
      kind: part.kind,
      file: tamper.file ?? file,
      asAt: part.asAt,
      rows: tamper.rows ?? part.rows.length,
      sha256: tamper.sha256 ?? createHash('sha256').update(content).digest('hex'),
    });
  }
  await writeManifest(dir, {
    format: 'homeward-extract/1',
    council: spec.council,
    source: spec.source ?? 'test',
    extractedAt: spec.extractedAt,
    parts,
  });
  return dir;
}

/** Writes any value as a folder's manifest.json. */
export async function writeManifest(dir: string, manifest: unknown): Promise<void> {
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest, null, 1));
}

/**
 * Zips a bundle folder's files into `<dir>.zip`; returns its path.
 * @param wrap the name of a folder to put around them, as people do who zip the folder itself
 */
export async function zipBundle(dir: string, wrap?: string): Promise<string> {
  const zip = new ZipFile();
  for (const name of await readdir(dir)) zip.addFile(join(dir, name), wrap ? `${wrap}/${name}` : name);
  return saveZip(zip, `${dir}.zip`);
}

/** Ends a zip and writes it to a file; returns the file. */
export async function saveZip(zip: ZipFile, file: string): Promise<string> {
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

/** Inspects the first part that a bundle names. */
export function inspectFirst(bundle: OpenBundle): Promise<PartInspection> {
  const [part] = bundle.manifest.parts;
  assert.ok(part);
  return bundle.inspect(part);
}

/** All lines of a part at once. */
export async function linesOf(bundle: OpenBundle, inspection: PartInspection): Promise<BundleLine[]> {
  const lines: BundleLine[] = [];
  for await (const batch of bundle.lines(inspection)) lines.push(...batch);
  return lines;
}

/** Records as RFC 4180 text: cells are quoted where they must be. */
export function toCsv(records: readonly (readonly string[])[], eol = '\r\n', delimiter = ','): string {
  const cell = (text: string): string => (/[",;\r\n]/.test(text) ? quoted(text) : text);
  return records.map((record) => record.map(cell).join(delimiter) + eol).join('');
}

/** A cell in quotes, whatever is in it. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function contentOf(part: PartSpec): Buffer {
  const text = toCsv([...(part.preamble ?? []), part.header, ...part.rows], part.eol, part.delimiter);
  const marked = part.bom ? `\ufeff${text}` : text;
  if (part.encoding === 'windows-1252') return toWindows1252(marked);
  return Buffer.from(marked, part.encoding === 'utf-16le' ? 'utf16le' : 'utf8');
}

/** The bytes 80 to 9F of Windows-1252; the rest is Latin-1. Written out, so as not to test Node with Node. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function toWindows1252(text: string): Buffer {
  return Buffer.from(
    Array.from(text, (character) => {
      const at = windows1252.indexOf(character);
      const byte = at === -1 ? character.charCodeAt(0) : 0x80 + at;
      if (byte > 0xff) throw new RangeError('A character that Windows-1252 does not have.');
      return byte;
    }),
  );
}
