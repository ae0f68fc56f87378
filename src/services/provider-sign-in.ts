/**
 * Use case: somebody of a care provider signs in by email. The letter holds a link and a code. The link is spent by
 * a button, as mail scanners open what they find; the code works only in the browser that asked, as a code can be
 * talked out of somebody. Nothing here lets anybody tell whether an address is known: the same row is kept for
 * every address, and whether a letter goes out is found later, by the post (provider-letters.ts).
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { askLimits, clientOf, linkFor, networkOf, readCode, triesOfCode } from '../domain/provider-account.ts';
import { HomewardError } from '../domain/error.ts';
import { findPerson, isActiveNow, placesOf } from '../store/provider-accounts.ts';
import { beginByAsk, countAsks, insertAsk, spendAsk, spendLink, takeTry } from '../store/provider-asks.ts';
import type { AskCounts, SpentAsk, Try } from '../store/provider-asks.ts';
import type { Trx } from '../store/database.ts';
import { hashCode, hashToken, isToken, keyedHash, newToken, personOf, userIdOf } from './provider-deps.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { personInRole } from './sign-in.ts';
import type { Admitted } from './sign-in.ts';

export { ownIssuer, userIdOf } from './provider-deps.ts';

/** Somebody whom a letter lets in. */
export interface AdmittedByEmail extends Admitted {
  /** The ask that was spent; a session begins by it once. */
  readonly ask: string;
  /** Hash of the address, for the browser to be known by; it opens nothing. */
  readonly addressHash: string;
}

/**
 * Takes an ask for a letter.
 * @param email as `readEmail` gave it
 * @param client address from which the request came
 * @param knownFor hashes of the addresses that signed in before in this browser ({@link AdmittedByEmail.addressHash})
 * @returns what the browser must keep so that the code works in it; the same for every address
 */
export async function askForLetter(
  deps: ProviderDeps,
  email: string,
  client: string,
  knownFor: readonly string[] = [],
): Promise<{ browser: string } | 'too-many'> {
  const now = deps.clock.now();
  const browser = newToken();
  const hashes = {
    addressHash: keyedHash(deps.secret, 'address', email),
    clientHash: keyedHash(deps.secret, 'client', clientOf(client)),
    networkHash: keyedHash(deps.secret, 'network', networkOf(client)),
  };
  const known = knownFor.includes(hashes.addressHash);
  const taken = await deps.db.transaction(async (trx) => {
    const counts = await countAsks(trx, hashes, new Date(now.getTime() - askLimits.address.within));
    if (!known && counts.byClient >= askLimits.client.most) return false;
    const one = { ask: randomUUID(), browserHash: hashToken(browser), ...hashes, known };
    await insertAsk(trx, { ...one, email: goesOut(counts, known) ? email : null }, now);
    return true;
  });
  if (!taken) return 'too-many';
  deps.wake();
  return { browser };
}

function goesOut({ toAddress, toAddressByClient, toAddressKnown, ofNetwork }: AskCounts, known: boolean): boolean {
  if (known) return toAddressKnown < askLimits.known.most;
  const { most, fresh } = askLimits.address;
  return toAddress < (ofNetwork === 0 ? fresh : most) && toAddressByClient < askLimits.addressByClient.most;
}

/**
 * Spends a link.
 * @returns null when it is unknown, spent, too old or of somebody who is nowhere active: nobody may tell which
 */
export async function openLink(deps: ProviderDeps, token: string): Promise<AdmittedByEmail | null> {
  if (!isToken(token)) return null;
  return deps.db.transaction(async (trx) => {
    const spent = await spendLink(trx, hashToken(token), deps.clock.now());
    return spent === null ? null : admit(deps, trx, spent, 'email-link');
  });
}

/**
 * Tries a code in a browser. Each try is counted before it is judged, and committed whatever comes of it.
 * @param browser what {@link askForLetter} gave this browser
 * @returns `void` when no code of this browser counts any more
 * @throws HomewardError FORM_INVALID when it is not six digits; that counts as no try
 */
export async function tryCode(
  deps: ProviderDeps,
  browser: string,
  typed: string,
): Promise<AdmittedByEmail | 'wrong' | 'void'> {
  const code = readCode(typed);
  if (code === null) throw new HomewardError('FORM_INVALID');
  const now = deps.clock.now();
  const ago = (milliseconds: number): Date => new Date(now.getTime() - milliseconds);
  return deps.db.transaction(async (trx) => {
    const one = await takeTry(trx, hashToken(browser), {
      tries: triesOfCode,
      // A letter may be a little later than its ask.
      askedAfter: ago(2 * linkFor),
      wrongSince: ago(askLimits.wrongCodes.within),
    });
    if (!one) return 'void';
    const right = sameText(hashCode(one.ask, code), one.codeHash ?? hashCode(one.ask, 'no code'));
    const counts = one.expiresAt !== null && one.expiresAt > now && codesCount(one);
    if (right && counts && one.person !== null) {
      await spendAsk(trx, one.ask, one.person, now);
      const admitted = await admit(deps, trx, { ...one, person: one.person }, 'email-code');
      if (admitted) return admitted;
    }
    return one.tries >= triesOfCode ? 'void' : 'wrong';
  });
}

// What strangers have typed does not count against a browser in which the address signed in before.
function codesCount({ known, wrongLately, wrongOfNetwork }: Try): boolean {
  const { byNetwork, byStrangers, known: ofKnown } = askLimits.wrongCodes;
  return known ? wrongLately <= ofKnown : wrongLately <= byStrangers && wrongOfNetwork <= byNetwork;
}

/**
 * Begins the session of somebody admitted, in one of their places, once. That they still belong to it is held until
 * the session is there: who is disabled at this moment either is not let in, or is put out by it.
 * @throws HomewardError SIGN_IN_NO_ROLE; SIGN_IN_FAILED when a session began by this letter before; AUDIT_NOT_WRITTEN
 */
export function beginAtPlace(
  deps: ProviderDeps,
  { ask, addressHash: _hash, ...admitted }: AdmittedByEmail,
  choice: number,
  formerId: string | null,
): Promise<string> {
  const person = personInRole(admitted, choice);
  const id = personOf(admitted.userId) ?? '';
  return deps.sessions.begin(person, formerId, async (trx) => {
    if (!(await isActiveNow(trx, id, person.organisation, person.role))) throw new HomewardError('SIGN_IN_NO_ROLE');
    if (!(await beginByAsk(trx, ask, deps.clock.now()))) throw new HomewardError('SIGN_IN_FAILED', 'Start again.');
  });
}

async function admit(
  deps: ProviderDeps,
  trx: Trx,
  { ask, person, addressHash }: SpentAsk,
  by: string,
): Promise<AdmittedByEmail | null> {
  const found = await findPerson(trx, person);
  const places = await placesOf(trx, person);
  if (!found || places.length === 0) return null;
  return {
    ask,
    addressHash,
    userId: userIdOf(person),
    name: found.name,
    authenticatedBy: by,
    authenticatedAt: deps.clock.now(),
    providerSession: null,
    roles: places.map(({ organisation, organisationName, role }) => ({ role, organisation, team: organisationName })),
  };
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
