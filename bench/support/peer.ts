/**
 * The look-up's peer: pgbench with one plain statement, which reads a person, their packages and
 * providers and writes one audit row. Ours decides beside that, reads what would make the person
 * unusual and keeps the answer's snapshot, but remembers providers, which this joins each time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { council } from './world.ts';

// Person, packages and providers of a number, and one audit row as wide as ours.
const statement = `
with who as materialized (select person_key from person_identifier
  where council = '${council}' and kind = 'nhs-number' and until_bundle is null and value = (:number)::text),
audit as (insert into audit_event (audit_id, at, action, user_id, user_name, role, organisation, team, authenticated_by, session,
    council, person_key, number_asked, reason, permission, relationship, outcome, rule, agreement, agreement_version, shared_fields, sources, answer_id)
  select gen_random_uuid(), now(), 'look-up', 'https://peer.example|' || :staff, 'A Nurse', 'emergency-nurse', 'P' || :staff % 10, 'Emergency', 'AAL3_ANY',
    '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', '${council}', person_key, (:number)::text, 'decide-admission', 'given',
    'self-claimed', 'care', 'R11', 'bench-h1', 1,
    '{name,gender,council-id,service,provider,status,dates,phone,email,contact-notes,safeguarding}',
    '{"care":{"asAt":"2026-01-01T00:00:00.000Z","bundle":"1"},"contacts":{"asAt":"2026-01-01T00:00:00.000Z","bundle":"1"},"restrictions":{"asAt":"2026-01-01T00:00:00.000Z","bundle":"1"},"safeguarding":{"asAt":"2026-01-01T00:00:00.000Z","bundle":"1"}}',
    gen_random_uuid() from who)
select d.family, d.given, d.birth_date, p.reference, p.component, p.start_date, p.end_date, coalesce(c.name, e.name) as name, coalesce(c.phone, e.phone) as phone
from who join person_detail d on d.council = '${council}' and d.person_key = who.person_key and d.until_bundle is null
join package p on p.council = '${council}' and p.person_key = who.person_key and p.until_bundle is null
left join package_provider pp on pp.council = p.council and pp.person_key = p.person_key and pp.reference = p.reference and pp.until_bundle is null
left join provider_contact c on c.council = p.council and c.until_bundle is null
  and (c.cqc_location_id = p.cqc_location_id or c.local_reference = pp.local_reference)
left join directory_entry e on e.council = p.council and e.cqc_location_id = p.cqc_location_id and e.until_bundle is null;
`.replace(/\n/g, ' ');

// pgbench works out the check digit itself, so that the server is asked for nothing else.
function script(stems: number): string {
  const digits = [8, 7, 6, 5, 4, 3, 2, 1, 0].map((power) => `(:stem / ${10 ** power}) % 10 * ${power + 2}`).join(' + ');
  return [
    `\\set stem random(999000000, ${999_000_000 + stems - 1})`,
    `\\set staff random(1, 3000)`,
    `\\set sum (${digits}) % 11`,
    '\\if :sum = 1',
    '\\set stem :stem + 1',
    `\\set sum (${digits}) % 11`,
    '\\endif',
    '\\set number :stem * 10 + (11 - :sum) % 11',
    statement,
    '',
  ].join('\n');
}

/**
 * Runs pgbench with prepared statements, its fastest way, for so many seconds. Its connections are
 * new: the plan is made once for any number, so that a short run is not spent on planning.
 * @returns transactions a second
 */
export function runPgbench(
  bin: string,
  url: string,
  options: { clients: number; seconds: number; stems: number },
): number {
  const folder = mkdtempSync(join(tmpdir(), 'homeward-bench-'));
  const file = join(folder, 'look-up.sql');
  writeFileSync(file, script(options.stems));
  try {
    const clients = String(options.clients);
    const threads = String(Math.min(2, options.clients));
    const args = ['-n', '-M', 'prepared', '-c', clients, '-j', threads, '-T', String(options.seconds), '-f', file, url];
    const output = execFileSync(join(bin, 'pgbench'), args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PGOPTIONS: '-c plan_cache_mode=force_generic_plan' },
    });
    if (!/number of failed transactions: 0 /.test(output)) throw new Error(`pgbench failed:\n${output}`);
    return Number(/tps = ([\d.]+) /.exec(output)?.[1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
