/** One part's CSV file: what a first pass finds, and its lines batch by batch. */
import { createHash } from 'node:crypto';
import type { PartKind } from '../domain/agreement.ts';
import { HomewardError } from '../domain/error.ts';
import type { BundleLine, BundlePart, PartInspection } from '../domain/extract/bundle.ts';
import { columnKey, partColumns, readHeader } from '../domain/extract/columns.ts';
import type { HeaderMap } from '../domain/extract/columns.ts';
import { NotUtf8, readUtf8 } from './character-set.ts';
import type { CharacterSet } from './character-set.ts';
import { CsvReader, readCsv } from './csv.ts';

/** CQC puts 4 lines before the header of its directory; a few more or fewer are taken too. */
const preambleAtMost = 9;

interface Records {
  readonly header: HeaderMap;
  /** The row of the first record. */
  readonly row: number;
  readonly records: readonly string[][];
}

/**
 * Reads a part's file once: checksum, character set, header, number of lines.
 * @throws HomewardError PART_HEADER, PART_ENCODING, PART_CSV, BUNDLE_FILE_MISSING
 */
export async function inspectPart(path: string, part: BundlePart): Promise<PartInspection> {
  try {
    return await survey(path, part, 'utf-8');
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    return survey(path, part, 'windows-1252');
  }
}

async function survey(path: string, part: BundlePart, encoding: CharacterSet): Promise<PartInspection> {
  const hash = createHash('sha256');
  let bytes = 0;
  let rows = 0;
  let header: HeaderMap | null = null;
  const text = readUtf8(path, encoding, (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  for await (const batch of underHeader(part.kind, text, () => [])) {
    header = batch.header;
    rows += batch.records.length;
  }
  const sha256 = hash.digest('hex');
  const problems: PartInspection['problems'][number][] = [];
  if (sha256 !== part.sha256) problems.push('CHECKSUM');
  if (rows !== part.rows) problems.push('ROW_COUNT');
  return { part, sha256, bytes, rows, encoding, header: header ?? readHeader(part.kind, []), problems };
}

/**
 * Hands out the lines under a part's header, those of at most 16 KiB of text at a time. Cells of
 * columns that the part does not keep read as ''.
 * @param onBytes told how many bytes of the file each batch took
 * @throws HomewardError PART_CSV when the file is no longer the one that was inspected
 */
export async function* readPartLines(
  path: string,
  inspection: PartInspection,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly BundleLine[]> {
  const hash = createHash('sha256');
  let unreported = 0;
  const report = (): void => {
    if (unreported > 0) onBytes(unreported);
    unreported = 0;
  };
  const text = readUtf8(path, inspection.encoding, (chunk) => {
    hash.update(chunk);
    unreported += chunk.length;
  });
  const kept = ({ index }: HeaderMap): number[] => [...index.values()].filter((column) => column >= 0);
  for await (const { row, records } of underHeader(inspection.part.kind, text, kept)) {
    if (records.length === 0) continue;
    report();
    yield records.map((cells, at) => ({ row: row + at, cells }));
  }
  report();
  // What was checked and what was imported must be the same bytes, also in a folder others write to.
  if (hash.digest('hex') !== inspection.sha256) {
    throw new HomewardError('PART_CSV', 'It changed while it was being read: hand the bundle in again.');
  }
}

// `read` says which columns anybody reads, once the header is known.
async function* underHeader(
  kind: PartKind,
  text: AsyncIterable<Buffer>,
  read: (header: HeaderMap) => readonly number[],
): AsyncGenerator<Records> {
  const needed = kind === 'directory' ? preambleAtMost + 1 : 1;
  const reader = new CsvReader();
  let top: string[][] = [];
  let header: HeaderMap | null = null;
  let row = 0;
  for await (const batch of readCsv(text, reader)) {
    if (header) {
      yield { header, row, records: batch };
      row += batch.length;
      continue;
    }
    top = top.concat(batch);
    if (top.length < needed) continue;
    const start = startOf(kind, top);
    reader.only(read(start.header));
    yield start;
    header = start.header;
    row = start.row + start.records.length;
    top = [];
  }
  if (!header) yield startOf(kind, top);
}

function startOf(kind: PartKind, top: readonly string[][]): Records {
  const at = kind === 'directory' ? directoryHeader(top) : 0;
  return { header: readHeader(kind, top[at] ?? []), row: at + 2, records: top.slice(at + 1) };
}

function directoryHeader(top: readonly string[][]): number {
  const needed = partColumns.directory.needed.map(columnKey);
  const at = top.slice(0, preambleAtMost + 1).findIndex((record) => {
    const keys = new Set(record.map(columnKey));
    return needed.every((key) => keys.has(key));
  });
  return Math.max(at, 0);
}
