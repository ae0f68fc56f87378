/** A key of the demo's own, made at its first start, so that it reads after a restart what it sealed before. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HomewardError } from '../domain/error.ts';

/**
 * The key of 32 bytes in a data folder's `feed.key`. For the demo only: it lies beside what it seals.
 * @throws HomewardError FEED_KEY_DAMAGED when the file holds anything else, as after a full disk
 */
export function demoKey(dataDir: string): Buffer {
  const file = join(dataDir, 'feed.key');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = readFileSync(file);
  if (key.length !== 32) throw new HomewardError('FEED_KEY_DAMAGED', 'Delete feed.key in the data folder.');
  return key;
}
