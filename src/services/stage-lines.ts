/** Reads a part's lines into the values of its stage, counting what was used and what was dropped. */
import type { PartKind } from '../domain/agreement.ts';
import { careLineReader } from '../domain/extract/care-line.ts';
import type { CareRules, Identity } from '../domain/extract/care-line.ts';
import { cellsOf, isOverlong, overlongColumn } from '../domain/extract/columns.ts';
import type { Cells, HeaderMap } from '../domain/extract/columns.ts';
import type { BundleLine } from '../domain/extract/bundle.ts';
import * as other from '../domain/extract/other-lines.ts';
import type { Quarantined } from '../domain/extract/quarantine.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import { copyText, ownColumns } from '../store/import/stages.ts';
import type { StageValue } from '../store/import/stages.ts';
import { CareRuns } from './care-runs.ts';
import type { SeenPersons } from './seen-persons.ts';

export interface LineCounts {
  used: number;
  readonly dropped: Map<string, number>;
}

export interface StageReader {
  readonly counts: LineCounts;
  /** Lines as the part's stage takes them. Care lines may come with a later batch, or not at all ({@link CareRuns}). */
  read(lines: readonly BundleLine[]): string[];
  /** Those that are left. */
  end(): string[];
}

const noFault = copyText([null, null, null]);

type Reading = { values: StageValue[] | null; quarantined: Quarantined | null; dropped?: string | null };

/**
 * A reader for one part's lines.
 * @param seen of the care part: the people who need not be staged if they are said to be the same
 */
export function stageReader(
  kind: PartKind,
  header: HeaderMap,
  rules: CareRules,
  seen: SeenPersons | null = null,
): StageReader {
  const counts: LineCounts = { used: 0, dropped: new Map() };
  const noValues = copyText(Array<null>(ownColumns(kind)).fill(null));
  const readLine = lineReader(kind, rules);
  const runs = kind === 'care' ? new CareRuns(seen) : null;
  const toStage = (line: BundleLine, into: string[]): void => {
    const { values, quarantined, dropped }: Reading = read(header, line, readLine);
    if (dropped) counts.dropped.set(dropped, (counts.dropped.get(dropped) ?? 0) + 1);
    else if (!quarantined) counts.used++;
    const fault = quarantined
      ? copyText([quarantined.code, quarantined.column, quarantined.value.slice(0, 80)])
      : noFault;
    const text = `${values ? copyText(values) : noValues}\t${fault}`;
    const councilId = values?.[0];
    if (runs) runs.add(line.row, typeof councilId === 'string' ? councilId : null, !quarantined, text, into);
    else into.push(`${line.row}\t${text}\n`);
  };
  return {
    counts,
    read(lines) {
      const staged: string[] = [];
      for (const line of lines) toStage(line, staged);
      return staged;
    },
    end() {
      const staged: string[] = [];
      runs?.end(staged);
      return staged;
    },
  };
}

// An endless cell is read as empty, so that whoever the line names is known all the same: nobody may
// read "no care", or lose an open referral, for want of a line that was set aside.
function read(header: HeaderMap, { cells }: BundleLine, readLine: (cell: Cells) => Reading): Reading {
  if (cells.length !== header.width)
    return { values: null, quarantined: { code: 'ROW_SHAPE', column: '', value: `${cells.length} cells` } };
  const overlong = overlongColumn(header, cells);
  if (overlong === null) return readLine(cellsOf(header, cells));
  const reading = readLine(cellsOf(header, cells.map((cell) => (isOverlong(cell) ? '' : cell)))); // prettier-ignore
  return { ...reading, quarantined: reading.quarantined ?? { code: 'CELL_TOO_LONG', column: overlong, value: '' } };
}

function lineReader(kind: PartKind, rules: CareRules): (cell: Cells) => Reading {
  if (kind === 'care') return careReader(rules);
  const read = readers[kind];
  return (cell) =>
    (kind === 'safeguarding' || kind === 'restrictions') && isSwapped(cell)
      ? { values: null, quarantined: { code: 'NOBODY_NAMED', column: 'LA Person Unique Identifier', value: '' } }
      : read(cell, rules);
}

// An NHS number where the council's id should be, beside something that is none: the columns are
// swapped. Taken as it stands, the line would hide nobody (hazard H23).
function isSwapped(cell: Cells): boolean {
  const isNumber = (column: string): boolean => parseNhsNumber(cell(column)).ok;
  return cell('NHS Number') !== '' && !isNumber('NHS Number') && isNumber('LA Person Unique Identifier');
}

const readers: Record<Exclude<PartKind, 'care'>, (cell: Cells, rules: CareRules) => Reading> = {
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

// Most lines say of their person what the line before said: then it is not said again.
function careReader(rules: CareRules): (cell: Cells) => Reading {
  const read = careLineReader(rules);
  let before: Identity | null = null;
  return (cell) => {
    const { identity, package: one, quarantined, dropped } = read(cell);
    const again = identity !== null && identity === before;
    before = identity;
    const person = again ? null : identity;
    const values = [
      identity?.councilId ?? null,
      identity?.nhsNumber ?? null,
      person?.family ?? null,
      person?.given ?? null,
      person?.birthDate ?? null,
      person?.deathDate ?? null,
      person?.gender ?? null,
      person?.minor ?? false,
      again,
      one?.reference ?? null,
      one?.component ?? null,
      one?.fullCost ?? null,
      one?.start ?? null,
      one?.end ?? null,
      one?.cqcLocationId ?? null,
      one?.cqcLocationName ?? null,
    ];
    return { values, quarantined, dropped };
  };
}
