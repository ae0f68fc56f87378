/**
 * Faults of Client Level Data to plant, one of each kind in turn, on lines that are otherwise good:
 * so that the code expected is certain.
 */
import type { QuarantineCode } from '../../domain/extract/quarantine.ts';
import type { CldLine } from '../part-headers.ts';
import { ukDay } from './day.ts';

/** What spoiling a person's lines may need. */
export interface FaultContext {
  /** The good lines of a plain person: at least two services. Spoiled in place. */
  readonly lines: CldLine[];
  readonly birthDay: number;
  /** A number that nobody else has. */
  readonly freshNumber: () => string;
  /** The good number of somebody else in the file. */
  readonly othersNumber: string;
  readonly otherCouncil: string;
}

/** One kind of fault. */
export interface CareFault {
  readonly code: QuarantineCode;
  /** `line`: the first line is set aside by itself; `person`: lines contradict each other, and all are. */
  readonly scope: 'line' | 'person';
  readonly spoil: (context: FaultContext) => void;
}

function column(code: QuarantineCode, name: keyof CldLine, value: string): CareFault {
  return {
    code,
    scope: 'line',
    spoil: ({ lines: [first] }) => {
      if (first) first[name] = value;
    },
  };
}

export const careFaults: readonly CareFault[] = [
  {
    code: 'WRONG_COUNCIL',
    scope: 'line',
    spoil: ({ lines: [first], otherCouncil }) => {
      if (first) first['LA Code'] = otherCouncil;
    },
  },
  column('PERSON_ID_MISSING', 'LA Person Unique Identifier', ''),
  column('BIRTH_DATE_MISSING', 'Date of Birth', ''),
  column('BIRTH_DATE_NOT_READ', 'Date of Birth', '31/02/1940'),
  column('DEATH_DATE_NOT_READ', 'Date of Death', 'not known'),
  column('CLIENT_TYPE_UNKNOWN', 'Client Type', 'Friend of the family'),
  column('EVENT_TYPE_UNKNOWN', 'Event Type', 'Telephone call'),
  column('EVENT_REFERENCE_MISSING', 'Event Reference', ''),
  column('SERVICE_TYPE_UNKNOWN', 'Service Type', 'Medium term support'),
  column('SERVICE_COMPONENT_UNKNOWN', 'Service Component', 'Moonlight support'),
  column('DELIVERY_MECHANISM_UNKNOWN', 'Delivery Mechanism', 'By post'),
  column('FUNDING_STATUS_UNKNOWN', 'Client Funding Status', 'Somebody pays'),
  column('START_DATE_NOT_READ', 'Event Start Date', '2026'),
  column('END_DATE_NOT_READ', 'Event End Date', 'ongoing'),
  {
    code: 'DATES_REVERSED',
    scope: 'line',
    spoil: ({ lines: [first], birthDay }) => {
      if (first) first['Event End Date'] = ukDay(birthDay);
    },
  },
  {
    code: 'START_BEFORE_BIRTH',
    scope: 'line',
    spoil: ({ lines: [first], birthDay }) => {
      if (first) first['Event Start Date'] = ukDay(birthDay - 400);
    },
  },
  {
    code: 'NHS_NUMBERS_DIFFER',
    scope: 'person',
    spoil: ({ lines, freshNumber }) => {
      if (lines[1]) lines[1]['NHS Number'] = freshNumber();
    },
  },
  {
    code: 'BIRTH_DATES_DIFFER',
    scope: 'person',
    spoil: ({ lines, birthDay }) => {
      if (lines[1]) lines[1]['Date of Birth'] = ukDay(birthDay + 31);
    },
  },
  {
    code: 'NHS_NUMBER_SHARED',
    scope: 'person',
    spoil: ({ lines, othersNumber }) => {
      for (const line of lines) line['NHS Number'] = othersNumber;
    },
  },
  column('CELL_TOO_LONG', 'Provider CQC Location Name', 'A quote that was closed too late. '.repeat(60).trim()),
  // Spoiled where the cells are written: a comma that nobody quoted makes one cell more.
  { code: 'ROW_SHAPE', scope: 'line', spoil: () => {} },
];
