#!/usr/bin/env node
// Runs Homeward under the Node that `npm ci` brought, whatever the machine has.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const name = process.platform === 'win32' ? 'node.cmd' : 'node';
const own = join(root, 'node_modules', '.bin', name);
const enough = Number(process.versions.node.split('.')[0]) >= 24;

if (!enough && !existsSync(own)) {
  process.stderr.write('Homeward needs Node 24. Run "npm ci" in its folder first, or install Node 24.\n');
  process.exit(1);
}
const child = spawn(
  existsSync(own) ? own : process.execPath,
  [join(root, 'src', 'main.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
