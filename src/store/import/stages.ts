/**
 * Where a part's lines wait inside the transaction: one temporary table a part, filled by COPY,
 * gone at its end whatever happens. A line that is set aside waits beside the good ones with its
 * code, so that nothing about it has to be held in memory.
 */
import { sql } from 'kysely';
import type { PartKind } from '../../domain/agreement.ts';
import type { Trx } from '../database.ts';

type Column = readonly [name: string, type: string];

const fault: readonly Column[] = [
  ['code', 'text'],
  ['column_name', 'text'],
  ['value', 'text'],
];

/** Columns of each stage, in COPY order. `row_number` comes first, the fault columns last. */
export const stages: Record<PartKind, { table: string; columns: readonly Column[] }> = {
  care: stage('stage_care', [
    // On the first of a person's lines that stand together: their digest, or 0.
    ['digest', 'bigint'],
    ['council_id', 'text'],
    ['nhs_number', 'text'],
    ['family', 'text'],
    ['given', 'text'],
    ['birth_date', 'date'],
    ['death_date', 'date'],
    ['gender', 'text'],
    ['minor', 'boolean'],
    // Says of the person what the line before said: names, dates and gender are left empty.
    ['again', 'boolean'],
    ['reference', 'text'],
    ['component', 'text'],
    ['full_cost', 'boolean'],
    ['start_date', 'date'],
    ['end_date', 'date'],
    ['cqc_location_id', 'text'],
    ['cqc_location_name', 'text'],
  ]),
  'package-providers': stage('stage_package_provider', [
    ['council_id', 'text'],
    ['reference', 'text'],
    ['local_reference', 'text'],
  ]),
  directory: stage('stage_directory', [
    ['cqc_location_id', 'text'],
    ['name', 'text'],
    ['phone', 'text'],
  ]),
  contacts: stage('stage_contact', [
    ['cqc_location_id', 'text'],
    ['local_reference', 'text'],
    ['name', 'text'],
    ['phone', 'text'],
    ['office_hours', 'text'],
    ['out_of_hours_phone', 'text'],
    ['email', 'text'],
    ['notes', 'text'],
    ['last_confirmed', 'date'],
  ]),
  safeguarding: stage('stage_referral', [
    ['council_id', 'text'],
    ['nhs_number', 'text'],
    ['reference', 'text'],
    ['state', 'text'],
  ]),
  restrictions: stage('stage_restriction', [
    ['council_id', 'text'],
    ['nhs_number', 'text'],
    ['reason', 'text'],
    ['from_date', 'date'],
    ['until_date', 'date'],
  ]),
  numbers: stage('stage_number', [
    ['old_number', 'text'],
    ['new_number', 'text'],
    ['reason', 'text'],
    ['changed_on', 'date'],
  ]),
  services: stage('stage_service', [
    ['component', 'text'],
    ['shown', 'boolean'],
    ['label', 'text'],
  ]),
};

function stage(table: string, own: readonly Column[]): { table: string; columns: readonly Column[] } {
  return { table, columns: [['row_number', 'bigint'], ...own, ...fault] };
}

/** Count it up whenever what a stage's lines become changes: then nobody passes for the same as before. */
export const landingVersion = 1;

/** How many values a line of a part has in its stage, beside row, digest and fault. */
export function ownColumns(kind: PartKind): number {
  return stages[kind].columns.length - 1 - fault.length - (kind === 'care' ? 1 : 0);
}

export type StageValue = string | number | boolean | null;

/**
 * Sets the transaction up for work on whole councils: memory to sort and join them in, statistics
 * that are good enough for that and quick to take, and no compiling of statements that run once.
 */
export async function planForWholes(trx: Trx): Promise<void> {
  await sql`select set_config('work_mem', '64MB', true), set_config('default_statistics_target', '10', true),
    set_config('jit', 'off', true)`.execute(trx.sql);
}

/** Tells the planner how full the big tables are now: see migrations/0004_import.sql. */
export async function refreshStatistics(trx: Trx): Promise<void> {
  await sql`select set_config('default_statistics_target', '100', true)`.execute(trx.sql);
  await sql`select refresh_statistics()`.execute(trx.sql);
  await sql`select set_config('default_statistics_target', '10', true)`.execute(trx.sql);
}

/**
 * Fills a part's stage.
 * @param lines as COPY's text format has them, in the order of {@link stages}
 */
export async function fillStage(trx: Trx, kind: PartKind, lines: AsyncIterable<readonly string[]>): Promise<void> {
  const { table, columns } = stages[kind];
  await sql
    .raw(`create temporary table ${table} (${columns.map((column) => column.join(' ')).join(', ')}) on commit drop`)
    .execute(trx.sql);
  await trx.copyIn(
    table,
    columns.map(([name]) => name),
    inPieces(lines),
  );
  await sql.raw(`analyze ${table}`).execute(trx.sql);
}

/** Characters handed to COPY at a time: fewer would wake the server more often than it takes to read them. */
const copyPiece = 64 * 1024;

async function* inPieces(lines: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let text = '';
  for await (const batch of lines) {
    for (const line of batch) text += line;
    if (text.length < copyPiece) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** Values as COPY's text format has them: tab between cells, \\N for null, backslash escapes. */
export function copyText(values: readonly StageValue[]): string {
  let text = copyCell(values[0] ?? null);
  for (let at = 1; at < values.length; at++) text += '\t' + copyCell(values[at] ?? null);
  return text;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyCell(value: StageValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found) : value;
}
