/** What has been looked up lately, read from the audit trail itself: there is no second count that could drift from it. */
import type { PastLookUp } from '../domain/use-window.ts';
import type { Database } from './database.ts';
import { reading } from './statement.ts';
import type { Asks } from './statement.ts';

const misses = `('no-record', 'birth-date-mismatch')`;

// Each reading of the trail below takes its rows in the order of its own index. A plan is kept for as long as its
// connection, and to one made while the trail was known to be empty every index that has the time in it is as good:
// without an order, one that goes by the time alone was taken, and all of it read from then on.

// Only what can count, however often somebody has asked the same: see PastUse.
const ofUser = reading(
  'use-of-user',
  `with past as materialized (
     select at, number_asked, outcome in ${misses} or coalesce(detail->>'mismatch', '') = 'true' as missed,
       sources is not null as asked, sources is not null and coalesce(permission = 'cannot-ask', false) as emergency
     from audit_event where user_id = $1 and at > $2 and action = 'look-up' order by at),
   counting as (
     select at, number_asked, missed, asked, emergency from past where missed or emergency
     union all
     select max(at), number_asked, false, true, false from past
     where asked and not missed and not emergency and number_asked is not null group by number_asked)
   select last.turn, counting.*
   from (select coalesce(max(turn), 0) as turn from audit_event where user_id = $1 and turn is not null) last
   left join counting on true
   order by at`,
);

interface UseRow {
  turn: string;
  at: Date | null;
  number_asked: string | null;
  missed: boolean;
  asked: boolean;
  emergency: boolean;
}

/**
 * A person's look-ups since a moment that can count for anything, oldest first, and the number of
 * their last one ever: the next must be one more.
 */
export async function readUse(
  db: Database,
  userId: string,
  since: Date,
): Promise<{ turn: number; past: readonly PastLookUp[] }> {
  const rows = await db.ask<UseRow>(ofUser, [userId, since]);
  const past = rows.flatMap(({ at, number_asked: number, missed, asked, emergency }) =>
    at === null ? [] : [{ at, number, missed, asked, emergency }],
  );
  return { turn: Number(rows[0]?.turn ?? 0), past };
}

const ofOrganisation = reading(
  'use-of-organisation',
  // By themselves, before they are put together by number: for that the index by number would be taken.
  `with past as materialized (
     select number_asked, at from audit_event where organisation = $1 and at > $2 and action = 'look-up'
       and number_asked is not null and sources is not null order by at)
   select number_asked, max(at) as at from past group by number_asked order by max(at)`,
);

/** The NHS numbers for which an organisation's people were answered from a council's record since a moment. */
export function readPeopleAsked(
  db: Database,
  organisation: string,
  since: Date,
): Promise<{ number_asked: string; at: Date }[]> {
  return db.ask(ofOrganisation, [organisation, since]);
}

const ofPerson = reading(
  'mismatches-on-person',
  // The person first, by themselves: without statistics the trail could be read by the hospital's whole index.
  `with of_person as materialized (
     select organisation, at, guess from audit_event where council = $2 and person_key = $3 and guess is not null)
   select count(*) filter (where at > $4)::int as lately, coalesce(max(guess), 0) as last from of_person
   where organisation = $1`,
);

/** Birth dates that did not match a person, by anybody of a hospital and under whichever of the person's numbers. */
export interface Mismatches {
  /** In the last 24 hours. */
  readonly lately: number;
  /** The number of the last one ever: the next must be one more. */
  readonly last: number;
}

/** Counts a hospital's wrong birth dates for a person; none for nobody. */
export async function readMismatches(
  db: Asks,
  organisation: string,
  council: string,
  personKey: string | null,
  since: Date,
): Promise<Mismatches> {
  const [row] = await db.ask<Mismatches>(ofPerson, [organisation, council, personKey, since]);
  if (!row) throw new Error('A count gave no row');
  return row;
}
