/** The listener of feeds: over the wire, with Debian's own sender, in TLS, and looking after itself. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { FeedListener } from '../src/hl7/listener.ts';
import type { ListenerOptions } from '../src/hl7/listener.ts';
import { MllpClient } from '../src/hl7/mllp-client.ts';
import { messageReader } from '../src/hl7/inbound.ts';
import { Applier } from '../src/services/applier.ts';
import { adt, kingsVale } from './support/adt.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { emptyFeed, hospitalOn } from './support/hospital.ts';
import type { TestHospital } from './support/hospital.ts';
import { RawPeer, verdict } from './support/mllp.ts';
import { authority, clientCertificate, serverCertificate } from './support/mllp-certificates.ts';

const run = promisify(execFile);
const hasSender = (() => {
  try {
    execFileSync('mllp_send', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let database: TestDatabase;
let hospital: TestHospital;
let logged: string[];
let listener: FeedListener | null = null;

before(async () => {
  database = await openTestDatabase();
});
after(() => database.close());
beforeEach(async () => {
  await emptyFeed(database.db);
  hospital = hospitalOn(database.db);
  logged = [];
});
afterEach(async () => {
  await listener?.stop();
  listener = null;
});

const say = (level: string) => (facts: object, message: string) => void logged.push(`${level}: ${message} ${JSON.stringify(facts)}`); // prettier-ignore
async function start(more: Partial<ListenerOptions> = {}): Promise<number> {
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  listener = new FeedListener(hospital.deps, [hospital.feed], { host: '127.0.0.1', port: 0, tls: null, log, wake: () => undefined, ...more }); // prettier-ignore
  return listener.start();
}
const text = (id: string, fields = {}): Buffer => Buffer.from(adt('A04', { 'MSH-10': id, ...fields }).serialise());

describe('a feed over the wire', () => {
  it(
    'becomes a stay when Debian’s mllp_send sends it',
    { skip: !hasSender && 'mllp_send is not installed' },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'homeward-mllp-'));
      const applier = new Applier(hospital.deps, kingsVale, messageReader([hospital.feed]), (error) =>
        assert.fail(String(error)),
      );
      applier.start();
      try {
        const port = await start({ wake: () => applier.wake() });
        const file = join(folder, 'a04.hl7');
        writeFileSync(file, Buffer.concat([Buffer.from([0x0b]), text('DEBIAN'), Buffer.from([0x1c, 0x0d])]));
        const { stdout } = await run('mllp_send', ['--file', file, '--port', String(port), '127.0.0.1']);
        assert.match(stdout, /MSA\|AA\|DEBIAN/);
        const until = performance.now() + 20_000;
        while ((await hospital.stays()).length === 0 && performance.now() < until)
          await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal((await hospital.stays())[0]?.status, 'arrived');
      } finally {
        await applier.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  it('answers a thousand messages sent at once, in their order, and keeps each once', async () => {
    const port = await start();
    const peer = await RawPeer.connect(port);
    const frames = Array.from({ length: 1000 }, (_, index) =>
      Buffer.concat([Buffer.from([0x0b]), text(`P${index}`), Buffer.from([0x1c, 0x0d])]),
    );
    peer.write(Buffer.concat(frames));
    for (let index = 0; index < 1000; index++) assert.equal(verdict(await peer.answer()), `AA P${index}`);
    peer.destroy();
    const rows = await database.db.sql.selectFrom('hl7_message').select('control_id').execute();
    assert.equal(rows.length, 1000);
  });

  it('is told of what was not taken by code only', async () => {
    const port = await start();
    const client = new MllpClient({ host: '127.0.0.1', port });
    await client.send(text('A', { 'PV1-2': 'Z' }), { timeout: 2000 });
    await client.send(text('B', { 'MSH-3': 'WHO' }), { timeout: 2000 });
    client.close();
    assert.deepEqual(logged, [
      'warn: a feed message was not taken as it came {"feed":"kings-vale-adt","state":"quarantined","code":"CLASS_UNMAPPED"}',
      'warn: a feed message was not taken as it came {"feed":null,"state":"rejected","code":"SENDER_UNKNOWN"}',
    ]);
  });

  it('says which port it cannot have', async () => {
    const port = await start();
    const other = new FeedListener(hospital.deps, [hospital.feed], { host: '127.0.0.1', port, tls: null, log: { info: say(''), warn: say(''), error: say('') }, wake: () => undefined }); // prettier-ignore
    await assert.rejects(other.start(), {
      code: 'FEED_PORT',
      message: new RegExp(`127.0.0.1:${port} \\(EADDRINUSE\\)`),
    });
    await other.stop();
  });
});

describe('H09: a canary', () => {
  it('goes through our own listener, is kept, and says nothing of anybody', async () => {
    await start();
    await listener?.look();
    assert.equal(listener?.state.canary?.ok, true);
    const [row, ...others] = await database.db.sql.selectFrom('hl7_message').selectAll().execute();
    assert.deepEqual(others, []);
    assert.equal(`${row?.state} ${row?.code} ${row?.event}`, 'ignored canary NMD^N02');
    await hospital.apply();
    assert.deepEqual(await hospital.stays(), []);
  });

  it('that is not kept is an alarm, told once', async () => {
    const broken = new FeedListener({ ...hospital.deps, db: failing(database) }, [hospital.feed], { host: '127.0.0.1', port: 0, tls: null, log: { info: say('info'), warn: say('warn'), error: say('error') }, wake: () => undefined }); // prettier-ignore
    await broken.start();
    await broken.look();
    await broken.look();
    assert.equal(broken.state.canary?.ok, false);
    assert.equal(logged.filter((line) => line.includes('our own listener does not answer')).length, 1);
    await broken.stop();
  });

  it('of somebody else’s is an echo, not a canary', async () => {
    assert.equal(await hospital.send(text('HWC1', { 'MSH-3': 'HOMEWARD' })), 'AA HWC1');
    const [row] = await database.db.sql.selectFrom('hl7_message').selectAll().execute();
    assert.equal(row?.code, 'echo');
  });
});

describe('a silent feed', () => {
  it('is told of once, and again when it is heard', async () => {
    await start();
    await listener?.look();
    await listener?.look();
    const silent = () => logged.filter((line) => line.startsWith('error: a feed is silent')).length;
    assert.equal(silent(), 1);
    await hospital.sendAdt('A04');
    await listener?.look();
    assert.equal(logged.filter((line) => line.startsWith('info: a feed is heard again')).length, 1);
    hospital.clock.advance(31 * 60_000);
    await listener?.look();
    assert.equal(silent(), 2);
  });
});

describe('a feed in TLS', () => {
  const pem = (one: string): Buffer => Buffer.from(one);
  const tls = { key: pem(serverCertificate.key), cert: pem(serverCertificate.cert), clientAuthorities: pem(authority) };
  const bound = (cert: string) => ({
    ...kingsVale,
    connection: { security: 'tls' as const, clientCertificates: [new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()] },
  }); // prettier-ignore
  const send = async (port: number, id: string): Promise<string> => {
    const client = new MllpClient({ host: '127.0.0.1', port, tls: { authorities: authority, ...clientCertificate } });
    try {
      return verdict(await client.send(text(id), { timeout: 2000 }));
    } finally {
      client.close();
    }
  };

  it('takes the engine whose certificate its file names, and its own canary', async () => {
    hospital = hospitalOn(database.db, bound(clientCertificate.cert));
    const port = await start({ tls });
    assert.equal(await send(port, 'TLS'), 'AA TLS');
    await listener?.look();
    assert.equal(listener?.state.canary?.ok, true);
  });

  it('refuses another engine’s certificate, though the same authority signed it', async () => {
    hospital = hospitalOn(database.db, bound(serverCertificate.cert));
    const port = await start({ tls });
    assert.equal(await send(port, 'TLS'), 'AR TLS');
  });
});

function failing({ db }: TestDatabase): TestDatabase['db'] {
  return new Proxy(db, {
    get: (target, name) =>
      name === 'ask' ? () => Promise.reject(new Error('gone')) : bind(target, Reflect.get(target, name, target)),
  });
}

function bind(target: object, value: unknown): unknown {
  return typeof value === 'function' ? value.bind(target) : value;
}
