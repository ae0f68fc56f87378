/** Escape sequences: read as they were meant, left alone when nobody knows what they mean. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escape, unescape } from '../../src/hl7/escapes.ts';
import type { Dialect } from '../../src/hl7/escapes.ts';
import { none, standardSeparators } from '../../src/hl7/separators.ts';
import { latin, lines, merge, parsed } from '../support/hl7-messages.ts';

const standard: Dialect = { separators: standardSeparators, escapedSet: null };
const read = (text: string, dialect = standard): string => unescape(text, dialect);

it('separators, the escape character and line breaks are read as meant', () => {
  assert.equal(read('\\F\\\\S\\\\T\\\\R\\\\E\\'), '|^&~\\');
  assert.equal(read('a\\.br\\b\\.sp\\c\\.sp2\\d\\.sp+2\\e\\.ce\\f'), 'a\nb\nc\n\nd\n\ne\nf');
  assert.equal(read('\\H\\bold\\N\\ \\.fi\\x\\.nf\\\\.in+4\\y\\.ti-2\\z\\.sk3\\.'), 'bold xyz   .');
  assert.equal(parsed(latin).value('NTE', 3), 'Flat 2&3\nring twice');
});

it('hexadecimal bytes are read in the characters of the message', () => {
  assert.equal(read('\\X41\\\\X0d0A\\'), 'A\r\n');
  assert.equal(read('\\XC3A9\\'), 'é');
  assert.equal(read('\\XE9\\'), 'é');
  assert.equal(read('\\XC3A9\\', { ...standard, escapedSet: 'latin-1' }), 'Ã©');
  assert.equal(read('\\XE9\\', { ...standard, escapedSet: 'utf-8' }), 'é', 'what is no UTF-8 is Latin-1');
  const declared = lines('MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.4||||||8859/1', 'NTE|1||\\XC3A9\\');
  assert.equal(parsed(declared).value('NTE', 3), 'Ã©');
});

it('sequences that are not known are left as they were sent', () => {
  for (const text of [
    '\\Z01\\', '\\ZZ9\\F', '\\C2842\\', '\\M123456\\', '\\X\\', '\\X4\\', '\\XZZ\\', '\\X00\\', '\\X4100\\', '\\.xx\\', '\\.sp99\\',
    '\\', 'a\\b', '\\\\', '\\\\\\', 'C:\\temp\\new', '\\f\\', '\\FF\\', '\\P\\', '\\ F\\',
  ]) {
    assert.equal(read(text), text);
  } // prettier-ignore
  assert.equal(parsed(merge).value('ZVI', 2), '\\Z01\\');
});

it('an unescaped escape character does not hide the sequence after it', () => {
  assert.equal(read('C:\\temp\\T\\x'), 'C:\\temp&x');
  assert.equal(read('\\Z01\\F\\T\\'), '\\Z01\\F&');
  assert.equal(read('5\\F\\6\\'), '5|6\\');
});

it('a message’s own escape character is the only one', () => {
  const separators = { field: '#', component: '*', repetition: '!', escape: '?', subcomponent: '@', truncation: none };
  assert.equal(read('?F?\\F\\?S?', { separators, escapedSet: null }), '#\\F\\*');
});

it('a level without a separator has no sequence for it', () => {
  const separators = { ...standardSeparators, subcomponent: none };
  assert.equal(read('\\T\\', { separators, escapedSet: null }), '\\T\\');
});

it('text is written so that it reads back, and cannot end a segment or a frame', () => {
  assert.equal(escape('A&E | ^~\\', standardSeparators), 'A\\T\\E \\F\\ \\S\\\\R\\\\E\\');
  assert.equal(escape('one\ntwo\rthree\v\x1c\t', standardSeparators), 'one\\.br\\two\\X0D\\three\\X0B\\\\X1C\\\\X09\\');
  assert.equal(escape('nul\0nul', standardSeparators), 'nulnul');
  assert.equal(escape('é 😀', standardSeparators), 'é 😀');
});

it('a text of two quotes is not written as the order to delete', () => {
  const written = escape('""', standardSeparators);
  assert.notEqual(written, '""');
  assert.equal(read(written), '""');
});
