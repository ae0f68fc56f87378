/**
 * The stylesheet: NHS.UK frontend's Sass with ours, compiled at start and kept by a hash of what
 * it is made of, since compiling takes seconds. The only home of `sass`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const assets = join(import.meta.dirname, 'assets');
const frontend = join(fileURLToPath(import.meta.resolve('nhsuk-frontend/package.json')), '..');
const cache = join(import.meta.dirname, '../../node_modules/.cache/homeward');

/** The compiled stylesheet, from the cache where it is there. */
export function stylesheet(): string {
  const source = sassSource();
  // Of everything it is made of: their version, our files, and this way of compiling.
  const version = readFileSync(join(frontend, 'package.json'), 'utf8') + readFileSync(import.meta.filename, 'utf8');
  const hash = createHash('sha256').update(version).update(source).digest('hex').slice(0, 16);
  const file = join(cache, `style-${hash}.css`);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const css = inlineIcons(compile(source));
    keep(file, css);
    return css;
  }
}

// No font from another site: the default font faces load from assets.nhs.uk, and Frutiger is
// licensed to NHS organisations only. All of our files share one scope, so that each can use the
// frontend's variables and mixins; homeward.scss comes first.
function sassSource(): string {
  const ours = readdirSync(assets).filter((name) => name.endsWith('.scss') && name !== 'homeward.scss').sort(); // prettier-ignore
  const texts = ['homeward.scss', ...ours].map((name) => readFileSync(join(assets, name), 'utf8'));
  return [
    '@use "nhsuk" as * with ($nhsuk-font-family: (Arial, sans-serif), $nhsuk-include-default-font-face: false);',
    ...texts,
  ].join('\n');
}

function compile(source: string): string {
  // Read only when there is something to compile: the compiler takes a quarter of a second and 40 MB.
  const sass = createRequire(import.meta.url)('sass') as typeof import('sass');
  return sass
    .compileString(source, {
      loadPaths: [join(frontend, 'dist')],
      style: 'compressed',
      quietDeps: true,
    })
    .css.replace(/^\uFEFF/, '');
}

// A handful of icons: as data they need no addresses of their own.
function inlineIcons(css: string): string {
  return css.replace(/url\("?\/assets\/images\/([\w-]+\.svg)"?\)/g, (_all, name: string) => {
    const svg = readFileSync(join(frontend, 'dist/nhsuk/assets/images', name), 'utf8');
    return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
  });
}

function keep(file: string, css: string): void {
  try {
    mkdirSync(cache, { recursive: true });
    // Written aside and renamed: another process starting now must not read half of it.
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, css);
    renameSync(aside, file);
  } catch {
    // A read-only installation compiles at each start.
  }
}
