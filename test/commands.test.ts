/** The command line as somebody new to it finds it: its help, what it says of a mistake, and the check of the settings. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { greeting } from '../src/app-serve.ts';
import { chooseCouncil, councilOfBundle } from '../src/commands/choose-council.ts';
import { commandHelp, generalHelp } from '../src/commands/help.ts';
import { textTable } from '../src/commands/text-table.ts';
import { childEnvironment } from './support/child-environment.ts';
import { privateKey } from './support/real-site.ts';
import { demoConfig, movableClock } from './support/web.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'homeward-commands-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function homeward(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Said> {
  const env = childEnvironment({ DATA_DIR: join(folder, 'data'), ...settings });
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'src/main.ts'), ...args],
      { env, cwd: root, timeout: 60_000 },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      },
    );
  });
}

/** A copy of a shipped configuration folder. */
function copyOf(shipped: 'demo' | 'example', name: string): string {
  const copy = join(folder, name);
  cpSync(join(root, 'config', shipped), copy, { recursive: true });
  return copy;
}

function change(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(from, to);
  assert.notEqual(changed, text, `${file} has nothing like ${from}`);
  writeFileSync(file, changed);
}

describe('help', () => {
  it('names every command, and exit statuses', () => {
    for (const name of Object.keys(commandHelp)) assert.match(generalHelp, new RegExp(`^ {2}${name}\\b`, 'm'));
    for (const [name, text] of Object.entries({ ...commandHelp, homeward: generalHelp })) {
      assert.match(text, /Exit status: 0 .*; 1 .*; 2 /, name);
      assert.match(text, /^Usage: homeward /m, name);
      const wide = text.split('\n').filter((line) => [...line].length > 120);
      assert.deepEqual(wide, [], name);
    }
  });

  it('is the command’s own, whichever way it is asked for, with exit status 0', async () => {
    const asked = [['invite-provider', '--help'], ['help', 'invite-provider'], ['rollback', '-h'], ['help', 'hl7'], ['import', 'x', '--help'], ['help'], ['--help']]; // prettier-ignore
    const said = await Promise.all(asked.map((args) => homeward(args)));
    const { 'invite-provider': invite, rollback, hl7, import: taking } = commandHelp;
    assert.deepEqual(
      said.map(({ code, out, err }) => [code, out.trimEnd(), err]),
      [invite, invite, rollback, hl7, taking, generalHelp, generalHelp].map((text) => [0, text, '']),
    );
  });
});

describe('a command that is not understood', () => {
  it('says what is wrong and what there is, on the error stream alone, with exit status 2', async () => {
    // prettier-ignore
    const cases: [string[], RegExp, RegExp][] = [
      [[], /^Homeward: /, /invite-provider/],
      [['lookup'], /^There is no command lookup\.\n/, /^ {2}check-config /m],
      [['help', 'lookup'], /^There is no command lookup\.\n/, /^ {2}check-config /m],
      [['constructor'], /^There is no command constructor\.\n/, /^ {2}check-config /m],
      [['--council', '999', 'rollback'], /^The command comes first/, /^ {2}rollback /m],
      [['start', 'now'], /^Unexpected argument 'now'\.\n/, /Usage: homeward start/],
      [['release'], /^release needs ID of a held bundle\.\n/, /Usage: homeward release ID/],
      [['check', 'a', 'b'], /^b is one word too many\.\n/, /Usage: homeward check BUNDLE/],
      [['rollback', '--colour'], /^Unknown option '--colour'\.\n/, /Usage: homeward rollback/],
      [['invite-provider', '--provider'], /^Option '--provider <value>' argument missing\.\n/, /Usage: homeward invite-provider/],
    ];
    const said = await Promise.all(cases.map(([args]) => homeward(args)));
    for (const [index, [args, first, list]] of cases.entries()) {
      const { code, out, err } = said[index] as Said;
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, first);
      assert.match(err, list);
    }
  });

  it('says that --council is missing or unknown, and which councils there are', async () => {
    const said = await Promise.all(
      [['rollback'], ['invite-provider'], ['rollback', '--council', '997'], ['release', '7', '--council', '997']].map(
        (args) => homeward(args),
      ),
    );
    for (const [index, { code, out, err }] of said.entries()) {
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, index < 2 ? /^--council is missing/ : /^--council 997: there is no such council here/);
      assert.match(err, /999 \(Sherwood County Council\), 998 \(Trentside City Council\)/);
      assert.doesNotMatch(err, /bundle/i);
    }
  });
});

describe('the council that a command is about', () => {
  const [one, two] = [{ id: '1', name: 'One' }, { id: '2', name: 'Two' }]; // prettier-ignore

  it('is never guessed, except where there is one alone', () => {
    assert.equal(chooseCouncil([one], undefined), one);
    assert.equal(chooseCouncil([one, two], '2'), two);
    assert.throws(() => chooseCouncil([one, two], undefined), /--council is missing.*1 \(One\), 2 \(Two\)/);
    assert.throws(() => chooseCouncil([one], '2'), /--council 2: there is no such council here/);
  });

  it('is the bundle’s own', () => {
    assert.equal(councilOfBundle([one, two], '2'), two);
    assert.throws(() => councilOfBundle([one, two], '3'), {
      code: 'BUNDLE_COUNCIL',
      message: /It says 3\. .*2 \(Two\)/,
    });
  });
});

describe('homeward check-config', () => {
  const example = { BASE_URL: 'https://homeward.example', DATABASE_URL: 'postgres://nowhere.invalid/homeward' };

  it('says what the demo’s folder says, opens nothing and ends with 0', async () => {
    const data = join(folder, 'untouched');
    const { code, out, err } = await homeward(['check-config'], { DATA_DIR: data });
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /in order\. Nothing was started\./);
    assert.match(out, /Councils +999 \(Sherwood County Council\), 998/);
    assert.equal(existsSync(data), false);
  });

  it('names at once whatever is wrong, files with their lines and settings without their values, and ends with 1', async () => {
    const copy = copyOf('example', 'wrong');
    change(join(copy, 'site.yaml'), 'nhsLogo: false', 'nhsLogo: perhaps');
    change(join(copy, 'agreements/meadowshire-royal.yaml'), "council: '997'", "council: '996'");
    change(join(copy, 'feeds/meadowshire-royal-adt.yaml'), 'hospital: RZ9', 'hospital: NOWHERE');
    change(join(copy, 'rosters/willowbank.yaml'), 'version: 1', 'version: none');
    writeFileSync(join(copy, 'delivery.yml'), '');
    const settings = { CONFIG_DIR: copy, PORT: 'eighty', MLLP_TLS_KEY: 'no-such-file', NOTIFY_API_KEY: 'a-secret' };
    const { code, out, err } = await homeward(['check-config'], settings);
    assert.deepEqual([code, err], [1, '']);
    for (const words of [
      /wrong\/site\.yaml:\d+ “nhsLogo” must be true or false/,
      /wrong\/agreements\/meadowshire-royal\.yaml:\d+ no council “996”/,
      /wrong\/feeds\/meadowshire-royal-adt\.yaml:\d+ no hospital “NOWHERE”/,
      /wrong\/rosters\/willowbank\.yaml:\d+ “version” must be a number/,
      /PORT must be a port number/,
      /NOTIFY_API_KEY must be a key/,
      /MLLP_TLS_KEY names a file that cannot be read/,
      /Files that nobody reads: .*wrong\/delivery\.yml/,
    ])
      assert.match(out, words);
    assert.doesNotMatch(out, /a-secret|eighty/);
  });

  it('names every secret that is missing, of the folder as it is shipped', async () => {
    const settings = { CONFIG_DIR: 'config/example', BASE_URL: 'http://homeward.example' };
    const { code, out } = await homeward(['check-config'], { ...settings, COUNCIL_LISTS_TOKEN_997: 'short' });
    assert.equal(code, 1);
    assert.match(out, /^CONFIG_NO_DATABASE: .*set DATABASE_URL/m);
    for (const name of [
      'BASE_URL',
      'SESSION_SECRET',
      'CIS2_PRIVATE_KEY',
      'COUNCIL_CLIENT_SECRET',
      'TRUST_CLIENT_SECRET',
      'SMTP_URL',
      'NOTIFY_API_KEY',
      'COUNCIL_LISTS_TOKEN_997',
    ])
      // prettier-ignore
      assert.match(out, new RegExp(`^ {2}${name} must `, 'm'));
    assert.match(out, /^9 things are wrong\.$/m);
  });

  it('is content with the shipped example once its secrets are given', async () => {
    const { code, out } = await homeward(['check-config'], {
      ...example,
      CONFIG_DIR: 'config/example',
      SESSION_SECRET: 's'.repeat(32),
      CIS2_PRIVATE_KEY: privateKey,
      COUNCIL_CLIENT_SECRET: 'secret',
      TRUST_CLIENT_SECRET: 'secret',
      SMTP_URL: 'smtps://user:password@mail.example',
      NOTIFY_API_KEY: `homeward-${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}-${'1'.repeat(8)}-0000-4000-8000-${'1'.repeat(12)}`, // prettier-ignore
    });
    assert.deepEqual([code, /meadowshire-royal \(off\)/.test(out)], [0, true], out);
  });

  it('says where there is no folder at all', async () => {
    const { code, out } = await homeward(['check-config'], { CONFIG_DIR: 'config/nowhere' });
    assert.equal(code, 1);
    assert.match(out, /config\/nowhere:1 the folder is missing: set CONFIG_DIR/);
    assert.match(out, /^1 thing is wrong\.$/m);
  });
});

describe('a start', () => {
  it('finds a secret that is missing before it opens the database, whoever needs it', async () => {
    const copy = copyOf('demo', 'needy');
    const systems = `systems:
  - { id: mosaic, recipient: '999', channel: webhook, url: 'https://mosaic.example/m', secretEnv: MOSAIC_SECRET }
`;
    const text = 'text: { by: notify, template: 5f3b1ac4-0d9c-4a58-a1a3-9f9e5c1b7f10 }\n';
    const mail = 'email: { by: smtp, from: { name: H, address: h@x.example } }\n';
    writeFileSync(join(copy, 'delivery.yaml'), mail + text + systems);
    const data = join(folder, 'not-opened');
    const { code, out, err } = await homeward(['start'], { CONFIG_DIR: copy, DATA_DIR: data });
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^SETTINGS_INVALID: /);
    assert.match(err, /^ {2}NOTIFY_API_KEY must /m);
    assert.match(err, /^ {2}MOSAIC_SECRET must /m);
    // The demo has a mail server of its own.
    assert.doesNotMatch(err, /SMTP_URL/);
    assert.equal(existsSync(data), false);
  });

  it('ends when it fails halfway, whatever it has opened by then', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const copy = copyOf('demo', 'bounces');
      const email = 'email: { by: smtp, from: { name: H, address: h@x.example }, bounces: b@x.example }\n';
      writeFileSync(join(copy, 'delivery.yaml'), email);
      const { code, err } = await homeward(['start'], { CONFIG_DIR: copy, BOUNCE_PORT: String(port) });
      assert.match(err, /^SETTINGS_INVALID: .*set BOUNCE_PORT/m);
      assert.equal(code, 1);
    } finally {
      taken.close();
    }
  });

  it('says of the demo whom to look up as people write numbers and dates', () => {
    const { settings, site } = demoConfig(3000);
    const lines = greeting(settings, site, movableClock());
    assert.ok(
      lines.some((line) => line.startsWith('Look up Barbara: NHS number 999 000 0018, born 14 March 1941.')),
      lines.join('\n'),
    );
  });
});

describe('homeward check, of a folder that is no demo', () => {
  it('needs neither a database nor anybody’s secret, and says what it compared with', async () => {
    const copy = copyOf('demo', 'mine');
    change(join(copy, 'site.yaml'), 'demo: true', 'demo: false');
    cpSync(join(root, 'config/example/sign-in.yaml'), join(copy, 'sign-in.yaml'));
    for (const [from, to] of [[/RZ9/g, 'KVH'], [/'997'/g, "'999'"], [/team: Integrated discharge hub/g, 'team: Ward 12'], [/team: Integration team/g, 'team: Ward 12']] as const) change(join(copy, 'sign-in.yaml'), from, to); // prettier-ignore
    const teams = readFileSync(join(copy, 'organisations.yaml'), 'utf8');
    for (const team of ['Ward 12', 'Emergency department']) assert.ok(teams.includes(team), team);
    const { code, out, err } = await homeward(['check', 'examples/bundle'], { CONFIG_DIR: copy });
    assert.equal(err, '');
    assert.match(out, /Nothing was changed\. It was compared with an empty record: DATABASE_URL is not set\./);
    assert.equal(code, 0);
  });
});

describe('a table on a terminal', () => {
  const long = `Sherwood ${'and Trentside '.repeat(12)}Home Care`;
  const columns = [{ name: 'ID' }, { name: 'Provider', cut: true }, { name: 'In Homeward' }];
  const rows = [['cqc:1-000000001', 'Larkfield Home Care', 'registered'], ['local:999:ORG-201', long, 'invited']]; // prettier-ignore

  it('is no wider than it may be: a long name is cut, and nothing else', () => {
    const lines = textTable(columns, rows, 100);
    assert.ok(Math.max(...lines.map((line) => [...line].length)) <= 100, lines.join('\n'));
    assert.match(lines[2] ?? '', /^ {2}local:999:ORG-201 {2}Sherwood and .*…\s+invited$/);
    assert.match(lines[1] ?? '', /^ {2}cqc:1-000000001 {4}Larkfield Home Care {2,}registered$/);
    assert.equal(lines[1]?.indexOf('registered'), lines[2]?.indexOf('invited'));
  });

  it('is left alone where it fits', () => {
    assert.deepEqual(textTable(columns, rows.slice(0, 1), 100), textTable(columns, rows.slice(0, 1)));
    assert.ok(textTable(columns, rows).some((line) => line.includes(long)));
  });
});
