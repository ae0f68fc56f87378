/**
 * Who saw a person on a list. A row of a list of people in hospital names the questions that put people on it, and the
 * question's row names the person; every other list's names the people itself. So those who saw somebody without taking
 * them up are found as well (trust rule R21).
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { matchesOf, namesOf } from './audit.ts';
import type { AccessScope, AccessSubject } from './audit.ts';
import type { Db } from './database.ts';
import { shownWithin } from './disclosures.ts';

// Pages of one person are among them that are read again with each change: who read them how often is what counts.
const listing = [
  'see-tellings', 'see-team-notices', 'see-inbox', 'see-notice-history', 'see-council-notices', 'see-hold-tasks',
  'see-holds', 'see-questions', 'see-council-questions', 'export-council-list',
] as const; // prettier-ignore

/** Somebody who saw a list that a person was on, as reviewers see it. */
export interface ListSeen {
  /** Of what was taken out of the house with `-file` or `-system` behind it. */
  readonly action: string;
  readonly userName: string;
  readonly role: string;
  readonly team: string;
  readonly organisation: string;
  /** Views that were recorded: a page that reloads itself is recorded when it changes, and each quarter of an hour. */
  readonly times: number;
  readonly first: Date;
  readonly last: Date;
}

export interface ListsSeen {
  /** The latest of those who saw them, each once for each list. */
  readonly seen: readonly ListSeen[];
  /** How many different people did, all told. */
  readonly people: number;
}

/** Who saw lists that a person was on, the latest first. */
export async function listsSeen(db: Db, scope: AccessScope, subject: AccessSubject, limit: number): Promise<ListsSeen> {
  const matches = matchesOf(scope, subject);
  if (matches.length === 0) return { seen: [], people: 0 };
  // What another organisation's people saw is a hospital's where it was by that hospital's own word.
  // A council sees who of its own staff saw its list, and of a hospital's where it is told of arrivals there.
  const within =
    'organisation' in scope
      ? sql`(a.organisation = ${scope.organisation} or a.detail->'questions' ?| array(${sql.join(questionsOf(matches, scope.organisation), sql` union `)}))`
      : sql`(a.organisation = ${scope.council} or a.organisation = any(${[...scope.arrivalsAt]}::text[]))`;
  const questions = questionsOf(matches, null);
  const names = namesOf(scope, subject);
  const { rows } = await sql<{
    action: string;
    user_name: string;
    role: string;
    team: string;
    organisation: string;
    times: number;
    first: Date;
    last: Date;
    people: number;
  }>`
    with views as materialized (
      select a.user_id, a.user_name, a.action, a.role, a.team, a.organisation, a.at from audit_event a
      where a.detail ? 'questions' and a.detail->'questions' ?| array(${sql.join(questions, sql` union `)})
        and a.action in ('see-board', 'see-people-in-hospital', 'see-stale-stays') and ${within}
      union all
      select a.user_id, a.user_name, case a.action when 'export-council-list' then a.action || '-' || a.outcome else a.action end,
        a.role, a.team, a.organisation, a.at from audit_event a
      where a.detail ? 'people' and a.detail->'people' ?| ${names}::text[] and a.action = any(${[...listing]}::text[])
        and (a.action <> 'see-questions' or a.outcome = 'listed') and ${shownWithin(scope, names)})
    select v.action, max(v.user_name) as user_name, v.role, v.team, v.organisation, count(*)::integer as times,
      min(v.at) as first, max(v.at) as last, (select count(distinct user_id)::integer from views) as people
    from views v group by v.user_id, v.action, v.role, v.team, v.organisation
    order by max(v.at) desc, v.user_id, v.action limit ${limit}`.execute(db.sql);
  return {
    people: rows[0]?.people ?? 0,
    seen: rows.map(({ user_name: userName, people: _people, ...row }) => ({ userName, ...row })),
  };
}

/** Questions about a person that put them on lists. @param hospital whose alone; null for all */
function questionsOf(matches: readonly RawBuilder<unknown>[], hospital: string | null): RawBuilder<unknown>[] {
  const own = hospital === null ? sql`true` : sql`a.organisation = ${hospital}`;
  return matches.map(
    (match) =>
      sql`select a.audit_id::text as id from audit_event a where ${match} and ${own} and a.action = 'arrival-question' and a.outcome = 'care-on-record'`,
  );
}
