/** `npm run demo:data`: what it writes, and how it refuses. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withFolder } from './support/land.ts';
import { readParts } from './support/read-parts.ts';

const now = new Date('2026-09-30T05:30:00+01:00');

describe('the demo:data command', () => {
  const script = join(import.meta.dirname, '../scripts/demo-data.ts');
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [script, ...args], (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
    });

  it('writes a bundle that reads well, and says what it wrote', async () => {
    await withFolder(async (folder) => {
      const out = join(folder, 'made', 'here');
      const {
        code,
        out: said,
        err,
      } = await run('--people', '50', '--seed', '9', '--out', out, '--council', '998', '--at', now.toISOString());
      assert.deepEqual([code, err], [0, '']);
      const parts = await readParts(out, now);
      assert.match(said, /council 998, 50 people, seed 9/);
      assert.match(said, new RegExp(`cld\\.csv +${parts.get('care')?.length} rows`));
      assert.ok((parts.get('care') ?? []).every(({ cell }) => cell('LA Code') === '998'));
    });
  });

  it('helps when asked', async () => {
    const { code, out } = await run('--help');
    assert.equal(code, 0);
    for (const option of ['--people', '--seed', '--out', '--council', '--at', 'closed machine'])
      assert.ok(out.includes(option), option);
  });

  it('says what is wrong, and writes nothing', async () => {
    await withFolder(async (folder) => {
      const out = join(folder, 'out');
      const good = ['--people', '5', '--seed', '1', '--out', out];
      const cases: [string[], RegExp][] = [
        [good.slice(2), /--people is missing/],
        [['--people', 'many', '--seed', '1', '--out', out], /--people must be a whole number, not "many"/],
        [['--people', '2000001', '--seed', '1', '--out', out], /from 1 to 2000000/],
        [good.slice(0, 4), /--out is missing/],
        [[...good, '--at', 'yesterday'], /--at must be an instant/],
        [[...good, '--at', '2026-09-30T05:30:00'], /with its offset/],
        [[...good, '--colour', 'red'], /--colour/],
      ];
      for (const [args, message] of cases) {
        const { code, err } = await run(...args);
        assert.equal(code, 2, args.join(' '));
        assert.match(err, message);
      }
      assert.deepEqual(await readdir(folder), []);
    });
  });

  it('does not write over files that are there already', async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'cld.csv'), 'a real extract');
      const { code, err } = await run('--people', '5', '--seed', '1', '--out', folder);
      assert.equal(code, 2);
      assert.match(err, /is not empty/);
      assert.equal(await readFile(join(folder, 'cld.csv'), 'utf8'), 'a real extract');
    });
  });
});
