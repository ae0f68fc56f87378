/** A server that may lose what it has confirmed is said at start: the trail would lose rows that were answered. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Database } from '../src/store/database.ts';
import type { Engine } from '../src/store/engine.ts';
import { confirmsOnlyWhatItKeeps } from '../src/store/open.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

const serverWith = (fsync: string): Database =>
  new Database({ ...test.engine, kind: 'postgres', ask: () => Promise.resolve({ rows: [{ fsync }], affected: 1 }) });

describe('a database server', () => {
  it('that does not write to disk what it confirms is told from one that does', async () => {
    assert.equal(await confirmsOnlyWhatItKeeps(serverWith('off')), false);
    assert.equal(await confirmsOnlyWhatItKeeps(serverWith('on')), true);
  });

  it('is asked for its own setting', async () => {
    const asServer: Engine = { ...test.engine, kind: 'postgres' };
    const { rows } = await test.engine.ask({ name: 'fsync', text: 'show fsync', does: 'read' }, []);
    assert.equal(await confirmsOnlyWhatItKeeps(new Database(asServer)), rows[0]?.['fsync'] === 'on');
  });

  it('is not looked for behind the embedded database, which is for the demo', async () => {
    const embedded = new Database({ ...test.engine, kind: 'embedded', ask: () => assert.fail('it was asked') });
    assert.equal(await confirmsOnlyWhatItKeeps(embedded), true);
  });
});
