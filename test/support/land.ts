/** Lands bundle folders in a test database and asks for people, with the demo's own configuration. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSiteFiles } from '../../src/config/site.ts';
import type { Agreement } from '../../src/domain/agreement.ts';
import type { Answer } from '../../src/domain/answer.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { OpenBundle } from '../../src/domain/extract/bundle.ts';
import type { Council } from '../../src/domain/organisation.ts';
import { importBundle } from '../../src/services/import-bundle.ts';
import type { ImportResult } from '../../src/services/import-bundle.ts';
import { lookUp, lookUpsOn } from '../../src/services/look-up.ts';
import { listQuarantine } from '../../src/store/bundles.ts';
import { openBundle } from '../../src/sources/extract-bundle.ts';
import type { Database } from '../../src/store/database.ts';
import { callerOf, requestFor } from './site.ts';

const demo = readSiteFiles(join(import.meta.dirname, '../../config/demo'));

export interface Landed {
  /** Imports, or with `dryRun` only checks, a bundle folder. */
  land(folder: string, options?: { dryRun?: boolean; council?: string }): Promise<ImportResult>;
  /** The lines that a landed bundle had set aside, as `part row code`, sorted. */
  setAside(result: ImportResult): Promise<string[]>;
  /** What a nurse who has looked up nobody before is answered. */
  ask(council: string, nhsNumber: string, birthDate: string, at?: Date): Promise<Answer>;
}

/** @param now the instant at which everything happens, unless a question says otherwise */
export function landing(db: Database, now: Date): Landed {
  let nurses = 0;
  const clock = { now: () => now };
  const steward = (council: string): Caller => ({
    ...callerOf('council-data-steward', now.toISOString(), 'steward'),
    organisation: council,
  });
  return {
    async land(folder, { dryRun = false, council = '999' } = {}) {
      const deps = { db, clock, council: councilOf(council), agreements: agreementsOf(council) };
      return withBundle(folder, now, (bundle) => importBundle(deps, bundle, { dryRun, caller: steward(council) }));
    },
    async setAside({ bundle }) {
      assert.ok(bundle, 'the bundle did not land');
      const quarantine = await listQuarantine(db, bundle, 1_000_000);
      return quarantine.map(({ part, row, code }) => `${part} ${row} ${code}`).sort();
    },
    async ask(council, nhsNumber, birthDate, at = now) {
      const caller = callerOf('emergency-nurse', at.toISOString(), `nurse-${++nurses}`);
      const deps = lookUpsOn({ db, clock: { now: () => at }, agreements: demo.agreements, holidays: demo.holidays });
      const { answer } = await lookUp(deps, caller, requestFor(nhsNumber, birthDate, { council }));
      return answer;
    },
  };
}

/** Opens a bundle folder or zip for as long as the work takes. */
export async function withBundle<T>(path: string, now: Date, work: (bundle: OpenBundle) => Promise<T>): Promise<T> {
  return withFolder(async (workDir) => {
    const bundle = await openBundle(path, { workDir, now });
    try {
      return await work(bundle);
    } finally {
      await bundle.close();
    }
  });
}

/** A folder that exists for as long as the work takes. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'homeward-test-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function councilOf(id: string): Council {
  const council = demo.councils.find((one) => one.id === id);
  if (!council) throw new RangeError(`The demo has no council ${id}`);
  return council;
}

function agreementsOf(council: string): Agreement[] {
  return demo.agreements.filter((one) => one.council === council);
}
