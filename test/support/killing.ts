/** Where processes that are killed keep what must outlive them: a folder, and on PostgreSQL a database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

export interface KillingPlace {
  readonly folder: string;
  /** Null on PGlite: there the processes share the folder, one after the other. */
  readonly server: TestDatabase | null;
}

/** Makes the place before the file's tests and takes it away after them; it can be read once they run. */
export function killingPlace(): KillingPlace {
  const place: { folder: string; server: TestDatabase | null } = { folder: '', server: null };
  before(async () => {
    place.folder = await mkdtemp(join(tmpdir(), 'homeward-kill-'));
    const database = await openTestDatabase();
    if (database.url === null) await database.close();
    else place.server = database;
  });
  after(async () => {
    await place.server?.close();
    await rm(place.folder, { recursive: true, force: true });
  });
  return place;
}
