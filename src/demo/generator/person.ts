/** An invented person of a council's file, in proportions like those of a real one. */
import { checkDigit } from '../../domain/nhs-number.ts';
import type { QuarantineCode } from '../../domain/extract/quarantine.ts';
import type { CldLine } from '../part-headers.ts';
import { ukDay } from './day.ts';
import { drawName } from './names.ts';
import type { NumberSequence } from './number-sequence.ts';
import { weighted } from './random.ts';
import type { Random } from './random.ts';

const year = 365.2425;

export interface GeneratedPerson {
  readonly councilId: string;
  /** As written in the file; faulty in about 3 of 100. */
  readonly nhsNumber: string;
  readonly numberFault: QuarantineCode | null;
  readonly birthDay: number;
  /** In whole years, never within days of a birthday that matters. */
  readonly age: number;
  readonly deathDay: number | null;
  readonly directPayment: boolean;
  /** The columns that every line of the person shares. */
  readonly columns: CldLine;
}

const ageBand = weighted<readonly [number, number]>([
  [[4, 16], 0.003],
  [[19, 64], 0.247],
  [[65, 79], 0.28],
  [[80, 95], 0.44],
  [[96, 104], 0.03],
]);

const numberFault = weighted<QuarantineCode | null>([
  [null, 0.97],
  ['NHS_NUMBER_MISSING', 0.017],
  ['NHS_NUMBER_CHECK_DIGIT', 0.005],
  ['NHS_NUMBER_DUMMY', 0.003],
  ['NHS_NUMBER_LENGTH', 0.002],
  ['NHS_NUMBER_SPREADSHEET', 0.001],
  ['NHS_NUMBER_OLD_STYLE', 0.001],
  ['NHS_NUMBER_NOT_DIGITS', 0.001],
]);

const ethnicity = weighted([
  ['English, Welsh, Scottish, Northern Irish or British', 0.85],
  ['Indian', 0.03],
  ['Pakistani', 0.03],
  ['Caribbean', 0.03],
  ['Not stated', 0.06],
]);
const supportReason = weighted([
  ['Physical support: Personal care support', 0.6],
  ['Support with memory and cognition', 0.15],
  ['Learning disability support', 0.12],
  ['Mental health support', 0.08],
  ['Physical support: Access and mobility only', 0.05],
]);

/**
 * Draws the next person.
 * @param plain true for an adult without any fault, to plant another kind of fault on
 */
export function drawPerson(
  random: Random,
  numbers: NumberSequence,
  place: { council: string; index: number; today: number; plain: boolean },
): GeneratedPerson {
  const { council, index, today, plain } = place;
  const councilId = `M${100_001 + index}`;
  const [youngest, oldest] = plain ? ([65, 95] as const) : ageBand(random);
  const age = random.between(youngest, oldest);
  // Two days inside the year of life, so that leap years cannot make a child of an adult.
  const birthDay = today - Math.floor((age + 0.01 + random.next() * 0.98) * year);
  const female = random.chance(0.6);
  const deathDay = !plain && random.chance(0.04) ? today - random.between(1, 360) : null;
  const fault = plain ? null : numberFault(random);
  const good = numbers.next();
  const nhsNumber = fault ? spoilNumber(random, good, fault) : random.chance(0.02) ? spaced(good) : good;
  const name = drawName(random, female);
  const practice = random.between(1, 90);
  return {
    councilId,
    nhsNumber,
    numberFault: fault,
    birthDay,
    age,
    deathDay,
    directPayment: !plain && random.chance(age < 65 ? 0.25 : 0.08),
    columns: {
      'LA Code': council,
      'Reporting Period Start Date': ukDay(today - 364),
      'Reporting Period End Date': ukDay(today),
      'NHS Number': nhsNumber,
      'LA Person Unique Identifier': councilId,
      'First Name': name.given,
      'Last Name': name.family,
      'GP Practice Name': `Invented Surgery ${practice}`,
      'GP Practice Code': `ZZ${String(practice).padStart(4, '0')}`,
      Gender: random.chance(0.003) ? 'Not known' : female ? 'Female' : 'Male',
      Ethnicity: ethnicity(random),
      'Date of Birth': ukDay(birthDay),
      'Date of Death': deathDay === null ? '' : ukDay(deathDay),
      'Client Type': 'Service user',
      'Primary Support Reason': supportReason(random),
      Postcode: `XX${random.between(1, 25)} ${random.between(1, 9)}XX`,
      'Accommodation Status': 'Owner occupier or shared ownership scheme',
      'Employment Status': 'Retired',
      'Has Unpaid Carer': random.chance(0.3) ? 'Yes' : 'No',
      'Client Funding Status': random.chance(0.06)
        ? 'Fully client funded'
        : random.chance(0.4)
          ? 'Joint client and social care funded'
          : 'Fully social care funded',
    },
  };
}

function spoilNumber(random: Random, good: string, fault: QuarantineCode): string {
  switch (fault) {
    case 'NHS_NUMBER_MISSING':
      return '';
    case 'NHS_NUMBER_DUMMY':
      return random.pick(['9999999999', '3333333333']);
    case 'NHS_NUMBER_LENGTH':
      return good.slice(0, 9);
    case 'NHS_NUMBER_SPREADSHEET':
      return random.pick(['9.99E+09', `${good}.0`]);
    case 'NHS_NUMBER_OLD_STYLE':
      return random.pick(['JRDAN 269', 'AXYZ/41/112', 'BCDE417']);
    case 'NHS_NUMBER_NOT_DIGITS':
      return random.pick(['UNKNOWN', 'not traced', '?']);
    default:
      return good.slice(0, 9) + String((checkDigit(good) + random.between(1, 9)) % 10);
  }
}

function spaced(number: string): string {
  return `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
}
