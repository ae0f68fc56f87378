/** Error codes: docs/errors.md lists exactly what the code knows, and no message can carry patient data. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCatalogue, HomewardError } from '../../src/domain/error.ts';
import type { ErrorCode } from '../../src/domain/error.ts';
import { quarantineCodes } from '../../src/domain/extract/quarantine.ts';
import { dataFaults, ignoredReasons, quarantines, rejections } from '../../src/hl7/adt-codes.ts';
import { messageFaults } from '../../src/hl7/message.ts';
import { listenerFaults } from '../../src/hl7/refusals.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The rows of the n-th table: code, meaning, what to do. */
function tableRows(index: number): string[][] {
  const tables = page.split(/\n(?=## )/).slice(1);
  const rows = (tables[index] ?? '').split('\n').filter((line) => /^\|\s*`/.test(line));
  return rows.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('`', ''))); // prettier-ignore
}

const codes = (index: number): (string | undefined)[] => tableRows(index).map(([code]) => code);

test('docs/errors.md lists each error code once, in the order of the catalogue, and no other', () => {
  assert.deepEqual(codes(0), Object.keys(errorCatalogue));
});

test('docs/errors.md lists each reason for setting a line aside once, and no other', () => {
  assert.deepEqual(codes(1), Object.keys(quarantineCodes));
});

test('each code in docs/errors.md has the meaning that the code gives it, and something to do about it', () => {
  for (const [code = '', meaning = '', action = ''] of tableRows(0)) {
    assert.equal(meaning, errorCatalogue[code as ErrorCode]);
    assert.match(action, /\w{3}/, code);
  }
  for (const [code = '', meaning = '', action = ''] of tableRows(1)) {
    const said: string = quarantineCodes[code as keyof typeof quarantineCodes];
    assert.ok(meaning.length > 10 && said.startsWith(meaning), code);
    assert.ok(action.startsWith(said.slice(meaning.length).trim()), code);
    assert.match(action, /\w{3}/, code);
  }
});

test('docs/errors.md lists each code of a feed’s messages with its meaning, its answer and what to do', () => {
  // Codes that the services give, which have no text of their own in the code of the feed.
  const services = ['canary', 'SEAL_BROKEN', 'NOT_READ', 'STATEMENTS_TOO_MANY', 'NOT_APPLIED', 'WAITED_TOO_LONG'];
  const feedCodes: Record<string, string> = { ...messageFaults, ...listenerFaults, ...rejections, ...dataFaults, ...quarantines, ...ignoredReasons }; // prettier-ignore
  assert.deepEqual(codes(2).sort(), [...Object.keys(feedCodes), ...services].sort());
  for (const [code = '', meaning = '', answer = '', action = ''] of tableRows(2)) {
    if (!services.includes(code)) assert.equal(meaning, feedCodes[code], code);
    const expected = Object.hasOwn(rejections, code) || code.startsWith('SENDER_') ? 'AR' : Object.hasOwn(dataFaults, code) ? 'AE' : null; // prettier-ignore
    if (expected) assert.equal(answer, expected, code);
    assert.match(action, /\w{3}/, code);
  }
});

test('an error carries its code, its sentence and what to do, and keeps its cause', () => {
  const cause = new Error('socket closed');
  const error = new HomewardError('STORE_UNAVAILABLE', 'Check DATABASE_URL.', { cause });
  assert.equal(error.code, 'STORE_UNAVAILABLE');
  assert.equal(error.message, 'The database cannot be reached. Check DATABASE_URL.');
  assert.equal(error.cause, cause);
  assert.equal(new HomewardError('BUSY').message, errorCatalogue.BUSY);
});

test('no two codes say the same', () => {
  const said = [...Object.values<string>(errorCatalogue), ...Object.values<string>(quarantineCodes)];
  assert.equal(new Set(said).size, said.length);
});
