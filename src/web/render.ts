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
  const environment = new nunjucks.Environment(
    new nunjucks.FileSystemLoader([views, frontend], { noCache: false, watch: false }),
    {
      autoescape: true,
      trimBlocks: true,
      lstripBlocks: true,
    },
  );
  for (const [name, filter] of Object.entries(textFilters))
    environment.addFilter(name, filter as (...given: unknown[]) => string);
  environment.addFilter(
    'phoneLink',
    (phone: Parameters<typeof phoneLinkHtml>[0]) => new nunjucks.runtime.SafeString(phoneLinkHtml(phone)),
  );
  for (const name of readdirSync(views, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.njk')) environment.getTemplate(name, true);
  }
  return (view, data) => environment.render(view, data);
}
