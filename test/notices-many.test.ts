/** A hospital or council has as many notices as a year brings: no list fails as a whole for their number. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { sql } from 'kysely';
import { noticesOfStays } from '../src/store/notices/lists.ts';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { holdSite } from './support/holding.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

it('more notices than a statement may have values are read at once', async () => {
  const site = await holdSite(test.db);
  await site.say('arrived');
  const { stayId } = await site.stay();
  const [own] = await noticesOfStays(test.db, [stayId]);
  assert.ok(own);
  // Rows alone: of one that nothing ever happened to there is nothing to show.
  await sql`
    insert into notice (notice_id, telling_id, thread, kind, fact, hospital, council, person_key, stay_id, recipient_kind,
      recipient, automatic, content, created_at, status, open, waits, reached, checked_at, changed_at, version)
    select (lpad(i::text, 8, '0') || '-0000-4000-8000-000000000000')::uuid, n.telling_id, n.thread, n.kind, n.fact,
      n.hospital, n.council, n.person_key, n.stay_id, n.recipient_kind, n.recipient, n.automatic, n.content, n.created_at,
      n.status, false, false, true, n.checked_at, n.changed_at, 0
    from notice n, generate_series(1, 66000) i where n.notice_id = ${own.id}`.execute(test.db.sql);
  const found = await noticesOfStays(test.db, [stayId]);
  assert.equal(found.length, 2);
});
