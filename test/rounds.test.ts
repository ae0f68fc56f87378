/** Rounds of work: one at a time, none lost that was asked for, and an orderly end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Rounds } from '../src/services/rounds.ts';

/** Rounds that last until each is let go, one after the other. */
function held(failed?: (error: unknown) => void): {
  rounds: Rounds;
  began: () => number;
  underWay: () => number;
  end: (done?: number) => Promise<void>;
  fail: (error: Error) => Promise<void>;
} {
  const waiting: PromiseWithResolvers<number>[] = [];
  let began = 0;
  const rounds = new Rounds(() => {
    began++;
    const one = Promise.withResolvers<number>();
    waiting.push(one);
    return one.promise;
  }, failed);
  const first = (): PromiseWithResolvers<number> => {
    const one = waiting.shift();
    if (!one) throw new Error('No round is under way');
    return one;
  };
  return {
    rounds,
    began: () => began,
    underWay: () => waiting.length,
    end: async (done = 0) => (first().resolve(done), void (await turn())),
    fail: async (error) => (first().reject(error), void (await turn())),
  };
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => void (settled = true);
  promise.then(note, note);
  await turn();
  return settled;
}

describe('rounds', () => {
  it('whoever asks while a round is under way gets exactly one more, however many ask', async () => {
    const { rounds, began, underWay, end } = held();
    const first = rounds.run();
    await turn();
    const later = [rounds.run(), rounds.run(), rounds.run()];
    await turn();
    assert.equal(began(), 1);
    await end();
    assert.equal(began(), 2, 'one for all of them');
    assert.equal(underWay(), 1);
    await end();
    await Promise.all([first, ...later]);
    await turn();
    assert.equal(began(), 2);
  });

  it('answers who asked meanwhile after the later round, with what was done in both', async () => {
    const { rounds, end } = held();
    const first = rounds.run();
    await turn();
    const later = rounds.run();
    await end(2);
    assert.equal(await isSettled(later), false, 'what it asked for has not been looked at yet');
    await end(3);
    assert.deepEqual(await Promise.all([first, later]), [5, 5]);
  });

  it('begins anew for whoever asks when nothing is under way any more, also in the same breath', async () => {
    let began = 0;
    const rounds = new Rounds(async () => ++began);
    assert.equal(await rounds.run(), 1);
    const again = rounds.run().then(() => rounds.run());
    assert.equal(await again, 3);
    assert.equal(began, 3);
  });

  it('never does two rounds at once, also when a round itself asks for another', async () => {
    let [busy, most, left] = [0, 0, 3];
    const rounds: Rounds = new Rounds(async () => {
      most = Math.max(most, ++busy);
      if (left-- > 0) rounds.wake();
      await turn();
      busy--;
      return 1;
    });
    assert.equal(await rounds.run(), 4);
    assert.equal(most, 1);
  });

  it('tells of a round that failed, does what was asked for meanwhile, and then throws to who asked', async () => {
    const told: unknown[] = [];
    const { rounds, began, end, fail } = held((error) => told.push(error));
    const first = rounds.run();
    await turn();
    const later = rounds.run();
    const error = new Error('no database');
    const both = Promise.allSettled([first, later]);
    await fail(error);
    assert.deepEqual(told, [error]);
    assert.equal(began(), 2, 'the round that was asked for is done all the same');
    await end(1);
    assert.deepEqual(
      (await both).map((one) => one.status === 'rejected' && one.reason),
      [error, error],
    );
    const next = rounds.run();
    await turn();
    await end(4);
    assert.equal(await next, 4, 'the next has nothing to do with it');
    assert.equal(told.length, 1);
  });

  it('tells once of an error, however many have woken it, and throws to none of them', async () => {
    const told: unknown[] = [];
    const { rounds, fail, underWay } = held((error) => told.push(error));
    rounds.wake();
    await turn();
    for (let times = 0; times < 5; times++) rounds.wake();
    await fail(new Error('one'));
    await fail(new Error('other'));
    assert.deepEqual(told.map(String), ['Error: one', 'Error: other']);
    assert.equal(underWay(), 0);
  });

  it('that fail at once and are asked for all the time begin once a second, after the second in a row', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    let [began, told, mended] = [0, 0, false];
    const rounds: Rounds = new Rounds(
      async () => {
        began++;
        await turn();
        if (mended) return 1;
        rounds.wake();
        throw new Error('no database');
      },
      () => void told++,
    );
    const turns = async (): Promise<void> => {
      for (let times = 0; times < 10; times++) await turn();
    };
    rounds.wake();
    await turns();
    assert.deepEqual([began, told], [2, 2], 'one that fails by chance keeps nobody waiting');
    test.mock.timers.tick(999);
    await turns();
    assert.equal(began, 2);
    test.mock.timers.tick(1);
    await turns();
    assert.deepEqual([began, told], [3, 3]);
    mended = true;
    test.mock.timers.tick(1000);
    await turns();
    await rounds.settle();
    assert.deepEqual([began, told], [4, 3]);
  });

  it('a stop waits for no pause after what failed', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    let began = 0;
    const rounds: Rounds = new Rounds(async () => {
      began++;
      await turn();
      if (began < 5) rounds.wake();
      throw new Error('no database');
    });
    const ended = assert.rejects(rounds.run(), /no database/);
    for (let times = 0; times < 10; times++) await turn();
    await rounds.stop();
    await ended;
    assert.equal(began, 2);
  });

  it('a stop waits for what is being done, and begins nothing more', async () => {
    const { rounds, began, end } = held();
    const first = rounds.run();
    await turn();
    const asked = rounds.run();
    const stopped = rounds.stop();
    assert.equal(await isSettled(stopped), false, 'a round is under way');
    await end(7);
    await stopped;
    assert.deepEqual(await Promise.all([first, asked]), [7, 7]);
    assert.equal(await rounds.run(), 0);
    rounds.wake();
    rounds.start(1);
    await turn();
    assert.equal(began(), 1);
    assert.equal(rounds.started, false);
  });

  it('a stop ends also when what is being done fails', async () => {
    const { rounds, fail } = held();
    rounds.wake();
    await turn();
    const stopped = rounds.stop();
    await fail(new Error('at the end'));
    await assert.doesNotReject(stopped);
  });

  it('settles when nothing is being done, also after an error', async () => {
    const { rounds, fail, end } = held();
    await rounds.settle();
    rounds.wake();
    await turn();
    rounds.wake();
    const settled = rounds.settle();
    await fail(new Error('once'));
    assert.equal(await isSettled(settled), false);
    await end();
    await settled;
  });

  it('settles after what began as the one before it ended', async () => {
    let began = 0;
    const rounds = new Rounds(async () => (await turn(), ++began));
    void rounds.run().then(() => rounds.wake());
    await rounds.settle();
    assert.equal(began, 2);
  });

  it('stopped leaves nothing behind that keeps the process alive', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    const rounds = new Rounds(async () => 0);
    rounds.start(60_000);
    assert.equal(timers(), before + 1);
    await rounds.stop();
    assert.equal(timers(), before);
  });

  it('once started comes at once and then by itself until it is stopped; a second start changes nothing', async (test) => {
    test.mock.timers.enable({ apis: ['setInterval'] });
    let began = 0;
    const rounds = new Rounds(async () => ++began);
    assert.equal(rounds.started, false);
    rounds.start(5000);
    rounds.start(5000);
    assert.equal(rounds.started, true);
    await rounds.settle();
    assert.equal(began, 1);
    test.mock.timers.tick(4999);
    await rounds.settle();
    assert.equal(began, 1);
    test.mock.timers.tick(1);
    await rounds.settle();
    assert.equal(began, 2);
    await rounds.stop();
    assert.equal(rounds.stopped, true);
    test.mock.timers.tick(60_000);
    await rounds.settle();
    assert.equal(began, 2);
  });
});
