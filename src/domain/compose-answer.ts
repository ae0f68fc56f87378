/** Turns a decision and what was found into the answer that is shown: minimum fields, nothing more. */
import { seesSafeguarding } from './agreement.ts';
import type { Agreement, ShareableField } from './agreement.ts';
import type { Answer, Banner, CareShown, ListedBy, ShownPackage, ShownSafeguarding } from './answer.ts';
import type { Caller } from './caller.ts';
import { ageOn, londonDate } from './dates.ts';
import { nhsNumberMessages } from './nhs-number.ts';
import type { NhsNumberResult } from './nhs-number.ts';
import type { HolidayCalendar } from './office-hours.ts';
import { readPhone, restoreLeadingZero } from './phone.ts';
import { freshnessOf, sharePackages } from './policy.ts';
import type { Decision, LookUpRequest } from './policy.ts';
import { isJustChanged } from './provider-contact.ts';
import type { OwnContact } from './provider-contact.ts';
import { numbersToPhone } from './provider-numbers.ts';
import type { CarePackage, NumberResolution, PartStates, PersonRecord } from './record.ts';

export interface Composition {
  readonly decision: Decision;
  readonly caller: Caller;
  readonly agreement: Agreement | null;
  readonly request: LookUpRequest;
  readonly number: NhsNumberResult;
  /** Null when no council was asked. */
  readonly found: NumberResolution | null;
  readonly parts: PartStates;
  readonly holidays: HolidayCalendar;
  readonly now: Date;
  /** How providers say themselves that they are reached, by provider id. */
  readonly ownContacts?: ReadonlyMap<string, OwnContact>;
  /** What providers' own lists say, where that may be shown. */
  readonly listed?: ListedBy | null;
}

/** Builds the one answer. The decision alone chooses its kind; this only fills it. */
export function composeAnswer(from: Composition): Answer {
  const { decision, request, number, found, parts, agreement, now } = from;
  const common = {
    at: now,
    council: request.council,
    hospital: from.caller.organisation,
    asked: number.ok ? number.value : null,
    supersededBy: null as string | null,
  };
  const age = {
    asAt: parts.care?.asAt ?? null,
    freshness: agreement ? freshnessOf(parts.care?.asAt ?? null, agreement.freshness.care, now) : ('never' as const),
  };
  // Said only where the person is disclosed: on a neutral answer it would itself tell something.
  const disclosed = { ...common, supersededBy: found?.superseded ? found.current : null };
  const person = found?.person ?? null;
  const listed = from.listed ? { listed: from.listed } : {};
  switch (decision.kind) {
    case 'care':
    case 'no-care':
      return { ...disclosed, kind: decision.kind, age, care: showCare(from, need(agreement), need(person)), ...listed };
    case 'overdue': {
      const known = person && parts.restrictions ? showCare(from, need(agreement), person) : null;
      const lastKnown = known
        ? known.packages.length > 0
          ? 'care'
          : 'no-care'
        : parts.care && parts.restrictions
          ? 'no-record'
          : 'nothing';
      return { ...(known ? disclosed : common), kind: 'overdue', age, care: known, lastKnown };
    }
    case 'died': {
      const { deathDate } = need(person);
      return {
        ...disclosed,
        kind: 'died',
        age,
        banner: banner(from, need(agreement), need(person)),
        deathDate: need(deathDate),
      };
    }
    case 'no-record':
      return { ...common, kind: 'no-record', age, ...listed };
    case 'number-not-valid':
      return {
        ...common,
        kind: 'number-not-valid',
        message: number.ok
          ? 'This NHS number has been withdrawn, and no other number stands in its place. Find the patient’s current NHS number'
          : nhsNumberMessages[number.fault],
      };
    default:
      return { ...common, kind: decision.kind };
  }
}

function showCare(from: Composition, agreement: Agreement, person: PersonRecord): CareShown {
  const { open, ended, unread } = sharePackages(agreement, person, from.now);
  const today = londonDate(from.now);
  const show = (one: CarePackage): ShownPackage => showPackage(one, from, agreement, today);
  return {
    banner: banner(from, agreement, person),
    packages: [...open].sort(byReference).map(show).sort(byStatusThenName),
    ended: [...ended].sort(byReference).map(show).sort(byStatusThenName),
    unreadLines: unread,
    safeguarding: showSafeguarding(from, agreement, person),
    safeguardingAsAt: from.parts.safeguarding?.asAt ?? null,
    nameDiffers: nameDiffers(from.request.familyName, person.family),
  };
}

// Order is by status, then name, then date, and where all these are alike or not shared by the
// council's reference: the same record always gives the same page (hazard H24).
function byStatusThenName(a: ShownPackage, b: ShownPackage): number {
  const rank = { active: 0, planned: 1, ended: 2 };
  const order = rank[a.status ?? 'active'] - rank[b.status ?? 'active'];
  return order || compare(a.provider, b.provider) || compare(a.service, b.service) || compare(a.start, b.start);
}

function byReference(a: CarePackage, b: CarePackage): number {
  return a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0;
}

const inEnglish = new Intl.Collator('en');

function compare(a: string | null, b: string | null): number {
  return inEnglish.compare(a ?? '', b ?? '');
}

function banner({ found, now }: Composition, agreement: Agreement, person: PersonRecord): Banner {
  const can = fieldsOf(agreement);
  const birthDate = need(person.birthDate);
  return {
    family: can('name') ? person.family : null,
    given: can('name') ? person.given : null,
    birthDate,
    age: ageOn(birthDate, londonDate(now)),
    gender: can('gender') ? person.gender : null,
    nhsNumber: need(found).current,
    councilId: can('council-id') ? person.councilId : null,
  };
}

function showSafeguarding(
  { caller, parts, now }: Composition,
  agreement: Agreement,
  person: PersonRecord,
): ShownSafeguarding {
  if (!seesSafeguarding(agreement, caller.role)) return 'not-your-role';
  const asAt = parts.safeguarding?.asAt;
  const limit = agreement.freshness.safeguarding.notAvailableAfter;
  if (!asAt || !(now.getTime() - asAt.getTime() <= limit)) return 'not-available';
  if (person.referral === 'open') return 'open';
  // Whatever else stands there than a plain "none" is not known (hazard H12).
  return person.referral === 'none' ? 'none-recorded' : 'not-available';
}

function showPackage(one: CarePackage, from: Composition, agreement: Agreement, today: string): ShownPackage {
  const can = fieldsOf(agreement);
  const { provider } = one;
  const phone = can('phone')
    ? readPhone(provider.phoneSource === 'cqc' ? restoreLeadingZero(provider.phone ?? '') : provider.phone)
    : null;
  const night = can('phone') ? readPhone(provider.outOfHoursPhone) : null;
  const council = { office: phone, outOfHours: night, hours: provider.officeHours };
  const own = provider.providerId === null ? null : (from.ownContacts?.get(provider.providerId) ?? null);
  const chosen = numbersToPhone(council, can('phone') ? own : null, provider.lastConfirmed, from);
  const confirmed = latest(can('phone') ? provider.lastConfirmed : null, can('phone') ? own : null);
  const closed = one.leftOutSince !== null || (one.end !== null && one.end < today);
  return {
    service: can('service') ? one.label : null,
    provider: can('provider') ? provider.name : null,
    status: can('status') ? (closed ? 'ended' : one.start > today ? 'planned' : 'active') : null,
    start: can('dates') ? one.start : null,
    end: can('dates') ? one.end : null,
    leftOutSince: can('dates') ? one.leftOutSince : null,
    now: chosen.now,
    others: chosen.others,
    nowReason: can('phone') ? chosen.reason : 'Provider phone numbers are not shared under this agreement.',
    officeHours: can('phone') ? chosen.officeHours : null,
    email: can('email') ? emailOf(provider.email, own) : null,
    notes: can('contact-notes') ? provider.notes : null,
    lastConfirmed: can('phone') ? provider.lastConfirmed : null,
    phoneSource: can('phone') ? provider.phoneSource : 'none',
    confirmedFreshness: freshnessOf(confirmed, agreement.freshness.contacts, from.now),
    ...(own && can('phone') && { ownConfirmed: londonDate(own.confirmedAt) }),
    ...(own?.changedAt && can('phone') && isJustChanged(own, from.now) && { ownChanged: londonDate(own.changedAt) }),
    ...(provider.providerId !== null && can('phone') && can('provider') && { providerId: provider.providerId }),
  };
}

function latest(council: string | null, own: OwnContact | null): Date | null {
  const at = council ? new Date(`${council}T00:00:00Z`) : null;
  return own && (!at || own.confirmedAt > at) ? own.confirmedAt : at;
}

function emailOf(council: string | null, own: OwnContact | null): string | null {
  const given = [own?.email ?? null, council].filter((one) => one !== null);
  const distinct = given.filter((one, index) => given.findIndex((same) => same.toLowerCase() === one.toLowerCase()) === index); // prettier-ignore
  return distinct.length > 0 ? distinct.join(' or ') : null;
}

/** Names are compared by letters only: case, accents, spaces and apostrophes are no difference. */
export function nameDiffers(typed: string | null, recorded: string | null): boolean {
  const letters = (text: string): string => text.normalize('NFD').replace(/\P{L}/gu, '').toLowerCase();
  if (!typed || !recorded) return false;
  return letters(typed) !== letters(recorded);
}

function fieldsOf(agreement: Agreement): (field: ShareableField) => boolean {
  const fields = new Set(agreement.fields);
  return (field) => fields.has(field);
}

function need<T>(value: T | null): T {
  if (value === null) throw new TypeError('An answer was composed from a record that policy had not passed');
  return value;
}
