/** One look at whether anything stands beside an answer, before each thing is read by itself. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { reading } from './statement.ts';
import { refusalsOf } from './hospital/care.ts';
import { isUuid } from './notices/tellings.ts';
import { openLookUpOf } from './outcomes.ts';
import type { OpenLookUp } from './outcomes.ts';

/** What stands beside an answer: whatever is true here has to be read. */
export interface Beside {
  /** Something was told about the person. */
  readonly told: boolean;
  /** The hospital's own system knows a stay. */
  readonly stay: boolean;
  /** The person said something to a telling, or refused to be looked up. */
  readonly said: boolean;
  /** Somebody was called. */
  readonly called: boolean;
  /** A number of one of the providers was wrong. */
  readonly wrongNumber: boolean;
  /** What came of it was asked or answered. */
  readonly outcome: boolean;
}

export interface ExtrasGlance {
  readonly council: string;
  readonly personKey: string;
  readonly beside: Beside;
  /** As `openLookUp` of outcomes.ts. */
  readonly lookUp: OpenLookUp | null;
}

export interface GlancedAt {
  readonly answerId: string;
  readonly session: string;
  readonly hospital: string;
  /** The person's number as it was asked by, and the one that has taken its place. */
  readonly numbers: readonly string[];
  readonly providers: readonly string[];
  readonly now: Date;
  /** Look-ups before this are asked about no more. */
  readonly lookUpsSince: Date;
}

interface Row extends Beside {
  readonly council: string;
  readonly person_key: string;
  readonly id: string | null;
  readonly at: Date;
  readonly kind: OpenLookUp['kind'];
  readonly ended_at: Date | null;
}

/**
 * Of most answers there is nothing or one thing beside them, and ten statements to find that out took longer than the
 * answer. It may say that there is something where there is nothing any more, and never the other way round.
 * @returns null where the session has no such answer, or it shows nobody
 */
export async function glanceAtExtras(db: Database, of: GlancedAt): Promise<ExtrasGlance | null> {
  if (!isUuid(of.answerId)) return null;
  const { hospital } = of;
  const numbers = [...new Set(of.numbers)];
  // Planned once for each connection and not for each page: planning takes longer than looking.
  const { sql: text, parameters } = sql<Row>`
    with ${refusalsOf(numbers)}
    select a.council, a.person_key, l.id, l.at, l.kind, l.ended_at,
      exists (select from telling t where t.hospital = ${hospital} and t.council = a.council and t.person_key = a.person_key) as told,
      exists (select from stay s where s.nhs_number = any(${numbers}::text[]) and s.organisation = ${hospital}) as stay,
      exists (select from permission_to_tell p where p.hospital = ${hospital} and p.nhs_number = any(array(select number from same)))
        or exists (select from permission_to_tell p where p.hospital = ${hospital} and p.council = a.council and p.person_key = a.person_key)
        or exists (select from refusal r where r.organisation = ${hospital}) as said,
      exists (select from call_record c where c.hospital = ${hospital} and c.council = a.council and c.person_key = a.person_key) as called,
      exists (select from wrong_number w where w.provider = any(${[...of.providers]}::text[]) and w.caution_until is null) as "wrongNumber",
      exists (select from look_up_outcome o where o.hospital = ${hospital} and o.council = a.council and o.person_key = a.person_key) as outcome
    from answer a left join lateral (${openLookUpOf({ hospital, council: sql`a.council`, personKey: sql`a.person_key` }, numbers, of.lookUpsSince)}) l on true
    where a.answer_id = ${of.answerId} and a.session = ${of.session} and a.expires_at > ${of.now}
      and a.person_key is not null`.compile(db.sql);
  const [row] = await db.ask<Row>(reading('glance-at-extras', text), parameters);
  if (!row) return null;
  const { council, person_key: personKey, id, at, kind, ended_at: endedAt, ...beside } = row;
  return { council, personKey, beside, lookUp: id === null ? null : { id, at, kind, endedAt } };
} // prettier-ignore
