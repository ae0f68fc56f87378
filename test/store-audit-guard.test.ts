/** The trail stays: neither the service's role nor the tables' owner can change, delete or empty it, on both engines. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { postgresEngine } from '../src/store/engine.ts';
import type { Engine, SqlSession } from '../src/store/engine.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { nhs, usualBirth } from './support/import-lines.ts';
import { Site, auditOf } from './support/import-site.ts';

let test: TestDatabase;
let owner: Engine;
let site: Site;
before(async () => {
  test = await openTestDatabase();
  owner = test.url === null ? test.engine : postgresEngine(test.url, true, 1);
  site = new Site(test.db, 'W01');
  await site.land(site.whole([{ id: 'M1', number: nhs(1) }]));
  await site.look(nhs(1), usualBirth);
});
after(async () => {
  if (owner !== test.engine) await owner.close();
  await test.close();
});

async function as(who: 'service' | 'owner', work: (session: SqlSession) => Promise<unknown>): Promise<void> {
  const { session, release } = await (who === 'service' ? test.engine : owner).acquire();
  try {
    // The embedded database has one connection, which is the service's until told otherwise.
    if (who === 'owner') await session.query('reset role');
    await work(session);
  } finally {
    if (who === 'owner' && owner === test.engine) await session.query('set role homeward_app');
    release(false);
  }
}

const attacks = [
  `update audit_event set user_name = 'Somebody else'`,
  `update audit_event set outcome = 'none' where false`,
  'delete from audit_event',
  'delete from audit_event where false',
  'truncate audit_event',
  `insert into audit_event select * from audit_event on conflict (audit_id) do update set user_name = 'Somebody else'`,
  `merge into audit_event a using audit_event b on a.audit_id = b.audit_id when matched then delete`,
];

describe('the audit trail', () => {
  it('is the service’s to add to and to read, and the service is that role and no more', async () => {
    await as('service', async (session) => {
      const { rows } = await session.query(
        `select current_user as role, has_table_privilege('audit_event', 'insert, select') as adds,
          has_table_privilege('audit_event', 'update') or has_table_privilege('audit_event', 'delete')
          or has_table_privilege('audit_event', 'truncate') or has_table_privilege('audit_event', 'trigger') as more`,
      );
      assert.deepEqual(rows, [{ role: 'homeward_app', adds: true, more: false }]);
    });
  });

  for (const attack of attacks) {
    it(`refuses the service: ${attack.slice(0, 60)}`, async () => {
      const before = await auditOf(test.db, 'W01');
      assert.equal(before.length, 2);
      await as('service', (session) => assert.rejects(session.query(attack), { code: '42501' }));
      assert.deepEqual(await auditOf(test.db, 'W01'), before);
    });

    it(`refuses the owner: ${attack.slice(0, 60)}`, async () => {
      const before = await auditOf(test.db, 'W01');
      await as('owner', async (session) => {
        const { rows } = await session.query('select current_user as role');
        assert.notEqual(rows[0]?.['role'], 'homeward_app');
        await assert.rejects(session.query(attack), /never changed or deleted/);
      });
      assert.deepEqual(await auditOf(test.db, 'W01'), before);
    });
  }

  it('cannot be unguarded by the service', async () => {
    for (const attack of [
      'alter table audit_event disable trigger all',
      'drop trigger audit_event_stays on audit_event',
      'drop table audit_event',
      `create or replace function refuse_change() returns trigger language plpgsql as $$ begin return null; end $$`,
      `set session_replication_role = 'replica'`,
      'grant all on audit_event to homeward_app',
      'create table public.audit_event_too (a int)',
    ]) {
      await as('service', async (session) => {
        // Granting oneself what one may not grant only warns on some versions: what counts is the right itself.
        await session.query(attack).then(
          () => assert.match(attack, /^grant/, attack),
          (error: { code?: string }) => assert.equal(error.code, '42501', `${attack}: ${error.code}`),
        );
        const { rows } = await session.query(`select has_table_privilege('audit_event', 'update') as may`);
        assert.deepEqual(rows, [{ may: false }]);
      });
    }
    assert.equal((await auditOf(test.db, 'W01')).length, 2);
  });
});
