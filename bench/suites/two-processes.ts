/** Two processes on one PostgreSQL: what they do together, and a restart of each in turn while people ask. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { balance } from '../support/balancer.ts';
import type { Run } from '../support/callers.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { askPages, signInNurses } from '../support/http.ts';
import { startService } from '../support/process.ts';
import type { ServiceProcess } from '../support/process.ts';
import { writeSite } from '../support/site-folder.ts';
import { openBench, worldOf } from '../support/world.ts';

export const suite: Suite = {
  name: 'two-processes',
  about: 'two processes on one PostgreSQL, people spread over both as they come; and a rolling restart under load',
  run,
};

async function run(bench: Bench): Promise<void> {
  const people = bench.trial ? 2_000 : 1_000_000;
  const url = await worldOf(bench, people);
  await throughput(bench, url, people - 1_000);
  await restart(bench, url, people - 1_000);
}

async function throughput(bench: Bench, url: string, stems: number): Promise<void> {
  const seconds = bench.trial ? 0.3 : 5;
  const one: number[] = [];
  const two: number[] = [];
  for (let at = 0; at < bench.runs; at++) {
    one.push(await together(url, [32], seconds, stems));
    two.push(await together(url, [16, 16], seconds, stems));
  }
  bench.report({
    name: 'two-processes',
    about: 'audited look-ups a second of two processes with 16 callers each, beside one with 32',
    unit: 'a second',
    ours: two,
    peer: { name: 'one process', runs: one },
  });
}

/** Runs so many processes at once. @returns look-ups a second of all of them */
async function together(url: string, callers: readonly number[], seconds: number, stems: number): Promise<number> {
  const script = join(import.meta.dirname, '../support/caller-child.ts');
  const children = callers.map((count) => {
    const child = spawn(process.execPath, [script, url, String(count), String(seconds), String(stems)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface(child.stdout) };
  });
  await Promise.all(children.map(({ lines }) => once(lines, 'line')));
  const runs = children.map(async ({ child, lines }) => {
    child.stdin.write('go\n');
    const [line] = (await once(lines, 'line')) as [string];
    return (JSON.parse(line) as Run).perSecond;
  });
  return (await Promise.all(runs)).reduce((sum, perSecond) => sum + perSecond, 0);
}

async function restart(bench: Bench, url: string, stems: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-site-'));
  const environment = { ...writeSite(folder), DATABASE_URL: url };
  const processes: ServiceProcess[] = [];
  const db = await openBench(url, 2);
  let balancer: Awaited<ReturnType<typeof balance>> | null = null;
  try {
    for (let at = 0; at < 2; at++) processes.push(await startService(environment));
    balancer = await balance(() => processes.map(({ port }) => port));
    const target = { port: balancer.port, stems, visitors: await signInNurses(db, 100) };
    const failures: number[] = [];
    for (let at = 0; at < bench.runs; at++) {
      const asking = askPages(target, { connections: 8, seconds: bench.trial ? 4 : 10 });
      for (const [place, old] of processes.entries()) {
        const next = await startService(environment);
        processes[place] = next;
        await old.stop();
      }
      // A page that is not what it should be ends this with its reason.
      const { perSecond } = await asking;
      failures.push(balancer.failed);
      bench.say(`${Math.round(perSecond)} pages a second while both were restarted`);
    }
    bench.report({
      name: 'rolling-restart',
      about: 'requests that failed while each of two processes was replaced under load',
      unit: 'failed',
      ours: failures,
      most: 0,
    });
  } finally {
    await balancer?.close();
    await db.close();
    for (const one of processes) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
