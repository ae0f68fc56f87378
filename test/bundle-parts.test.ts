/** One part of a bundle: its checksum, character set, header and lines. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../src/domain/error.ts';
import type { BundleLine, PartInspection } from '../src/domain/extract/bundle.ts';
import { cellsOf } from '../src/domain/extract/columns.ts';
import { openBundle } from '../src/sources/extract-bundle.ts';
import { asAt, bundleFolders, services } from './support/bundle-folders.ts';
import { inspectFirst, linesOf, usualFiles, zipBundle } from './support/bundle.ts';
import type { PartSpec } from './support/bundle.ts';
import { refusedWith } from './support/refused.ts';

const shared = join(import.meta.dirname, '../../shared/data');
const { options, written } = bundleFolders();

async function only(part: PartSpec): Promise<{ inspection: PartInspection; lines: BundleLine[] }> {
  const bundle = await openBundle(await written(part), options);
  const inspection = await inspectFirst(bundle);
  return { inspection, lines: await linesOf(bundle, inspection) };
}

const refuses = (part: PartSpec, code: ErrorCode, says = ''): Promise<void> =>
  assert.rejects(only(part), refusedWith(code, says));

test('a checksum or a number of rows that disagrees with the manifest is a problem, not an error', async () => {
  const { inspection } = await only({ ...services, tamper: { sha256: 'a'.repeat(64) } });
  assert.deepEqual(inspection.problems, ['CHECKSUM']);
  assert.deepEqual((await only({ ...services, tamper: { rows: 3 } })).inspection.problems, ['ROW_COUNT']);
  const both = await only({ ...services, tamper: { rows: 0, sha256: 'b'.repeat(64) } });
  assert.deepEqual(both.inspection.problems, ['CHECKSUM', 'ROW_COUNT']);
  assert.equal(both.inspection.rows, 2);
});

test('a file that changes between inspection and reading is noticed', async () => {
  const dir = await written(services);
  const bundle = await openBundle(dir, options);
  const inspection = await inspectFirst(bundle);
  await appendFile(join(dir, usualFiles.services), 'Reablement,Y,\r\n');
  await assert.rejects(linesOf(bundle, inspection), refusedWith('PART_CSV', 'changed'));
});

test('Windows-1252 is recognised and its letters are read', async () => {
  const rows = [['Day support', 'Y', 'Café “Zoë’s” – £5 or 5 €']];
  const { inspection, lines } = await only({ ...services, rows, encoding: 'windows-1252' });
  assert.equal(inspection.encoding, 'windows-1252');
  assert.deepEqual(inspection.problems, []);
  assert.deepEqual(lines, [{ row: 2, cells: rows[0] }]);
});

test('letters of more than one byte are read wherever a chunk of the file ends', async () => {
  const rows = Array.from({ length: 6000 }, (_, row) => ['Day support', 'Y', `${'é’😀'.repeat(10)}${row}`]);
  for (const shift of ['', 'x', 'xx', 'xxx']) {
    const { inspection, lines } = await only({ ...services, rows: [['a', 'Y', shift], ...rows], eol: '\n' });
    assert.ok(inspection.bytes > 3 * 128 * 1024);
    assert.equal(inspection.encoding, 'utf-8');
    assert.deepEqual(lines.slice(1).map(({ cells }) => cells), rows); // prettier-ignore
  }
});

test('what is neither UTF-8 nor Windows-1252 is refused', async () => {
  const part = { ...services, encoding: 'utf-16le' } as const;
  await refuses({ ...part, bom: true }, 'PART_ENCODING', 'UTF-16');
  await refuses(part, 'PART_ENCODING', 'UTF-16');
  await refuses({ ...services, content: Buffer.from([0xfe, 0xff, 0, 0x41]) }, 'PART_ENCODING', 'UTF-16');
  const head = 'Service Component,Shown,Label\r\nDay support,Y,';
  for (const bad of ['\xe9\x81', '\xe9\x9d', '\xe9\0']) {
    await refuses({ ...services, content: Buffer.from(head + bad, 'latin1') }, 'PART_ENCODING', 'CSV UTF-8');
  }
  await refuses({ ...services, content: Buffer.from(`\xef\xbb\xbf${head}\xe9`, 'latin1') }, 'PART_ENCODING', 'marked');
});

test('a byte order mark is dropped', async () => {
  const { inspection, lines } = await only({ ...services, bom: true });
  assert.deepEqual(inspection.problems, []);
  assert.deepEqual(inspection.header.unknown, []);
  assert.equal(lines.length, 2);
});

test('a file with semicolons, as Excel writes elsewhere, is refused for its header', async () => {
  await refuses({ ...services, delimiter: ';' }, 'PART_HEADER', 'missing Service Component, Shown');
});

test('an empty file is refused for its header, a header alone is a part without lines', async () => {
  await refuses({ ...services, content: '' }, 'PART_HEADER');
  const { inspection, lines } = await only({ ...services, rows: [] });
  assert.equal(inspection.rows, 0);
  assert.deepEqual(inspection.problems, []);
  assert.deepEqual(lines, []);
  const bundle = await openBundle(await written({ ...services, rows: [] }), options);
  for await (const batch of bundle.lines(await inspectFirst(bundle))) assert.fail(`a batch of ${batch.length}`);
});

test('columns are found by name, in any order, with spaces or underscores', async () => {
  const named = async (header: string[], row: string[]): Promise<string[]> => {
    const { inspection, lines } = await only({ ...services, header, rows: [row] });
    const cell = cellsOf(inspection.header, lines[0]?.cells ?? []);
    return [cell('Service Component'), cell('Shown'), cell('Label')];
  };
  const expected = ['Day support', 'Y', 'Day centre'];
  assert.deepEqual(await named(['Service Component', 'Shown', 'Label'], expected), expected);
  assert.deepEqual(await named(['Label', 'Service Component', 'Shown'], ['Day centre', 'Day support', 'Y']), expected);
  assert.deepEqual(await named(['service_component', 'SHOWN', 'label'], expected), expected);
});

test('a file that stops being CSV is refused with its row', async () => {
  const text = 'Service Component,Shown,Label\r\nDay support,Y,\r\nMeals,N,"never closed\r\n';
  await refuses({ ...services, content: text }, 'PART_CSV', 'Row 3');
  await refuses({ ...services, content: text.replace('"never', '\0') }, 'PART_CSV', 'Row 3');
});

test('a line with too few or too many cells is handed on for a later step to set aside', async () => {
  const { inspection, lines } = await only({ ...services, rows: [['Meals'], ['Meals', 'N', '', 'more']] }); // prettier-ignore
  assert.equal(inspection.rows, 2);
  assert.deepEqual(lines.map(({ cells }) => cells.length), [1, 4]); // prettier-ignore
});

test('CQC’s directory is read below its preamble, and without one', async () => {
  const part: PartSpec = {
    kind: 'directory',
    asAt,
    preamble: [['CQC Locations data', '', ''], ['', '', ''], ['This data was produced on 28 August 2025', '', ''], ['', '', '']],
    header: ['Name', 'Phone number', 'CQC Location ID (for office use only)'],
    rows: Array.from({ length: 12 }, (_, row) => [`Fictional Home ${row}`, '1632960101', `1-${row}`]),
  }; // prettier-ignore
  const { inspection, lines } = await only(part);
  assert.deepEqual(inspection.problems, []);
  assert.deepEqual(lines[0], { row: 6, cells: part.rows[0] });
  assert.equal(lines.at(-1)?.row, 17);
  const short = await only({ ...part, rows: part.rows.slice(0, 2) });
  assert.deepEqual(short.lines.map(({ row }) => row), [6, 7]); // prettier-ignore
  assert.deepEqual(short.inspection.problems, []);
  const bare = await only({ ...part, preamble: [] });
  assert.deepEqual(bare.lines.map(({ cells }) => cells), part.rows); // prettier-ignore
  assert.equal(bare.lines[0]?.row, 2);
  const late = Array.from({ length: 10 }, () => ['', '', '']);
  await refuses({ ...part, preamble: late }, 'PART_HEADER');
  assert.equal((await only({ ...part, preamble: late.slice(1) })).lines[0]?.row, 11);
});

test('other parts have no preamble', async () => {
  await refuses({ ...services, preamble: [['Service map', '', '']] }, 'PART_HEADER');
});

test('lines come in batches of bounded size, and the bytes told add up to the file', async () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => ['Day support', 'Y', `Label ${row}\nsecond line`]);
  const bundle = await openBundle(await zipBundle(await written({ ...services, rows })), options);
  const inspection = await inspectFirst(bundle);
  let told = 0;
  let next = 2;
  for await (const batch of bundle.lines(inspection, (bytes) => (told += bytes))) {
    const size = batch.reduce((sum, { cells }) => sum + cells.join().length, 0);
    assert.ok(size <= 256 * 1024, `a batch of ${size}`);
    for (const { row } of batch) assert.equal(row, next++);
  }
  assert.equal(next, 20_002);
  assert.equal(told, inspection.bytes);
  await bundle.close();
});

test('reading may stop half way, and the bundle can still be closed', async () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => ['Day support', 'Y', `Label ${row}`]);
  const bundle = await openBundle(await zipBundle(await written({ ...services, rows })), options);
  for await (const batch of bundle.lines(await inspectFirst(bundle))) {
    assert.ok(batch.length < rows.length);
    break;
  }
  await bundle.close();
  assert.deepEqual(await readdir(options.workDir), []);
});

const directory = join(shared, 'cqc/cqc_directory.csv');
test('CQC’s directory as published is read from its fifth row', { skip: !existsSync(directory) }, async () => {
  const content = await readFile(directory);
  const { inspection, lines } = await only({ kind: 'directory', asAt, header: [], rows: [], content });
  assert.equal(inspection.header.width, 15);
  assert.deepEqual(inspection.header.unknown, []);
  assert.equal(inspection.rows, 149);
  assert.equal(lines[0]?.row, 6);
  const cell = cellsOf(inspection.header, lines[0]?.cells ?? []);
  assert.match(cell('CQC Location ID (for office use only)'), /^1-\d+$/);
  assert.ok(lines.every(({ cells }) => cells.length === 15));
});
