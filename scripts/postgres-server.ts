/** A PostgreSQL server of one's own, started in a new folder and thrown away afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface OwnServer {
  /** Address of its `postgres` database, as the owner. */
  readonly url: string;
  /** Folder of its programs, such as `psql`. */
  readonly bin: string;
  stop(): Promise<void>;
}

/**
 * Starts a server. It is a child of this process, so that it is always reaped and its lock file goes.
 * @param settings lines of postgresql.conf beside the usual ones
 * @throws Error saying what to install, when there is no PostgreSQL here
 */
export async function startPostgres(settings: readonly string[] = []): Promise<OwnServer> {
  const bin = findPostgres();
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'homeward-pg-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'homeward', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: folder,
    ...user,
  });
  writeFileSync(join(data, 'postgresql.auto.conf'), [...usual(folder, port), ...settings, ''].join('\n'));
  const server = spawn(join(bin, 'postgres'), ['-D', data], { stdio: 'ignore', cwd: folder, ...user });
  const stop = async (): Promise<void> => {
    if (server.exitCode === null) {
      server.kill('SIGINT');
      await new Promise((resolve) => server.once('exit', resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(bin, port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://homeward@127.0.0.1:${port}/postgres`, bin, stop };
}

function usual(folder: string, port: number): string[] {
  return [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = '${folder}'`,
    'max_connections = 300',
    'shared_buffers = 128MB',
    // Durability is left as a real site has it: the benchmarks rest on it.
    'fsync = on',
  ];
}

/** The folder of PostgreSQL's server programs, the newest version first. @throws Error when there is none */
export function findPostgres(): string {
  const places = ['/usr/lib/postgresql', '/usr/local/pgsql', '/opt/homebrew/opt'];
  for (const place of places.filter((one) => existsSync(one))) {
    const versions = [
      'bin',
      ...readdirSync(place)
        .sort((a, b) => Number(b) - Number(a))
        .map((name) => join(name, 'bin')),
    ];
    const found = versions.map((name) => join(place, name)).find((name) => existsSync(join(name, 'initdb')));
    if (found) return found;
  }
  const found = (process.env['PATH'] ?? '').split(':').find((folder) => existsSync(join(folder, 'initdb')));
  if (found) return found;
  throw new Error('No PostgreSQL server was found. On Debian: apt-get install postgresql. Or set TEST_DATABASE_URL.');
}

// A PostgreSQL server refuses to run as root; Debian's package makes a user for it.
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function answering(bin: string, port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) throw new Error('PostgreSQL did not start');
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('PostgreSQL did not answer within 30 seconds');
}
