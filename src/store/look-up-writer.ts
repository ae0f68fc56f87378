/**
 * Keeps look-ups: the audit row, the alert if there is one, and the answer, all or none. Look-ups
 * that wait at the same moment share one statement and so one commit; each caller goes on only when
 * its own row is durable (product rule 6).
 */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../domain/answer.ts';
import type { AlertKind, LookUpRequest } from '../domain/policy.ts';
import type { AuditRow } from './audit.ts';
import type { Database } from './database.ts';
import { isConnectionFault } from './connection-fault.ts';
import { writing } from './statement.ts';

export interface LookUpToKeep {
  readonly audit: AuditRow;
  /** This look-up's number in the person's row of look-ups. */
  readonly turn: number;
  /** Its number in the row of birth dates that did not match the person; null when it matched. */
  readonly guess: number | null;
  readonly alert: AlertKind | null;
  readonly expiresAt: Date;
  readonly answer: Answer;
  /** Kept only where the look-up can go on after signing in again. */
  readonly request: LookUpRequest | null;
}

const auditColumns = {
  audit_id: 'uuid', at: 'timestamptz', action: 'text', user_id: 'text', user_name: 'text', role: 'text',
  organisation: 'text', team: 'text', authenticated_by: 'text', session: 'text', council: 'text',
  person_key: 'bigint', number_asked: 'text', number_current: 'text', reason: 'text', permission: 'text',
  cannot_ask_reason: 'text', relationship: 'text', outcome: 'text', rule: 'text', agreement: 'text',
  agreement_version: 'integer', shared_fields: 'text[]', sources: 'jsonb', answer_id: 'uuid', detail: 'jsonb',
  turn: 'bigint', guess: 'integer',
} as const; // prettier-ignore
const names = Object.keys(auditColumns).join(', ');
const types = Object.entries(auditColumns).map((column) => column.join(' '));

// In one order by everybody, so that two processes whose look-ups are for the same people never wait
// for one another in a circle.
const keep = writing(
  'keep-look-ups',
  `with asked as materialized (
     select * from json_to_recordset($1) as a(${types.join(', ')}, alert_id uuid, alert text, expires_at timestamptz, answer jsonb, request jsonb)),
   kept as (insert into audit_event (${names}) select ${names} from asked order by user_id, turn on conflict do nothing returning audit_id),
   alerts as (insert into alert (alert_id, at, kind, organisation, council, audit_id)
     select alert_id, at, alert, organisation, council, audit_id from asked join kept using (audit_id) where alert is not null),
   answers as (insert into answer (answer_id, session, council, person_key, created_at, expires_at, answer, request)
     select answer_id, session, council, person_key, at, expires_at, answer, request from asked join kept using (audit_id))
   select audit_id from kept`,
);

/** Look-ups in one statement at most. */
const mostAtOnce = 64;
/** Statements on their way at once: while one commits, the next gathers. */
const onTheWay = 2;

interface Waiting {
  readonly audit: string;
  readonly json: string;
  readonly resolve: (kept: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class LookUpWriter {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Keeps a look-up. @returns true once it is durable; false when somebody else has taken its turn
   * or its guess, and nothing was kept
   */
  write(one: LookUpToKeep): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ audit: one.audit.audit_id, json: toJson(one), resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= onTheWay || this.#waiting.length === 0) return;
    this.#running++;
    const batch = this.#waiting.splice(0, mostAtOnce);
    void this.#run(batch).finally(() => {
      this.#running--;
      this.#next();
    });
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const rows = await this.#db.ask<{ audit_id: string }>(keep, [`[${batch.map(({ json }) => json).join(',')}]`]);
      const kept = new Set(rows.map((row) => row.audit_id));
      for (const one of batch) one.resolve(kept.has(one.audit));
    } catch (error) {
      // A text that the database refuses must not cost the others their answers.
      if (batch.length > 1 && !isConnectionFault(error)) for (const one of batch) await this.#run([one]);
      else for (const one of batch) one.reject(error);
    }
  }
}

function toJson({ audit, turn, guess, alert, expiresAt, answer, request }: LookUpToKeep): string {
  return JSON.stringify({
    ...audit,
    turn,
    guess,
    alert_id: alert ? randomUUID() : null,
    alert,
    expires_at: expiresAt,
    answer,
    request: request ?? {},
  });
}
