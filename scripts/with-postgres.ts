/**
 * Runs a command with TEST_DATABASE_URL set to a PostgreSQL server of its own, started here and
 * thrown away afterwards: `node scripts/with-postgres.ts node --test …`. Uses a server that
 * TEST_DATABASE_URL names already, if it is set.
 */
import { spawn } from 'node:child_process';
import { startPostgres } from './postgres-server.ts';

const command = process.argv.slice(2);
if (command.length === 0) {
  console.error('Usage: node scripts/with-postgres.ts COMMAND [ARGUMENT …]');
  process.exit(2);
}
process.exitCode = process.env['TEST_DATABASE_URL'] ? await run(process.env['TEST_DATABASE_URL']) : await withServer();

async function withServer(): Promise<number> {
  // What it writes need not outlive the machine: tests kill the service, and never the server.
  const server = await startPostgres(['fsync = off']).catch((error: Error) => {
    console.error(error.message);
    return null;
  });
  if (!server) return 1;
  try {
    return await run(server.url);
  } finally {
    await server.stop();
  }
}

function run(url: string): Promise<number> {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: url } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
