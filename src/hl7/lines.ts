/**
 * From the bytes of a frame to the lines of a message: what is junk, and where a segment ends.
 */
import { looksWide } from './charset.ts';
import { beginsSegment } from './segment.ts';

/** Why no message begins in these bytes; in words in message.ts. */
export type LocateFault = 'HL7_EMPTY' | 'HL7_NO_HEADER' | 'HL7_BATCH' | 'HL7_WIDE_CHARACTERS';

/** The bytes from `MSH` to the last that is not junk; a fault's code when they do not begin there. */
export function locate(given: Uint8Array): Buffer | LocateFault {
  const bytes = Buffer.isBuffer(given) ? given : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (looksWide(bytes)) return 'HL7_WIDE_CHARACTERS';
  let start = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  while (start < bytes.length && isBlank(bytes[start] as number)) start++;
  let end = bytes.length;
  while (end > start && isJunk(bytes[end - 1] as number)) end--;
  if (end === start) return 'HL7_EMPTY';
  const name = bytes.toString('latin1', start, start + 3);
  if (name === 'BHS' || name === 'FHS') return 'HL7_BATCH';
  if (name !== 'MSH') return 'HL7_NO_HEADER';
  return bytes.subarray(start, end);
}

/**
 * The lines of a message, blank ones left out. CR ends a segment, so does CRLF, and LF where a segment follows;
 * elsewhere LF is a line break inside a text.
 * @param separator of fields
 */
export function divide(text: string, separator: string): readonly string[] {
  if (!text.includes('\n')) {
    const lines = text.split('\r');
    return lines.includes('') ? lines.filter((line) => line !== '') : lines;
  }
  const lines: string[] = [];
  for (const line of text.split(/\r\n?/)) {
    let segment = '';
    let breaks = '';
    for (const piece of line.split('\n')) {
      breaks += '\n';
      if (piece === '') continue;
      if (segment !== '' && !beginsSegment(piece, separator)) segment += breaks + piece;
      else {
        if (segment !== '') lines.push(segment);
        segment = piece;
      }
      breaks = '';
    }
    if (segment !== '') lines.push(segment);
  }
  return lines;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** What senders leave after the last segment: line ends, padding, end blocks, control-Z. */
function isJunk(byte: number): boolean {
  return byte === 0x0d || byte === 0x0a || byte === 0 || byte === 0x0b || byte === 0x1a || byte === 0x1c;
}
