/** Two processes on one PostgreSQL: what they do together, and a restart of each in turn while people ask. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { balance } from '../support/balancer.ts';
import type { Run } from '../support/callers.ts';
import type { Bench, Suite } from '../support/figure.ts';
import { askPages, signInNurses } from '../support/http.ts';
import { startService } from '../support/process.ts';
import type { ServiceProcess } from '../support/process.ts';
import { writeSite } from '../support/site-folder.ts';
import { openBench, worldOf } from '../support/world.ts';

export const suite: Suite = {
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

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Runs so many processes at once. @returns look-ups a second of all of them. @throws Error when one of them ends without */
async function together(url: string, callers: readonly number[], seconds: number, stems: number): Promise<number> {
  const script = join(import.meta.dirname, '../support/caller-child.ts');
  const children = callers.map((count) => {
    const child = spawn(process.execPath, [script, url, String(count), String(seconds), String(stems)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface(child.stdout) };
  });
  try {
    await Promise.all(children.map(lineOf));
    const runs = children.map(async (one) => {
      one.child.stdin.write('go\n');
      return (JSON.parse(await lineOf(one)) as Run).perSecond;
    });
    return (await Promise.all(runs)).reduce((sum, perSecond) => sum + perSecond, 0);
  } catch (error) {
    for (const { child } of children) child.kill();
    throw error;
  }
}

function lineOf({ child, lines }: { child: Child; lines: Interface }): Promise<string> {
  const line = once(lines, 'line').then(([text]) => text as string);
  const ended = once(child, 'close').then(([code]): never => {
    throw new Error(`A process that looks people up ended with ${code}`);
  });
  return Promise.race([line, ended]);
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
    let failed = 0;
    for (let at = 0; at < bench.runs; at++) {
      let replaced = false;
      const replaceBoth = async (): Promise<void> => {
        try {
          // Under load before the first goes, and until after the last has gone.
          await sleep(1_000);
          for (const [place, old] of processes.entries()) {
            processes[place] = await startService(environment);
            await old.stop();
          }
          await sleep(1_000);
        } finally {
          replaced = true;
        }
      };
      const [{ perSecond, failures }] = await Promise.all([
        askPages(target, { connections: 8, going: () => !replaced }),
        replaceBoth(),
      ]);
      failed += failures.length;
      bench.say(`${Math.round(perSecond)} pages a second while both were restarted, ${failures.length} failed`);
      if (failures[0] !== undefined) bench.say(`the first: ${failures[0]}`);
    }
    bench.report({
      name: 'rolling-restart',
      about: `requests that failed while each of two processes was replaced under load, ${bench.runs} times over: the sum`,
      unit: 'failed',
      // Not a middle value of runs: a single failure in any of them is one too many.
      ours: [failed],
      most: 0,
    });
  } finally {
    await balancer?.close();
    await db.close();
    for (const one of processes) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
