/** Remembering what a pure function gave. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { memo } from '../../src/domain/memo.ts';

it('gives what the function gave, and asks it once, also where that was nothing', () => {
  const asked: string[] = [];
  const remember = memo((text: string) => {
    asked.push(text);
    return text === 'none' ? undefined : text.length;
  });
  assert.deepEqual(
    [remember('three'), remember('none'), remember('three'), remember('none')],
    [5, undefined, 5, undefined],
  );
  assert.deepEqual(asked, ['three', 'none']);
});

it('never keeps more than it may, and is right all the same', () => {
  let asked = 0;
  const remember = memo((n: number) => {
    asked++;
    return n * 2;
  }, 10);
  for (let n = 0; n < 100; n++) assert.equal(remember(n), n * 2);
  assert.equal(remember(0), 0);
  assert.equal(asked, 101);
});

it('does not remember a failure', () => {
  let fails = true;
  const remember = memo((text: string) => {
    if (fails) throw new Error(text);
    return text;
  });
  assert.throws(() => remember('a'));
  fails = false;
  assert.equal(remember('a'), 'a');
});
