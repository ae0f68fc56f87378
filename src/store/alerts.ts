/** Alerts: accesses that somebody must review. */
import { sql } from 'kysely';
import type { Caller } from '../domain/caller.ts';
import { toAccess } from './audit.ts';
import type { Access, AccessRow } from './audit.ts';
import type { Db, Trx } from './database.ts';

export interface Alert extends Access {
  readonly alert: string;
  readonly kind: string;
  readonly number: string | null;
  /** How often the same person brought it about, as one alert. */
  readonly times: number;
  readonly reviewedAt: Date | null;
  readonly reviewedBy: string | null;
}

/** Alerts of an organisation: those still open first, each with the access that raised it, and how many are open. */
export async function listAlerts(
  db: Db,
  organisation: string,
  page: { limit: number; offset: number },
): Promise<{ alerts: Alert[]; open: number; all: number }> {
  const { rows } = await sql<
    AccessRow & {
      alert_id: string;
      kind: string;
      number_asked: string | null;
      times: number;
      reviewed_at: Date | null;
      reviewed_by: string | null;
    }
  >`
    select e.*, a.alert_id, a.kind, a.times, a.reviewed_at, a.reviewed_by from alert a join audit_event e on e.audit_id = a.audit_id
    where a.organisation = ${organisation} order by a.reviewed_at is not null, a.at desc, a.alert_id
    limit ${page.limit} offset ${page.offset}`.execute(db.sql);
  const { rows: counted } = await sql<{ open: string; all: string }>`
    select count(*) filter (where reviewed_at is null) as open, count(*) as all from alert
    where organisation = ${organisation}`.execute(db.sql);
  const alerts = rows.map((row) => ({
    ...toAccess(row),
    alert: row.alert_id,
    kind: row.kind,
    number: row.number_asked,
    times: row.times,
    reviewedAt: row.reviewed_at,
    reviewedBy: row.reviewed_by,
  }));
  return { alerts, open: Number(counted[0]?.open), all: Number(counted[0]?.all) };
}

/**
 * Marks an alert reviewed; nobody reviews an alert that they raised themselves (trust rule R21).
 * @returns false when it is not an open alert of that organisation, or the reviewer's own
 */
export async function closeAlert(trx: Trx, alert: string, reviewer: Caller, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update alert a set reviewed_at = ${at}, reviewed_by = ${reviewer.name}, outcome = 'reviewed'
    where a.alert_id = ${alert} and a.organisation = ${reviewer.organisation} and a.reviewed_at is null
      and not exists (select 1 from audit_event e where e.audit_id = a.audit_id and e.user_id = ${reviewer.userId})`.execute(
    trx.sql,
  );
  return numAffectedRows === 1n;
}
