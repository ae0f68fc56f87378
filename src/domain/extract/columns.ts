/** Columns of each part of `homeward-extract/1`: those needed and those kept; all others are passed over. */
import type { PartKind } from '../agreement.ts';
import { HomewardError } from '../error.ts';

interface Columns {
  readonly needed: readonly string[];
  readonly optional: readonly string[];
}

const person = ['LA Code', 'LA Person Unique Identifier'];

export const partColumns: Record<PartKind, Columns> = {
  care: {
    needed: [...person, 'Client Type', 'Event Type', 'Event Reference', 'Event Start Date', 'Service Type', 'Service Component', 'Delivery Mechanism'],
    optional: [
      'NHS Number', 'First Name', 'Last Name', 'Date of Birth', 'Date of Death', 'Gender',
      'Client Funding Status', 'Event End Date', 'Provider CQC Location Name', 'Provider CQC Location ID',
    ],
  },
  'package-providers': { needed: [...person, 'Event Reference', 'Local Provider Reference'], optional: [] },
  directory: { needed: ['Name', 'Phone number', 'CQC Location ID (for office use only)'], optional: [] },
  contacts: {
    needed: ['Local Provider Reference', 'Provider Name'],
    optional: [
      'CQC Location ID', 'Telephone', 'Office Hours', 'Out Of Hours Telephone', 'Email', 'Contact Notes', 'Last Confirmed',
    ],
  },
  safeguarding: {
    needed: [...person, 'Safeguarding Reference', 'Stage', 'Status', 'Date Opened'],
    optional: ['NHS Number', 'Date Closed'],
  },
  restrictions: { needed: [...person, 'Reason', 'From'], optional: ['NHS Number', 'Until'] },
  numbers: { needed: ['Old NHS Number', 'New NHS Number', 'Changed On', 'Reason'], optional: [] },
  services: { needed: ['Service Component', 'Shown'], optional: ['Label'] },
}; // prettier-ignore

/**
 * Columns known to Client Level Data that are read past on purpose: costs, ethnicity, support
 * reason, descriptions and carers' links must never reach the database.
 */
const knownAndDropped = new Set(
  [
    'Reporting Period Start Date', 'Reporting Period End Date', 'GP Practice Name', 'GP Practice Code', 'Ethnicity',
    'Primary Support Reason', 'Postcode', 'Accommodation Status', 'Employment Status', 'Has Unpaid Carer',
    'Autism Spectrum Disorder (ASD)', 'Visual Impairment', 'Hearing Impairment', 'Dementia', 'Event Description',
    'Event Outcome', 'Request: Route of Access', 'Assessment Type', 'Eligible Needs Identified',
    'Method of Assessment', 'Total Hrs Caring per week', 'No. of adults being cared for', 'Adult 1 Linked Person_ID',
    'Adult 2 Linked Person_ID', 'Adult 3 Linked Person_ID', 'Review Reason', 'Review Outcomes Achieved',
    'Method of Review', 'Unit Cost', 'Cost Frequency (Unit Type)', 'Planned units per week',
    'Also known as', 'Address', "Service's website (if available)", 'Service types', 'Date of latest check',
    'Specialisms/services', 'Provider name', 'Local authority', 'Region', 'Location URL',
    'CQC Provider ID (for office use only)',
  ].map(columnKey),
); // prettier-ignore

/** A header cell as it is compared: case, spaces and underscores alike. */
export function columnKey(name: string): string {
  return name
    .replace(/^\ufeff/, '')
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ');
}

export interface HeaderMap {
  /** Where each kept column stands; -1 when an optional one is absent. */
  readonly index: ReadonlyMap<string, number>;
  readonly width: number;
  /** Columns that no standard knows: reported, not read. */
  readonly unknown: readonly string[];
}

/**
 * Finds the columns of a part in its header, by name and not by place.
 * @throws HomewardError PART_HEADER when a needed column is missing or stands twice
 */
export function readHeader(kind: PartKind, header: readonly string[]): HeaderMap {
  const { needed, optional } = partColumns[kind];
  const keys = header.map(columnKey);
  const index = new Map<string, number>();
  const missing = needed.filter((name) => !keys.includes(columnKey(name)));
  if (missing.length > 0) throw new HomewardError('PART_HEADER', `${kind}: missing ${missing.join(', ')}.`);
  for (const name of [...needed, ...optional]) {
    const key = columnKey(name);
    if (keys.indexOf(key) !== keys.lastIndexOf(key))
      throw new HomewardError('PART_HEADER', `${kind}: ${name} stands twice.`);
    index.set(name, keys.indexOf(key));
  }
  const wanted = new Set([...needed, ...optional].map(columnKey));
  const unknown = header.filter(
    (_, at) => keys[at] !== '' && !wanted.has(keys[at] ?? '') && !knownAndDropped.has(keys[at] ?? ''),
  );
  return { index, width: header.length, unknown };
}

/** Letters that a cell may have: far more than a name, a number or a note needs. */
const longestCell = 2000;

/** Whether a cell has more letters than any honest one. */
export function isOverlong(cell: string): boolean {
  return cell.length > longestCell;
}

/** The kept column whose cell no honest line has: some lines' worth of text behind one quote. Null when there is none. */
export function overlongColumn(header: HeaderMap, line: readonly string[]): string | null {
  let at = 0;
  while (at < line.length && !isOverlong(line[at] ?? '')) at++;
  if (at === line.length) return null;
  for (const [name, place] of header.index) if (place === at) return name;
  return null;
}

/** One line, read by column name; absent columns and cells read as ''. */
export type Cells = (column: string) => string;

/** Reads a line's cells by name, trimmed. */
export function cellsOf(header: HeaderMap, line: readonly string[]): Cells {
  return (column) => trimmed(line[header.index.get(column) ?? -1] ?? '');
}

// Hardly a cell has anything to trim, and looking at its ends costs a tenth of asking for it.
function trimmed(text: string): string {
  if (text === '' || (isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1)))) return text;
  return text.trim();
}

// No space of any kind lies between ! and ~.
function isPlain(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}
