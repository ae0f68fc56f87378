/** Opens a council's extract bundle (`homeward-extract/1`): a folder, or a zip of one. */
import { chmod, copyFile, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { HomewardError } from '../domain/error.ts';
import type { BundleManifest, BundlePart, OpenBundle } from '../domain/extract/bundle.ts';
import { readManifest } from './manifest.ts';
import { inspectPart, readPartLines } from './part-file.ts';
import { unpackZip } from './zip.ts';
import type { ZipLimits } from './zip.ts';

export interface BundleOptions {
  /** Where a zip is unpacked, into a folder of its own that only this user can read. */
  readonly workDir: string;
  readonly now: Date;
  readonly zipLimits?: Partial<ZipLimits>;
}

/** A manifest names a handful of parts; more than this is another file. */
const manifestAtMost = 1024 * 1024;

/**
 * Opens a bundle and reads its manifest; the parts' contents are not looked at yet.
 * @throws HomewardError BUNDLE_NOT_FOUND, BUNDLE_MANIFEST, BUNDLE_FUTURE, BUNDLE_FILE_MISSING,
 * BUNDLE_UNSAFE_PATH, BUNDLE_ZIP, BUNDLE_TOO_LARGE
 */
export async function openBundle(path: string, options: BundleOptions): Promise<OpenBundle> {
  const found = await stat(path).catch((cause: unknown) => {
    throw isMissing(cause) ? new HomewardError('BUNDLE_NOT_FOUND', undefined, { cause }) : cause;
  });
  if (found.isDirectory()) return openFolder(await realpath(path), options.now, async () => undefined);
  if (!found.isFile()) throw new HomewardError('BUNDLE_NOT_FOUND', 'A bundle is a folder or a zip file.');
  const folder = await realpath(await unpackZip(path, options.workDir, options.zipLimits));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return await openFolder(folder, options.now, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openFolder(folder: string, now: Date, close: () => Promise<void>): Promise<OpenBundle> {
  const manifest = await manifestOf(folder, now);
  for (const part of manifest.parts) await fileOf(folder, part);
  return {
    manifest,
    inspect: async (part) => inspectPart(await fileOf(folder, part), part),
    async *lines(inspection, onBytes = () => undefined) {
      yield* readPartLines(await fileOf(folder, inspection.part), inspection, onBytes);
    },
    copyTo: (target) => copyBundle(folder, manifest, target),
    close,
  };
}

async function manifestOf(folder: string, now: Date): Promise<BundleManifest> {
  const file = await insideOf(folder, 'manifest.json');
  if (file === null) throw new HomewardError('BUNDLE_MANIFEST', 'There is no manifest.json.');
  if ((await stat(file)).size > manifestAtMost) throw new HomewardError('BUNDLE_MANIFEST', 'It is larger than 1 MiB.');
  return readManifest(await readFile(file, 'utf8'), now);
}

async function fileOf(folder: string, part: BundlePart): Promise<string> {
  const file = await insideOf(folder, part.file);
  if (file === null)
    throw new HomewardError('BUNDLE_FILE_MISSING', `Part ${part.kind}: there is no file ${part.file}.`);
  return file;
}

/** The file that a name stands for once links are followed; null when there is none. */
async function insideOf(folder: string, name: string): Promise<string | null> {
  try {
    const file = await realpath(join(folder, name));
    if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      throw new HomewardError('BUNDLE_UNSAFE_PATH', `${name} is a link to a file outside the bundle.`);
    }
    return (await stat(file)).isFile() ? file : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function copyBundle(folder: string, manifest: BundleManifest, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of ['manifest.json', ...manifest.parts.map(({ file }) => file)]) {
    const from = await insideOf(folder, name);
    if (from === null) throw new HomewardError('BUNDLE_FILE_MISSING', `There is no file ${name}.`);
    await copyFile(from, join(target, name));
    // A copy keeps the rights of its original, which other people may be able to read.
    await chmod(join(target, name), 0o600);
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
}
