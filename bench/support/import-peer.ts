/**
 * The import's peer: psql copying the same files into staging tables as they are and upserting
 * their rows into tables of the same shape, with the same constraints and indexes (made by the same
 * migrations), in plain SQL. It checks no line, keeps no quarantine, no history and no report.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partFiles } from '../../src/demo/bundle-writer.ts';
import { cldColumns, partHead } from '../../src/demo/part-headers.ts';
import { importCouncil } from './import-bundle.ts';

const table = (name: string, columns: readonly string[]): string =>
  `create temporary table ${name} (${columns.map((column) => `"${column}" text`).join(', ')});`;
const providers = partHead('package-providers', '')[0] ?? [];

const ours = `"LA Code" = '${importCouncil}'`;
const number = `replace("NHS Number", ' ', '')`;
const day = (column: string): string => `to_date(s."${column}", 'DD/MM/YYYY')`;
const services = `lower("Client Type") = 'service user' and "Event Type" = 'Service'
  and lower("Delivery Mechanism") in ('cassr managed personal budget', 'cassr commissioned support')
  and "Service Component" <> 'Direct payment' and "Client Funding Status" <> 'Fully client funded'
  and "Date of Death" is null and ("Event End Date" is null or ${day('Event End Date')} >= date '2026-08-19')
  and ${day('Date of Birth')} <= date '2008-09-30' and ${number} ~ '^\\d{10}$'`;
const wholeKey = `on conflict (council, fingerprint) where until_bundle is null do update set`;

const copies = (folder: string): string => `
${table('cld', cldColumns)}
\\copy cld from '${join(folder, partFiles.care)}' with (format csv, header true)
${table('local', providers)}
\\copy local from '${join(folder, partFiles['package-providers'])}' with (format csv, header true)
`;

const upserts = `
analyze cld;
analyze local;
insert into person_identifier (council, person_key, kind, value, part, fingerprint, valid_from, from_bundle)
  select '${importCouncil}', nextval(pg_get_serial_sequence('person', 'person_key')), 'council-id', id, 'person', md5(id)::uuid, now(), 1
  from (select distinct "LA Person Unique Identifier" as id from cld where ${ours}) s
  on conflict (council, value) where kind = 'council-id' and until_bundle is null do update set fingerprint = excluded.fingerprint;
insert into person (council, person_key, created_bundle) overriding system value
  select council, person_key, 1 from person_identifier where kind = 'council-id'
  on conflict (council, person_key) do update set created_bundle = excluded.created_bundle;
create temporary table known as select value as id, person_key from person_identifier where kind = 'council-id';
analyze known;
insert into person_identifier (council, person_key, kind, value, part, fingerprint, valid_from, from_bundle)
  select distinct on (k.person_key) '${importCouncil}', k.person_key, 'nhs-number', ${number}, 'care', md5(k.person_key || ${number})::uuid, now(), 1
  from cld s join known k on k.id = s."LA Person Unique Identifier" where ${number} ~ '^\\d{10}$'
  on conflict (council, part, fingerprint) where until_bundle is null do update set value = excluded.value;
insert into person_detail (council, person_key, family, given, birth_date, death_date, gender, under_review, fingerprint, from_bundle)
  select distinct on (k.person_key) '${importCouncil}', k.person_key, "Last Name", "First Name", ${day('Date of Birth')}, ${day('Date of Death')}, "Gender",
    false, md5(k.id)::uuid, 1
  from cld s join known k on k.id = s."LA Person Unique Identifier"
  ${wholeKey} family = excluded.family, given = excluded.given, birth_date = excluded.birth_date, death_date = excluded.death_date, gender = excluded.gender;
insert into package (council, person_key, reference, component, full_cost, start_date, end_date, cqc_location_id, cqc_location_name, fingerprint, from_bundle)
  select '${importCouncil}', k.person_key, "Event Reference", "Service Component", false, ${day('Event Start Date')}, ${day('Event End Date')},
    "Provider CQC Location ID", "Provider CQC Location Name", md5(k.id || "Event Reference")::uuid, 1
  from cld s join known k on k.id = s."LA Person Unique Identifier" where ${services}
  ${wholeKey} component = excluded.component, start_date = excluded.start_date, end_date = excluded.end_date,
    cqc_location_id = excluded.cqc_location_id, cqc_location_name = excluded.cqc_location_name;
insert into package_provider (council, person_key, reference, local_reference, fingerprint, from_bundle)
  select '${importCouncil}', k.person_key, "Event Reference", "Local Provider Reference", md5(k.id || "Event Reference")::uuid, 1
  from local s join known k on k.id = s."LA Person Unique Identifier"
  ${wholeKey} local_reference = excluded.local_reference;
`;

/** Runs psql over an extract's files, in one transaction. @returns seconds, psql's own start included */
export function runPsqlImport(bin: string, url: string, folder: string, what: 'copy' | 'whole'): number {
  const script = join(folder, 'peer.sql');
  // What ours sets for itself (planForWholes).
  const settings = "set work_mem = '64MB'; set jit = off; set default_statistics_target = 10;";
  const statements = [settings, 'begin;', copies(folder), what === 'whole' ? upserts : '', 'commit;'];
  writeFileSync(script, statements.join('\n'));
  const start = performance.now();
  execFileSync(join(bin, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', script, url], { stdio: 'pipe' });
  return (performance.now() - start) / 1_000;
}
