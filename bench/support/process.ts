/** The service as a process of its own, started as a site starts it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/free-port.ts';

const root = join(import.meta.dirname, '../..');

/** How long, in milliseconds, a start or a stop may take before it counts as failed. */
const patience = 120_000;

export interface ServiceProcess {
  readonly port: number;
  /** Milliseconds from starting the process to its first answer to GET /health, whatever it says. */
  readonly untilHealth: number;
  /** Waits until a page is answered with 200. @returns milliseconds since starting the process */
  until(path: string): Promise<number>;
  /** Memory that is the process's now, in megabytes. */
  memory(): number;
  /** Asks it to stop and waits until it has. @throws Error when it did not end well */
  stop(): Promise<void>;
}

/**
 * Starts `homeward start`; its log goes to a file, as under a service manager.
 * @param environment beside PORT and, where not given, DATA_DIR: a new folder that goes when it stops
 * @throws Error with the end of what it printed, when it ends before it answers
 */
export async function startService(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-service-'));
  const port = await freePort();
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const started = performance.now();
  // Options of Node itself are handed on, so that a run can be profiled: see the notes.
  const { PATH = '', NODE_OPTIONS = '' } = process.env;
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'start'], {
    cwd: root,
    stdio: ['ignore', log, log],
    env: { PATH, NODE_OPTIONS, DATA_DIR: join(folder, 'data'), DRAIN_SECONDS: '1', ...environment, PORT: String(port) },
  });
  closeSync(log);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const host = new URL(environment['BASE_URL'] ?? `http://localhost:${port}`).host;
  // Whatever ends the benchmark must not leave it running.
  const kill = (): unknown => child.kill('SIGKILL');
  process.once('exit', kill);
  const statusNow = (path: string): Promise<number> => statusOf(port, host, path).catch(() => 0);
  const until = async (answered: () => Promise<boolean>): Promise<number> => {
    while (!(await answered())) {
      if (child.exitCode !== null) throw new Error('it ended');
      if (performance.now() > started + patience) throw new Error('it did not answer in time');
      await sleep(5);
    }
    return performance.now() - started;
  };
  let untilHealth: number;
  try {
    untilHealth = await until(async () => (await statusNow('/health')) > 0);
  } catch (error) {
    kill();
    process.off('exit', kill);
    const said = readFileSync(logFile, 'utf8').slice(-2_000);
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The service did not start:\n${said}`, { cause: error });
  }
  const pid = child.pid ?? 0;
  return {
    port,
    untilHealth,
    until: (path) => until(async () => (await statusNow(path)) === 200),
    memory: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop() {
      child.kill('SIGTERM');
      const code = await Promise.race([ended, sleep(patience, 'late' as const, { ref: false })]);
      if (code === 'late') kill();
      process.off('exit', kill);
      const said = readFileSync(logFile, 'utf8').slice(-2_000);
      rmSync(folder, { recursive: true, force: true });
      if (code !== 0) throw new Error(`The service ended with ${code}:\n${said}`);
    },
  };
}

// On a connection of its own.
function statusOf(port: number, host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path, headers: { host }, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', reject);
  });
}
