/**
 * Whether a notice may go now, must wait for a person, or must not go at all: product rules 4, 5, 8 and 10, deny by
 * default, each decision with its reason. Asked at the writing of a notice and again at the moment of its sending,
 * with what is so then (hazard H14).
 */
import type { Agreement } from './agreement.ts';
import type { AnswerKind } from './answer.ts';
import type { WaitReason } from './notice-event.ts';
import type { NoticeTerms } from './notice-terms.ts';
import type { NoticeKind, FactKind, Recipient } from './notice.ts';
import type { PartStates, PersonRecord } from './record.ts';

/** Three states and no fourth (product rule 4). */
export type ReferralNow = 'open' | 'none-recorded' | 'not-available';

/** Whether the person agreed to a provider's being told: apart from the question whether they may be looked up. */
export type PermissionToTell = 'given' | 'refused' | 'cannot-ask' | 'not-asked';

/** What the council's record, read by the look-up's own rules, allows to be told. */
export type RecordNow = 'shown' | 'not-shown' | 'died' | 'overdue';

export interface Telling {
  readonly recipient: Recipient['kind'];
  readonly kind: NoticeKind;
  readonly of: FactKind;
  /** Sent by an event of the hospital, not by somebody who pressed a button. */
  readonly automatic: boolean;
  /** Provider of an active package, or with the person on its verified list, at this very moment. */
  readonly isAddressee: boolean;
  readonly referral: ReferralNow;
  readonly permission: PermissionToTell;
  readonly record: RecordNow;
  /** A named person released this notice. */
  readonly released: boolean;
}

export type RefuseReason = 'not-agreed' | 'died' | 'not-shown' | 'permission-refused' | 'permission-not-asked' | 'not-a-provider-now'; // prettier-ignore

export type TellDecision =
  /** `phoneFirst`: advise the sender to phone the council's duty team before the provider. */
  | { readonly do: 'tell'; readonly phoneFirst: boolean }
  | { readonly do: 'wait'; readonly why: WaitReason }
  | { readonly do: 'refuse'; readonly why: RefuseReason };

/** Decides about one notice to one recipient. */
export function decideTelling(
  telling: Telling,
  terms: Pick<NoticeTerms, 'providers' | 'council' | 'permissionToTell' | 'automatic'>,
): TellDecision {
  const { recipient, automatic, of } = telling;
  if (automatic && !terms.automatic.includes(of)) return refuse('not-agreed');
  // Whatever stands in the way of telling a provider: the council is told, and without delay.
  if (recipient === 'council') return terms.council ? { do: 'tell', phoneFirst: false } : refuse('not-agreed');
  if (recipient !== 'provider' || !terms.providers) return refuse('not-agreed');
  return decideProvider(telling, terms.permissionToTell === 'ask');
}

function decideProvider(telling: Telling, mustAsk: boolean): TellDecision {
  const { kind, automatic, released, record, permission } = telling;
  if (record === 'died') return refuse('died');
  if (record !== 'shown' && record !== 'overdue') return refuse('not-shown');
  if (permission === 'refused') return refuse('permission-refused');
  // A cancellation reaches whoever got the wrong notice, and tells nothing that was not told before.
  if (!telling.isAddressee && kind !== 'cancellation') return refuse('not-a-provider-now');
  const clear = telling.referral === 'none-recorded';
  const asked = !mustAsk || permission === 'given' || permission === 'cannot-ask';
  if (!automatic) return asked ? { do: 'tell', phoneFirst: !clear } : refuse('permission-not-asked');
  if (!clear && !released) return { do: 'wait', why: 'safeguarding' };
  // Who releases it asks the person, or says why nobody can: releasing is no permission.
  if (!asked) return { do: 'wait', why: 'permission-not-asked' };
  if (record === 'overdue' && !released) return { do: 'wait', why: 'record-overdue' };
  return { do: 'tell', phoneFirst: !clear };
}

function refuse(why: RefuseReason): TellDecision {
  return { do: 'refuse', why };
}

/**
 * Whether a referral is open, for everything that acts on its own. Past the agreement's limit, or where what stands
 * there cannot be read, it is "not available" and never "none" (product rule 3, hazard H12).
 * @param person null when the council has no record of this number
 */
export function referralNow(
  person: Pick<PersonRecord, 'referral'> | null,
  { safeguarding }: PartStates,
  { freshness }: Pick<Agreement, 'freshness'>,
  now: Date,
): ReferralNow {
  const age = safeguarding ? now.getTime() - safeguarding.asAt.getTime() : Number.NaN;
  if (!(age <= freshness.safeguarding.notAvailableAfter)) return 'not-available';
  if (person === null || person.referral === 'none') return 'none-recorded';
  return person.referral === 'open' ? 'open' : 'not-available';
}

/** What a look-up's decision on the record means for telling. */
export function recordNow(kind: AnswerKind): RecordNow {
  if (kind === 'care' || kind === 'no-care' || kind === 'no-record') return 'shown';
  return kind === 'died' || kind === 'overdue' ? kind : 'not-shown';
}

/** What the sender reads of a notice that waits: one text, whatever it waits for (product rule 4). */
export const waitText = 'Not sent yet: it waits for a person to release it. Phone the council’s duty team first.';

/** What the sender reads of a notice that is not sent. */
export const refuseTexts: Record<RefuseReason, string> = {
  'not-agreed': 'The sharing agreement does not allow this message.',
  died: 'The person has died: providers are not sent messages. The council is told.',
  'not-shown': 'This cannot be sent from here. Phone the council’s duty team.',
  'permission-refused': 'The person did not agree to their care provider being told.',
  'permission-not-asked': 'Ask the person first if their care provider may be told.',
  'not-a-provider-now': 'This provider has no current care package for the person. Look the person up again.',
};
