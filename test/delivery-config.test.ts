/** What carries messages: `delivery.yaml` and its settings, what stops the start, and the demo's own mailbox. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig, loadSettings } from '../src/config.ts';
import { readDeliveryFile } from '../src/config/delivery.ts';
import { readMail } from '../src/delivery/demo-mailbox.ts';
import { couriersOf } from '../src/delivery/couriers.ts';
import { HomewardError } from '../src/domain/error.ts';
import { apiKey, secretKey } from './support/fake-notify.ts';
import { startApp } from './support/running.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const config = join(import.meta.dirname, '../config');

function folderWith(delivery: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-delivery-'));
  folders.push(folder);
  cpSync(join(config, 'demo'), folder, { recursive: true });
  writeFileSync(join(folder, 'delivery.yaml'), delivery);
  return folder;
}

function refusal(delivery: string): string {
  try {
    loadConfig({ CONFIG_DIR: folderWith(delivery) });
  } catch (error) {
    assert.ok(error instanceof HomewardError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the file was accepted' });
}

const system = (change = ''): string => `systems:
  - id: mosaic
    recipient: '999'
    channel: webhook
    url: https://mosaic.example/messages
    secretEnv: MOSAIC_SECRET
${change}`;

const engine = (change = ''): string => `systems:
  - id: engine
    recipient: '999'
    channel: hl7
    host: engine.example
    port: 2575
    connection: { security: tls }
    sender: { application: HOMEWARD, facility: KVH }
    receiver: { application: MOSAIC, facility: SHERWOOD }
${change}`;

describe('delivery.yaml', () => {
  it('may be missing: then the portal alone is left', () => {
    assert.deepEqual(readDeliveryFile(join(config, 'nowhere')).value, { email: null, text: null, systems: [] });
  });

  it('is read with its defaults', () => {
    const { value } = readDeliveryFile(folderWith(system()));
    assert.deepEqual(value.systems[0], { id: 'mosaic', recipient: '999', channel: 'webhook', url: 'https://mosaic.example/messages', secretEnv: 'MOSAIC_SECRET', networks: [], authorities: null }); // prettier-ignore
  });

  it('is read with its defaults, of a system that takes HL7', () => {
    const { value } = readDeliveryFile(folderWith(engine()));
    const party = (application: string, facility: string) => ({ application, facility });
    assert.deepEqual(value.systems[0], {
      id: 'engine', recipient: '999', channel: 'hl7', host: 'engine.example', port: 2575, connection: { security: 'tls' },
      sender: party('HOMEWARD', 'KVH'), receiver: party('MOSAIC', 'SHERWOOD'), version: '2.4', processing: 'P', characterSet: 'utf-8',
      code: { value: 'HOMEWARD', text: 'Message from a hospital', system: 'L' }, networks: [], authorities: null,
    }); // prettier-ignore
    const plain = engine('    networks: [10.20.0.0/16]\n').replace('tls', 'plain-text');
    assert.ok(loadConfig({ CONFIG_DIR: folderWith(plain) }));
  });

  it('is refused, with file and line, where it is wrong', () => {
    for (const [text, reason] of [
      [system().replace('https:', 'http:'), /delivery\.yaml:5 “url”: must be an address like https/],
      [system().replace("'999'", 'nobody'), /delivery\.yaml:3 “nobody” is neither a care provider’s id nor a council/],
      [system().replace("'999'", "'local:123:X'"), /is neither a care provider’s id nor a council/],
      [`${system()}${system().replace('systems:\n', '')}`, /another system has this id/],
      [system('    networks: [10.0.0.0]\n'), /must be a network like/],
      [system().replace('MOSAIC_SECRET', 'whsec_secret'), /must be the name of a setting/],
      [engine().replace('tls', 'plain-text'), /delivery\.yaml:7 .*plain text goes into named networks alone/],
      [engine().replace('{ security: tls }', '{}'), /delivery\.yaml:7/],
      [engine('    version: "3.0"\n'), /delivery\.yaml:10 “version”/],
      [engine('    url: https://mosaic.example/\n'), /delivery\.yaml:\d+.*url/],
      [engine().replace('2575', '70000'), /delivery\.yaml:6 “port”/],
      [engine().replace('channel: hl7', 'channel: fax'), /delivery\.yaml:4 “channel”/],
      ['email: { by: smtp, from: { name: H, address: "a@x.example, b@x.example" } }', /must be one e-mail address/],
      ['email: { by: smtp, from: { name: H, address: a@x.example }, bounces: far-too-long@x.example }', /at most 10 signs/],
      ['text: { by: notify, template: my-template }', /must be the id of a template/],
    ] as const)
      assert.match(refusal(text), reason); // prettier-ignore
  });

  it('of the demo sends to nobody but itself, and the example of a real site can be read', () => {
    for (const folder of ['demo', 'example']) assert.ok(readDeliveryFile(join(config, folder)).value);
    assert.deepEqual(readDeliveryFile(join(config, 'demo')).value.systems, []);
  });
});

describe('the settings of couriers', () => {
  const settings = (env: Record<string, string>) => ({ ...loadSettings(env), bounceSecret: () => 'b', hl7: () => () => Promise.resolve({ code: 'AA' }) }); // prettier-ignore
  const smtp = { by: 'smtp', from: { name: 'H', address: 'h@x.example' }, bounces: null, authorities: null } as const;
  const none = { email: null, text: null, systems: [] };

  it('stop the start when a courier lacks what it needs, and never repeat a secret', () => {
    const secret = 'do-not-tell-anybody';
    for (const [file, env, name] of [
      [{ ...none, email: smtp }, {}, 'SMTP_URL'],
      [{ ...none, email: smtp }, { SMTP_URL: `smtp://u:${secret}@mail.example/path` }, 'SMTP_URL'],
      [{ ...none, text: { by: 'notify', template: 't' } }, {}, 'NOTIFY_API_KEY'],
      [{ ...none, text: { by: 'notify', template: 't' } }, { NOTIFY_API_KEY: secret.padEnd(90, 'x') }, 'NOTIFY_API_KEY'],
      [{ ...none, text: { by: 'notify', template: 't' } }, { NOTIFY_API_KEY: apiKey, NOTIFY_URL: 'http://notify.example' }, 'NOTIFY_URL'],
    ] as const)
      assert.throws(() => couriersOf(file, settings(env)), (error: Error) => error instanceof HomewardError && error.message.includes(name) && !error.message.includes(secret)); // prettier-ignore
    assert.throws(() => loadSettings({ SMTP_URL: secret }), (error: Error) => /SMTP_URL must be/.test(error.message) && !error.message.includes(secret)); // prettier-ignore
  });

  it('show no secret when they are printed', () => {
    const made = settings({ SMTP_URL: 'smtps://user:pass-word-of-mail@mail.example', NOTIFY_API_KEY: apiKey });
    assert.doesNotMatch(inspect(made, { depth: 9 }), new RegExp(`pass-word-of-mail|${secretKey}`));
  });
});

describe('the demo’s mailbox', () => {
  it('shows what the demo sends, with links that lead back into it and nothing else as a link', async (t) => {
    const app = await startApp();
    t.after(() => app.stop());
    const read = async (): Promise<string> => (await fetch(`${app.baseUrl}/demo/mail`)).text();
    assert.match(await read(), /There is no email yet/);
    const text = `Sign in: ${app.baseUrl}/provider/sign-in/${'t'.repeat(90)}\nNot: https://elsewhere.example/x <script>alert(1)</script>`;
    assert.deepEqual(await app.app.delivery.mailer.send({ key: 'k1', to: 'cora@care.example', subject: 'Your link', text }), { is: 'delivered' }); // prettier-ignore
    const page = await read();
    assert.match(page, /To cora@care\.example/);
    assert.match(page, new RegExp(`href="/provider/sign-in/${'t'.repeat(90)}"`));
    assert.doesNotMatch(page, /href="https:\/\/elsewhere/);
    assert.doesNotMatch(page, /<script>alert/);
  });

  it('reads letters as they are coded', () => {
    const raw = (coding: string, body: string): string => `Subject: Your\r\n link\r\nContent-Transfer-Encoding: ${coding}\r\n\r\n${body}`; // prettier-ignore
    const of = (coding: string, body: string): string => readMail({ from: '', to: ['a@b.example'], raw: raw(coding, body) }, new Date()).text; // prettier-ignore
    assert.equal(of('quoted-printable', 'caf=C3=A9 and=\r\n more'), 'café and more');
    assert.equal(of('base64', Buffer.from('café').toString('base64')), 'café');
    assert.equal(of('7bit', 'plain\r\ntext\r\n'), 'plain\ntext');
    assert.equal(readMail({ from: '', to: ['a@b.example'], raw: raw('7bit', '') }, new Date()).subject, 'Your link');
  });
});
