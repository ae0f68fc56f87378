/** The streaming CSV reader: what it reads, what it refuses, and that it never holds a file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import Papa from 'papaparse';
import { HomewardError } from '../src/domain/error.ts';
import { CsvReader, readCsv } from '../src/sources/csv.ts';
import { quoted } from './support/bundle.ts';

async function read(...chunks: (string | Buffer)[]): Promise<string[][]> {
  const records: string[][] = [];
  for await (const batch of readCsv(chunks.map((chunk) => Buffer.from(chunk)))) records.push(...batch);
  return records;
}

const stops = (row: number) => (error: unknown) =>
  error instanceof HomewardError && error.code === 'PART_CSV' && error.message.includes(`Row ${row} `);

/** A table, the CSV that says it, and places to cut that text. */
const tables = fc
  .record({
    table: fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', ',', '"', '\n', '\r', '\r\n'), maxLength: 6 }), {
        minLength: 1,
        maxLength: 5,
      }),
      { maxLength: 12 },
    ),
    choices: fc.infiniteStream(fc.boolean()),
    lastEnded: fc.boolean(),
    cuts: fc.array(fc.nat(), { maxLength: 12 }),
  })
  .map(({ table, choices, lastEnded, cuts }) => {
    const choose = (): boolean => choices.next().value ?? false;
    const cell = (text: string): string => (choose() || /[",\r\n]/.test(text) ? quoted(text) : text);
    const lines = table.map((record) => record.map(cell).join(',') + (choose() ? '\r\n' : '\n'));
    // Cut as bytes: a letter of several may be cut in two.
    const text = Buffer.from(lastEnded ? lines.join('') : lines.join('').replace(/\r?\n$/, ''));
    const places = [...new Set(cuts.map((cut) => cut % (text.length + 1))), text.length].sort((a, b) => a - b);
    const chunks = places.map((place, at) => text.subarray(places[at - 1] ?? 0, place));
    // A record of one empty cell is a blank line, and blank lines are left out.
    return { table: table.filter((record) => record.length > 1 || record[0] !== ''), chunks };
  });

test('any table written as RFC 4180 CSV reads back the same, however quoted, ended and cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({ table, chunks }) => {
      assert.deepEqual(await read(...chunks), table);
    }),
    { numRuns: 2000 },
  );
});

test('as many records are counted as are read, and the same text is refused at the same row', () => {
  const pieces = fc.array(fc.constantFrom('a', '"', '""', ',', '\n', '\r\n', '\r', ' ', '\u00a0', '"b"', '"",', '\0'), {
    maxLength: 30,
  });
  const outcome = (text: Buffer, cuts: readonly number[], count: boolean): string => {
    const reader = new CsvReader();
    if (count) reader.only([]);
    const places = [...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
    let records = 0;
    try {
      places.forEach((place, at) => (records += reader.feed(text.subarray(places[at - 1] ?? 0, place)).length));
      return String(records + reader.end().length);
    } catch (error) {
      return (error as Error).message;
    }
  };
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(), { maxLength: 6 }), (all, cuts) => {
      const text = Buffer.from(all.join(''));
      const whole = outcome(text, [], false);
      assert.equal(outcome(text, cuts, false), whole);
      assert.equal(outcome(text, cuts, true), whole);
    }),
    { numRuns: 5000 },
  );
});

test('what papaparse reads without complaint is read the same', () => {
  const letters = fc.constantFrom('a', '"', '""', ',', '\n', '\r\n', ' ', 'é', '"b"');
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 12 }), (all) => {
      const text = `${all.join('')}\nend\n`;
      const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',', newline: '\n' });
      // Papa takes the CR before its line end for part of the cell, whether that was quoted or not.
      fc.pre(errors.length === 0 && !text.includes('\r"'));
      const unended = (record: string[]): string[] => [
        ...record.slice(0, -1),
        (record.at(-1) ?? '').replace(/\r$/, ''),
      ];
      const expected = data.map(unended).filter((record) => record.length > 1 || record[0] !== '');
      const reader = new CsvReader();
      assert.deepEqual([...reader.feed(Buffer.from(text)), ...reader.end()], expected);
    }),
    { numRuns: 3000 },
  );
});

test('a line of nothing but quoted cells is counted in one pass over it', () => {
  const line = Buffer.from(`${'"",'.repeat(20_000)}\n`);
  let searched = 0;
  const indexOf = Buffer.prototype.indexOf;
  Buffer.prototype.indexOf = function (this: Buffer, value: string | number | Uint8Array, from?: number) {
    const found = indexOf.call(this, value, from);
    searched += (found === -1 ? this.length : found) - (from ?? 0);
    return found;
  } as typeof indexOf;
  try {
    const reader = new CsvReader();
    reader.only([]);
    assert.equal(reader.feed(line).length, 1);
  } finally {
    Buffer.prototype.indexOf = indexOf;
  }
  assert.ok(searched < 10 * line.length, `${searched} bytes were searched in a line of ${line.length}`);
});

test('only the cells of columns that are asked for are read', () => {
  const reader = new CsvReader();
  reader.only([1, 3]);
  assert.deepEqual(reader.feed(Buffer.from('a,é,c,"d ""e""",f\n')), [['', 'é', '', 'd "e"', '']]);
});

test('CRLF and LF may be mixed, and a CRLF may be cut in two', async () => {
  assert.deepEqual(await read('a,b\r', '\nc,d\ne,', 'f\r\n'), [['a', 'b'], ['c', 'd'], ['e', 'f']]); // prettier-ignore
});

test('a quoted line break across two chunks stays inside its cell', async () => {
  assert.deepEqual(await read('1,"first', '\nsecond', '"\n2,x\n'), [['1', 'first\nsecond'], ['2', 'x']]); // prettier-ignore
});

test('a quote doubled across two chunks is one quote', async () => {
  assert.deepEqual(await read('"a"', '"b"\n'), [['a"b']]);
});

test('a quote inside an unquoted cell is kept as it is', async () => {
  assert.deepEqual(await read('5" pipe,x\n'), [['5" pipe', 'x']]);
});

test('lines of different lengths are handed on as they are', async () => {
  assert.deepEqual(await read('a,b\n1\n1,2,3\n'), [['a', 'b'], ['1'], ['1', '2', '3']]);
});

test('blank lines are left out, lines of commas are not', async () => {
  assert.deepEqual(await read('a,b\n\n\r\n,\n1,2\n\n\n'), [['a', 'b'], ['', ''], ['1', '2']]); // prettier-ignore
});

test('an empty file has no records', async () => {
  assert.deepEqual(await read(), []);
  assert.deepEqual(await read('', '\r\n'), []);
});

test('a quote that is never closed is refused with its row', async () => {
  await assert.rejects(read('a,b\n1,2\n3,"4\n5,6\n7,8\n'), stops(3));
});

test('text after a closing quote is refused with its row, and never swallows the lines after it', async () => {
  await assert.rejects(read('a,b\n"1"x,2\n"3",4\n'), stops(2));
  await assert.rejects(read('a,b\n"Fred "Bob" Example",2\n'), stops(2));
  await assert.rejects(read('a,b\n"1"x,2\n"3","4\r"\n'), stops(2));
});

test('a NUL character is refused with its row', async () => {
  await assert.rejects(read('a,b\n1,2\n', '3,\0\n'), stops(3));
});

test('a record of 1 MiB is read and a longer one is refused, however it is cut', async () => {
  const most = 1024 * 1024;
  for (const size of [1000, 65_535]) {
    const cut = (text: string): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const fits = `a\n${'x'.repeat(most - 1)}\nb\n`;
    assert.deepEqual((await read(...cut(fits))).map(([cell]) => cell?.length), [1, most - 1, 1]); // prettier-ignore
    await assert.rejects(read(...cut(`a\n${'x'.repeat(most)}\nb\n`)), stops(2));
    await assert.rejects(read(...cut(`a\n"${'x\n'.repeat(most)}"\nb\n`)), stops(2));
  }
});

test('200,000 rows pass through while never more than one record is held back', () => {
  const reader = new CsvReader();
  const line = `${Array.from({ length: 20 }, (_, at) => (at % 5 ? `cell ${at}` : quoted(`a "b",\n${at}`))).join(',')}\r\n`;
  const block = line.repeat(1000);
  let rows = 0;
  let most = 0;
  for (let round = 0; round < 200; round++) {
    for (let at = 0; at < block.length; at += 65_537) {
      rows += reader.feed(Buffer.from(block.slice(at, at + 65_537))).length;
      most = Math.max(most, reader.carried);
    }
  }
  assert.equal(rows + reader.end().length, 200_000);
  assert.ok(most > 0 && most < line.length, `held back ${most} characters, a record has ${line.length}`);
});

test('an endless quote is given up before much more than its limit is held', () => {
  const reader = new CsvReader(10_000);
  reader.feed(Buffer.from('a,"'));
  assert.throws(() => {
    for (let at = 0; at < 100; at++) {
      reader.feed(Buffer.from('x\n'.repeat(500)));
      assert.ok(reader.carried <= 10_000);
    }
  }, stops(1));
});

test('a chunk far larger than a batch is handed out in several batches', async () => {
  const sizes: number[] = [];
  for await (const batch of readCsv([Buffer.from('0123456789\n'.repeat(100_000))])) sizes.push(batch.length);
  assert.equal(sizes.reduce((sum, size) => sum + size), 100_000); // prettier-ignore
  assert.ok(sizes.length >= 4, `in ${sizes.length} batches`);
});
