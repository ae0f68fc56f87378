/** What a figure was measured on: processor, memory and versions; never a host's name or a path. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { asOwner } from './world.ts';

const watched = ['shared_buffers', 'max_wal_size', 'fsync'];

/** What stood behind the figures of one run. */
export interface Behind {
  /** ISO date and time, to the minute. */
  readonly date: string;
  readonly command: string;
  readonly processor: string;
  readonly cores: number;
  /** Gigabytes. */
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  readonly postgres: string;
  /** What it was set to, and the file system its data is on; not in what older versions wrote. */
  readonly settings?: string;
  /** Of this repository; null outside of one. */
  readonly commit: string | null;
}

/** Looks it up. @param server address of the PostgreSQL server that the run uses */
export async function behind(server: string, command: string): Promise<Behind> {
  const [version, folder, ...values] = await asOwner(
    server,
    'show server_version',
    'show data_directory',
    ...watched.map((name) => `show ${name}`),
  );
  const settings = values.map(({ rows: [row] }, at) => `${watched[at]} ${row?.[watched[at] ?? '']}`);
  return {
    date: new Date().toISOString().slice(0, 16) + 'Z',
    command,
    processor: cpus()[0]?.model.trim() || 'not known',
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgres: String(version?.rows[0]?.server_version ?? 'not known').split(' ')[0] ?? 'not known',
    settings: [...settings, `data on ${fileSystemOf(folder?.rows[0]?.data_directory ?? '/')}`].join(', '),
    commit: commit(),
  };
}

function fileSystemOf(folder: string): string {
  try {
    return execFileSync('df', ['--output=fstype', folder], { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  } catch {
    return 'a file system not known';
  }
}

function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    // What the benchmarks write themselves is no change to what they measure.
    const changed = git('status', '--porcelain', '--', ':/', ':!/bench/RESULTS.md', ':!/bench/results.json', ':!/bench/chart.svg'); // prettier-ignore
    return git('rev-parse', '--short', 'HEAD') + (changed === '' ? '' : ' with changes');
  } catch {
    return null;
  }
}

/** One line about it. */
export function lineAbout({
  processor,
  cores,
  memory,
  platform,
  node,
  postgres,
  settings,
  commit: of,
}: Behind): string {
  const server = `PostgreSQL ${postgres}${settings ? ` (${settings})` : ''}`;
  return `${cores} cores of ${processor}, ${memory} GB, ${platform}; Node ${node}, ${server}${of ? `, commit ${of}` : ''}`;
}
