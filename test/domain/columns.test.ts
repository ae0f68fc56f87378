/** Headers are read by name, and codes only from their lists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { partKinds } from '../../src/domain/agreement.ts';
import * as lists from '../../src/domain/code-lists.ts';
import { HomewardError } from '../../src/domain/error.ts';
import { cellsOf, columnKey, partColumns, readHeader } from '../../src/domain/extract/columns.ts';

const refusal = (kind: Parameters<typeof readHeader>[0], header: string[]): string => {
  try {
    readHeader(kind, header);
    return 'read';
  } catch (error) {
    assert.ok(error instanceof HomewardError);
    return `${error.code} ${error.message}`;
  }
};

test('columns are found in any order, whatever their case, spaces and underscores, after a byte order mark', () => {
  fc.assert(
    fc.property(fc.constantFrom(...partKinds), fc.infiniteStream(fc.nat()), (kind, choices) => {
      const names = [...partColumns[kind].needed, ...partColumns[kind].optional];
      const choose = (): number => choices.next().value ?? 0;
      const shuffled = names.map((name) => ({ name, at: choose() })).sort((a, b) => a.at - b.at);
      const dress = [
        (s: string) => s.toUpperCase(),
        (s: string) => s.replaceAll(' ', '_'),
        (s: string) => ` ${s} `,
        (s: string) => s.replaceAll(' ', '  '),
      ];
      const header = shuffled.map(({ name }) => dress[choose() % dress.length]?.(name) ?? name);
      header[0] = `\ufeff${header[0]}`;
      const map = readHeader(kind, header);
      const cell = cellsOf(map, shuffled.map(({ name }) => ` value of ${name} `)); // prettier-ignore
      for (const name of names) assert.equal(cell(name), `value of ${name}`);
      assert.deepEqual(map.unknown, []);
      assert.equal(map.width, names.length);
    }),
    { numRuns: 1000 },
  );
});

test('each needed column is missed by name, and an optional one is not missed', () => {
  for (const kind of partKinds) {
    const { needed, optional } = partColumns[kind];
    for (const gone of needed) {
      const said = refusal(kind, [...needed, ...optional].filter((name) => name !== gone)); // prettier-ignore
      assert.ok(said.startsWith('PART_HEADER') && said.includes(gone), `${kind}: ${said}`);
    }
    const map = readHeader(kind, needed);
    for (const name of optional) assert.equal(cellsOf(map, needed)(name), '');
  }
  assert.match(refusal('care', []), /^PART_HEADER/);
});

test('a kept column that stands twice is refused, since nobody could say which is right', () => {
  const { needed, optional } = partColumns.restrictions;
  for (const twice of [...needed, ...optional]) {
    const said = refusal('restrictions', [...needed, ...optional, twice.toUpperCase().replaceAll(' ', '_')]);
    assert.ok(said.startsWith('PART_HEADER') && said.includes(`${twice} stands twice`), said);
  }
});

test('unknown columns are reported; those of Client Level Data that are dropped on purpose are not', () => {
  const header = [...partColumns.care.needed, 'Ethnicity', 'Unit_Cost', 'Key safe code', '', 'Key safe code'];
  const { unknown, index } = readHeader('care', header);
  assert.deepEqual(unknown, ['Key safe code', 'Key safe code']);
  for (const name of ['Ethnicity', 'Unit Cost', 'Key safe code']) assert.equal(index.has(name), false);
});

test('a cell that the header does not place, or that the line has not got, is empty', () => {
  const map = readHeader('services', ['Service Component', 'Shown']);
  const cell = cellsOf(map, ['Reablement']);
  assert.deepEqual(['Service Component', 'Shown', 'Label', 'Ethnicity', 'constructor'].map(cell), [
    'Reablement',
    '',
    '',
    '',
    '',
  ]);
});

test('names of columns are compared without case, spaces and underscores', () => {
  assert.equal(columnKey('\ufeff LA_Person  Unique_Identifier '), columnKey('la person unique identifier'));
  assert.notEqual(columnKey('NHS Number'), columnKey('Old NHS Number'));
});

const readers = Object.entries(lists).filter(([name]) => name.startsWith('read')) as [
  string,
  (text: string) => string | undefined,
][];

test('H20: a code that stands in no list is never mapped, however like one it is', () => {
  const near = fc
    .tuple(
      fc.constantFrom(...lists.serviceComponents, 'Service user', 'Open', 'Closed', 'Direct payment', 'Objection'),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
    )
    .map(([text, at, slip]) => text.slice(0, at % text.length) + slip + text.slice((at % text.length) + 1));
  fc.assert(
    fc.property(
      fc.oneof(near, fc.string(), fc.constantFrom('constructor', '__proto__', 'toString')),
      fc.constantFrom(...readers),
      (text, [, read]) => {
        const official = read(text);
        if (official === undefined) return;
        // Release 1 spellings are the only ones that come out as something else.
        const release1 = /^(unpaid )?carer/i.test(text.trim());
        assert.ok(release1 || official.toLowerCase() === text.trim().toLowerCase(), `${text} became ${official}`);
      },
    ),
    { numRuns: 10_000 },
  );
});

test('every service component reads as itself, in any case', () => {
  for (const one of lists.serviceComponents) {
    assert.equal(lists.readServiceComponent(` ${one.toUpperCase()} `), one);
    assert.equal(lists.readEventType(one), undefined);
  }
});
