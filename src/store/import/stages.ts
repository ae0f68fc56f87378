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
    ['council_id', 'text'],
    ['nhs_number', 'text'],
    ['family', 'text'],
    ['given', 'text'],
    ['birth_date', 'date'],
    ['death_date', 'date'],
    ['gender', 'text'],
    ['minor', 'boolean'],
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

export type StageValue = string | number | boolean | null;

/**
 * Fills a part's stage.
 * @param rows values in the order of {@link stages}, in batches
 */
export async function fillStage(trx: Trx, kind: PartKind, rows: AsyncIterable<readonly StageValue[][]>): Promise<void> {
  const { table, columns } = stages[kind];
  await sql
    .raw(`create temporary table ${table} (${columns.map((column) => column.join(' ')).join(', ')}) on commit drop`)
    .execute(trx.sql);
  await trx.copyIn(
    table,
    columns.map(([name]) => name),
    copyText(rows),
  );
  await sql.raw(`analyze ${table}`).execute(trx.sql);
}

/** COPY's text format: tab between cells, \N for null, backslash escapes. */
async function* copyText(rows: AsyncIterable<readonly StageValue[][]>): AsyncGenerator<string> {
  for await (const batch of rows) {
    let text = '';
    for (const row of batch) {
      for (let at = 0; at < row.length; at++) text += (at ? '\t' : '') + copyCell(row[at] ?? null);
      text += '\n';
    }
    if (text !== '') yield text;
  }
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyCell(value: StageValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found) : value;
}
