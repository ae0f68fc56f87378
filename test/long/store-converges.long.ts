/** 10,000 orders of arrival, of larger councils: the property of import-property-converges.test.ts. */
import { after, it } from 'node:test';
import { converges, freshDatabases } from '../support/store-properties.ts';

const databases = freshDatabases();
after(() => databases.close());

it('any order and repetition of bundles gives the answers of the newest parts', async () => {
  await converges(databases, { people: 5, bundles: 4, orders: 4 }, 2_500);
});
