/**
 * Reads CSV as it streams past: RFC 4180 with commas, records ended by CRLF or LF, in any mixture.
 * The only home of papaparse. Its low-level parser is handed one piece of text at a time, and the
 * record that the piece cuts short is carried over to the next, so memory does not grow with the file.
 */
import Papa from 'papaparse';
import { HomewardError } from '../domain/error.ts';

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

/** No honest line of an extract comes near: past this, a quote was opened and never closed. */
const longestRecord = 1024 * 1024;
const longestPiece = 256 * 1024;

const settings = { delimiter: ',', newline: '\n' } as const;

/** Takes pieces of text, gives back the records that are complete. Give it pieces of 256 KiB or less. */
export class CsvReader {
  readonly #many = new Papa.Parser(settings);
  // papaparse's quick way splits the whole text before it looks at how many records are wanted.
  readonly #one = new Papa.Parser({ ...settings, preview: 1, fastMode: false });
  readonly #longest: number;
  #carried = '';
  #records = 0;

  /** @param longest characters that one record may have, 1 MiB when not given */
  constructor(longest = longestRecord) {
    this.#longest = longest;
  }

  /** Characters held back because their record is not complete yet. */
  get carried(): number {
    return this.#carried.length;
  }

  /**
   * The records that this piece completes; blank lines left out.
   * @throws HomewardError PART_CSV for a NUL character, a misplaced quote or an endless record
   */
  feed(text: string): string[][] {
    const nul = text.indexOf('\0');
    if (nul !== -1) {
      this.feed(text.slice(0, nul));
      throw this.#stop('holds a NUL character');
    }
    const found: string[][] = [];
    let rest = this.#carried + text;
    // One at a time where it matters which characters a record was made of: whether it is too long,
    // and whether a carriage return at its end stood inside quotes. Both are rare.
    while (rest.length > this.#longest || rest.includes('\r"')) {
      const { data, errors, meta } = this.#one.parse(rest, 0, true) as Parsed;
      const record = data[0];
      if (!record) break;
      if (errors.length > 0) throw this.#stop('has a quote in the wrong place');
      if (meta.cursor > this.#longest) throw this.#stop('does not end; look for a quote that is never closed');
      const raw = rest.slice(0, meta.cursor);
      this.#keep(record, !endsUnquoted(raw, record), found);
      rest = rest.slice(meta.cursor);
    }
    const { data, errors, meta } = this.#many.parse(rest, 0, true) as Parsed;
    // What is wrong with the record that is not complete yet may only be that it is not complete.
    const bad = errors.find(({ row }) => row !== undefined && row < data.length)?.row;
    for (const record of bad === undefined ? data : data.slice(0, bad)) this.#keep(record, false, found);
    // papaparse would guess where such a record ends, and may swallow the lines after it.
    if (bad !== undefined) throw this.#stop('has a quote in the wrong place');
    this.#carried = rest.slice(meta.cursor);
    if (this.#carried.length > this.#longest) throw this.#stop('does not end; look for a quote that is never closed');
    return found;
  }

  /**
   * The last record, when the file does not end with a line end.
   * @throws HomewardError PART_CSV when the file ends inside quotes
   */
  end(): string[][] {
    const found = this.#carried === '' ? [] : this.feed('\n');
    if (this.#carried !== '') throw this.#stop('opens a quote that is never closed');
    return found;
  }

  #keep(record: string[], whole: boolean, into: string[][]): void {
    const at = record.length - 1;
    const last = record[at] ?? '';
    // The parser ends records at LF: the CR of a CRLF is still there, unless quotes closed before it.
    if (!whole && last.endsWith('\r')) record[at] = last.slice(0, -1);
    if (at === 0 && record[0] === '') return;
    this.#records++;
    into.push(record);
  }

  #stop(what: string): HomewardError {
    return new HomewardError('PART_CSV', `Row ${this.#records + 1} ${what}.`);
  }
}

// A quoted cell cannot satisfy this: its text would have to stand in the file with one comma more than it has.
function endsUnquoted(raw: string, record: readonly string[]): boolean {
  const last = record.at(-1) ?? '';
  return record.length === 1 ? raw === `${last}\n` : raw.endsWith(`,${last}\n`);
}

/**
 * Hands out a text's records in batches, one for each piece of at most 256 KiB.
 * @throws HomewardError PART_CSV with the row at which the text stopped being CSV
 */
export async function* readCsv(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[][]> {
  const reader = new CsvReader();
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += longestPiece) {
      const records = reader.feed(chunk.length > longestPiece ? chunk.slice(at, at + longestPiece) : chunk);
      if (records.length > 0) yield records;
    }
  }
  const last = reader.end();
  if (last.length > 0) yield last;
}
