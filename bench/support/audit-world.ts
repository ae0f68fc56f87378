/** An audit trail of any length: look-ups spread over a year, one in a thousand of the very first person. */
import { asOwner, council, numberAt } from './world.ts';

/** Adds so many look-ups to the trail. Its indexes are made anew afterwards, which is quicker and gives the same. */
export async function fillAudit(url: string, rows: number, people: number): Promise<void> {
  const [found] = await asOwner(
    url,
    `select indexname, indexdef from pg_indexes where tablename = 'audit_event' and indexname <> 'audit_event_pkey'`,
  );
  const indexes = (found?.rows ?? []) as { indexname: string; indexdef: string }[];
  await asOwner(
    url,
    ...indexes.map(({ indexname }) => `drop index ${indexname}`),
    `insert into audit_event (audit_id, at, action, user_id, user_name, role, organisation, team, authenticated_by, session, council,
       person_key, number_asked, reason, permission, relationship, outcome, rule, agreement, agreement_version, shared_fields, sources, turn)
     select gen_random_uuid(), now() - interval '2 days' - n * interval '3 seconds', 'look-up', 'https://sign-in.example|year-' || n % 5000, 'A Nurse',
       'emergency-nurse', 'H' || n % 10, 'Emergency', 'AAL3_ANY', md5((n % 5000)::text), '${council}', i.person_key, i.value, 'decide-admission', 'given',
       'self-claimed', 'care', 'R11', 'bench', 1, '{name,service,provider}', '{"care":{"asAt":"2026-01-01T00:00:00.000Z","bundle":"1"}}', 1 + n / 5000
     from generate_series(1, ${rows}) n
     join person_identifier i on i.council = '${council}' and i.kind = 'nhs-number' and i.until_bundle is null
       and i.person_key = case when n % 1000 = 0 then (select person_key from person_identifier where value = '${numberAt(0)}' limit 1)
         else 1 + (n::bigint * 7919) % ${people} end`,
    ...indexes.map(({ indexdef }) => indexdef),
    'vacuum analyze audit_event',
  );
}
