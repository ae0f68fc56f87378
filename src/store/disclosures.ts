/**
 * What was told of a person, and who read it: messages to providers and councils, answers to "is my client with you?",
 * and what was sent to other systems. Found by the names that each row holds itself (audit-people.ts).
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { namesOf, toAccess } from './audit.ts';
import type { Access, AccessRow, AccessScope, AccessSubject } from './audit.ts';
import type { Db } from './database.ts';

/** Each of one person; readings of lists are listsSeen's (list-audit.ts). */
const disclosing = [
  'ask-whereabouts', 'see-questions', 'close-question', 'list-mismatch', 'send-telling', 'correct-telling', 'cancel-telling',
  'permission-to-tell', 'release-notice', 'release-hold-task', 'answer-by-phone', 'open-notice', 'answer-notice',
  'see-council-notice', 'send-to-system',
] as const; // prettier-ignore

/** What a provider does by its own question: it is about one of the council's people, whatever a hospital tells. */
export const ofQuestions = ['ask-whereabouts', 'see-questions', 'close-question', 'list-mismatch'] as const;

/** The outcome of an answer that the council is not told, by its agreement with a hospital that was asked. */
export const notTold = 'not-told-to-council';

/** Rows `a` of a person that a scope holds: its own organisation's, and those by its hospital's or its hospitals' word. */
export function shownWithin(scope: AccessScope, names: readonly string[]): RawBuilder<boolean> {
  const byWordOf = (hospitals: readonly string[]): RawBuilder<boolean> =>
    sql<boolean>`exists (select from unnest(${[...names]}::text[]) k where a.detail->'people'->k ?| ${[...hospitals]}::text[])`;
  return 'organisation' in scope
    ? sql<boolean>`(a.organisation = ${scope.organisation} or ${byWordOf([scope.organisation])})`
    : sql<boolean>`(a.organisation = ${scope.council} or a.action = any(${[...ofQuestions]}::text[]) or ${byWordOf(scope.toldBy)})`;
}

/** Disclosures of a person, newest first. */
export async function listDisclosures(
  db: Db,
  scope: AccessScope,
  subject: AccessSubject,
  limit: number,
): Promise<Access[]> {
  const names = namesOf(scope, subject);
  if (names.length === 0) return [];
  // Who said no to a provider's being told, or of whom nobody was told, the council is not told of either.
  const kept =
    'organisation' in scope
      ? sql<boolean>`true`
      : sql<boolean>`a.action <> 'permission-to-tell' and a.outcome <> 'nobody-told'`;
  const { rows } = await sql<AccessRow & { asked: string[] | null }>`
    with shown as materialized (
      select a.* from audit_event a
      where a.detail ? 'people' and a.detail->'people' ?| ${names}::text[] and a.action = any(${[...disclosing]}::text[])
        and (a.action <> 'see-questions' or a.outcome <> 'listed') and ${kept} and ${shownWithin(scope, names)})
    select *, detail->'asked' as asked from shown order by at desc, audit_id limit ${limit}`.execute(db.sql);
  return rows.map(({ asked, ...row }) => {
    const access = toAccess(row);
    return 'organisation' in scope || mayKnow(scope, asked) ? access : { ...access, outcome: notTold };
  });
}

// Every answer where one of those asked does not tell the council: if "cannot say" alone were shown, the rest would be
// known by that.
function mayKnow({ toldBy, arrivalsAt }: Extract<AccessScope, { council: string }>, asked: string[] | null): boolean {
  return (asked ?? []).every((hospital) => toldBy.includes(hospital) || arrivalsAt.includes(hospital));
}
