/** MLLP over TLS: who may come in, and who the handler is told has come. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { connect } from 'node:tls';
import { MllpClient } from '../../src/hl7/mllp-client.ts';
import type { MllpClientTls } from '../../src/hl7/mllp-client.ts';
import { frame } from '../../src/hl7/mllp-frames.ts';
import type { MllpPeer } from '../../src/hl7/mllp-peer.ts';
import { MllpSendError } from '../../src/hl7/mllp-send-error.ts';
import { RawPeer, accept, message, startServer, until, verdict } from '../support/mllp.ts';
import type { RunningServer } from '../support/mllp.ts';
import { authority, clientCertificate, serverCertificate, strangerCertificate } from '../support/mllp-certificates.ts';

async function serverFor(t: TestContext, withClients: boolean): Promise<RunningServer & { peers: MllpPeer[] }> {
  const peers: MllpPeer[] = [];
  const running = await startServer({
    tls: { ...serverCertificate, ...(withClients ? { clientAuthorities: authority } : {}) },
    limits: { lingerMs: 100 },
    handler: (content, peer) => {
      const { hangUp: _hangUp, ...who } = peer;
      peers.push(who);
      return accept(content, peer);
    },
  });
  t.after(() => running.server.close(0));
  return { ...running, peers };
}

function send(t: TestContext, port: number, tls: MllpClientTls): Promise<string> {
  const client = new MllpClient({ host: '127.0.0.1', port, tls });
  t.after(() => client.close());
  return client.send(message(1), { timeout: 2000 }).then(verdict, (error: unknown) => {
    assert.ok(error instanceof MllpSendError, String(error));
    return error.code;
  });
}

describe('a server with TLS', () => {
  it('lets in a client whose certificate is signed, and tells who it is', async (t) => {
    const running = await serverFor(t, true);
    assert.equal(await send(t, running.port, { authorities: authority, ...clientCertificate }), 'AA 1');
    assert.deepEqual(running.peers, [
      {
        address: '127.0.0.1',
        connection: 1,
        certificate: {
          commonName: 'pas.sherwood.example',
          subject: 'O=Sherwood Hospital, CN=pas.sherwood.example',
          fingerprint: new X509Certificate(clientCertificate.cert).fingerprint256,
          alternativeNames: 'DNS:pas.sherwood.example',
        },
      },
    ]);
  });

  it('keeps out clients without a certificate, or with one that others signed', async (t) => {
    const running = await serverFor(t, true);
    // TLS 1.3 lets the client believe for a moment that it is in, so it may learn the reason or may not.
    assert.match(await send(t, running.port, { authorities: authority }), /^(?:TLS|CLOSED)$/);
    assert.match(await send(t, running.port, { authorities: authority, ...strangerCertificate }), /^(?:TLS|CLOSED)$/);
    assert.deepEqual(running.peers, []);
    await until(() => running.events.filter((event) => event === 'refused: tls').length === 2);
  });

  it('asks for no certificate when it is not set to', async (t) => {
    const running = await serverFor(t, false);
    assert.equal(await send(t, running.port, { authorities: authority }), 'AA 1');
    assert.equal(await send(t, running.port, { authorities: authority, ...strangerCertificate }), 'AA 1');
    assert.deepEqual(
      running.peers.map(({ certificate }) => certificate),
      [null, null],
    );
  });

  it('does not speak plain text', async (t) => {
    const running = await serverFor(t, false);
    const peer = await RawPeer.connect(running.port);
    peer.write(frame(message(1)));
    await peer.gone();
    assert.deepEqual(running.received, []);
    assert.equal(running.server.connections, 0);
  });

  it('counts connections that have not agreed on TLS yet', async (t) => {
    const running = await startServer({
      tls: serverCertificate,
      // Long enough for the second to come while the first says nothing, and for a real one on a busy computer.
      limits: { maxConnectionsPerAddress: 1, handshakeMs: 1000 },
    });
    t.after(() => running.server.close(0));
    const first = await RawPeer.connect(running.port);
    const second = await RawPeer.connect(running.port);
    await second.gone();
    assert.ok(running.events.includes('refused: connections-of-address'));
    await first.gone();
    assert.equal(await send(t, running.port, { authorities: authority }), 'AA 1');
  });

  it('answers in order, in pieces, after the peer’s last word, and when it stops', async (t) => {
    const running = await serverFor(t, true);
    const socket = connect({ port: running.port, host: '127.0.0.1', ca: authority, ...clientCertificate });
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    const peer = RawPeer.from(socket);
    const bytes = Buffer.concat([1, 2, 3].map((id) => frame(message(id))));
    peer.write(bytes.subarray(0, 100));
    peer.write(bytes.subarray(100));
    for (const id of [1, 2, 3]) assert.equal(verdict(await peer.answer()), `AA ${id}`);
    const stopped = running.server.close();
    assert.equal(await peer.answer(), null);
    await stopped;
    assert.deepEqual(running.reasons, ['stopping']);
  });
});

describe('a client with TLS', () => {
  it('trusts only servers that its authorities signed, by their name', async (t) => {
    const running = await serverFor(t, false);
    assert.equal(await send(t, running.port, {}), 'TLS');
    assert.equal(await send(t, running.port, { authorities: authority, serverName: 'other.example' }), 'TLS');
    assert.equal(await send(t, running.port, { authorities: authority, serverName: 'localhost' }), 'AA 1');
    assert.equal(running.peers.length, 1);
  });

  it('does not send to a server of plain text', async (t) => {
    const { server, port, received } = await startServer({ limits: { maxJunkBytes: 10 } });
    t.after(() => server.close(0));
    assert.notEqual(await send(t, port, { authorities: authority }), 'AA 1');
    // A greeting of TLS is mostly random, and may hold a frame by chance.
    assert.ok(received.every((bytes) => !bytes.includes('MSH')));
  });
});
