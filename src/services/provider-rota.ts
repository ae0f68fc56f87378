/** Use cases of who is on call for a provider, and whom the escalation wakes. */
import { randomUUID } from 'node:crypto';
import { requirePermission } from '../domain/caller.ts';
import type { Caller } from '../domain/caller.ts';
import { HomewardError } from '../domain/error.ts';
import type { HolidayCalendar } from '../domain/office-hours.ts';
import { parseOfficeHours } from '../domain/office-hours.ts';
import { readEmail, readPersonName } from '../domain/provider-account.ts';
import { gapsOf, onCallAt } from '../domain/provider-rota.ts';
import type { RotaEntry } from '../domain/provider-rota.ts';
import { readAddress } from '../domain/way.ts';
import type { Way } from '../domain/way.ts';
import { writeAudit } from '../store/audit.ts';
import type { Db } from '../store/database.ts';
import {
  councilContacts,
  deleteRotaEntry,
  findOwnContact,
  insertRotaEntry,
  listRota,
} from '../store/provider-contacts.ts';
import { canBeRung } from './provider-contact.ts';
import { holdAsManager, ownPlace, recordedChange } from './provider-deps.ts';
import type { ProviderDeps } from './provider-deps.ts';

const mostEntries = 50;
/** So many people at once are written to: the others would be strangers, or woken for nothing. */
const mostOnCall = 5;

export interface Rota {
  readonly entries: readonly RotaEntry[];
  /** On call now. */
  readonly now: readonly RotaEntry[];
  /** Hours of the week at which neither office nor rota is there; in words. */
  readonly gaps: readonly string[];
}

/** The rota of the caller's organisation. @throws HomewardError NOT_ALLOWED */
export async function rotaOf(deps: ProviderDeps, caller: Caller): Promise<Rota> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const entries = await listRota(deps.db, organisation);
  const contact = await findOwnContact(deps.db, organisation);
  // As hospitals read it: while nobody of the provider has said its hours, the council's word of them counts.
  const officeHours = contact ? contact.officeHours : ((await councilContacts(deps.db, organisation))[0]?.officeHours ?? null); // prettier-ignore
  return {
    entries,
    now: onCallAt(entries, deps.clock.now(), deps.holidays),
    gaps: gapsOf(entries, officeHours),
  };
}

/**
 * Puts somebody on the rota, after everybody else.
 * @throws HomewardError NOT_ALLOWED, AUDIT_NOT_WRITTEN; FORM_INVALID when anything of it cannot be used at night
 */
export async function addToRota(deps: ProviderDeps, caller: Caller, given: Omit<RotaEntry, 'id'>): Promise<void> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  const usable =
    readPersonName(given.name) === given.name &&
    canBeRung(given.phone) &&
    (given.email === null || readEmail(given.email) === given.email) &&
    parseOfficeHours(given.hours) !== null;
  if (!usable) throw new HomewardError('FORM_INVALID');
  const now = deps.clock.now();
  await recordedChange(() =>
    deps.db.transaction(async (trx) => {
      await holdAsManager(trx, caller);
      const count = (await listRota(trx, organisation)).length;
      if (count >= mostEntries) throw new HomewardError('FORM_INVALID');
      await insertRotaEntry(trx, organisation, { ...given, id: randomUUID() });
      await writeAudit(trx, now, caller, { action: 'change-rota', outcome: 'added' });
    }),
  );
}

/** Takes an entry off the rota. @throws HomewardError NOT_ALLOWED, PAGE_NOT_FOUND, AUDIT_NOT_WRITTEN */
export async function removeFromRota(deps: ProviderDeps, caller: Caller, entry: string): Promise<void> {
  requirePermission(caller, 'manage-provider');
  const organisation = ownPlace(caller);
  await recordedChange(() =>
    deps.db.transaction(async (trx) => {
      await holdAsManager(trx, caller);
      if (!(await deleteRotaEntry(trx, organisation, entry))) throw new HomewardError('PAGE_NOT_FOUND');
      await writeAudit(trx, deps.clock.now(), caller, { action: 'change-rota', outcome: 'removed' });
    }),
  );
}

/**
 * The ways to whoever is on call for a provider at a moment: email and text of each of the first five of the rota.
 * Where the rota names nobody, the provider's own confirmed address: a message nobody watches is better than none.
 */
export async function onCall(db: Db, organisation: string, at: Date, holidays: HolidayCalendar): Promise<Way[]> {
  const people = onCallAt(await listRota(db, organisation), at, holidays).slice(0, mostOnCall);
  const way = (id: string, channel: 'email' | 'text', to: string): Way => ({
    id: `rota:${id}:${channel}`,
    channel,
    to,
    use: 'out-of-hours',
    hours: null,
    on: true,
    dead: null,
  });
  const ways = people.flatMap(({ id, email, phone }) => {
    // Only a mobile can be sent a text message.
    const mobile = readAddress('text', phone);
    return [...(email ? [way(id, 'email', email)] : []), ...(mobile ? [way(id, 'text', mobile)] : [])];
  });
  if (ways.length > 0) return ways;
  const contact = await findOwnContact(db, organisation);
  return contact?.email ? [way('own-contact', 'email', contact.email)] : [];
}
