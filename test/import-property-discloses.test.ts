/** 300 arbitrary councils: nobody is disclosed who must not be, and what may be shown is shown whole (H01, H02, H06, H12, H23). */
import { after, it } from 'node:test';
import { discloses, freshDatabases } from './support/store-properties.ts';

const databases = freshDatabases();
after(() => databases.close());

it('no child, restricted, objected, direct-payment or wrong-birth-date record is disclosed, and nothing without its audit row', async () => {
  await discloses(databases, { people: 8, probes: 6 }, 300);
});
