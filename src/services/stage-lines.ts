/** Reads a part's lines into the values of its stage, counting what was used and what was dropped. */
import type { PartKind } from '../domain/agreement.ts';
import { readCareLine } from '../domain/extract/care-line.ts';
import type { CareRules } from '../domain/extract/care-line.ts';
import { cellsOf } from '../domain/extract/columns.ts';
import type { Cells, HeaderMap } from '../domain/extract/columns.ts';
import type { BundleLine } from '../domain/extract/bundle.ts';
import * as other from '../domain/extract/other-lines.ts';
import type { Quarantined } from '../domain/extract/quarantine.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import { stages } from '../store/import/stages.ts';
import type { StageValue } from '../store/import/stages.ts';

export interface LineCounts {
  used: number;
  readonly dropped: Map<string, number>;
}

export interface StageReader {
  readonly counts: LineCounts;
  /** One line as the values of the part's stage. */
  read(line: BundleLine): StageValue[];
}

type Reading = { values: StageValue[] | null; quarantined: Quarantined | null; dropped?: string | null };

/** A reader for one part's lines. */
export function stageReader(kind: PartKind, header: HeaderMap, rules: CareRules): StageReader {
  const counts: LineCounts = { used: 0, dropped: new Map() };
  const own = stages[kind].columns.length - 4;
  return {
    counts,
    read(line) {
      const reading: Reading =
        line.cells.length === header.width
          ? readLine(kind, cellsOf(header, line.cells), rules)
          : { values: null, quarantined: { code: 'ROW_SHAPE', column: '', value: `${line.cells.length} cells` } };
      if (reading.dropped) counts.dropped.set(reading.dropped, (counts.dropped.get(reading.dropped) ?? 0) + 1);
      else if (!reading.quarantined) counts.used++;
      const { quarantined } = reading;
      return [
        line.row,
        ...(reading.values ?? Array<null>(own).fill(null)),
        quarantined?.code ?? null,
        quarantined?.column ?? null,
        quarantined ? quarantined.value.slice(0, 80) : null,
      ];
    },
  };
}

function readLine(kind: PartKind, cell: Cells, rules: CareRules): Reading {
  if ((kind === 'safeguarding' || kind === 'restrictions') && isSwapped(cell)) {
    return { values: null, quarantined: { code: 'NOBODY_NAMED', column: 'LA Person Unique Identifier', value: '' } };
  }
  return readers[kind](cell, rules);
}

// An NHS number where the council's id should be, beside something that is none: the columns are
// swapped. Taken as it stands, the line would hide nobody (hazard H23).
function isSwapped(cell: Cells): boolean {
  const isNumber = (column: string): boolean => parseNhsNumber(cell(column)).ok;
  return cell('NHS Number') !== '' && !isNumber('NHS Number') && isNumber('LA Person Unique Identifier');
}

const readers: Record<PartKind, (cell: Cells, rules: CareRules) => Reading> = {
  care: careReading,
  'package-providers': (cell, { council }) =>
    reading(other.readPackageProvider(cell, council), (row) => [row.councilId, row.reference, row.localReference]),
  directory: (cell) => reading(other.readDirectoryEntry(cell), (row) => [row.cqcLocationId, row.name, row.phone]),
  contacts: (cell, { today }) =>
    reading(other.readContact(cell, today), (row) => [
      row.cqcLocationId,
      row.localReference,
      row.name,
      row.phone,
      row.officeHours,
      row.outOfHoursPhone,
      row.email,
      row.notes,
      row.lastConfirmed,
    ]),
  safeguarding: (cell, { council, today }) =>
    reading(other.readReferral(cell, council, today), (row) => [
      row.councilId,
      row.nhsNumber,
      row.reference,
      row.state,
    ]),
  restrictions: (cell, { council }) =>
    reading(other.readRestriction(cell, council), (row) => [
      row.councilId,
      row.nhsNumber,
      row.reason,
      row.from,
      row.until,
    ]),
  numbers: (cell) => reading(other.readNumberChange(cell), (row) => [row.old, row.current, row.reason, row.changedOn]),
  services: (cell) => reading(other.readService(cell), (row) => [row.component, row.shown, row.label]),
};

function reading<T>(line: other.Line<T>, values: (row: T) => StageValue[]): Reading {
  return { values: line.row === null ? null : values(line.row), quarantined: line.quarantined };
}

function careReading(cell: Cells, rules: CareRules): Reading {
  const { identity, package: one, quarantined, dropped } = readCareLine(cell, rules);
  return {
    values: [
      identity?.councilId ?? null,
      identity?.nhsNumber ?? null,
      identity?.family ?? null,
      identity?.given ?? null,
      identity?.birthDate ?? null,
      identity?.deathDate ?? null,
      identity?.gender ?? null,
      identity?.minor ?? false,
      one?.reference ?? null,
      one?.component ?? null,
      one?.fullCost ?? null,
      one?.start ?? null,
      one?.end ?? null,
      one?.cqcLocationId ?? null,
      one?.cqcLocationName ?? null,
    ],
    quarantined,
    dropped,
  };
}
