/** The answer page over HTTP, asked of a process of its own by people at their browsers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Suite } from '../support/figure.ts';
import { askAtRate, askPages, lasting, seePages, signInNurses, withoutFailure } from '../support/http.ts';
import type { PageRun, Target } from '../support/http.ts';
import { runPgbench } from '../support/peer.ts';
import { startService } from '../support/process.ts';
import { answerRendering } from '../support/rendering.ts';
import { writeSite } from '../support/site-folder.ts';
import { openBench, worldOf } from '../support/world.ts';

const connections = 32;
const nurses = 300;

export const suite: Suite = {
  about:
    'the answer page over HTTP: the question posted, its redirect followed, the page checked to be the answer; the service with a real site’s settings in a process of its own',
  async run(bench) {
    render(bench);
    const people = bench.trial ? 2_000 : 1_000_000;
    const url = await worldOf(bench, people);
    const folder = mkdtempSync(join(tmpdir(), 'homeward-bench-'));
    const db = await openBench(url);
    try {
      const service = await startService({ ...writeSite(folder), DATABASE_URL: url });
      try {
        const visitors = await signInNurses(db, bench.trial ? connections : nurses);
        await overHttp(bench, url, { port: service.port, stems: people - 1, visitors });
      } finally {
        await service.stop();
      }
    } finally {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function overHttp(bench: Bench, url: string, target: Target): Promise<void> {
  const seconds = bench.trial ? 0.3 : 8;
  const peer = (): number =>
    runPgbench(bench.bin, url, { clients: connections, seconds: Math.ceil(seconds), stems: target.stems });
  const ask = async (): Promise<PageRun> =>
    withoutFailure(await askPages(target, { connections, going: lasting(seconds) }));
  const see = async (): Promise<PageRun> =>
    withoutFailure(await seePages(target, { connections, seconds: seconds / 2 }));
  bench.say('warm-up');
  peer();
  await ask();
  await see();
  const limit: number[] = [];
  const asked: PageRun[] = [];
  const seen: PageRun[] = [];
  for (let run = 1; run <= bench.runs; run++) {
    bench.say(`run ${run} of ${bench.runs}`);
    limit.push(peer());
    asked.push(await ask());
    seen.push(await see());
  }
  const pgbench = { name: 'pgbench', runs: limit };
  const of = (runs: readonly PageRun[], pick: 'perSecond' | 'p50' | 'p99'): number[] => runs.map((run) => run[pick]);
  bench.report({
    name: 'answer-page-32',
    about: 'answers asked for and seen at 32 connections (two requests each) beside plain look-ups of pgbench',
    unit: 'pages/s',
    ours: of(asked, 'perSecond'),
    peer: pgbench,
    floor: 0.1,
  });
  bench.report({
    name: 'answer-page-again-32',
    about: 'the same page seen again at 32 connections, each view audited',
    unit: 'pages/s',
    ours: of(seen, 'perSecond'),
    peer: pgbench,
  });
  const record = (name: string, about: string, runs: number[]): void =>
    bench.report({ name, about, unit: 'ms', ours: runs });
  record('answer-page-32-p50', 'from the question to its page, at 32 connections', of(asked, 'p50'));
  record('answer-page-32-p99', 'from the question to its page, at 32 connections', of(asked, 'p99'));
  await atFixedRate(bench, target);
}

async function atFixedRate(bench: Bench, target: Target): Promise<void> {
  const runs: PageRun[] = [];
  for (let run = 1; run <= bench.runs; run++) {
    bench.say(`50 questions a second, run ${run} of ${bench.runs}`);
    runs.push(withoutFailure(await askAtRate(target, { perSecond: 50, seconds: bench.trial ? 1 : 20 })));
  }
  bench.report({
    name: 'answer-page-p50-at-50',
    about: 'from the moment a question was due to its page, 50 questions (100 requests) a second whatever is answered',
    unit: 'ms',
    ours: runs.map(({ p50 }) => p50),
  });
  bench.report({
    name: 'answer-page-p99-at-50',
    about: 'the same: all but one in a hundred wait no longer',
    unit: 'ms',
    ours: runs.map(({ p99 }) => p99),
    most: 100,
  });
}

function render(bench: Bench): void {
  const times = bench.trial ? 20 : 1_000;
  for (const [packages, name] of [
    [2, 'render-answer'],
    [12, 'render-answer-12'],
  ] as const) {
    const make = answerRendering(packages);
    const measure = (): number => {
      const start = performance.now();
      for (let time = 0; time < times; time++) make();
      return (performance.now() - start) / times;
    };
    measure();
    bench.report({
      name,
      about: `an answer of ${packages} packages made into its page, without the server`,
      unit: 'ms',
      ours: Array.from({ length: bench.runs }, measure),
      most: 1,
    });
  }
}
