/** Where a process keeps what it is reading: extracts unpacked or uploaded, which are personal data. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnerAlive, ownerMark } from './lock.ts';

/**
 * Makes this process's own working folder, and removes those of processes that are no more: a
 * killed one leaves what it unpacked. Those of living ones, such as an import beside the service, stay.
 */
export function takeWorkDir(dataDir: string): string {
  const all = join(dataDir, 'tmp');
  mkdirSync(all, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(all)) {
    if (!isOwnerAlive(name.replace('-', ' '))) rmSync(join(all, name), { recursive: true, force: true });
  }
  const own = join(all, ownerMark().replace(' ', '-'));
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return own;
}
