/** Settings and configuration folder: what stops the start, and with which words. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { checkStart } from '../src/app-check.ts';
import { isLoopback } from '../src/config/against-settings.ts';
import { checkConfig, loadConfig, loadSettings, loadSite, quietOnTerminal } from '../src/config.ts';
import { weekdayOf } from '../src/domain/dates.ts';
import { HomewardError } from '../src/domain/error.ts';
import type { ErrorCode } from '../src/domain/error.ts';
import { privateKey } from './support/real-site.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const root = join(import.meta.dirname, '../config');

/** A copy of a configuration folder, with one file changed. */
function folderWith(file: string, change: (text: string) => string, from = 'demo'): string {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-config-'));
  folders.push(folder);
  cpSync(join(root, from), folder, { recursive: true });
  const path = join(folder, file);
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // A new file.
  }
  writeFileSync(path, change(text));
  return folder;
}

const real = {
  CONFIG_DIR: join(root, 'example'),
  DATABASE_URL: 'postgres://homeward@db.example/homeward',
  BASE_URL: 'https://homeward.example.nhs.uk',
  SESSION_SECRET: 'a secret of more than 32 characters',
  CIS2_PRIVATE_KEY: privateKey,
  COUNCIL_CLIENT_SECRET: 'council-secret-value',
  TRUST_CLIENT_SECRET: 'trust-secret-value',
};
const demo = { CONFIG_DIR: join(root, 'demo') };
const bareSite = { CONFIG_DIR: real.CONFIG_DIR };

function refusal(env: Record<string, string | undefined>): HomewardError {
  try {
    loadConfig(env);
  } catch (error) {
    assert.ok(error instanceof HomewardError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'the configuration was accepted' });
}

function refuses(code: ErrorCode, words: RegExp, env: Record<string, string | undefined>): void {
  const error = refusal(env);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, words);
}

describe('settings', () => {
  it('have defaults that start the demo on this computer', () => {
    const { port, host, baseUrl, dataDir, databaseUrl, configDir, logLevel } = loadSettings({});
    assert.deepEqual(
      { port, host, baseUrl, dataDir, databaseUrl, configDir, logLevel },
      {
        port: 3000,
        host: '127.0.0.1',
        baseUrl: 'http://localhost:3000',
        dataDir: './data',
        databaseUrl: null,
        configDir: 'config/demo',
        logLevel: 'info',
      },
    );
  });

  it('take the port into the address when none is given', () => {
    assert.equal(loadSettings({ PORT: '8080' }).baseUrl, 'http://localhost:8080');
  });

  it('count an empty setting as not set', () => {
    assert.equal(loadSettings({ PORT: '', DATABASE_URL: '' }).port, 3000);
  });

  for (const [name, value, words] of [
    ['PORT', 'eighty', /PORT must be a port number/],
    ['PORT', '0', /PORT must be a port number/],
    ['PORT', '65536', /PORT must be a port number/],
    ['PORT', '3000.5', /PORT must be a port number/],
    ['BASE_URL', 'homeward.example', /BASE_URL must be an address/],
    ['BASE_URL', 'ftp://homeward.example', /BASE_URL must be an address/],
    ['BASE_URL', 'https://homeward.example/app', /BASE_URL must have no path/],
    ['DATABASE_URL', 'mysql://db', /DATABASE_URL must begin with postgres/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL must be/],
    ['SESSION_SECRET', 'short', /SESSION_SECRET must be at least 32/],
  ] as const) {
    it(`refuse ${name}=${value}, naming it`, () => refuses('SETTINGS_INVALID', words, { ...demo, [name]: value }));
  }

  it('name every wrong setting at once, and never their values', () => {
    const { message } = refusal({ ...demo, PORT: 'no', SESSION_SECRET: 'tiny-secret' });
    assert.match(message, /PORT/);
    assert.match(message, /SESSION_SECRET/);
    assert.doesNotMatch(message, /tiny-secret/);
  });
});

describe('the folders that are shipped', () => {
  it('load: the demo', () => {
    const { site } = loadConfig(demo);
    assert.equal(site.demo, true);
    assert.deepEqual(
      site.councils.map(({ id, name }) => `${id} ${name}`),
      ['999 Sherwood County Council', '998 Trentside City Council'],
    );
    assert.deepEqual(
      site.agreements.map(({ council, hospital }) => `${council} ${hospital}`),
      ['999 KVH', '998 KVH'],
    );
    const sherwood = site.agreements[0];
    assert.equal(sherwood?.fullCostPackages, 'not-shown');
    assert.equal(sherwood?.freshness.safeguarding.notAvailableAfter, 2 * 3_600_000);
    assert.equal(sherwood?.roles['ward-clerk']?.safeguarding, false);
    assert.equal(sherwood?.roles['emergency-doctor']?.safeguarding, true);
    assert.ok(site.personas.length >= 8);
  });

  it('load: the example of a real site', () => {
    const { site } = loadConfig(real);
    assert.equal(site.demo, false);
    assert.deepEqual(
      site.providers.map(({ kind }) => kind),
      ['cis2', 'entra', 'entra'],
    );
    assert.equal(site.providers[0]?.credential()?.kind, 'private-key');
    assert.deepEqual(site.providers[1]?.credential(), { kind: 'secret', secret: 'council-secret-value' });
  });

  it('accept a private key whose line breaks an environment could not hold', () => {
    const { site } = loadConfig({ ...real, CIS2_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') });
    assert.deepEqual(site.providers[0]?.credential(), {
      kind: 'private-key',
      pem: privateKey,
      algorithm: 'RS512',
      keyId: 'homeward-1',
    });
  });

  it('are frozen, deep down', () => {
    const config = loadConfig(demo);
    const unfrozen: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) unfrozen.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    walk(config, 'config');
    assert.deepEqual(unfrozen, []);
  });

  it('show no secret when printed', () => {
    const printed = inspect(loadConfig(real), { depth: 20 }) + JSON.stringify(loadConfig(real));
    for (const secret of ['council-secret-value', 'trust-secret-value', 'PRIVATE KEY', 'more than 32']) {
      assert.ok(!printed.includes(secret), `${secret} is shown`);
    }
  });

  it('hold fictional people and numbers kept for drama only', () => {
    for (const { day, night } of loadConfig(demo).site.councils) {
      for (const { number } of [day, night]) assert.match(number, /^01632 ?960 ?2\d\d$/);
    }
  });
});

describe('a wrong file stops the start with its line and the reason', () => {
  const agreement = 'agreements/sherwood-kings-vale.yaml';
  // prettier-ignore
  const cases: [string, string, (text: string) => string, RegExp][] = [
    ['a key that is not known', agreement, (text) => text.replace('enabled: true', 'enabled: true\nshareEverything: yes'), /sherwood-kings-vale\.yaml:7 “shareEverything” is not a key/],
    ['a missing key, at its block', agreement, (text) => text.replace(/ {2}peopleDay: 120\n/, ''), /sherwood-kings-vale\.yaml:27 “peopleDay” is missing/],
    ['a missing key at the top', agreement, (text) => text.replace('permission: ask\n', ''), /sherwood-kings-vale\.yaml:\d+ “permission” is missing/],
    ['a key that stands twice', agreement, (text) => `${text}enabled: false\n`, /sherwood-kings-vale\.yaml:\d+ this key stands twice/],
    ['text that is not YAML', agreement, (text) => text.replace('purposes: [', 'purposes: [['), /sherwood-kings-vale\.yaml:\d+ this is not YAML/],
    ['a number that must be text', agreement, (text) => text.replace("council: '999'", 'council: 999'), /sherwood-kings-vale\.yaml:4 “council” must be text: put it in quotes/],
    ['a length of time nobody can read', agreement, (text) => text.replace('recentlyEnded: 42 days', 'recentlyEnded: six weeks'), /sherwood-kings-vale\.yaml:19 “recentlyEnded”: must be a length of time/],
    ['limits the wrong way round', agreement, (text) => text.replace('amber: 26 hours', 'amber: 60 hours'), /sherwood-kings-vale\.yaml:23 “care”: amber must not be longer than red/],
    ['a role that does not exist', agreement, (text) => text.replace('ward-clerk:', 'ward-boss:'), /sherwood-kings-vale\.yaml:15 “ward-boss” is not a key/],
    ['a field that cannot be shared', agreement, (text) => text.replace('gender,', 'gender, key-safe,'), /sherwood-kings-vale\.yaml:16 “fields 3” must be one of/],
    ['a date that is none', agreement, (text) => text.replace('2030-12-31', '2030-02-30'), /sherwood-kings-vale\.yaml:8 “until”: must be a date/],
    ['an agreement of a council that is not there', agreement, (text) => text.replace("'999'", "'997'"), /sherwood-kings-vale\.yaml:4 no council “997”/],
    ['an agreement of a hospital that is not there', agreement, (text) => text.replace('hospital: KVH', 'hospital: XYZ'), /sherwood-kings-vale\.yaml:5 no hospital “XYZ”/],
    ['notices of a hospital that nobody can phone', 'organisations.yaml', (text) => text.replace(/ {4}phone: .*\n/, ''), /sherwood-kings-vale\.yaml:\d+ Kings Vale Hospital has no phone/],
    ['two agreements of one pair', 'agreements/trentside-kings-vale.yaml', (text) => text.replace("'998'", "'999'"), /trentside-kings-vale\.yaml:4 .*sherwood-kings-vale\.yaml is already the agreement/],
    ['two agreements with one id', 'agreements/trentside-kings-vale.yaml', (text) => text.replace('id: trentside', 'id: sherwood'), /trentside-kings-vale\.yaml:2 .*has this id already/],
    ['two organisations with one id', 'organisations.yaml', (text) => text.replace("'998'", "'999'"), /organisations\.yaml:9 “id”: another organisation/],
    ['office hours nobody can read', 'organisations.yaml', (text) => text.replace('Mon-Fri 08:30-17:00', 'weekdays'), /organisations\.yaml:5 “dayHours”: cannot be read/],
    ['a site that does not say whether it is a demo', 'site.yaml', (text) => text.replace('demo: true\n', ''), /site\.yaml:2 “demo” is missing/],
    ['yes where true is meant', 'site.yaml', (text) => text.replace('demo: true', 'demo: yes'), /site\.yaml:3 “demo” must be true or false/],
    ['an empty file', 'site.yaml', () => '', /site\.yaml:1 the file must be a block of keys/],
    ['a mapping to a role in the wrong kind of organisation', 'sign-in.yaml', (text) => text.replace("role: council-duty-worker\n        organisation: '999'", 'role: council-duty-worker\n        organisation: KVH'), /sign-in\.yaml:\d+ “council-duty-worker” is a role of a council/],
    ['a mapping to a hospital role at a council', 'sign-in.yaml', (text) => text.replace('role: emergency-nurse\n        organisation: KVH', "role: emergency-nurse\n        organisation: '999'"), /sign-in\.yaml:9 “emergency-nurse” is a role of a hospital/],
    ['a mapping to an organisation that is not there', 'sign-in.yaml', (text) => text.replace('organisation: KVH', 'organisation: ABC'), /sign-in\.yaml:10 no organisation “ABC”/],
    ['a mapping to a team that is not there', 'sign-in.yaml', (text) => text.replace('team: Ward 12', 'team: Ward 13'), /sign-in\.yaml:\d+ “Ward 13” is not a team of Kings Vale Hospital/],
    ['a mapping without a claim', 'sign-in.yaml', (text) => text.replace('when: { demo_role: emergency-nurse }', 'when: {}'), /sign-in\.yaml:8 “when”: must name at least one claim/],
    ['two personas with one id', 'sign-in.yaml', (text) => text.replace('id: omar', 'id: nia'), /sign-in\.yaml:\d+ “id”: another persona/],
    ['a bank holiday that is no date', 'bank-holidays.yaml', () => "knownUntil: '2026-12-31'\ndays: ['2026-02-30']\n", /bank-holidays\.yaml:2 “days 1”: must be a date/],
    ['a bank holiday that stands twice', 'bank-holidays.yaml', () => "knownUntil: '2026-12-31'\ndays:\n  - '2026-05-04'\n  - '2026-05-04'\n", /bank-holidays\.yaml:4 .*twice/],
  ];
  for (const [name, file, change, words] of cases) {
    it(name, () => refuses('CONFIG_INVALID', words, { CONFIG_DIR: folderWith(file, change) }));
  }

  it('a file that is not there', () => {
    const folder = folderWith('site.yaml', (text) => text);
    rmSync(join(folder, 'organisations.yaml'));
    refuses('CONFIG_INVALID', /organisations\.yaml:1 the file is missing/, { CONFIG_DIR: folder });
  });

  it('no agreement at all', () => {
    const folder = folderWith('site.yaml', (text) => text);
    rmSync(join(folder, 'agreements'), { recursive: true });
    refuses('CONFIG_INVALID', /agreements:1 the folder holds no agreement/, { CONFIG_DIR: folder });
  });

  it('every fault of every file at once, and none that only follows from another', () => {
    const folder = folderWith('agreements/sherwood-kings-vale.yaml', (text) =>
      text.replace('version: 1', 'version: 0'),
    );
    for (const [name, from, to] of [
      ['site.yaml', 'demo: true', 'demo: perhaps'],
      ['feeds/kings-vale-adt.yaml', 'hospital: KVH', 'hospital: NOWHERE'],
      ['sign-in.yaml', 'team: Ward 12', 'team: Ward 13'],
      ['feeds/kings-vale-adt.yaml', 'version: ', 'version: x'],
    ] as const)
      writeFileSync(join(folder, name), readFileSync(join(folder, name), 'utf8').replace(from, to));
    const { message } = refusal({ CONFIG_DIR: folder });
    const files = message.split('\n').map((line) => /([\w-]+\.yaml):\d+ /.exec(line)?.[1]);
    assert.deepEqual(files, ['sherwood-kings-vale.yaml', 'kings-vale-adt.yaml', 'sign-in.yaml', 'site.yaml']);
  });

  it('every fault of a file at once', () => {
    const folder = folderWith('agreements/sherwood-kings-vale.yaml', (text) =>
      text.replace('enabled: true', 'enabled: maybe').replace('version: 1', 'version: 0'),
    );
    const { message } = refusal({ CONFIG_DIR: folder });
    assert.match(message, /:3 “version”/);
    assert.match(message, /:6 “enabled” must be true or false/);
  });
});

describe('what is about to be used', () => {
  it('alone must be in order: councils and agreements need no database, and facts nobody’s secret', () => {
    assert.equal(loadConfig(bareSite, 'files').site.councils.length, 1);
    assert.throws(() => loadConfig(bareSite, 'database'), { code: 'CONFIG_NO_DATABASE' });
    const { site } = loadConfig({ ...bareSite, DATABASE_URL: real.DATABASE_URL }, 'database');
    assert.deepEqual(site.providers.map((one) => one.credential()), [null, null, null]); // prettier-ignore
  });

  it('alone must be in order: what feeds, sign-in, delivery and settings of a service say keeps nobody from a dry run', () => {
    const folder = folderWith('feeds/meadowshire-royal-adt.yaml', (text) => text.replace('version: 1', 'version: none'), 'example'); // prettier-ignore
    writeFileSync(join(folder, 'delivery.yaml'), 'letters: none\n');
    rmSync(join(folder, 'sign-in.yaml'));
    const env = { CONFIG_DIR: folder, PORT: 'eighty', SMTP_URL: 'mail', BASE_URL: 'https://homeward.example/app' };
    const { site } = loadConfig(env, 'files');
    assert.deepEqual([site.councils.length, site.agreements.length], [1, 1]);
    assert.throws(() => loadConfig({ CONFIG_DIR: folder, DATABASE_URL: real.DATABASE_URL }, 'database'), { code: 'CONFIG_INVALID' }); // prettier-ignore
    assert.throws(() => loadConfig({ ...env, DATABASE_URL: 'mysql://x' }, 'files'), /DATABASE_URL must begin/);
    for (const [file, from, to] of [
      ['agreements/meadowshire-royal.yaml', 'version: 1', 'version: none'],
      ['organisations.yaml', 'name: ', 'title: '],
    ] as const) {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(from, to));
      assert.throws(() => loadConfig(env, 'files'), (error: Error) => error.message.includes(file) && !/delivery|feeds|sign-in/.test(error.message)); // prettier-ignore
      writeFileSync(path, text);
    }
  });

  it('has no secret made up for it: outside the demo, what seals asks for SESSION_SECRET', () => {
    const { site } = loadConfig({ ...bareSite, DATABASE_URL: real.DATABASE_URL }, 'database');
    assert.throws(() => site.sealingSecret(), { code: 'SETTINGS_INVALID', message: /SESSION_SECRET must be set/ });
    assert.equal(loadConfig(real).site.sealingSecret(), real.SESSION_SECRET);
    const own = loadConfig(demo).site;
    assert.match(own.sealingSecret(), /^[0-9a-f]{64}$/);
    assert.equal(own.sealingSecret(), own.sealingSecret());
  });

  it('is a feed’s key too, where messages are to be read', () => {
    const folder = folderWith('feeds/meadowshire-royal-adt.yaml', (text) => text.replace('enabled: false', 'enabled: true'), 'example'); // prettier-ignore
    const env = { CONFIG_DIR: folder, DATABASE_URL: real.DATABASE_URL };
    assert.ok(loadConfig(env, 'database'));
    assert.throws(() => loadConfig(env, 'feeds'), /FEED_KEY must be set/);
  });
});

describe('files that nobody reads', () => {
  it('are settings files and folders whose names are misspelt, and nothing that is in use', () => {
    const folder = folderWith('delivery.yaml', (text) => text.replace('# authorities: /etc/homeward/mail', 'authorities: MAIL/mail'), 'example'); // prettier-ignore
    const inside = (name: string): string => join(folder, name);
    for (const name of ['certificates', 'mllp', 'node', 'agreement', 'agreements/old', '..2026_09_01', '.git'])
      mkdirSync(inside(name), { recursive: true });
    symlinkSync('..2026_09_01', inside('..data'));
    for (const name of ['certificates/mail-authorities.pem', 'mllp/cert.pem', 'node/ca.pem', 'mail.pem', 'LICENCE', 'site.yaml~', '.sops.yaml', 'sites.yaml', 'Delivery.YML', 'agreements/README.md', 'agreements/a.YAML'])
      writeFileSync(inside(name), ''); // prettier-ignore
    writeFileSync(inside('delivery.yaml'), readFileSync(inside('delivery.yaml'), 'utf8').replace('MAIL', inside('certificates'))); // prettier-ignore
    const env = { ...real, CONFIG_DIR: folder, MLLP_TLS_CERT: inside('mllp/cert.pem'), NODE_EXTRA_CA_CERTS: inside('node/ca.pem') }; // prettier-ignore
    assert.deepEqual(
      [...checkConfig(env).strays].sort(),
      ['Delivery.YML', 'agreement', 'agreements/a.YAML', 'agreements/old', 'sites.yaml'].map(inside).sort(),
    );
  });
});

describe('the log', () => {
  it('is of warnings in a demo on a terminal, and as it was chosen everywhere else', () => {
    const level = (env: Record<string, string>, terminal: boolean): string =>
      quietOnTerminal(loadConfig(env), terminal).logLevel;
    assert.deepEqual(
      [level(demo, true), level(demo, false), level({ ...demo, LOG_LEVEL: 'info' }, true), level(real, true)],
      ['warn', 'info', 'info', 'info'],
    );
    const quiet = quietOnTerminal(loadConfig({ ...demo, SESSION_SECRET: real.SESSION_SECRET }), true);
    assert.equal(quiet.sessionSecret(), real.SESSION_SECRET);
  });
});

describe('a real site', () => {
  it('is told of everything that it lacks at once', () => {
    const { problems } = checkConfig({ ...bareSite, COUNCIL_CLIENT_SECRET: 'x', CIS2_PRIVATE_KEY: 'no-key' });
    assert.deepEqual(
      problems.map(({ code, detail }) => [code, detail.split(' ')[0]]),
      [['CONFIG_NO_DATABASE', ''], ['SETTINGS_INVALID', 'BASE_URL'], ['SETTINGS_INVALID', 'SESSION_SECRET'], ['SETTINGS_INVALID', 'CIS2_PRIVATE_KEY'], ['SETTINGS_INVALID', 'TRUST_CLIENT_SECRET']],
    ); // prettier-ignore
  });

  it('is not told that a setting is missing which is only wrong', () => {
    const { problems } = checkConfig({ ...real, SESSION_SECRET: 'short', DATABASE_URL: 'mysql://x', BASE_URL: 'home' });
    assert.deepEqual(
      problems.map(({ detail }) => detail.split(' ').slice(0, 2).join(' ')),
      ['BASE_URL must', 'DATABASE_URL must', 'SESSION_SECRET must'],
    );
  });

  it('is told of a mail server’s address that cannot be read together with all else, and without what it says', () => {
    const { problems } = checkStart({ ...real, SESSION_SECRET: undefined, SMTP_URL: 'smtps://u:100%zz@mail.example' });
    const details = problems.map(({ detail }) => detail);
    for (const words of [/^SESSION_SECRET must/, /^SMTP_URL must be an address/, /^NOTIFY_API_KEY must/])
      assert.equal(details.filter((one) => words.test(one)).length, 1, `${words} in ${details.join('\n')}`);
    assert.doesNotMatch(details.join('\n'), /100%zz/);
  });

  it('refuses to start without a database server', () =>
    refuses('CONFIG_NO_DATABASE', /DATABASE_URL/, { ...real, DATABASE_URL: undefined }));
  it('refuses to be served in the clear', () =>
    refuses('SETTINGS_INVALID', /BASE_URL must begin with https/, {
      ...real,
      BASE_URL: 'http://homeward.example.nhs.uk',
    }));
  it('refuses to start without a secret of its own', () =>
    refuses('SETTINGS_INVALID', /SESSION_SECRET must be set/, { ...real, SESSION_SECRET: undefined }));
  it('refuses to start without a provider’s secret, by name', () =>
    refuses('SETTINGS_INVALID', /COUNCIL_CLIENT_SECRET must be set.*“council”/, {
      ...real,
      COUNCIL_CLIENT_SECRET: undefined,
    }));
  it('refuses a private key that is none, without printing it', () => {
    const { message, code } = refusal({ ...real, CIS2_PRIVATE_KEY: 'not-a-key-at-all' });
    assert.equal(code, 'SETTINGS_INVALID');
    assert.match(message, /CIS2_PRIVATE_KEY must be a private key/);
    assert.doesNotMatch(message, /not-a-key/);
  });

  // prettier-ignore
  const cases: [string, (text: string) => string, RegExp][] = [
    ['a secret in the file itself', (text) => text.replace('clientSecretEnv: COUNCIL_CLIENT_SECRET', 'clientSecret: hunter2'), /sign-in\.yaml:\d+ “clientSecret” is not a key/],
    ['a secret where its variable’s name belongs', (text) => text.replace('COUNCIL_CLIENT_SECRET', 'hunter2-is-a-secret'), /must be the name of an environment variable/],
    ['two ways to prove who the service is', (text) => text.replace('privateKeyEnv: CIS2_PRIVATE_KEY', 'privateKeyEnv: CIS2_PRIVATE_KEY\n    clientSecretEnv: COUNCIL_CLIENT_SECRET'), /either clientSecretEnv or privateKeyEnv/],
    ['an issuer in the clear', (text) => text.replace('https://am.cis2', 'http://am.cis2'), /sign-in\.yaml:\d+ “issuer”: must be an https address/],
    ['a weaker CIS2 sign-in', (text) => text.replace('AAL3_ANY,', 'AAL2_ANY,'), /sign-in\.yaml:\d+ “acr 1” must be one of AAL3_ANY/],
    ['a CIS2 sign-in that names no strength', (text) => text.replace(/ {4}acr: .*\n/, ''), /“acr” is missing/],
    ['a lower identity assurance', (text) => text.replace('minimumIdAssurance: 3', 'minimumIdAssurance: 2'), /“minimumIdAssurance”/],
    ['a lower authentication assurance', (text) => text.replace('minimumAuthenticationAssurance: 3', 'minimumAuthenticationAssurance: 1'), /“minimumAuthenticationAssurance”/],
    ['scopes without openid', (text) => text.replace('[openid, profile, nat', '[profile, nat'), /“scopes”: must hold openid/],
    ['two providers with one id', (text) => text.replace('- id: trust', '- id: council'), /another provider has this id/],
    ['personas', (text) => `${text}personas:\n  - { id: x, name: X, about: x, claims: {} }\n`, /sign-in\.yaml:\d+ personas are for a demo/],
  ];
  for (const [name, change, words] of cases) {
    it(`refuses ${name}`, () =>
      refuses('CONFIG_INVALID', words, { ...real, CONFIG_DIR: folderWith('sign-in.yaml', change, 'example') }));
  }
});

describe('the demo’s sign-in, which asks for no password', () => {
  it('refuses to listen beyond this computer', () => {
    for (const HOST of ['0.0.0.0', '::', '192.168.1.4', 'homeward.example'])
      refuses('CONFIG_DEMO_EXPOSED', /HOST/, { ...demo, HOST });
  });

  it('refuses an address that others could use', () => {
    for (const BASE_URL of [
      'https://homeward.example',
      'http://localhost.example:3000',
      'http://127.0.0.1.example:3000',
    ]) {
      refuses('CONFIG_DEMO_EXPOSED', /BASE_URL/, { ...demo, BASE_URL });
    }
  });

  it('refuses to be part of a real site, also on this computer', () => {
    const folder = folderWith('site.yaml', (text) => text.replace('demo: true', 'demo: false'));
    refuses('CONFIG_DEMO_EXPOSED', /provider of kind demo/, {
      ...real,
      CONFIG_DIR: folder,
      BASE_URL: 'https://localhost:3000',
    });
  });

  it('refuses to start without anybody to be', () => {
    const folder = folderWith('sign-in.yaml', (text) => text.slice(0, text.indexOf('personas:')));
    refuses('CONFIG_INVALID', /sign-in\.yaml:\d+ the demo’s sign-in has no personas/, { CONFIG_DIR: folder });
  });

  it('knows this computer by its names and addresses, and nothing else', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      assert.equal(isLoopback(host), true, host);
    for (const host of ['0.0.0.0', '127.0.0.1.example', 'localhost.example', '128.0.0.1', '', '::'])
      assert.equal(isLoopback(host), false, host);
  });
});

describe('bank holidays', () => {
  const { holidays } = loadSite(loadSettings(demo));

  it('reach to the end of 2028 and hold Easter of each year, worked out here', () => {
    assert.equal(holidays.knownUntil, '2028-12-31');
    for (const year of [2025, 2026, 2027, 2028]) {
      const [friday, monday] = easter(year);
      assert.ok(holidays.days.has(friday), friday);
      assert.ok(holidays.days.has(monday), monday);
    }
  });

  it('hold the first and last Mondays that are holidays, and no other Mondays of those months', () => {
    for (const year of [2025, 2026, 2027, 2028]) {
      for (const [month, which] of [
        ['05', 'first'],
        ['05', 'last'],
        ['08', 'last'],
      ] as const) {
        const mondays = Array.from(
          { length: 31 },
          (_, day) => `${year}-${month}-${String(day + 1).padStart(2, '0')}`,
        ).filter((day) => weekdayOf(day) === 1);
        const holiday = (which === 'first' ? mondays[0] : mondays.at(-1)) ?? '';
        assert.ok(holidays.days.has(holiday), holiday);
      }
      const summer = [...holidays.days].filter((day) => /^\d{4}-0[58]/.test(day) && day.startsWith(String(year)));
      assert.equal(summer.length, 3, String(summer));
    }
  });

  it('count the day itself and its substitute at Christmas and New Year', () => {
    for (const day of [
      '2026-12-26',
      '2026-12-28',
      '2027-12-25',
      '2027-12-26',
      '2027-12-27',
      '2027-12-28',
      '2028-01-01',
      '2028-01-03',
    ]) {
      assert.ok(holidays.days.has(day), day);
    }
    assert.ok(!holidays.days.has('2026-12-27'));
  });

  it('may be a site’s own', () => {
    const folder = folderWith('bank-holidays.yaml', () => "knownUntil: '2031-12-31'\ndays: ['2031-04-11']\n");
    const own = loadSite(loadSettings({ CONFIG_DIR: folder })).holidays;
    assert.equal(own.knownUntil, '2031-12-31');
    assert.deepEqual([...own.days], ['2031-01-01', '2031-04-11', '2031-12-25', '2031-12-26']);
  });
});

/** Good Friday and Easter Monday by the anonymous Gregorian computus. */
function easter(year: number): [string, string] {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  const shift = (days: number): string => new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
  return [shift(-2), shift(1)];
}
