/**
 * What a provider's question is decided by: whether it may ask about the person at all, and what may stand in the way
 * of an answer by the word of every council and hospital that it touches. Of several the strictest counts.
 */
import { providersToTell } from './addressee.ts';
import type { Agreement } from './agreement.ts';
import { arrivalRequest } from './arrival.ts';
import type { IsoDate } from './dates.ts';
import { recordNow, referralNow } from './interlock.ts';
import type { PermissionToTell } from './interlock.ts';
import type { NoticeTerms } from './notice-terms.ts';
import { decideOnRecord } from './policy.ts';
import type { UseCounts } from './policy.ts';
import { isOpen } from './stay-course.ts';
import type { Stay } from './stay.ts';
import type { NumberResolution, PartStates } from './record.ts';
import type { Bars } from './whereabouts.ts';

/** What a council's record says, read for one agreement. */
export interface RecordRead {
  readonly agreement: Agreement;
  readonly found: NumberResolution;
  readonly parts: PartStates;
  readonly counts: UseCounts;
  readonly permission: PermissionToTell;
}

/** Whom the question is about, as typed. */
export interface AskedAbout {
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
}

/**
 * Whether the provider has the person in an active package, by number and birth date. Whatever bars an answer does
 * not count here: else a miss would tell a provider that something does.
 */
export function isOwnPackage(
  { agreement, found: { person } }: Pick<RecordRead, 'agreement' | 'found'>,
  provider: string,
  { birthDate }: Pick<AskedAbout, 'birthDate'>,
  now: Date,
): boolean {
  if (person === null || person.birthDate !== birthDate) return false;
  return providersToTell(agreement, person, (one) => one.provider.providerId, now).includes(provider);
}

/** What stands in the way, by the look-up's own rules (policy.ts) and the interlock's reading of a referral. */
export function barsOf(reads: readonly RecordRead[], about: AskedAbout, now: Date): Bars {
  const all = reads.map(({ agreement, found, parts, counts, permission }): Bars => {
    const request = arrivalRequest(agreement.council, about);
    const { kind } = decideOnRecord({ agreement, request, counts, found, parts, now });
    return { record: recordNow(kind), referral: referralNow(found.person, parts, agreement, now), permission };
  });
  return {
    record: all.find(({ record }) => record !== 'shown')?.record ?? (all.length > 0 ? 'shown' : 'not-shown'),
    referral: all.find(({ referral }) => referral !== 'none-recorded')?.referral ?? (all.length > 0 ? 'none-recorded' : 'not-available'), // prettier-ignore
    permission: strictestPermission(all.map(({ permission }) => permission)),
  };
}

const strictness: readonly PermissionToTell[] = ['refused', 'not-asked', 'cannot-ask', 'given'];

function strictestPermission(all: readonly PermissionToTell[]): PermissionToTell {
  return strictness.find((one) => all.includes(one)) ?? 'not-asked';
}

type Terms = Pick<NoticeTerms, 'permissionToTell' | 'whereabouts'>;

/** The terms of several agreements as one: each the strictest of them. Without any, questions are off. */
export function strictestTerms(agreements: readonly Agreement[]): Terms {
  const all = agreements.map(({ notices }) => notices);
  const least = (of: (one: Terms) => number): number => Math.min(...all.map(of));
  return {
    permissionToTell: all.every(({ permissionToTell }) => permissionToTell === 'not-needed') ? 'not-needed' : 'ask',
    whereabouts: {
      enabled: all.length > 0 && all.every(({ whereabouts }) => whereabouts.enabled),
      beforeAsking: all.every(({ whereabouts }) => whereabouts.beforeAsking),
      openFor: least(({ whereabouts }) => whereabouts.openFor),
      afterTransfer: Math.max(...all.map(({ whereabouts }) => whereabouts.afterTransfer)),
      questionsHour: least(({ whereabouts }) => whereabouts.questionsHour),
      questionsDay: least(({ whereabouts }) => whereabouts.questionsDay),
    },
  };
}

/** What matters of a stay before it is taken for the person's. */
interface Identified extends Pick<Stay, 'status' | 'cautions'> {
  readonly person: { readonly birthDate: IsoDate | null };
}

/**
 * The stays of a number that are the person's or may be. A stay under this number with another birth date, or none,
 * is in doubt while it lasts, so that neither "with us" nor "not with us" follows from it; once it is over it is
 * nobody's here.
 */
export function staysInQuestion<S extends Identified>(stays: readonly S[], birthDate: IsoDate): S[] {
  return stays.flatMap((stay) => {
    if (stay.person.birthDate === birthDate) return [stay];
    if (isOpen(stay.status)) return [{ ...stay, cautions: [...stay.cautions, 'patient-contradicted' as const] }];
    return stay.status === 'died' || stay.status === 'transferred' ? [stay] : [];
  });
}
