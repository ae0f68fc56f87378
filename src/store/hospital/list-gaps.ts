/**
 * What keeps a list of who is in hospital from being whole: messages that wait or cannot be read, and stays
 * whose question waits for its answer. Times and counts only; nobody is named here.
 */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../database.ts';
import { stayIsOpen } from './care.ts';
import type { AskingPair } from './care.ts';

/** What was taken of a feed and is in no stay yet. */
export interface Untaken {
  readonly feed: string;
  readonly oldestWaitingAt: Date | null;
  /** How many were set aside since a moment, until somebody mends the feed's file. */
  readonly setAside: number;
  readonly oldestSetAsideAt: Date | null;
}

// Of somebody who is expected one day, or of a plan to leave: whoever reads a list of who is here misses nothing by
// them, and a box that stands for a day because of one teaches people not to read it.
const ofNobodyHere = sql`split_part(m.event, '^', 2) in ('A05', 'A14', 'A16', 'A25', 'A27', 'A38')`;

/** What waits of these feeds, and what was set aside since a moment that may have put somebody on a list or off it. */
export async function untakenOf(db: Db, feeds: readonly string[], since: Date): Promise<Untaken[]> {
  const { rows } = await sql<{ feed: string; waiting: Date | null; aside: number; oldest: Date | null }>`
    select f.feed, a.aside, a.oldest,
      (select received_at from hl7_message m where m.feed = f.feed and m.state = 'waiting'
        order by message_id limit 1) as waiting
    from unnest(${[...feeds]}::text[]) as f (feed)
    cross join lateral (select count(*)::integer as aside, min(received_at) as oldest from hl7_message m
      where m.feed = f.feed and m.state = 'quarantined' and m.received_at > ${since}
        and not ${ofNobodyHere}) a`.execute(db.sql);
  return rows.map(({ feed, waiting, aside, oldest }) => ({
    feed,
    oldestWaitingAt: waiting,
    setAside: aside,
    oldestSetAsideAt: oldest,
  }));
}

/**
 * When the first of a council's extracts that can put somebody on a list or take them off landed after the
 * one that answer `c` was read at; null while the answer is of the facts as they stand.
 */
export const outdatedSince: RawBuilder<Date | null> = sql<Date | null>`(
  select min(b.received_at) from bundle_part p join bundle b on b.bundle_id = p.bundle_id
  where p.council = c.council and p.applied and p.kind in ('care', 'restrictions', 'numbers', 'services')
    and p.bundle_id > coalesce(c.bundle, 0))`;

/** The newest bundle of answer `c`'s council that stands; an answer read at a later one was read before going back. */
export const standsAt: RawBuilder<string | null> = sql<string | null>`(
  select max(p.bundle_id) from bundle_part p where p.council = c.council and p.applied)`;

/**
 * Since when something waits to be settled of an open stay at these hospitals, of these feeds: a change, a
 * question never asked, or an answer whose time is over; null when nothing has waited since before a moment.
 * Nothing waits of a stay that was stale before anybody asked: it is not asked about.
 */
export async function unsettledSince(
  db: Db,
  pairs: readonly AskingPair[],
  feeds: readonly string[],
  before: Date,
): Promise<Date | null> {
  const councils = pairs.map(({ council }) => council);
  const hospitals = pairs.map(({ hospital }) => hospital);
  const { rows } = await sql<{ oldest: Date | null }>`
    select min(w.at) as oldest from (
      select coalesce(h.changed_at,
        case when c.stay_id is null then case when coalesce(s.stale_at > ${before}, true) then s.last_heard_at end
          else least(${outdatedSince}, case when c.ask_again_at <= ${before} then c.ask_again_at end,
            case when c.bundle > coalesce(${standsAt}, 0) then c.asked_at end) end) as at
      from unnest(${councils}::text[], ${hospitals}::text[]) p(council, hospital)
      join stay s on s.organisation = p.hospital and ${stayIsOpen} and s.feed = any(${[...feeds]}::text[])
      left join stay_care c on c.stay_id = s.stay_id and c.council = p.council
      left join (select stay_id, min(changed_at) as changed_at from stay_change group by stay_id) h
        on h.stay_id = s.stay_id) w
    where w.at <= ${before}`.execute(db.sql);
  return rows[0]?.oldest ?? null;
}
