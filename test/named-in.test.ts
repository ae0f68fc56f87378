import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedIn } from './support/named-in.ts';

const words = ['Vera', "O'Neil", '9990000018'];

test('a name in an address is found, in any case and between any marks', () => {
  for (const text of ['/people?name=vera', '/vera-okafor', 'Vera, aged 80', 'q=9 VERA&x=1', '_vera_'])
    assert.deepEqual(namedIn(text, words), ['Vera'], text);
  assert.deepEqual(namedIn("/find?family=O'Neil", words), ["O'Neil"]);
});

test('a number is found however its digits are kept apart', () => {
  for (const text of ['/9990000018', 'n=999 000 0018', 'n=999-000-0018'])
    assert.deepEqual(namedIn(text, words), ['9990000018'], text);
});

test('a random token in which letters of a name follow one another by chance names nobody', () => {
  assert.deepEqual(namedIn('code_challenge=muxXB7t0pAlOH6lZMorwN21GOPOvERalt7', words), []);
});
