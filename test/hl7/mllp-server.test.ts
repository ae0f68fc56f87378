/** The MLLP server: messages in, answers out in their order, limits kept, nothing lost when it stops. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { frame } from '../../src/hl7/mllp-frames.ts';
import { MllpServer, isLoopback } from '../../src/hl7/mllp-server.ts';
import type { MllpServerOptions } from '../../src/hl7/mllp-server.ts';
import { RawPeer, accept, clock, message, pause, startServer, until, verdict } from '../support/mllp.ts';
import type { RunningServer } from '../support/mllp.ts';
import { refusedWith } from '../support/refused.ts';

async function serverFor(t: TestContext, options: Partial<MllpServerOptions> = {}): Promise<RunningServer> {
  const running = await startServer(options);
  t.after(() => running.server.close(0));
  return running;
}

async function peerFor(t: TestContext, { port }: RunningServer): Promise<RawPeer> {
  const peer = await RawPeer.connect(port);
  t.after(() => peer.destroy());
  return peer;
}

/** A handler whose messages are answered when the test says, in any order. */
function byHand(): { handler: MllpServerOptions['handler']; release(id: number): void; started: number[] } {
  const waiting = new Map<number, () => void>();
  const started: number[] = [];
  return {
    started,
    release(id) {
      waiting.get(id)?.();
      waiting.delete(id);
    },
    async handler(content, peer) {
      const id = Number(/\|ADT\^A01\|(\d+)\|/.exec(content.toString())?.[1]);
      started.push(id);
      await new Promise<void>((resolve) => waiting.set(id, resolve));
      return accept(content, peer);
    },
  };
}

describe('messages that come all at once', () => {
  it('are handed over sixteen in a turn, so that others are served between, and answered in their order', async (t) => {
    const turns: number[] = [];
    let inTurn = 0;
    const running = await serverFor(t, {
      handler: (content, peer) => {
        if (inTurn++ === 0) {
          setImmediate(() => {
            turns.push(inTurn);
            inTurn = 0;
          });
        }
        return accept(content, peer);
      },
    });
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat(Array.from({ length: 30 }, (_, id) => frame(message(id)))));
    for (let id = 0; id < 30; id++) assert.equal(verdict(await peer.answer()), `AA ${id}`);
    await until(() => turns.reduce((sum, count) => sum + count, 0) === 30);
    assert.ok(Math.max(...turns) <= 16, `in turns: ${turns.join(' ')}`);
  });
});

describe('a message', () => {
  it('is answered wherever it is cut in two', async (t) => {
    const running = await serverFor(t);
    const peer = await peerFor(t, running);
    const bytes = frame(message(1));
    for (let at = 1; at < bytes.length; at++) {
      peer.write(bytes.subarray(0, at));
      await new Promise((resolve) => setImmediate(resolve));
      peer.write(bytes.subarray(at));
      assert.equal(verdict(await peer.answer()), 'AA 1');
    }
    assert.equal(running.received.length, bytes.length - 1);
    assert.ok(running.received.every((content) => content.equals(message(1))));
  });

  it('is handed over with its sender’s address and connection', async (t) => {
    const peers: unknown[] = [];
    const running = await serverFor(t, {
      handler: (content, peer) => {
        const { hangUp: _hangUp, ...who } = peer;
        peers.push(who);
        return accept(content, peer);
      },
    });
    for (const id of [1, 2]) {
      const peer = await peerFor(t, running);
      peer.write(frame(message(id)));
      assert.equal(verdict(await peer.answer()), `AA ${id}`);
    }
    assert.deepEqual(peers, [1, 2].map((connection) => ({ address: '127.0.0.1', certificate: null, connection }))); // prettier-ignore
  });

  it('whose sender leaves out the last carriage return is answered after a moment', async (t) => {
    const running = await serverFor(t, { limits: { loneEndMs: 30 } });
    const peer = await peerFor(t, running);
    peer.write(frame(message(1)).subarray(0, -1));
    assert.equal(verdict(await peer.answer()), 'AA 1');
    peer.write(frame(message(2)));
    assert.equal(verdict(await peer.answer()), 'AA 2');
  });

  it('is answered after its sender has closed its side', async (t) => {
    const running = await serverFor(t, { limits: { maxInFlight: 2 } });
    const peer = await peerFor(t, running);
    peer.socket.end(Buffer.concat([1, 2, 3, 4, 5].map((id) => frame(message(id)))));
    for (const id of [1, 2, 3, 4, 5]) assert.equal(verdict(await peer.answer()), `AA ${id}`);
    assert.equal(await peer.answer(), null);
    await until(() => running.reasons.length === 1);
    assert.deepEqual(running.reasons, ['peer']);
  });

  it('gets no answer when none is wanted, and the next gets its own', async (t) => {
    const running = await serverFor(t, {
      handler: (content, peer) => (content.includes('|1|P|') ? Promise.resolve(null) : accept(content, peer)),
    });
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat([frame(message(1)), frame(message(2))]));
    assert.equal(verdict(await peer.answer()), 'AA 2');
    await until(() => running.events.includes('answered null'));
  });

  it('that is empty is passed over', async (t) => {
    const running = await serverFor(t);
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat([frame(Buffer.alloc(0)), frame(message(1))]));
    assert.equal(verdict(await peer.answer()), 'AA 1');
    assert.equal(running.received.length, 1);
  });
});

describe('answers', () => {
  it('leave in the order of their messages, whichever is ready first', async (t) => {
    const hand = byHand();
    const running = await serverFor(t, { handler: hand.handler });
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat([1, 2, 3, 4].map((id) => frame(message(id)))));
    await until(() => hand.started.length === 4);
    for (const id of [4, 2, 3]) hand.release(id);
    await pause(30);
    assert.ok(!running.events.some((event) => event.startsWith('answered')), 'the first is not ready');
    hand.release(1);
    for (const id of [1, 2, 3, 4]) assert.equal(verdict(await peer.answer()), `AA ${id}`);
  });

  it('come on their own connection', async (t) => {
    const hand = byHand();
    const running = await serverFor(t, { handler: hand.handler });
    const peers = [await peerFor(t, running), await peerFor(t, running)] as const;
    peers[0].write(frame(message(1)));
    peers[1].write(frame(message(2)));
    await until(() => hand.started.length === 2);
    hand.release(2);
    assert.equal(verdict(await peers[1].answer()), 'AA 2');
    hand.release(1);
    assert.equal(verdict(await peers[0].answer()), 'AA 1');
  });

  it('say that a message could not be kept when its handler fails, and others are answered', async (t) => {
    const running = await serverFor(t, {
      handler: (content, peer) => {
        if (content.includes('|1|P|')) throw new Error('at once');
        return content.includes('|2|P|') ? Promise.reject(new Error('later')) : accept(content, peer);
      },
    });
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat([1, 2, 3].map((id) => frame(message(id)))));
    assert.equal(verdict(await peer.answer()), 'AE 1');
    const second = await peer.answer();
    assert.equal(verdict(second), 'AE 2');
    assert.match(second?.toString() ?? '', /\rERR\|\^\^\^207&Application internal error&HL70357\r/);
    assert.equal(verdict(await peer.answer()), 'AA 3');
    assert.deepEqual(
      running.events.filter((event) => event.startsWith('failed')),
      ['failed: Error: at once', 'failed: Error: later'],
    );
  });

  it('are not sent for what has no header, even when its handler fails', async (t) => {
    const running = await serverFor(t, { handler: () => Promise.reject(new Error('no')) });
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat([frame(Buffer.from('hello')), frame(message(2))]));
    assert.equal(verdict(await peer.answer()), 'AE 2');
  });
});

describe('back-pressure', () => {
  it('hands over no more of a connection’s messages than may be in flight', async (t) => {
    const hand = byHand();
    const running = await serverFor(t, { handler: hand.handler, limits: { maxInFlight: 3 } });
    const peer = await peerFor(t, running);
    const ids = Array.from({ length: 20 }, (_, at) => at + 1);
    peer.write(Buffer.concat(ids.map((id) => frame(message(id)))));
    for (const id of ids) {
      await until(() => hand.started.includes(id));
      assert.ok(hand.started.length <= id + 2, `${hand.started.length} were begun when ${id} was not answered`);
      hand.release(id);
      assert.equal(verdict(await peer.answer()), `AA ${id}`);
    }
  });

  it('stops reading when all connections together hold too much, and goes on when they do not', async (t) => {
    const hand = byHand();
    const limits = { maxBufferedBytes: 50_000 };
    const running = await serverFor(t, { handler: hand.handler, limits });
    const filler = `NTE|1||${'x'.repeat(30_000)}`;
    const peers: RawPeer[] = [];
    for (const id of [1, 2, 3, 4]) {
      const peer = await peerFor(t, running);
      peers.push(peer);
      peer.write(frame(message(id, filler)));
      if (id <= 2) await until(() => hand.started.includes(id));
    }
    await pause(50);
    assert.deepEqual(hand.started, [1, 2]);
    assert.ok(running.server.bufferedBytes > 60_000);
    hand.release(1);
    await pause(20);
    assert.deepEqual(hand.started, [1, 2], 'still more than half is held');
    hand.release(2);
    await until(() => hand.started.length === 4);
    hand.release(3);
    hand.release(4);
    for (const [at, peer] of peers.entries()) assert.equal(verdict(await peer.answer()), `AA ${at + 1}`);
    assert.equal(running.server.bufferedBytes, 0);
  });

  it('stops reading from a peer that does not take its answers, and gives it up in time', async (t) => {
    const large = Buffer.alloc(200_000, 'x');
    const running = await serverFor(t, { handler: () => Promise.resolve(large), limits: { writeMs: 300 } });
    const peer = await peerFor(t, running);
    peer.socket.pause();
    for (let sent = 0; sent < 200; sent++) peer.write(frame(message(sent)));
    await until(() => running.reasons.length === 1);
    assert.deepEqual(running.reasons, ['not-reading']);
    assert.ok(running.received.length < 200, 'it went on reading');
    assert.equal(running.server.bufferedBytes, 0);
  });
});

describe('limits', () => {
  it('refuse connections beyond those allowed of one address', async (t) => {
    const running = await serverFor(t, { limits: { maxConnectionsPerAddress: 2 } });
    const first = await peerFor(t, running);
    await peerFor(t, running);
    const third = await peerFor(t, running);
    await third.gone();
    assert.ok(running.events.includes('refused: connections-of-address'));
    first.destroy();
    await until(() => running.server.connections === 1);
    const fourth = await peerFor(t, running);
    fourth.write(frame(message(4)));
    assert.equal(verdict(await fourth.answer()), 'AA 4');
  });

  it('refuse connections beyond those allowed altogether', async (t) => {
    const running = await serverFor(t, { limits: { maxConnections: 1 } });
    await peerFor(t, running);
    const second = await peerFor(t, running);
    await second.gone();
    assert.ok(running.events.includes('refused: connections'));
  });

  it('answer a message that is too long after those before it, and end the connection', async (t) => {
    const hand = byHand();
    const running = await serverFor(t, { handler: hand.handler, limits: { maxMessageBytes: 5000 } });
    const peer = await peerFor(t, running);
    peer.write(Buffer.concat([frame(message(1)), frame(message(2, 'x'.repeat(200_000)))]));
    await until(() => hand.started.length === 1);
    peer.write(Buffer.alloc(500_000, 'y'));
    hand.release(1);
    assert.equal(verdict(await peer.answer()), 'AA 1');
    const refusal = await peer.answer();
    assert.equal(verdict(refusal), 'AR 2');
    assert.match(refusal?.toString() ?? '', /The message is longer than is taken here/);
    assert.equal(await peer.answer(), null);
    await until(() => running.reasons.length === 1);
    assert.deepEqual(running.reasons, ['oversize']);
  });

  it('end a connection on which a message does not end in time, however it drips', async (t) => {
    const running = await serverFor(t, { limits: { frameMs: 150, loneEndMs: 20 } });
    for (const drip of ['x', '\x1c', '\vMSH|']) {
      const peer = await peerFor(t, running);
      peer.write('\vMSH|');
      const timer = setInterval(() => peer.write(`${drip}y`), 15);
      await peer.gone();
      clearInterval(timer);
    }
    await until(() => running.reasons.length === 3);
    assert.deepEqual(new Set(running.reasons), new Set(['frame-time']));
    assert.equal(running.received.length, 0);
  });

  it('end a connection on which nothing comes, and one that has only junk to say', async (t) => {
    const running = await serverFor(t, { limits: { idleMs: 150, maxJunkBytes: 1000 } });
    const silent = await peerFor(t, running);
    const dripping = await peerFor(t, running);
    const timer = setInterval(() => dripping.write('junk'), 20);
    await Promise.all([silent.gone(), dripping.gone()]);
    clearInterval(timer);
    await until(() => running.reasons.length === 2);
    assert.deepEqual(running.reasons, ['idle', 'idle']);
    const loud = await peerFor(t, running);
    loud.write('GET / HTTP/1.1\r\n'.repeat(100));
    await loud.gone();
    await until(() => running.reasons.length === 3);
    assert.deepEqual(running.reasons.slice(2), ['junk']);
  });

  it('leave a connection open that is quiet between messages, or waits for its handler', async (t) => {
    const hand = byHand();
    // Quiet for longer than a message may take, and far shorter than the limit, however busy the computer is.
    const running = await serverFor(t, { handler: hand.handler, limits: { idleMs: 1000, frameMs: 100 } });
    const peer = await peerFor(t, running);
    for (const id of [1, 2, 3]) {
      await pause(120);
      peer.write(frame(message(id)));
      await until(() => hand.started.includes(id));
      if (id === 2) await pause(1200);
      hand.release(id);
      assert.equal(verdict(await peer.answer()), `AA ${id}`);
    }
  });

  it('give up the largest unfinished message when all together are too much, and nobody else', async (t) => {
    const running = await serverFor(t, { limits: { maxBufferedBytes: 100_000 } });
    const honest = await peerFor(t, running);
    const half = frame(message(1));
    honest.write(half.subarray(0, 50));
    const small = await peerFor(t, running);
    small.write(`\vMSH|${'x'.repeat(20_000)}`);
    const large = await peerFor(t, running);
    large.write(`\vMSH|${'x'.repeat(90_000)}`);
    await large.gone();
    await until(() => running.reasons.length === 1);
    assert.deepEqual(running.reasons, ['memory']);
    honest.write(half.subarray(50));
    assert.equal(verdict(await honest.answer()), 'AA 1');
    assert.ok(!small.closed);
  });
});

describe('a server that stops', () => {
  it('answers what is in flight, drops what has not ended, and lets nobody in', async (t) => {
    const hand = byHand();
    const running = await serverFor(t, { handler: hand.handler });
    const peer = await peerFor(t, running);
    const idle = await peerFor(t, running);
    const unfinished = await peerFor(t, running);
    unfinished.write('\vMSH|');
    peer.write(Buffer.concat([1, 2].map((id) => frame(message(id)))));
    await until(() => hand.started.length === 2);
    const stopped = running.server.close();
    await Promise.all([idle.gone(), unfinished.gone()]);
    peer.write(frame(message(3)));
    hand.release(1);
    assert.equal(verdict(await peer.answer()), 'AA 1');
    hand.release(2);
    assert.equal(verdict(await peer.answer()), 'AA 2');
    assert.equal(await peer.answer(), null);
    await stopped;
    assert.deepEqual(hand.started, [1, 2]);
    assert.deepEqual(new Set(running.reasons), new Set(['stopping']));
    const late = await RawPeer.connect(running.port);
    await late.gone();
    assert.equal(running.server.connections, 0);
  });

  it('cuts those that are not done in time', async (t) => {
    const hand = byHand();
    const running = await serverFor(t, { handler: hand.handler });
    const peer = await peerFor(t, running);
    peer.write(frame(message(1)));
    await until(() => hand.started.length === 1);
    await running.server.close(50);
    assert.equal(await peer.answer(), null);
    hand.release(1);
    await pause(20);
    assert.equal(running.server.bufferedBytes, 0);
  });

  it('does not wait for a peer that never closes its side', async (t) => {
    const running = await serverFor(t, { limits: { lingerMs: 50 } });
    const peer = await peerFor(t, running);
    peer.socket.removeAllListeners('end');
    peer.write(frame(message(1)));
    await peer.answer();
    await running.server.close();
    assert.deepEqual(running.reasons, ['stopping']);
  });
});

describe('plain text', () => {
  it('does not leave this computer unless it is switched on by name', async () => {
    const server = new MllpServer({ clock, handler: accept });
    await assert.rejects(server.listen(0, '0.0.0.0'), refusedWith('CONFIG_INVALID'));
    const switchedOn = new MllpServer({ clock, handler: accept, plainTextOffLoopback: true });
    assert.ok((await switchedOn.listen(0, '0.0.0.0')) > 0);
    await switchedOn.close();
  });

  it('may be listened for on this computer itself', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example', 'localhost.example', ''])
      assert.ok(!isLoopback(host), host);
  });

  it('cannot be listened for where somebody listens already', async (t) => {
    const { port } = await serverFor(t);
    await assert.rejects(new MllpServer({ clock, handler: accept }).listen(port, '127.0.0.1'), { code: 'EADDRINUSE' });
  });
});
