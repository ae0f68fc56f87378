/**
 * Who an ADT message is about: hospital number, NHS number, name, birth date, death. Nothing else of
 * PID is read. Source for the places of the NHS number: UK feeds of six families (ITK, NW England, Wales,
 * UCLH, Oxford, simulated), which agree on nothing.
 */
import type { IsoDate } from '../domain/dates.ts';
import { parseNhsNumber } from '../domain/nhs-number.ts';
import type { DayOrTime, HospitalEvent, PatientRef, StatedNhsNumber } from '../domain/stay-event.ts';
import type { AdtFeed, IdentifierRule } from './adt-feed.ts';
import { fault, quarantine } from './adt-codes.ts';
import type { AdtRemark } from './adt-codes.ts';
import type { Repetition, Segment } from './segment.ts';
import { parseTimestamp } from './timestamp.ts';

/** The longest number that is kept; real ones have at most 40 characters. */
const longest = 80;

type Patient = AdtFeed['patient'];
type Remark = (remark: AdtRemark) => void;

/** What a message says of its patient. */
export type Identity = Pick<HospitalEvent, 'patient' | 'nhsNumber' | 'birthDate' | 'name' | 'death'>;

/**
 * Reads PID.
 * @param on the day of the message; identifiers that had expired are passed over
 * @throws Stop with PATIENT_NUMBER_MISSING, NUMBER_TOO_LONG, HOSPITAL_NUMBER_UNMAPPED,
 *   HOSPITAL_NUMBERS_DIFFER or NHS_NUMBERS_DIFFER
 */
export function readIdentity(pid: Segment, feed: AdtFeed, on: IsoDate, remark: Remark): Identity {
  const { patient: rules } = feed;
  const list = pid.field(3).repetitions.map(identify);
  const nhsNumber = readNhsNumber(pid, list, rules, on, remark);
  const patient = rules.hospitalNumber
    ? hospitalNumber(list, rules.hospitalNumber, on)
    : nhsNumber
      ? { authority: 'NHS', value: nhsNumber.value }
      : fault('PATIENT_NUMBER_MISSING', 'PID-3');
  const identity: Writable<Identity> = {
    patient:
      patient ??
      (pid.value(3) === ''
        ? fault('PATIENT_NUMBER_MISSING', 'PID-3')
        : quarantine('HOSPITAL_NUMBER_UNMAPPED', 'PID-3')),
  };
  const birthDate = readBirthDate(pid, rules, on, remark);
  const name = readName(pid);
  const death = readDeath(pid, feed, on, remark);
  if (nhsNumber !== undefined) identity.nhsNumber = nhsNumber;
  if (birthDate !== undefined) identity.birthDate = birthDate;
  if (name !== undefined) identity.name = name;
  if (death !== undefined) identity.death = death;
  return identity;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads who was merged away, or which number was changed: MRG-1, in older messages MRG-4.
 * @returns null when only the NHS number changed, which is no other patient
 * @throws Stop with PRIOR_NUMBER_MISSING, NUMBER_TOO_LONG or HOSPITAL_NUMBER_UNMAPPED
 */
export function readPriorPatient(mrg: Segment, feed: AdtFeed, on: IsoDate): PatientRef | null {
  const { hospitalNumber: rules, nhsNumber, bareNumberInMerge } = feed.patient;
  const given = [...mrg.field(1).repetitions, ...mrg.field(4).repetitions].filter((one) => one.text !== '');
  if (given.length === 0) fault('PRIOR_NUMBER_MISSING', 'MRG-1');
  const inList = nhsNumber.filter(({ field }) => field === 'PID-3');
  const identifiers = given.map(identify);
  const ofNhs = identifiers.filter((one) => inList.some((rule) => meets(one, rule)));
  if (!rules) {
    const number = ofNhs.map(({ said: one }) => parseNhsNumber(one.text)).find(({ ok }) => ok);
    return number?.ok ? { authority: 'NHS', value: number.value } : fault('PRIOR_NUMBER_MISSING', 'MRG-1');
  }
  const found = hospitalNumber(identifiers, rules, on);
  if (found) return found;
  const [only] = given;
  if (bareNumberInMerge && only && given.every((one) => isBare(one) && one.text === only.text)) {
    return { authority: rules.authority, value: short(only.text, 'MRG-1') };
  }
  return ofNhs.length === given.length ? null : quarantine('HOSPITAL_NUMBER_UNMAPPED', 'MRG-1');
}

/** A number of a visit or an account, '' when there is none. @throws Stop with NUMBER_TOO_LONG */
export function readNumber(segment: Segment | null, field: number): string {
  const text = segment?.value(field).trim() ?? '';
  return short(text, `${segment?.name ?? ''}-${field}`);
}

/** A number with whose and of what kind it is said to be, taken apart once for all rules. */
interface Identifier {
  readonly said: Repetition;
  readonly authority: string;
  /** The OID or second name of the authority. */
  readonly universal: string;
  readonly type: string;
}

function identify(said: Repetition): Identifier {
  return {
    said,
    authority: said.component(4).trim(),
    universal: said.component(4, 2).trim(),
    type: said.component(5).replace(/\{.*$/, '').trim(),
  };
}

function hospitalNumber(
  identifiers: readonly Identifier[],
  { authority, where, whenSeveral }: NonNullable<Patient['hospitalNumber']>,
  on: IsoDate,
): PatientRef | null {
  for (const rule of where) {
    const fitting = identifiers.filter((one) => meets(one, rule) && isCurrent(one.said, on));
    const values = [...new Set(fitting.map(({ said: one }) => one.text.trim()).filter((text) => text !== ''))];
    if (values.length > 1 && whenSeveral === 'set-aside') quarantine('HOSPITAL_NUMBERS_DIFFER', 'PID-3');
    const [value] = values;
    if (value !== undefined) return { authority, value: short(value, 'PID-3') };
  }
  return null;
}

function readNhsNumber(
  pid: Segment,
  list: readonly Identifier[],
  rules: Patient,
  on: IsoDate,
  remark: Remark,
): StatedNhsNumber | null | undefined {
  let spoken = false;
  const found = new Map<string, StatedNhsNumber>();
  for (const rule of rules.nhsNumber) {
    const inList = rule.field === 'PID-3';
    const identifiers = inList ? list : pid.field(Number(rule.field.slice(4))).repetitions.map(identify);
    for (const identifier of identifiers) {
      const { said: one } = identifier;
      if (!meets(identifier, rule) || !isCurrent(one, on) || one.presence === 'empty') continue;
      spoken = true;
      const number = parseNhsNumber(one.text);
      if (number.ok) found.set(number.value, { value: number.value, status: statusOf(one, pid, rules) });
      else if (one.text !== '') remark('nhs-number-not-valid');
    }
  }
  if (found.size > 1) quarantine('NHS_NUMBERS_DIFFER', 'PID-3');
  const [number] = found.values();
  // A dummy or a mistyped number is a last word too: what stood before it may have been somebody else's.
  if (!number) return spoken ? null : undefined;
  if (rules.acceptedStatuses === null || rules.acceptedStatuses.includes(number.status ?? '')) return number;
  remark('nhs-number-status-not-accepted');
  return null;
}

// NHS data dictionary, NHS NUMBER STATUS INDICATOR CODE; HL7 table 0445 as ITK has it writes NSTS01 to NSTS08.
function statusOf(one: Repetition, pid: Segment, { nhsNumberStatus }: Patient): string | null {
  for (const place of nhsNumberStatus) {
    const text =
      place === 'PID-32'
        ? pid.value(32)
        : place === 'CX-2'
          ? one.component(2)
          : (/\{status:(\w+)\}/.exec(one.component(5))?.[1] ?? '');
    const status = /^(?:NSTS)?(0[1-8])$/i.exec(text.trim())?.[1];
    if (status !== undefined) return status;
  }
  return null;
}

function meets(one: Identifier, { authority, type }: IdentifierRule): boolean {
  if (type !== undefined && type !== one.type) return false;
  if (authority === undefined) return true;
  if (authority === '') return one.authority === '' && one.universal === '';
  return authority === one.authority || authority === one.universal;
}

function isBare(one: Repetition): boolean {
  return one.component(4).trim() === '' && one.component(4, 2).trim() === '' && one.component(5).trim() === '';
}

// CX.8 is the last day of an identifier: systems list former numbers beside the one that stands.
function isCurrent(one: Repetition, on: IsoDate): boolean {
  const expires = parseTimestamp(one.component(8));
  return !expires.ok || expires.value.date === null || expires.value.date >= on;
}

function readBirthDate(
  pid: Segment,
  { birthDateNotKnown }: Patient,
  on: IsoDate,
  remark: Remark,
): IsoDate | null | undefined {
  const field = pid.field(7);
  if (field.presence === 'delete') return null;
  if (field.presence !== 'value') return undefined;
  const read = parseTimestamp(field.text);
  const date = read.ok ? read.value.date : null;
  if (date !== null && date <= on) return birthDateNotKnown.includes(date) ? null : date;
  remark('birth-date-not-read');
  return null;
}

function readName(pid: Segment): Identity['name'] | undefined {
  const field = pid.field(5);
  if (field.presence === 'delete') return null;
  if (field.presence !== 'value') return undefined;
  const [family, given] = [tidy(field.component(1)), tidy(field.component(2))];
  return family === '' && given === '' ? undefined : { family, given };
}

// PID-30 alone says whether, PID-29 only when: but a time of death with nothing said against it says it too.
function readDeath(pid: Segment, feed: AdtFeed, on: IsoDate, remark: Remark): Identity['death'] | undefined {
  const indicator = pid.field(30);
  const said = indicator.text.trim().toUpperCase();
  if (said === 'N' || indicator.presence === 'delete') return null;
  if (said !== 'Y' && said !== '') {
    remark('death-not-read');
    return undefined;
  }
  const when = pid.field(29);
  const stated = dayOrTime(when.text, feed);
  // A day to come ends nobody's stay on it: without that day, the time at which it was said counts.
  const day = stated !== null && stated.date <= on ? stated : null;
  if (stated !== null && day === null) remark('death-not-read');
  if (said === 'Y') return { day };
  if (day) return { day };
  return when.presence === 'delete' ? null : undefined;
}

/** A time, or the day alone when no more was said; null when it is no date. */
export function dayOrTime(text: string, feed: AdtFeed): DayOrTime | null {
  const read = parseTimestamp(text, feed.times.zone === 'utc' ? 0 : undefined);
  return read.ok && read.value.date !== null ? { date: read.value.date, at: read.value.instant } : null;
}

function short(text: string, field: string): string {
  const trimmed = text.trim();
  return trimmed.length > longest ? fault('NUMBER_TOO_LONG', field) : trimmed;
}

function tidy(text: string): string {
  // Marks that turn the direction of writing, or that nobody sees, would show a name as another one.
  return text.replace(/\p{Cf}/gu, '').replace(/\s+/g, ' ').trim().slice(0, 200); // prettier-ignore
}
