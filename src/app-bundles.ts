/** The part of the composition root for councils' extracts, the demo's own among them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineCaller } from './commands/bundles.ts';
import type { Settings, Site } from './config.ts';
import { writeDemoBundles } from './demo/bundle.ts';
import type { Clock } from './domain/clock.ts';
import { receiveBundle } from './services/manage-bundles.ts';
import type { BundleDeps } from './services/manage-bundles.ts';
import { openBundle } from './sources/extract-bundle.ts';
import { currentParts } from './store/bundles.ts';
import type { Database } from './store/database.ts';
import type { Log } from './telemetry.ts';

export interface BundleParts {
  readonly settings: Pick<Settings, 'dataDir'>;
  readonly site: Site;
  readonly clock: Clock;
  readonly db: Database;
  readonly workDir: string;
}

/** What each council's use cases of its extracts are made of, by the council's id. */
export function bundleUseCases({ settings, site, clock, db, workDir }: BundleParts): Map<string, BundleDeps> {
  return new Map(
    site.councils.map((council) => [
      council.id,
      {
        db,
        clock,
        council,
        agreements: site.agreements.filter((one) => one.council === council.id),
        open: (path: string) => openBundle(path, { workDir, now: clock.now() }),
        heldFolder: join(settings.dataDir, 'held'),
      },
    ]),
  );
}

export interface Demo {
  /** Whether its councils are there; true outside the demo. */
  loaded(): boolean;
  /** Loads them as they are now; does nothing outside the demo. Never throws. */
  refresh(): Promise<void>;
}

/** The demo's councils. @param landed what is to follow each load */
export async function demoCouncils(
  { site, clock, db, workDir }: BundleParts,
  bundles: ReadonlyMap<string, BundleDeps>,
  log: Pick<Log, 'error'>,
  landed: () => Promise<void>,
): Promise<Demo> {
  // What an earlier start loaded will do until the new is in.
  let loaded = !site.demo || (await currentParts(db, site.councils[0]?.id ?? '')).length > 0;
  return {
    loaded: () => loaded,
    async refresh() {
      if (!site.demo) return;
      try {
        await loadDemo(clock, bundles, workDir);
        await landed();
        loaded = true;
      } catch (error) {
        log.error({ code: (error as { code?: string }).code }, 'loading the demo failed');
      }
    },
  };
}

// The demo's extracts go through the real import, as a council's would, so that they are fresh at each start.
async function loadDemo(clock: Clock, bundles: ReadonlyMap<string, BundleDeps>, workDir: string): Promise<void> {
  const folder = join(workDir, 'demo');
  for (const path of await writeDemoBundles(folder, clock.now())) {
    const { manifest, close } = await openBundle(path, { workDir, now: clock.now() });
    await close();
    const own = bundles.get(manifest.council);
    if (own)
      await receiveBundle(own, commandLineCaller('demo', manifest.council, clock.now()), path, { dryRun: false });
  }
  rmSync(folder, { recursive: true, force: true });
}
