/** Notices by whom they are about, to whom they went, and whose they are. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { actsUnknowing } from '../../domain/overtaken.ts';
import { agreedVisit } from '../../domain/restart.ts';
import type { Db } from '../database.ts';
import { reading } from '../statement.ts';
import type { Asks } from '../statement.ts';
import { noticesWhere } from './notices.ts';
import type { StoredNotice } from './notices.ts';
import { isUuid } from './tellings.ts';

/** Open notices in one list at most: more than any desk could work, and none may be cut off unseen below that. */
const mostOpen = 5_000;

/** A first visit lies at most four weeks ahead (`replyFault`); so long, and two weeks more, it is asked about. */
const promisedFor = 42 * 24 * 3_600_000;

/** A person as one hospital and one council know them. */
export interface OfPerson {
  readonly hospital: string;
  readonly council: string;
  readonly personKey: string;
}

/** Every notice of a hospital about a person that is still kept, the latest first. */
export function noticesOfPerson(db: Db, { hospital, council, personKey }: OfPerson): Promise<StoredNotice[]> {
  return noticesWhere(
    db,
    sql<boolean>`n.hospital = ${hospital} and n.council = ${council} and n.person_key = ${personKey}`,
  );
}

/** Notices to providers about a person that are under way. */
export function openToProviders(db: Db, { hospital, council, personKey }: OfPerson): Promise<StoredNotice[]> {
  return noticesWhere(
    db,
    sql<boolean>`n.hospital = ${hospital} and n.council = ${council} and n.person_key = ${personKey}
      and n.open and n.recipient_kind = 'provider'`,
  );
}

/** Every notice of a stay that is still kept. */
export async function noticesOfStay(db: Db, stayId: string): Promise<StoredNotice[]> {
  return isUuid(stayId) ? noticesWhere(db, sql<boolean>`n.stay_id = ${stayId}`) : [];
}

/** Every notice of some stays, or of holds without one, that is still kept, the latest first. */
export async function noticesOfStays(db: Db, stayIds: readonly string[]): Promise<StoredNotice[]> {
  if (stayIds.length === 0) return [];
  return noticesWhere(db, sql<boolean>`n.hold_id = any(${[...stayIds]}::uuid[])`, 100_000);
}

/** The notices of one telling. */
export async function noticesOfTelling(db: Db, telling: string): Promise<StoredNotice[]> {
  return isUuid(telling) ? noticesWhere(db, sql<boolean>`n.telling_id = ${telling}`) : [];
}

/** A notice by its id, for reading. */
export async function noticeById(db: Db, id: string): Promise<StoredNotice | null> {
  if (!isUuid(id)) return null;
  const [one] = await noticesWhere(db, sql<boolean>`n.notice_id = ${id}`);
  return one ?? null;
}

// What waits has reached nobody, and what was taken back before anybody had it never existed for its recipient.
const out = sql<boolean>`not (n.status = 'waiting') and (n.reached or n.open) and (n.deliver_at is null or n.deliver_at <= `;

/** What stands in a recipient's inbox: all that is open, and what was done with since a moment; the latest first. */
export async function inboxRows(
  db: Db,
  recipient: { readonly kind: 'provider' | 'council'; readonly id: string },
  now: Date,
  since: Date,
): Promise<StoredNotice[]> {
  const own = sql<boolean>`n.recipient = ${recipient.id} and n.recipient_kind = ${recipient.kind} and ${out}${now})`;
  const open = await noticesWhere(db, sql<boolean>`${own} and n.open`, mostOpen);
  const done = await noticesWhere(db, sql<boolean>`${own} and not n.open and n.closed_at > ${since}`, 200);
  // A first visit that was agreed stays until somebody has said whether it took place, and what was taken back from
  // somebody who may act on it until they have said that they know.
  const promised = await noticesWhere(
    db,
    sql<boolean>`${own} and (n.status = 'accepted' and n.fact = 'restart' or n.status = 'withdrawn') and not n.open
      and n.closed_at <= ${since} and n.closed_at > ${new Date(now.getTime() - promisedFor)}`,
  );
  const toConfirm = promised.filter(({ state }) =>
    state.status === 'withdrawn' ? actsUnknowing(state) : state.visited === null && agreedVisit(state) !== null,
  );
  return [...open, ...done, ...toConfirm].sort(
    (a, b) => b.state.notice.createdAt.getTime() - a.state.notice.createdAt.getTime(),
  );
}

/** What a recipient was ever sent and is still kept, a page of it. */
export function historyRows(
  db: Db,
  recipient: { readonly kind: 'provider' | 'council'; readonly id: string },
  before: Date,
  limit: number,
): Promise<StoredNotice[]> {
  return noticesWhere(
    db,
    sql<boolean>`n.recipient = ${recipient.id} and n.recipient_kind = ${recipient.kind} and n.reached and n.created_at < ${before}`,
    limit,
  );
}

/** A team of a hospital, among all that the hospital has today. */
export interface OfTeam {
  readonly hospital: string;
  readonly team: string;
  readonly teams: readonly string[];
}

/**
 * Whether a notice `n` stands on a team's list: its own, and every one that is no team's that the hospital has. Nobody
 * else would be asked to phone about those (hazard H08).
 */
export function onListOf({ hospital, team, teams }: OfTeam): RawBuilder<boolean> {
  return sql<boolean>`n.hospital = ${hospital}
    and (n.team = ${team} or n.team is null or n.team <> all(${[...teams]}::text[]))`;
}

/** Open notices of a hospital's team. */
export function openOfTeam(db: Db, of: OfTeam): Promise<StoredNotice[]> {
  return noticesWhere(db, sql<boolean>`n.open and ${onListOf(of)}`, mostOpen);
}

/** Open notices of all teams of a hospital. */
export function openOfHospital(db: Db, hospital: string): Promise<StoredNotice[]> {
  return noticesWhere(db, sql<boolean>`n.open and n.hospital = ${hospital}`, mostOpen);
}

export interface CouncilFilter {
  /** `to-us`: sent to the council · `unanswered`: open ones to providers · `ours`: for the council to deal with now. */
  readonly which: 'to-us' | 'unanswered' | 'ours' | 'all';
  readonly hospital?: string;
  /** Done with since a moment too; open ones alone without it. */
  readonly since?: Date;
  /** A page of so many at most. */
  readonly limit?: number;
  readonly offset?: number;
}

/** Notices about a council's people, the latest first. */
export function noticesOfCouncil(db: Db, council: string, filter: CouncilFilter, now: Date): Promise<StoredNotice[]> {
  const { limit = mostOpen, offset = 0 } = filter;
  return noticesWhere(db, ofCouncil(council, filter, now), limit, offset);
}

/** How many notices wait, and since when the oldest of them. */
export interface Waiting {
  readonly count: number;
  readonly oldest: Date | null;
}

/** Open notices about a council's people from some hospitals: those that it has to answer itself, those to providers, its own to deal with. */
export async function waitingForCouncil(
  db: Db,
  council: string,
  hospitals: readonly string[],
  now: Date,
): Promise<{ readonly messages: Waiting; readonly notices: Waiting; readonly ours: Waiting }> {
  const of = async (which: CouncilFilter['which'], more = sql<boolean>`true`): Promise<Waiting> => {
    const { rows } = await sql<{ count: string; oldest: Date | null }>`
      select count(*) as count, min(n.created_at) as oldest from notice n
      where ${ofCouncil(council, { which }, now)} and n.hospital = any(${[...hospitals]}::text[]) and ${more}`.execute(
      db.sql,
    );
    return { count: Number(rows[0]?.count ?? 0), oldest: rows[0]?.oldest ?? null };
  };
  return {
    messages: await of('to-us', sql<boolean>`n.status in ('queued', 'bounced', 'delivered', 'seen')`),
    notices: await of('unanswered'),
    ours: await of('ours', sql<boolean>`n.recipient_kind = 'provider'`),
  };
}

function ofCouncil(council: string, { which, hospital, since }: CouncilFilter, now: Date): RawBuilder<boolean> {
  const kind = {
    'to-us': sql<boolean>`n.recipient_kind = 'council' and n.recipient = ${council} and ${out}${now})`,
    unanswered: sql<boolean>`n.recipient_kind = 'provider' and n.open`,
    ours: sql<boolean>`n.owner = ${council}`,
    all: sql<boolean>`true`,
  }[which];
  const place = hospital === undefined ? sql<boolean>`true` : sql<boolean>`n.hospital = ${hospital}`;
  const when = since === undefined ? sql<boolean>`n.open` : sql<boolean>`(n.open or n.closed_at > ${since})`;
  // Of a client whom a provider was told of by its own list alone, the council learns nothing.
  return sql<boolean>`n.council = ${council} and n.link is distinct from 'roster' and ${kind} and ${place} and ${when}`;
}

/** Which state of a person's notices stands: it grows with every change, and says nothing of any. */
export async function versionOfPerson(db: Db, { hospital, council, personKey }: OfPerson): Promise<string> {
  const { rows } = await sql<{ version: string | null }>`
    select max(version) as version from notice
    where hospital = ${hospital} and council = ${council} and person_key = ${personKey}`.execute(db.sql);
  return rows[0]?.version ?? '0';
}

// Every open page asks it after each change of anybody's: planned once, and on no connection that an answer waits for.
const ofTelling = reading(
  'version-of-telling',
  `select coalesce((select max(n.version) from notice n
     where n.hospital = t.hospital and n.council = t.council and n.person_key = t.person_key), 0) as version
   from telling t where t.telling_id = $1 and t.hospital = $2`,
);

/** As {@link versionOfPerson}, of the person of a hospital's telling; null when the hospital told none of this id. */
export async function versionOfTelling(asks: Asks, hospital: string, telling: string): Promise<string | null> {
  if (!isUuid(telling)) return null;
  const [row] = await asks.ask<{ version: string }>(ofTelling, [telling, hospital]);
  return row?.version ?? null;
}

/** As {@link versionOfPerson}, of a stay's notices at a hospital. */
export async function versionOfStay(db: Db, hospital: string, stayId: string): Promise<string> {
  if (!isUuid(stayId)) return '0';
  const { rows } = await sql<{ version: string | null }>`
    select max(version) as version from notice where hospital = ${hospital} and stay_id = ${stayId}`.execute(db.sql);
  return rows[0]?.version ?? '0';
}
