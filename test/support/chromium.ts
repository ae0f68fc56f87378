/** Chromium for the browser tests, with fonts of its own: without fonts no text is drawn, and no fault in text is found. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Starts Chromium. It reaches this computer only: every other name leads nowhere. */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpack();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    env: { ...process.env, FONTCONFIG_PATH: folder, FONTCONFIG_FILE: join(folder, 'fonts.conf') } as Record<
      string,
      string
    >,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--font-render-hinting=none',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
}

// The package unpacks into the folder for temporary files and uses whatever lies there already, a
// half-written or older one too: so a folder for each version, filled aside and then renamed. In a process of its own:
// whatever this one makes among its temporary files meanwhile would otherwise lie there too, and go when it is renamed.
async function unpack(): Promise<string> {
  const manifest = join(fileURLToPath(import.meta.resolve('@sparticuz/chromium')), '../../package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = join(tmpdir(), `homeward-chromium-${version}`);
  if (existsSync(folder)) return folder;
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  const script = join(import.meta.dirname, 'unpack-chromium.ts');
  await promisify(execFile)(process.execPath, [script], { env: { ...process.env, TMPDIR: aside } });
  writeFileSync(join(aside, 'fonts.conf'), fontsConf(join(folder, 'fonts/fonts'), join(folder, 'font-cache')));
  try {
    renameSync(aside, folder);
  } catch {
    // Another process was faster.
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

// The package's own fonts and no others, so that pages are as wide on every computer.
function fontsConf(fonts: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${cache}</cachedir>
</fontconfig>
`;
}
