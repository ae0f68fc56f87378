/** The MLLP client: one message at a time, its own answer or a coded error, never another message's answer. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { MllpClient } from '../../src/hl7/mllp-client.ts';
import type { MllpClientOptions } from '../../src/hl7/mllp-client.ts';
import { FrameReader, frame } from '../../src/hl7/mllp-frames.ts';
import { MllpSendError } from '../../src/hl7/mllp-send-error.ts';
import type { SendFault } from '../../src/hl7/mllp-send-error.ts';
import { listen, message, pause, startServer, until, verdict } from '../support/mllp.ts';

const faultIs = (code: SendFault) => (error: unknown) => error instanceof MllpSendError && error.code === code;

function clientFor(t: TestContext, port: number, options: Partial<MllpClientOptions> = {}): MllpClient {
  const client = new MllpClient({ host: '127.0.0.1', port, ...options });
  t.after(() => client.close());
  return client;
}

/** A destination that does with each message what the test says. */
async function destination(
  t: TestContext,
  act: (content: Buffer, socket: Socket, count: number) => void,
): Promise<{ port: number; connections(): number; received: Buffer[] }> {
  let connections = 0;
  const received: Buffer[] = [];
  const { port, stop } = await listen((socket) => {
    connections++;
    const reader = new FrameReader({ maxBytes: 1e7, maxJunk: 1e7 });
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let event = reader.next(); event; event = reader.next()) {
        if (event.kind === 'frame') act(event.content, socket, received.push(event.content));
      }
    });
  });
  t.after(stop);
  return { port, connections: () => connections, received };
}

const ack = (id: string | number): Buffer => Buffer.from(`MSH|^~\\&|X\rMSA|AA|${id}\r`);

describe('a message that is sent', () => {
  it('is answered, one after the other on one connection', async (t) => {
    const { server, port, events } = await startServer();
    t.after(() => server.close(0));
    const client = clientFor(t, port);
    for (const id of [1, 2, 3]) assert.equal(verdict(await client.send(message(id), { timeout: 2000 })), `AA ${id}`);
    assert.equal(events.filter((event) => event === 'connected').length, 1);
    assert.ok(client.connected);
  });

  it('waits while another is in flight only by being refused', async (t) => {
    const there = await destination(t, (_, socket) => void setTimeout(() => socket.write(frame(ack(1))), 50));
    const client = clientFor(t, there.port);
    const first = client.send(message(1), { timeout: 2000 });
    await assert.rejects(client.send(message(2), { timeout: 2000 }), faultIs('BUSY'));
    assert.equal(verdict(await first), 'AA 1');
    assert.equal(there.received.length, 1);
  });

  it('is answered by pieces, after junk, and without the last carriage return', async (t) => {
    const there = await destination(t, (_, socket) => {
      const bytes = Buffer.concat([Buffer.from('\r\n'), frame(Buffer.alloc(0)), frame(ack(1))]).subarray(0, -1);
      for (const [at, byte] of bytes.entries()) setTimeout(() => socket.write(Buffer.from([byte])), at);
    });
    const client = clientFor(t, there.port);
    assert.equal(verdict(await client.send(message(1), { timeout: 2000 })), 'AA 1');
  });

  it('is sent on a new connection after the last was closed', async (t) => {
    const there = await destination(t, (_, socket, count) => {
      socket.write(frame(ack(count)));
      if (count === 1) socket.end();
    });
    const client = clientFor(t, there.port);
    assert.equal(verdict(await client.send(message(1), { timeout: 2000 })), 'AA 1');
    await until(() => !client.connected);
    assert.equal(verdict(await client.send(message(2), { timeout: 2000 })), 'AA 2');
    client.drop();
    assert.equal(verdict(await client.send(message(3), { timeout: 2000 })), 'AA 3');
    assert.equal(there.connections(), 3);
  });
});

describe('an answer that is not to this message', () => {
  it('and comes late is never taken for the next: the connection is dropped after a time-out', async (t) => {
    const there = await destination(t, (_, socket, count) => {
      setTimeout(() => socket.write(frame(ack(count))), count === 1 ? 150 : 0);
    });
    const client = clientFor(t, there.port);
    await assert.rejects(client.send(message(1), { timeout: 50 }), faultIs('TIMEOUT'));
    assert.ok(!client.connected);
    assert.equal(verdict(await client.send(message(2), { timeout: 2000 })), 'AA 2');
    await pause(150);
    assert.equal(verdict(await client.send(message(3), { timeout: 2000 })), 'AA 3');
    assert.equal(there.connections(), 2);
  });

  it('and comes unasked drops the connection, when nobody looks whose it is', async (t) => {
    const there = await destination(t, (_, socket, count) => {
      socket.write(frame(ack(count)));
      if (count === 1) setTimeout(() => socket.write(frame(ack(count))), 20);
    });
    const client = clientFor(t, there.port);
    assert.equal(verdict(await client.send(message(1), { timeout: 2000 })), 'AA 1');
    await until(() => !client.connected);
    assert.equal(verdict(await client.send(message(2), { timeout: 2000 })), 'AA 2');
  });

  it('twice in one piece drops the connection too', async (t) => {
    const there = await destination(t, (_, socket, count) => {
      socket.write(Buffer.concat([frame(ack(count)), frame(ack(`${count} again`))]));
    });
    const client = clientFor(t, there.port);
    for (const id of [1, 2, 3]) assert.equal(verdict(await client.send(message(id), { timeout: 2000 })), `AA ${id}`);
    assert.equal(there.connections(), 3);
  });

  it('is passed over when the caller looks whose it is', async (t) => {
    const there = await destination(t, (_, socket, count) => {
      socket.write(Buffer.concat([frame(ack('other')), frame(ack(count)), frame(ack('late'))]));
    });
    const client = clientFor(t, there.port);
    for (const id of [1, 2, 3]) {
      const isAnswer = (answer: Buffer): boolean => verdict(answer).endsWith(` ${id}`);
      assert.equal(verdict(await client.send(message(id), { timeout: 2000, isAnswer })), `AA ${id}`);
    }
    assert.equal(there.connections(), 1);
    await assert.rejects(client.send(message(4), { timeout: 50, isAnswer: () => false }), faultIs('TIMEOUT'));
  });
});

describe('what goes wrong has a code', () => {
  it('nobody listens, nothing is found, nothing answers', async (t) => {
    const { port, stop } = await listen(() => {});
    await stop();
    await assert.rejects(clientFor(t, port).send(message(1), { timeout: 500 }), faultIs('REFUSED'));
    const lost = new MllpClient({ host: 'no-such-host.invalid', port: 1, connectMs: 5000 });
    await assert.rejects(lost.send(message(1), { timeout: 500 }), faultIs('UNREACHABLE'));
    const silent = await destination(t, () => {});
    await assert.rejects(clientFor(t, silent.port).send(message(1), { timeout: 50 }), faultIs('TIMEOUT'));
  });

  it('the connection is closed or broken before an answer', async (t) => {
    for (const close of [(socket: Socket) => socket.end(), (socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      const there = await destination(t, (_, socket, count) => {
        if (count === 1) close(socket);
        else socket.write(frame(ack(2)));
      });
      const client = clientFor(t, there.port);
      await assert.rejects(client.send(message(1), { timeout: 2000 }), faultIs('CLOSED'));
      assert.equal(verdict(await client.send(message(2), { timeout: 2000 })), 'AA 2');
    } // prettier-ignore
  });

  it('half an answer is none', async (t) => {
    const there = await destination(t, (_, socket) => socket.end(frame(ack(1)).subarray(0, -2)));
    await assert.rejects(clientFor(t, there.port).send(message(1), { timeout: 2000 }), faultIs('CLOSED'));
  });

  it('message or answer is too long, or what comes is no MLLP', async (t) => {
    const there = await destination(t, (content, socket) => {
      socket.write(content.includes('junk') ? Buffer.alloc(10_000, 'x') : frame(Buffer.alloc(3000, 'x')));
    });
    const client = clientFor(t, there.port, { maxBytes: 2000 });
    await assert.rejects(client.send(Buffer.alloc(2001, 'x'), { timeout: 2000 }), faultIs('TOO_LARGE'));
    assert.equal(there.connections(), 0);
    await assert.rejects(client.send(message(1), { timeout: 2000 }), faultIs('TOO_LARGE'));
    await assert.rejects(client.send(message('junk'), { timeout: 2000 }), faultIs('PROTOCOL'));
    assert.equal(there.connections(), 2);
  });

  it('a message that would break its frame is not sent', async (t) => {
    const there = await destination(t, () => {});
    const client = clientFor(t, there.port);
    for (const text of ['MSH|\x1c\rMSH|', 'MSH|\vMSH|']) {
      await assert.rejects(client.send(Buffer.from(text), { timeout: 50 }), faultIs('NOT_SENDABLE'));
    }
    assert.equal(there.connections(), 0);
  });

  it('a client that is closed sends nothing more, and what is in flight ends', async (t) => {
    const there = await destination(t, () => {});
    const client = clientFor(t, there.port);
    const flying = client.send(message(1), { timeout: 5000 });
    await until(() => there.received.length === 1);
    client.close();
    await assert.rejects(flying, faultIs('STOPPED'));
    await assert.rejects(client.send(message(2), { timeout: 50 }), faultIs('STOPPED'));
    const connecting = new MllpClient({ host: '127.0.0.1', port: there.port });
    const early = connecting.send(message(1), { timeout: 5000 });
    connecting.close();
    await assert.rejects(early, faultIs('STOPPED'));
  });

  it('an error says nothing of the message', async (t) => {
    const there = await destination(t, (_, socket) => void socket.destroy());
    await assert.rejects(clientFor(t, there.port).send(message(1), { timeout: 500 }), (error) => {
      assert.ok(error instanceof MllpSendError);
      assert.ok(!JSON.stringify({ ...error, message: error.message, stack: error.stack }).includes('9990000018'));
      return true;
    });
  });
});
