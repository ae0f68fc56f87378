/**
 * Reads CSV as it streams past: RFC 4180 with commas, records ended by CRLF or LF, in any mixture.
 * Works on the bytes of UTF-8, in which a comma, a quote and a line end can be nothing else, and
 * makes text only of the cells that somebody reads: three cells in five of an extract are of columns
 * that must never reach the database. The record that a piece cuts short is carried over to the
 * next, so memory does not grow with the file.
 */
import { HomewardError } from '../domain/error.ts';

/** No honest line of an extract comes near: past this, a quote was opened and never closed. */
const longestRecord = 1024 * 1024;
/** Bytes that {@link readCsv} hands over at a time. */
/**
 * So much is read at once. What is in hand when the collector runs is copied and kept too long: with four
 * times as much the process of an import grew to 340 MB and not to 265.
 */
const longestPiece = 16 * 1024;
/** Bytes by which the room for a piece, and for what the one before left over, is made larger than needed. */
const usualPiece = 128 * 1024;

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Any byte from here on is part of a letter outside ASCII. */
const beyondAscii = 0x80;

const unread: string[] = [];

/** Takes pieces of UTF-8, gives back the records that are complete. Give it pieces of 16 KiB or so. */
export class CsvReader {
  readonly #longest: number;
  /** Bytes of the piece at hand, after what the one before left over. */
  #buffer = Buffer.allocUnsafe(2 * usualPiece);
  #carried = 0;
  #records = 0;
  /** 1 for each column that is read; null while all are. */
  #wanted: Uint8Array | null = null;
  #countOnly = false;

  /** @param longest bytes that one record may have, 1 MiB when not given */
  constructor(longest = longestRecord) {
    this.#longest = longest;
  }

  /** Bytes held back because their record is not complete yet. */
  get carried(): number {
    return this.#carried;
  }

  /**
   * From now on makes text of these columns only, by their places: all other cells read as '', and
   * without any column each record is one and the same empty list, to be counted.
   */
  only(columns: readonly number[]): void {
    this.#countOnly = columns.length === 0;
    this.#wanted = new Uint8Array(Math.max(0, ...columns) + 1);
    for (const column of columns) this.#wanted[column] = 1;
  }

  /**
   * The records that this piece completes; blank lines left out.
   * @throws HomewardError PART_CSV for a NUL character, a misplaced quote or an endless record
   */
  feed(piece: Buffer): string[][] {
    const nul = piece.indexOf(0);
    if (nul !== -1) {
      this.feed(piece.subarray(0, nul));
      throw this.#stop('holds a NUL character');
    }
    const length = this.#carried + piece.length;
    if (this.#buffer.length < length) this.#grow(length);
    piece.copy(this.#buffer, this.#carried);
    const bytes = this.#buffer.subarray(0, length);
    const found: string[][] = [];
    const start = this.#countOnly ? this.#count(bytes, found) : this.#read(bytes, found);
    if (length - start > this.#longest) throw this.#endless();
    bytes.copyWithin(0, start);
    this.#carried = length - start;
    return found;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafe(length + usualPiece);
    this.#buffer.copy(larger, 0, 0, this.#carried);
    this.#buffer = larger;
  }

  /**
   * The last record, when the file does not end with a line end.
   * @throws HomewardError PART_CSV when the file ends inside quotes
   */
  end(): string[][] {
    const found = this.#carried === 0 ? [] : this.feed(Buffer.from('\n'));
    if (this.#carried > 0) throw this.#stop('opens a quote that is never closed');
    return found;
  }

  // Both give back where the record starts that is not complete.
  #read(bytes: Buffer, into: string[][]): number {
    const text = bytes.toString('latin1');
    let start = 0;
    for (let next = 0; start < bytes.length; start = next) {
      next = this.#record(bytes, text, start, into);
      if (next === 0) break;
    }
    return start;
  }

  // From line end to line end, past all that is quoted: cells that nobody reads need not be found.
  #count(bytes: Buffer, into: string[][]): number {
    let start = 0;
    let quoteAt = bytes.indexOf(quote);
    for (let end = 0; ; start = end + 1) {
      end = bytes.indexOf(lineFeed, start);
      let blank = end === start || (end === start + 1 && bytes[start] === carriageReturn);
      while (quoteAt !== -1 && (quoteAt < end || end === -1)) {
        let after = quoteAt + 1;
        // Inside a cell that does not begin with one, a quote is a letter.
        if (quoteAt === start || bytes[quoteAt - 1] === comma) {
          const close = closingQuote(bytes, quoteAt + 1);
          after = this.#afterQuoted(bytes, close);
          // Looked for anew only when it was passed: a line of quoted cells alone would be read to its end for each.
          if (after === bytes.length) end = -1;
          else if (end !== -1 && end < after) end = bytes.indexOf(lineFeed, after);
          blank = after === end && quoteAt === start && close === start + 1;
        }
        quoteAt = bytes.indexOf(quote, after);
      }
      if (end === -1) return start;
      if (!blank) this.#done(start, end + 1, unread, into);
    }
  }

  // Reads one record. Its bytes, taken as one letter each, stand in `text` at the same places: cutting
  // a cell out of that costs far less than decoding it, and most cells are ASCII.
  // Returns where the next one starts; 0 when this one is not complete.
  #record(bytes: Buffer, text: string, start: number, into: string[][]): number {
    const wanted = this.#wanted;
    const cells: string[] = [];
    const end = bytes.length;
    for (let at = start; at < end; at++) {
      const from = at;
      const read = wanted === null || wanted[cells.length] === 1;
      let byte = bytes[at] as number;
      if (byte === quote) {
        const close = closingQuote(bytes, at + 1);
        at = this.#afterQuoted(bytes, close);
        if (at === end) return 0;
        byte = bytes[at] as number;
        if (byte === lineFeed && cells.length === 0 && close === from + 1) return at + 1;
        cells.push(read ? quotedCell(bytes, from + 1, close) : '');
      } else {
        let seen = 0;
        while (byte !== comma && byte !== lineFeed) {
          seen |= byte;
          if (++at === end) return 0;
          byte = bytes[at] as number;
        }
        const to = byte === lineFeed && at > from && bytes[at - 1] === carriageReturn ? at - 1 : at;
        if (byte === lineFeed && cells.length === 0 && to === from) return at + 1;
        if (!read || to === from) cells.push('');
        else cells.push(seen < beyondAscii ? text.slice(from, to) : bytes.toString('utf8', from, to));
      }
      if (byte === lineFeed) {
        this.#done(start, at + 1, cells, into);
        return at + 1;
      }
    }
    return 0;
  }

  // Where the comma or line end after a quoted cell stands; the end of the bytes when it is not here yet.
  #afterQuoted(bytes: Buffer, close: number): number {
    const at = close === -1 ? bytes.length : afterSpaces(bytes, close + 1);
    const byte = bytes[at];
    // To guess where such a record ends might swallow the lines after it.
    if (byte !== undefined && byte !== comma && byte !== lineFeed) throw this.#stop('has a quote in the wrong place');
    return at;
  }

  #done(start: number, end: number, record: string[], into: string[][]): void {
    if (end - start > this.#longest) throw this.#endless();
    this.#records++;
    into.push(record);
  }

  #endless(): HomewardError {
    return this.#stop('does not end; look for a quote that is never closed');
  }

  #stop(what: string): HomewardError {
    return new HomewardError('PART_CSV', `Row ${this.#records + 1} ${what}.`);
  }
}

// Where the quoted cell ends whose text starts here: at a quote that is not doubled; -1 when that is not here yet.
function closingQuote(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(quote, from); at !== -1; at = bytes.indexOf(quote, at + 2)) {
    if (bytes[at + 1] !== quote) return at;
  }
  return -1;
}

// Spaces between a closing quote and the comma or line end after it are passed over, as the CR of CRLF is.
function afterSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== comma && bytes[at] !== lineFeed) at++;
  if (at === from || at === bytes.length || (at === from + 1 && bytes[from] === carriageReturn)) return at;
  return bytes.toString('utf8', from, at).trim() === '' ? at : from;
}

function quotedCell(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return text.includes('"') ? text.replaceAll('""', '"') : text;
}

/**
 * Hands out a file's records in batches, one for each piece of at most 16 KiB.
 * @param chunks UTF-8 bytes; each is done with before the next is asked for
 * @throws HomewardError PART_CSV with the row at which the text stopped being CSV
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  reader = new CsvReader(),
): AsyncGenerator<string[][]> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += longestPiece) {
      const records = reader.feed(chunk.subarray(at, at + longestPiece));
      if (records.length > 0) yield records;
    }
  }
  const last = reader.end();
  if (last.length > 0) yield last;
}
