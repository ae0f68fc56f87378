/**
 * Notices: the events that happened to each, which are never changed, and the row that is worked out from them
 * for lists and for whoever has to act.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder, Selectable } from 'kysely';
import type { IsoDate } from '../../domain/dates.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import { contentOfEvent, readNoticeEvent, writeNoticeEvent } from '../../domain/notice-event.ts';
import type { NoticeEvent } from '../../domain/notice-event.ts';
import { foldNotice } from '../../domain/notice-fold.ts';
import type { Owner } from '../../domain/notice-owner.ts';
import type { NoticeState } from '../../domain/notice-state.ts';
import { isOpenNotice } from '../../domain/notice-state.ts';
import type { RefuseReason } from '../../domain/interlock.ts';
import type { Notice } from '../../domain/notice.ts';
import type { Db, Trx } from '../database.ts';
import type { Schema } from '../schema.ts';
import { revive } from './revive.ts';
import { isUuid } from './tellings.ts';

/** Whether a provider was told by its own list of clients alone: of such a client no council learns anything. */
export function isByRoster({ state: { notice } }: Pick<StoredNotice, 'state'>): boolean {
  return notice.recipient.kind === 'provider' && notice.recipient.link === 'roster';
}

/** A notice as it is kept. */
export interface StoredNotice {
  readonly id: string;
  readonly telling: string;
  /** The stay's id; without a stay one of hospital, council and person. */
  readonly holdId: string;
  readonly hospital: string;
  readonly council: string;
  readonly personKey: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  readonly recipientName: string | null;
  readonly automatic: boolean;
  /** Brought about by a provider's own question. */
  readonly asked: boolean;
  readonly content: NoticeContent;
  readonly deliverAt: Date | null;
  readonly checkedBundle: string | null;
  readonly checkedAt: Date;
  readonly checkAt: Date | null;
  /** Why it would not be told any more, of one that is over; null while it would. */
  readonly hidden: HiddenWhy | null;
  readonly version: string;
  readonly state: NoticeState;
}

/** Why a notice that is over is shown no more; `barred-elsewhere`: not for anything that its own council's record says. */
export type HiddenWhy = Exclude<RefuseReason, 'permission-not-asked'> | 'barred-elsewhere';

/** What a new notice has that its events do not say. */
export interface NewNotice {
  readonly notice: Notice;
  readonly hospital: string;
  readonly personKey: string;
  readonly recipientName: string | null;
  readonly automatic: boolean;
  readonly content: NoticeContent;
  readonly checkedBundle: string | null;
  readonly checkAt: Date | null;
}

/** Keeps a new notice; its state follows with its first event. */
export async function keepNotice(trx: Trx, one: NewNotice): Promise<void> {
  const { notice } = one;
  await trx.sql
    .insertInto('notice')
    .values({
      notice_id: notice.id,
      telling_id: notice.telling,
      thread: notice.thread,
      kind: notice.kind,
      fact: notice.of,
      hospital: one.hospital,
      team: notice.sender.team,
      council: notice.council,
      person_key: one.personKey,
      stay_id: notice.stay,
      recipient_kind: notice.recipient.kind,
      recipient: notice.recipient.id,
      recipient_name: one.recipientName,
      link: notice.recipient.kind === 'provider' ? notice.recipient.link : null,
      automatic: one.automatic,
      content: JSON.stringify(one.content),
      created_at: notice.createdAt,
      status: 'queued',
      open: true,
      waits: false,
      reached: false,
      owner_party: null,
      owner: null,
      deliver_at: null,
      step_at: null,
      checked_bundle: one.checkedBundle,
      checked_at: notice.createdAt,
      check_at: one.checkAt,
      hidden: null,
      changed_at: notice.createdAt,
      version: '0',
      closed_at: null,
      expires_at: null,
    })
    .execute();
}

/** Adds events. @returns false when they, or ones that say the same, are all there already */
export async function addEvents(trx: Trx, events: readonly NoticeEvent[]): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx.sql
    .insertInto('notice_event')
    .values(
      events.map((event) => ({
        event_id: event.id,
        notice_id: event.notice,
        at: event.at,
        kind: event.kind,
        content: createHash('sha256').update(contentOfEvent(event)).digest(),
        event: writeNoticeEvent(event),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** What is worked out of a notice's events, for its row. */
export interface Standing {
  readonly state: NoticeState;
  readonly owner: Owner | null;
  readonly stepAt: Date | null;
  readonly now: Date;
  /** How long it is kept after it is done with, in milliseconds. */
  readonly kept: number;
}

/** Writes down where a notice stands. */
export async function keepStanding(trx: Trx, { state, owner, stepAt, now, kept }: Standing): Promise<void> {
  const open = isOpenNotice(state);
  const over = new Date(now.getTime() + kept);
  await sql`
    update notice set status = ${state.status}, open = ${open}, waits = ${state.waits !== null}, reached = ${state.out},
      owner_party = ${owner?.party ?? null}, owner = ${owner?.organisation ?? null}, step_at = ${stepAt},
      deliver_at = case when ${open} then deliver_at end,
      changed_at = ${now}, version = nextval('notice_version'),
      closed_at = case when ${open} then null else coalesce(closed_at, ${now}) end,
      expires_at = case when ${open} then null else coalesce(expires_at, ${over}) end
    where notice_id = ${state.notice.id}`.execute(trx.sql);
}

/** From when on a notice is to be handed to delivery; null once it was. */
export async function keepDelivery(trx: Trx, id: string, at: Date | null): Promise<void> {
  await trx.sql.updateTable('notice').set({ deliver_at: at }).where('notice_id', '=', id).execute();
}

/** At which bundles the records were asked and when, until when their word holds, and what it means for one that is over. */
export async function keepChecked(
  trx: Trx,
  id: string,
  { bundle, at, until, hidden }: {
    readonly bundle: string | null;
    readonly at: Date;
    readonly until: Date | null;
    readonly hidden: HiddenWhy | null;
  }, // prettier-ignore
): Promise<void> {
  await trx.sql
    .updateTable('notice')
    .set({ checked_bundle: bundle, checked_at: at, check_at: until, hidden })
    .where('notice_id', '=', id)
    .execute();
}

/** Changes what is told before anybody has read it. */
export async function keepContent(trx: Trx, id: string, content: NoticeContent): Promise<void> {
  await trx.sql
    .updateTable('notice')
    .set({ content: JSON.stringify(content) })
    .where('notice_id', '=', id)
    .execute();
}

/** Whose notice an id is, for its lock; null when there is none. */
export async function personOfNotice(db: Db, id: string): Promise<{ council: string; personKey: string } | null> {
  if (!isUuid(id)) return null;
  const row = await db.sql
    .selectFrom('notice')
    .select(['council', 'person_key'])
    .where('notice_id', '=', id)
    .executeTakeFirst();
  return row ? { council: row.council, personKey: row.person_key } : null;
}

/** A notice, held for this transaction; null when there is none. Take its person's lock first. */
export async function holdNotice(trx: Trx, id: string): Promise<StoredNotice | null> {
  if (!isUuid(id)) return null;
  const [one] = await noticesWhere(trx, sql<boolean>`n.notice_id = ${id}`, 1, 0, sql`for update of n`);
  return one ?? null;
}

/** Notices that a condition on `n` (and their telling `t`) names, the latest first. */
export async function noticesWhere(
  db: Db,
  which: RawBuilder<boolean>,
  limit = 1000,
  offset = 0,
  lock: RawBuilder<unknown> = sql``,
): Promise<StoredNotice[]> {
  const { rows } = await sql<NoticeRow>`
    select n.*, t.nhs_number, t.birth_date, t.patient, t.question from notice n join telling t using (telling_id) where ${which}
    order by n.created_at desc, n.notice_id limit ${limit} offset ${offset} ${lock}`.execute(db.sql);
  const states = await statesOf(
    db,
    rows.map((row) => row.notice_id),
  );
  return rows.flatMap((row) => {
    const state = states.get(row.notice_id);
    return state ? [fromRow(row, state)] : [];
  });
}

type NoticeRow = Selectable<Schema['notice']> & {
  nhs_number: string;
  birth_date: string;
  patient: string | null;
  question: string | null;
};

async function statesOf(db: Db, ids: readonly string[]): Promise<Map<string, NoticeState>> {
  if (ids.length === 0) return new Map();
  const events = await db.sql
    .selectFrom('notice_event')
    .select(['notice_id', 'event'])
    .where(sql<boolean>`notice_id = any(${[...ids]}::uuid[])`)
    .execute();
  const byNotice = Map.groupBy(events, (row) => row.notice_id);
  const states = new Map<string, NoticeState>();
  for (const [id, own] of byNotice) {
    const state = foldNotice(own.map((row) => readNoticeEvent(row.event)));
    if (state) states.set(id, state);
  }
  return states;
}

function fromRow(row: NoticeRow, state: NoticeState): StoredNotice {
  return {
    id: row.notice_id,
    telling: row.telling_id,
    holdId: row.hold_id,
    hospital: row.hospital,
    council: row.council,
    personKey: row.person_key,
    nhsNumber: row.nhs_number,
    birthDate: row.birth_date as IsoDate,
    recipientName: row.recipient_name,
    automatic: row.automatic,
    asked: row.question !== null,
    content: revive<NoticeContent>(row.content),
    deliverAt: row.deliver_at,
    checkedBundle: row.checked_bundle,
    checkedAt: row.checked_at,
    checkAt: row.check_at,
    hidden: row.hidden as HiddenWhy | null,
    version: row.version,
    // A stay that came to light after it was written is the telling's (joinStay), as every other stay is.
    state: { ...state, notice: { ...state.notice, stay: row.stay_id, patient: row.patient } },
  };
}
