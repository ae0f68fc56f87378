/** The outbound side under random destinations, databases and restarts: order, completeness, own answers only. */
import { after, before, it } from 'node:test';
import { openTestDatabase } from './support/database.ts';
import type { TestDatabase } from './support/database.ts';
import { outboundHolds } from './support/outbound-property.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

it('every message is acknowledged by its own answer or dead, in order, whatever happens', () =>
  outboundHolds(test, 30));
