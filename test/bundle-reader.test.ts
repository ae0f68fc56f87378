/** Opening an extract bundle: what is read, what is refused and with which code. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../src/domain/error.ts';
import { openBundle } from '../src/sources/extract-bundle.ts';
import { inspectFirst, linesOf, usualFiles, writeManifest, zipBundle } from './support/bundle.ts';
import { asAt, bundleFolders, services } from './support/bundle-folders.ts';
import type { PartSpec } from './support/bundle.ts';
import { refusedWith } from './support/refused.ts';

const shared = join(import.meta.dirname, '../../shared/data');
const { root, options, fresh, written } = bundleFolders();

const restrictions: PartSpec = {
  kind: 'restrictions',
  asAt,
  header: ['LA Code', 'LA Person Unique Identifier', 'NHS Number', 'Reason', 'From', 'Until'],
  rows: [['999', 'M100009', '9990000077', 'Objection', '01/01/2026', '']],
};

/** Everything that a bundle says. */
async function contentOf(path: string): Promise<unknown> {
  const bundle = await openBundle(path, options);
  const parts = [];
  for (const part of bundle.manifest.parts) {
    const inspection = await bundle.inspect(part);
    parts.push({ inspection, lines: await linesOf(bundle, inspection) });
  }
  await bundle.close();
  return { manifest: bundle.manifest, parts };
}

const refuses = (path: string, code: ErrorCode, says = ''): Promise<void> =>
  assert.rejects(openBundle(path, options), refusedWith(code, says));

/** A manifest with something changed in it, beside the file that it names. */
async function withManifest(
  change: (manifest: Record<string, unknown>, part: Record<string, unknown>) => void,
): Promise<string> {
  const dir = await written(services);
  const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  change(manifest, (manifest['parts'] as Record<string, unknown>[])[0] ?? {});
  await writeManifest(dir, manifest);
  return dir;
}

test('a folder is opened: manifest, inspection and lines', async () => {
  const bundle = await openBundle(await written(services, restrictions), options);
  assert.equal(bundle.manifest.council, '999');
  assert.equal(bundle.manifest.source, 'SYNTHETIC');
  assert.equal(bundle.manifest.extractedAt.toISOString(), '2026-09-30T04:12:00.000Z');
  assert.deepEqual(bundle.manifest.parts.map(({ kind }) => kind), ['services', 'restrictions']); // prettier-ignore
  assert.equal(bundle.manifest.parts[0]?.asAt.toISOString(), '2026-09-30T04:10:00.000Z');
  const inspection = await inspectFirst(bundle);
  assert.deepEqual(inspection.problems, []);
  assert.equal(inspection.rows, 2);
  assert.equal(inspection.encoding, 'utf-8');
  assert.equal(inspection.header.width, 3);
  assert.deepEqual(await linesOf(bundle, inspection), [
    { row: 2, cells: ['Day support', 'Y', 'Day centre, “Elm”'] },
    { row: 3, cells: ['Meals', 'N', ''] },
  ]);
});

test('a zip, also one with a folder around its files, says the same as the folder, and leaves nothing', async () => {
  const dir = await written(services, restrictions);
  const expected = await contentOf(dir);
  assert.deepEqual(await contentOf(await zipBundle(dir)), expected);
  assert.deepEqual(await contentOf(await zipBundle(dir, 'My export')), expected);
  assert.deepEqual(await readdir(options.workDir), []);
});

test('closing twice does no harm, and closing a folder does not remove it', async () => {
  const dir = await written(services);
  for (const path of [dir, await zipBundle(dir)]) {
    const bundle = await openBundle(path, options);
    await bundle.close();
    await bundle.close();
  }
  assert.ok(existsSync(join(dir, 'manifest.json')));
});

test('a bundle is copied with its manifest and named parts and nothing else, readable by this user only', async () => {
  const dir = await written(services, restrictions);
  await writeFile(join(dir, 'notes.txt'), 'not part of it');
  const target = join(fresh(), 'kept');
  await (await openBundle(dir, options)).copyTo(target);
  assert.deepEqual((await readdir(target)).sort(), ['manifest.json', 'restricted.csv', 'service_map.csv']);
  assert.equal((await stat(target)).mode & 0o777, 0o700);
  assert.equal((await stat(join(target, 'restricted.csv'))).mode & 0o777, 0o600);
  assert.deepEqual(await contentOf(target), await contentOf(dir));
});

test('a path where nothing is, or something that is no bundle, is refused', async () => {
  await refuses(join(root, 'nowhere'), 'BUNDLE_NOT_FOUND');
  await refuses('/dev/null', 'BUNDLE_NOT_FOUND');
  const file = fresh();
  await writeFile(file, 'LA Code,NHS Number\r\n');
  await refuses(file, 'BUNDLE_ZIP');
});

test('a manifest that is missing or not JSON is refused, and nothing of the zip stays behind', async () => {
  const dir = await written(services);
  await rm(join(dir, 'manifest.json'));
  await refuses(dir, 'BUNDLE_MANIFEST', 'no manifest.json');
  await refuses(await zipBundle(dir), 'BUNDLE_MANIFEST', 'no manifest.json');
  assert.deepEqual(await readdir(options.workDir), []);
  await writeFile(join(dir, 'manifest.json'), '{"format": "homeward-extract/1", "secret": ');
  await assert.rejects(openBundle(dir, options), (error: Error) => {
    assert.ok(!error.message.includes('secret'));
    return refusedWith('BUNDLE_MANIFEST', 'not JSON')(error);
  });
  await writeFile(join(dir, 'manifest.json'), ' '.repeat(1024 * 1024 + 1));
  await refuses(dir, 'BUNDLE_MANIFEST', 'larger');
});

test('a manifest with a byte order mark, an extra field or no source is read', async () => {
  const dir = await withManifest((manifest) => {
    manifest['madeWith'] = 'a tool';
    delete manifest['source'];
  });
  const text = await readFile(join(dir, 'manifest.json'), 'utf8');
  await writeFile(join(dir, 'manifest.json'), `\ufeff${text}`);
  assert.equal((await openBundle(dir, options)).manifest.source, '');
});

test('a wrong field of the manifest is refused by name, with what is expected', async () => {
  const wrong: [string, Parameters<typeof withManifest>[0]][] = [
    ['format must be "homeward-extract/1"', (manifest) => (manifest['format'] = 'homeward-extract/2')],
    ['council must be the council’s code as text', (manifest) => (manifest['council'] = 999)],
    ['council must be the council’s code as text', (manifest) => delete manifest['council']],
    ['extractedAt must be an instant with its offset', (manifest) => (manifest['extractedAt'] = '2026-09-30T05:12:00')],
    ['extractedAt must be an instant', (manifest) => (manifest['extractedAt'] = '30/09/2026 05:12')],
    ['parts must name at least one', (manifest) => (manifest['parts'] = [])],
    ['parts must be a list', (manifest) => (manifest['parts'] = {})],
    ['parts must name each kind once', (manifest) => (manifest['parts'] as unknown[]).push((manifest['parts'] as unknown[])[0])],
    ['parts: number 1: kind must be one of care,', (_, part) => (part['kind'] = 'costs')],
    ['parts: number 1: file must be', (_, part) => (part['file'] = '')],
    ['parts: number 1: asAt must be an instant', (_, part) => (part['asAt'] = '2026-02-30T05:00:00Z')],
    ['parts: number 1: rows must be a whole number', (_, part) => (part['rows'] = -1)],
    ['parts: number 1: rows must be a whole number', (_, part) => (part['rows'] = '2')],
    ['parts: number 1: sha256 must be 64 hex', (_, part) => (part['sha256'] = 'abc')],
    ['asAt of part services must not be later than extractedAt', (_, part) => (part['asAt'] = '2026-09-30T05:13:00+01:00')],
  ]; // prettier-ignore
  for (const [says, change] of wrong) await refuses(await withManifest(change), 'BUNDLE_MANIFEST', says);
});

test('a bundle from the future is refused, five minutes are forgiven', async () => {
  const made = (instant: string): Promise<string> =>
    withManifest((manifest, part) => {
      manifest['extractedAt'] = instant;
      part['asAt'] = instant;
    });
  await refuses(await made('2026-09-30T06:05:01+01:00'), 'BUNDLE_FUTURE', 'extractedAt');
  await openBundle(await made('2026-09-30T06:05:00+01:00'), options);
  const dir = await withManifest((_, part) => (part['asAt'] = '2026-10-01T00:00:00Z'));
  await refuses(dir, 'BUNDLE_FUTURE', 'asAt of part services');
});

test('a file name that points outside the bundle is refused', async () => {
  for (const file of ['../service_map.csv', '/etc/hostname', 'a/b.csv', 'a\\b.csv', '..', '.', 'C:b.csv', 'a\0.csv']) {
    const path = await written({ ...services, tamper: { file } });
    await refuses(path, 'BUNDLE_UNSAFE_PATH', 'part services');
  }
});

test('a link that leaves the folder is refused, one that stays in it is followed', async () => {
  const outside = await written(services);
  const dir = await written({ ...services, tamper: { missing: true } });
  await symlink(join(outside, usualFiles.services), join(dir, usualFiles.services));
  await refuses(dir, 'BUNDLE_UNSAFE_PATH', 'outside');
  const inside = await written({ ...services, file: 'real.csv', tamper: { file: 'link.csv' } });
  await symlink('real.csv', join(inside, 'link.csv'));
  assert.deepEqual((await inspectFirst(await openBundle(inside, options))).problems, []);
  const manifest = await written(services);
  await rm(join(manifest, 'manifest.json'));
  await symlink(join(outside, 'manifest.json'), join(manifest, 'manifest.json'));
  await refuses(manifest, 'BUNDLE_UNSAFE_PATH');
});

test('a file that is named but not there is refused, at once and when it goes later', async () => {
  await refuses(await written({ ...services, tamper: { missing: true } }), 'BUNDLE_FILE_MISSING', 'service_map.csv');
  const folder = await written({ ...services, tamper: { missing: true } });
  await mkdir(join(folder, usualFiles.services));
  await refuses(folder, 'BUNDLE_FILE_MISSING');
  const dir = await written(services);
  const bundle = await openBundle(dir, options);
  const inspection = await inspectFirst(bundle);
  await rm(join(dir, usualFiles.services));
  await assert.rejects(inspectFirst(bundle), refusedWith('BUNDLE_FILE_MISSING'));
  await assert.rejects(linesOf(bundle, inspection), refusedWith('BUNDLE_FILE_MISSING'));
  await assert.rejects(bundle.copyTo(fresh()), refusedWith('BUNDLE_FILE_MISSING'));
});

test('a checksum in capital letters is the same checksum', async () => {
  const dir = await withManifest((_, part) => (part['sha256'] = String(part['sha256']).toUpperCase()));
  assert.deepEqual((await inspectFirst(await openBundle(dir, options))).problems, []);
});

test(
  'the worked example is read without a problem',
  { skip: !existsSync(join(shared, 'examples/bundle')) },
  async () => {
    const bundle = await openBundle(join(shared, 'examples/bundle'), options);
    assert.equal(bundle.manifest.parts.length, 7);
    for (const part of bundle.manifest.parts) {
      const inspection = await bundle.inspect(part);
      assert.deepEqual({ ...inspection, problems: inspection.problems, unknown: inspection.header.unknown }, {
      ...inspection, problems: [], unknown: [],
    }); // prettier-ignore
      assert.equal((await linesOf(bundle, inspection)).length, part.rows);
    }
  },
);
