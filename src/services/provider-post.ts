/**
 * The post of sign-in and invitations: finds out whether an address is anybody's, makes link and code only as the
 * letter leaves, and keeps nothing of them but hashes. A letter that was under way when the process ended is sent
 * again with a new link, and the one before it opens nothing any more.
 */
import type { Caller } from '../domain/caller.ts';
import type { DeliveryFault } from '../domain/courier.ts';
import { askLimits, asksKeptFor, invitationFor, linkFor, triesOfCode } from '../domain/provider-account.ts';
import { writeAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { deleteOldInvitations, findActiveByEmail, findPerson, placesOf } from '../store/provider-accounts.ts';
import { forgetMembers } from '../store/provider-forget.ts';
import { armProof, deleteOldProofs, settleProof, takeDueProof } from '../store/notices/way-proofs.ts';
import { countHeldBack, deleteOldAsks, takeHeldBack, takeVoidedAsks } from '../store/provider-asks.ts';
import {
  armAsk,
  armInvitation,
  settleAsk,
  settleInvitation,
  settleWord,
  takeDueAsk,
  takeDueInvitation,
  takeDueWord,
} from '../store/provider-letters.ts';
import { hashCode, hashToken, newCode, newToken, userIdOf } from './provider-deps.ts';
import type { ProviderDeps, SendLetter } from './provider-deps.ts';
import { Rounds } from './rounds.ts';
import { changedText, invitationText, proofText, signInText } from './provider-words.ts';

export interface PostDeps extends ProviderDeps {
  readonly baseUrl: string;
  readonly send: SendLetter;
  /** Letters to an address are held back, since strangers ask for so many. Must not throw. */
  readonly onHeldBack?: () => void;
  /** A letter could not be sent: told of the first attempt, and when it is given up. Must not throw. */
  readonly onUnsent?: (letter: LetterKind, fault: DeliveryFault, goesOn: boolean) => void;
}

export type LetterKind = 'sign-in link' | 'invitation' | 'code for an address' | 'word of changed phone numbers';

/** While a process sends a letter nobody else does. */
const lease = 60_000;
const pauses = [10_000, 30_000, 60_000, 120_000];
const invitationPauses = [60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];
const mostInvitationAttempts = 24;

/** Sends whatever is due. @returns how many letters were dealt with */
export async function sendDueLetters(deps: PostDeps): Promise<number> {
  let done = 0;
  const senders = [sendOneAsk, sendOneInvitation, sendOneProof, sendOneWord];
  for (let sent = true; sent;) {
    sent = false;
    for (const send of senders) if (!sent) sent = await send(deps);
    if (sent) done++;
  }
  await recordVoided(deps);
  await recordHeldBack(deps);
  return done;
}

/** Whoever left a provider is kept for so long. */
const leftKeptFor = 365 * 86_400_000;

/** Forgets what the limits no longer look back at, and who left a provider a year ago. */
export async function forgetOldAsks(deps: Pick<ProviderDeps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now().getTime();
  await deleteOldAsks(deps.db, new Date(now - asksKeptFor));
  await deleteOldProofs(deps.db, new Date(now - 2 * asksKeptFor));
  await deleteOldInvitations(deps.db, new Date(now - 30 * 86_400_000));
  await deps.db.transaction((trx) => forgetMembers(trx, new Date(now - leftKeptFor)));
}

async function sendOneAsk(deps: PostDeps): Promise<boolean> {
  const now = deps.clock.now();
  const leaseUntil = new Date(now.getTime() + lease);
  const taken = await deps.db.transaction(async (trx) => {
    const one = await takeDueAsk(trx, now, leaseUntil);
    if (!one) return null;
    const tooLate = now.getTime() - one.askedAt.getTime() >= linkFor;
    const person = tooLate ? null : await findActiveByEmail(trx, one.email);
    if (person === null) {
      await settleAsk(trx, one.ask, null);
      return { ...one, armed: null, tooLate, heldBack: 0 };
    }
    const armed = { token: newToken(), code: newCode(), expiresAt: new Date(now.getTime() + linkFor) };
    await armAsk(trx, one.ask, {
      person,
      tokenHash: hashToken(armed.token),
      codeHash: hashCode(one.ask, armed.code),
      expiresAt: armed.expiresAt,
    });
    await record(trx, deps, person, 'link-sent');
    const heldBack = await countHeldBack(trx, one.ask, new Date(now.getTime() - askLimits.address.within));
    return { ...one, armed, tooLate, heldBack };
  });
  if (!taken) return false;
  if (!taken.armed) {
    // Of the first attempt was said that it goes on. Without one, nobody knows whether the address was anybody's.
    if (taken.tooLate && taken.attempts > 1) tellUnsent(deps, 'sign-in link', 'GIVEN_UP', taken.attempts, null);
    return true;
  }
  const { token, code, expiresAt } = taken.armed;
  const end = await deps.send({
    key: hashToken(token),
    to: taken.email,
    subject: 'Sign in to Homeward',
    text: signInText(`${deps.baseUrl}/provider/sign-in/link/${token}`, code, expiresAt, taken.heldBack > 0),
  });
  const again = end.is === 'later' ? later(now, taken.attempts - 1, pauses, end.after) : null;
  await settleAsk(deps.db, taken.ask, again);
  if (end.is === 'later' || end.is === 'refused') tellUnsent(deps, 'sign-in link', end.fault, taken.attempts, again);
  return true;
}

async function sendOneInvitation(deps: PostDeps): Promise<boolean> {
  const now = deps.clock.now();
  const leaseUntil = new Date(now.getTime() + lease);
  const token = newToken();
  const one = await deps.db.transaction(async (trx) => {
    const taken = await takeDueInvitation(trx, now, leaseUntil);
    const expiresAt = new Date(now.getTime() + invitationFor);
    if (taken) await armInvitation(trx, taken.invitation, { tokenHash: hashToken(token), expiresAt });
    return taken;
  });
  if (!one) return false;
  const council = one.council && (deps.councils.find(({ id }) => id === one.council)?.name ?? 'A council');
  const end = await deps.send({
    key: hashToken(token),
    to: one.email,
    subject: 'You are invited to Homeward',
    text: invitationText(one.organisationName, council, `${deps.baseUrl}/provider/invitation/${token}`),
  });
  if (end.is === 'delivered' || end.is === 'accepted') await settleInvitation(deps.db, one.invitation, { sentAt: now });
  else {
    const goesOn = end.is === 'later' && one.attempts < mostInvitationAttempts;
    const again = goesOn ? later(now, one.attempts - 1, invitationPauses, end.after) : null;
    await settleInvitation(deps.db, one.invitation, { fault: end.fault, again });
    tellUnsent(deps, 'invitation', end.fault, one.attempts, again);
  }
  return true;
}

async function sendOneProof(deps: PostDeps): Promise<boolean> {
  const now = deps.clock.now();
  const code = newCode();
  const one = await deps.db.transaction(async (trx) => {
    const taken = await takeDueProof(trx, now, new Date(now.getTime() + lease));
    if (taken) await armProof(trx, taken.proof, hashCode(taken.proof, code));
    return taken;
  });
  if (!one) return false;
  const { channel, proof, attempts } = one;
  const end = await deps.send({
    key: `${proof}-${attempts}`,
    to: one.address,
    subject: 'A code to confirm this address',
    text: proofText(channel, code),
    ...(channel === 'text' && { by: channel }),
  });
  if (end.is === 'delivered' || end.is === 'accepted') await settleProof(deps.db, proof, { sentAt: now });
  else {
    const goesOn = end.is === 'later' && attempts < mostInvitationAttempts;
    const again = goesOn ? later(now, attempts - 1, invitationPauses, end.after) : null;
    await settleProof(deps.db, proof, { fault: end.fault, again });
    tellUnsent(deps, 'code for an address', end.fault, attempts, again);
  }
  return true;
}

async function sendOneWord(deps: PostDeps): Promise<boolean> {
  const now = deps.clock.now();
  const one = await deps.db.transaction((trx) => takeDueWord(trx, now, new Date(now.getTime() + lease)));
  if (!one) return false;
  const text = changedText(one.organisationName, `${deps.baseUrl}/provider/contact`);
  const end = await deps.send({ key: one.word, to: one.email, subject: 'Your phone numbers were changed', text });
  const goesOn = end.is === 'later' && one.attempts < mostInvitationAttempts;
  const again = goesOn ? later(now, one.attempts - 1, invitationPauses, end.after) : null;
  await settleWord(deps.db, one.word, again);
  if (end.is === 'later' || end.is === 'refused')
    tellUnsent(deps, 'word of changed phone numbers', end.fault, one.attempts, again);
  return true;
}

// Not of every attempt: a mail server that is away for a day would fill the log.
function tellUnsent(
  { onUnsent }: PostDeps,
  letter: LetterKind,
  fault: DeliveryFault,
  attempt: number,
  again: Date | null,
): void {
  if (attempt <= 1 || again === null) onUnsent?.(letter, fault, again !== null);
}

function later(now: Date, attempt: number, list: readonly number[], atLeast = 0): Date {
  const pause = list[Math.min(attempt, list.length - 1)] ?? lease;
  return new Date(now.getTime() + Math.max(pause, atLeast));
}

// Here, and not where the code is typed: there it would take longer for an address that somebody has.
async function recordVoided(deps: ProviderDeps): Promise<void> {
  await deps.db.transaction(async (trx) => {
    for (const { person } of await takeVoidedAsks(trx, triesOfCode)) await record(trx, deps, person, 'code-tried-out');
  });
}

async function recordHeldBack(deps: PostDeps): Promise<void> {
  const since = new Date(deps.clock.now().getTime() - askLimits.address.within);
  const people = await deps.db.transaction(async (trx) => {
    const held = await takeHeldBack(trx, since);
    for (const { person } of held) await record(trx, deps, person, 'letters-held-back');
    return held;
  });
  if (people.length > 0) deps.onHeldBack?.();
}

async function record(trx: Trx, deps: ProviderDeps, person: string, outcome: string): Promise<void> {
  const found = await findPerson(trx, person);
  const [place] = await placesOf(trx, person);
  if (!found || !place) return;
  const whose: Caller = {
    userId: userIdOf(person),
    name: found.name,
    role: place.role,
    organisation: place.organisation,
    team: place.organisationName,
    authenticatedBy: 'nobody-yet',
    authenticatedAt: deps.clock.now(),
    session: 'none',
  };
  await writeAudit(trx, deps.clock.now(), whose, { action: 'sign-in', outcome });
}

/** Sends letters as they come up, one pass at a time, and looks by itself now and then. */
export class ProviderPost {
  /** For whoever has something to be sent. */
  readonly deps: PostDeps;
  readonly #rounds: Rounds;

  constructor(deps: Omit<PostDeps, 'wake'>, onFault: (error: unknown) => void) {
    this.deps = { ...deps, wake: () => this.wake() };
    this.#rounds = new Rounds(() => sendDueLetters(this.deps), onFault);
  }

  /** Looks now and every few seconds for what another process left behind or what is to be tried again. */
  start(every = 10_000): void {
    this.#rounds.start(every);
  }

  /** Sends what is due, soon; never throws. */
  wake(): void {
    this.#rounds.wake();
  }

  /** Resolves when nothing is under way. */
  settle(): Promise<void> {
    return this.#rounds.settle();
  }

  /** Ends after what is being sent now. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }
}
