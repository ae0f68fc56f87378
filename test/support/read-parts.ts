/** Reads a bundle folder back, part by part, and what each line of it would be set aside for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartKind } from '../../src/domain/agreement.ts';
import { readCareLine } from '../../src/domain/extract/care-line.ts';
import type { CareLine, CareRules } from '../../src/domain/extract/care-line.ts';
import { cellsOf, overlongColumn } from '../../src/domain/extract/columns.ts';
import type { Cells } from '../../src/domain/extract/columns.ts';
import * as other from '../../src/domain/extract/other-lines.ts';
import { linesOf } from './bundle.ts';
import { withBundle } from './land.ts';

export interface ReadLine {
  readonly row: number;
  readonly cell: Cells;
  /** Whether it has as many cells as the header. */
  readonly whole: boolean;
  /** Whether a cell of it is endless. */
  readonly overlong: boolean;
}

export type ReadParts = ReadonlyMap<PartKind, readonly ReadLine[]>;

/** All lines of a bundle's parts. Fails when a part does not agree with the manifest. */
export async function readParts(folder: string, now: Date): Promise<ReadParts> {
  return withBundle(folder, now, async (bundle) => {
    const parts = new Map<PartKind, ReadLine[]>();
    for (const part of bundle.manifest.parts) {
      const inspection = await bundle.inspect(part);
      if (inspection.problems.length > 0) throw new Error(`${part.kind}: ${inspection.problems.join()}`);
      const lines = await linesOf(bundle, inspection);
      parts.set(
        part.kind,
        lines.map(({ row, cells }) => ({
          row,
          cell: cellsOf(inspection.header, cells),
          whole: cells.length === inspection.header.width,
          overlong: overlongColumn(inspection.header, cells) !== null,
        })),
      );
    }
    return parts;
  });
}

/** The rules under which a test reads council 999 on 30 September 2026. */
export const rules: CareRules = {
  council: '999',
  today: '2026-09-30',
  keepEndedSince: '2026-08-19',
  keepFullCost: false,
};

/** The code for which a line is set aside when it is read by itself, or null. */
export function codeOf(kind: PartKind, line: ReadLine): string | null {
  if (!line.whole) return 'ROW_SHAPE';
  return readers[kind](line.cell).quarantined?.code ?? (line.overlong ? 'CELL_TOO_LONG' : null);
}

/** A line of the care part as the domain reads it. */
export function careOf({ cell }: ReadLine): CareLine {
  return readCareLine(cell, rules);
}

const readers: Record<PartKind, (cell: Cells) => Pick<CareLine, 'quarantined'>> = {
  care: (cell) => readCareLine(cell, rules),
  'package-providers': (cell) => other.readPackageProvider(cell, rules.council),
  directory: other.readDirectoryEntry,
  contacts: (cell) => other.readContact(cell, rules.today),
  safeguarding: (cell) => other.readReferral(cell, rules.council, rules.today),
  restrictions: (cell) => other.readRestriction(cell, rules.council),
  numbers: other.readNumberChange,
  services: other.readService,
};

/** What a generated bundle's `planted.csv` lists, as `part row code`. */
export async function readPlanted(folder: string): Promise<string[]> {
  const lines = (await readFile(join(folder, 'planted.csv'), 'utf8')).split('\r\n').slice(1, -1);
  return lines.map((line) => line.replaceAll(',', ' ')).sort();
}
