/** Style, scripts and icon: read into memory at start, each at an address that changes with its content. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { HomewardError } from '../domain/error.ts';
import { definePage } from './page.ts';
import type { Page } from './page.ts';
import { stylesheet } from './stylesheet.ts';

/** Addresses for templates. */
export interface AssetAddresses {
  readonly css: string;
  readonly script: string;
  /** For pages that are kept up to date. */
  readonly live: string;
  readonly icon: string;
}

interface Asset {
  readonly body: Buffer;
  readonly type: string;
}

const ours = join(import.meta.dirname, 'assets');

/** The assets and the page that serves them. */
export function loadAssets(): { addresses: AssetAddresses; page: Page } {
  const files = new Map<string, Asset>();
  const add = (name: string, type: string, text: string): string => {
    const [stem, ending] = name.split('.');
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const file = `${stem}-${hash}.${ending}`;
    files.set(file, { body: gzipSync(text), type });
    return file;
  };
  const css = add('homeward.css', 'text/css; charset=utf-8', stylesheet());
  const frontend = add('nhsuk.js', 'text/javascript; charset=utf-8', frontendScript());
  const own = readFileSync(join(ours, 'homeward.js'), 'utf8').replace('./nhsuk.js', `./${frontend}`);
  const script = add('homeward.js', 'text/javascript; charset=utf-8', own);
  const live = add('live.js', 'text/javascript; charset=utf-8', readFileSync(join(ours, 'live.js'), 'utf8'));
  const icon = add('favicon.svg', 'image/svg+xml', readFileSync(join(ours, 'favicon.svg'), 'utf8'));
  return {
    addresses: { css: `/assets/${css}`, script: `/assets/${script}`, live: `/assets/${live}`, icon: `/assets/${icon}` },
    page: assetPage(files),
  };
}

function assetPage(files: ReadonlyMap<string, Asset>): Page {
  return definePage({
    method: 'GET',
    path: '/assets/:file',
    permission: 'public',
    audit: 'none: style and scripts are the same for everybody',
    title: 'Asset',
    params: z.object({ file: z.string() }),
    handle({ params }) {
      const asset = files.get(params.file);
      if (!asset) throw new HomewardError('PAGE_NOT_FOUND');
      return { is: 'asset', body: asset.body, type: asset.type, encoding: 'gzip' };
    },
  });
}

function frontendScript(): string {
  const file = fileURLToPath(import.meta.resolve('nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js'));
  // Its source map is not served.
  return readFileSync(file, 'utf8').replace(/\n?\/\/# sourceMappingURL=.*$/m, '');
}
