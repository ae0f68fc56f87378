/**
 * The numbers by which a provider is phoned now, for whoever is to phone it about a message or task: whatever sends
 * somebody to the telephone has the number beside it (product rule 11), chosen as the answer page does.
 */
import type { ShownNumber } from '../../domain/answer.ts';
import { phoneKey } from '../../domain/call.ts';
import type { Caller } from '../../domain/caller.ts';
import type { HolidayCalendar } from '../../domain/office-hours.ts';
import { readPhone, restoreLeadingZero } from '../../domain/phone.ts';
import { numbersToPhone, wrongNumbersLast } from '../../domain/provider-numbers.ts';
import type { Trx } from '../../store/database.ts';
import { councilContacts, directoryPhone, findOwnContact } from '../../store/provider-contacts.ts';
import { standingCautions } from '../wrong-numbers.ts';
import type { WrongNumber } from '../wrong-numbers.ts';
import { agreementOf } from './deps.ts';
import type { NoticeDeps } from './deps.ts';

/** Of which provider, and by whose record and agreement its number is known. */
export interface PhoneWanted {
  readonly provider: string;
  readonly council: string;
  readonly hospital: string;
}

/** How a provider is phoned. */
export interface ProviderPhone {
  /** Null when no number answers now. */
  readonly now: ShownNumber | null;
  /** The others that are known, but for those found to be wrong: without a number that answers now they are all there is. */
  readonly others: readonly ShownNumber[];
  /** Those that somebody found to be wrong, with when; they are never `now`. */
  readonly wrong: readonly { readonly number: ShownNumber; readonly at: Date }[];
}

/** Of a provider of which no number is known, or may be given. */
export const noPhone: ProviderPhone = { now: null, others: [], wrong: [] };

const noHolidays: HolidayCalendar = { days: new Set(), knownUntil: '9999-12-31' };

/** By what {@link providerPhones} gives a number. */
export function phoneOf(
  phones: ReadonlyMap<string, ProviderPhone>,
  { provider, council }: Omit<PhoneWanted, 'hospital'>,
): ProviderPhone | null {
  return phones.get(`${council} ${provider}`) ?? null;
}

/**
 * Reads them. A hospital is given no number that its agreement does not share; a number is nobody's data, and is not
 * audited apart from the page on which it stands.
 */
export async function providerPhones(
  deps: NoticeDeps,
  { organisation }: Caller,
  wanted: readonly PhoneWanted[],
): Promise<ReadonlyMap<string, ProviderPhone>> {
  const may = wanted.filter(({ council, hospital }) => council === organisation || agreementOf(deps, council, hospital)?.fields.includes('phone')); // prettier-ignore
  const each = new Map(may.map((one) => [`${one.council} ${one.provider}`, one]));
  if (each.size === 0) return new Map();
  return deps.db.transaction(async (trx) => {
    const found = new Map<string, ProviderPhone>();
    for (const [key, one] of each) found.set(key, await phoneNow(trx, deps, one));
    return found;
  });
}

async function phoneNow(
  trx: Trx,
  { clock, holidays = noHolidays }: NoticeDeps,
  { provider, council }: Omit<PhoneWanted, 'hospital'>,
): Promise<ProviderPhone> {
  const now = clock.now();
  const contact = (await councilContacts(trx, provider)).find((one) => one.council === council);
  const office = contact?.officePhone ?? restoreLeadingZero((await directoryPhone(trx, council, provider)) ?? '');
  const theirs = {
    office: readPhone(office),
    outOfHours: readPhone(contact?.outOfHoursPhone ?? null),
    hours: contact?.officeHours ?? null,
  };
  const own = await findOwnContact(trx, provider);
  const chosen = numbersToPhone(theirs, own, contact?.lastConfirmed ?? null, { now, holidays });
  const cautions = await standingCautions(trx, [provider]);
  const cautionOf = ({ phone }: ShownNumber): WrongNumber | undefined =>
    cautions.find((one) => one.phoneKey === phoneKey(phone.text));
  const all = [...(chosen.now ? [chosen.now] : []), ...chosen.others];
  const isWrong = (number: ShownNumber): boolean => cautionOf(number) !== undefined;
  const ordered = wrongNumbersLast(chosen, isWrong);
  return {
    now: ordered.now,
    others: ordered.others.filter((number) => !isWrong(number)),
    wrong: all.flatMap((number) => {
      const caution = cautionOf(number);
      return caution ? [{ number, at: caution.lastAt }] : [];
    }),
  };
}
