/** `homeward hl7` as somebody new to it uses it: the command itself, on either engine. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { londonDate } from '../src/domain/dates.ts';
import type { Database } from '../src/store/database.ts';
import { openStore } from '../src/store/open.ts';
import { kingsVale } from './support/adt.ts';
import { childEnvironment } from './support/child-environment.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import { hospitalOn } from './support/hospital.ts';
import { Outbound, stayOf } from './support/outbound.ts';
import { movableClock } from './support/web.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'homeward-hl7-command-'));
const onServer = serverUrl === null ? null : await openTestDatabase();
const environment = childEnvironment({
  DATA_DIR: folder,
  // The key of the tests.
  FEED_KEY: Buffer.alloc(32, 7).toString('base64'),
  ...(onServer?.url ? { DATABASE_URL: onServer.url } : {}),
});
after(async () => {
  await onServer?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** All that the command has said so far. */
const said: { readonly args: string; readonly out: string; readonly err: string }[] = [];

function homeward(...args: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: environment }, (error, out, err) => {
      said.push({ args: args.join(' '), out, err });
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** Does something with the database that the command will find; the embedded one belongs to one process at a time. */
async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  if (onServer) return work(onServer.db);
  const db = await openStore({ databaseUrl: null, ownerUrl: null, dataDir: folder });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const states = (): Promise<string[]> =>
  withDatabase(async (db) => {
    const rows = await db.sql.selectFrom('hl7_message').select('state').orderBy('message_id').execute();
    return rows.map(({ state }) => state);
  });

describe('homeward hl7, before it does anything', () => {
  it('helps when asked, and names itself in the help of homeward', async () => {
    const { code, out } = await homeward('hl7', '--help');
    assert.equal(code, 0);
    for (const word of ['status', 'replay', 'dead-letters', '--reason', 'Exit status', 'Owen Sample'])
      assert.ok(out.includes(word), word);
    assert.match((await homeward('--help')).out, /hl7 status +how the hospital's feeds/);
  });

  it('says how it is used, with exit status 2, when it is not understood', async () => {
    for (const args of [
      [], ['stat'], ['status', 'now'], ['status', '--feed', 'x'], ['replay', '1', '2'], ['replay', '--feed', 'x'],
      ['replay', '--reason', 'X'], ['replay', '--feed', 'x', '--from', '2026-03-02'], ['replay', '--feed', 'x', '--from', 'noon', '--until', '2026-03-03'],
      ['replay', '--from', '2026-03-02', '--until', '2026-03-03'], ['replay', '1', '--feed', 'x', '--reason', 'X'], ['dead-letters', '7'], ['status', '--colour'],
    ]) {
      const { code, out, err } = await homeward('hl7', ...args);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, /Usage: homeward hl7 status/);
    }
  }); // prettier-ignore
});

describe('homeward hl7, with messages set aside and hints given up', () => {
  let sentOn = '';
  before(() =>
    withDatabase(async (db) => {
      sentOn = londonDate(new Date());
      const hospital = hospitalOn(db, kingsVale, movableClock(new Date().toISOString()));
      // Somebody who came an hour ago: of whom nothing was heard for days is no patient in hospital.
      const hourAgo = `${new Date(Date.now() - 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)}+0000`;
      await hospital.sendAdt('A04', { 'EVN-2': hourAgo });
      await hospital.apply();
      await hospital.sendAdt('A01', { 'PV1-2': 'ZZ' });
      await hospital.sendAdt('A01', { 'PV1-2': '9990000018' });
      await hospital.sendAdt('A01', { 'PV1-19': '' });
      const out = new Outbound(db, kingsVale);
      for (const n of [1, 2]) await out.want('hint', stayOf(n));
      await sql`update hl7_outbound set state = 'dead', attempts = 7, last_fault = 'AR', settled_at = created_at`.execute(
        db.sql,
      );
    }),
  );

  it('shows how everything stands, aligned, and ends with 1 because somebody is needed', async () => {
    const { code, out, err } = await homeward('hl7', 'status');
    assert.deepEqual([code, err], [1, '']);
    assert.match(out, /^Interfaces as they are today at /);
    assert.match(
      out,
      /Needs somebody now\n {2}2 messages to kings-vale-adt\/kings-vale-alert were given up\.\n {2}2 messages are set aside/,
    );
    // What came in the last minute of a day may be shown in the next.
    const came = londonDate(new Date()) === sentOn ? 'today' : '(today|yesterday)';
    assert.match(out, new RegExp(`kings-vale-adt +heard +${came} at \\S+ +\\d+ +0 +1 +2 +1\n`));
    assert.match(out, /kings-vale-adt\/kings-vale-alert +0 +- +none kept +- +2\n/);
    assert.match(out, /1 +quarantined +CLASS_UNMAPPED +kings-vale-adt +PV1-2 +ZZ /);
    assert.match(out, /1 +faulty +VISIT_NUMBER_MISSING/);
    const table = out.slice(out.indexOf('Set aside or refused')).split('\n').slice(1, 4);
    const columns = table.map((line) => line.search(/state|quarantined|faulty/));
    assert.equal(new Set(columns).size, 1, 'columns are not aligned');
    assert.ok(out.split('\n').every((line) => line === line.trimEnd()));
  });

  it('lists what is set aside with its number, replays one, then all with a reason', async () => {
    const list = await homeward('hl7', 'replay');
    assert.equal(list.code, 0);
    assert.match(list.out, /CLASS_UNMAPPED: The feed’s file does not say what this patient class/);
    const message = /^ +(\d+) .* ZZ /m.exec(list.out)?.[1] ?? '';
    const one = await homeward('hl7', 'replay', message);
    assert.deepEqual([one.code, one.err], [0, '']);
    assert.match(one.out, /^1 message will be read again/);
    assert.deepEqual(await states(), ['applied', 'waiting', 'quarantined', 'faulty']);
    const again = await homeward('hl7', 'replay', message);
    assert.deepEqual([again.code, again.out], [1, '']);
    assert.match(again.err, /^MESSAGE_GONE: .*Message \d+ is not set aside: see homeward hl7 replay\.$/m);
    const all = await homeward('hl7', 'replay', '--feed', 'kings-vale-adt', '--reason', 'CLASS_UNMAPPED');
    assert.match(all.out, /^1 message will be read again/);
    const none = await homeward('hl7', 'replay', '--feed', 'kings-vale-adt', '--reason', 'CLASS_UNMAPPED');
    assert.match(none.err, /Nothing of feed kings-vale-adt is set aside with CLASS_UNMAPPED/);
    assert.deepEqual(await states(), ['applied', 'waiting', 'waiting', 'faulty']);
  });

  it('reads again all that came in a time, also what was applied', async () => {
    const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const time = ['--from', day(-1), '--until', `${day(1)}T23:59`];
    const all = await homeward('hl7', 'replay', '--feed', 'kings-vale-adt', ...time);
    assert.deepEqual([all.code, all.err], [0, '']);
    assert.match(all.out, /^1 message will be read again/);
    assert.deepEqual(await states(), ['waiting', 'waiting', 'waiting', 'faulty']);
    const none = await homeward('hl7', 'replay', '--feed', 'kings-vale-adt', ...time);
    assert.match(none.err, /^MESSAGE_GONE: .*Nothing of feed kings-vale-adt that came in this time is kept/m);
  });

  it('lists hints that were given up, and sends one again, then the rest', async () => {
    const list = await homeward('hl7', 'dead-letters');
    assert.equal(list.code, 1);
    assert.match(list.out, /AR: The other system rejects this message/);
    const [, first = ''] = /^ +(\d+) +kings-vale-adt/m.exec(list.out) ?? [];
    const one = await homeward('hl7', 'dead-letters', '--replay', 'kings-vale-adt/kings-vale-alert', first);
    assert.deepEqual([one.code, one.err], [0, '']);
    assert.match(one.out, /^1 message will be sent again/);
    const rest = await homeward('hl7', 'dead-letters', '--replay', 'kings-vale-adt/kings-vale-alert');
    assert.match(rest.out, /^1 message will be sent again/);
    assert.match((await homeward('hl7', 'dead-letters')).out, /^No hint was given up/);
    const none = await homeward('hl7', 'dead-letters', '--replay', 'kings-vale-adt/nowhere');
    assert.equal(none.code, 1);
    assert.match(none.err, /MESSAGE_GONE: .*nowhere was given up: see homeward hl7 dead-letters/);
  });

  // Of all that was said above, with each list among it while there was something to list.
  it('tells nobody who the patients are', () => {
    for (const args of ['status', 'replay', 'dead-letters'])
      assert.ok(
        said.some((one) => one.args === `hl7 ${args}` && /kings-vale-adt/.test(one.out)),
        `no ${args} was seen`,
      );
    for (const { args, out, err } of said) {
      for (const word of ['HOLMES', 'Barbara', '9990000018', 'Probert', 'H100001', '1941'])
        assert.ok(!`${out}${err}`.includes(word), `${args} tells ${word}`);
    }
  });

  it('is audited under the name of whoever has the machine, as an operator', async () => {
    const rows = await withDatabase((db) =>
      db.sql.selectFrom('audit_event').select(['action', 'role', 'authenticated_by']).distinct().execute(),
    );
    assert.deepEqual(rows.map(({ action }) => action).sort(), [
      'replay-dead-letters',
      'replay-messages',
      'see-interfaces',
    ]);
    assert.ok(rows.every((row) => row.role === 'operator' && row.authenticated_by === 'command-line'));
  });

  it('refuses plainly while another process has the embedded database', { skip: serverUrl !== null }, () =>
    withDatabase(async () => {
      const { code, out, err } = await homeward('hl7', 'status');
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, /^STORE_LOCKED: Another Homeward process .*use its pages/);
    }),
  );
});
