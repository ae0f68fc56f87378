/** The outbound side under random destinations, databases and restarts, many times. */
import { after, before, it } from 'node:test';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { outboundHolds } from '../support/outbound-property.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.close());

it('2,000 histories: every message acknowledged by its own answer or dead, in order', () => outboundHolds(test, 2000));
