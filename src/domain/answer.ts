/**
 * The one distinct answer to a look-up. "Nothing is not none" (product rule 1): every kind has a
 * text of its own, and no kind can be built from another by leaving something out.
 */
import type { IsoDate } from './dates.ts';
import type { NhsNumber } from './nhs-number.ts';
import type { Phone } from './phone.ts';

export const answerKinds = [
  'care',
  'no-care',
  'no-record',
  'cannot-show',
  'birth-date-mismatch',
  'overdue',
  'died',
  'number-not-valid',
  'child',
  'permission-refused',
  'over-budget',
  'sign-in-again',
  'not-allowed',
] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** Fresh, or past a limit of the agreement, or never received. */
export type Freshness = 'fresh' | 'amber' | 'red' | 'never';

export interface FactAge {
  readonly asAt: Date | null;
  readonly freshness: Freshness;
}

export interface ShownNumber {
  readonly phone: Phone;
  readonly kind: 'office' | 'out-of-hours';
  /** Whose word it is, where provider and council say different things. */
  readonly from?: 'provider' | 'council';
}

export interface ShownPackage {
  readonly service: string | null;
  readonly provider: string | null;
  readonly status: 'planned' | 'active' | 'ended' | null;
  readonly start: IsoDate | null;
  readonly end: IsoDate | null;
  readonly leftOutSince: Date | null;
  /** The number that answers now; null when none does. */
  readonly now: ShownNumber | null;
  readonly others: readonly ShownNumber[];
  readonly nowReason: string;
  readonly officeHours: string | null;
  readonly email: string | null;
  readonly notes: string | null;
  readonly lastConfirmed: IsoDate | null;
  readonly phoneSource: 'council' | 'cqc' | 'none';
  readonly confirmedFreshness: Freshness;
  /** When the provider itself last confirmed how it is reached; absent while it never did. */
  readonly ownConfirmed?: IsoDate;
  /** When the provider changed its numbers, if that was in the last days. */
  readonly ownChanged?: IsoDate;
  /** By which calls and cautions are kept; absent where the agreement shares neither provider nor phones, or nobody can say which it is. */
  readonly providerId?: string;
}

/** `not-your-role` is shown whatever the state is, so that it tells nothing. */
export type ShownSafeguarding = 'open' | 'none-recorded' | 'not-available' | 'not-your-role';

export interface Banner {
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: IsoDate;
  readonly age: number;
  readonly gender: string | null;
  readonly nhsNumber: string;
  readonly councilId: string | null;
}

/** What care providers say of their own lists of clients: no package, and beside none. */
export interface ListedBy {
  /** By which each list names the person: it is asked by them again at each view. */
  readonly numbers: readonly NhsNumber[];
  readonly birthDate: IsoDate;
  /** A sentence a provider. */
  readonly lines: readonly string[];
}

/** What a person is shown of care: only inside the kinds that disclose it. */
export interface CareShown {
  readonly banner: Banner;
  readonly packages: readonly ShownPackage[];
  readonly ended: readonly ShownPackage[];
  readonly unreadLines: number;
  readonly safeguarding: ShownSafeguarding;
  readonly safeguardingAsAt: Date | null;
  readonly nameDiffers: boolean;
}

interface Common {
  readonly at: Date;
  readonly council: string;
  readonly hospital: string;
  /** The number typed, 10 digits; null when it was not one. */
  readonly asked: string | null;
  /** The current number, when the one typed was superseded. */
  readonly supersededBy: string | null;
}

export type Answer = Common &
  (
    | {
        readonly kind: 'care' | 'no-care';
        readonly care: CareShown;
        readonly age: FactAge;
        /** Absent where no list that may be shown has the person. */
        readonly listed?: ListedBy;
      }
    | { readonly kind: 'no-record'; readonly age: FactAge; readonly listed?: ListedBy }
    | {
        readonly kind: 'overdue';
        readonly age: FactAge;
        /** Last known; null when the council's last file had no record, or none was ever received. */
        readonly care: CareShown | null;
        readonly lastKnown: 'care' | 'no-care' | 'no-record' | 'nothing';
      }
    | { readonly kind: 'died'; readonly banner: Banner; readonly deathDate: IsoDate; readonly age: FactAge }
    | { readonly kind: 'number-not-valid'; readonly message: string }
    | {
        readonly kind: Exclude<AnswerKind, 'care' | 'no-care' | 'no-record' | 'overdue' | 'died' | 'number-not-valid'>;
      }
  );
