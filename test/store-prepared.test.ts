/** Transactions whose statements the server keeps planned: they keep all or nothing as any other, also while tables change. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { askIn } from '../src/store/ask-in.ts';
import { Database } from '../src/store/database.ts';
import type { Trx } from '../src/store/database.ts';
import { postgresEngine } from '../src/store/engine.ts';
import { nameOf, reading } from '../src/store/statement.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';

let test: TestDatabase;
/** With one connection, so that each transaction meets what the one before has left there. */
let alone: Database;
before(async () => {
  test = await openTestDatabase();
  alone = test.url === null ? test.db : new Database(postgresEngine(test.url, true, 1));
});
after(async () => {
  if (alone !== test.db) await alone.close();
  await test.close();
});

const needsServer = { skip: serverUrl === null && 'needs PostgreSQL' };
const prepared = { prepared: true };
const keep = (trx: Trx, council: string) =>
  sql`insert into person (council, created_bundle) values (${council}, 1)`.execute(trx.sql);

async function kept(council: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from person where council = ${council}`.execute(alone.sql);
  return rows[0]?.n ?? 0;
}

describe('a transaction whose statements are kept planned', () => {
  it('keeps what it wrote, and nothing of what failed', async () => {
    await alone.transaction((trx) => keep(trx, 'P-KEPT'), prepared);
    const failing = alone.transaction(async (trx) => {
      await keep(trx, 'P-KEPT');
      await sql`select 1 / ${0}::int`.execute(trx.sql);
    }, prepared);
    await assert.rejects(failing, { code: '22012' });
    await alone.transaction((trx) => keep(trx, 'P-KEPT'), prepared);
    assert.equal(await kept('P-KEPT'), 2);
  });

  it('plans each statement once a connection, those that are run by name too, and leaves its settings behind', needsServer, async () => {
    const named = reading('prepared-once', 'select $1::text as said');
    const work = async (trx: Trx): Promise<unknown> => {
      await askIn(trx).ask(named, ['planned once']);
      const { rows } = await sql`select name, (generic_plans + custom_plans)::int as times, generic_plans::int as generic
        from pg_prepared_statements where name = ${nameOf(named.text) ?? ''}`.execute(trx.sql);
      return rows;
    };
    await alone.transaction(work, prepared);
    await alone.transaction(work, prepared);
    assert.deepEqual(await alone.transaction(work, prepared), [{ name: nameOf(named.text), times: 3, generic: 3 }]);
    const settings = await alone.transaction((trx) => sql<{ on: string }>`
      select current_setting('enable_seqscan') || current_setting('plan_cache_mode') as on`.execute(trx.sql));
    assert.deepEqual(settings.rows, [{ on: 'onauto' }]);
  }); // prettier-ignore

  it('leaves nothing planned where it was not asked to', needsServer, async () => {
    const text = 'select 42 as answer';
    const plain = (trx: Trx) => askIn(trx).ask(reading('plain', text), []);
    await alone.transaction(plain);
    const { rows } = await sql`select name from pg_prepared_statements where statement = ${text}`.execute(alone.sql);
    assert.deepEqual(rows, []);
  });

  it('is run once more where a table has other columns than when it was planned', needsServer, async () => {
    const owner = new pg.Client({ connectionString: test.url ?? '' });
    await owner.connect();
    try {
      await owner.query('create table changing (a int); insert into changing values (1)');
      await owner.query('grant select on changing to homeward_app');
      let runs = 0;
      const work = async (trx: Trx): Promise<unknown> => {
        runs++;
        await keep(trx, 'P-CHANGED');
        return (await sql`select * from changing`.execute(trx.sql)).rows;
      };
      assert.deepEqual(await alone.transaction(work, prepared), [{ a: 1 }]);
      await owner.query('alter table changing add b int default 2');
      runs = 0;
      assert.deepEqual(await alone.transaction(work, prepared), [{ a: 1, b: 2 }]);
      assert.equal(runs, 2);
      assert.equal(await kept('P-CHANGED'), 2);
      // The connection was not used again: nothing on it is old any more.
      runs = 0;
      await alone.transaction(work, prepared);
      assert.equal(runs, 1);
    } finally {
      await owner.query('drop table changing');
      await owner.end();
    }
  });
});

describe('names of statements', () => {
  it('are the text’s own, and end where texts are made anew for ever', () => {
    assert.equal(nameOf('select 1'), nameOf('select 1'));
    assert.notEqual(nameOf('select 1'), nameOf('select 2'));
    // PostgreSQL cuts longer ones off, and two could become one.
    assert.ok((nameOf('select 1') ?? '').length < 64);
    const many = Array.from({ length: 1_200 }, (_, n) => nameOf(`select ${n} as n`));
    assert.equal(many.at(-1), undefined);
    assert.ok(nameOf('select 1'));
  });
});
