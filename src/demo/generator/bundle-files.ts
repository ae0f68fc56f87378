/**
 * The files of a generated bundle while they are being written, with a list of the faults planted
 * in them (`planted.csv`, which is no part of the bundle): what an import must find, no more, no less.
 */
import { join } from 'node:path';
import { partKinds } from '../../domain/agreement.ts';
import type { PartKind } from '../../domain/agreement.ts';
import type { QuarantineCode } from '../../domain/extract/quarantine.ts';
import { openTable, partFiles } from '../bundle-writer.ts';
import type { TableWriter, WrittenPart } from '../bundle-writer.ts';
import { partHead } from '../part-headers.ts';

export interface BundleFiles {
  /** Adds a line to a part, and to the list of faults if it is one; returns its row. */
  line(kind: PartKind, cells: readonly string[], code?: QuarantineCode | null): number;
  /** Lists a fault in a line already written. */
  plant(kind: PartKind, row: number, code: QuarantineCode): void;
  /** How many faults of each code are listed. */
  readonly planted: ReadonlyMap<QuarantineCode, number>;
  drain(): Promise<void>;
  close(asAt: (kind: PartKind) => Date): Promise<WrittenPart[]>;
  /** Closes all files as they are, after a failure. */
  abandon(): Promise<void>;
}

/** Opens all parts in a folder, over any former ones. @param produced the date in CQC's preamble */
export async function openBundleFiles(folder: string, produced: string): Promise<BundleFiles> {
  const tables = new Map<PartKind, TableWriter>();
  for (const kind of partKinds) {
    tables.set(kind, await openTable(join(folder, partFiles[kind]), partHead(kind, produced)));
  }
  const faults = await openTable(join(folder, 'planted.csv'), [['Part', 'Row', 'Code']]);
  const planted = new Map<QuarantineCode, number>();
  const all = (): TableWriter[] => [...tables.values(), faults];
  const plant = (kind: PartKind, row: number, code: QuarantineCode): void => {
    faults.line([kind, String(row), code]);
    planted.set(code, (planted.get(code) ?? 0) + 1);
  };
  return {
    planted,
    plant,
    line(kind, cells, code = null) {
      const row = tables.get(kind)?.line(cells) ?? 0;
      if (code) plant(kind, row, code);
      return row;
    },
    async drain() {
      for (const table of all()) await table.drain();
    },
    async close(asAt) {
      await faults.close();
      const parts: WrittenPart[] = [];
      for (const [kind, table] of tables) {
        parts.push({ kind, file: partFiles[kind], asAt: asAt(kind).toISOString(), ...(await table.close()) });
      }
      return parts;
    },
    async abandon() {
      await Promise.allSettled(all().map((table) => table.abandon()));
    },
  };
}
