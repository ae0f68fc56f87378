/**
 * Use case of taking a council's list out of the house: as a file for a spreadsheet, or for the council's own system.
 * What leaves is in the trail before it does, beside the reading itself.
 */
import type { Caller } from '../../domain/caller.ts';
import { londonClock } from '../../domain/dates.ts';
import { writeAudit } from '../../store/audit.ts';
import { councilFields } from './fields.ts';
import type { Cell } from './fields.ts';
import { peopleOf, readCouncilList, showOf } from './lists.ts';
import type { CouncilList, ListFilter } from './lists.ts';
import type { CouncilDeps } from './deps.ts';

/** A list as a table. */
export interface CouncilTable {
  readonly list: CouncilList;
  readonly show: string;
  /** Of each column its key for systems and its name for people. */
  readonly columns: readonly { readonly key: string; readonly name: string }[];
  /** Of what was asked for, all or a part; null: not known. */
  readonly rows: readonly (readonly Cell[])[];
  /** Rows of the whole list. */
  readonly total: number;
  /** Reasons for which the list may be incomplete, by name. */
  readonly gaps: readonly string[];
  readonly off: boolean;
  readonly asAt: Date;
}

/**
 * A list of the caller's council as a table that leaves the house.
 * @param to where it goes, as the trail says it
 * @param part the rows that leave; all when not given
 * @throws HomewardError NOT_ALLOWED
 */
export async function exportCouncilList<L extends CouncilList>(
  deps: CouncilDeps,
  caller: Caller,
  list: L,
  filter: ListFilter,
  to: 'file' | 'system',
  part?: { readonly from: number; readonly size: number },
): Promise<CouncilTable> {
  const { db, clock, hospitals } = deps.notices;
  const asAt = clock.now();
  const { rows: all, gaps, off } = await readCouncilList(deps, caller, list, filter);
  const rows = part ? all.slice(part.from, part.from + part.size) : all;
  const show = showOf(list, filter.show);
  await db.transaction((trx) =>
    writeAudit(trx, clock.now(), caller, {
      action: 'export-council-list',
      outcome: to,
      council: caller.organisation,
      detail: { list, show, rows: rows.length },
      people: peopleOf(list, rows, caller.organisation),
    }),
  );
  const fields = councilFields[list];
  const names = new Map(hospitals.map(({ id, name }) => [id, name]));
  const context = { now: asAt, hospitalName: (id: string) => names.get(id) ?? id };
  return {
    list,
    show,
    columns: fields.map(({ key, name }) => ({ key, name })),
    rows: rows.map((row) => fields.map(({ of }) => of(row, context))),
    total: all.length,
    gaps: [...new Set(gaps.map(({ is }) => is))],
    off,
    asAt,
  };
}

/** A table as CSV: "not known" is said, never left empty, and a list that may be incomplete says so in its last line. */
export function tableCsv({ columns, rows, gaps, off }: CouncilTable): string {
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => row.map(cellText)),
    ...(off ? [['No agreement lets your council have this list.']] : []),
    ...(gaps.length > 0 ? [[`This list may be incomplete (${gaps.join(', ')}).`]] : []),
  ];
  return `\ufeff${lines.map((line) => line.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return 'not known';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (!(cell instanceof Date)) return String(cell);
  const { date, minute } = londonClock(cell);
  const pad = (count: number): string => String(count).padStart(2, '0');
  return `${date} ${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

// A cell that begins like a formula would run in somebody's spreadsheet: it is made text.
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
