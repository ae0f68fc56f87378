/**
 * One line of the council's Client Level Data: who it names, whether it makes a package, and if
 * not, why. Pure; follows `homeward-extract/1`, "what each line does".
 */
import {
  readClientType,
  readDeliveryMechanism,
  readEventType,
  readFundingStatus,
  readServiceComponent,
  readServiceType,
} from '../code-lists.ts';
import { ageOn, parseDate } from '../dates.ts';
import type { IsoDate } from '../dates.ts';
import { parseNhsNumber } from '../nhs-number.ts';
import type { NhsNumber } from '../nhs-number.ts';
import type { Cells } from './columns.ts';
import { nhsFaultCodes } from './quarantine.ts';
import type { Quarantined, QuarantineCode } from './quarantine.ts';

/** Who a line names. Null parts are left out on purpose: a child's name is never stored. */
export interface Identity {
  readonly councilId: string;
  readonly nhsNumber: NhsNumber | null;
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: IsoDate | null;
  readonly deathDate: IsoDate | null;
  readonly gender: string | null;
  /** The line's birth date is under 18: beside an adult's line of the same person, a contradiction. */
  readonly minor: boolean;
}

export interface PackageLine {
  readonly reference: string;
  readonly component: string;
  readonly fullCost: boolean;
  readonly start: IsoDate;
  readonly end: IsoDate | null;
  readonly cqcLocationId: string | null;
  readonly cqcLocationName: string | null;
}

/** Why a good line makes no package: counted for the report, nothing of it stored. */
export type DropReason =
  | 'not-a-service'
  | 'unpaid-carer'
  | 'direct-payment'
  | 'self-funded'
  | 'full-cost'
  | 'under-18'
  | 'ended-long-ago'
  | 'person-died';

export interface CareLine {
  readonly identity: Identity | null;
  readonly package: PackageLine | null;
  readonly dropped: DropReason | null;
  readonly quarantined: Quarantined | null;
}

export interface CareRules {
  readonly council: string;
  readonly today: IsoDate;
  /** Lines that ended before this day are not kept. */
  readonly keepEndedSince: IsoDate;
  /** Whether any agreement of the council shows care arranged at the person's full cost. */
  readonly keepFullCost: boolean;
}

/** Reads one line. Never throws: whatever cannot be used is set aside with its code. */
export function readCareLine(cell: Cells, rules: CareRules): CareLine {
  return careLineReader(rules)(cell);
}

/**
 * A reader of line after line. A line that says of its person, word for word, what the one before
 * said gets that one's identity, the very same object: most do, and reading it is most of the work.
 */
export function careLineReader(rules: CareRules): (cell: Cells) => CareLine {
  let said: readonly string[] = [];
  let who: CareLine | null = null;
  return (cell) => {
    if (!who || !personColumns.every((column, at) => cell(column) === said[at])) {
      said = personColumns.map(cell);
      who = readIdentity(cell, rules);
    }
    return who.identity && !who.quarantined && !who.dropped ? readEvent(cell, who.identity, rules) : who;
  };
}

/** All that {@link readIdentity} looks at, those that differ most first. */
const personColumns = [
  'LA Person Unique Identifier',
  'NHS Number',
  'Date of Birth',
  'First Name',
  'Last Name',
  'Date of Death',
  'Gender',
  'LA Code',
] as const;

// Whom a line names; set aside or dropped already where the person alone is reason enough.
function readIdentity(cell: Cells, rules: CareRules): CareLine {
  const councilId = cell('LA Person Unique Identifier');
  if (cell('LA Code') !== rules.council) return setAside(null, 'WRONG_COUNCIL', 'LA Code', cell('LA Code'));
  if (councilId === '') return setAside(null, 'PERSON_ID_MISSING', 'LA Person Unique Identifier');

  const number = parseNhsNumber(cell('NHS Number'));
  // The council's own id still stands for this person, so that a referral of theirs is not lost.
  if (!number.ok) return setAside(unnamed(councilId, null), nhsFaultCodes[number.fault], 'NHS Number');

  const birth = readBirth(cell, rules.today);
  const hidden = unnamed(councilId, number.value);
  if ('code' in birth) return setAside(hidden, birth.code, 'Date of Birth');
  // No name, birth date or package of anybody under 18: the number alone, so that the answer is neutral.
  if (ageOn(birth.date, rules.today) < 18) return drop({ ...hidden, minor: true }, 'under-18');

  const death = readDeath(cell, birth.date, rules.today);
  if (death === undefined) return setAside(hidden, 'DEATH_DATE_NOT_READ', 'Date of Death');
  const identity: Identity = {
    councilId,
    nhsNumber: number.value,
    family: clean(cell('Last Name')),
    given: clean(cell('First Name')),
    birthDate: birth.date,
    deathDate: death,
    gender: readGender(cell('Gender')),
    minor: false,
  };
  return { identity, package: null, dropped: null, quarantined: null };
}

function readEvent(cell: Cells, identity: Identity, rules: CareRules): CareLine {
  const bad = (code: QuarantineCode, column: string): CareLine => setAside(identity, code, column, cell(column));
  const clientType = readClientType(cell('Client Type'));
  if (!clientType) return bad('CLIENT_TYPE_UNKNOWN', 'Client Type');
  const eventType = readEventType(cell('Event Type'));
  if (!eventType) return bad('EVENT_TYPE_UNKNOWN', 'Event Type');
  if (clientType !== 'Service user') return drop(identity, 'unpaid-carer');
  if (eventType !== 'Service') return drop(identity, 'not-a-service');

  const reference = cell('Event Reference');
  if (reference === '') return bad('EVENT_REFERENCE_MISSING', 'Event Reference');
  const serviceType = readServiceType(cell('Service Type'));
  if (!serviceType) return bad('SERVICE_TYPE_UNKNOWN', 'Service Type');
  const component = readServiceComponent(cell('Service Component'));
  if (!component) return bad('SERVICE_COMPONENT_UNKNOWN', 'Service Component');
  const mechanism = optionally(cell('Delivery Mechanism'), readDeliveryMechanism);
  if (mechanism === undefined) return bad('DELIVERY_MECHANISM_UNKNOWN', 'Delivery Mechanism');
  const funding = optionally(cell('Client Funding Status'), readFundingStatus);
  if (funding === undefined) return bad('FUNDING_STATUS_UNKNOWN', 'Client Funding Status');
  const start = parseDate(cell('Event Start Date'));
  if (!start) return bad('START_DATE_NOT_READ', 'Event Start Date');
  const end = optionally(cell('Event End Date'), (text) => parseDate(text) ?? undefined);
  if (end === undefined) return bad('END_DATE_NOT_READ', 'Event End Date');
  if (end !== null && end < start) return bad('DATES_REVERSED', 'Event End Date');
  if (identity.birthDate !== null && start < identity.birthDate)
    return setAside(identity, 'START_BEFORE_BIRTH', 'Event Start Date');

  if (serviceType.startsWith('Unpaid carer support')) return drop(identity, 'unpaid-carer');
  if (component === 'Direct payment' || mechanism === 'Direct payment') return drop(identity, 'direct-payment');
  if (mechanism === 'Self-Funder Metering Only') return drop(identity, 'self-funded');
  const fullCost = funding === 'Fully client funded';
  if (fullCost && !rules.keepFullCost) return drop(identity, 'full-cost');
  if (identity.deathDate !== null) return drop(identity, 'person-died');
  if (end !== null && end < rules.keepEndedSince) return drop(identity, 'ended-long-ago');
  return {
    identity,
    package: {
      reference,
      component,
      fullCost,
      start,
      end,
      cqcLocationId: clean(cell('Provider CQC Location ID')),
      cqcLocationName: clean(cell('Provider CQC Location Name')),
    },
    dropped: null,
    quarantined: null,
  };
}

function readBirth(cell: Cells, today: IsoDate): { date: IsoDate } | { code: QuarantineCode } {
  const text = cell('Date of Birth');
  if (text === '') return { code: 'BIRTH_DATE_MISSING' };
  const date = parseDate(text);
  return date === null || date > today ? { code: 'BIRTH_DATE_NOT_READ' } : { date };
}

function readDeath(cell: Cells, birth: IsoDate, today: IsoDate): IsoDate | null | undefined {
  const death = optionally(cell('Date of Death'), (text) => parseDate(text) ?? undefined);
  return death && (death < birth || death > today) ? undefined : death;
}

const genders = new Map([
  ['m', 'Male'],
  ['f', 'Female'],
  ['male', 'Male'],
  ['female', 'Female'],
  ['1', 'Male'],
  ['2', 'Female'],
]);

function readGender(text: string): string | null {
  return genders.get(text.toLowerCase()) ?? (/^\p{L}[\p{L} -]{0,29}$/u.test(text) ? text : null);
}

/** '' is null (not given); anything else must be read, and undefined says that it could not be. */
function optionally<T>(text: string, read: (text: string) => T | undefined): T | null | undefined {
  return text === '' ? null : read(text);
}

function clean(text: string): string | null {
  return text === '' ? null : text;
}

function unnamed(councilId: string, nhsNumber: NhsNumber | null): Identity {
  return {
    councilId,
    nhsNumber,
    family: null,
    given: null,
    birthDate: null,
    deathDate: null,
    gender: null,
    minor: false,
  };
}

function setAside(identity: Identity | null, code: QuarantineCode, column: string, value = ''): CareLine {
  return { identity, package: null, dropped: null, quarantined: { code, column, value } };
}

function drop(identity: Identity, dropped: DropReason): CareLine {
  return { identity, package: null, dropped, quarantined: null };
}
