/**
 * Who is in hospital now with council care on record: for the hospital's board and for the council's list.
 * A refusal counts from the moment in which its look-up is in the trail, whatever has been settled since.
 */
import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';
import type { Db } from '../database.ts';
import type { Schema } from '../schema.ts';
import { refusedSince, sameNumbers, stayIsOpen, wasMatched } from './care.ts';
import { outdatedSince, standsAt } from './list-gaps.ts';
import { fromRow } from './stays.ts';
import type { StoredStay } from './stays.ts';

export interface OnBoard {
  readonly stay: StoredStay;
  /** Councils that have care on record, in the order of their codes. */
  readonly councils: readonly string[];
  /** The rows of the trail that say how each was learnt. */
  readonly questions: readonly string[];
  /** Whom each council means, in the same order. */
  readonly personKeys: readonly (string | null)[];
  /** The last look-up during this stay that matched this person, who allowed it or could not be asked. */
  readonly permission: { readonly answer: 'given' | 'cannot-ask'; readonly at: Date } | null;
}

type StayRow = Selectable<Schema['stay']>;

// Only while the stay names whom the question was about (`askedAbout` of domain/arrival.ts): the hospital may
// have said since that it is somebody else, and the question about them is still to be asked.
// And only while the answer is good, or has not been good for a moment only: a restriction may have landed since,
// and a question that cannot be asked again must keep nobody on a list (hazard H23).
/** Whether answer `c` puts the person of stay `s` on a list. */
export const onRecord = (goodAt: Date): RawBuilder<boolean> => sql<boolean>`c.result = 'yes'
  and c.ask_again_at > ${goodAt} and coalesce(${outdatedSince} > ${goodAt}, true)
  and c.bundle <= ${standsAt}
  and c.asked_about = coalesce(s.nhs_number, '-') || ' ' || coalesce(to_char(s.birth_date, 'YYYY-MM-DD'), '-')
  and not s.died and s.cautions <@ array['start-not-seen']::text[]`;

/** Whose word counts on a list. */
export interface Listed {
  readonly councils: readonly string[];
  readonly hospitals: readonly string[];
  /** Feeds that are on: of one that was turned off nobody knows any more who is there. */
  readonly feeds: readonly string[];
  /** Whoever's answer stopped being good before this is not listed. */
  readonly goodAt: Date;
}

/** People in hospital with care on record at one of these councils, the latest to come first. */
export async function peopleOnBoard(
  db: Db,
  { councils, hospitals, feeds, goodAt }: Listed,
  only: string | null = null,
): Promise<OnBoard[]> {
  const one: RawBuilder<boolean> = only === null ? sql<boolean>`true` : sql<boolean>`s.stay_id = ${only}`;
  const { rows } = await sql<
    StayRow & {
      councils: string[];
      questions: string[];
      person_keys: (string | null)[];
      answer: 'given' | 'cannot-ask' | null;
      answered_at: Date | null;
    }
  >`
    select s.*, k.councils, k.questions, k.person_keys, l.permission as answer, l.at as answered_at
    from stay s
    join lateral (
      select array_agg(c.council order by c.council) as councils, array_agg(c.audit_id::text order by c.council) as questions,
        array_agg((select q.person_key::text from audit_event q where q.audit_id = c.audit_id) order by c.council) as person_keys
      from stay_care c where c.stay_id = s.stay_id and c.council = any(${[...councils]}::text[]) and ${onRecord(goodAt)}) k
      on k.councils is not null
    left join lateral (
      with ${sameNumbers}
      select a.permission, a.at from audit_event a
      where a.number_asked = any(array(select number from same)) and a.organisation = s.organisation
        and a.action = 'look-up' and a.permission in ('given', 'cannot-ask') and ${wasMatched}
        and a.at >= coalesce(s.started_at, s.since) - interval '24 hours'
      order by a.at desc limit 1) l on true
    where s.organisation = any(${[...hospitals]}::text[]) and s.feed = any(${[...feeds]}::text[])
      and ${stayIsOpen} and ${one} and not ${refusedSince}
    order by s.since desc, s.stay_id`.execute(db.sql);
  return rows.map((row) => ({
    stay: fromRow(row),
    councils: row.councils,
    questions: row.questions,
    personKeys: row.person_keys,
    permission: row.answer && row.answered_at ? { answer: row.answer, at: row.answered_at } : null,
  }));
}

export interface InHospital {
  readonly stay: StoredStay;
  readonly councilId: string | null;
  /** The council's key of the person, by the question's row. */
  readonly personKey: string | null;
  readonly question: string;
}

/** These councils' people with care on record who are in one of these hospitals now, the latest to come first. */
export async function peopleOfCouncil(db: Db, { councils, hospitals, feeds, goodAt }: Listed): Promise<InHospital[]> {
  const { rows } = await sql<StayRow & { council_id: string | null; person_key: string | null; question: string }>`
    select s.*, c.audit_id::text as question,
      (select q.person_key::text from audit_event q where q.audit_id = c.audit_id) as person_key,
      (select i.value from audit_event q join person_identifier i on i.council = c.council and i.person_key = q.person_key
        and i.kind = 'council-id' and i.until_bundle is null where q.audit_id = c.audit_id limit 1) as council_id
    from stay_care c join stay s on s.stay_id = c.stay_id
    where c.council = any(${[...councils]}::text[]) and ${onRecord(goodAt)}
      and s.organisation = any(${[...hospitals]}::text[]) and s.feed = any(${[...feeds]}::text[]) and ${stayIsOpen} and not ${refusedSince}
    order by coalesce(s.started_at, s.since) desc, s.stay_id`.execute(db.sql);
  return rows.map((row) => ({
    stay: fromRow(row),
    councilId: row.council_id,
    personKey: row.person_key,
    question: row.question,
  }));
}
