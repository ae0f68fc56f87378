/** A process that a service manager stops while people are still sent to it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { childEnvironment } from './support/child-environment.ts';
import { freePort } from '../scripts/free-port.ts';

it('H17: serves on after SIGTERM, also who comes by a new connection, while /health says that no more should come', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-stop-'));
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts'), 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: childEnvironment({
      PORT: String(port),
      MLLP_PORT: String(await freePort()),
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'silent',
      DRAIN_SECONDS: '3',
    }),
  });
  try {
    const ended = once(child, 'exit');
    for await (const line of createInterface(child.stdout)) if (line.includes('Stop with')) break;
    const get = (path: string): Promise<Response> =>
      fetch(`http://localhost:${port}${path}`, { headers: { connection: 'close' } });
    assert.equal((await get('/health')).status, 200);
    child.kill('SIGTERM');
    let health = await get('/health');
    while (health.status === 200) health = await get('/health');
    assert.equal(health.status, 503);
    assert.match(await health.text(), /stopping/);
    assert.equal((await get('/phone-numbers')).status, 200);
    assert.deepEqual((await ended)[0], 0);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
