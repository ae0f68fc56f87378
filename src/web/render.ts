/** Templates: NHS.UK frontend's and ours, read and compiled at start. The only home of `nunjucks`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import { phoneLinkHtml, textFilters } from './filters.ts';

const views = join(import.meta.dirname, 'views');
const frontend = join(fileURLToPath(import.meta.resolve('nhsuk-frontend/package.json')), '../dist');

/** Fills a template. */
export type Render = (view: string, data: object) => string;

/**
 * Makes the renderer. Everything put into a page is escaped; a template that cannot be compiled
 * stops the start.
 */
export function makeRenderer(): Render {
  const loader = new nunjucks.FileSystemLoader([views, frontend], { noCache: false, watch: false });
  const environment = new nunjucks.Environment(loader, { autoescape: true, trimBlocks: true, lstripBlocks: true });
  for (const [name, filter] of Object.entries(textFilters))
    environment.addFilter(name, filter as (...given: unknown[]) => string);
  environment.addFilter(
    'phoneLink',
    (phone: Parameters<typeof phoneLinkHtml>[0]) => new nunjucks.runtime.SafeString(phoneLinkHtml(phone)),
  );
  const ours = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk'));
  compile(environment, loader, ours);
  // The same on every page: filled once.
  environment.addGlobal('footerHtml', new nunjucks.runtime.SafeString(environment.render('parts/footer.njk')));
  return (view, data) => environment.render(view, data);
}

// Also what ours are made of, so that nobody waits for it at their first page.
function compile(environment: nunjucks.Environment, loader: nunjucks.FileSystemLoader, names: readonly string[]): void {
  const known = new Set(names);
  for (const name of known) {
    environment.getTemplate(name, true);
    const { src } = loader.getSource(name);
    for (const [, other = ''] of src.matchAll(/{%-?\s*(?:extends|from|import|include)\s+["']([^"']+)/g))
      known.add(other);
  }
}
