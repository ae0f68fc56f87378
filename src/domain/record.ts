/**
 * What is on record about one person, as the store hands it to policy: facts with their age, and
 * "not known" as a value of its own (architecture rule 11).
 */
import type { IsoDate } from './dates.ts';
import type { NhsNumber } from './nhs-number.ts';
import type { PartKind } from './agreement.ts';

/** When each kind of fact was last true, and which bundle brought it. Absent: never received. */
export type PartStates = Partial<Record<PartKind, { asAt: Date; bundle: string }>>;

export interface ProviderContact {
  /** The place that delivers the care (provider-id.ts); null when the council's word names none, or two. */
  readonly providerId: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly outOfHoursPhone: string | null;
  readonly officeHours: string | null;
  readonly email: string | null;
  readonly notes: string | null;
  readonly lastConfirmed: IsoDate | null;
  /** `council` when the council's own contacts file knows the provider; `cqc` when only CQC's directory does. */
  readonly phoneSource: 'council' | 'cqc' | 'none';
}

export interface CarePackage {
  readonly reference: string;
  readonly component: string;
  /** The council's words, or null when its service map says nothing of this component. */
  readonly label: string | null;
  /** False when the council's service map hides this service. */
  readonly shown: boolean;
  readonly fullCost: boolean;
  readonly start: IsoDate;
  readonly end: IsoDate | null;
  /** The file in which an open line was no longer repeated; null while it stands. */
  readonly leftOutSince: Date | null;
  readonly provider: ProviderContact;
}

/** `not-known`: a referral stands in the file with a status that nobody can read. */
export type ReferralState = 'open' | 'none' | 'not-known';

export interface PersonRecord {
  /** Internal key, as text. */
  readonly personKey: string;
  readonly councilId: string;
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: IsoDate | null;
  readonly deathDate: IsoDate | null;
  readonly gender: string | null;
  /** Days on which a restriction or objection holds; `until` null means without end. */
  readonly restrictions: readonly { from: IsoDate; until: IsoDate | null }[];
  /** True when two records, numbers or birth dates contradict each other. */
  readonly underReview: boolean;
  /** Lines of the person that were quarantined: something more may exist. */
  readonly unreadLines: number;
  readonly packages: readonly CarePackage[];
  readonly referral: ReferralState;
}

/** What the store found for a number. */
export interface NumberResolution {
  /** The number that stands now; differs from the one asked when it was superseded. */
  readonly current: NhsNumber;
  readonly superseded: boolean;
  /** The number was withdrawn, and nothing stands in its place. */
  readonly invalidated: boolean;
  /** Several people behind one number: nobody may be shown. */
  readonly ambiguous: boolean;
  readonly person: PersonRecord | null;
}
