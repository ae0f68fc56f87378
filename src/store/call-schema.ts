/** The tables of calls, wrong numbers and outcomes, as TypeScript sees them; migration 0011 is their source. */
import type { ColumnType } from 'kysely';

type Instant = ColumnType<Date, Date, Date>;
type MaybeInstant = ColumnType<Date | null, Date | null, Date | null>;

export interface CallTables {
  call_record: {
    call_id: string;
    at: Instant;
    hospital: string;
    council: string;
    person_key: string;
    provider: string;
    phone: string;
    result: 'reached' | 'no-answer' | 'wrong-number';
    spoke_to: string | null;
    user_id: string;
    user_name: string;
    token: string;
    audit_id: string;
    expires_at: Instant;
  };
  wrong_number: {
    report_id: string;
    council: string;
    provider: string;
    provider_name: string | null;
    phone: string;
    phone_key: string;
    hospital: string;
    reported_at: Instant;
    reported_by: string;
    last_at: Instant;
    times: number;
    closed_at: MaybeInstant;
    closed_by: string | null;
    closed_how: 'right' | 'corrected' | 'changed' | 'council-confirmed' | 'provider-confirmed' | null;
    caution_until: MaybeInstant;
  };
  look_up_outcome: {
    answer_id: string;
    hospital: string;
    council: string;
    person_key: string | null;
    looked_up_at: Instant;
    asked_at: Instant;
    answered_at: MaybeInstant;
    outcome: string | null;
    changed: string | null;
    forget_at: Instant;
  };
}
