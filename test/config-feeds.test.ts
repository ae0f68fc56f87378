/** What a feed asks of the settings, and what the settings may not say. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadConfig } from '../src/config.ts';
import { authority, serverCertificate } from './support/mllp-certificates.ts';

let folder: string;
let site: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeward-config-'));
  site = join(folder, 'site');
  cpSync(join(import.meta.dirname, '../config/demo'), site, { recursive: true });
  for (const [name, text] of Object.entries({ 'key.pem': serverCertificate.key, 'cert.pem': serverCertificate.cert, 'ca.pem': authority })) writeFileSync(join(folder, name), text); // prettier-ignore
});
after(() => rmSync(folder, { recursive: true, force: true }));

const key = Buffer.alloc(32, 1).toString('base64');
const load = (env: Record<string, string> = {}) => loadConfig({ CONFIG_DIR: site, ...env });
const tls = () => ({
  MLLP_TLS_CERT: join(folder, 'cert.pem'),
  MLLP_TLS_KEY: join(folder, 'key.pem'),
  MLLP_TLS_CLIENT_CA: join(folder, 'ca.pem'),
});

/** Runs with a file of the site changed. */
function changed(name: string, from: string | RegExp, to: string, work: () => void): void {
  const path = join(site, name);
  const text = readFileSync(path, 'utf8');
  assert.notEqual(text.replace(from, to), text);
  writeFileSync(path, text.replace(from, to));
  try {
    work();
  } finally {
    writeFileSync(path, text);
  }
}

describe('settings of the feeds', () => {
  it('are not needed by the demo', () => {
    const { settings, site: read } = load();
    assert.equal(settings.mllpPort, null);
    assert.equal(settings.feedKeys(), null);
    assert.deepEqual(read.feeds.map(({ id }) => id), ['kings-vale-adt']); // prettier-ignore
  });

  it('hold keys of 32 bytes, old ones too, which printing them does not show', () => {
    const { settings } = load({ FEED_KEY: key, FEED_KEY_OLD: `${key}, ${Buffer.alloc(32, 2).toString('base64')}` });
    assert.deepEqual(settings.feedKeys()?.map((one) => one[0]), [1, 1, 2]); // prettier-ignore
    assert.equal(JSON.stringify(settings).includes(key), false);
    assert.throws(() => load({ FEED_KEY: 'c2hvcnQ=' }), /FEED_KEY must be 32 bytes in base64/);
    assert.throws(() => load({ FEED_KEY_OLD: 'c2hvcnQ=' }), /FEED_KEY_OLD must be 32 bytes in base64/);
  });

  it('keep a demo’s feed on this computer', () => {
    assert.throws(() => load({ MLLP_HOST: '0.0.0.0' }), { code: 'CONFIG_DEMO_EXPOSED' });
  });

  it('name all files of TLS or none, readable and with a key', () => {
    assert.throws(() => load({ MLLP_TLS_CERT: tls().MLLP_TLS_CERT }), /MLLP_TLS_KEY must be set/);
    assert.throws(() => load({ ...tls(), MLLP_TLS_KEY: join(folder, 'none') }), /MLLP_TLS_KEY names a file that cannot be read/); // prettier-ignore
    assert.throws(() => load({ ...tls(), MLLP_TLS_KEY: tls().MLLP_TLS_CERT }), /MLLP_TLS_KEY must be a private key/);
  });

  it('agree with how the feed’s file says that it may be sent', () => {
    assert.throws(() => load(tls()), /“kings-vale-adt” says plain-text/);
    const bound = `connection: { security: tls, clientCertificates: [${'ab'.repeat(32)}] }`;
    changed('feeds/kings-vale-adt.yaml', 'connection: { security: plain-text }\npatient', `${bound}\npatient`, () => {
      assert.throws(() => load(), /MLLP_TLS_CLIENT_CA must be set: feed “kings-vale-adt” asks for TLS/);
      assert.ok(load(tls()).settings.mllpTls()?.cert);
    });
  });

  it('are needed outside the demo, while a feed is enabled', () => {
    const real = join(folder, 'real');
    cpSync(join(import.meta.dirname, '../config/example'), real, { recursive: true });
    const feed = readdirSync(join(real, 'feeds'))[0] ?? '';
    const text = readFileSync(join(real, 'feeds', feed), 'utf8');
    const write = (enabled: boolean): void =>
      writeFileSync(join(real, 'feeds', feed), text.replace(/^enabled: .*$/m, `enabled: ${enabled}`));
    const env = {
      CONFIG_DIR: real,
      DATABASE_URL: 'postgres://x',
      BASE_URL: 'https://homeward.example',
      SESSION_SECRET: 's'.repeat(32),
      CIS2_PRIVATE_KEY: serverCertificate.key,
      ...secretsOf(readFileSync(join(real, 'sign-in.yaml'), 'utf8')),
    };
    write(false);
    assert.equal(loadConfig(env).site.feeds.length, 1);
    write(true);
    const asked = { ...env, ...tls(), MLLP_PORT: '2575', FEED_KEY: key };
    assert.equal(loadConfig(asked).settings.mllpPort, 2575);
    assert.throws(() => loadConfig({ ...asked, MLLP_PORT: '' }), /MLLP_PORT must be set: feed “[a-z-]+” is enabled/);
    assert.throws(() => loadConfig({ ...asked, FEED_KEY: '' }), /FEED_KEY must be set/);
    assert.throws(() => loadConfig({ ...env, MLLP_PORT: '2575', FEED_KEY: key }), /asks for TLS/);
    // Plain text proves by nothing else who sends.
    const plain = (addresses: string): void =>
      writeFileSync(
        join(real, 'feeds', feed),
        text
          .replace(/^enabled: .*$/m, 'enabled: true')
          .replace(/^connection:\n(?: .*\n)+/m, `connection: { security: plain-text${addresses} }\n`),
      );
    const open = { ...env, MLLP_PORT: '2575', FEED_KEY: key, MLLP_HOST: '0.0.0.0' };
    plain('');
    assert.throws(() => loadConfig(open), /feed “[a-z-]+”, which says plain-text, must name connection\.addresses/);
    assert.equal(loadConfig({ ...open, MLLP_HOST: '' }).settings.mllpHost, '127.0.0.1');
    plain(', addresses: [10.1.2.0/24]');
    assert.deepEqual(loadConfig(open).site.feeds[0]?.connection.addresses, ['10.1.2.0/24']);
    for (const wrong of ['0.0.0.0/0', '10.1.2.0/33', 'engine.example', '10.1.2.3/8/9']) {
      plain(`, addresses: ['${wrong}']`);
      assert.throws(() => loadConfig(open), /must be an address like/, wrong);
    }
  });

  it('name a feed file that does not agree with the organisations, with its line', () => {
    changed('feeds/kings-vale-adt.yaml', 'hospital: KVH', 'hospital: NOWHERE', () =>
      assert.throws(() => load(), /kings-vale-adt\.yaml:5 no hospital “NOWHERE” is in organisations\.yaml/),
    );
  });
});

/** A value for each secret that a sign-in file names. */
function secretsOf(signIn: string): Record<string, string> {
  return Object.fromEntries([...signIn.matchAll(/clientSecretEnv: (\w+)/g)].map(([, name = '']) => [name, 'secret']));
}
