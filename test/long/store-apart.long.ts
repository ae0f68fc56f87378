/** 10,000 changes of a hidden fact, of larger councils: the property of import-property-apart.test.ts. */
import { after, it } from 'node:test';
import { keepsApart, freshDatabases } from '../support/store-properties.ts';

const databases = freshDatabases();
after(() => databases.close());

it('what one hidden fact changes in one person’s answer shows in no other answer', async () => {
  await keepsApart(databases, { people: 20, changes: 5 }, 2_000);
});
