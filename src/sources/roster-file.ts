/** Reads a provider's list of clients: a small CSV file as spreadsheets save it, its columns in any order. */
import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { HomewardError } from '../domain/error.ts';
import type { RosterRow } from '../domain/roster.ts';
import { CsvReader } from './csv.ts';

/** Bytes that a list may have. */
export const longestRoster = 4 * 1024 * 1024;

/** No honest row, and no list of columns, comes near. */
const longestRow = 16 * 1024;
const mostColumns = 50;
/** Bytes that are read before others have their turn. */
const piece = 16 * 1024;

const columns: Record<keyof RosterRow, readonly string[]> = {
  nhsNumber: ['nhsnumber', 'nhsno'],
  birthDate: ['dateofbirth', 'dob', 'birthdate'],
  family: ['lastname', 'surname', 'familyname'],
  given: ['firstname', 'forename', 'givenname'],
  reference: ['yourreference', 'ownreference', 'reference', 'clientid'],
  permission: ['permission'],
  permissionOn: ['permissiondate', 'dateofpermission', 'permissionon'],
};

/**
 * Reads a list. Of a file that is made to be large no more is kept than a list can hold, and the process goes on with
 * other things meanwhile.
 * @param most rows that the list may have
 * @throws HomewardError PART_HEADER when a column is missing or stands twice, PART_CSV, PART_ENCODING; ROSTER_REFUSED
 *   at the first row beyond; UPLOAD_INVALID when it is longer than a list can be
 */
export async function readRoster(chunks: AsyncIterable<Buffer>, most = Number.POSITIVE_INFINITY): Promise<RosterRow[]> {
  const bytes = asUtf8(await gather(chunks));
  const places = placesOf(headerOf(bytes));
  const reader = new CsvReader(longestRow);
  reader.only(Object.values(places));
  const rows: RosterRow[] = [];
  let isHeader = true;
  const take = (records: readonly (readonly string[])[]): void => {
    for (const record of records) {
      if (isHeader || record.every((cell) => cell.trim() === '')) {
        isHeader = false;
        continue;
      }
      if (rows.length >= most) throw new HomewardError('ROSTER_REFUSED', `The file holds more than ${most} rows.`);
      rows.push(rowOf(record, places));
    }
  };
  for (let at = 0; at < bytes.length; at += piece) {
    take(reader.feed(bytes.subarray(at, at + piece)));
    await setImmediate();
  }
  take(reader.end());
  return rows;
}

// The first line by itself, before it is known which columns are read at all.
function headerOf(bytes: Buffer): readonly string[] {
  const reader = new CsvReader(longestRow);
  const [header] = [...reader.feed(bytes.subarray(0, longestRow)), ...(bytes.length <= longestRow ? reader.end() : [])];
  if (header && header.length > mostColumns)
    throw new HomewardError('PART_HEADER', `The first line names more than ${mostColumns} columns.`);
  return header ?? [];
}

function rowOf(record: readonly string[], places: Record<keyof RosterRow, number>): RosterRow {
  const cell = (of: keyof RosterRow): string => (record[places[of]] ?? '').slice(0, 200);
  return {
    nhsNumber: cell('nhsNumber'),
    birthDate: cell('birthDate'),
    family: cell('family'),
    given: cell('given'),
    reference: cell('reference'),
    permission: cell('permission'),
    permissionOn: cell('permissionOn'),
  };
}

async function gather(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > longestRoster) throw new HomewardError('UPLOAD_INVALID', 'A list has 4 MB at most.');
    all.push(chunk);
  }
  return Buffer.concat(all);
}

// What is not UTF-8 was saved by an older spreadsheet. UTF-16 and other kinds of file hold bytes that neither has.
function asUtf8(bytes: Buffer): Buffer {
  const hint = 'Save the file as “CSV UTF-8”.';
  if (bytes.includes(0)) throw new HomewardError('PART_ENCODING', hint);
  if (isUtf8(bytes)) return bytes.subarray(bytes.indexOf('\ufeff') === 0 ? 3 : 0);
  if (bytes.some((byte) => [0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte))) throw new HomewardError('PART_ENCODING', hint); // prettier-ignore
  return Buffer.from(new TextDecoder('windows-1252').decode(bytes));
}

function placesOf(header: readonly string[]): Record<keyof RosterRow, number> {
  const keys = header.map((name) => name.toLowerCase().replace(/[^a-z]/g, ''));
  const faults: string[] = [];
  const entries = Object.entries(columns).map(([field, names]) => {
    const found = keys.flatMap((key, place) => (names.includes(key) ? [place] : []));
    if (found.length !== 1) faults.push(field);
    return [field, found[0] ?? -1] as const;
  });
  if (faults.length > 0) {
    const wanted = 'NHS Number, Date of Birth, Last Name, First Name, Your Reference, Permission, Permission Date';
    throw new HomewardError('PART_HEADER', `The first line must name each of these once: ${wanted}.`);
  }
  return Object.fromEntries(entries) as Record<keyof RosterRow, number>;
}
