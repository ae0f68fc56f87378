/** The rings of the house, read from the imports themselves (ARCHITECTURE.md, rules 1–6 and 13). */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../src');

interface Source {
  /** Path below src/, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Paths below src/ of what it imports from the project. */
  readonly inside: readonly string[];
  /** Names of packages and node modules it imports. */
  readonly outside: readonly string[];
  /** Packages imported for their code, not just their types. */
  readonly running: readonly string[];
}

const sources: Source[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(path.split(sep).join('/')));

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|(?:^|[^.\w])import\('([^']+)'\)/g,
    ),
  ].map((found) => ({ typeOnly: found[1] !== undefined, name: found[2] ?? found[3] ?? '' }));
  const inside = imports.filter(({ name }) => name.startsWith('.'));
  const outside = imports.filter(({ name }) => !name.startsWith('.'));
  return {
    path,
    text,
    inside: inside.map(({ name }) =>
      relative(root, join(root, dirname(path), name))
        .split(sep)
        .join('/'),
    ),
    outside: outside.map(({ name }) => packageOf(name)),
    running: outside.filter(({ typeOnly }) => !typeOnly).map(({ name }) => packageOf(name)),
  };
}

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

const room = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : path);

/** Which rooms each room may import, itself apart. */
const mayImport: Record<string, readonly string[]> = {
  domain: [],
  store: ['domain'],
  sources: ['domain'],
  delivery: ['domain'],
  services: ['domain', 'store'],
  demo: ['domain'],
  web: ['services', 'domain'],
  hl7: ['services', 'domain'],
  commands: ['services', 'domain'],
  'telemetry.ts': ['domain'],
  'config.ts': ['domain', 'config'],
  config: ['domain'],
};

describe('the rings', () => {
  it('reads every file of the source', () => {
    assert.ok(sources.length > 40, `only ${sources.length} files were found`);
    assert.ok(
      sources.some((source) => source.inside.length > 5),
      'no imports were read',
    );
  });

  for (const source of sources) {
    const allowed = mayImport[room(source.path)];
    if (!allowed) continue;
    it(`${source.path} imports only inwards`, () => {
      const wrong = source.inside.filter((path) => room(path) !== room(source.path) && !allowed.includes(room(path)));
      assert.deepEqual(wrong, []);
    });
  }

  it('has a rule for every room', () => {
    const composers = new Set([
      'main.ts',
      'app.ts',
      'app-bundles.ts',
      'app-check.ts',
      'app-council.ts',
      'app-delivery.ts',
      'app-feeds.ts',
      'app-forget.ts',
      'app-health.ts',
      'app-providers.ts',
      'app-sender.ts',
      'app-serve.ts',
      'app-told.ts',
      'app-web.ts',
      'app-whereabouts.ts',
    ]);
    const unruled = [...new Set(sources.map((source) => room(source.path)))].filter(
      (name) => !mayImport[name] && !composers.has(name),
    );
    assert.deepEqual(unruled, []);
  });

  it('keeps the domain pure: only domain and libraries without input or output', () => {
    const pure = new Set(['zod', 'temporal-polyfill', 'libphonenumber-js']);
    for (const source of sources.filter(({ path }) => room(path) === 'domain')) {
      assert.deepEqual(
        source.outside.filter((name) => !pure.has(name)),
        [],
        source.path,
      );
    }
  });

  it('has no import cycles', () => {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    const done = new Set<string>();
    const walk = (path: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(path), `cycle: ${[...trail, path].join(' → ')}`);
      if (done.has(path)) return;
      for (const next of byPath.get(path)?.inside ?? []) walk(next, [...trail, path]);
      done.add(path);
    };
    for (const { path } of sources) walk(path, []);
  });

  it('has no barrel files', () => {
    for (const { path, text } of sources) {
      assert.ok(!/export \* from/.test(text), `${path} re-exports everything`);
      assert.ok(!/(^|\/)index\.ts$/.test(path), `${path} is a barrel`);
    }
  });
});

describe('the habits', () => {
  const holds = (pattern: RegExp, allowed: (path: string) => boolean): string[] =>
    sources.filter(({ path, text }) => !allowed(path) && pattern.test(stripComments(text))).map(({ path }) => path);

  it('reads the environment only in config', () => {
    assert.deepEqual(
      holds(/process\.env/, (path) => room(path) === 'config.ts' || room(path) === 'config' || path === 'main.ts'),
      [],
    );
  });

  it('prints only in main', () => {
    assert.deepEqual(
      holds(/\bconsole\./, (path) => path === 'main.ts'),
      [],
    );
  });

  it('takes the time only through the clock handed in', () => {
    assert.deepEqual(
      holds(/new Date\(\)|Date\.now\(\)|performance\.now\(\)/, (path) => path === 'main.ts' || path === 'app.ts'),
      [],
    );
  });

  it('keeps SQL in the store', () => {
    assert.deepEqual(
      sources
        .filter(({ path, running }) => room(path) !== 'store' && running.includes('kysely'))
        .map(({ path }) => path),
      [],
    );
  });

  it('gives each third-party library one home', () => {
    const homes = new Map<string, Set<string>>();
    const everywhere = new Set(['zod', 'kysely', 'fastify']);
    for (const { path, running } of sources) {
      for (const name of running.filter((one) => !one.startsWith('node:') && !everywhere.has(one))) {
        homes.set(name, (homes.get(name) ?? new Set()).add(path));
      }
    }
    for (const [name, paths] of homes) assert.equal(paths.size, 1, `${name} is imported in ${[...paths].join(', ')}`);
  });

  it('keeps every file below 400 lines, and half of them below 120', () => {
    const lengths = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .sort((a, b) => a.lines - b.lines);
    assert.deepEqual(
      lengths.filter(({ lines }) => lines > 400),
      [],
    );
    assert.ok((lengths[Math.floor(lengths.length / 2)]?.lines ?? 0) < 120, 'the median file is 120 lines or more');
  });
});

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
