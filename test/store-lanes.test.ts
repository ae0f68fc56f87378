/** Statements that share a connection: one that fails or is lost costs only whoever waits on it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { Database } from '../src/store/database.ts';
import { postgresEngine } from '../src/store/engine.ts';
import { Lanes } from '../src/store/lanes.ts';
import { SessionFinder } from '../src/store/sessions.ts';
import { reading, writing } from '../src/store/statement.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { proxyTo } from './support/proxy.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

/** Runs statements as the owner of the tables, on a connection of its own. */
async function asOwner(...statements: readonly string[]): Promise<void> {
  const owner = new pg.Client({ connectionString: test.url ?? '' });
  await owner.connect();
  for (const one of statements) await owner.query(one);
  await owner.end();
}

const needsServer = { skip: serverUrl === null && 'needs PostgreSQL' };
const own = reading('own', 'select pg_backend_pid() as pid');
const ownToWrite = writing('own-to-write', 'select pg_backend_pid() as pid');

const echo = reading('echo', 'select $1::int as n');
const divide = reading('divide', 'select 10 / $1::int as n');

describe('statements sent one behind the other', () => {
  it('each get their own answer, however many there are', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => test.db.ask<{ n: number }>(echo, [n])));
    assert.deepEqual(answers.map(([row]) => row?.n), [...Array(500).keys()]); // prettier-ignore
  });

  it('that fail are refused alone: those before and behind are answered', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => test.db.ask<{ n: number }>(divide, [n % 4])),
    );
    for (const [n, outcome] of outcomes.entries()) {
      assert.equal(outcome.status, n % 4 === 0 ? 'rejected' : 'fulfilled', String(n));
    }
  });

  it('that write have been kept when they are answered', async () => {
    const keep = writing(
      'keep-person',
      `insert into person (council, created_bundle) values ($1, 1) returning person_key`,
    );
    await Promise.all(Array.from({ length: 20 }, () => test.db.ask(keep, ['LANES'])));
    const [row] = await test.db.ask<{ n: number }>(
      reading('count-persons', 'select count(*)::int as n from person where council = $1'),
      ['LANES'],
    );
    assert.equal(row?.n, 20);
  });
});

describe('a connection that is lost', needsServer, () => {
  it('costs whoever reads nothing, and refuses whoever wrote; the next statement has a new one', async () => {
    const db = new Database(test.engine);
    const slow = reading('slow', 'select pg_sleep($1), pg_backend_pid() as pid');
    const slowToWrite = writing('slow-to-write', 'select pg_sleep($1), pg_backend_pid() as pid');
    const [read] = await db.ask<{ pid: number }>(slow, [0]);
    const [written] = await db.ask<{ pid: number }>(slowToWrite, [0]);
    // Connected before: the reading must not be over when its connection is cut.
    const owner = new pg.Client({ connectionString: test.url ?? '' });
    await owner.connect();
    const waiting = db.ask<{ pid: number }>(slow, [1]);
    const refused = assert.rejects(db.ask(slowToWrite, [5]));
    await owner.query(`select pg_terminate_backend(${read?.pid}), pg_terminate_backend(${written?.pid})`);
    await owner.end();
    await refused;
    const [again] = await waiting;
    assert.notEqual(again?.pid, read?.pid);
    const [next] = await db.ask<{ pid: number }>(slowToWrite, [0]);
    assert.notEqual(next?.pid, written?.pid);
  });

  it('without a word, as by a firewall that has forgotten it, is found out by one reading that goes on', async () => {
    const proxy = await proxyTo(test.url ?? '');
    const db = new Database(postgresEngine(proxy.url, false, 2));
    await Promise.all([db.ask(own, []), db.ask(ownToWrite, [])]);
    proxy.resetAll();
    await Promise.all([db.ask(own, []), assert.rejects(db.ask(ownToWrite, []))]);
    await db.ask(ownToWrite, []);
    await db.close();
    proxy.close();
  });

  it('is not asked a third time: a reading is refused where the second connection goes too', async () => {
    const proxy = await proxyTo(test.url ?? '');
    const db = new Database(postgresEngine(proxy.url, false, 2));
    await db.ask(own, []);
    proxy.resetAll(true);
    await assert.rejects(db.ask(own, []));
    await db.close();
    proxy.close();
  });
});

describe('a connection that nobody uses', needsServer, () => {
  const pidOn = async (lanes: Lanes): Promise<unknown> => (await lanes.query(own, [])).rows[0]?.pid;

  it('is given up before a firewall forgets it; the next statement has a new one', { timeout: 10_000 }, async () => {
    const opened: pg.Client[] = [];
    const connect = (): pg.Client => {
      const client = new pg.Client({ connectionString: test.url ?? '', pipeline: true } as pg.ClientConfig);
      opened.push(client);
      return client;
    };
    const lanes = new Lanes(connect, 1, { idle: 100 });
    const first = await pidOn(lanes);
    for (let n = 0; n < 4; n++) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      assert.equal(await pidOn(lanes), first, 'it was in use');
    }
    const ended = new Promise((resolve) => opened[0]?.once('end', resolve));
    await ended;
    assert.notEqual(await pidOn(lanes), first);
    await lanes.end();
  });

  it('is not given up while a statement is on its way, however long it takes', async () => {
    const connect = (): pg.Client =>
      new pg.Client({ connectionString: test.url ?? '', pipeline: true } as pg.ClientConfig);
    const lanes = new Lanes(connect, 1, { idle: 50 });
    const slow = reading('slow', 'select pg_sleep(0.3), pg_backend_pid() as pid');
    const { rows } = await lanes.query(slow, []);
    assert.equal(await pidOn(lanes), rows[0]?.pid);
    await lanes.end();
  });
});

describe('a prepared statement that is no longer good', needsServer, () => {
  it('costs whoever reads nothing: thrown away by the server, as by a pooler', async () => {
    const db = new Database(postgresEngine(test.url ?? '', false, 2));
    await db.ask(echo, [1]);
    await db.ask(reading('throw-away', 'deallocate all'), []);
    const answers = await Promise.all([2, 3].map((n) => db.ask<{ n: number }>(echo, [n])));
    assert.deepEqual(answers.flat(), [{ n: 2 }, { n: 3 }]);
    await db.close();
  });

  it('refuses whoever wrote once, and the next has a connection that knows it', async () => {
    const db = new Database(postgresEngine(test.url ?? '', false, 2));
    await db.ask(ownToWrite, []);
    await db.ask(writing('throw-away', 'deallocate all'), []);
    await assert.rejects(db.ask(ownToWrite, []), { code: '26000' });
    await db.ask(ownToWrite, []);
    await db.close();
  });

  it('costs whoever reads nothing: its table has a column more', async () => {
    await asOwner('create table growing (n int)', 'grant select on growing to homeward_app');
    const all = reading('all-of-growing', 'select * from growing');
    await test.db.ask(all, []);
    await asOwner('alter table growing add column more int');
    assert.deepEqual(await test.db.ask(all, []), []);
  });

  it('is not that of finding sessions, when a newer version adds a column to them', async () => {
    const watched = new Database({ ...test.engine, ask: (asked, values) => onOne.query(asked, values).then(toResult) });
    const connect = (): pg.Client =>
      new pg.Client({ connectionString: test.url ?? '', pipeline: true } as pg.ClientConfig);
    const onOne = new Lanes(connect, 1);
    const toResult = ({ rows }: pg.QueryResult) => ({ rows, affected: 0 }); // prettier-ignore
    const finder = new SessionFinder(watched);
    const { rows: before } = await onOne.query(own, []);
    await finder.find('nobody');
    await asOwner('alter table session add column newer text');
    assert.equal(await finder.find('nobody'), null);
    const { rows: after } = await onOne.query(own, []);
    assert.deepEqual(after, before, 'the connection was given up');
    await onOne.end();
  });
});

describe('what is answered as kept', needsServer, () => {
  const setting = `select current_setting('synchronous_commit') as kept`;
  const asked = async (): Promise<unknown[]> => {
    const db = new Database(postgresEngine(test.url ?? '', false, 2));
    const [lane] = await db.ask<{ kept: string }>(writing('kept', setting), []);
    const { rows } = await db.transaction((trx) => sql.raw<{ kept: string }>(setting).execute(trx.sql));
    await db.close();
    return [lane?.kept, rows[0]?.kept];
  };
  const withSetting = async (value: string): Promise<unknown[]> => {
    const name = new URL(test.url ?? '').pathname.slice(1);
    await asOwner(`alter database ${name} set synchronous_commit = ${value}`);
    const found = await asked();
    await asOwner(`alter database ${name} reset synchronous_commit`);
    return found;
  };

  it('is on disk, also where the database is set not to wait for it', async () => {
    for (const weaker of ['off', 'local', 'remote_write']) assert.deepEqual(await withSetting(weaker), ['on', 'on']);
  });

  it('waits for the standby too where the database is set so', async () => {
    assert.deepEqual(await withSetting('remote_apply'), ['remote_apply', 'remote_apply']);
  });
});

describe('a statement planned while its table is empty', needsServer, () => {
  it('is planned by the index, since the plan may be kept until the table is full', async () => {
    await asOwner('vacuum analyze package');
    const plan = reading('plan', 'explain select person_key from package where council = $1 and person_key = $2');
    const rows = await test.db.ask<{ 'QUERY PLAN': string }>(plan, ['999', '1']);
    assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /Index.* package_person/);
  });
});
