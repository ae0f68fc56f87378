/** 300 changes of a hidden fact: it shows in nobody else’s answer, nor through a neutral one. */
import { after, it } from 'node:test';
import { keepsApart, freshDatabases } from './support/store-properties.ts';

const databases = freshDatabases();
after(() => databases.close());

it('what one hidden fact changes in one person’s answer shows in no other answer', async () => {
  await keepsApart(databases, { people: 6, changes: 5 }, 60);
});
