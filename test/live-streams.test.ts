/** Server-sent events: they say that something has changed, and nothing else, and keep nobody signed in. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { HomewardError } from '../src/domain/error.ts';
import { NoticeSignal } from '../src/services/notices/signal.ts';
import { LiveStreams } from '../src/web/live.ts';

const streams = (signal = new NoticeSignal()): LiveStreams => new LiveStreams((listener) => signal.on(listener));
/** A thing and a session of their own. */
const own = (session = randomUUID(), what = randomUUID()) => ({ session, what });
const changed = /^retry: \d+\n\nevent: changed\ndata: changed\n\n$/;

describe('a page that waits for a change', () => {
  it('hears of what changed before it began to listen, at once', async () => {
    assert.match(await text(streams().open({ ...own(), from: '1', version: async () => '2' })), changed);
  });

  it('hears of a change of this process when it is said, and of nothing else', async () => {
    const times: number[] = [];
    // Said, it is a fifth of a second; seen by looking, half of one. A busy computer may be late once, but not each time.
    for (let time = 0; time < 6 && times.every((one) => one >= 400); time++) {
      const signal = new NoticeSignal();
      let version = '1';
      const heard = text(streams(signal).open({ ...own(), from: '1', version: async () => version }));
      for (let wakes = 0; wakes < 20; wakes++) signal.wake();
      version = '2';
      const since = performance.now();
      signal.wake();
      assert.match(await heard, changed);
      times.push(performance.now() - since);
    }
    assert.ok(Math.min(...times) < 400, times.map(Math.round).join(' '));
  });

  it('hears of a change of another process by looking', async () => {
    let asked = 0;
    assert.match(
      await text(streams().open({ ...own(), from: '1', version: async () => (++asked > 1 ? '2' : '1') })),
      changed,
    );
  });

  it('asks for itself when what it shows is gone for its reader, and only tries later when the store is away', async () => {
    const failing = (error: Error) =>
      text(streams().open({ ...own(), from: '1', version: () => Promise.reject(error) }));
    assert.match(await failing(new HomewardError('NOTICE_GONE')), changed);
    assert.doesNotMatch(await failing(new HomewardError('STORE_UNAVAILABLE')), /changed/);
    assert.doesNotMatch(await failing(new Error('ECONNRESET')), /changed/);
  });

  it('is let go when the server stops, and nobody begins to wait then', async () => {
    const all = streams();
    const waiting = text(all.open({ ...own(), from: '1', version: async () => '1' }));
    all.stop();
    assert.doesNotMatch(await waiting, /changed/);
    assert.doesNotMatch(await text(all.open({ ...own(), from: '1', version: async () => '1' })), /changed/);
  });
});

describe('pages that wait', () => {
  const counted = (): { asked: number; version: () => Promise<string> } => {
    const count = { asked: 0, version: async () => (count.asked++, '1') };
    return count;
  };

  it('for one thing ask one question together, and each hears of what it does not show yet', async () => {
    const signal = new NoticeSignal();
    const all = streams(signal);
    let version = '1';
    let asked = 0;
    const watched = { what: 'one', version: async () => (asked++, version) };
    const heard = Array.from({ length: 50 }, (_, n) => text(all.open({ ...watched, session: `${n}`, from: '1' })));
    await setTimeout(400);
    assert.ok(asked <= 3, `${asked} questions of 50 pages`);
    // Whoever comes later with an older page hears at once, and the others go on waiting.
    assert.match(await text(all.open({ ...watched, session: 'late', from: '0' })), changed);
    version = '2';
    signal.wake();
    for (const one of await Promise.all(heard)) assert.match(one, changed);
    all.stop();
  });

  it('for different things, or of different readers, hear nothing of each other', async () => {
    const all = streams();
    const first = text(all.open({ what: 'a', session: 's', from: '1', version: async () => '2' }));
    const other = counted();
    const second = text(all.open({ what: 'b', session: 's', from: '1', version: other.version }));
    assert.match(await first, changed);
    assert.ok(other.asked > 0);
    all.stop();
    assert.doesNotMatch(await second, /changed/);
  });

  it('are so many at most, of one session and of all; whoever leaves makes room', async () => {
    const all = new LiveStreams(() => () => undefined, { ofSession: 2, ofProcess: 3 });
    const { version } = counted();
    const open = (session: string) => all.open({ what: session, session, from: '1', version });
    const busy = { code: 'BUSY' };
    const [first] = [open('a'), open('a')];
    assert.throws(() => open('a'), busy);
    open('b');
    assert.throws(() => open('b'), busy);
    first?.destroy();
    await once(first ?? fail(), 'close');
    open('b');
    assert.throws(() => open('c'), busy);
    all.stop();
  });

  it('leave nothing behind: no listener, no question', async () => {
    const listeners = new Set<() => void>();
    const all = new LiveStreams((listener) => (listeners.add(listener), () => void listeners.delete(listener)));
    const count = counted();
    const streamed = [1, 2, 3].map((n) =>
      all.open({ what: 'one', session: `${n}`, from: '1', version: count.version }),
    );
    assert.equal(listeners.size, 1);
    for (const one of streamed) one.destroy();
    await setTimeout(700);
    const { asked } = count;
    assert.equal(listeners.size, 0);
    await setTimeout(700);
    assert.equal(count.asked, asked);
  });
});

function fail(): never {
  throw new TypeError('No stream');
}
