/** One after another by key. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from '../src/services/turns.ts';

it('those who share a key go one at a time and in order; others at once', async () => {
  const turns = new Turns();
  const said: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    said.push(`${name} begins`);
    await sleep(2);
    said.push(`${name} ends`);
  };
  await Promise.all([
    turns.take(['nurse', 'one'], work('first')),
    turns.take(['nurse', 'two'], work('second')),
    turns.take(['doctor', 'three'], work('other')),
  ]);
  assert.deepEqual(said.slice(0, 2), ['first begins', 'other begins']);
  assert.ok(said.indexOf('second begins') > said.indexOf('first ends'));
});

it('a failure lets the next one go, and is the failing one’s alone', async () => {
  const turns = new Turns();
  const [failed, next] = await Promise.allSettled([
    turns.take(['a'], () => Promise.reject(new Error('no'))),
    turns.take(['a'], () => Promise.resolve('yes')),
  ]);
  assert.equal(failed.status, 'rejected');
  assert.deepEqual(next, { status: 'fulfilled', value: 'yes' });
});

it('many with two keys each, named in one order, all get their turn and never two at once', async () => {
  const turns = new Turns();
  const busy = new Set<string>();
  let done = 0;
  await Promise.all(
    Array.from({ length: 200 }, (_, at) => {
      const keys = [`person ${at % 7}`, `number ${at % 5}`];
      return turns.take(keys, async () => {
        for (const key of keys) assert.ok(!busy.has(key), `two held ${key}`);
        for (const key of keys) busy.add(key);
        await sleep(0);
        for (const key of keys) busy.delete(key);
        done++;
      });
    }),
  );
  assert.equal(done, 200);
});
