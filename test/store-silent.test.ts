/** A database server that goes silent, as behind a firewall that drops: no answer, no refusal. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Database } from '../src/store/database.ts';
import { postgresEngine } from '../src/store/engine.ts';
import { reading, writing } from '../src/store/statement.ts';
import { openTestDatabase, serverUrl } from './support/database.ts';
import { proxyTo } from './support/proxy.ts';

describe('a server that goes silent', { skip: serverUrl === null && 'needs PostgreSQL' }, () => {
  it('H17: is given up after ten seconds, so that the page with the phone numbers comes', async () => {
    const test = await openTestDatabase();
    const proxy = await proxyTo(test.url ?? '');
    const db = new Database(postgresEngine(proxy.url, false, 2));
    // As a look-up asks: on lanes of its own, for reading and for writing.
    const ask = (): Promise<unknown[]>[] => [
      db.ask(reading('silent-read', 'select 1 as n'), []),
      db.ask(writing('silent-write', 'update session set seen_at = seen_at where session = $1 returning session'), [
        '',
      ]),
    ];
    await db.ping();
    await Promise.all(ask());
    proxy.silenceAll();
    const begun = process.hrtime.bigint();
    const given = await Promise.allSettled([
      db.transaction((trx) => trx.sql.selectFrom('session').selectAll().execute()),
      ...ask(),
    ]);
    assert.deepEqual(given.map(({ status }) => status), ['rejected', 'rejected', 'rejected']); // prettier-ignore
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    assert.ok(seconds < 15, `it took ${seconds} s`);
    // Whoever asks next is not sent down the silent ones.
    await Promise.all(ask());
    await db.close();
    proxy.close();
    await test.close();
  });
});
