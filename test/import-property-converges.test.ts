/** 300 orders of arrival: the same bundles give the same answers (H16). */
import { after, it } from 'node:test';
import { converges, freshDatabases } from './support/store-properties.ts';

const databases = freshDatabases();
after(() => databases.close());

it('any order and repetition of bundles gives the answers of the newest parts', async () => {
  await converges(databases, { people: 3, bundles: 3, orders: 4 }, 75);
});
