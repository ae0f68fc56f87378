/**
 * What must be known of a hospital's feed to read its ADT messages. A site's feed file (src/config/feed.ts)
 * gives it; this side names only what it reads.
 */
import type { StayClass } from '../domain/stay-event.ts';

/** An application and the facility it stands in, as MSH-3 and MSH-4 name them. */
export interface Party {
  readonly application: string;
  /** Absent: any. */
  readonly facility?: string | undefined;
}

/**
 * Which identifiers to take from a list (data type CX). A part that is absent is not looked at, an empty
 * one must be empty. The authority is met by its name or by its universal id (an OID).
 */
export interface IdentifierRule {
  readonly authority?: string | undefined;
  readonly type?: string | undefined;
}

/** Fields in which feeds put the NHS number. */
export type NhsNumberField = 'PID-2' | 'PID-3' | 'PID-4' | 'PID-19';

/** Where the tracing status of the NHS number stands: a field, CX.2 beside the number, or after the type, as in `NH{status:01}`. */
export type StatusField = 'PID-32' | 'CX-2' | 'CX-5';

/** What a code of PV1-2 means; `by-site` leaves it to the site that PV1-3 names. */
export type ClassMeaning = StayClass | 'expected' | 'not-a-stay' | 'by-site';

/** A place of the hospital, recognised by parts of PV1-3; the first that fits is taken. */
export interface SiteRule {
  readonly when: {
    readonly pointOfCare?: string | undefined;
    readonly room?: string | undefined;
    readonly bed?: string | undefined;
    readonly facility?: string | undefined;
    readonly locationType?: string | undefined;
    readonly building?: string | undefined;
  };
  readonly organisation: string;
  readonly team?: string | undefined;
  /** For patient classes that are read by site. */
  readonly patientClass?: StayClass | 'not-a-stay' | undefined;
}

/** What a discharge code can tell beyond a way home. */
export type DischargeCodes = Readonly<Record<string, 'died' | 'transferred'>>;

export interface AdtFeed {
  readonly id: string;
  readonly senders: readonly Party[];
  /** What our own messages carry in MSH-3 and MSH-4, to know them when an engine sends them back. */
  readonly ours: Party;
  /** Accepted values of MSH-11. */
  readonly processing: readonly string[];
  readonly patient: {
    /** Null: the feed has no hospital numbers, and people are known by NHS number alone. */
    readonly hospitalNumber: {
      readonly authority: string;
      readonly where: readonly IdentifierRule[];
      /** What to do when one rule finds two different numbers: set the message aside, or take the first. */
      readonly whenSeveral: 'set-aside' | 'first';
    } | null;
    /** A number that stands alone in MRG-1, without authority and type, is a hospital number. */
    readonly bareNumberInMerge: boolean;
    readonly nhsNumber: readonly (IdentifierRule & { readonly field: NhsNumberField })[];
    readonly nhsNumberStatus: readonly StatusField[];
    /** NHS numbers of another status are not used; null takes every status, and none. */
    readonly acceptedStatuses: readonly string[] | null;
    /** Birth dates that the hospital's system writes for "not known". */
    readonly birthDateNotKnown: readonly string[];
  };
  readonly visitNumber: 'PV1-19' | 'PV1-50' | 'PID-18';
  readonly patientClasses: Readonly<Record<string, ClassMeaning>>;
  /** By trigger event, where it differs from the rule: what is known is applied, anything else set aside. */
  readonly events: Readonly<Partial<Record<string, 'apply' | 'ignore' | 'refuse'>>>;
  readonly sites: readonly SiteRule[];
  readonly discharge: {
    readonly 'PV1-36'?: DischargeCodes | undefined;
    readonly 'PV1-37'?: DischargeCodes | undefined;
  };
  readonly times: {
    /** The clock of times that say no offset. */
    readonly zone: 'london' | 'utc';
    /** `visit`: before EVN-2, PV1-44 is taken as the time of an arrival or admission, PV1-45 of a discharge. */
    readonly happened: 'event' | 'visit';
    /**
     * Which time tells what was written down last: EVN-2, or MSH-7 for a sender that puts into EVN-2 the time of
     * the event itself. A message sent again with a new MSH-7 and a new id is then no repetition.
     */
    readonly recorded: 'event' | 'message';
    /** Milliseconds by which the sender's clock may be ahead. */
    readonly ahead: number;
  };
}
