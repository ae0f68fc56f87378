/** The tables as TypeScript sees them; migrations/ is their source. 64-bit keys and dates are text. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Instant = ColumnType<Date, Date, Date>;
type Json = JSONColumnType<object, string, string>;

export interface Schema {
  bundle: {
    bundle_id: Generated<string>;
    council: string;
    source: string;
    extracted_at: Instant;
    received_at: Instant;
    received_by: string;
    state: 'landed' | 'held' | 'released' | 'discarded' | 'rolled-back';
    report: Json;
  };
  bundle_part: {
    bundle_id: string;
    council: string;
    kind: string;
    as_at: Instant;
    extracted_at: Instant;
    sha256: string;
    rows: string | number;
    applied: boolean;
    staging: ColumnType<'whole' | 'changed' | null, never, 'whole' | 'changed'>;
  };
  quarantine: {
    bundle_id: string;
    council: string;
    part: string;
    row_number: string;
    code: string;
    column_name: string;
    value: string;
    council_id: string | null;
    person_key: string | null;
    reference: string | null;
  };
  person_identifier: {
    council: string;
    person_key: string;
    kind: 'council-id' | 'nhs-number';
    value: string;
    part: string;
    valid_from: Instant;
    valid_until: Instant | null;
    from_bundle: string;
    until_bundle: string | null;
  };
  restriction: {
    council: string;
    person_key: string;
    from_date: string;
    until_date: string | null;
    until_bundle: string | null;
  };
  audit_event: {
    audit_id: string;
    at: Instant;
    action: string;
    user_id: string;
    user_name: string;
    role: string;
    organisation: string;
    team: string;
    authenticated_by: string;
    session: string;
    council: string | null;
    person_key: string | null;
    number_asked: string | null;
    number_current: string | null;
    reason: string | null;
    permission: string | null;
    cannot_ask_reason: string | null;
    relationship: string | null;
    outcome: string;
    rule: string | null;
    agreement: string | null;
    agreement_version: number | null;
    shared_fields: string[] | null;
    sources: JSONColumnType<object, string | null, never> | null;
    answer_id: string | null;
    detail: JSONColumnType<object, string | null, never> | null;
  };
  alert: {
    alert_id: string;
    at: Instant;
    kind: string;
    organisation: string;
    council: string;
    audit_id: string;
    reviewed_at: Instant | null;
    reviewed_by: string | null;
    outcome: string | null;
  };
  session: {
    session: string;
    user_id: string;
    user_name: string;
    role: string;
    organisation: string;
    team: string;
    authenticated_by: string;
    authenticated_at: Instant;
    created_at: Instant;
    seen_at: Instant;
    form_token: string;
    provider_session: string | null;
  };
  answer: {
    answer_id: string;
    session: string;
    council: string;
    person_key: string | null;
    created_at: Instant;
    expires_at: Instant;
    views: Generated<number>;
    answer: Json;
    request: Json;
  };
}
