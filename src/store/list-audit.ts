/**
 * Who saw a person on a list. A list's row of the trail names the questions that put people on it, and the question's
 * row names the person: so those who saw somebody without taking them up are found as well (trust rule R21).
 */
import { sql } from 'kysely';
import { matchesOf } from './audit.ts';
import type { AccessScope, AccessSubject } from './audit.ts';
import type { Db } from './database.ts';

/** Somebody who saw a list that a person was on, as reviewers see it. */
export interface ListSeen {
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
  // A council sees who of its own staff saw its list, and of a hospital's where it is told of arrivals there.
  const within =
    'organisation' in scope
      ? sql`a.organisation = ${scope.organisation}`
      : sql`(a.organisation = ${scope.council} or a.organisation = any(${[...scope.arrivalsAt]}::text[]))`;
  const questions = matches.map(
    (match) =>
      sql`select a.audit_id::text as id from audit_event a where ${match} and a.action = 'arrival-question' and a.outcome = 'care-on-record'`,
  );
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
        and a.action in ('see-board', 'see-people-in-hospital', 'see-stale-stays') and ${within})
    select v.action, max(v.user_name) as user_name, v.role, v.team, v.organisation, count(*)::integer as times,
      min(v.at) as first, max(v.at) as last, (select count(distinct user_id)::integer from views) as people
    from views v group by v.user_id, v.action, v.role, v.team, v.organisation
    order by max(v.at) desc, v.user_id, v.action limit ${limit}`.execute(db.sql);
  return {
    people: rows[0]?.people ?? 0,
    seen: rows.map(({ user_name: userName, people: _people, ...row }) => ({ userName, ...row })),
  };
}
