/** Use cases of how a provider is reached by its own word: confirming it, and what the answer page reads of it. */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import { parseOfficeHours } from '../domain/office-hours.ts';
import { readPhone } from '../domain/phone.ts';
import { readEmail } from '../domain/provider-account.ts';
import type { OwnContact } from '../domain/provider-contact.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database, Trx } from '../store/database.ts';
import { listMembers } from '../store/provider-accounts.ts';
import { councilContacts, findOwnContact, listOwnContacts, putOwnContact } from '../store/provider-contacts.ts';
import type { CouncilContact, StoredContact } from '../store/provider-contacts.ts';
import { insertWord } from '../store/provider-letters.ts';
import { holdAsManager, ownPlace, recordedChange } from './provider-deps.ts';
import type { ProviderDeps } from './provider-deps.ts';

export type { StoredContact } from '../store/provider-contacts.ts';

/** What the caller's organisation confirmed last; null when it never did. @throws HomewardError NOT_ALLOWED */
export async function contactOf(deps: ProviderDeps, caller: Caller): Promise<StoredContact | null> {
  requirePermission(caller, 'manage-provider');
  return findOwnContact(deps.db, ownPlace(caller));
}

/** How a council says that the caller's organisation is reached, with the council's name. */
export type CouncilsWord = CouncilContact & { readonly councilName: string };

/** What a council has on record of the caller's organisation; null where none has anything. @throws HomewardError NOT_ALLOWED */
export async function councilContactOf(deps: ProviderDeps, caller: Caller): Promise<CouncilsWord | null> {
  requirePermission(caller, 'manage-provider');
  const [one] = await councilContacts(deps.db, ownPlace(caller));
  if (!one) return null;
  return { ...one, councilName: deps.councils.find(({ id }) => id === one.council)?.name ?? one.council };
}

/**
 * Confirms how the organisation is reached, from now on shown to hospital staff with today's date. Of a change of what
 * was confirmed before every manager is told, and the address that stood there: one mailbox must not be enough to
 * have a hospital's calls.
 * @throws HomewardError NOT_ALLOWED, AUDIT_NOT_WRITTEN; FORM_INVALID when a number cannot be rung or hours cannot be read
 */
export async function confirmContact(
  deps: ProviderDeps,
  caller: Caller,
  given: Omit<OwnContact, 'confirmedAt' | 'changedAt'>,
): Promise<void> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const { officePhone, outOfHoursPhone, officeHours, email } = given;
  const phones = [officePhone, outOfHoursPhone].filter((one) => one !== null);
  const readable =
    phones.length > 0 &&
    phones.every(canBeRung) &&
    (officeHours === null || parseOfficeHours(officeHours) !== null) &&
    (email === null || readEmail(email) !== null);
  if (!readable) throw new HomewardError('FORM_INVALID');
  const now = deps.clock.now();
  await recordedChange(() =>
    deps.db.transaction(async (trx) => {
      await holdAsManager(trx, caller);
      const before = await findOwnContact(trx, organisation);
      const isOther = (...keys: (keyof typeof given)[]): boolean => before !== null && keys.some((key) => before[key] !== given[key]); // prettier-ignore
      const numbers = isOther('officePhone', 'officeHours', 'outOfHoursPhone');
      const changedAt = numbers ? now : (before?.changedAt ?? null);
      await putOwnContact(trx, { ...given, organisation, confirmedAt: now, confirmedBy: caller.name, changedAt });
      const same = before !== null && !numbers && !isOther('email');
      if (before !== null && !same) await tellManagers(trx, caller, before.email, now);
      await writeAudit(trx, now, caller, { action: 'confirm-contact', outcome: same ? 'confirmed' : 'changed' });
    }),
  );
  deps.onContact();
  deps.wake();
}

async function tellManagers(trx: Trx, { organisation, team }: Caller, former: string | null, now: Date): Promise<void> {
  const managers = (await listMembers(trx, organisation)).filter(
    (one) => one.active && one.role === 'provider-manager',
  );
  for (const email of new Set([...managers.map((one) => one.email), ...(former === null ? [] : [former])]))
    await insertWord(trx, { word: randomUUID(), email, organisationName: team }, now);
}

/** Whether a number is one that a phone can dial: what staff ring at 3am must not need to be puzzled out. */
export function canBeRung(phone: string): boolean {
  return phone.length <= 40 && (readPhone(phone)?.href ?? null) !== null;
}

/** A number to begin with where somebody of a provider asks to be called: its own out-of-hours number, else its office's. */
export async function phoneToCallBack(deps: Pick<ProviderDeps, 'db'>, caller: Caller): Promise<string | null> {
  requirePermission(caller, 'answer-notices');
  const contact = await findOwnContact(deps.db, ownPlace(caller));
  return contact?.outOfHoursPhone ?? contact?.officePhone ?? null;
}

/** For so long what is remembered may be older than what another process was told. */
const rememberedFor = 15_000;

/**
 * Every provider's own contact, remembered for a moment: reading them at each look-up would be one more statement
 * of the busiest thing there is.
 */
export class OwnContacts {
  readonly #db: Database;
  #known: ReadonlyMap<string, OwnContact> = new Map();
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The contacts by provider. Where they cannot be read the last known stand: the council's numbers are shown anyway. */
  async at(now: Date): Promise<ReadonlyMap<string, OwnContact>> {
    if (Math.abs(now.getTime() - this.#readAt) >= rememberedFor) {
      this.#reading ??= this.#read(now.getTime()).finally(() => (this.#reading = null));
      await this.#reading.catch(() => undefined);
    }
    return this.#known;
  }

  /** Reads anew at the next question: something was confirmed in this process. */
  forget(): void {
    this.#readAt = -Infinity;
  }

  async #read(at: number): Promise<void> {
    this.#readAt = at;
    const rows = await listOwnContacts(this.#db);
    this.#known = new Map(rows.map((row) => [row.organisation, row]));
  }
}
