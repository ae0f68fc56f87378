/** From starting the process to its first answers; memory at rest and under load; size on the disk. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Suite } from '../support/figure.ts';
import { askAtRate, signInNurses, withoutFailure } from '../support/http.ts';
import { startService } from '../support/process.ts';
import type { ServiceProcess } from '../support/process.ts';
import { writeSite } from '../support/site-folder.ts';
import { openBench, worldOf } from '../support/world.ts';

const root = join(import.meta.dirname, '../..');

export const suite: Suite = {
  about: 'how soon a process started anew answers, the memory it takes, and its size on the disk',
  async run(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'homeward-bench-'));
    try {
      const people = bench.trial ? 2_000 : 1_000_000;
      const url = await worldOf(bench, people);
      const site = { ...writeSite(join(folder, 'site')), DATABASE_URL: url };
      await starts(bench, 'postgres', 'PostgreSQL', site);
      await underLoad(bench, site, url, people - 1);
      await embedded(bench, folder);
      bench.report(installedSize(bench, folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

type Environment = Readonly<Record<string, string>>;

interface Start {
  readonly health: number;
  readonly page: number;
  readonly atRest: number;
}

async function startOnce(bench: Bench, environment: Environment): Promise<Start> {
  return withService(environment, async (service) => {
    const page = await service.until('/');
    await sleep(bench.trial ? 0 : 5_000);
    return { health: service.untilHealth, page, atRest: service.memory() };
  });
}

async function withService<T>(environment: Environment, work: (service: ServiceProcess) => Promise<T>): Promise<T> {
  const service = await startService(environment);
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

async function starts(bench: Bench, name: string, on: string, environment: Environment, most?: number): Promise<void> {
  bench.say(`starts on ${on}`);
  if (!bench.trial) await startOnce(bench, environment);
  const runs: Start[] = [];
  for (let run = 0; run < bench.runs; run++) runs.push(await startOnce(bench, environment));
  bench.report({
    name: `start-${name}`,
    about: `from starting the process to its first answer to GET /health, on ${on}`,
    unit: 's',
    ours: runs.map(({ health }) => health / 1_000),
    ...(most === undefined ? {} : { most }),
  });
  bench.report({
    name: `start-${name}-page`,
    about: 'to its first page, asked for after that',
    unit: 's',
    ours: runs.map(({ page }) => page / 1_000),
  });
  bench.report({
    name: `memory-${name}`,
    about: `resident memory five seconds after the start, on ${on}`,
    unit: 'MB',
    ours: runs.map(({ atRest }) => atRest),
  });
}

async function underLoad(bench: Bench, environment: Environment, url: string, stems: number): Promise<void> {
  bench.say('memory under load');
  const db = await openBench(url);
  try {
    const visitors = await signInNurses(db, bench.trial ? 10 : 300);
    const runs: number[] = [];
    for (let run = 0; run < bench.runs; run++) {
      await withService(environment, async (service) => {
        const seconds = bench.trial ? 0.5 : 20;
        withoutFailure(await askAtRate({ port: service.port, stems, visitors }, { perSecond: 50, seconds }));
        runs.push(service.memory());
      });
    }
    bench.report({
      name: 'memory-postgres-at-50',
      about: 'resident memory after 20 seconds of 50 questions a second, on PostgreSQL',
      unit: 'MB',
      ours: runs,
    });
  } finally {
    await db.close();
  }
}

async function embedded(bench: Bench, folder: string): Promise<void> {
  const environment = { DATA_DIR: join(folder, 'data') };
  bench.say('the first start on the embedded store');
  const loaded = await withService(environment, (service) => service.until('/health'));
  bench.report({
    name: 'start-embedded-new',
    about: 'from starting the demo with no data folder to its councils being loaded',
    unit: 's',
    ours: [loaded / 1_000],
  });
  await starts(bench, 'embedded', 'the embedded store with the folder of an earlier start', environment, 5);
}

function installedSize(bench: Bench, folder: string): Parameters<Bench['report']>[0] {
  const target = join(folder, 'installed');
  const how = bench.trial ? 'du' : install(target);
  const about =
    how === 'npm ci'
      ? 'node_modules after npm ci --omit=dev, Node itself included'
      : 'the packages of the lock file that are not for development, Node itself included (no registry could be reached)';
  const size = how === 'npm ci' ? sizeOf(join(target, 'node_modules')) : lockedSize();
  return { name: 'installed-size', about, unit: 'MB', ours: [size / 1_000_000] };
}

function install(target: string): 'npm ci' | 'du' {
  try {
    execFileSync('mkdir', [target]);
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(root, file), join(target, file));
    execFileSync('npm', ['ci', '--omit=dev'], { cwd: target, stdio: 'ignore', timeout: 300_000 });
    return 'npm ci';
  } catch {
    return 'du';
  }
}

function lockedSize(): number {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .reduce((sum, [path]) => sum + sizeOf(join(root, path), ['node_modules']), 0);
}

function sizeOf(path: string, without: readonly string[] = []): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  return readdirSync(path)
    .filter((name) => !without.includes(name))
    .reduce((sum, name) => sum + sizeOf(join(path, name), without), 0);
}
