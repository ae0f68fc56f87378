/** Writes everything that a generated bundle says of one person, in all the parts that name them. */
import { cldCells } from '../part-headers.ts';
import type { BundleFiles } from './bundle-files.ts';
import { drawLines } from './care.ts';
import { careFaults } from './care-faults.ts';
import { ukDay } from './day.ts';
import type { NumberSequence } from './number-sequence.ts';
import { personFaults } from './part-faults.ts';
import { drawPerson } from './person.ts';
import type { GeneratedPerson } from './person.ts';
import type { ProviderBook } from './providers.ts';
import type { Random } from './random.ts';

/** What all people of one council share. */
export interface Work {
  readonly council: string;
  readonly random: Random;
  readonly numbers: NumberSequence;
  readonly providers: ProviderBook;
  readonly files: BundleFiles;
  readonly today: number;
  /** The last living adult without a fault, whom a planted fault may name. */
  someone: { person: GeneratedPerson; rows: readonly number[] } | null;
}

/** Writes the next person: their lines, and the referral, restriction or former number they may have. */
export function writePerson(work: Work, index: number): void {
  const { council, random, numbers, providers, files, today } = work;
  const person = drawPerson(random, numbers, { council, index, today, plain: false });
  const rows: number[] = [];
  for (const { line, localReference } of drawLines({ random, person, providers, today }, false)) {
    rows.push(files.line('care', cldCells(line), person.numberFault));
    const reference = line['Event Reference'] ?? '';
    if (localReference) files.line('package-providers', [council, person.councilId, reference, localReference]);
  }
  writeFacts(work, person);
  if (!person.numberFault && person.age >= 18 && person.deathDay === null) work.someone = { person, rows };
}

function writeFacts({ council, random, numbers, files, today }: Work, person: GeneratedPerson): void {
  const number = person.numberFault ? '' : person.nhsNumber;
  const referral = random.next();
  if (referral < 0.035) {
    const stage = random.pick(['Concern', 'Concern', 'Section 42 enquiry', 'Other enquiry']);
    const opened = today - random.between(1, 90);
    const closed = referral < 0.02 ? '' : ukDay(Math.min(today, opened + random.between(1, 40)));
    const status = closed === '' ? 'Open' : 'Closed';
    const reference = `SG${person.councilId.slice(1)}`;
    files.line('safeguarding', [council, person.councilId, number, reference, stage, status, ukDay(opened), closed]);
  }
  if (random.chance(0.005)) {
    const reason = random.pick([
      'Restricted record',
      'Restricted record',
      'Objection',
      'Objection',
      'Court order',
      'Other',
    ]);
    const until = random.chance(0.1) ? ukDay(today + random.between(30, 300)) : '';
    const from = ukDay(today - random.between(1, 1000));
    files.line('restrictions', [council, person.councilId, number, reason, from, until]);
  }
  if (number !== '' && random.chance(0.004)) {
    const reason = random.pick(['Superseded', 'Superseded', 'Merged']);
    files.line('numbers', [numbers.next(), number, ukDay(today - random.between(1, 700)), reason]);
  }
  if (random.chance(0.0005)) {
    files.line('numbers', [numbers.next(), '', ukDay(today - random.between(1, 700)), 'Invalidated']);
  }
}

/**
 * Writes a person who would be wholly good, but for the one fault that is planted.
 * @param fault counts through the kinds
 */
export function writeFaultyPerson(work: Work, index: number, fault: number): void {
  const { council, random, numbers, providers, files, today, someone } = work;
  const { code, scope, spoil } = careFaults[fault % careFaults.length] as (typeof careFaults)[number];
  const person = drawPerson(random, numbers, { council, index, today, plain: true });
  const lines = drawLines({ random, person, providers, today }, true).map(({ line }) => line);
  spoil({
    lines,
    birthDay: person.birthDay,
    freshNumber: numbers.next,
    othersNumber: someone?.person.nhsNumber ?? '',
    otherCouncil: otherThan(council),
  });
  // A shared number is as much a fault of the one who had it first.
  if (code === 'NHS_NUMBER_SHARED') for (const row of someone?.rows ?? []) files.plant('care', row, code);
  lines.forEach((line, at) => {
    const cells = cldCells(line);
    if (at === 0 && code === 'ROW_SHAPE') cells.splice(cells.indexOf(line.Postcode ?? ''), 0, 'Flat 2');
    files.line('care', cells, at === 0 || scope === 'person' ? code : null);
  });
}

/** Writes one faulty line of each kind that a smaller part can have, about somebody good. */
export function writePartFaults({ council, numbers, files, today, someone }: Work, index: number): void {
  if (!someone) return;
  const lines = personFaults({
    council,
    otherCouncil: otherThan(council),
    councilId: someone.person.councilId,
    nhsNumber: someone.person.nhsNumber,
    freshNumber: numbers.next,
    day: ukDay(today - 100),
    laterDay: ukDay(today - 50),
    serial: index,
  });
  for (const { kind, code, cells } of lines) files.line(kind, cells, code);
}

function otherThan(council: string): string {
  return council === '997' ? '996' : '997';
}
