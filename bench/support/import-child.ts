/**
 * One import in a process of its own, so that its memory is nobody else's: takes the extract that
 * its parent names in through the real use case and sends back what it took.
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSiteFiles } from '../../src/config/site.ts';
import { receiveBundle } from '../../src/services/manage-bundles.ts';
import { openBundle } from '../../src/sources/extract-bundle.ts';
import { Database } from '../../src/store/database.ts';
import { postgresEngine } from '../../src/store/engine.ts';
import { importCouncil } from './import-bundle.ts';

/** What the parent asks for. */
export interface ImportOrder {
  readonly url: string;
  readonly folder: string;
  /** The instant at which it is handed in, ISO 8601. */
  readonly now: string;
}

export interface ImportDone {
  readonly outcome: string;
  /** From the start of the process, as psql's time is. */
  readonly seconds: number;
  /** Of those, from handing in: a service that runs need not be started for each extract. */
  readonly taking: number;
  /** The most memory the process ever held, MB. */
  readonly peak: number;
  /** Facts opened and closed by the parts together. */
  readonly opened: number;
  readonly closed: number;
}

const { url, folder, now: at } = JSON.parse(process.argv[2] ?? '{}') as ImportOrder;
const now = new Date(at);
const site = readSiteFiles(join(import.meta.dirname, '../../config/demo'));
const council = site.councils.find(({ id }) => id === importCouncil);
if (!council) throw new Error('The demo has lost its council');
const db = new Database(postgresEngine(url, false, 4));
const deps = {
  db,
  clock: { now: () => now },
  council,
  agreements: site.agreements.filter((one) => one.council === importCouncil),
  heldFolder: null,
  open: (path: string) => openBundle(path, { workDir: tmpdir(), now }),
};
const steward = {
  userId: 'https://sign-in.example|steward',
  name: 'A Steward',
  role: 'council-data-steward',
  organisation: importCouncil,
  team: 'Data',
  authenticatedBy: 'demo',
  authenticatedAt: now,
  session: ''.padEnd(64, '0'),
} as const;

const handedIn = performance.now();
const { outcome, report } = await receiveBundle(deps, steward, folder, { dryRun: false });
await db.close();
// Counted from the start of the process.
const seconds = performance.now() / 1_000;
const taking = (performance.now() - handedIn) / 1_000;
const sum = (of: 'opened' | 'closed'): number => report.parts.reduce((total, part) => total + part[of], 0);
const done: ImportDone = { outcome, seconds, taking, peak: peakMemory(), opened: sum('opened'), closed: sum('closed') };
process.send?.(done);

// Linux keeps the peak of this program alone; elsewhere the peak of the process must do.
function peakMemory(): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found) return Number(found[1]) / 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS / 1024;
}
