/**
 * Lines of the smaller parts of `homeward-extract/1`. Wherever a line cannot be read, the reading
 * that keeps the patient safe is taken: a restriction holds, a referral is "not known".
 */
import {
  readNumberReason,
  readReferralStatus,
  readRestrictionReason,
  readServiceComponent,
  readStage,
} from '../code-lists.ts';
import { parseDate } from '../dates.ts';
import type { IsoDate } from '../dates.ts';
import { parseNhsNumber } from '../nhs-number.ts';
import type { NhsNumber } from '../nhs-number.ts';
import type { Cells } from './columns.ts';
import { nhsFaultCodes } from './quarantine.ts';
import type { Quarantined, QuarantineCode } from './quarantine.ts';

/** A line's row, if any of it can be used, and what was wrong with it, if anything was. */
export interface Line<T> {
  readonly row: T | null;
  readonly quarantined: Quarantined | null;
}

interface Named {
  readonly councilId: string | null;
  readonly nhsNumber: NhsNumber | null;
}

export interface ReferralLine extends Named {
  readonly reference: string;
  readonly state: 'open' | 'closed' | 'not-known';
}

/** A safeguarding referral: open, closed, or in a state that nobody may take for "none". */
export function readReferral(cell: Cells, council: string, today: IsoDate): Line<ReferralLine> {
  const named = readNamed(cell);
  if (cell('LA Code') !== council) return bad('WRONG_COUNCIL', 'LA Code', cell('LA Code'));
  if (!named) return bad('NOBODY_NAMED', 'LA Person Unique Identifier');
  const reference = cell('Safeguarding Reference');
  const unsure = (code: QuarantineCode, column: string): Line<ReferralLine> => ({
    row: { ...named, reference, state: 'not-known' },
    quarantined: { code, column, value: cell(column) },
  });
  if (reference === '') return unsure('REFERENCE_MISSING', 'Safeguarding Reference');
  if (!readStage(cell('Stage'))) return unsure('STAGE_UNKNOWN', 'Stage');
  const status = readReferralStatus(cell('Status'));
  if (!status) return unsure('STATUS_UNKNOWN', 'Status');
  const opened = parseDate(cell('Date Opened'));
  if (!opened) return unsure('DATE_NOT_READ', 'Date Opened');
  const closedText = cell('Date Closed');
  const closed = closedText === '' ? null : parseDate(closedText);
  if (closedText !== '' && !closed) return unsure('DATE_NOT_READ', 'Date Closed');
  if (opened > today || (closed && (closed < opened || closed > today)) || (status === 'Open' && closed)) {
    return unsure('STATUS_CONTRADICTS_DATES', 'Status');
  }
  return { row: { ...named, reference, state: status === 'Open' ? 'open' : 'closed' }, quarantined: null };
}

export interface RestrictionLine extends Named {
  readonly reason: string;
  readonly from: IsoDate;
  readonly until: IsoDate | null;
}

/** A restriction or objection. Whatever about it cannot be read, it holds: from long ago, without end. */
export function readRestriction(cell: Cells, council: string): Line<RestrictionLine> {
  const named = readNamed(cell);
  if (cell('LA Code') !== council) return bad('WRONG_COUNCIL', 'LA Code', cell('LA Code'));
  if (!named) return bad('NOBODY_NAMED', 'LA Person Unique Identifier');
  const reason = readRestrictionReason(cell('Reason'));
  const from = parseDate(cell('From'));
  const untilText = cell('Until');
  const until = untilText === '' ? null : parseDate(untilText);
  const reversed = from !== null && until !== null && until < from;
  const row = {
    ...named,
    reason: reason ?? 'Other',
    from: from === null || reversed ? '1900-01-01' : from,
    until: reversed ? null : until,
  };
  const problem = (code: QuarantineCode, column: string): Line<RestrictionLine> => ({
    row,
    quarantined: { code, column, value: cell(column) },
  });
  if (!reason) return problem('RESTRICTION_REASON_UNKNOWN', 'Reason');
  if (!from) return problem('DATE_NOT_READ', 'From');
  if (untilText !== '' && !until) return problem('DATE_NOT_READ', 'Until');
  if (reversed) return problem('DATES_REVERSED', 'Until');
  return { row, quarantined: null };
}

export interface ContactLine {
  readonly cqcLocationId: string | null;
  readonly localReference: string | null;
  readonly name: string;
  readonly phone: string | null;
  readonly officeHours: string | null;
  readonly outOfHoursPhone: string | null;
  readonly email: string | null;
  readonly notes: string | null;
  readonly lastConfirmed: IsoDate | null;
}

/** A provider's contacts as the council keeps them. A bad date leaves "not confirmed", never the phone out. */
export function readContact(cell: Cells, today: IsoDate): Line<ContactLine> {
  const name = cell('Provider Name');
  const cqcLocationId = clean(cell('CQC Location ID'));
  const localReference = clean(cell('Local Provider Reference'));
  if (!cqcLocationId && !localReference) return bad('PROVIDER_ID_MISSING', 'Local Provider Reference');
  if (name === '') return bad('PROVIDER_NAME_MISSING', 'Provider Name');
  const confirmedText = cell('Last Confirmed');
  const confirmed = confirmedText === '' ? null : parseDate(confirmedText);
  const doubtful = confirmedText !== '' && (confirmed === null || confirmed > today);
  return {
    row: {
      cqcLocationId,
      localReference,
      name,
      phone: clean(cell('Telephone')),
      officeHours: clean(cell('Office Hours')),
      outOfHoursPhone: clean(cell('Out Of Hours Telephone')),
      email: clean(cell('Email')),
      notes: clean(cell('Contact Notes')),
      lastConfirmed: doubtful ? null : confirmed,
    },
    quarantined: doubtful ? { code: 'DATE_NOT_READ', column: 'Last Confirmed', value: confirmedText } : null,
  };
}

export interface DirectoryLine {
  readonly cqcLocationId: string;
  readonly name: string;
  readonly phone: string | null;
}

/** A location of CQC's directory: name and phone only. */
export function readDirectoryEntry(cell: Cells): Line<DirectoryLine> {
  const cqcLocationId = cell('CQC Location ID (for office use only)');
  const name = cell('Name');
  if (cqcLocationId === '') return bad('PROVIDER_ID_MISSING', 'CQC Location ID (for office use only)');
  if (name === '') return bad('PROVIDER_NAME_MISSING', 'Name');
  return { row: { cqcLocationId, name, phone: clean(cell('Phone number')) }, quarantined: null };
}

export interface PackageProviderLine {
  readonly councilId: string;
  readonly reference: string;
  readonly localReference: string;
}

/** Which local provider delivers a package whose CQC columns are blank by rule. */
export function readPackageProvider(cell: Cells, council: string): Line<PackageProviderLine> {
  const councilId = cell('LA Person Unique Identifier');
  const reference = cell('Event Reference');
  const localReference = cell('Local Provider Reference');
  if (cell('LA Code') !== council) return bad('WRONG_COUNCIL', 'LA Code', cell('LA Code'));
  if (councilId === '') return bad('PERSON_ID_MISSING', 'LA Person Unique Identifier');
  if (reference === '') return bad('EVENT_REFERENCE_MISSING', 'Event Reference');
  if (localReference === '') return bad('PROVIDER_ID_MISSING', 'Local Provider Reference');
  return { row: { councilId, reference, localReference }, quarantined: null };
}

export interface NumberChangeLine {
  readonly old: NhsNumber;
  /** Null when the old number was withdrawn with nothing in its place. */
  readonly current: NhsNumber | null;
  readonly reason: 'Superseded' | 'Merged' | 'Invalidated';
  readonly changedOn: IsoDate;
}

/** A change of NHS number. */
export function readNumberChange(cell: Cells): Line<NumberChangeLine> {
  const old = parseNhsNumber(cell('Old NHS Number'));
  if (!old.ok) return bad(nhsFaultCodes[old.fault], 'Old NHS Number');
  const reason = readNumberReason(cell('Reason'));
  if (!reason) return bad('NUMBER_REASON_UNKNOWN', 'Reason', cell('Reason'));
  const changedOn = parseDate(cell('Changed On'));
  if (!changedOn) return bad('DATE_NOT_READ', 'Changed On', cell('Changed On'));
  const fresh = parseNhsNumber(cell('New NHS Number'));
  if (reason === 'Invalidated') return { row: { old: old.value, current: null, reason, changedOn }, quarantined: null };
  if (!fresh.ok || fresh.value === old.value) return bad('NEW_NUMBER_NOT_READ', 'New NHS Number');
  return { row: { old: old.value, current: fresh.value, reason, changedOn }, quarantined: null };
}

export interface ServiceLine {
  readonly component: string;
  readonly shown: boolean;
  readonly label: string;
}

/** Whether staff may see a service, and in which words. */
export function readService(cell: Cells): Line<ServiceLine> {
  const component = readServiceComponent(cell('Service Component'));
  if (!component) return bad('SERVICE_COMPONENT_UNKNOWN', 'Service Component', cell('Service Component'));
  const shown = cell('Shown').toUpperCase();
  if (shown !== 'Y' && shown !== 'N') return bad('SHOWN_UNKNOWN', 'Shown', cell('Shown'));
  return { row: { component, shown: shown === 'Y', label: clean(cell('Label')) ?? component }, quarantined: null };
}

function readNamed(cell: Cells): Named | null {
  const councilId = clean(cell('LA Person Unique Identifier'));
  const number = parseNhsNumber(cell('NHS Number'));
  if (!councilId && !number.ok) return null;
  return { councilId, nhsNumber: number.ok ? number.value : null };
}

function clean(text: string): string | null {
  return text === '' ? null : text;
}

function bad<T>(code: QuarantineCode, column: string, value = ''): Line<T> {
  return { row: null, quarantined: { code, column, value } };
}
