/**
 * A recipient chooses how it is told: channels, when each is watched, and whether what may wait comes once a day. An
 * address is used once somebody who reads it has typed the code sent to it: otherwise whoever has one manager's
 * mailbox could have this service write to strangers, and a mistyped number would be told in place of a care service.
 */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../../domain/caller.ts';
import type { Caller } from '../../domain/caller.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CarriedChannel, SystemChannel } from '../../domain/courier.ts';
import { HomewardError } from '../../domain/error.ts';
import { parseOfficeHours } from '../../domain/office-hours.ts';
import { readCode } from '../../domain/provider-account.ts';
import { mostWays, proofLimits, readAddress } from '../../domain/way.ts';
import type { Timing, Way, WayChannel, WayUse } from '../../domain/way.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Database, Trx } from '../../store/database.ts';
import { closeTasksOf, openTasks } from '../../store/notices/delivery-tasks.ts';
import type { DeliveryTask } from '../../store/notices/delivery-tasks.ts';
import { askProof, countProofs, findProof, markProven, tryProof } from '../../store/notices/way-proofs.ts';
import type { ProvableAddress } from '../../store/notices/way-proofs.ts';
import { changesOfWays, deleteWay, keepTiming, keepWay, reviveAddress, switchWayTo, timingOf, waysOfRecipient } from '../../store/notices/ways.ts'; // prettier-ignore
import { holdOrganisation, listMembers } from '../../store/provider-accounts.ts';
import { hashCode } from '../provider-deps.ts';

/** A recipient's own system, as the configuration folder names it. */
export interface OwnSystem {
  readonly id: string;
  readonly recipient: string;
  readonly channel: SystemChannel;
}

export interface WaysDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly systems: readonly OwnSystem[];
  /** Channels that this site can carry; the others cannot be chosen. */
  readonly carried: readonly CarriedChannel[];
  /** There is a code to send; without it whoever sends looks by itself in a while. Must not throw. */
  readonly wake?: () => void;
}

/** Ways added in a day, whether or not they are there still. */
const mostAdded = { count: 20, within: 86_400_000 };

export interface ChosenWays {
  readonly ways: readonly Way[];
  readonly timing: Timing;
  /** Channels that may be chosen here; webhook, FHIR and HL7 only with a system of the recipient's own. */
  readonly possible: readonly WayChannel[];
  readonly systems: readonly OwnSystem[];
  /** What is to be done so that messages arrive. */
  readonly tasks: readonly DeliveryTask[];
}

// A council's duty workers choose for their council, a provider's manager for the provider, nobody for anybody else.
function mayChoose(caller: Caller): string {
  requirePermission(caller, caller.role === 'council-duty-worker' ? 'work-council-lists' : 'manage-provider');
  return caller.organisation;
}

/** How the caller's organisation is told. @throws HomewardError NOT_ALLOWED */
export async function waysOf({ db, systems, carried }: WaysDeps, caller: Caller): Promise<ChosenWays> {
  const recipient = mayChoose(caller);
  const own = systems.filter((one) => one.recipient === recipient);
  const letters = carried.filter((one) => one === 'email' || one === 'text');
  return {
    ways: await waysOfRecipient(db, recipient),
    timing: await timingOf(db, recipient),
    possible: ['portal', ...letters, ...new Set(own.map(({ channel }) => channel))],
    systems: own,
    tasks: await openTasks(db, { recipient }),
  };
}

/** What is typed to add a way. */
export interface WayToAdd {
  readonly channel: WayChannel;
  /** Ignored for the portal. */
  readonly to: string;
  readonly use: WayUse;
  /** Empty: always. */
  readonly hours: string;
}

/** What came of adding a way. `unproven`: it is used once its code is typed in. The others: nothing was added. */
export type Added =
  | { readonly is: 'added' | 'unproven'; readonly way: string }
  | { readonly is: 'too-many-ways' | 'too-many-today' | 'code-sent-today' };

/**
 * Adds a way, or changes the one with that address; an address that was dead is tried again. To an address that is not
 * known to be the recipient's a code is sent, once a day.
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when address, channel or hours are wrong
 */
export async function addWay(deps: WaysDeps, caller: Caller, given: WayToAdd): Promise<Added> {
  const recipient = mayChoose(caller);
  const to = addressOf(deps, recipient, given);
  const hours = given.hours.trim();
  if (to === null) throw new HomewardError('FORM_INVALID', 'This is no address to which a message can be sent.');
  if (hours !== '' && !parseOfficeHours(hours)) throw new HomewardError('FORM_INVALID', 'Write hours like “Mon-Fri 08:00-18:00”.'); // prettier-ignore
  const { channel, use } = given;
  const added = await deps.db.transaction(async (trx): Promise<Added> => {
    const at = deps.clock.now();
    await holdOrganisation(trx, recipient);
    const ways = await waysOfRecipient(trx, recipient);
    const isThere = ways.some((one) => one.channel === channel && one.to === to && one.use === use);
    if (!isThere && ways.length >= mostWays) return { is: 'too-many-ways' };
    if ((await changesOfWays(trx, recipient, before(at, mostAdded.within))) >= mostAdded.count)
      return { is: 'too-many-today' };
    const proof = channel === 'email' || channel === 'text' ? await proofOf(trx, { recipient, channel, address: to }, at) : 'proven'; // prettier-ignore
    if (proof === 'code-sent-today' || proof === 'too-many-today') return { is: proof };
    await writeAudit(trx, at, caller, { action: 'change-channels', outcome: 'changed', detail: { does: 'add', channel, use } }); // prettier-ignore
    const kept = { channel, to, use, hours: hours === '' ? null : hours };
    const way = await keepWay(trx, recipient, kept, caller.userId, at, proof === 'proven');
    if (proof !== 'proven') return { is: 'unproven', way };
    await mend(trx, recipient, { channel, to }, caller, at);
    return { is: 'added', way };
  });
  if (added.is === 'unproven') deps.wake?.();
  return added;
}

/** Whether an address is known to be the recipient's. Where it is not, a code is on its way or was sent today. */
async function proofOf(
  trx: Trx,
  one: ProvableAddress,
  at: Date,
): Promise<'proven' | 'unproven' | 'code-sent-today' | 'too-many-today'> {
  const known = await findProof(trx, one);
  if (known?.provenAt) return 'proven';
  if (one.channel === 'email' && (await isMembers(trx, one))) return 'proven';
  const since = before(at, proofLimits.within);
  // The way is kept all the same: its code still counts.
  if (known?.askedAt && known.askedAt > since) return 'unproven';
  const sent = await countProofs(trx, one, since);
  if (sent.toAddress >= proofLimits.toAddressFromAll) return 'code-sent-today';
  if (sent.byRecipient >= proofLimits.byRecipient) return 'too-many-today';
  await askProof(trx, one, randomUUID(), at);
  return 'unproven';
}

// Somebody who signs in by email reads that mailbox.
async function isMembers(trx: Trx, { recipient, address }: ProvableAddress): Promise<boolean> {
  const email = address.toLowerCase();
  return (await listMembers(trx, recipient)).some((one) => one.active && one.email === email);
}

/**
 * Tries the code of a way. Each try is counted before it is judged, and committed whatever comes of it.
 * @returns `void` when no code of it counts any more; null when the caller's organisation has no such way to prove
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when it is not six digits; that counts as no try
 */
export async function proveWay(
  deps: WaysDeps,
  caller: Caller,
  id: string,
  typed: string,
): Promise<'proven' | 'wrong' | 'void' | null> {
  const recipient = mayChoose(caller);
  const code = readCode(typed);
  if (code === null) throw new HomewardError('FORM_INVALID');
  return change(deps, caller, { does: 'prove' }, async (trx, at) => {
    const way = (await waysOfRecipient(trx, recipient)).find((one) => one.id === id);
    if (!way || !way.unproven || (way.channel !== 'email' && way.channel !== 'text')) return null;
    const one = { recipient, channel: way.channel, address: way.to };
    const askedAfter = before(at, proofLimits.counts);
    const tried = await tryProof(trx, one, { tries: proofLimits.tries, askedAfter });
    if (!tried) return 'void';
    if (hashCode(tried.proof, code) !== tried.codeHash) return tried.tries >= proofLimits.tries ? 'void' : 'wrong';
    await markProven(trx, one, at);
    await mend(trx, recipient, way, caller, at);
    return 'proven';
  });
}

/**
 * Switches a way on or off; switched on, an address that was dead is tried again.
 * @returns false when the caller's organisation has no such way
 * @throws HomewardError NOT_ALLOWED
 */
export async function switchWay(deps: WaysDeps, caller: Caller, id: string, on: boolean): Promise<boolean> {
  const recipient = mayChoose(caller);
  return change(deps, caller, { does: on ? 'switch-on' : 'switch-off' }, async (trx, at) => {
    const way = await switchWayTo(trx, recipient, id, on, caller.userId, at);
    // Nothing is mended by a way that is not used yet.
    if (way && (await isUsed(trx, recipient, id))) await mend(trx, recipient, way, caller, at);
    return way !== null;
  });
}

async function isUsed(trx: Trx, recipient: string, id: string): Promise<boolean> {
  return (await waysOfRecipient(trx, recipient)).some((one) => one.id === id && one.unproven === undefined);
}

/** Takes a way away. @returns false when the caller's organisation has no such way @throws HomewardError NOT_ALLOWED */
export async function removeWay(deps: WaysDeps, caller: Caller, id: string): Promise<boolean> {
  const recipient = mayChoose(caller);
  return change(deps, caller, { does: 'remove' }, async (trx, at) => {
    const way = await deleteWay(trx, recipient, id);
    if (way) await mend(trx, recipient, way, caller, at);
    return way !== null;
  });
}

/**
 * Chooses when what may wait comes: at a minute of London's day, or null for at once.
 * @throws HomewardError NOT_ALLOWED; FORM_INVALID when there is no such minute
 */
export async function chooseTiming(deps: WaysDeps, caller: Caller, timing: Timing): Promise<void> {
  const recipient = mayChoose(caller);
  const { dailyAt } = timing;
  if (dailyAt !== null && !(Number.isInteger(dailyAt) && dailyAt >= 0 && dailyAt < 1440))
    throw new HomewardError('FORM_INVALID');
  await change(deps, caller, { does: dailyAt === null ? 'at-once' : 'daily' }, (trx, at) =>
    keepTiming(trx, recipient, timing, caller.userId, at),
  );
}

function addressOf({ systems, carried }: WaysDeps, recipient: string, { channel, to }: WayToAdd): string | null {
  if (channel === 'portal') return '';
  if (!carried.includes(channel)) return null;
  if (channel === 'email' || channel === 'text') return readAddress(channel, to);
  const own = systems.find((one) => one.id === to && one.channel === channel && one.recipient === recipient);
  return own?.id ?? null;
}

function before(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() - milliseconds);
}

// Whoever changes a way has looked at it: its address is used again, and nothing is left to do about it.
async function mend(
  trx: Trx,
  recipient: string,
  { channel, to: address }: Pick<Way, 'channel' | 'to'>,
  { userId }: Caller,
  at: Date,
): Promise<void> {
  await reviveAddress(trx, { recipient, channel, address });
  await closeTasksOf(trx, { recipient, channel, address }, userId, at);
  await closeTasksOf(trx, { recipient, channel: '', address: '' }, userId, at);
}

function change<T>(
  { db, clock }: WaysDeps,
  caller: Caller,
  detail: object,
  work: (trx: Trx, at: Date) => Promise<T>,
): Promise<T> {
  // prettier-ignore
  return db.transaction(async (trx) => {
    const at = clock.now();
    await writeAudit(trx, at, caller, { action: 'change-channels', outcome: 'changed', detail });
    return work(trx, at);
  });
}
