/**
 * "Is my client with you?", asked by a care provider whose worker gets no answer at the door. Three answers. A "no"
 * names every service that was searched and how fresh its feed is (PHSO case 601: a "no" that left out the urgent care
 * centre next door); from a stale or partial feed it is never given. Where the person must not be told of, the answer
 * is the stale feed's, alike in every field (product rules 4 and 5).
 */
import type { PermissionToTell, RecordNow, ReferralNow } from './interlock.ts';
import type { NoticeTerms } from './notice-terms.ts';
import type { Phone } from './phone.ts';
import { isOpen } from './stay-course.ts';
import { isStale } from './stay.ts';
import type { Stay } from './stay.ts';

/** A service where somebody could be, as the site lists them: the ones without a feed too. */
export interface Service {
  readonly hospital: string;
  readonly name: string;
  /** When its feed was last heard, messages or heartbeat; null when it has no feed, or nothing ever came. */
  readonly asAt: Date | null;
  /** For how long after that it may be quiet, milliseconds. */
  readonly freshFor: number;
  /** Whether the feed gives every patient of the service. */
  readonly complete: boolean;
  /** Somebody is there whom the hospital has not yet identified by number and birth date. */
  readonly someNotIdentified: boolean;
}

/** A stay of the person, by verified number and birth date. */
export interface StayFound extends Pick<Stay, 'status' | 'since' | 'startedAt' | 'staleAt' | 'cautions'> {
  /** As it may be named to a provider: never a ward or team. */
  readonly hospital: string;
  readonly phone: Phone;
  readonly died: boolean;
}

/** What may stand in the way of an answer. */
export interface Bars {
  readonly referral: ReferralNow;
  readonly permission: PermissionToTell;
  readonly record: RecordNow;
}

export interface WhereaboutsFacts {
  /** The asking provider has the person in an active package or on its verified list. */
  readonly isOwnClient: boolean;
  readonly services: readonly Service[];
  readonly stays: readonly StayFound[];
  readonly bars: Bars;
  /** The council's number for the hour it is. */
  readonly councilPhone: Phone;
  readonly now: Date;
}

export interface Searched {
  readonly hospital: string;
  readonly name: string;
  readonly asAt: Date;
  readonly someNotIdentified: boolean;
}

export type WhereaboutsAnswer =
  | { readonly kind: 'with-us'; readonly at: Date; readonly hospital: string; readonly since: Date | null; readonly phone: Phone }
  | { readonly kind: 'not-with-us'; readonly at: Date; readonly searched: readonly Searched[] }
  | { readonly kind: 'cannot-say'; readonly at: Date; readonly phone: Phone }; // prettier-ignore

/** The one text for every "cannot say". */
export const cannotSayText = 'We cannot say. Phone the council’s duty team.';

type Terms = Pick<NoticeTerms, 'permissionToTell' | 'whereabouts'>;

/** Answers the question; whatever is not certain, or not to be told, is "cannot say". */
export function answerWhereabouts(facts: WhereaboutsFacts, terms: Terms): WhereaboutsAnswer {
  const { now, councilPhone } = facts;
  const found = isBarred(facts, terms) ? null : whereIs(facts, terms);
  return found ?? { kind: 'cannot-say', at: now, phone: councilPhone };
}

function isBarred({ isOwnClient, bars, stays }: WhereaboutsFacts, { permissionToTell, whereabouts }: Terms): boolean {
  if (!whereabouts.enabled || !isOwnClient) return true;
  if (bars.referral !== 'none-recorded' || bars.record !== 'shown') return true;
  if (bars.permission === 'refused') return true;
  const unasked = permissionToTell === 'ask' && bars.permission !== 'given' && bars.permission !== 'cannot-ask';
  if (unasked && !whereabouts.beforeAsking) return true;
  return stays.some(({ status, died }) => died || status === 'died');
}

/**
 * Where the person is by the feeds alone, whatever may be told of it.
 * @returns null when that is not certain
 */
export function whereIs({ services, stays, now }: WhereaboutsFacts, { whereabouts }: Terms): WhereaboutsAnswer | null {
  const there = stays.filter(({ status }) => isOpen(status));
  if (there.length > 0) {
    // In two hospitals at once, on leave, unheard of, or in doubt who it is: no certain "yes", and surely no "no".
    const [first, ...others] = there.toSorted((a, b) => startOf(a) - startOf(b));
    if (!first || others.some(({ hospital }) => hospital !== first.hospital)) return null;
    if (there.some((one) => one.status === 'on-leave' || isStale(one, now) || inDoubt(one))) return null;
    const { hospital, startedAt, phone } = first;
    if (!services.some((service) => service.hospital === hospital && isFresh(service, now))) return null;
    return { kind: 'with-us', at: now, hospital, since: startedAt, phone };
  }
  if (stays.some((one) => one.status !== 'expected' && (inDoubt(one) || isElsewhere(one, whereabouts.afterTransfer, now)))) return null; // prettier-ignore
  const searched = services.flatMap((service) => searchedIn(service, now));
  if (services.length === 0 || searched.length < services.length) return null;
  return { kind: 'not-with-us', at: now, searched };
}

function startOf({ startedAt, since }: StayFound): number {
  return (startedAt ?? since).getTime();
}

function searchedIn(service: Service, now: Date): Searched[] {
  const { hospital, name, asAt, complete, someNotIdentified } = service;
  return asAt !== null && complete && isFresh(service, now) ? [{ hospital, name, asAt, someNotIdentified }] : [];
}

// Written so that a time that cannot be read, or lies ahead, is not fresh.
function isFresh({ asAt, freshFor }: Service, now: Date): boolean {
  if (asAt === null) return false;
  const age = now.getTime() - asAt.getTime();
  return age >= -60_000 && age <= freshFor;
}

function inDoubt({ cautions }: StayFound): boolean {
  return cautions.some((one) => one !== 'start-not-seen');
}

// Moved on to a hospital that nobody here can see.
function isElsewhere({ status, since }: StayFound, afterTransfer: number, now: Date): boolean {
  return status === 'transferred' && now.getTime() - since.getTime() <= afterTransfer;
}
