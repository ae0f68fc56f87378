/** Statements that share a connection: one that fails or is lost costs only whoever waits on it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { Database } from '../src/store/database.ts';
import { reading, writing } from '../src/store/statement.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

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

describe('a connection that is lost', { skip: serverUrl === null && 'needs PostgreSQL' }, () => {
  it('refuses what waited on it; the next statement has a new one', async () => {
    const db = new Database(test.engine);
    const slow = reading('slow', 'select pg_sleep($1), pg_backend_pid() as pid');
    const [own] = await db.ask<{ pid: number }>(slow, [0]);
    const waiting = assert.rejects(db.ask(slow, [5]));
    const owner = new pg.Client({ connectionString: test.url ?? '' });
    await owner.connect();
    await owner.query('select pg_terminate_backend($1)', [own?.pid]);
    await owner.end();
    await waiting;
    const [next] = await db.ask<{ pid: number }>(slow, [0]);
    assert.notEqual(next?.pid, own?.pid);
  });
});

describe('a statement planned while its table is empty', { skip: serverUrl === null && 'needs PostgreSQL' }, () => {
  it('is planned by the index, since the plan may be kept until the table is full', async () => {
    const owner = new pg.Client({ connectionString: test.url ?? '' });
    await owner.connect();
    await owner.query('vacuum analyze package');
    await owner.end();
    const plan = reading('plan', 'explain select person_key from package where council = $1 and person_key = $2');
    const rows = await test.db.ask<{ 'QUERY PLAN': string }>(plan, ['999', '1']);
    assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /Index.* package_person/);
  });
});
