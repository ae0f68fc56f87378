/**
 * Reads a file as text. UTF-8 is what `homeward-extract/1` asks for; Windows-1252 is what older
 * council tools write. Anything else would turn names into other names, so it is refused.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { HomewardError } from '../domain/error.ts';

export type CharacterSet = 'utf-8' | 'windows-1252';

/** The bytes are not UTF-8: time to try Windows-1252. Never leaves this folder. */
export class NotUtf8 extends Error {}

const chunkSize = 128 * 1024;
const hint = 'Save the file as “CSV UTF-8”.';
/** Bytes that stand for nothing in Windows-1252; NUL stands for UTF-16 or damage. */
const impossible = [0x00, 0x81, 0x8d, 0x8f, 0x90, 0x9d];

/**
 * Streams a file's text in pieces of about 128 KiB, a byte order mark dropped.
 * @param onChunk shown each piece's bytes before its text is handed out; they are overwritten afterwards
 * @throws NotUtf8 when read as UTF-8 and it is not
 * @throws HomewardError PART_ENCODING for UTF-16 or bytes that no character set explains, BUNDLE_FILE_MISSING
 */
export async function* readText(
  path: string,
  characterSet: CharacterSet,
  onChunk: (bytes: Uint8Array) => void,
): AsyncGenerator<string> {
  const file = await openFile(path);
  try {
    const buffer = Buffer.allocUnsafe(chunkSize);
    const decoder = new TextDecoder(characterSet, { fatal: true });
    for (let first = true; ; first = false) {
      const { bytesRead } = await file.read(buffer, 0, chunkSize);
      if (bytesRead === 0) break;
      const bytes = buffer.subarray(0, bytesRead);
      if (first) refuseUtf16(bytes);
      if (characterSet === 'windows-1252') refuseUndefined(bytes, first);
      onChunk(bytes);
      yield decode(decoder, bytes);
    }
    const left = decode(decoder);
    if (left !== '') yield left;
  } finally {
    await file.close();
  }
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

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch (cause) {
    throw new NotUtf8('not UTF-8', { cause });
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
  if (first && bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) {
    throw new HomewardError('PART_ENCODING', `It is marked as UTF-8 but is not. ${hint}`);
  }
  const found = impossible.find((byte) => bytes.includes(byte));
  if (found === undefined) return;
  const code = found.toString(16).toUpperCase().padStart(2, '0');
  throw new HomewardError('PART_ENCODING', `It holds the byte ${code}, which is no character. ${hint}`);
}
