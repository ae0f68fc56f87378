/**
 * Generates a realistic council of any size as an extract bundle, for demonstrations, tests and
 * benchmarks. Everything in it is invented. Nothing but a few lines is in memory at a time.
 */
import { mkdir } from 'node:fs/promises';
import { addDays, formatDate, londonDate } from '../domain/dates.ts';
import type { QuarantineCode } from '../domain/extract/quarantine.ts';
import { writeManifest } from './bundle-writer.ts';
import type { WrittenPart } from './bundle-writer.ts';
import { openBundleFiles } from './generator/bundle-files.ts';
import { careFaults } from './generator/care-faults.ts';
import { dayNumber, ukDay } from './generator/day.ts';
import { numberSequence } from './generator/number-sequence.ts';
import { listFaults, twiceNamed } from './generator/part-faults.ts';
import { inventProviders } from './generator/providers.ts';
import { seededRandom } from './generator/random.ts';
import { writeFaultyPerson, writePartFaults, writePerson } from './generator/write-person.ts';
import type { Work } from './generator/write-person.ts';
import { serviceMap } from './service-map.ts';

/** The largest council that can be generated. */
export const mostPeople = 2_000_000;

/** What council to generate. */
export interface CouncilOrder {
  /** From 1 to {@link mostPeople}. From 1,000 on, faulty lines of each kind are planted. */
  readonly people: number;
  /** A whole number below 2³². The same seed and `now` give the same bytes. */
  readonly seed: number;
  /** Folder of the bundle; made if need be, files of a former bundle in it are overwritten. */
  readonly out: string;
  /** The bundle is fresh at this instant: care twenty minutes old, safeguarding five. */
  readonly now: Date;
  /** LA code. */
  readonly council: string;
}

export interface GeneratedCouncil {
  readonly parts: readonly WrittenPart[];
  /** Faulty lines planted, by code; each stands in `planted.csv`, which is no part of the bundle. */
  readonly planted: ReadonlyMap<QuarantineCode, number>;
  /**
   * True when the reserved range 999 was used up (from some 900,000 people) and numbers of 998 and
   * 997 had to serve: then the bundle is for benchmarks on a closed machine only.
   */
  readonly outsideReserved: boolean;
}

const minutes = 60_000;
const peopleBetweenDrains = 200;

/**
 * Writes the bundle.
 * @param onProgress told how many people are done, now and then and at the end
 * @throws RangeError when the order cannot be fulfilled; errors of the file system as they are
 */
export async function generateCouncil(
  order: CouncilOrder,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<GeneratedCouncil> {
  checkOrder(order);
  const { people, seed, out, now, council } = order;
  const date = londonDate(now);
  await mkdir(out, { recursive: true });
  const files = await openBundleFiles(out, formatDate(addDays(date, -3)));
  try {
    const random = seededRandom(seed);
    const today = dayNumber(date);
    const numbers = numberSequence(random);
    const providers = inventProviders(random, people, today);
    const work: Work = { council, random, numbers, providers, files, today, someone: null };
    writeLists(work, people >= 1000);
    const faultAt = evenly(people, people < 1000 ? 0 : Math.max(careFaults.length, Math.round(people / 1000)));
    const partFaultAt = evenly(people, people < 1000 ? 0 : Math.max(1, Math.floor(people / 20_000)));
    for (let index = 0; index < people; index++) {
      const fault = faultAt(index);
      if (fault === null) writePerson(work, index);
      else writeFaultyPerson(work, index, fault);
      if (partFaultAt(index) !== null) writePartFaults(work, index);
      if (index % peopleBetweenDrains === 0) {
        await files.drain();
        onProgress(index, people);
      }
    }
    const parts = await files.close((kind) => new Date(now.getTime() - (kind === 'safeguarding' ? 5 : 20) * minutes));
    await writeManifest(out, {
      council,
      source: `Generated council of ${people} people, seed ${seed} (fictional)`,
      extractedAt: new Date(now.getTime() - 4 * minutes),
      parts,
    });
    onProgress(people, people);
    return { parts, planted: files.planted, outsideReserved: numbers.outsideReserved() };
  } catch (error) {
    await files.abandon();
    throw error;
  }
}

function checkOrder({ people, seed, council, now }: CouncilOrder): void {
  if (!Number.isInteger(people) || people < 1 || people > mostPeople) {
    throw new RangeError(`The number of people must be a whole number from 1 to ${mostPeople}.`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError('The seed must be a whole number from 0 to 4294967295.');
  }
  if (!/^[A-Z0-9]{3,5}$/i.test(council))
    throw new RangeError('The council must be an LA code of 3 to 5 letters or digits.');
  if (Number.isNaN(now.getTime())) throw new RangeError('The instant must be a real one.');
}

/** Spreads a number of faults over the people: the number of the fault that falls on an index, or null. */
function evenly(people: number, count: number): (index: number) => number | null {
  if (count === 0) return () => null;
  const step = Math.floor(people / count);
  return (index) => {
    const at = Math.floor(index / step);
    return index % step === step - 1 && at < count ? at : null;
  };
}

function writeLists({ providers, files, today }: Work, plant: boolean): void {
  for (const cells of providers.directoryRows) files.line('directory', cells);
  for (const cells of providers.contactRows) files.line('contacts', cells);
  for (const [component, shown, label] of serviceMap) {
    // Planted on services that nobody may see anyway, so that no care goes missing by it.
    const unclear = plant && component === 'Other unpaid carer support';
    const cells = unclear ? [component, 'perhaps', ''] : [component, shown, label];
    const row = files.line('services', cells, unclear ? 'SHOWN_UNKNOWN' : null);
    if (plant && component === twiceNamed) files.plant('services', row, 'SERVICE_TWICE');
  }
  if (!plant) return;
  const known = { contact: providers.contactRows[0] ?? [], olderDay: ukDay(today - 900) };
  for (const { kind, code, cells } of listFaults(known)) files.line(kind, cells, code);
}
