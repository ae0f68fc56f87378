/**
 * One council and one hospital on a test database: bundles are written, handed in and looked into
 * with a clock that the test sets. Each test takes a council code of its own.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Agreement } from '../../src/domain/agreement.ts';
import type { Answer, CareShown } from '../../src/domain/answer.ts';
import type { Caller, Role } from '../../src/domain/caller.ts';
import type { Council } from '../../src/domain/organisation.ts';
import type { LookUpRequest } from '../../src/domain/policy.ts';
import type { ImportResult } from '../../src/services/import-bundle.ts';
import { lookUp, lookUpsOn } from '../../src/services/look-up.ts';
import type { AuditedAnswer, LookUpDeps } from '../../src/services/look-up.ts';
import { receiveBundle } from '../../src/services/manage-bundles.ts';
import type { BundleDeps } from '../../src/services/manage-bundles.ts';
import { forgetOldData } from '../../src/services/forget.ts';
import { openBundle } from '../../src/sources/extract-bundle.ts';
import type { Database } from '../../src/store/database.ts';
import { writeBundle } from './bundle.ts';
import { restrictions, safeguarding, services, care } from './import-lines.ts';
import type { CareLine, ReferralLine, RestrictionLine, UndatedPart } from './import-lines.ts';
import { agreementWith, callerOf, council as sherwood, holidays, morning, requestFor } from './site.ts';

const scratch = mkdtempSync(join(tmpdir(), 'homeward-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;

/** A folder of this test file's own, gone at its end. */
export function scratchFolder(): string {
  return join(scratch, String(++folders));
}

export interface SiteOptions {
  readonly agreement?: Record<string, unknown>;
  readonly council?: Partial<Council>;
}

export class Site {
  readonly db: Database;
  readonly council: Council;
  readonly hospital: string;
  readonly agreement: Agreement;
  /** The time it is for everything done here. */
  now = new Date(morning);
  readonly clock = { now: (): Date => new Date(this.now) };
  readonly deps: BundleDeps;
  readonly lookUpDeps: LookUpDeps;
  #bundles = 0;
  #callers = 0;

  constructor(db: Database, id: string, options: SiteOptions = {}) {
    this.db = db;
    this.council = { ...sherwood, id, ...options.council };
    this.hospital = `HOSPITAL-${id}`;
    this.agreement = agreementWith({
      id: `agreement-${id.toLowerCase()}`,
      council: id,
      hospital: this.hospital,
      ...options.agreement,
    });
    const agreements = [this.agreement];
    const { clock, council } = this;
    this.deps = {
      db,
      clock,
      council,
      agreements,
      heldFolder: scratchFolder(),
      open: (path) => openBundle(path, { workDir: scratch, now: clock.now() }),
    };
    this.lookUpDeps = lookUpsOn({ db, clock, agreements, holidays });
  }

  /** The council's data steward. */
  get steward(): Caller {
    return { ...callerOf('council-data-steward', this.now.toISOString(), 'steward'), organisation: this.council.id };
  }

  /** Somebody of the hospital who signed in a second ago: the same person for the same name. */
  nurse(user: string, role: Role = 'emergency-nurse'): Caller {
    const signedIn = new Date(this.now.getTime() - 1000).toISOString();
    return { ...callerOf(role, signedIn, `${user}-of-${this.hospital}`), organisation: this.hospital };
  }

  /** Writes a bundle; each later one is a minute newer, from 5am on, unless its time is given. */
  async write(parts: readonly UndatedPart[], at = this.nextTime()): Promise<string> {
    return writeBundle(scratchFolder(), {
      council: this.council.id,
      extractedAt: at,
      parts: parts.map((part) => ({ asAt: at, ...part })),
    });
  }

  nextTime(): string {
    return new Date(Date.parse('2026-09-30T05:00:00+01:00') + this.#bundles++ * 60_000).toISOString();
  }

  /** Hands a bundle folder in. */
  handIn(path: string, dryRun = false): Promise<ImportResult> {
    return receiveBundle(this.deps, this.steward, path, { dryRun });
  }

  /** Writes a bundle of these parts and hands it in. */
  async take(parts: readonly UndatedPart[], at?: string): Promise<ImportResult> {
    return this.handIn(await this.write(parts, at));
  }

  /** Deletes what may not be kept any longer, as the service does by itself. */
  forget(): Promise<void> {
    return forgetOldData(this.deps, this.steward);
  }

  /** As {@link take}, for bundles that must land. */
  async land(parts: readonly UndatedPart[], at?: string): Promise<ImportResult> {
    const result = await this.take(parts, at);
    assert.equal(result.outcome, 'landed', JSON.stringify(result.report.hold));
    return result;
  }

  /** The four parts without which an answer is overdue, not available or all unread. */
  whole(
    lines: readonly CareLine[],
    more: { referrals?: readonly ReferralLine[]; restricted?: readonly RestrictionLine[] } = {},
  ): UndatedPart[] {
    const { id } = this.council;
    return [
      care(id, lines),
      safeguarding(id, more.referrals ?? []),
      restrictions(id, more.restricted ?? []),
      services(),
    ];
  }

  /** Looks somebody up as a nurse who has looked up nobody else, unless a caller is given. */
  async look(
    number: string,
    birth: string,
    changes: Partial<LookUpRequest> = {},
    caller = this.nurse(`nurse-${++this.#callers}`),
  ): Promise<Answer> {
    return (await this.ask(number, birth, changes, caller)).answer;
  }

  /** As {@link look}, with the answer's id. */
  ask(
    number: string,
    birth: string,
    changes: Partial<LookUpRequest> = {},
    caller = this.nurse(`nurse-${++this.#callers}`),
  ): Promise<AuditedAnswer> {
    return lookUp(this.lookUpDeps, caller, requestFor(number, birth, { council: this.council.id, ...changes }));
  }
}

/** The care that an answer shows; fails when it is of another kind. */
export function shownCare(answer: Answer): CareShown {
  assert.ok(answer.kind === 'care' || answer.kind === 'no-care', `the answer is ${answer.kind}`);
  return answer.care;
}

const personal = 'bundle, bundle_part, person, person_identifier, person_detail, package, package_provider, provider_contact, directory_entry, referral, restriction, number_change, service_label, quarantine, audit_event, alert, session, answer'.split(', '); // prettier-ignore

/** Every row of every table as text, so that "nothing was written" can be compared. */
export async function dumpAll(db: Database): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db.sql);
  for (const name of personal)
    assert.ok(
      tables.some((table) => table.name === name),
      `no table ${name} was dumped`,
    );
  const names = tables.map(({ name }) => name).filter((name) => name !== 'schema_migration');
  // One statement: asked for one by one, sixty tables take as long as half an import, after every step of one.
  const each = names.map((name) => sql`select ${sql.lit(name)} as name, to_jsonb(t)::text as row from ${sql.table(name)} t`); // prettier-ignore
  const { rows } = await sql<{ name: string; row: string }>`
    ${sql.join(each, sql` union all `)} order by name, row`.execute(db.sql);
  const dump: Record<string, string[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const { name, row } of rows) dump[name]?.push(row);
  return dump;
}

const factTables = 'person_identifier, person_detail, package, package_provider, provider_contact, directory_entry, referral, restriction, number_change, service_label'.split(', '); // prettier-ignore

/** The facts of a council that stand now, whichever bundle brought them. */
export async function factsNow(db: Database, council: string): Promise<Record<string, string[]>> {
  const facts: Record<string, string[]> = {};
  for (const name of factTables) {
    const { rows } = await sql<{ row: string }>`
      select (to_jsonb(t) - 'from_bundle' - 'valid_from')::text as row from ${sql.table(name)} t
      where council = ${council} and until_bundle is null order by 1`.execute(db.sql);
    facts[name] = rows.map(({ row }) => row);
  }
  return facts;
}

/** Rows of the audit trail of a council, oldest first. */
export async function auditOf(db: Database, council: string): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select * from audit_event where council = ${council} order by at, audit_id`.execute(db.sql);
  return rows;
}
