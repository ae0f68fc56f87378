/**
 * Chooses on which of its ways a recipient is told, and queues it in the transaction of the fact that is the reason.
 * Nothing is sent here: that is the sender's (send-deliveries.ts), after the commit.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import { carriedChannels, systemChannels } from '../../domain/courier.ts';
import type { CarriedChannel, Couriers, DeliveryReason } from '../../domain/courier.ts';
import type { NoticeContent } from '../../domain/notice-content.ts';
import type { NoticeEvent } from '../../domain/notice-event.ts';
import type { Notice } from '../../domain/notice.ts';
import type { HolidayCalendar } from '../../domain/office-hours.ts';
import { chooseWays, deliverFromOf, isUsable } from '../../domain/way.ts';
import type { Way } from '../../domain/way.ts';
import type { Database, Db, Trx } from '../../store/database.ts';
import { insertDelivery } from '../../store/notices/deliveries.ts';
import { openDeliveryTask } from '../../store/notices/delivery-tasks.ts';
import { holdPerson } from '../../store/notices/person-lock.ts';
import { deadAddresses, timingOf, waysOfRecipient } from '../../store/notices/ways.ts';

/** A notice that may leave at this moment, with what of it may be told. */
export interface LeavingNotice {
  readonly notice: Notice;
  readonly content: NoticeContent;
}

export interface DeliverDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly holidays: HolidayCalendar;
  readonly couriers: Couriers;
  /** The https address of a recipient's inbox. */
  link(recipient: string): string;
  /** Keeps an event of a notice. */
  record(trx: Trx, event: NoticeEvent): Promise<unknown>;
  /** Decides anew whether a notice may leave (hazard H14); the person's lock is held. Null: it may not. */
  mayLeave(trx: Trx, notice: string, reason: DeliveryReason): Promise<LeavingNotice | null>;
  /** Whoever is on a provider's rota at an instant. */
  onCall?(trx: Trx, recipient: string, at: Date): Promise<readonly Way[]>;
  /** Milliseconds after which sending is given up; a day when not given. */
  readonly giveUpAfter?: number;
}

export interface DeliveryOrder {
  readonly notice: Notice;
  /** Whom it is about, as `council|key`: about one person, each address is told in order. */
  readonly person: string;
  readonly reason: DeliveryReason;
  readonly at: Date;
}

const day = 86_400_000;

/**
 * Queues a notice on the ways that are watched at this hour, and for later on those that are not.
 * @returns `nobody-there` when nobody is told now; of a first sending this is then kept as an event, so that the
 *   next in line is told at once
 */
export async function enqueueDelivery(
  trx: Trx,
  deps: DeliverDeps,
  { notice, person, reason, at }: DeliveryOrder,
): Promise<'told' | 'nobody-there'> {
  await holdPerson(trx, person);
  // Of a client by the provider's own list the council learns nothing, not even that a message about them does not arrive.
  const byList = notice.recipient.kind === 'provider' && notice.recipient.link === 'roster';
  const council = byList ? '' : notice.council;
  const recipient = reason === 'council' ? council : notice.recipient.id;
  const ways = await allWays(trx, deps, recipient, at);
  // A system would be sent the notice anew: of a task people alone are told.
  const usable = reason === 'task' ? ways.filter(({ channel }) => !isSystem(channel)) : ways;
  const chosen = chooseWays(usable, reason, at, deps.holidays);
  let told = false;
  for (const { way, from } of once(chosen)) {
    if (isCarried(way.channel)) {
      const { channel, to: address } = way;
      if (!deps.couriers[channel]) {
        await openDeliveryTask(trx, { recipient, council, kind: 'ours-to-mend', channel, address, fault: 'NOT_CONFIGURED' }, at); // prettier-ignore
        continue;
      }
      const giveUpAt = new Date(from.getTime() + (deps.giveUpAfter ?? day));
      await insertDelivery(trx, { notice: notice.id, recipient, council, person, channel, address, reason, at, from, giveUpAt }); // prettier-ignore
    }
    told ||= from <= at;
  }
  if (told) return 'told';
  if (!ways.some(isUsable))
    await openDeliveryTask(trx, { recipient, council, kind: 'nobody-to-tell', channel: '', address: '', fault: null }, at); // prettier-ignore
  if (reason === 'first')
    await deps.record(trx, { kind: 'bounced', channel: 'portal', notice: notice.id, id: randomUUID(), at });
  return 'nobody-there';
}

/** From when a notice of this kind is to be delivered, as its recipient has chosen. */
export async function whenToDeliver(db: Db, notice: Pick<Notice, 'kind' | 'recipient'>, at: Date): Promise<Date> {
  return deliverFromOf(notice, await timingOf(db, notice.recipient.id), at);
}

async function allWays(trx: Trx, deps: DeliverDeps, recipient: string, at: Date): Promise<Way[]> {
  const own = await waysOfRecipient(trx, recipient);
  const onCall = (await deps.onCall?.(trx, recipient, at)) ?? [];
  if (onCall.length === 0) return own;
  const dead = await deadAddresses(trx, recipient);
  const alive = onCall.filter(({ channel, to }) => !dead.has(`${channel} ${to}`));
  return [...own, ...alive];
}

// Whoever has the same address twice gets one letter: at the earlier of its hours.
function once<T extends { readonly way: Way }>(chosen: readonly T[]): T[] {
  const seen = new Set<string>();
  return chosen.filter(({ way: { channel, to } }) => {
    const key = `${channel} ${to}`;
    return !seen.has(key) && seen.add(key);
  });
}

function isSystem(channel: Way['channel']): boolean {
  return (systemChannels as readonly string[]).includes(channel);
}

function isCarried(channel: Way['channel']): channel is CarriedChannel {
  return (carriedChannels as readonly string[]).includes(channel);
}
