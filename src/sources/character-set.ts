/**
 * Reads a file as text. UTF-8 is what `homeward-extract/1` asks for; Windows-1252 is what older
 * council tools write. Anything else would turn names into other names, so it is refused.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { HomewardError } from '../domain/error.ts';

export type CharacterSet = 'utf-8' | 'windows-1252';

/** The bytes are not UTF-8: time to try Windows-1252. Never leaves this folder. */
export class NotUtf8 extends Error {}

const chunkSize = 128 * 1024;
/** Bytes that one letter of UTF-8 may have. */
const longestLetter = 4;
const nothing = Buffer.alloc(0);
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const hint = 'Save the file as “CSV UTF-8”.';
/** Bytes that stand for nothing in Windows-1252; NUL stands for UTF-16 or damage. */
const impossible = [0x00, 0x81, 0x8d, 0x8f, 0x90, 0x9d];

/**
 * Streams a file as UTF-8 in pieces of about 128 KiB that end with a whole letter, a byte order mark dropped.
 * The bytes handed out are overwritten when the next are asked for.
 * @param onChunk shown each piece's bytes as they stand in the file, before its text is handed out
 * @throws NotUtf8 when read as UTF-8 and it is not
 * @throws HomewardError PART_ENCODING for UTF-16 or bytes that no character set explains, BUNDLE_FILE_MISSING
 */
export async function* readUtf8(
  path: string,
  characterSet: CharacterSet,
  onChunk: (bytes: Uint8Array) => void,
): AsyncGenerator<Buffer> {
  const file = await openFile(path);
  try {
    const decoder = characterSet === 'utf-8' ? null : new TextDecoder(characterSet);
    let cut: Buffer = nothing;
    let first = true;
    for await (const { buffer, bytesRead } of readAhead(file)) {
      const read = buffer.subarray(longestLetter, longestLetter + bytesRead);
      if (first) refuseUtf16(read);
      if (decoder) refuseUndefined(read, first);
      onChunk(read);
      if (decoder) {
        yield Buffer.from(decoder.decode(read, { stream: true }));
      } else {
        cut.copy(buffer, longestLetter - cut.length);
        const bytes = buffer.subarray(longestLetter - cut.length, longestLetter + bytesRead);
        const whole = bytes.length - cutLetter(bytes);
        if (!isUtf8(bytes.subarray(0, whole))) throw new NotUtf8('not UTF-8');
        cut = Buffer.from(bytes.subarray(whole));
        yield bytes.subarray(first && isMarked(bytes) ? byteOrderMark.length : 0, whole);
      }
      first = false;
    }
    if (cut.length > 0) throw new NotUtf8('not UTF-8');
  } finally {
    await file.close();
  }
}

// Hands out a file in two buffers by turns, so that the next piece is read while one is worked on. Before
// each there is room for what the piece before it left over.
async function* readAhead(file: FileHandle): AsyncGenerator<{ buffer: Buffer; bytesRead: number }> {
  const read = (into: Buffer): Promise<{ buffer: Buffer; bytesRead: number }> => {
    const reading = file.read(into, longestLetter, chunkSize);
    // Whoever asks for the piece hears of a failure; nobody may ask any more.
    reading.catch(() => undefined);
    return reading;
  };
  let other: Buffer = Buffer.allocUnsafe(longestLetter + chunkSize);
  for (let next = read(Buffer.allocUnsafe(longestLetter + chunkSize)); ;) {
    const piece = await next;
    if (piece.bytesRead === 0) return;
    next = read(other);
    other = piece.buffer;
    yield piece;
  }
}

// How many bytes at the end begin a letter that is not whole yet.
function cutLetter(bytes: Buffer): number {
  for (let back = 1; back < longestLetter && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function isMarked(bytes: Buffer): boolean {
  return bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark);
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // The path was followed to its end when the bundle was opened; a link put there since is not followed.
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new HomewardError('BUNDLE_FILE_MISSING', 'It was removed while the bundle was being read.', { cause });
  }
}

function refuseUtf16(bytes: Buffer): void {
  const marked = bytes.length >= 2 && [0xfffe, 0xfeff].includes(bytes.readUInt16BE(0));
  const start = bytes.subarray(0, 4096);
  // English text in UTF-16 is half NULs; a stray one is left to the CSV reader, which says where it is.
  const nuls = start.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (marked || nuls * 4 > start.length) throw new HomewardError('PART_ENCODING', `It looks like UTF-16. ${hint}`);
}

function refuseUndefined(bytes: Buffer, first: boolean): void {
  if (first && isMarked(bytes)) {
    throw new HomewardError('PART_ENCODING', `It is marked as UTF-8 but is not. ${hint}`);
  }
  const found = impossible.find((byte) => bytes.includes(byte));
  if (found === undefined) return;
  const code = found.toString(16).toUpperCase().padStart(2, '0');
  throw new HomewardError('PART_ENCODING', `It holds the byte ${code}, which is no character. ${hint}`);
}
