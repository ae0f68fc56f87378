/**
 * The shape in which the demo's people are told: what the council's files say of them, what is
 * typed at the hospital, and what the answer must then be. People and providers are invented; NHS
 * numbers are of the range 999, which is valid and never issued.
 */
import type { AnswerKind } from '../domain/answer.ts';
import type { IsoDate } from '../domain/dates.ts';

/** One line of care in the council's file. */
export interface CastEvent {
  readonly reference: string;
  readonly component: string;
  /** Service type; community support when not given. */
  readonly type?: string;
  /** Key of the council's providers; none when the file says nothing of a provider. */
  readonly provider?: string;
  readonly start: IsoDate;
  readonly end?: IsoDate;
  readonly mechanism?: string;
  readonly funding?: string;
  readonly event?: 'Service' | 'Assessment' | 'Review';
}

/** What the council's files hold of one person. */
export interface CastRecord {
  readonly councilId: string;
  readonly nhsNumber: string;
  readonly given: string;
  readonly family: string;
  /** Empty when the record has none. */
  readonly birthDate: IsoDate | '';
  readonly gender: 'Female' | 'Male';
  readonly deathDate?: IsoDate;
  readonly events: readonly CastEvent[];
  readonly referral?: {
    readonly reference: string;
    readonly stage: string;
    readonly status: string;
    readonly opened: IsoDate;
    readonly closed?: IsoDate;
  };
  readonly restriction?: { readonly reason: string; readonly from: IsoDate };
  /** The number the person had before. */
  readonly formerNumber?: { readonly nhsNumber: string; readonly changedOn: IsoDate };
}

/** One thing worth showing. */
export interface CastMember {
  readonly answer: AnswerKind;
  readonly note: string;
  /** `FAMILY, Given`; for an example without a person, what it is an example of. */
  readonly name: string;
  /** What is typed. */
  readonly nhsNumber: string;
  readonly birthDate: IsoDate;
  /** Several when a number is shared, none when no file knows the number. */
  readonly records: readonly CastRecord[];
  /** A number withdrawn with nothing in its place. */
  readonly withdrawnOn?: IsoDate;
}

/** A provider of a demo council. */
export interface CastProvider {
  readonly name: string;
  /** Absent: not registered with CQC, so that Client Level Data leaves its columns blank. */
  readonly cqcLocationId?: string;
  /** Absent: the council's own contacts file does not know it. */
  readonly localReference?: string;
  readonly phone?: string;
  readonly outOfHours?: string;
  readonly hours?: string;
  readonly email?: string;
  readonly notes?: string;
  readonly lastConfirmed?: IsoDate;
  /** What CQC's directory says, its phone without the leading 0; absent: not in the directory. */
  readonly directory?: { readonly phone: string; readonly types: string };
}

/** A demo council: its people, its providers and the age of its files. */
export interface Cast {
  readonly council: string;
  readonly name: string;
  readonly members: readonly CastMember[];
  readonly providers: Readonly<Record<string, CastProvider>>;
  readonly asAt: Date;
  readonly safeguardingAsAt: Date;
  readonly extractedAt: Date;
}

type Told = Omit<CastRecord, 'councilId' | 'nhsNumber' | 'birthDate'>;

/** A member who is typed exactly as the council's file has them, the common case. */
export function plainMember(
  answer: AnswerKind,
  councilId: string,
  nhsNumber: string,
  birthDate: IsoDate,
  told: Told,
  note: string,
): CastMember {
  return {
    answer,
    note,
    name: shownName(told),
    nhsNumber,
    birthDate,
    records: [{ councilId, nhsNumber, birthDate, ...told }],
  };
}

/** `HOLMES, Barbara` */
export function shownName({ family, given }: Pick<CastRecord, 'family' | 'given'>): string {
  return `${family.toLocaleUpperCase('en')}, ${given}`;
}

/** A package of home care, the commonest of all. */
export function homeCare(
  reference: string,
  provider: string,
  start: IsoDate,
  more: Partial<CastEvent> = {},
): CastEvent {
  return {
    reference,
    component: 'Home support or domiciliary care',
    mechanism: 'CASSR commissioned support',
    provider,
    start,
    ...more,
  };
}
