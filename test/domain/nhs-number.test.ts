/** NHS numbers: what is read, what is refused and why, and that no slip of the hand gives another number. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkDigit, formatNhsNumber, nhsNumberMessages, parseNhsNumber } from '../../src/domain/nhs-number.ts';
import type { NhsNumberFault } from '../../src/domain/nhs-number.ts';
import { anyNhsNumber, withCheckDigit } from '../support/arbitraries.ts';

const fault = (text: string | null | undefined): NhsNumberFault | 'none' => {
  const read = parseNhsNumber(text);
  return read.ok ? 'none' : read.fault;
};

const written = [
  '9990000018', '999 000 0018', '999-000-0018', ' 9990000018 ', '\t999 000 0018\r\n', '999\u00a0000\u00a00018',
  '999\u202f000\u20070018', '999\u2009000\u20030018', '\ufeff9990000018', '999–000–0018', '999—000—0018',
  '999‐000‑0018', '999−000−0018', '9 9 9 0 0 0 0 0 1 8',
]; // prettier-ignore

for (const text of written) {
  test(`an NHS number is read as people write it: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseNhsNumber(text), { ok: true, value: '9990000018' });
  });
}

const refused: Record<NhsNumberFault, (string | null | undefined)[]> = {
  missing: ['', '   ', '\u00a0', '---', null, undefined],
  spreadsheet: [
    '9.99E+09',
    '9.99e+9',
    '9,99E+09',
    '9.99E9',
    '9.99000E+09',
    '9E+09',
    '9990000018.0',
    '9990000018.',
    '9990000018,00',
  ],
  'old-style': ['JRDAN 269', 'jrdan269', 'JRDAN-269', 'NEEXB/12/3', 'ABC1', 'AB 12 34 56 C'],
  'not-digits': [
    'JRDAN',
    '999#000#0018',
    '999.000.0018',
    '999,000,0018',
    '9990000018?',
    "'9990000018",
    '٩٩٩٠٠٠٠٠١٨',
    '９９９００００018',
    '999\u00000000018',
  ],
  length: ['1', '999000001', '99900000180', '999 000 001', '0999000001800'],
  dummy: ['9999999999', '3333333333', '0000000000', '999 999 9999', '1111111111', '333-333-3333'],
  'check-digit': ['9990000019', '999 000 0019', '9990000081', '9900900018', '1234567890'],
};

for (const [expected, texts] of Object.entries(refused)) {
  for (const text of texts) {
    test(`${JSON.stringify(text)} is refused as ${expected}`, () => assert.equal(fault(text), expected));
  }
}

test('every fault has a message of its own', () => {
  const messages = Object.keys(refused).map((one) => nhsNumberMessages[one as NhsNumberFault]);
  assert.equal(new Set(messages).size, Object.keys(nhsNumberMessages).length);
  for (const message of messages) assert.match(message, /\S{3}/);
});

test('nine digits whose check digit would be 10 have no NHS number', () => {
  const nine = '999000000';
  assert.equal(withCheckDigit(nine), null);
  assert.equal(checkDigit(nine), 10);
  for (let last = 0; last <= 9; last++) assert.equal(fault(`${nine}${last}`), 'check-digit');
});

test('H01: any nine digits with their check digit are read, with or without spaces', () => {
  fc.assert(
    fc.property(anyNhsNumber, fc.constantFrom('', ' ', '-', '\u00a0'), (number, gap) => {
      const text = [number.slice(0, 3), number.slice(3, 6), number.slice(6)].join(gap);
      assert.deepEqual(parseNhsNumber(text), { ok: true, value: number });
      assert.deepEqual(parseNhsNumber(formatNhsNumber(number)), { ok: true, value: number });
    }),
    { numRuns: 10_000 },
  );
});

test('H01: any one digit mistyped is refused', () => {
  fc.assert(
    fc.property(anyNhsNumber, fc.nat({ max: 9 }), fc.integer({ min: 1, max: 9 }), (number, place, by) => {
      const digit = (Number(number[place]) + by) % 10;
      assert.notEqual(fault(number.slice(0, place) + String(digit) + number.slice(place + 1)), 'none');
    }),
    { numRuns: 10_000 },
  );
});

test('H01: any two differing neighbours typed the wrong way round are refused', () => {
  let swaps = 0;
  fc.assert(
    fc.property(anyNhsNumber, fc.nat({ max: 8 }), (number, place) => {
      const [left = '', right = ''] = number.slice(place, place + 2);
      fc.pre(left !== right);
      swaps++;
      assert.equal(fault(number.slice(0, place) + right + left + number.slice(place + 2)), 'check-digit');
    }),
    { numRuns: 10_000 },
  );
  assert.ok(swaps >= 10_000);
});

test('a digit left out or typed twice is refused', () => {
  fc.assert(
    fc.property(anyNhsNumber, fc.nat({ max: 9 }), (number, place) => {
      assert.equal(fault(number.slice(0, place) + number.slice(place + 1)), 'length');
      assert.equal(fault(number.slice(0, place) + (number[place] ?? '') + number.slice(place)), 'length');
    }),
  );
});

test('no text at all makes the parser throw, and what it passes are ten digits that make 0 modulo 11', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0123456789 -.,eE+/A\u00a0'), maxLength: 14 }),
  );
  fc.assert(
    fc.property(text, (anything) => {
      const read = parseNhsNumber(anything);
      if (!read.ok) return assert.ok(read.fault in nhsNumberMessages);
      assert.match(read.value, /^\d{10}$/);
      assert.equal(withCheckDigit(read.value.slice(0, 9)), read.value);
    }),
    { numRuns: 10_000 },
  );
});

test('a number is shown 3 3 4 on one line that cannot break', () => {
  assert.equal(formatNhsNumber('9990000018'), '999\u00a0000\u00a00018');
});
