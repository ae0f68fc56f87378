/** Sending: order kept, and nobody else's answer taken, whatever the destination does. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { OutboundSender, SenderObserver } from '../src/hl7/outbound.ts';
import { MllpServer } from '../src/hl7/mllp-server.ts';
import { Database } from '../src/store/database.ts';
import { postgresEngine } from '../src/store/engine.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { Destination } from './support/destination.ts';
import type { Behaviour } from './support/destination.ts';
import { accept, clock, pause, startServer, until } from './support/mllp.ts';
import { authority, clientCertificate, serverCertificate, strangerCertificate } from './support/mllp-certificates.ts';
import { Outbound, hintFeed, stayOf } from './support/outbound.ts';

let test: TestDatabase;
let out: Outbound;
let count = 0;

before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());
beforeEach(() => {
  out = new Outbound(test.db, hintFeed({}, { id: `sender-${++count}` }));
});

type SenderOptions = Parameters<Outbound['sender']>[1];

/** A destination that behaves as listed, then well; it is closed with the test. */
async function destinationFor(t: TestContext, ...list: readonly Behaviour[]): Promise<Destination> {
  const destination = await new Destination({ behave: (index) => list[index] ?? 'AA', lateAfter: 520 }).open();
  t.after(() => destination.close());
  return destination;
}

/** Starts a sender that waits for an answer as long as a busy computer may take, unless the test is about a time-out. */
function start(t: TestContext, port: number, options: SenderOptions = {}): OutboundSender {
  const sender = out.sender(port, { ...options, timing: { acknowledgedWithin: 5000, ...options.timing } });
  t.after(() => sender.stop(0));
  sender.start();
  return sender;
}

/** Queues hints for new stays. @returns their control ids in order */
async function queue(messages: number): Promise<string[]> {
  for (let one = 1; one <= messages; one++) await out.want('hint', stayOf(one));
  return (await out.rows()).map((row) => row.control_id);
}

const faults = (): { list: string[]; observer: SenderObserver } => {
  const list: string[] = [];
  const observer: SenderObserver = {
    failed: (_, { fault, dead }) => list.push(dead ? `${fault}, dead` : fault),
    troubled: (_, error) => list.push(`trouble: ${String(error)}`),
  };
  return { list, observer };
};

describe('a sender', () => {
  it('sends in order, one on its way at a time, and is woken by what is queued', async (t) => {
    const destination = await destinationFor(t, 'CA', 'slow', 'AA');
    const sender = start(t, destination.port, { lookEvery: 60_000, turnEvery: 60_000 });
    await until(() => sender.state.hasTurn);
    await pause(30);
    const ids = await queue(3);
    out.queue.wake();
    await out.settled();
    assert.deepEqual(destination.receptions.map(({ id }) => id), ids); // prettier-ignore
    assert.deepEqual((await out.rows()).map(({ state, attempts }) => `${state} ${attempts}`), Array(3).fill('acknowledged 1')); // prettier-ignore
    assert.equal(new Set(destination.receptions.map(({ connection }) => connection)).size, 1);
    assert.equal(sender.state.connected, true);
  });

  const passing: readonly (readonly [Behaviour, string])[] = [
    ['AE', 'AE'],
    ['CE', 'CE'],
    ['silent', 'TIMEOUT'],
    ['late', 'TIMEOUT'],
    ['other', 'OTHER_ANSWER'],
    ['close', 'CLOSED'],
    ['close-half', 'CLOSED'],
    ['close-mid', 'CLOSED'],
    ['half-open', 'CLOSED'],
    ['junk', 'PROTOCOL'],
    ['unreadable', 'OTHER_ANSWER'],
  ];
  for (const [behaviour, fault] of passing) {
    it(`sends the same bytes again, and nothing else before, when it meets ${behaviour}`, async (t) => {
      const destination = await destinationFor(t, behaviour, behaviour);
      const { list, observer } = faults();
      const ids = await queue(2);
      // Only where no answer is the fault is there no waiting for one.
      const timing = fault === 'TIMEOUT' || fault === 'OTHER_ANSWER' ? { acknowledgedWithin: 400 } : {};
      start(t, destination.port, { observer, timing });
      await out.settled();
      assert.deepEqual(list, [fault, fault]);
      const [first, second] = ids;
      const seen = destination.receptions.map(({ id }) => id);
      assert.deepEqual(seen, behaviour === 'close-mid' ? ['', '', first, second] : [first, first, first, second]);
      const bytes = destination.receptions.filter(({ id }) => id === first).map((one) => one.bytes.toString());
      assert.equal(new Set(bytes).size, 1);
      assert.deepEqual((await out.rows()).map(({ attempts }) => attempts), [3, 1]); // prettier-ignore
    });
  }

  it('takes its own answer behind one to another message', async (t) => {
    const destination = await destinationFor(t, 'other-first');
    const { list, observer } = faults();
    await queue(1);
    start(t, destination.port, { observer });
    await out.settled();
    assert.deepEqual(list, []);
    assert.equal(destination.receptions.length, 1);
  });

  it('never takes a late answer for the answer to the next message', async (t) => {
    // The first is refused after it was answered too late; the answer comes while the second is on its way.
    const list: readonly Behaviour[] = ['late', 'AR', 'silent', 'AA'];
    const destination = await new Destination({ behave: (index) => list[index] ?? 'AA', lateAfter: 650 }).open();
    t.after(() => destination.close());
    await queue(2);
    start(t, destination.port, { timing: { acknowledgedWithin: 400 } });
    const rows = await out.settled();
    assert.deepEqual(rows.map(({ state, attempts }) => `${state} ${attempts}`), ['dead 2', 'acknowledged 2']); // prettier-ignore
  });

  it('goes on behind a message that is refused for good', async (t) => {
    const destination = await destinationFor(t, 'AR', 'CR');
    const { list, observer } = faults();
    const ids = await queue(3);
    start(t, destination.port, { observer });
    const rows = await out.settled();
    assert.deepEqual(rows.map(({ state }) => state), ['dead', 'dead', 'acknowledged']); // prettier-ignore
    assert.deepEqual(list, ['AR, dead', 'CR, dead']);
    assert.deepEqual(destination.order, ids);
  });

  it('gives up a message in time, after a last attempt at that moment', async (t) => {
    const destination = await destinationFor(t, ...Array<Behaviour>(500).fill('AE'));
    await out.want('hint', stayOf(1), new Date(Date.now() - 86_400_000 + 2000));
    start(t, destination.port, { timing: { retryFirst: 270, retryLongest: 10_000 } });
    const [row] = await out.settled();
    assert.equal(row?.state, 'dead');
    assert.equal(row?.last_fault, 'AE');
    // At once, then after 270, 540 and 1080 ms, and at the end.
    assert.ok(row.attempts >= 3 && row.attempts <= 5, `${row.attempts} attempts`);
  });

  it('waits for a destination that does not listen, and knows that nothing arrived there', async (t) => {
    const destination = await destinationFor(t);
    await destination.close();
    const { list, observer } = faults();
    const ids = await queue(2);
    start(t, destination.port, { observer });
    await until(() => list.length >= 3);
    assert.deepEqual([...new Set(list)], ['REFUSED']);
    // But for the moment of an attempt, before which it is written down that the message may have arrived.
    const nothingSent = async (): Promise<boolean> => (await out.rows()).every(({ sent }) => !sent);
    let known = await nothingSent();
    for (let tries = 0; tries < 200 && !known; tries++) known = await nothingSent();
    assert.ok(known);
    await destination.open();
    await out.settled();
    assert.deepEqual(destination.order, ids);
  });

  it('pauses longer each time', async (t) => {
    const times: number[] = [];
    const behave = (index: number, id: string): Behaviour => {
      if (id !== '') times[index] ??= performance.now();
      return index < 4 ? 'AE' : 'AA';
    };
    const destination = await new Destination({ behave }).open();
    t.after(() => destination.close());
    await queue(1);
    start(t, destination.port, { timing: { retryFirst: 30, retryLongest: 100 } });
    await out.settled();
    const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    for (const [at, least] of [30, 60, 100].entries()) assert.ok((pauses[at] ?? 0) >= least - 2, `${pauses}`);
  });

  it('passes over what was withdrawn', async (t) => {
    const destination = await destinationFor(t);
    const stays = [stayOf(1), stayOf(2), stayOf(3)];
    for (const stay of stays) await out.want('hint', stay);
    assert.equal(await out.want('retraction', stays[1] ?? stayOf()), 'withdrawn');
    start(t, destination.port);
    const rows = await out.settled();
    assert.deepEqual(destination.order, [rows[0]?.control_id, rows[2]?.control_id]);
  });

  it('stops at once when nothing is on its way, and lets what is on its way be answered', async (t) => {
    const destination = await destinationFor(t, 'late');
    const sender = start(t, destination.port, { timing: { acknowledgedWithin: 5000 } });
    await queue(1);
    out.queue.wake();
    await until(() => destination.receptions.length === 1);
    await sender.stop();
    assert.deepEqual((await out.rows()).map(({ state }) => state), ['acknowledged']); // prettier-ignore
    const idle = start(t, destination.port, { lookEvery: 60_000 });
    await until(() => idle.state.hasTurn);
    const before = performance.now();
    await idle.stop();
    // It waits neither for its next look nor for the answer that what is on its way would be given.
    assert.ok(performance.now() - before < 1500);
    assert.deepEqual(idle.state, { destination: out.destination, hasTurn: false, connected: false });
  });

  it('leaves an unanswered message to the next one when it is stopped', async (t) => {
    const destination = await destinationFor(t, 'silent');
    const sender = start(t, destination.port, { timing: { acknowledgedWithin: 60_000 } });
    const [id] = await queue(1);
    out.queue.wake();
    await until(() => destination.receptions.length === 1);
    await sender.stop(20);
    assert.deepEqual((await out.rows()).map(({ state, sent }) => [state, sent]), [['waiting', true]]); // prettier-ignore
    start(t, destination.port);
    await out.settled();
    assert.deepEqual(destination.receptions.map((one) => one.id), [id, id]); // prettier-ignore
  });
});

describe('two senders for one destination', () => {
  it('never send at the same time, and the second takes over when the first ends', async (t) => {
    const url = test.url;
    const other = url === null ? test.db : new Database(postgresEngine(url, false, 4));
    t.after(() => (other === test.db ? undefined : other.close()));
    const destination = await destinationFor(t, 'slow', 'AA', 'slow', 'AE', 'slow');
    const senders = [start(t, destination.port), start(t, destination.port, { db: other })];
    await until(() => senders.some(({ state }) => state.hasTurn));
    await pause(100);
    assert.equal(senders.filter(({ state }) => state.hasTurn).length, 1);
    const ids = await queue(6);
    await out.settled();
    const first = senders.find(({ state }) => state.hasTurn);
    await first?.stop();
    await until(() => senders.some((one) => one !== first && one.state.hasTurn));
    const more = await queue(3);
    out.queue.wake();
    await out.settled();
    assert.deepEqual(destination.order, more);
    assert.equal(more.length, ids.length + 3);
  });

  it('cannot both go on when the first loses its connection to the database', { skip: serverUrl === null ? 'needs a server' : false }, async (t) => {
    const destination = await destinationFor(t, 'silent');
    const { list, observer } = faults();
    // The connection is cut while the answer is still waited for, and that is found out when it does not come.
    const first = start(t, destination.port, { observer, timing: { acknowledgedWithin: 2000 } });
    const [id] = await queue(1);
    out.queue.wake();
    await until(() => destination.receptions.length === 1);
    const other = new Database(postgresEngine(test.url ?? '', false, 4));
    t.after(() => other.close());
    await endLockHolders(test.url ?? '');
    const second = start(t, destination.port, { db: other });
    await out.settled();
    await until(() => list.length > 0);
    assert.match(list[0] ?? '', /^trouble/);
    assert.deepEqual(destination.order, [id]);
    assert.equal([first, second].filter(({ state }) => state.hasTurn).length <= 1, true);
  }); // prettier-ignore
});

describe('a sender with TLS', () => {
  const pin = new X509Certificate(serverCertificate.cert).fingerprint256;
  const secure = (fingerprint?: string): Outbound => {
    const connection = { security: 'tls', ...(fingerprint === undefined ? {} : { serverCertificate: fingerprint }) };
    return new Outbound(test.db, hintFeed({ connection }, { id: `tls-${++count}` }));
  };

  async function tlsServer(t: TestContext, own: { key: string; cert: string }, withClients = false): Promise<number> {
    const tls = { ...own, ...(withClients ? { clientAuthorities: authority } : {}) };
    const { server, port } = await startServer({ tls, limits: { lingerMs: 50 } });
    t.after(() => server.close(0));
    return port;
  }

  it('sends to the server whose certificate the feed’s file names, with its own certificate', async (t) => {
    const port = await tlsServer(t, serverCertificate, true);
    out = secure(pin);
    await queue(1);
    start(t, port, { tls: { ...clientCertificate } });
    assert.deepEqual((await out.settled()).map(({ state }) => state), ['acknowledged']); // prettier-ignore
  });

  it('sends nothing to a server with another certificate, though it be signed', async (t) => {
    const received: Buffer[] = [];
    const server = new MllpServer({ clock, tls: strangerCertificate, handler: (content, peer) => { received.push(content); return accept(content, peer); } }); // prettier-ignore
    const port = await server.listen(0, '127.0.0.1');
    t.after(() => server.close(0));
    out = secure(pin);
    const { list, observer } = faults();
    await queue(1);
    start(t, port, { tls: { authorities: authority }, observer });
    await until(() => list.length >= 2);
    assert.deepEqual([...new Set(list)], ['TLS']);
    assert.equal(received.length, 0);
  });

  it('trusts, without a certificate named, only a server that an authority signed', async (t) => {
    const port = await tlsServer(t, serverCertificate);
    out = secure();
    const { list, observer } = faults();
    await queue(1);
    const sender = start(t, port, { observer });
    await until(() => list.length >= 1);
    assert.equal(list[0], 'TLS');
    await sender.stop(0);
    start(t, port, { tls: { authorities: authority } });
    await out.settled();
  });
});

async function endLockHolders(url: string): Promise<void> {
  const engine = postgresEngine(url, true, 1);
  const { session, release } = await engine.acquire();
  await session.query(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())",
  );
  release(false);
  await engine.close();
}
