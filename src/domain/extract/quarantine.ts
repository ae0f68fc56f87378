/**
 * Why a line of an extract was set aside, and what the council's analyst can do about it. Lines
 * are listed by the council's own ids; NHS numbers, names and birth dates are not copied here.
 */
import type { NhsNumberFault } from '../nhs-number.ts';

export const quarantineCodes = {
  ROW_SHAPE: 'The line has more or fewer cells than the header. Look for an unquoted comma or line break.',
  CELL_TOO_LONG:
    'A cell has more than 2,000 characters; it is read as empty. Look for a quote that is closed many lines too late.',
  WRONG_COUNCIL: 'LA Code is not the council of this bundle. Remove other councils’ lines.',
  PERSON_ID_MISSING: 'LA Person Unique Identifier is empty. Every line needs the council’s own id.',
  NHS_NUMBER_MISSING: 'NHS Number is empty. Trace the person’s NHS number.',
  NHS_NUMBER_SPREADSHEET: 'NHS Number was changed by a spreadsheet (9.99E+09). Export it as text.',
  NHS_NUMBER_OLD_STYLE: 'NHS Number is old-style, with letters. Trace the 10-digit number.',
  NHS_NUMBER_NOT_DIGITS: 'NHS Number has characters that are not digits.',
  NHS_NUMBER_LENGTH: 'NHS Number does not have 10 digits.',
  NHS_NUMBER_DUMMY: 'NHS Number is a dummy such as 9999999999. Trace the real number.',
  NHS_NUMBER_CHECK_DIGIT: 'NHS Number fails its check digit. Look for a typing mistake.',
  NHS_NUMBER_SHARED: 'Two or more people have this NHS number. Find out whose it is; nobody is shown until then.',
  NHS_NUMBERS_DIFFER: 'Lines of one person carry different NHS numbers. Nothing is shown until they agree.',
  NHS_NUMBER_DISAGREES:
    'The NHS number beside this person differs from the one in the care part. Safeguarding reads “not available” for both until they agree.',
  BIRTH_DATES_DIFFER: 'Lines of one person carry different birth dates. Nothing is shown until they agree.',
  BIRTH_DATE_MISSING: 'Date of Birth is empty. Nothing is shown without one.',
  BIRTH_DATE_NOT_READ: 'Date of Birth is not a real date in the past (DD/MM/YYYY or ISO).',
  DEATH_DATE_NOT_READ: 'Date of Death is not a real date, not after birth, or in the future.',
  CLIENT_TYPE_UNKNOWN: 'Client Type is not in the Client Level Data list.',
  EVENT_TYPE_UNKNOWN: 'Event Type is not in the Client Level Data list.',
  EVENT_REFERENCE_MISSING: 'Event Reference is empty.',
  SERVICE_TYPE_UNKNOWN: 'Service Type is not in the Client Level Data list.',
  SERVICE_COMPONENT_UNKNOWN: 'Service Component is not in the Client Level Data list.',
  DELIVERY_MECHANISM_UNKNOWN: 'Delivery Mechanism is not in the Client Level Data list.',
  FUNDING_STATUS_UNKNOWN: 'Client Funding Status is not in the Client Level Data list.',
  START_DATE_NOT_READ: 'Event Start Date is empty or not a real date (DD/MM/YYYY or ISO).',
  END_DATE_NOT_READ: 'Event End Date is not a real date (DD/MM/YYYY or ISO).',
  DATES_REVERSED: 'The end date (Event End Date, Until) is before the start date.',
  START_BEFORE_BIRTH: 'Event Start Date is before Date of Birth. Look for swapped columns.',
  REFERENCE_MISSING: 'The line’s own reference is empty.',
  STAGE_UNKNOWN: 'Stage is not Concern, Section 42 enquiry or Other enquiry. Safeguarding reads “not available”.',
  STATUS_UNKNOWN: 'Status is not Open or Closed. Safeguarding reads “not available” for this person.',
  STATUS_CONTRADICTS_DATES: 'Status and dates contradict each other. Safeguarding reads “not available”.',
  DATE_NOT_READ: 'A date is not a real date (DD/MM/YYYY or ISO).',
  RESTRICTION_REASON_UNKNOWN: 'Reason is not in the list. The restriction is applied all the same.',
  NOBODY_NAMED: 'The line names nobody: neither council id nor readable NHS number. The part is held.',
  NEW_NUMBER_NOT_READ: 'New NHS Number is not a real NHS number.',
  NUMBER_REASON_UNKNOWN: 'Reason is not Superseded, Merged or Invalidated.',
  NUMBER_CHANGED_TWICE:
    'The old number has more than one line, or the changes run in a circle. Nobody is shown under these numbers.',
  PROVIDER_NAME_MISSING: 'Provider Name is empty.',
  PROVIDER_ID_MISSING: 'The provider has neither CQC Location ID nor Local Provider Reference.',
  PROVIDER_TWICE: 'The provider stands twice; the line confirmed last is used.',
  SHOWN_UNKNOWN: 'Shown is not Y or N. The service is not shown.',
  SERVICE_TWICE: 'The service component stands twice. The service is not shown.',
} as const;
export type QuarantineCode = keyof typeof quarantineCodes;

/** The code for each fault of an NHS number. */
export const nhsFaultCodes: Record<NhsNumberFault, QuarantineCode> = {
  missing: 'NHS_NUMBER_MISSING',
  spreadsheet: 'NHS_NUMBER_SPREADSHEET',
  'old-style': 'NHS_NUMBER_OLD_STYLE',
  'not-digits': 'NHS_NUMBER_NOT_DIGITS',
  length: 'NHS_NUMBER_LENGTH',
  dummy: 'NHS_NUMBER_DUMMY',
  'check-digit': 'NHS_NUMBER_CHECK_DIGIT',
};

/** A line set aside, or used with a caution. */
export interface Quarantined {
  readonly code: QuarantineCode;
  readonly column: string;
  /** The text of a code or date column, to find it by; empty for anything about identity. */
  readonly value: string;
}
