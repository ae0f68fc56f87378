/**
 * The interface that a council's extract bundle is read through (`homeward-extract/1`). Fulfilled
 * in `sources/`; used by the import. Part contents are handed on in batches, never whole.
 */
import type { PartKind } from '../agreement.ts';
import type { HeaderMap } from './columns.ts';

export interface BundlePart {
  readonly kind: PartKind;
  readonly file: string;
  /** When the facts were true. */
  readonly asAt: Date;
  /** Lines under the header, as the manifest says. */
  readonly rows: number;
  /** Lower-case hex, as the manifest says. */
  readonly sha256: string;
}

export interface BundleManifest {
  readonly council: string;
  readonly source: string;
  readonly extractedAt: Date;
  readonly parts: readonly BundlePart[];
}

/** What a first pass over a part's file found. Any problem holds the part for a person to release. */
export interface PartInspection {
  readonly part: BundlePart;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly encoding: 'utf-8' | 'windows-1252';
  readonly header: HeaderMap;
  readonly problems: readonly ('CHECKSUM' | 'ROW_COUNT')[];
}

/** One line of a part. `row` counts records as a spreadsheet shows them: the header is row 1 (CQC's is row 5). */
export interface BundleLine {
  readonly row: number;
  readonly cells: readonly string[];
}

export interface OpenBundle {
  readonly manifest: BundleManifest;
  /**
   * Reads a part once: checksum, character set, header, number of lines.
   * @throws HomewardError PART_HEADER, PART_ENCODING, PART_CSV, BUNDLE_FILE_MISSING
   */
  inspect(part: BundlePart): Promise<PartInspection>;
  /**
   * Hands out a part's lines in batches, header and preamble left out.
   * @param onBytes told how many bytes of the file each batch took
   */
  lines(inspection: PartInspection, onBytes?: (bytes: number) => void): AsyncIterable<readonly BundleLine[]>;
  /** Copies the bundle's own files (manifest and named parts) into a folder, for keeping while held. */
  copyTo(folder: string): Promise<void>;
  /** Removes what was unpacked. */
  close(): Promise<void>;
}

/** Opens the bundle at a path: a folder or a zip. */
export type BundleOpener = (path: string) => Promise<OpenBundle>;
