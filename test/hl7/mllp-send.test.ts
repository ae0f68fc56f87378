/** Debian's mllp_send (python3-hl7), a client that is not ours, is answered message by message. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { frame } from '../../src/hl7/mllp-frames.ts';
import { arrival, merge } from '../support/hl7-messages.ts';
import { startServer } from '../support/mllp.ts';

const command = '/usr/bin/mllp_send';
const missing = spawnSync(command, ['--version']).status === 0 ? false : 'no mllp_send (Debian: python3-hl7)';

it('an independent client sends its messages and reads our answers', { skip: missing }, async (t) => {
  const { server, port, received } = await startServer();
  const folder = mkdtempSync(join(tmpdir(), 'homeward-mllp-'));
  t.after(async () => {
    rmSync(folder, { recursive: true });
    await server.close(0);
  });
  const file = join(folder, 'messages');
  writeFileSync(file, Buffer.concat([frame(arrival), frame(merge)]));
  const { stdout } = await promisify(execFile)(command, ['-p', String(port), '-f', file, '127.0.0.1']);
  assert.deepEqual(
    [...stdout.matchAll(/MSA\|([A-Z]+)\|(\w*)/g)].map(([, code, id]) => `${code} ${id}`),
    ['AA MSG00001', 'AA 77'],
  );
  // It strips the last carriage return of each message.
  assert.deepEqual(
    received.map((bytes) => `${bytes.toString()}\r`),
    [arrival.toString(), merge.toString()],
  );
});
