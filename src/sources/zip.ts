/**
 * Unpacks a zip that somebody else made, trusting nothing it says about itself. The only home of
 * yauzl. Every byte is counted as it is written; names that would reach outside are refused.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { getFileNameLowLevel, openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { HomewardError } from '../domain/error.ts';

export interface ZipLimits {
  readonly entries: number;
  /** Unpacked, all entries together. */
  readonly bytes: number;
  /** How many times its packed size an entry may unpack to, once it is larger than `ratioFrom` bytes. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

/** A million lines of Client Level Data take about 300 MB; even one line, repeated, packs only to a ninetieth. */
export const zipLimits: ZipLimits = { entries: 64, bytes: 4 * 1024 ** 3, ratio: 200, ratioFrom: 10 * 1024 ** 2 };

interface Named {
  readonly entry: Entry;
  readonly path: readonly string[];
}

/**
 * Unpacks a zip's files into a fresh folder that only this user can read. A folder that wraps them all is left out.
 * @returns the folder; the caller removes it
 * @throws HomewardError BUNDLE_ZIP, BUNDLE_UNSAFE_PATH, BUNDLE_TOO_LARGE; nothing is left behind then
 */
export async function unpackZip(file: string, workDir: string, limits: Partial<ZipLimits> = {}): Promise<string> {
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(workDir, 'bundle-'));
  try {
    await unpackInto(folder, file, { ...zipLimits, ...limits });
    return folder;
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    // A full disk or a file without read permission is not the zip's fault.
    if (cause instanceof HomewardError || (cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    throw new HomewardError('BUNDLE_ZIP', 'It is not a zip file, or it was cut short: send it again.', { cause });
  }
}

async function unpackInto(folder: string, file: string, limits: ZipLimits): Promise<void> {
  // decodeStrings false: names are judged here, so that each refusal has its own code.
  const zip = await openPromise(file, { autoClose: false, decodeStrings: false });
  // An error while closing, which nobody waits for, would otherwise end the process.
  zip.on('error', () => undefined);
  try {
    let left = limits.bytes;
    for (const { entry, name } of unwrap(await listFiles(zip, limits.entries))) {
      left -= await unpackEntry(zip, entry, join(folder, name), left, limits);
    }
  } finally {
    zip.close();
  }
}

async function listFiles(zip: ZipFile, entriesAtMost: number): Promise<Named[]> {
  const files: Named[] = [];
  if (zip.entryCount > entriesAtMost) throw tooLarge(`It holds more than ${entriesAtMost} files.`);
  for await (const entry of zip.eachEntry()) {
    const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
    const path = name.split('/');
    if (/[\\:\p{Cc}]/u.test(name) || name.startsWith('/') || path.includes('..')) {
      throw new HomewardError('BUNDLE_UNSAFE_PATH', 'The zip holds a name with .., a backslash, a drive or a root.');
    }
    const type = (entry.externalFileAttributes >>> 16) & 0o170000;
    if (![0, 0o100000, 0o040000].includes(type)) {
      throw new HomewardError('BUNDLE_UNSAFE_PATH', 'The zip holds a link. Zip the files themselves.');
    }
    if (name.endsWith('/') || path[0] === '__MACOSX' || path.at(-1) === '.DS_Store') continue;
    if (entry.isEncrypted()) throw new HomewardError('BUNDLE_ZIP', 'It needs a password. Send it without one.');
    files.push({ entry, path });
  }
  return files;
}

function unwrap(files: readonly Named[]): { entry: Entry; name: string }[] {
  const top = files[0]?.path[0];
  const wrapped = files.every(({ path }) => path.length === 2 && path[0] === top);
  if (!wrapped && files.some(({ path }) => path.length > 1)) {
    throw new HomewardError('BUNDLE_ZIP', 'It holds folders. Zip the files, or the one folder that holds them.');
  }
  const seen = new Set<string>();
  return files.map(({ entry, path }) => {
    const name = path.at(-1) ?? '';
    // Two names that differ in case only are one file on Windows and on macOS.
    const key = name.normalize('NFC').toLowerCase();
    if (name === '' || name === '.' || seen.has(key))
      throw new HomewardError('BUNDLE_ZIP', 'A file stands in it twice.');
    seen.add(key);
    return { entry, name };
  });
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  target: string,
  left: number,
  limits: ZipLimits,
): Promise<number> {
  let bytes = 0;
  let checksum = 0;
  await pipeline(
    await zip.openReadStreamPromise(entry),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > left) throw tooLarge(`The limit is ${limits.bytes} bytes.`);
        if (bytes > limits.ratioFrom && bytes > limits.ratio * entry.compressedSize) {
          throw tooLarge(`A file in it unpacks to more than ${limits.ratio} times its packed size.`);
        }
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    },
    createWriteStream(target, { flags: 'wx', mode: 0o600 }),
  );
  if (checksum !== entry.crc32) throw new HomewardError('BUNDLE_ZIP', 'A file in it is damaged: send it again.');
  return bytes;
}

function tooLarge(detail: string): HomewardError {
  return new HomewardError('BUNDLE_TOO_LARGE', detail);
}
