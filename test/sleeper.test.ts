/** Sleep between looks at a queue: it ends early for whoever has something, and never swallows a word. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Sleeper } from '../src/services/sleeper.ts';

async function isAsleep(sleep: Promise<void>): Promise<boolean> {
  let asleep = true;
  void sleep.then(() => (asleep = false));
  await turn();
  return asleep;
}

it('sleeps its time out when nobody wakes it', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] });
  const sleep = new Sleeper().sleep(1000);
  test.mock.timers.tick(999);
  assert.equal(await isAsleep(sleep), true);
  test.mock.timers.tick(1);
  assert.equal(await isAsleep(sleep), false);
});

it('wakes at once, and does not sleep at all after a word that came while it was looking', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] });
  const sleeper = new Sleeper();
  const sleep = sleeper.sleep(1000);
  sleeper.wake();
  assert.equal(await isAsleep(sleep), false);
  assert.equal(await isAsleep(sleeper.sleep(1000)), false, 'nobody has looked since');
  sleeper.listen();
  const next = sleeper.sleep(1000);
  assert.equal(await isAsleep(next), true);
  sleeper.wake();
  assert.equal(await isAsleep(next), false);
});

it('sleeps no more once it has ended', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] });
  const sleeper = new Sleeper();
  const sleep = sleeper.sleep(1000);
  assert.equal(sleeper.ended, false);
  sleeper.end();
  assert.equal(sleeper.ended, true);
  assert.equal(await isAsleep(sleep), false);
  sleeper.listen();
  assert.equal(await isAsleep(sleeper.sleep(1000)), false);
});
