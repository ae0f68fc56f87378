/** An audit trail of any length: look-ups spread over a year, one in a thousand of the very first person. */
import { asOwner, council } from './world.ts';

/**
 * Adds so many look-ups to the trail, of those who have a number. Its indexes are made anew
 * afterwards, which is quicker and gives the same.
 * @returns rows of the trail, counted
 */
export async function fillAudit(url: string, rows: number): Promise<number> {
  const [found] = await asOwner(
    url,
    `select indexname, indexdef from pg_indexes where tablename = 'audit_event' and indexname <> 'audit_event_pkey'`,
  );
  const indexes = (found?.rows ?? []) as { indexname: string; indexdef: string }[];
  const results = await asOwner(
    url,
    ...indexes.map(({ indexname }) => `drop index ${indexname}`),
    `create temporary table asked as select row_number() over (order by person_key) - 1 as place, person_key, value
       from person_identifier where council = '${council}' and kind = 'nhs-number' and until_bundle is null`,
    'analyze asked',
    `insert into audit_event (audit_id, at, action, user_id, user_name, role, organisation, team, authenticated_by, session, council,
       person_key, number_asked, reason, permission, relationship, outcome, rule, agreement, agreement_version, shared_fields, sources, turn)
     select gen_random_uuid(), now() - interval '2 days' - n * interval '3 seconds', 'look-up', 'https://sign-in.example|year-' || n % 5000, 'A Nurse',
       'emergency-nurse', 'H' || n / 1000 % 10, 'Emergency', 'AAL3_ANY', md5((n % 5000)::text), '${council}', a.person_key, a.value, 'decide-admission', 'given',
       'self-claimed', 'care', 'R11', 'bench', 1, '{name,service,provider}', '{"care":{"asAt":"2026-01-01T00:00:00.000Z","bundle":"1"}}', 1 + n / 5000
     from generate_series(1, ${rows}) n
     join asked a on a.place = case when n % 1000 = 0 then 0 else n::bigint * 7919 % (select count(*) from asked) end`,
    ...indexes.map(({ indexdef }) => indexdef),
    'vacuum analyze audit_event',
    'select count(*)::int as rows from audit_event',
  );
  return Number(results.at(-1)?.rows[0]?.rows);
}
