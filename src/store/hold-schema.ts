/** Tables of what stays do to notices and holds. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Instant = ColumnType<Date, Date | string, Date | string>;

interface TaskRow {
  task_id: string;
  stay_id: string;
  at: Instant;
  by_id: string;
  by_name: string;
  audit_id: string;
}

export interface HoldTables {
  stay_to_tell: { change_id: Generated<string>; stay_id: string; changed_at: Instant };
  stay_told: {
    stay_id: string;
    council: string;
    provider: string;
    hospital: string;
    person_key: string;
    nhs_number: string;
    with_us: string | null;
    gone: string | null;
    gone_at: Instant | null;
    expected: JSONColumnType<object, string | null, string | null> | null;
  };
  hold_look: {
    stay_id: string;
    notice_version: string;
    stay_version: number | null;
    stale_at: Instant | null;
    terms: string;
    open: boolean;
    over: boolean;
    look_at: Instant | null;
    tasks: Generated<string[]>;
  };
  hold_word: {
    stay_id: string;
    council: string;
    provider: string;
    notice_id: string;
    stay_version: number | null;
    terms: string;
    stands: string;
    checked_at: Instant;
    check_at: Instant;
    held: 'tell' | 'wait' | 'refuse';
    released: 'tell' | 'wait' | 'refuse';
  };
  task_closed: TaskRow & { organisation: string; how: string; first_visit: Date | null };
  task_released: TaskRow;
  task_alerted: { task_id: string; stay_id: string; at: Instant };
}
