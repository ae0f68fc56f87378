/** How much somebody has looked up lately, counted from the audit trail itself: nothing else can drift from it. */
import { sql } from 'kysely';
import type { Caller } from '../domain/caller.ts';
import type { UseCounts } from '../domain/policy.ts';
import type { Trx } from './database.ts';

/**
 * Counts a caller's use, after making the caller's look-ups wait for one another, and those of one
 * number in one hospital: two at the same moment must not both see room for one (check and act are
 * one step), nor several people guess one person's birth date at once.
 */
export async function countUse(trx: Trx, caller: Caller, number: string | null, now: Date): Promise<UseCounts> {
  // First the person, then the number, by everybody: so nobody ever waits in a circle.
  await sql`
    select pg_advisory_xact_lock(7208, hashtext(${caller.userId})),
      pg_advisory_xact_lock(7209, hashtext(${`${caller.organisation}|${number ?? caller.userId}`}))`.execute(trx.sql);
  const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
  const later = (a: Date, b: Date): Date => (a > b ? a : b);
  const asked = number ?? '';
  const { rows } = await sql<Record<keyof UseCounts, string>>`
    with mine as (select at, number_asked, outcome, permission, sources,
        outcome = any(${misses}::text[]) or coalesce(detail->>'mismatch', '') = 'true' as missed from audit_event
      where user_id = ${caller.userId} and at > ${ago(24 * 60)} and action = 'look-up')
    select
      (select count(distinct number_asked) from mine where at > ${ago(15)} and number_asked <> ${asked} and sources is not null) as "people15Minutes",
      (select count(distinct number_asked) from mine where number_asked <> ${asked} and sources is not null) as "peopleDay",
      (select count(distinct number_asked) from audit_event where organisation = ${caller.organisation} and at > ${ago(24 * 60)}
        and action = 'look-up' and number_asked <> ${asked} and sources is not null) as "organisationPeopleDay",
      (select count(*) from mine where at > ${later(ago(10), caller.authenticatedAt)} and missed) as "missesSinceSignIn",
      (select count(*) from mine where at > ${ago(30)} and missed) as "misses",
      (select count(*) from mine where at > ${later(ago(12 * 60), caller.authenticatedAt)} and permission = 'cannot-ask'
        and sources is not null) as "emergenciesSinceSignIn",
      (select count(*) from mine where at > ${ago(12 * 60)} and permission = 'cannot-ask' and sources is not null) as "emergencies"`.execute(
    trx.sql,
  );
  const counts = rows[0];
  if (!counts) throw new Error('A count gave no row');
  return {
    ...(Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, Number(count)]),
    ) as unknown as UseCounts),
    mismatchesOnPerson: 0,
  };
}

/**
 * Birth dates that did not match this person in the last 24 hours, by anybody of the hospital and
 * under whichever of the person's numbers: a superseded number must not give further guesses.
 */
export async function countMismatches(
  trx: Trx,
  caller: Caller,
  council: string,
  person: { personKey: string } | null,
  now: Date,
): Promise<number> {
  if (person === null) return 0;
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from audit_event
    where council = ${council} and person_key = ${person.personKey}::bigint and organisation = ${caller.organisation}
      and at > ${new Date(now.getTime() - 24 * 3_600_000)} and action = 'look-up'
      and (outcome = 'birth-date-mismatch' or detail->>'mismatch' = 'true')`.execute(trx.sql);
  return Number(rows[0]?.count);
}

const misses = ['no-record', 'birth-date-mismatch'];
