/**
 * Runs a command with TEST_DATABASE_URL set to a PostgreSQL server of its own, started here and
 * thrown away afterwards: `node scripts/with-postgres.ts node --test …`. Uses a server that
 * TEST_DATABASE_URL names already, if it is set.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const command = process.argv.slice(2);
if (command.length === 0) {
  console.error('Usage: node scripts/with-postgres.ts COMMAND [ARGUMENT …]');
  process.exit(2);
}
process.exitCode = process.env['TEST_DATABASE_URL'] ? await run(process.env['TEST_DATABASE_URL']) : await withServer();

async function withServer(): Promise<number> {
  const bin = findServer();
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
  writeFileSync(join(data, 'postgresql.auto.conf'), settings(folder, port));
  // This process is the server's own parent, so that it is always reaped and its lock file goes.
  const server = spawn(join(bin, 'postgres'), ['-D', data], { stdio: 'ignore', cwd: folder, ...user });
  try {
    const url = `postgres://homeward@127.0.0.1:${port}/postgres`;
    await answering(bin, port, server);
    return await run(url);
  } finally {
    server.kill('SIGINT');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

function settings(folder: string, port: number): string {
  return [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = '${folder}'`,
    'max_connections = 300',
    'shared_buffers = 128MB',
    // Durability is left as a real site has it: the kill tests rest on it.
    'fsync = on',
    '',
  ].join('\n');
}

function findServer(): string {
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
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    if (existsSync(join(folder, 'initdb'))) return folder;
  }
  console.error('No PostgreSQL server was found. On Debian: apt-get install postgresql. Or set TEST_DATABASE_URL.');
  process.exit(1);
}

// A PostgreSQL server refuses to run as root; Debian's package makes a user for it.
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
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

function run(url: string): Promise<number> {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: url } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
