/**
 * Peers that behave badly: those that behave well keep the times of their answers, and the server's memory stays
 * within 64 MiB of what it was.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { frame } from '../../src/hl7/mllp-frames.ts';
import { RawPeer, message, pause, verdict } from '../support/mllp.ts';
import type { MemoryReport } from '../support/mllp-child.ts';

const mebibyte = 1024 * 1024;
let child: ChildProcess;
let port = 0;

async function memory(): Promise<MemoryReport> {
  child.send('memory');
  const [report] = (await once(child, 'message')) as [MemoryReport];
  return report;
}

/** Sends one message after the other until told to stop; gives how long each answer took, in milliseconds. */
async function honest(stopped: () => boolean): Promise<readonly number[]> {
  const peer = await RawPeer.connect(port);
  const times: number[] = [];
  for (let id = 1; !stopped() || times.length < 50; id++) {
    const started = process.hrtime.bigint();
    peer.write(frame(message(id)));
    assert.equal(verdict(await peer.answer()), `AA ${id}`);
    times.push(Number(process.hrtime.bigint() - started) / 1e6);
    await pause(2);
  }
  peer.destroy();
  return times.sort((a, b) => a - b);
}

const share = (times: readonly number[], part: number): number => times[Math.floor(times.length * part)] ?? 0;

/** Runs an attack beside two honest senders. */
async function during(name: string, attack: () => Promise<void>, t: { diagnostic(text: string): void }): Promise<void> {
  const { now } = await memory();
  let over = false;
  const senders = [honest(() => over), honest(() => over)];
  try {
    await attack();
  } finally {
    over = true;
  }
  const times = (await Promise.all(senders)).flat().sort((a, b) => a - b);
  const { peak } = await memory();
  const grown = (peak - now) / mebibyte;
  const [median, slow] = [share(times, 0.5), share(times, 0.95)];
  t.diagnostic(`${name}: ${times.length} answers, median ${median.toFixed(1)} ms, 95th ${slow.toFixed(1)} ms, memory +${grown.toFixed(1)} MiB`); // prettier-ignore
  assert.ok(median < 50, `median ${median} ms`);
  assert.ok(slow < 250, `95th of a hundred ${slow} ms`);
  assert.ok(grown < 64, `memory grew by ${grown} MiB`);
}

const peers = (count: number): Promise<RawPeer[]> =>
  Promise.all(Array.from({ length: count }, () => RawPeer.connect(port)));

async function allGone(all: readonly RawPeer[]): Promise<void> {
  await Promise.all(all.map((peer) => peer.gone()));
}

function destroyAll(all: readonly RawPeer[]): void {
  for (const peer of all) peer.destroy();
}

describe('beside honest senders', { timeout: 120_000 }, () => {
  before(async () => {
    child = fork(join(import.meta.dirname, '../support/mllp-child.ts'), { execArgv: [] });
    [port] = (await once(child, 'message')) as [number];
    // Memory grows at first whatever comes: that is not what is measured.
    const [peer] = (await peers(1)) as [RawPeer];
    const large = frame(message(0, `NTE|1||${'x'.repeat(mebibyte - 500)}`));
    for (let round = 0; round < 8; round++) {
      peer.write(large);
      assert.equal(verdict(await peer.answer()), 'AA 0');
    }
    for (let round = 0; round < 20; round++) {
      peer.write(Buffer.concat(Array.from({ length: 100 }, () => frame(message(round)))));
      for (let left = 100; left > 0; left--) assert.equal(verdict(await peer.answer()), `AA ${round}`);
    }
    peer.destroy();
  });
  after(() => {
    child.disconnect();
  });

  it('200 peers drip their messages, byte by byte: they are cut off in time', async (t) => {
    const drip = async (): Promise<void> => {
      const all = await peers(200);
      for (const peer of all) peer.write('\vMSH|^~\\&|');
      const timer = setInterval(() => {
        for (const peer of all) peer.write('x');
      }, 50);
      await allGone(all);
      clearInterval(timer);
    };
    await during('slow drip', drip, t);
  });

  it('60 peers send 1 MiB each and no end block', async (t) => {
    const attack = async (): Promise<void> => {
      const all = await peers(60);
      const piece = Buffer.alloc(65_536, 'x');
      for (const peer of all) peer.write('\vMSH|');
      for (let sent = 0; sent < 15; sent++) {
        for (const peer of all) peer.write(piece);
        await pause(10);
      }
      await allGone(all);
    };
    await during('no end block', attack, t);
  });

  it('peers send start block after start block', async (t) => {
    const attack = async (): Promise<void> => {
      const all = await peers(10);
      const nested = Buffer.from('\vMSH|^~\\&|A\r'.repeat(5000));
      for (let sent = 0; sent < 10; sent++) {
        for (const peer of all) peer.write(nested);
        await pause(20);
      }
      await allGone(all);
    };
    await during('nested start blocks', attack, t);
  });

  it('peers send NULs, outside and inside their frames', async (t) => {
    const attack = async (): Promise<void> => {
      const outside = await peers(10);
      for (const peer of outside) peer.write(Buffer.alloc(200_000));
      const inside = await peers(10);
      for (const peer of inside) {
        for (let sent = 0; sent < 3; sent++) peer.write(frame(Buffer.concat([message(sent), Buffer.alloc(500_000), message(9)])));
        for (let sent = 0; sent < 3; sent++) assert.equal(verdict(await peer.answer()), `AE ${sent}`);
      }
      await allGone(outside);
      destroyAll(inside);
    }; // prettier-ignore
    await during('NULs', attack, t);
  });

  it('a peer sends messages of 100,000 segments', async (t) => {
    const attack = async (): Promise<void> => {
      const [peer] = (await peers(1)) as [RawPeer];
      const many = frame(message(7, 'ZZZ|1|23\r'.repeat(100_000)));
      for (let sent = 0; sent < 10; sent++) {
        peer.write(many);
        assert.equal(verdict(await peer.answer()), 'AE 7');
      }
      peer.destroy();
    };
    await during('100,000 segments', attack, t);
  });

  it('peers send fields of 1 MiB, and messages that are longer than is taken', async (t) => {
    const attack = async (): Promise<void> => {
      const all = await peers(5);
      const fits = frame(message(1, `NTE|1||${'\\F\\^&~'.repeat(170_000)}`));
      const tooLong = frame(message(2, `NTE|1||${'x'.repeat(mebibyte)}`));
      await Promise.all(
        all.map(async (peer) => {
          for (let sent = 0; sent < 4; sent++) {
            peer.write(fits);
            assert.equal(verdict(await peer.answer()), 'AA 1');
          }
          peer.write(tooLong);
          assert.equal(verdict(await peer.answer()), 'AR 2');
          await peer.gone();
        }),
      );
    };
    await during('1 MiB field', attack, t);
  });

  it('peers send 1,000 messages at once, and each is answered in its order', async (t) => {
    const attack = async (): Promise<void> => {
      const all = await peers(5);
      const ids = Array.from({ length: 1000 }, (_, at) => at);
      const joined = Buffer.concat(ids.map((id) => frame(message(id))));
      for (const peer of all) peer.write(joined);
      for (const peer of all) {
        for (const id of ids) assert.equal(verdict(await peer.answer()), `AA ${id}`);
        peer.destroy();
      }
    };
    await during('1,000 pipelined', attack, t);
  });

  it('500 peers connect and say nothing', async (t) => {
    const attack = async (): Promise<void> => {
      const all = await peers(500);
      await pause(500);
      assert.ok(all.every((peer) => !peer.closed));
      destroyAll(all);
    };
    await during('500 idle', attack, t);
  });
});
