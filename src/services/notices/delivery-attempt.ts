/**
 * One attempt, in two transactions with the sending between them: what may leave is decided and written down first, how
 * it ended afterwards. A process may end between any two steps: whatever was begun is taken up again under the same key.
 */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../domain/caller.ts';
import { isOursToMend } from '../../domain/courier.ts';
import type { DeliveryFault, Handover } from '../../domain/courier.ts';
import { alertWords } from '../../domain/notice-text.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Trx } from '../../store/database.ts';
import {
  beginDelivery,
  channelStands,
  companionsOf,
  endDelivery,
  postponeDelivery,
  restAddress,
  seizeDelivery,
  wakeAddress,
} from '../../store/notices/deliveries.ts';
import type { StoredDelivery } from '../../store/notices/deliveries.ts';
import { closeTasksOf, openDeliveryTask } from '../../store/notices/delivery-tasks.ts';
import { numberOfNotice } from '../../store/notices/numbers.ts';
import { holdPerson, tryPerson } from '../../store/notices/person-lock.ts';
import { buryAddress } from '../../store/notices/ways.ts';
import type { DeliverDeps, LeavingNotice } from './deliver.ts';

/** Pauses in milliseconds. */
export interface DeliveryTiming {
  readonly retryFirst: number;
  readonly retryLongest: number;
  /** How long one attempt may take; well before it is taken for lost. */
  readonly patience: number;
  /** Between two questions after something that is taken on elsewhere, at first. */
  readonly followFirst: number;
}

export const usualTiming: DeliveryTiming = {
  retryFirst: 10_000,
  retryLongest: 30 * 60_000,
  patience: 20_000,
  followFirst: 5_000,
};

/** What was begun: one delivery, and others whose alert is the very same letter. */
export interface Begun {
  readonly is: 'send' | 'follow';
  readonly all: readonly [StoredDelivery, ...StoredDelivery[]];
  readonly key: string;
  readonly again: boolean;
  readonly leaving: LeavingNotice | null;
  readonly at: Date;
}

// More would make a letter's loss everybody's loss, and no inbox is opened faster by it.
const mostInLetter = 50;

/**
 * Decides, and writes down that it may leave from now on.
 * @returns null when there is nothing to send: another process has it, or the notice may not leave any more
 */
export async function beginAttempt(
  deps: DeliverDeps,
  timing: DeliveryTiming,
  candidate: StoredDelivery,
): Promise<Begun | null> {
  return deps.db.transaction(async (trx) => {
    const at = deps.clock.now();
    if (!(await tryPerson(trx, candidate.person))) return null;
    const one = await seizeDelivery(trx, candidate.id, at);
    if (!one) return null;
    const lost = new Date(at.getTime() + 3 * timing.patience);
    if (one.state === 'taken') {
      await postponeDelivery(trx, one.id, lost);
      return { is: 'follow', all: [one], key: one.id, again: true, leaving: null, at };
    }
    const leaving = await leave(trx, deps, one, at);
    if (!leaving) return null;
    const again = one.parcel !== null;
    const key = one.parcel ?? randomUUID();
    const all: [StoredDelivery, ...StoredDelivery[]] = [one];
    if (isLetter(one)) {
      for (const other of await companionsOf(trx, one, at, mostInLetter)) {
        if (!(await tryPerson(trx, other.person))) continue;
        if (await leave(trx, deps, other, at)) all.push(other);
      }
    } else {
      await auditDisclosure(trx, leaving, one, at);
    }
    for (const each of all) {
      await beginDelivery(trx, each.id, key, lost);
      if (each.attempts === 0) await say(trx, deps, each, 'attempted', at);
    }
    return { is: 'send', all, key, again, leaving, at };
  });
}

/** Hands it over. Never throws. */
export async function carry(deps: DeliverDeps, begun: Begun, signal: AbortSignal): Promise<Handover> {
  const [{ channel, address: to, reason, recipient, reference }] = begun.all;
  const { key, again, leaving, at } = begun;
  const { couriers } = deps;
  if (begun.is === 'follow') {
    const followed = await couriers[channel]?.follow?.(reference ?? '', signal);
    return followed ?? { is: 'accepted', reference: reference ?? '' };
  }
  const link = deps.link(recipient);
  if (channel === 'email' || channel === 'text') {
    const what = alertWords(link, reason === 'reminder');
    return (await couriers[channel]?.carry({ key, to, what, again, at }, signal)) ?? notConfigured;
  }
  if (!leaving || reason === 'task') return notConfigured;
  return (
    (await couriers[channel]?.carry({ key, to, what: { ...leaving, reason, link }, again, at }, signal)) ??
    notConfigured
  );
}

const notConfigured: Handover = { is: 'later', fault: 'NOT_CONFIGURED' };

/** Writes down how it ended, for each delivery by itself. @returns the fault, for those who count */
export async function endAttempt(
  deps: DeliverDeps,
  timing: DeliveryTiming,
  begun: Begun,
  handover: Handover,
): Promise<DeliveryFault | null> {
  let fault: DeliveryFault | null = null;
  for (const one of begun.all) {
    fault = await deps.db.transaction(async (trx) => {
      await holdPerson(trx, one.person);
      return endOne(trx, deps, timing, begun, one, handover);
    });
  }
  return fault;
}

async function endOne(
  trx: Trx,
  deps: DeliverDeps,
  timing: DeliveryTiming,
  begun: Begun,
  one: StoredDelivery,
  handover: Handover,
): Promise<DeliveryFault | null> {
  const at = deps.clock.now();
  const attempts = begun.is === 'send' ? one.attempts + 1 : one.attempts;
  const end = (how: Parameters<typeof endDelivery>[3]): Promise<boolean> => endDelivery(trx, one.id, attempts, how, at);
  switch (handover.is) {
    case 'delivered':
      if (await end({ state: 'delivered' })) {
        await say(trx, deps, one, 'delivered', at);
        await closeTasksOf(trx, one, 'delivered', at);
        await wakeAddress(trx, one, at);
      }
      return null;
    case 'accepted': {
      if (at >= one.giveUpAt) return fail(trx, deps, one, attempts, 'GIVEN_UP', at);
      const age = at.getTime() - one.createdAt.getTime();
      const pause = Math.min(Math.max(age / 2, timing.followFirst), timing.retryLongest);
      await end({ state: 'taken', reference: handover.reference, nextAt: new Date(at.getTime() + pause) });
      return null;
    }
    case 'refused':
      return fail(trx, deps, one, attempts, handover.fault, at);
    case 'later': {
      const { fault, after = 0 } = handover;
      const growing = timing.retryFirst * 2 ** Math.min(attempts - 1, 30);
      const pause = Math.max(after, Math.min(growing, timing.retryLongest));
      if (at >= one.giveUpAt) return fail(trx, deps, one, attempts, fault, at);
      const nextAt = new Date(Math.min(at.getTime() + pause, Math.max(one.giveUpAt.getTime(), at.getTime() + after)));
      if (!(await end({ state: 'waiting', fault, nextAt, fresh: begun.is === 'follow' }))) return fault;
      await restAddress(trx, one, nextAt);
      // Once the pauses grow no more it is time that a person looks.
      if (isOursToMend(fault)) await task(trx, one, 'ours-to-mend', fault, at);
      else if (growing >= timing.retryLongest) await task(trx, one, 'not-delivered', fault, at);
      return fault;
    }
  }
}

async function fail(
  trx: Trx,
  deps: DeliverDeps,
  one: StoredDelivery,
  attempts: number,
  fault: DeliveryFault,
  at: Date,
): Promise<DeliveryFault> {
  if (await endDelivery(trx, one.id, attempts, { state: 'failed', fault }, at)) await mourn(trx, deps, one, fault, at);
  return fault;
}

/** What follows from a delivery that failed for good: an event, a dead address, a task. */
export async function mourn(
  trx: Trx,
  deps: Pick<DeliverDeps, 'record'>,
  one: StoredDelivery,
  fault: DeliveryFault,
  at: Date,
): Promise<void> {
  // Of two addresses on a channel one may have it: then the channel has not failed.
  if (!(await channelStands(trx, one))) await say(trx, deps, one, 'bounced', at);
  if (fault === 'ADDRESS_DEAD') {
    await buryAddress(trx, one, fault, at);
    await task(trx, one, 'dead-address', fault, at);
  } else await task(trx, one, isOursToMend(fault) ? 'ours-to-mend' : 'not-delivered', fault, at);
}

async function leave(trx: Trx, deps: DeliverDeps, one: StoredDelivery, at: Date): Promise<LeavingNotice | null> {
  const leaving = await deps.mayLeave(trx, one.notice, one.reason);
  if (!leaving) await endDelivery(trx, one.id, one.attempts, { state: 'dropped' }, at);
  return leaving;
}

// An alert to the council about a provider's notice says nothing of whether the provider has it; one of a task is
// about no notice.
async function say(
  trx: Trx,
  deps: Pick<DeliverDeps, 'record'>,
  { notice, channel, reason, recipient, council }: StoredDelivery,
  kind: 'attempted' | 'delivered' | 'bounced',
  at: Date,
): Promise<void> {
  if (reason === 'task' || (reason === 'council' && recipient === council)) return;
  await deps.record(trx, { kind, channel, notice, id: randomUUID(), at });
}

function task(
  trx: Trx,
  one: StoredDelivery,
  kind: 'dead-address' | 'not-delivered' | 'ours-to-mend',
  fault: DeliveryFault,
  at: Date,
): Promise<void> {
  const { recipient, council, channel, address } = one;
  return openDeliveryTask(trx, { recipient, council, kind, channel, address, fault }, at);
}

function isLetter({ channel }: StoredDelivery): boolean {
  return channel === 'email' || channel === 'text';
}

// What a system is sent it can read without anybody's opening it: that is the disclosure (product rule 6).
async function auditDisclosure(trx: Trx, { notice }: LeavingNotice, one: StoredDelivery, at: Date): Promise<void> {
  const [council = '', personKey = ''] = one.person.split('|');
  const nhsNumber = await numberOfNotice(trx, notice.id);
  const byList = notice.recipient.kind === 'provider' && notice.recipient.link === 'roster';
  await writeAudit(trx, at, itself(notice.sender.organisation, at), {
    action: 'send-to-system',
    outcome: 'sent',
    council,
    personKey,
    detail: { notice: notice.id, recipient: one.recipient, system: one.address, channel: one.channel },
    people: [{ council, personKey, nhsNumber, hospitals: [notice.sender.organisation], private: byList }],
  });
}

function itself(organisation: string, at: Date): Caller {
  return {
    userId: 'homeward|delivery',
    name: 'Homeward itself',
    role: 'operator',
    organisation,
    team: 'service',
    authenticatedBy: 'service',
    authenticatedAt: at,
    session: 'service',
  };
}
