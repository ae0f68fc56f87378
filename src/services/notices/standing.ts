/**
 * What is so now of the person whom a notice is about: read and decided by the look-up's own rules, as an arrival's
 * question is, so that no notice says what no answer page would (product rules 2 to 5, hazards H12 and H14). Every
 * council of the site is asked, since what bars a telling is the person's and not one council's (elsewhere.ts).
 */
import { providersToTell } from '../../domain/addressee.ts';
import type { Agreement } from '../../domain/agreement.ts';
import { arrivalRequest, askAgainAt } from '../../domain/arrival.ts';
import type { IsoDate } from '../../domain/dates.ts';
import { sooner, stricterRecord, stricterReferral } from '../../domain/elsewhere.ts';
import { decideTelling, recordNow, referralNow } from '../../domain/interlock.ts';
import type { PermissionToTell, RecordNow, ReferralNow, TellDecision } from '../../domain/interlock.ts';
import { parseNhsNumber } from '../../domain/nhs-number.ts';
import type { FactKind, NoticeKind, Recipient } from '../../domain/notice.ts';
import { termsForAsked } from '../../domain/open-question.ts';
import { decideOnRecord, unused } from '../../domain/policy.ts';
import type { NumberResolution, PartStates, PersonRecord } from '../../domain/record.ts';
import { askIn } from '../../store/ask-in.ts';
import type { Trx } from '../../store/database.ts';
import { personsWord } from '../../store/notices/permissions.ts';
import type { AskedOf } from '../../store/notices/permissions.ts';
import { readRecord } from '../../store/records.ts';
import type { OnRecord } from '../../store/records.ts';
import { agreementInForce } from './deps.ts';
import type { NoticeDeps } from './deps.ts';
import { readElsewhere, standNow, standsAt } from './elsewhere.ts';
import type { Elsewhere } from './elsewhere.ts';
import { sinceOf, staysFor, staysNow } from './person-stays.ts';

/** Whom a notice is about, by both identifiers and by whom the council had for them. */
export interface About {
  readonly hospital: string;
  readonly council: string;
  readonly personKey: string;
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  readonly stayId: string | null;
  /** When it was told; null before. What the person had allowed then still counts. */
  readonly toldAt: Date | null;
  /** The provider whose own list of clients is why it may be told; absent where a package is. */
  readonly roster?: string;
}

/** Whom a notice names. */
export type Named = Pick<PersonRecord, 'family' | 'given' | 'birthDate'>;

export interface Standing {
  /** Null when none is in force. */
  readonly agreement: Agreement | null;
  /** By the strictest of all councils; of a death at another council, or in another hospital, no more than `not-shown`. */
  readonly record: RecordNow;
  /** It is another council or hospital that bars: this council's own record would let it be told. */
  readonly barredElsewhere: boolean;
  /** By this council's record: what a person who tells is advised by. */
  readonly referral: ReferralNow;
  /** By the strictest of all councils: what holds back whatever no button sent. */
  readonly referralAnywhere: ReferralNow;
  readonly permission: PermissionToTell;
  /** Null where nothing may be told of anybody. */
  readonly person: Named | null;
  /** The person's current NHS number. */
  readonly number: string;
  /** Providers of active packages, and the one whose client list has the person: id, and name where the agreement shares it. */
  readonly providers: ReadonlyMap<string, string | null>;
  readonly parts: PartStates;
  /** At which all councils' facts stood when they were asked, or earlier: never later (`standsAt`). */
  readonly bundle: string;
  /** Until when this word holds while no council sends anything new. */
  readonly until: Date | null;
  /** It rests on nothing that passes by itself: on no guesses at the record lately, no death and no provider's own list. */
  readonly lasting: boolean;
}

/** What this transaction has read already, by this council and one of the person's numbers. */
export interface Known {
  /** Read for this hospital and by the current number. */
  readonly record?: OnRecord;
  readonly elsewhere?: Elsewhere;
}

const nothing = { person: null, providers: new Map<string, never>(), parts: {}, barredElsewhere: false } as const;

/**
 * Reads what is so now. Take the person's lock first.
 * @param known a council's extract waits for no person's lock, and one that lands after it was read makes the word be
 *   asked again
 */
export async function standingOf(
  trx: Trx,
  deps: NoticeDeps,
  about: About,
  now: Date,
  known: Known = {},
): Promise<Standing> {
  const { council, hospital } = about;
  const agreement = agreementInForce(deps, council, hospital, now);
  const number = parseNhsNumber(about.nhsNumber);
  if (!agreement || !number.ok) {
    const bundle = await standNow(trx, deps);
    const common = { agreement, bundle, until: null, lasting: false, number: about.nhsNumber };
    const closed = { referral: 'not-available', referralAnywhere: 'not-available', permission: 'not-asked' } as const;
    return { ...common, ...nothing, ...closed, record: 'not-shown' };
  }
  const elsewhere = known.elsewhere ?? (await readElsewhere(trx, deps, council, number.value, now));
  const found = known.record ?? (await readRecord(askIn(trx), council, number.value, hospital, now));
  const request = arrivalRequest(council, about);
  const counts = { ...unused, mismatchesOnPerson: found.mismatches.lately };
  const { kind } = decideOnRecord({ agreement, request, counts, ...found, now });
  const { current } = found.found;
  const numbers = [number.value, current];
  const client = about.roster ? await deps.rosterClient?.(trx, about.roster, numbers, about.birthDate, now) : null;
  const { stay, death } = staysNow(await staysFor(trx, deps, about, numbers), about);
  // Of whom the council has no record nothing of its own stands in the way; of anybody else its record decides.
  const alone = client && kind === 'no-record' && client.personKey === about.personKey ? client : null;
  const byRecord = alone ? 'shown' : recordFrom(recordNow(kind), found.found, about);
  const own = death === 'here' && byRecord !== 'not-shown' ? 'died' : byRecord;
  const record = stricterRecord(own, death === 'elsewhere' ? 'not-shown' : elsewhere.record);
  const person = own === 'not-shown' ? null : (alone ?? found.found.person);
  // Who delivers the care is this council's to show: that nothing can be sent is said of each.
  const told = byRecord === 'shown' || byRecord === 'overdue';
  const providers = told ? providersOf(agreement, found.found.person, now) : new Map<string, string | null>();
  if (told && client && about.roster) providers.set(about.roster, providers.get(about.roster) ?? null);
  const referral = referralNow(found.found.person, found.parts, agreement, now);
  return {
    agreement,
    record,
    barredElsewhere: record === 'not-shown' && own !== 'not-shown',
    referral,
    referralAnywhere: stricterReferral(referral, elsewhere.referral),
    permission: await permissionNow(trx, about, numbers, sinceOf(stay, about.toldAt ?? now)),
    person,
    number: current,
    providers,
    parts: found.parts,
    bundle: standsAt(found.bundle, elsewhere),
    until: sooner(holdsUntil(agreement, found.parts, now), elsewhere.until),
    lasting: found.mismatches.lately === 0 && death === null && about.roster === undefined,
  };
}

// Another person behind the number, or none any more: nothing is told of either.
function recordFrom(record: RecordNow, { person }: NumberResolution, { personKey }: About): RecordNow {
  return person?.personKey === personKey ? record : 'not-shown';
}

function providersOf(agreement: Agreement, person: PersonRecord | null, now: Date): Map<string, string | null> {
  if (!person) return new Map();
  const named = agreement.fields.includes('provider');
  const ids = providersToTell(agreement, person, ({ provider }) => provider.providerId, now);
  return new Map(
    ids.map((id) => {
      const own = person.packages.find(({ provider }) => provider.providerId === id && provider.name !== null);
      return [id, named ? (own?.provider.name ?? null) : null];
    }),
  );
}

// A referral's part runs out too: from then on it is "not available", and automatic notices wait.
function holdsUntil(agreement: Agreement, parts: PartStates, now: Date): Date {
  const limit = agreement.freshness.safeguarding.notAvailableAfter + 1;
  const ends = parts.safeguarding ? parts.safeguarding.asAt.getTime() + limit : 0;
  const again = askAgainAt(agreement, parts, now).getTime();
  return new Date(ends > now.getTime() ? Math.min(again, ends) : again);
}

/**
 * Whether the person agreed to a provider's being told, by the last word: a refusal counts whoever wrote it down, one
 * of a look-up too, until they say yes here. That somebody could not be asked later is no word of theirs.
 */
export async function permissionNow(
  trx: Trx,
  about: Omit<AskedOf, 'nhsNumber'>,
  numbers: readonly string[],
  since: Date,
): Promise<PermissionToTell> {
  const { last, givenAt, refusedAt } = await personsWord(trx, about, numbers, since);
  if (refusedAt && !(givenAt && givenAt > refusedAt)) return 'refused';
  return last ?? 'not-asked';
}

/** One notice to decide about. */
export interface ToDecide {
  readonly recipient: Pick<Recipient, 'kind' | 'id'>;
  readonly kind: NoticeKind;
  readonly of: FactKind;
  readonly automatic: boolean;
  /** Brought about by a provider's own question. */
  readonly asked?: boolean;
  readonly released: boolean;
}

/** The interlock's word on one notice as things stand; an agreement that is not in force allows nothing. */
export function decideNow(standing: Standing, one: ToDecide): TellDecision {
  const { agreement, permission, record, providers } = standing;
  if (!agreement) return { do: 'refuse', why: 'not-agreed' };
  const { recipient, kind, of, automatic, released } = one;
  // The advice to phone first is by the record that the sender may see: another council's referral would show in it.
  const referral = automatic ? standing.referralAnywhere : standing.referral;
  return decideTelling(
    { recipient: recipient.kind, kind, of, automatic, isAddressee: providers.has(recipient.id), referral, permission, record, released },
    one.asked ? termsForAsked(agreement.notices) : agreement.notices,
  ); // prettier-ignore
}
