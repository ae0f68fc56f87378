/** The documents lead where they say, and the example of a site's folder has every key that there is. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { deliverySchema } from '../src/config/delivery.ts';
import { feedSchema } from '../src/config/feed.ts';
import { holidaysSchema, organisationsSchema, siteSchema } from '../src/config/schemas.ts';
import { readSiteFiles, strayFiles } from '../src/config/site.ts';
import { agreementSchema } from '../src/domain/agreement.ts';
import { rosterAgreementSchema } from '../src/domain/roster-agreement.ts';
import { signInSchema } from '../src/domain/sign-in.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const under = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...['docs', 'bench', 'examples'].flatMap(under),
].sort();

/** A document without listings: what looks like a link or a heading there is none. */
function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()#]/g, ' '));
}

/** Where a document links to, images too. */
function linksOf(text: string): string[] {
  return [...prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...text.replace(/^```.*?^```$/gms, '').matchAll(/^#{1,6} +(.*?) *#*$/gm)];
  return new Set(
    headings.map(([, heading = '']) => {
      const words = heading.replace(/\]\([^)]*\)/g, ']').toLowerCase();
      const slug = words.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

/** What is wrong with a link; null when it leads somewhere. */
function faultOf(document: string, target: string): string | null {
  if (/^(https?:|mailto:)/.test(target)) return null;
  const [path = '', anchor] = decodeURI(target).split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (relative('.', file).startsWith('..') || !existsSync(join(root, file))) return `${document}: ${target}`;
  if (anchor === undefined) return null;
  return file.endsWith('.md') && anchorsOf(read(file)).has(anchor) ? null : `${document}: ${target}`;
}

describe('the documents', () => {
  it('lead to files and headings that exist', () => {
    const links = documents.flatMap((one) => linksOf(read(one)).map((target) => ({ one, target })));
    assert.ok(links.length > 60, `only ${links.length} links were read`);
    assert.ok(links.some(({ target }) => target.includes('#')), 'no anchors were read'); // prettier-ignore
    assert.deepEqual(links.flatMap(({ one, target }) => faultOf(one, target) ?? []), []); // prettier-ignore
  });

  it('would not pass with a link that leads nowhere', () => {
    for (const target of ['docs/nowhere.md', 'README.md#nowhere', '#nowhere', '../outside.md', 'LICENSE#x'])
      assert.equal(faultOf('README.md', target), `README.md: ${target}`);
    assert.equal(faultOf('docs/errors.md', '../README.md#settings-files'), null);
    assert.deepEqual(linksOf('`[a](b)` [c](d.md "e") ![f](g.svg)\n```\n[h](i)\n```\n'), ['d.md', 'g.svg']);
  });
});

type Def = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Every key that a schema knows, at any depth. @param without whose own keys are left out */
function keysOf(schema: z.ZodType, without: readonly string[] = []): Set<string> {
  const keys = new Set<string>();
  const seen = new Set<unknown>();
  const walk = (one: unknown): void => {
    if (one === undefined || one === null || seen.has(one)) return;
    seen.add(one);
    const def = (one as { readonly def: Def }).def;
    if (def.type === 'object') {
      for (const [key, inner] of Object.entries(def['shape'] as Record<string, unknown>)) {
        keys.add(key);
        if (!without.includes(key)) walk(inner);
      }
    }
    for (const part of ['innerType', 'element', 'valueType', 'in', 'out']) walk(def[part]);
    for (const option of (def['options'] as unknown[] | undefined) ?? []) walk(option);
  };
  walk(schema);
  return keys;
}

/** Whether a file has a key, or says in a comment how it is written. */
function has(text: string, key: string): boolean {
  return new RegExp(`(^|[\\s{,#'"])${key.replaceAll('-', '\\-')}['"]?:`, 'm').test(text);
}

const example = 'config/example';
const all = (folder: string): string =>
  readdirSync(join(root, example, folder))
    .map((name) => read(join(example, folder, name)))
    .join('\n');

describe('the example of a site’s folder', () => {
  it('can be read, and nothing in it is read by nobody', () => {
    assert.equal(readSiteFiles(join(root, example)).demo, false);
    assert.deepEqual(strayFiles(join(root, example)), []);
  });

  // prettier-ignore
  const files: [string, z.ZodType, string, string[]][] = [
    ['site.yaml', siteSchema, read(`${example}/site.yaml`), []],
    ['organisations.yaml', organisationsSchema, read(`${example}/organisations.yaml`), []],
    ['agreements', agreementSchema, all('agreements'), []],
    // Of a demo alone: a real site has none.
    ['sign-in.yaml', signInSchema, read(`${example}/sign-in.yaml`), ['personas']],
    ['feeds', feedSchema, all('feeds'), []],
    ['delivery.yaml', deliverySchema, read(`${example}/delivery.yaml`), []],
    ['rosters', rosterAgreementSchema, all('rosters'), []],
    ['bank-holidays.yaml', holidaysSchema, read('config/bank-holidays.yaml'), []],
  ];
  for (const [name, schema, text, without] of files) {
    it(`has every key of ${name}`, () => {
      const keys = [...keysOf(schema, without)];
      assert.ok(keys.length > 1, 'no keys were read');
      assert.deepEqual(keys.filter((key) => !without.includes(key) && !has(text, key)), []); // prettier-ignore
    });
  }

  it('would not pass with a key that nobody wrote down', () => {
    assert.equal(has('a: 1\nb: { cd: 2 }\n# e: 3\n', 'd'), false);
    for (const key of ['a', 'cd', 'e']) assert.ok(has('a: 1\nb: { cd: 2 }\n# e: 3\n', key), key);
    assert.ok(keysOf(feedSchema).has('serverCertificate') && keysOf(agreementSchema).has('permissionToTell'));
  });
});
