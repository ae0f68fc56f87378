/** Senders whom no feed knows: bounded in what they leave behind, and no harm to those who are known. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Feed } from '../src/config/feed.ts';
import { inboundHandler } from '../src/hl7/inbound.ts';
import type { InboundOutcome } from '../src/hl7/inbound.ts';
import { FeedListener } from '../src/hl7/listener.ts';
import { frame } from '../src/hl7/mllp-frames.ts';
import type { MllpPeer } from '../src/hl7/mllp-peer.ts';
import { addressesOf } from '../src/hl7/peer-addresses.ts';
import { Strangers } from '../src/hl7/strangers.ts';
import { messageTaker } from '../src/services/take-message.ts';
import { adt, kingsVale } from './support/adt.ts';
import type { Fields } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { hospitalOn, localPeer } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';
import { RawPeer, message, startServer, verdict } from './support/mllp.ts';

let database: TestDatabase;
let hospital: TestHospital;
let listener: FeedListener | null = null;

before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());
beforeEach(async () => {
  await database.db.sql.deleteFrom('hl7_message').execute();
  hospital = hospitalOn(database.db);
});
afterEach(async () => {
  await listener?.stop();
  listener = null;
});

const rows = async (): Promise<number> =>
  (await database.db.sql.selectFrom('hl7_message').select('message_id').execute()).length;
const stranger: Fields = { 'MSH-3': 'WHO' };
const hour = 3_600_000;
/** An address of this computer that is none of its own loop. */
const outer = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** A handler with a bound, and what it told of. */
function bounded(file: Feed = kingsVale) {
  const strangers = new Strangers(hospital.clock, { perAddress: 5, inAll: 12 });
  const outcomes: InboundOutcome[] = [];
  const handler = inboundHandler({
    clock: hospital.clock,
    feeds: [file],
    taker: messageTaker(hospital.deps),
    strangers,
    wake: () => undefined,
    observe: (outcome) => void outcomes.push(outcome),
  });
  let sent = 0;
  const send = async (from: MllpPeer, fields: Fields = stranger): Promise<string> =>
    verdict(await handler(Buffer.from(adt('A04', { 'MSH-10': `S${++sent}`, ...fields }).serialise()), from));
  return { strangers, outcomes, send };
}
/** A connection, and how often it was hung up. */
function peerAt(address: string): { peer: MllpPeer; hungUp: () => number } {
  let count = 0;
  return { peer: { ...localPeer, address, hangUp: () => void count++ }, hungUp: () => count };
}

describe('messages of senders whom no feed knows', () => {
  it('H19: are kept up to so many an hour of each address and of all; the rest is answered and counted', async () => {
    const { strangers, outcomes, send } = bounded();
    const one = peerAt('10.0.0.1');
    for (let n = 1; n <= 8; n++) assert.equal(await send(one.peer), `AR S${n}`);
    assert.equal(await rows(), 5);
    assert.equal(strangers.notListed, 3);
    assert.deepEqual(outcomes.map(({ state }) => state), [...Array(5).fill('rejected'), ...Array(3).fill('not-listed')]); // prettier-ignore
    for (let n = 2; n < 40; n++) await send(peerAt(`10.0.0.${n}`).peer);
    assert.equal(await rows(), 12);
    hospital.clock.advance(hour);
    await send(one.peer);
    assert.equal(await rows(), 13);
  });

  it('leave room for those of a feed, whose messages are all kept', async () => {
    const { send } = bounded();
    const one = peerAt('10.0.0.1');
    for (let n = 0; n < 30; n++) await send(one.peer);
    for (let n = 0; n < 30; n++) assert.match(await send(one.peer, { 'PV1-19': `V${n}` }), /^AA /);
    assert.equal(await rows(), 35);
  });

  it('end their connection once enough is kept, unless a feed has spoken over it', async () => {
    const { send } = bounded();
    const [bad, mixed] = [peerAt('10.0.0.1'), peerAt('10.0.0.2')];
    await send(mixed.peer, { 'PV1-19': 'V1' });
    for (let n = 0; n < 7; n++) {
      await send(bad.peer);
      await send(mixed.peer);
    }
    assert.equal(bad.hungUp(), 2);
    assert.equal(mixed.hungUp(), 0);
  });

  it('are also those that name a feed and may not send for it', async () => {
    const tls = { security: 'tls' as const, clientCertificates: ['ab'.repeat(32)] };
    const { send } = bounded({ ...kingsVale, connection: tls });
    for (let n = 0; n < 9; n++) assert.match(await send(peerAt('10.0.0.1').peer, {}), /^AR /);
    assert.equal(await rows(), 5);
  });

  it('are also those without a header, to which nobody can be answered', async () => {
    const strangers = new Strangers(hospital.clock, { perAddress: 5, inAll: 12 });
    const handler = inboundHandler({ clock: hospital.clock, feeds: [kingsVale], taker: messageTaker(hospital.deps), strangers, wake: () => undefined }); // prettier-ignore
    for (let n = 0; n < 9; n++) assert.equal(await handler(Buffer.from(`GET /${n}`), localPeer), null);
    assert.equal(await rows(), 5);
  });

  it('use no more memory for a hundred thousand addresses than for a dozen', () => {
    const strangers = new Strangers(hospital.clock, { perAddress: 5, inAll: 12 });
    for (let n = 0; n < 100_000; n++) strangers.keeps(peerAt(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`).peer);
    assert.equal(strangers.notListed, 100_000 - 12);
    assert.equal(strangers.remembered, 12);
  });

  it('are kept again after a clock went back', () => {
    const strangers = new Strangers(hospital.clock, { perAddress: 1, inAll: 1 });
    assert.equal(strangers.keeps(localPeer), true);
    hospital.clock.advance(-48 * hour);
    assert.equal(strangers.keeps(localPeer), true);
    assert.equal(strangers.keeps(localPeer), false);
  });
});

describe('a listener that strangers write to', () => {
  it('says so once a minute, ends their connection, and goes on taking a feed’s messages', async () => {
    const logged: string[] = [];
    const log = { info: () => undefined, warn: (_: object, text: string) => void logged.push(text), error: (_: object, text: string) => void logged.push(text) }; // prettier-ignore
    listener = new FeedListener(hospital.deps, [hospital.feed], { host: '127.0.0.1', port: 0, tls: null, log, wake: () => undefined }); // prettier-ignore
    const port = await listener.start();
    const bad = await RawPeer.connect(port);
    let answered = 0;
    for (let n = 0; n < 30; n++)
      bad.write(frame(Buffer.from(adt('A04', { ...stranger, 'MSH-10': `S${n}` }).serialise())));
    while ((await bad.answer()) !== null) answered++;
    assert.ok(answered >= 20 && answered <= 30, String(answered));
    assert.equal(await rows(), 20);
    assert.ok((listener.state.notListed ?? 0) >= 1);
    assert.equal(logged.filter((text) => text.includes('sends more than is kept')).length, 1);
    const good = await RawPeer.connect(port);
    good.write(frame(Buffer.from(adt('A04', { 'MSH-10': 'GOOD' }).serialise())));
    assert.equal(verdict(await good.answer()), 'AA GOOD');
    good.destroy();
  });
});

describe('the addresses that a feed is sent from', () => {
  it('are single ones and networks, of both kinds of address', () => {
    const isOne = addressesOf(['10.1.2.3', '10.2.0.0/16', '2001:db8::/32']);
    for (const [address, expected] of [
      ['10.1.2.3', true], ['10.1.2.4', false], ['10.2.255.1', true], ['10.3.0.1', false], ['2001:db8::1', true],
      ['2001:db9::1', false], ['', false], ['nowhere', false],
    ] as const) assert.equal(isOne(address), expected, address); // prettier-ignore
  });

  it('are the only ones that may send for it', async () => {
    const connection = { security: 'plain-text' as const, addresses: ['10.1.2.0/24'] };
    const { send } = bounded({ ...kingsVale, connection });
    assert.match(await send(peerAt('10.1.2.9').peer, {}), /^AA /);
    assert.match(await send(peerAt('10.1.3.9').peer, { 'PV1-19': 'V2' }), /^AR /);
    const codes = (await database.db.sql.selectFrom('hl7_message').select('code').execute()).map(({ code }) => code);
    assert.deepEqual(codes.sort(), ['SENDER_ADDRESS', null].sort()); // prettier-ignore
  });

  it(
    'are the only ones that may connect, but for this computer itself',
    { skip: outer === undefined && 'no other address' },
    async () => {
      const running = await startServer({ mayConnect: (address) => address === 'nobody' });
      try {
        const own = await RawPeer.connect(running.port);
        own.write(frame(message('OWN')));
        assert.equal(verdict(await own.answer()), 'AA OWN');
        own.destroy();
        const other = connect({ port: running.port, host: '127.0.0.1', localAddress: outer ?? '' });
        other.on('error', () => {});
        await new Promise((resolve) => other.once('close', resolve));
        assert.deepEqual(running.events.filter((event) => event.startsWith('refused')), ['refused: address']); // prettier-ignore
      } finally {
        await running.server.close();
      }
    },
  );
});
