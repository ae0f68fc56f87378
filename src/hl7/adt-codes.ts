/**
 * What becomes of an ADT message, with the code that an operator reads. No outcome holds anything that
 * identifies a patient: a value is given only of fields that are codes.
 */
import type { HospitalEvent } from '../domain/stay-event.ts';
import { codeValue } from './code-value.ts';

/** Refused with AR: not a message for here, whatever it holds. */
export const rejections = {
  MESSAGE_TYPE: 'MSH-9 names a kind of message that is not taken here.',
  MESSAGE_VERSION: 'MSH-12 names no version of HL7 v2.',
  PROCESSING_ID: 'MSH-11 says that the message is for test or training, or says nothing.',
  SENDER_UNKNOWN: 'MSH-3 and MSH-4 are not those of this feed.',
  EVENT_REFUSED: 'The feed’s file refuses this trigger event.',
} as const;

/** Refused with AE: the message lacks what it must hold. */
export const dataFaults = {
  CONTROL_ID_MISSING: 'MSH-10 is empty or too long.',
  PATIENT_MISSING: 'There is no PID segment.',
  PATIENT_NUMBER_MISSING: 'PID-3 holds no number.',
  NUMBER_TOO_LONG: 'A number of the patient or the visit is too long to be one.',
  VISIT_MISSING: 'There is no PV1 segment.',
  VISIT_NUMBER_MISSING: 'The visit number is empty.',
  TIME_MISSING: 'None of EVN-6, EVN-2 and MSH-7 is a time.',
  MERGE_MISSING: 'There is no MRG segment.',
  PRIOR_NUMBER_MISSING: 'MRG does not say what was merged, changed or moved.',
} as const;

/** Taken, kept and shown until somebody mends the feed's file, and then replayed. Never guessed. */
export const quarantines = {
  EVENT_UNMAPPED: 'The trigger event is not known here. Say in the feed’s file what to do with it.',
  CLASS_UNMAPPED: 'The feed’s file does not say what this patient class (PV1-2) means.',
  SITE_UNMAPPED: 'The feed’s file does not say which place this location (PV1-3) is.',
  HOSPITAL_NUMBER_UNMAPPED: 'None of the identifiers is the hospital number that the feed’s file describes.',
  HOSPITAL_NUMBERS_DIFFER: 'The patient has two hospital numbers of one authority, and nobody says which stands.',
  NHS_NUMBERS_DIFFER: 'The patient has two NHS numbers.',
  TIME_IN_FUTURE: 'The event is later than the moment at which the message came. Check the sender’s clock.',
} as const;

export type Rejection = keyof typeof rejections;
export type DataFault = keyof typeof dataFaults;
export type Quarantine = keyof typeof quarantines;

/** Why a message was taken and nothing done. */
export const ignoredReasons = {
  echo: 'One of our own messages, sent back by an engine.',
  'event-ignored': 'The trigger event says nothing about who is in hospital, or the feed’s file ignores it.',
  'not-a-stay': 'A clinic, or another patient class that is no stay.',
} as const;
export type IgnoredReason = keyof typeof ignoredReasons;

/** Something that was read otherwise than it stands. */
export type AdtRemark =
  | 'event-code-differs'
  | 'event-time-not-read'
  | 'visit-time-not-credible'
  | 'nhs-number-not-valid'
  | 'nhs-number-status-not-accepted'
  | 'birth-date-not-read'
  | 'expected-discharge-not-read'
  | 'death-not-read';

export type AdtOutcome =
  | { readonly kind: 'events'; readonly events: readonly HospitalEvent[]; readonly remarks: readonly AdtRemark[] }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason }
  | { readonly kind: 'quarantined'; readonly code: Quarantine; readonly field: string; readonly value: string }
  | {
      readonly kind: 'refused';
      readonly ack: 'AE' | 'AR';
      readonly code: DataFault | Rejection;
      readonly field: string;
    };

/** Stops the reading of a message with its outcome. Only inside the reader: it never leaves it. */
export class Stop extends Error {
  readonly outcome: AdtOutcome;

  constructor(outcome: AdtOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

/** Refuses with AR. @throws Stop always */
export function reject(code: Rejection, field: string): never {
  throw new Stop({ kind: 'refused', ack: 'AR', code, field });
}

/** Refuses with AE. @throws Stop always */
export function fault(code: DataFault, field: string): never {
  throw new Stop({ kind: 'refused', ack: 'AE', code, field });
}

/** Sets aside. @param value of a code field only; cut short, and kept out when it has no code's shape. @throws Stop always */
export function quarantine(code: Quarantine, field: string, value = ''): never {
  throw new Stop({ kind: 'quarantined', code, field, value: codeValue(field, value).slice(0, 80) });
}

/** Takes and drops. @throws Stop always */
export function ignore(reason: IgnoredReason): never {
  throw new Stop({ kind: 'ignored', reason });
}
