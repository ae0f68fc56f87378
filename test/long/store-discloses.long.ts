/** 10,000 arbitrary councils, of larger councils: the property of import-property-discloses.test.ts. */
import { after, it } from 'node:test';
import { discloses, freshDatabases } from '../support/store-properties.ts';

const databases = freshDatabases();
after(() => databases.close());

it('no child, restricted, objected, direct-payment or wrong-birth-date record is disclosed, and nothing without its audit row', async () => {
  await discloses(databases, { people: 30, probes: 12 }, 10_000);
});
