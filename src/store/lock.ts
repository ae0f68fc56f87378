/**
 * A lock on the embedded database's folder. PGlite would let a second process open the same
 * folder and silently lose rows; so the second process is refused by name instead.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HomewardError } from '../domain/error.ts';

/**
 * Takes the lock of a data folder.
 * @returns a function that gives it back
 * @throws HomewardError STORE_LOCKED while a living process holds it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'homeward.lock');
  const mine = ownerMark();
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return () => {
        if (read(file) === mine) rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const mark = read(file);
      const [pid] = mark.split(' ');
      if (isOwnerAlive(mark)) {
        throw new HomewardError(
          'STORE_LOCKED',
          `Stop process ${pid} first, or use its pages; the folder is ${folder}.`,
        );
      }
      rmSync(file, { force: true });
    }
  }
  throw new HomewardError('STORE_LOCKED', `Another process took ${folder} at the same moment.`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Names this process so that no later one can be taken for it. */
export function ownerMark(): string {
  return `${process.pid} ${startOf(process.pid)}`;
}

/** Whether the process that a mark names is still there. */
export function isOwnerAlive(mark: string): boolean {
  const [pid, start] = mark.split(' ');
  return isAlive(Number(pid), start);
}

// A process id comes round again after a restart; its start time does not.
function isAlive(pid: number, start: string | undefined): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
