/** Faults of the smaller parts to plant: whole lines, each with the code that it must be set aside with. */
import type { PartKind } from '../../domain/agreement.ts';
import type { QuarantineCode } from '../../domain/extract/quarantine.ts';

/** A faulty line of a part. */
export interface FaultyLine {
  readonly kind: PartKind;
  readonly code: QuarantineCode;
  readonly cells: readonly string[];
}

/** Somebody of the file to hang a faulty line on: good in every other way. */
export interface FaultSubject {
  readonly council: string;
  readonly otherCouncil: string;
  readonly councilId: string;
  readonly nhsNumber: string;
  /** Numbers that nobody else has. */
  readonly freshNumber: () => string;
  /** A day in the last year. */
  readonly day: string;
  readonly laterDay: string;
  readonly serial: number;
}

/**
 * The kinds of faulty line that name a person: planted more often in a larger council. Not among
 * them are referrals and restrictions that name nobody of this council: those hold the whole bundle.
 */
export function personFaults(of: FaultSubject): FaultyLine[] {
  const { council, otherCouncil, councilId, nhsNumber, day, laterDay, serial } = of;
  let referrals = 0;
  const referral = (code: QuarantineCode, change: Record<number, string>): FaultyLine => {
    const cells = [council, councilId, nhsNumber, `SGX${serial}-${++referrals}`, 'Concern', 'Open', day, ''];
    return { kind: 'safeguarding', code, cells: cells.map((cell, at) => change[at] ?? cell) };
  };
  const restriction = (code: QuarantineCode, change: Record<number, string>): FaultyLine => {
    const cells = [council, councilId, nhsNumber, 'Objection', day, ''];
    return { kind: 'restrictions', code, cells: cells.map((cell, at) => change[at] ?? cell) };
  };
  const number = (code: QuarantineCode, ...cells: string[]): FaultyLine => ({ kind: 'numbers', code, cells });
  const provider = (code: QuarantineCode, ...cells: string[]): FaultyLine => ({
    kind: 'package-providers',
    code,
    cells,
  });
  const changedTwice = of.freshNumber();
  return [
    referral('REFERENCE_MISSING', { 3: '' }),
    referral('STAGE_UNKNOWN', { 4: 'Rumour' }),
    referral('STATUS_UNKNOWN', { 5: 'Parked' }),
    referral('DATE_NOT_READ', { 6: 'last week' }),
    referral('STATUS_CONTRADICTS_DATES', { 7: laterDay }),
    referral('NHS_NUMBER_DISAGREES', { 2: of.freshNumber() }),
    restriction('RESTRICTION_REASON_UNKNOWN', { 3: 'Because' }),
    restriction('DATE_NOT_READ', { 4: 'always' }),
    number('NHS_NUMBER_MISSING', '', nhsNumber, day, 'Superseded'),
    number('NHS_NUMBER_CHECK_DIGIT', '9990000019', nhsNumber, day, 'Superseded'),
    number('NEW_NUMBER_NOT_READ', of.freshNumber(), '9990000019', day, 'Superseded'),
    number('NUMBER_REASON_UNKNOWN', of.freshNumber(), nhsNumber, day, 'Mistake'),
    number('DATE_NOT_READ', of.freshNumber(), nhsNumber, '00/00/2026', 'Superseded'),
    number('NUMBER_CHANGED_TWICE', changedTwice, nhsNumber, day, 'Superseded'),
    number('NUMBER_CHANGED_TWICE', changedTwice, of.freshNumber(), laterDay, 'Superseded'),
    provider('WRONG_COUNCIL', otherCouncil, councilId, `E${serial}`, 'ORG-1001'),
    provider('PERSON_ID_MISSING', council, '', `E${serial}`, 'ORG-1001'),
    provider('EVENT_REFERENCE_MISSING', council, councilId, '', 'ORG-1001'),
    provider('PROVIDER_ID_MISSING', council, councilId, `E${serial}`, ''),
  ];
}

/** A service that the service map names twice when faults are planted: one that nobody may see anyway. */
export const twiceNamed = 'Unpaid carer universal services';

/** The kinds of faulty line about providers and services: planted once. */
export function listFaults(known: { contact: readonly string[]; olderDay: string }): FaultyLine[] {
  const contact = (code: QuarantineCode, ...cells: string[]): FaultyLine => ({ kind: 'contacts', code, cells });
  const entry = (code: QuarantineCode, name: string, id: string): FaultyLine => ({
    kind: 'directory',
    code,
    cells: [
      name,
      '',
      '1 Invented Street,Sherwood',
      'XX1 1XX',
      '1632960199',
      '',
      'Homecare agencies',
      '',
      '',
      '',
      'Sherwood',
      'East Midlands',
      '',
      id,
      '',
    ],
  });
  const service = (code: QuarantineCode, ...cells: string[]): FaultyLine => ({ kind: 'services', code, cells });
  return [
    contact('PROVIDER_ID_MISSING', '', '', 'Nameless Number Care', '01632 960198', '', '', '', '', ''),
    contact('PROVIDER_NAME_MISSING', '', 'ORG-9001', '', '01632 960197', '', '', '', '', ''),
    contact('DATE_NOT_READ', '', 'ORG-9002', 'Undated Meals', '01632 960196', '', '', '', '', 'last spring'),
    contact('PROVIDER_TWICE', ...known.contact.slice(0, 8), known.olderDay),
    entry('PROVIDER_ID_MISSING', 'Unlisted Home Care', ''),
    entry('PROVIDER_NAME_MISSING', '', '1-999999001'),
    service('SERVICE_COMPONENT_UNKNOWN', 'Moonlight support', 'Y', 'Night visits'),
    service('SERVICE_TWICE', twiceNamed, 'N', ''),
  ];
}
