/** What the trail says of a list that somebody has on their screen, so that a reload that changes nothing need not say it again. */
import type { AuditAction } from '../../domain/audit-action.ts';
import { sql } from 'kysely';
import type { Caller } from '../../domain/caller.ts';
import type { Db } from '../database.ts';

export interface ListShown {
  readonly action: AuditAction;
  readonly outcome: string;
  /** Whom it held, by identifiers. */
  readonly detail: object;
}

/** Whether the last row that this session left of a list, since a moment, says that it held exactly this. */
export async function saysTheSame(db: Db, caller: Caller, shown: ListShown, since: Date): Promise<boolean> {
  const { rows } = await sql`
    select from (
      select a.outcome, a.detail from audit_event a
      where a.user_id = ${caller.userId} and a.at > ${since} and a.action = ${shown.action} and a.session = ${caller.session}
        and a.organisation = ${caller.organisation}
      order by a.at desc limit 1) last
    where last.outcome = ${shown.outcome} and last.detail = ${JSON.stringify(shown.detail)}::jsonb`.execute(db.sql);
  return rows.length > 0;
}
