/** The benchmarks' reckoning, report and chart. That each suite runs to its end is a step of .ci/run: `npm run bench -- --trial`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { HtmlValidate } from 'html-validate';
import { chartOf } from '../bench/support/chart.ts';
import { holds, lineOf, median, percentile, ratioOf, round, spread } from '../bench/support/figure.ts';
import type { Figure } from '../bench/support/figure.ts';
import type { Behind } from '../bench/support/machine.ts';
import { exitCodeOf, fromJson, merge, reportOf, runsOf, shown, toJson } from '../bench/support/report.ts';
import type { Results, SuiteResult } from '../bench/support/report.ts';

const root = join(import.meta.dirname, '..');

const faster: Figure = {
  name: 'pages',
  about: 'pages beside plain look-ups',
  unit: 'pages/s',
  ours: [60, 50, 40],
  peer: { name: 'pgbench', runs: [100, 400, 200] },
  floor: 0.2,
};
const sooner: Figure = {
  name: 'import',
  about: 'an import beside psql',
  unit: 's',
  smaller: true,
  ours: [10],
  peer: { name: 'psql', runs: [5] },
  floor: 0.6,
};
const wait: Figure = { name: 'wait', about: 'how long a page takes', unit: 'ms', ours: [90, 101, 120], most: 100 };
const enough: Figure = { name: 'enough', about: 'how much memory', unit: 'MB', ours: [7], most: 7 };
const recorded: Figure = { name: 'size', about: 'size on the disk', unit: 'MB', ours: [123.456] };
const all = [faster, sooner, wait, enough, recorded];

const behind: Behind = {
  date: '2026-09-01T10:00Z',
  command: 'npm run bench -- first',
  processor: 'a processor',
  cores: 2,
  memory: 24,
  platform: 'linux x64',
  node: '24.0.0',
  postgres: '15.1',
  settings: 'fsync on, data on ext4',
  commit: null,
};
const suiteOf = (name: string, figures: readonly Figure[], date = behind.date): SuiteResult => ({
  name,
  about: `what ${name} measures`,
  behind: { ...behind, date },
  figures,
});
const results: Results = { suites: [suiteOf('first', [faster, sooner]), suiteOf('second', [wait, enough, recorded])] };

describe('a figure', () => {
  it('is the value in the middle, whatever the order', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(median([7]), 7);
    const runs = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(runs, (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        assert.ok(below <= values.length / 2 && above <= values.length / 2);
        assert.equal(middle, median([...values].reverse()));
      }),
    );
  });

  it('says how far its runs lie apart', () => {
    assert.equal(spread([90, 100, 120]), 0.3);
    assert.equal(spread([5]), 0);
    assert.equal(spread([0, 0]), 0);
  });

  it('stands beside its peer so that more is better, also where less is', () => {
    assert.equal(ratioOf(faster), 0.25);
    assert.equal(ratioOf(sooner), 0.5);
    assert.equal(ratioOf(wait), null);
  });

  it('holds at its limit and not beyond', () => {
    assert.deepEqual(all.map(holds), [true, false, false, true, true]);
    assert.equal(holds({ ...faster, floor: 0.25 }), true);
    assert.equal(holds({ ...faster, floor: 0.251 }), false);
    assert.equal(holds({ ...wait, most: 101 }), true);
    assert.equal(holds({ ...enough, most: 6.9 }), false);
  });

  it('does not hold to a floor where there is no peer to compare with', () => {
    assert.equal(holds({ ...recorded, floor: 0.1 }), false);
  });

  it('is printed in a line that says so when it is under', () => {
    assert.equal(lineOf(faster), 'pages ratio 0.25 floor 0.2');
    assert.equal(lineOf(sooner), 'import ratio 0.50 floor 0.6  UNDER');
    assert.equal(lineOf(wait), 'wait 101 ms most 100  UNDER');
    assert.equal(lineOf(enough), 'enough 7 MB most 7');
    assert.equal(lineOf(recorded), 'size 123 MB');
  });

  it('has beside it below which value a share of the times lies', () => {
    assert.equal(percentile([30, 10, 20, 40], 0.5), 30);
    assert.equal(percentile([30, 10, 20, 40], 0.99), 40);
    assert.equal(percentile([5], 0.99), 5);
  });

  it('is rounded to what a run is good for', () => {
    assert.deepEqual([round(1234.5), round(123.45), round(0.012345)], [1235, 123, 0.0123]);
    assert.deepEqual([shown(12_345.6), shown(0.012345)], ['12,350', '0.0123']);
  });

  it('has its runs behind it', () => {
    assert.equal(runsOf(faster), 'ours 60 50 40 (spread 40 %) pages/s, pgbench 100 400 200 (spread 150 %)');
    assert.equal(runsOf(recorded), 'ours 123 MB');
  });
});

describe('the results', () => {
  it('keep the figures of suites that were not measured this time, in the order of the suites', () => {
    const now = [suiteOf('second', [recorded], '2026-09-02T10:00Z'), suiteOf('third', [enough])];
    const merged = merge(results, now, ['first', 'third', 'second']);
    assert.deepEqual(
      merged.suites.map(({ name, behind: { date }, figures }) => [name, date, figures.map((one) => one.name)]),
      [
        ['first', behind.date, ['pages', 'import']],
        ['third', behind.date, ['enough']],
        ['second', '2026-09-02T10:00Z', ['size']],
      ],
    );
    assert.deepEqual(merge(null, now, ['second', 'third']).suites, now);
  });

  it('drop a suite that is no more', () => {
    assert.deepEqual(
      merge(results, [], ['second']).suites.map(({ name }) => name),
      ['second'],
    );
  });

  it('are read back from their file as they were', () => {
    const read = fromJson(toJson(results));
    assert.deepEqual(
      read.suites.flatMap(({ figures }) => figures.map(lineOf)),
      all.map(lineOf),
    );
    assert.equal(toJson(read), toJson(results));
  });

  it('have in their file what follows from the runs', () => {
    const [pages] = (JSON.parse(toJson(results)) as { suites: { figures: object[] }[] }).suites[0]?.figures ?? [];
    assert.deepEqual(pages, {
      ...faster,
      median: 50,
      spread: 0.4,
      peerMedian: 200,
      peerSpread: 1.5,
      ratio: 0.25,
      holds: true,
    });
  });
});

describe('the report', () => {
  const notes = new Map([['first', '# Where the time goes\n\nIn reading.\n\n```sh\n# not a heading\n```\n']]);
  const text = reportOf(results, notes);

  it('has every figure with its value, peer, ratio, limit and runs', () => {
    for (const figure of all) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${figure.name}\``)) ?? '';
      assert.ok(row.includes(`${shown(median(figure.ours))} ${figure.unit}`), row);
      const ratio = ratioOf(figure);
      assert.equal(row.includes(`**${ratio?.toFixed(2)}**`), ratio !== null, row);
      assert.equal(row.includes('does not hold'), !holds(figure), row);
      assert.ok(text.includes(`- \`${figure.name}\`: ${figure.about}.`));
    }
    assert.match(text, /\| `size` .*for the record \|/);
  });

  it('has date, command, machine and versions beside each suite', () => {
    for (const { name } of results.suites) {
      const part = text.split(`## ${name}\n`)[1] ?? '';
      const line = part.split('\n').find((one) => one.startsWith('Measured')) ?? '';
      for (const fact of [
        '2026-09-01',
        behind.command,
        'a processor',
        '24 GB',
        'Node 24.0.0',
        'PostgreSQL 15.1 (fsync on, data on ext4)',
      ])
        assert.ok(line.includes(fact), `${fact}: ${line}`);
    }
  });

  it('leads to where the notes’ links led from their own folder, and leaves other links alone', () => {
    const linked = '[a](../../docs/adr/x.md#b) [b](import.md) ![c](../chart.svg) [d](https://x.example/y) [e](#f)';
    const page = reportOf(results, new Map([['first', `${linked}\n\n\`\`\`\n[g](../h)\n\`\`\``]]));
    assert.ok(page.includes('[a](../docs/adr/x.md#b) [b](notes/import.md) ![c](chart.svg) [d](https://x.example/y) [e](#f)')); // prettier-ignore
    assert.ok(page.includes('[g](../h)'));
  });

  it('has a suite’s notes below its heading, and leaves listings as they are', () => {
    assert.match(text, /\n### Where the time goes\n/);
    assert.match(text, /\n# not a heading\n/);
    assert.ok(text.indexOf('### Where') < text.indexOf('## second'));
  });

  it('shows the chart', () => {
    assert.match(text, /!\[[^\]]+\]\(chart\.svg\)/);
  });
});

describe('the chart', () => {
  const svg = chartOf(results);

  it('is well-formed', async () => {
    const validator = new HtmlValidate({
      rules: { 'close-order': 'error', 'no-dup-attr': 'error', 'no-dup-id': 'error', 'attr-delimiter': 'error', 'no-raw-characters': ['error', { relaxed: false }] }, // prettier-ignore
    });
    const { valid, results: found } = await validator.validateString(svg);
    assert.ok(valid, JSON.stringify(found[0]?.messages.slice(0, 3)));
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(svg, /<\/svg>\s*$/);
  });

  it('draws every figure that is held to something, and says each in words too', () => {
    const words = /<desc id="chart-about">([^<]*)<\/desc>/.exec(svg)?.[1] ?? '';
    const drawn = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, label]) => label);
    for (const { name } of all.filter((figure) => figure !== recorded)) {
      assert.ok(drawn.includes(name), `${name} is not drawn`);
      assert.ok(words.includes(`${name} `), `${name} is not in the words`);
    }
    assert.ok(!drawn.includes('size'));
    assert.match(words, /import 0\.50 \(does not hold 0\.6\)/);
    assert.match(svg, /role="img" aria-labelledby="chart-title chart-about"/);
  });

  it('is drawn also when there is one kind of limit, or none yet', () => {
    const none: Figure = { name: 'failed', about: 'how many failed', unit: 'requests', ours: [0], most: 0 };
    for (const figures of [[faster], [wait], [none], []]) {
      const drawn = chartOf({ suites: [suiteOf('first', figures)] });
      assert.doesNotMatch(drawn, /NaN|Infinity/);
      assert.equal(drawn.includes('pages'), figures.includes(faster));
      assert.equal(drawn.includes('wait'), figures.includes(wait));
    }
  });
});

describe('a run', () => {
  it('fails when a suite failed or a figure does not hold', () => {
    assert.equal(exitCodeOf([suiteOf('first', [faster, enough, recorded])], false), 0);
    assert.equal(exitCodeOf([suiteOf('first', [faster]), suiteOf('second', [sooner])], false), 1);
    assert.equal(exitCodeOf([suiteOf('first', [enough, wait])], false), 1);
    assert.equal(exitCodeOf([suiteOf('first', [faster])], true), 1);
  });

  it('refuses a benchmark that does not exist', async () => {
    const failed = await bench('--trial', 'nothing').catch(
      (error: unknown) => error as { code: number; stderr: string },
    );
    assert.deepEqual('code' in failed && failed.code, 2);
    assert.match(failed.stderr, /There is no benchmark nothing\. There are: look-up, page/);
  });

  it('says its names and options when asked, and of an option that it does not know', async () => {
    const { stdout } = await bench('--help');
    assert.match(stdout, /^Usage: npm run bench/m);
    for (const word of ['look-up', 'two-processes', '--trial', 'Exit status']) assert.ok(stdout.includes(word), word);
    const failed = await bench('--colour').catch((error: unknown) => error as { code: number; stderr: string });
    assert.deepEqual('code' in failed && failed.code, 2);
    assert.match(failed.stderr, /^Unknown option '--colour'\.\n\nMeasures .*\n\nUsage: /);
  });
});

function bench(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, ['bench/run.ts', ...args], { cwd: root, timeout: 120_000 });
}
