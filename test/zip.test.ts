/** Unpacking zips that somebody else made: what is taken, what is refused, and that nothing is left behind. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { HomewardError } from '../src/domain/error.ts';
import type { ErrorCode } from '../src/domain/error.ts';
import { unpackZip } from '../src/sources/zip.ts';
import type { ZipLimits } from '../src/sources/zip.ts';
import { saveZip } from './support/bundle.ts';
import { refusedWith } from './support/refused.ts';

let root: string;
let work: string;
let zips = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'homeward-zip-'));
  work = join(root, 'work');
});
after(() => rm(root, { recursive: true }));

type Entries = Record<string, string | Buffer>;

async function zipOf(entries: Entries, options: { mode?: number; compress?: boolean } = {}): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name, options);
  return saveZip(zip, join(root, `${zips++}.zip`));
}

/** A zip with bytes replaced by as many others: names and flags that a well-behaved writer refuses to write. */
async function patched(file: string, from: string, to: string): Promise<string> {
  assert.equal(from.length, to.length);
  const bytes = await readFile(file, 'latin1');
  assert.ok(bytes.includes(from));
  await writeFile(file, bytes.replaceAll(from, to), 'latin1');
  return file;
}

async function refuses(file: string, code: ErrorCode, limits: Partial<ZipLimits> = {}, says = ''): Promise<void> {
  await assert.rejects(unpackZip(file, work, limits), refusedWith(code, says));
  assert.deepEqual(await readdir(work), [], 'something was left behind');
}

async function unpacked(file: string, limits: Partial<ZipLimits> = {}): Promise<Entries> {
  const folder = await unpackZip(file, work, limits);
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), 'utf8')]),
  );
  await rm(folder, { recursive: true });
  return Object.fromEntries(files) as Entries;
}

test('files are unpacked, packed or stored', async () => {
  const files = { 'manifest.json': '{}', 'cld.csv': 'é,’\r\n'.repeat(1000), 'empty.csv': '' };
  assert.deepEqual(await unpacked(await zipOf(files)), files);
  assert.deepEqual(await unpacked(await zipOf(files, { compress: false })), files);
});

test('only this user can read what is unpacked', async () => {
  const folder = await unpackZip(await zipOf({ 'cld.csv': 'a' }, { mode: 0o100777 }), work);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal((await stat(join(folder, 'cld.csv'))).mode & 0o777, 0o600);
  await rm(folder, { recursive: true });
});

test('a folder that wraps all files is left out, and so is what macOS adds', async () => {
  const zip = new ZipFile();
  zip.addEmptyDirectory('export');
  for (const name of [
    'export/a.csv',
    'export/b.csv',
    'export/.DS_Store',
    '__MACOSX/._a.csv',
    '__MACOSX/export/._a.csv',
  ]) {
    zip.addBuffer(Buffer.from(name), name);
  }
  const file = await saveZip(zip, join(root, 'wrapped.zip'));
  assert.deepEqual(await unpacked(file), { 'a.csv': 'export/a.csv', 'b.csv': 'export/b.csv' });
});

test('folders of any other shape are refused', async () => {
  await refuses(await zipOf({ 'a/x.csv': '', 'b/y.csv': '' }), 'BUNDLE_ZIP');
  await refuses(await zipOf({ 'manifest.json': '', 'a/x.csv': '' }), 'BUNDLE_ZIP');
  await refuses(await zipOf({ 'a/b/x.csv': '' }), 'BUNDLE_ZIP');
});

test('names that reach outside are refused', async () => {
  for (const name of [
    '../evil.csv',
    '/abs/ev.csv',
    'a/../ev.csv',
    'C:\\evil.csv',
    'a\\evil1.csv',
    'C:/evil.csv',
    'nul\0name.csv',
  ]) {
    const harmless = 'x'.repeat(name.length);
    await refuses(await patched(await zipOf({ ok: '', [harmless]: 'x' }), harmless, name), 'BUNDLE_UNSAFE_PATH');
  }
});

test('links and devices are refused', async () => {
  for (const mode of [0o120777, 0o020666, 0o060666, 0o010666]) {
    await refuses(await zipOf({ 'cld.csv': '/etc/hostname' }, { mode }), 'BUNDLE_UNSAFE_PATH');
  }
});

test('a file that stands twice is refused, also when only its case differs', async () => {
  await refuses(await patched(await zipOf({ 'aa.csv': '1', 'xx.csv': '2' }), 'xx.csv', 'aa.csv'), 'BUNDLE_ZIP');
  await refuses(await zipOf({ 'cld.csv': '1', 'CLD.csv': '2' }), 'BUNDLE_ZIP');
  await refuses(await zipOf({ 'a/e\u0301.csv': '1', 'a/\u00e9.csv': '2' }), 'BUNDLE_ZIP');
});

test('a zip with a password is refused', async () => {
  const file = await zipOf({ 'cld.csv': 'a' });
  const bytes = await readFile(file);
  const central = bytes.indexOf('PK\x01\x02', 0, 'latin1');
  bytes[central + 8] = (bytes[central + 8] ?? 0) | 1;
  await writeFile(file, bytes);
  await refuses(file, 'BUNDLE_ZIP', {}, 'password');
});

test('a bomb of zeros is stopped by its ratio long before it is unpacked', async () => {
  const file = await zipOf({ 'manifest.json': '{}', 'cld.csv': Buffer.alloc(64 * 1024 ** 2) });
  assert.ok((await stat(file)).size < 100_000);
  await refuses(file, 'BUNDLE_TOO_LARGE');
});

test('a small file may pack as well as it likes', async () => {
  const zeros = '0'.repeat(9 * 1024 ** 2);
  assert.deepEqual(await unpacked(await zipOf({ 'a.csv': zeros })), { 'a.csv': zeros });
});

test('the limit on bytes counts all files together', async () => {
  const file = await zipOf({ 'a.csv': 'x'.repeat(600), 'b.csv': 'y'.repeat(600) });
  await refuses(file, 'BUNDLE_TOO_LARGE', { bytes: 1199 });
  assert.equal(Object.keys(await unpacked(file, { bytes: 1200 })).length, 2);
});

test('a size that the zip understates is not believed', async () => {
  const file = await zipOf({ 'a.csv': 'x'.repeat(0x4321) });
  await refuses(await patched(file, '\x21\x43\0\0', '\x10\0\0\0'), 'BUNDLE_ZIP');
});

test('too many files are refused', async () => {
  const entries = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`${at}.csv`, '']));
  await refuses(await zipOf(entries), 'BUNDLE_TOO_LARGE');
  delete entries['64.csv'];
  assert.equal(Object.keys(await unpacked(await zipOf(entries))).length, 64);
});

test('what is not a zip, is cut short or is damaged is refused', async () => {
  const file = join(root, 'not.zip');
  for (const content of ['', 'PK', 'LA Code,NHS Number\r\n'.repeat(100)]) {
    await writeFile(file, content);
    await refuses(file, 'BUNDLE_ZIP');
  }
  const whole = await readFile(await zipOf({ 'a.csv': 'x,y\r\n'.repeat(500) }));
  await writeFile(file, whole.subarray(0, whole.length - 30));
  await refuses(file, 'BUNDLE_ZIP');
});

test('content that does not match its checksum is refused', async () => {
  const file = await zipOf({ 'a.csv': 'Barbara Example' }, { compress: false });
  await refuses(await patched(file, 'Barbara', 'Barbera'), 'BUNDLE_ZIP');
});

test('whatever bytes of a zip are changed, the outcome is files or a coded refusal that leaves nothing', async () => {
  const content = { 'manifest.json': '{"a":1}', 'cld.csv': 'x,y\r\n'.repeat(50) };
  const whole = await readFile(await zipOf(content));
  const file = join(root, 'changed.zip');
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(changes, async (list) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of list) bytes[at] = byte;
      await writeFile(file, bytes);
      try {
        const files = Object.values(await unpacked(file));
        for (const text of files) assert.ok(Object.values(content).includes(String(text)));
      } catch (error) {
        assert.ok(error instanceof HomewardError, String(error));
        refused++;
      }
      assert.deepEqual(await readdir(work), []);
    }),
    { numRuns: 300 },
  );
  assert.ok(refused > 0);
});
